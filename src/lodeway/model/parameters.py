"""The unit that a parameter's name asks for, so that a fact is turned into it at one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lodeway.errors import LodewayError
from lodeway.model.facts import Fact, Facts

#: Endings of parameter names and the unit of each; the longest that fits counts.
SUFFIXES: Mapping[str, str] = {
    "pct_per_y": "%",
    "pct": "%",
    "share": "fraction",
    "t_per_y": "t/y",
    "t_per_t": "t/t",
    "g_per_t": "g/t",
    "gj_per_t": "GJ/t",
    "kwh_per_t": "kWh/t",
    "m3_per_t": "m3/t",
    "usd_per_t_per_fe_pct": "USD/t",
    "usd_per_t_per_pct": "USD/t",
    "usd_per_t": "USD/t",
    "usd_per_lb": "USD/lb",
    "usd_per_oz": "USD/oz",
    "usd_per_gj": "USD/GJ",
    "usd_per_kwh": "USD/kWh",
    "usd": "USD",
    "half_life_y": "y",
    "life_y": "y",
    "years": "y",
    "ore_t": "t",
    "direct": "jobs",
    "indirect_per_direct": "ratio",
}
_SUBJECTS = re.compile(r"_per_t_(ore|rock|product|metal|hbi|pellet|concentrate)$")


def unit_of(name: str) -> str:
    """Return the unit that a parameter's name asks for.

    A subject after ``per_t`` (ore, rock, product, metal, hbi, pellet) says per tonne of what.

    Raises
    ------
    LodewayError
        When no ending is known.

    Examples
    --------
    >>> unit_of("ore_t_per_y"), unit_of("recovery_fe_pct"), unit_of("gas_gj_per_t_hbi")
    ('t/y', '%', 'GJ/t')
    """
    plain = _SUBJECTS.sub("_per_t", name)
    fitting = [ending for ending in SUFFIXES if plain == ending or plain.endswith(f"_{ending}")]
    if not fitting:
        raise LodewayError("bad-study", name, "no unit in the name", "a name that ends in its unit")
    return SUFFIXES[max(fitting, key=len)]


def parameter(facts: Facts, section: Mapping[str, Any], name: str, where: str) -> Fact:
    """Return the fact that a section names for a parameter, with a unit that fits.

    Raises
    ------
    LodewayError
        When the key is missing, the fact does not exist, or its unit measures something else.
    """
    if name not in section:
        raise LodewayError("bad-study", f"{where}.{name}", "nothing", "the id of a fact")
    return fact_in(facts, section[name], unit_of(name), f"{where}.{name}")


def fact_in(facts: Facts, fact_id: Any, unit: str, where: str) -> Fact:
    """Return a fact that can be read in `unit`; the error says where it is asked for."""
    if not isinstance(fact_id, str) or fact_id not in facts:
        try:
            facts[fact_id]
        except LodewayError as problem:
            raise LodewayError(
                problem.code, where, problem.got, problem.expected, problem.cure
            ) from None
    fact = facts[fact_id]
    try:
        fact.range(unit)
    except LodewayError as problem:
        raise LodewayError(
            problem.code, f"{where} -> {problem.where}", problem.got, problem.expected, problem.cure
        ) from None
    return fact
