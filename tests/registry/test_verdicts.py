"""Verdicts against the judgement of those who compiled the claims, and against planted slips."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.registry.claims import Claim, read_claims
from lodeway.registry.quantities import names_of
from lodeway.registry.verdict import judge

FLAGSHIP = Path(__file__).resolve().parents[2] / "studies" / "lesser-caucasus" / "data" / "claims"


def claim(number, subject, name, value, unit, **more):
    fields = {"high": None, "date": "2025", "who": "", "source": "", "basis": "", "kind": "",
              "group": "", "file": "t.csv", "line": number}  # fmt: skip
    fields |= more
    text = "" if value is None else f"{value:g}"
    return Claim(
        id=f"C{number}",
        subject=subject,
        property_=name,
        text=text,
        value=value,
        unit=unit,
        **fields,
    )


def verdicts(claims):
    return {item.claim.id: item for item in judge(claims)}


def test_the_ledger_agrees_with_its_compiler(reference_data):
    """The expected verdicts stand in a column that the code never reads."""
    path = reference_data("economics/claims/claims_ledger.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        expected = {row["claim_id"]: row["verdict"] for row in csv.DictReader(stream)}
    found = verdicts(read_claims([path]))
    agreeing = [name for name, verdict in expected.items() if found[name].verdict == verdict]
    assert len(expected) == 26
    assert len(agreeing) >= 22


def test_notes_and_verdicts_of_the_compiler_are_not_read(reference_data, tmp_path):
    path = reference_data("economics/claims/claims_ledger.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["verdict"] = row["verdict_expected"] = row["why"] = "nonsense"
    other = tmp_path / "ledger.csv"
    with other.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    one, two = judge(read_claims([path])), judge(read_claims([other]))
    assert [item.as_dict() for item in one] == [item.as_dict() for item in two]


def test_every_row_of_the_founding_claims_is_judged():
    seeds = judge(read_claims([FLAGSHIP / "seed_claims.csv"]))
    others = judge(read_claims([FLAGSHIP / "external_claims.csv"]))
    assert (len(seeds), len(others)) == (129, 38)
    assert all(item.arithmetic for item in [*seeds, *others] if item.verdict != "not-checkable")


@pytest.mark.parametrize(
    ("name", "verdict", "reading"),
    [
        ("S001-004", "impossible", "thousand tonnes of metal"),  # 47.9 Mt Cu in a 3 Mt ore body
        ("S001-005", "impossible", "ore instead of metal"),  # 100 Mt Cu against 56-58 Mt of ore
        ("S001-003", "unit-suspect", "tonnes of metal"),  # "13.6 units"
        ("S000-003", "unit-suspect", "contained Cu"),
        ("S000-004", "unit-suspect", "contained Cu"),
        ("S003-008", "unit-suspect", None),  # jobs of building and of operation added
        ("S003-009", "unit-suspect", "gross sales over the life, or contribution to GDP"),
        ("X-025", "impossible", "thousand tonnes of ore"),  # 4,287 g/t
        ("X-028", "unit-suspect", "decimal comma read as thousands"),
        ("X-029", "unit-suspect", "decimal comma read as thousands"),
        ("X-038", "unit-suspect", "not a measured position; the axes may also be swapped"),
    ],
)
def test_the_traps_of_the_founding_documents_are_caught(name, verdict, reading):
    found = verdicts(read_claims([FLAGSHIP / "seed_claims.csv", FLAGSHIP / "external_claims.csv"]))[
        name
    ]
    assert found.verdict == verdict
    assert (found.best_reading.reading if found.best_reading else None) == reading


def test_no_other_founding_claim_is_called_impossible():
    found = verdicts(read_claims([FLAGSHIP / "seed_claims.csv", FLAGSHIP / "external_claims.csv"]))
    assert {name for name, item in found.items() if item.verdict == "impossible"} == {
        "S001-004", "S001-005", "X-025",
    }  # fmt: skip


ore_mass = st.floats(3e6, 2e9)
copper = st.floats(0.003, 0.02)


def deposit(ore, grade, name="Northfield"):
    return [
        claim(1, name, "ore reserve", ore / 1e6, "Mt"),
        claim(2, name, "copper grade", grade * 100, "% Cu"),
        claim(3, f"{name} deposit", "contained copper", ore * grade, "t"),
    ]


@settings(max_examples=60)
@given(ore_mass, copper)
def test_a_sound_deposit_is_never_called_wrong(ore, grade):
    found = verdicts(deposit(ore, grade))
    assert found["C3"].verdict in {"consistent", "plausible"}
    assert found["C1"].verdict in {"consistent", "plausible"}


@settings(max_examples=60)
@given(ore_mass, copper)
def test_a_slip_of_a_thousand_is_caught_and_named(ore, grade):
    rows = deposit(ore, grade)
    slipped = claim(3, "Northfield deposit", "contained copper", ore * grade * 1e3, "t")
    found = verdicts([*rows[:2], slipped])["C3"]
    assert found.verdict in {"impossible", "unit-suspect"}
    assert found.best_reading is not None


@settings(max_examples=40)
@given(ore_mass, copper)
def test_the_name_of_a_deposit_and_the_order_of_rows_do_not_matter(ore, grade):
    rows = deposit(ore, grade * 700)  # far too rich
    other = deposit(ore, grade * 700, "Qızılbulaq")
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    plain = Counter(item.verdict for item in judge(rows))
    assert plain == Counter(item.verdict for item in judge(other))
    assert {i.claim.id: i.verdict for i in judge(rows)} == {
        i.claim.id: i.verdict for i in judge(shuffled)
    }


def test_production_sharing_closes_or_does_not():
    rows = [
        claim(1, "PSA", "minimum state share", 12.75, "%"),
        claim(2, "PSA", "cost recovery cap", 75.0, "% of sales"),
    ]
    split = claim(3, "PSA", "profit split", None, "%")
    split = Claim(**{**split.__dict__, "text": "51/49"})
    assert verdicts([*rows, split])["C1"].verdict == "consistent"
    wrong = claim(1, "PSA", "minimum state share", 20.0, "%")
    assert verdicts([wrong, rows[1], split])["C1"].verdict == "conflicts"


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("claim_id,subject,property,value\nA,x,y,1\n", "missing", "unit"),
        ("claim_id,subject,propperty,value,unit\nA,x,y,1,t\n", "missing", "did you mean propperty"),
        ('claim_id,subject,property,value,unit\nA,x,y,"13,7",t\n', "bad-number", "decimal point"),
        ("claim_id,subject,property,value,unit\nA,x,y,1,t\nA,x,y,2,t\n", "unknown-id", ":3"),
        ("claim_id;subject;property;value;unit\nA;x;y;1,5;t\n", "bad-csv", "semicolons"),
        ("claim_id,subject,property,value,unit\n", "missing", "at least one"),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, code, word):
    path = tmp_path / "claims.csv"
    path.write_text(text)
    with pytest.raises(LodewayError) as caught:
        read_claims([path])
    assert caught.value.code == code
    assert word in str(caught.value)


def test_names_in_brackets_are_names():
    assert names_of("Zod (Sotk, Soyudlu) deposit") == {"zod", "sotk", "soyudlu"}
