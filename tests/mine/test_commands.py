"""The commands of the mine from outside: one JSON value, plain errors."""

import json
import subprocess
import sys

import pytest

BLOCKS = "0 0 0 0\n1 0 0 1\n2 1 0 0\n3 1 0 1\n"
PREC = "0 1 1\n1 0\n2 1 3\n3 0\n"
UPIT = "NAME: four\nTYPE: UPIT\nNBLOCKS: 4\nOBJECTIVE_FUNCTION:\n0 5\n1 -2\n2 1\n3 -2\nEOF\n"
CPIT = """NAME: four
TYPE: CPIT
NBLOCKS: 4
NPERIODS: 2
NRESOURCE_SIDE_CONSTRAINTS: 1
DISCOUNT_RATE: 0.1
RESOURCE_CONSTRAINT_LIMITS:
0 0 L 1
0 1 L 1
OBJECTIVE_FUNCTION:
0 5
1 -2
2 1
3 -2
RESOURCE_CONSTRAINT_COEFFICIENTS:
0 0 1
1 0 1
2 0 1
3 0 1
EOF
"""


def lodeway(*words):
    return subprocess.run(
        [sys.executable, "-m", "lodeway", *map(str, words)], capture_output=True, text=True,
        check=False, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture
def model(tmp_path):
    for ending, text in {"blocks": BLOCKS, "prec": PREC, "upit": UPIT, "cpit": CPIT}.items():
        (tmp_path / f"four.{ending}").write_text(text)
    return tmp_path / "four"


def test_pit(model, tmp_path):
    done = lodeway("pit", model, "--json", "--out", tmp_path / "pit.sol")
    answer = json.loads(done.stdout)
    assert (answer["value"], answer["blocks"], answer["arcs"]) == (3.0, 2, 2)
    assert answer["seconds"] >= 0
    assert (tmp_path / "pit.sol").read_text() == "0\n1\n"
    assert "3.000 in 2 blocks" in lodeway("pit", model).stdout


def test_a_slope_stands_in_for_missing_precedence(model):
    model.with_name("four.prec").unlink()
    done = lodeway("pit", model, "--slope", 50, "--benches", 1, "--json")
    assert json.loads(done.stdout)["template_offsets"] == 1
    done = lodeway("pit", model, "--json")
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"] == "missing"


def test_a_slope_beside_precedence_is_refused(model):
    done = lodeway("pit", model, "--slope", 50, "--benches", 1, "--json")
    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "bad-argument")


def test_a_model_that_does_not_fit_its_problem_is_refused(model):
    model.with_name("four.prec").unlink()
    model.with_name("four.blocks").write_text(BLOCKS[:-8])
    done = lodeway("pit", model, "--slope", 50, "--benches", 1, "--json")
    assert json.loads(done.stderr)["code"] == "balance"


def test_schedule(model, tmp_path):
    done = lodeway("schedule", model, "--seconds", 3, "--json", "--out", tmp_path / "plan.sol")
    answer = json.loads(done.stdout)
    assert answer["feasible"] is True
    assert answer["npv"] == pytest.approx(5 / 1.1 - 2)
    assert answer["bound"] >= answer["npv"]
    assert (tmp_path / "plan.sol").read_text() == "0 0 1 1.000000\n1 0 0 1.000000\n"


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--kind", "upit"), ("--kind", "pcpsp")])
def test_bad_words_are_told_plainly(model, words):
    done = lodeway("schedule", model, *words, "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_blocks_counted_in_metres(model):
    """The same model with 10 m cells gives the same pit."""
    model.with_name("four.prec").unlink()
    rows = [line.split() for line in BLOCKS.splitlines()]
    text = "".join(f"{b} {10 * int(x)} {y} {10 * int(z)}\n" for b, x, y, z in rows)
    model.with_name("four.blocks").write_text(text)
    done = lodeway("pit", model, "--slope", 50, "--benches", 1, "--json")
    assert json.loads(done.stdout)["value"] == 3.0


def test_values_of_a_schedule_stand_in_for_missing_pit_values(model):
    model.with_name("four.upit").unlink()
    assert json.loads(lodeway("pit", model, "--json").stdout)["value"] == 3.0


PCPSP = """NAME: two
TYPE: PCPSP
NBLOCKS: 2
NPERIODS: 2
NDESTINATIONS: 2
NRESOURCE_SIDE_CONSTRAINTS: 2
DISCOUNT_RATE: 0.1
RESOURCE_CONSTRAINT_LIMITS:
0 0 L 200
0 1 L 0
1 0 L 100
1 1 L 100
OBJECTIVE_FUNCTION:
0 -10 190
1 -10 990
RESOURCE_CONSTRAINT_COEFFICIENTS:
0 0 0 100
0 1 0 100
0 1 1 100
1 0 0 100
1 1 0 100
1 1 1 100
EOF
"""


def test_ore_that_waits_is_told_beside_the_schedule(tmp_path):
    """Poor block 0 lies on the rich one: both are dug at once, and the mill has room for one."""
    (tmp_path / "two.prec").write_text("0 0\n1 1 0\n")
    (tmp_path / "two.pcpsp").write_text(PCPSP)
    words = ("schedule", tmp_path / "two", "--seconds", 3, "--json")
    plain, kept = (json.loads(lodeway(*words, *more).stdout) for more in ((), ("--stockpile", 0)))
    assert "stockpile" not in plain
    assert kept["npv"] == pytest.approx(plain["npv"])
    assert plain["npv"] == pytest.approx(980.0)
    assert kept["stockpile"]["gain"] == pytest.approx(200 / 1.1)


@pytest.mark.parametrize("words", [("--stockpile", "-1"), ("--stockpile", "1", "--kind", "cpit")])
def test_a_stockpile_that_cannot_be_is_refused(model, words):
    done = lodeway("schedule", model, *words, "--json")
    assert done.returncode == 1
    assert "stockpile" in json.loads(done.stderr)["where"]
