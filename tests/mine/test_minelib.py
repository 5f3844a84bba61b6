"""MineLib files: round trips, published solutions, and every way in which a file can be broken."""

import numpy as np
import pytest

from lodeway.errors import LodewayError
from lodeway.mine import minelib
from lodeway.mine.check_schedule import judge
from lodeway.mine.problem import Problem, Schedule

BLOCKS = "0 0 0 0 ORE 1.5\n1 0 0 1 WASTE 0\n"
PREC = "0 1 1\n1 0\n"
UPIT = "NAME: two\nTYPE: UPIT\nNBLOCKS: 2\nOBJECTIVE_FUNCTION:\n0 5.5\n1 -2\nEOF\n"
CPIT = """NAME: two
TYPE: CPIT
NBLOCKS: 2
NPERIODS: 2
NRESOURCE_SIDE_CONSTRAINTS: 1
DISCOUNT_RATE: 0.1
RESOURCE_CONSTRAINT_LIMITS:
0 0 L 10
0 1 I 1 10
OBJECTIVE_FUNCTION:
0 5.5
1 -2
RESOURCE_CONSTRAINT_COEFFICIENTS:
0 0 4
1 0 6
EOF
"""


@pytest.fixture
def put(tmp_path):
    def write(text, name="two.x"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def same(one: Problem, two: Problem) -> bool:
    return one.rate == two.rate and all(
        np.array_equal(getattr(one, name), getattr(two, name))
        for name in ("value", "use", "low", "high")
    )


def test_reads_what_stands_there(put):
    blocks = minelib.read_blocks(put(BLOCKS))
    assert blocks.index.tolist() == [[0, 0, 0], [0, 0, 1]]
    assert blocks.columns == (("ORE", "WASTE"), ("1.5", "0"))
    first, head = minelib.read_precedence(put(PREC), 2)
    assert (first.tolist(), head.tolist()) == ([0, 1, 1], [1])
    assert minelib.read_upit(put(UPIT))[1].tolist() == [5.5, -2.0]
    problem = minelib.read_problem(put(CPIT))
    assert (problem.low.tolist(), problem.high.tolist()) == ([[-np.inf, 1]], [[10, 10]])
    assert problem.use[:, 0, 0].tolist() == [4, 6]


def test_round_trips(put, tmp_path):
    blocks, arcs = minelib.read_blocks(put(BLOCKS)), minelib.read_precedence(put(PREC), 2)
    minelib.write_model(tmp_path / "again", blocks, arcs)
    assert (tmp_path / "again.blocks").read_text() == BLOCKS
    assert (tmp_path / "again.prec").read_text() == PREC
    problem = minelib.read_problem(put(CPIT))
    minelib.write_problem(tmp_path / "again.cpit", problem)
    assert same(problem, minelib.read_problem(tmp_path / "again.cpit"))
    minelib.write_upit(tmp_path / "again.upit", "two", np.array([0.1, -1 / 3]))
    assert minelib.read_upit(tmp_path / "again.upit")[1].tolist() == [0.1, -1 / 3]
    minelib.write_pit(tmp_path / "pit.sol", np.array([False, True]))
    assert minelib.read_pit(tmp_path / "pit.sol", 2).tolist() == [False, True]
    plan = Schedule(np.array([1, 0], np.int32), np.zeros(2, np.int32))
    minelib.write_solution(tmp_path / "plan.sol", plan, 2)
    share = minelib.read_solution(tmp_path / "plan.sol", problem)
    verdict = judge(problem, *arcs, share)
    assert verdict.feasible
    assert verdict.npv == pytest.approx(5.5 / 1.1 - 2)


@pytest.mark.parametrize("name", ["newman1", "zuck_small"])
@pytest.mark.parametrize("kind", ["cpit", "pcpsp"])
def test_published_schedules_have_their_published_value(reference_data, tmp_path, name, kind):
    published = {
        "newman1.cpit": 23_483_671, "newman1.pcpsp": 23_658_230,
        "zuck_small.cpit": 788_652_600, "zuck_small.pcpsp": 872_372_967,
    }  # fmt: skip
    path = reference_data(f"resource/minelib/{name}/{name}.{kind}")
    problem = minelib.read_problem(path)
    arcs = minelib.read_precedence(path.with_suffix(".prec"), problem.blocks)
    share = minelib.read_solution(path.with_name(f"{name}_{kind}_gmunoz120723.sol"), problem)
    verdict = judge(problem, *arcs, share, tolerance=2e-5)  # six printed digits, 20 periods
    assert verdict.feasible
    assert verdict.npv == pytest.approx(published[f"{name}.{kind}"], rel=5e-8)
    minelib.write_problem(tmp_path / "again", problem)
    assert same(problem, minelib.read_problem(tmp_path / "again"))


@pytest.mark.parametrize(
    ("period", "broken"),
    [([0, 0], "fine"), ([0, 1], "precedence"), ([0, 2], "precedence"), ([2, 2], "capacity")],
)
def test_the_judge_sees_what_is_broken(put, period, broken):
    text = CPIT.replace("0 1 I 1 10", "0 1 G 0").replace("0 0 L 10", "0 0 I 1 10")
    problem = minelib.read_problem(put(text))
    share = np.zeros((2, 1, 2))
    for block, when in enumerate(period):
        if when < 2:
            share[block, 0, when] = 1
    verdict = judge(problem, np.array([0, 1, 1]), np.array([1], np.int32), share)
    assert verdict.feasible == (broken == "fine")
    assert (verdict.precedence > 0) == (broken == "precedence")
    assert (verdict.capacity > 0) == (broken == "capacity")


def test_the_judge_sees_blocks_mined_twice(put):
    problem = minelib.read_problem(put(CPIT))
    share = np.full((2, 1, 2), 0.6)
    assert judge(problem, np.array([0, 1, 1]), np.array([1], np.int32), share).overmined == 2


BROKEN = [
    ("blocks", "", "no block"),
    ("blocks", "1 0 0 0\n", "ids count from 0"),
    ("blocks", "0 0 0 0\n1 0 0\n", ":2: got 3 columns"),
    ("blocks", "0 0 0.5 0\n", "cell numbers"),
    ("blocks", "0 0 0 0\n1 0 0 0\n", ":2: got the cell of block 0 again"),
    ("prec", "0 1 1\n", "no line for block 1"),
    ("prec", "0 2 1\n1 0\n", ":1: got 1 predecessors, expected 2"),
    ("prec", "0 1 7\n1 0\n", "block 0: got 7"),
    ("prec", "0 1 -1\n1 0\n", "got -1"),
    ("prec", "0 1 1\n0 0\n1 0\n", ":2 block: got 0"),
    ("prec", "0 x\n1 0\n", "got 0 x"),
    ("upit", UPIT.replace("1 -2\n", ""), "got 1 lines, expected 2"),
    ("upit", UPIT.replace("5.5", "nan"), ":5 value: got 'nan'"),
    ("upit", UPIT.replace("5.5", "5,5"), "got '5,5'"),
    ("upit", UPIT.replace("1 -2", "0 -2"), "a block twice"),
    ("upit", UPIT.replace("1 -2", "9 -2"), ":6 block: got 9"),
    ("upit", UPIT.replace("NBLOCKS: 2\n", ""), "no NBLOCKS"),
    ("upit", UPIT.replace("NBLOCKS: 2", "NBLOCKS: 0"), "NBLOCKS: got 0"),
    ("upit", UPIT.replace("OBJECTIVE_FUNCTION:\n", ""), "no OBJECTIVE_FUNCTION"),
    ("cpit", CPIT.replace("EOF\n", ""), "expected a line EOF"),
    ("cpit", CPIT.replace("TYPE: CPIT", "TYPE: XPIT"), "expected CPIT or PCPSP"),
    ("cpit", CPIT.replace("0 0 L 10", "0 0 L -1"), ":8 limit: got -1"),
    ("cpit", CPIT.replace("I 1 10", "I 11 10"), "got 11 10"),
    ("cpit", CPIT.replace("0 0 L 10", "0 5 L 10"), ":8 period: got 5"),
    ("cpit", CPIT.replace("0 0 L 10", "3 0 L 10"), ":8 resource: got 3"),
    ("cpit", CPIT.replace("0 0 L 10", "0 0 E 10"), ":8: got 0 0 E 10"),
    ("cpit", CPIT.replace("0 0 4\n", "0 0 -4\n"), "a negative use"),
    ("cpit", CPIT.replace("0 0 4\n", "0 2 4\n"), "resource: got 2"),
    ("cpit", CPIT.replace("0 0 4\n", "0 0\n"), "coefficient: got 2 numbers"),
    ("cpit", CPIT.replace("RATE: 0.1", "RATE: 10"), "expected a share"),
    (
        "cpit",
        CPIT.replace("NPERIODS", "NGENERAL_SIDE_CONSTRAINTS: 1\nNPERIODS"),
        "general side constraints",
    ),
]


@pytest.mark.parametrize(("read", "text", "says"), BROKEN)
def test_broken_files_are_refused_by_line(put, read, text, says):
    path = put(text)
    readers = {
        "blocks": minelib.read_blocks,
        "prec": lambda file: minelib.read_precedence(file, 2),
        "upit": minelib.read_upit,
        "cpit": minelib.read_problem,
    }
    with pytest.raises(LodewayError) as caught:
        readers[read](path)
    assert says in str(caught.value)


def test_a_solution_of_another_model_is_refused(put):
    problem = minelib.read_problem(put(CPIT))
    with pytest.raises(LodewayError, match="block: got 5"):
        minelib.read_solution(put("5 0 0 1.0\n", "x.sol"), problem)


def test_blocks_need_not_carry_further_columns(put):
    blocks = minelib.read_blocks(put("0 1 2 3\n"))
    assert (blocks.columns, len(blocks)) == ((), 1)
