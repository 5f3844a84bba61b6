"""A study file is refused with line, key, what came, what was expected and the cure."""

import pytest

from lodeway.errors import LodewayError, LodewayProblems
from lodeway.study.check import problems
from lodeway.study.load import load_study
from lodeway.study.locate import line_of


def change(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_study_is_read(folder):
    study = load_study(folder)
    assert study.settings["study"]["draws"] == 16
    assert study.as_of.isoformat() == "2026-11-01"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("draws = 16", 'draws = "many"', ["study.toml:6", "study.draws", "'many'"]),
        ("draws = 16", "draws = 0", ["study.draws", "0"]),
        ("seed = 1", "sede = 1", ["study.sede", "did you mean seed"]),
        ("as_of = 2026-11-01", "as_of = 3", ["study.as_of"]),
        ('crs = "EPSG:32638"', 'crs = "UTM38"', ["study.crs", "'UTM38'"]),
        ('kind = "plant"', 'kind = "harbour"', ["market[0].kind", "'harbour'"]),
        ("pass_through = [0.2, 1.0]", "pass_through = [0.2, 1.1]", ["pass_through", "1.1"]),
        ('country = "AZE"', 'country = "Azerbaijan"', ["project[0].country"]),
        ('[[scenario]]\nname = "today"', "", ["scenario", "nothing"]),
    ],
)
def test_a_wrong_value_is_named(folder, old, new, words):
    change(folder, old, new)
    with pytest.raises(LodewayProblems) as caught:
        load_study(folder)
    for word in words:
        assert word in str(caught.value)


def test_all_problems_come_at_once(folder):
    change(folder, "draws = 16", "draws = -1")
    change(folder, "seed = 1", "sede = 1")
    with pytest.raises(LodewayProblems) as caught:
        load_study(folder)
    assert len(caught.value.problems) == 3  # draws, the unknown key, the missing key


def test_no_folder_no_file_and_an_empty_file_are_said(tmp_path):
    with pytest.raises(LodewayError, match="no such folder"):
        load_study(tmp_path / "nothing")
    with pytest.raises(LodewayError, match="lodeway new"):
        load_study(tmp_path)
    (tmp_path / "study.toml").write_text("")
    with pytest.raises(LodewayProblems) as caught:
        load_study(tmp_path)
    assert "study: got nothing" in str(caught.value)


def test_a_file_of_200_megabytes_is_no_study(tmp_path):
    with (tmp_path / "study.toml").open("wb") as stream:
        stream.truncate(200 * 2**20)
    with pytest.raises(LodewayError, match=r"study\.toml:1") as caught:
        load_study(tmp_path)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("text", ["x = [" * 5000, "x = {a=" * 3000, "\x00", "a = 1\na = 2"])
def test_nonsense_is_no_traceback(tmp_path, text):
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(LodewayError) as caught:
        load_study(tmp_path)
    assert caught.value.code == "bad-study"


def test_two_of_one_name_are_refused(folder):
    change(folder, "[[scenario]]", '[[scenario]]\nname = "today"\n[[scenario]]')
    with pytest.raises(LodewayProblems, match="a name of its own"):
        load_study(folder)


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("EPSG:32638", "EPSG:4326", "bad-crs", "metres"),
        ("EPSG:32638", "EPSG:99999", "bad-crs", "known EPSG"),
        ("EPSG:32638", "EPSG:32610", "bad-crs", "zone"),
        (
            "extent = [40.0, 38.0, 50.0, 43.0]",
            "extent = [40.0, 80.0, 50.0, 96.0]",
            "bad-crs",
            "latitude",
        ),
        ('terms = "t"', 'terms = "s"', "unknown-id", "a name that exists"),
        ('regime = "data.csv"', 'regime = "dta.csv"', "missing", "did you mean data.csv"),
        ('regime = "data.csv"', 'regime = "../data.csv"', "unsafe-path", "inside"),
        ('regime = "data.csv"', 'regime = "http://x.example/r"', "unsafe-path", "inside"),
        ("start_year = 2026", "start_year = 1985", "bad-date", "2026"),
        ("years = [2026, 2030]", "years = [2030, 2026]", "bad-date", "in order"),
    ],
)
def test_check_sees_what_the_form_does_not_show(folder, chain, old, new, code, word):
    from lodeway.study.graph import Stage

    stages = [
        *chain,
        Stage("third", 1, "lodeway.registry.chains:second", files=("{project.regime}",)),
    ]
    assert problems(stages, folder) == []
    change(folder, old, new)
    found = problems(stages, folder)
    assert [problem.code for problem in found if problem.code == code]
    assert any(word in problem.sentence() for problem in found)


def test_lines_are_found_in_nested_lists():
    text = "[[a]]\nx = 1\n[[a.b]]\ny = 1\n[[a.b]]\ny = 2\n[[a]]\n[[a.b]]\ny = 3\n"
    assert line_of(text, ("a", 0, "b", 1, "y")) == 6
    assert line_of(text, ("a", 1, "b", 0, "y")) == 9
    assert line_of(text, ("a", 1, "b", 0, "missing")) == 8
