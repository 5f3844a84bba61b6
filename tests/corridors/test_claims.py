"""Distance claims: readings listed, computed, and weighed against chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from lodeway.corridors.claim_file import read_claim
from lodeway.corridors.claim_verdict import at_least, by_chance, weigh_claim
from lodeway.corridors.network import read_network
from lodeway.errors import LodewayError


def claim(folder, text, network=None):
    path = folder.parent / "claim.toml"
    path.write_text(text)
    found = network or read_network(folder)
    return weigh_claim(found, read_claim(path, found))


FULL = 'metric = "saving_km"\norigin = "Mine"\ndestination = "Port"\nalternative = "East"\n'


def test_a_claim_that_says_all_is_supported(folder):
    told = claim(folder, FULL + "value = 80\ntolerance = 5\n").as_dict()
    assert told["verdict"] == "supported"
    assert told["tried"] == told["within_error"] == 1
    (reading,) = told["readings"]
    assert (reading["base_value"], reading["alternative_value"], reading["value"]) == (182, 102, 80)
    assert (reading["base"], reading["alternative"]) == ("today", "East")


def test_a_wrong_claim_names_the_nearest_reading(folder):
    told = claim(folder, FULL + "value = 340\n").as_dict()
    assert told["verdict"].startswith("not supported: none of 1 readings fits")
    assert told["within_error"] == 0


def test_a_vague_claim_is_true_only_if(folder):
    told = claim(folder, 'metric = "saving_km"\nvalue = 80\ntolerance = 1\norigin = "Mine"\n')
    assert told.verdict.startswith("not supported as stated; true only if Mine to Port")
    assert len(told.readings) == 3  # three other places, and one border that is shut
    assert len(told.fitting) < len(told.readings)


def test_a_length_is_no_difference(folder):
    told = claim(folder, 'metric = "km"\nvalue = 180\norigin = "Mine"\ndestination = "Port"\n')
    assert told.claim.metric == "length_km"
    assert told.verdict == "supported"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("value = 1\n", "metric"),
        ('metric = "miles"\nvalue = 1\n', "metric"),
        ('metric = "km"\n', "value"),
        ('metric = "km"\nvalue = "340"\n', "value"),
        ('metric = "km"\nvalue = 3\ntolerance = -1\n', "tolerance"),
        ('metric = "km"\nvalue = 3\norigin = "Mien"\n', "origin"),
        ('metric = "km"\nvalue = 3\nalternative = "Est"\n', "alternative"),
        ('metric = "km"\nvalue = 3\nalternative = {opne = "East"}\n', "alternative"),
        ('metric = "km"\nvalue = 3\norgin = "Mine"\n', "orgin"),
        ("metric = \n", "claim.toml"),
    ],
)
def test_bad_claims_are_refused(text, where, folder):
    with pytest.raises(LodewayError) as caught:
        claim(folder, text)
    assert where in caught.value.where


def test_states_may_be_named_and_joined(folder):
    text = FULL.replace('"East"', '["both", "East", {close = ["North"], open = ["East"]}]') + (
        'value = 80\n[[state]]\nname = "both"\nopen = ["East"]\nclose = "North"\n'
    )
    told = claim(folder, text).as_dict()
    assert [reading["alternative_value"] for reading in told["readings"]] == [102, 102, 102]


def test_chance_is_the_share_of_the_span(folder):
    values = np.linspace(0, 1000, 101)
    assert by_chance(values, 500, 50) == pytest.approx(10.1)
    assert by_chance(np.array([5.0]), 5, 1) == 0.0
    assert at_least(3, 1.5) == pytest.approx(1 - poisson.cdf(2, 1.5))


def test_the_340_km_of_the_reference_answers(reference_data):
    """Demirli to Kars: 601 km today, 464 / 535 / 418 with one border, the other, or both open."""
    folder = reference_data("corridors")
    network = read_network(folder)
    path_text = """
metric = "saving_km"
value = 340
tolerance_pct = 10
origin = "Demirli"
destination = ["Kars", "Igdir", "Poti"]
avoid = ["IRN", "SYR"]
[[state]]
name = "ARM-AZE open"
open = ["Goris_Kornidzor_Lachin", "Sotk", "Yeraskh_Sadarak", "Ijevan_Gazakh"]
[[state]]
name = "ARM-TUR open"
open = ["Margara_Alican", "Akhurik_road"]
"""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        text = path_text.replace(
            "[[state]]", 'alternative = ["ARM-AZE open", "ARM-TUR open"]\n[[state]]', 1
        )
        told = claim(Path(name) / "net", text, network).as_dict()
    found = {(r["destination"], r["alternative"]): r["alternative_value"] for r in told["readings"]}
    assert found["Kars", "ARM-AZE open"] == pytest.approx(464, abs=0.5)
    assert found["Kars", "ARM-TUR open"] == pytest.approx(535, abs=0.5)
    assert found["Igdir", "ARM-AZE open"] == pytest.approx(341, abs=0.5)
    assert found["Poti", "ARM-AZE open"] == pytest.approx(663, abs=0.5)
    assert told["tried"] == 6
    assert not told["verdict"].startswith("supported")
