"""The iron chain: ore, concentrate, pellets, briquetted iron; gas, power, water and carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.processing.balance import ceiling, check_share, closure

Array = NDArray[np.float64]

#: Products in order of making, and the iron content that each is asked for.
STEPS = ("iron-concentrate", "iron-pellets", "hbi")
_GRADES = {
    "iron-concentrate": "concentrate_fe",
    "iron-pellets": "pellet_fe",
    "hbi": "hbi_fe",
}


@dataclass(frozen=True)
class IronChain:
    """A chain in a year of full output; every array has the shape ``(draw,)``.

    Attributes
    ----------
    ore_t, tailings_t
        Dry tonnes a year.
    streams
        Dry tonnes of each product that is made, by name; the last one is sold.
    fe
        Mass fraction of iron in ore, tailings and each product.
    closure
        Largest error of the iron and mass balances of the concentrator and of the furnace.
    """

    ore_t: Array
    tailings_t: Array
    streams: Mapping[str, Array]
    fe: Mapping[str, Array]
    closure: float


def iron_chain(sells: str, product_t: Array, shares: Mapping[str, Array], where: str) -> IronChain:
    """Work back from what is sold to the ore that it takes.

    Iron is kept at every step: recovery in the concentrator, none lost in pelletising (binder and
    oxygen change the mass, not the iron), and `dr_yield` of the pellets' iron in the furnace.

    Parameters
    ----------
    sells
        One of ``iron-concentrate``, ``iron-pellets``, ``hbi``.
    product_t
        Dry tonnes sold a year, ``(draw,)``.
    shares
        ``head_fe, recovery_fe, concentrate_fe`` and, as far as the chain goes, ``pellet_fe,
        hbi_fe, dr_yield``: mass fractions and shares, ``(draw,)``.
    where
        Project, for errors.

    Raises
    ------
    LodewayError
        For a share outside 0 to 1 or a grade above what magnetite, hematite or iron can hold.
    """
    if sells not in STEPS:
        raise LodewayError("bad-study", f"{where}.sells", repr(sells), f"one of {', '.join(STEPS)}")
    made = STEPS[: STEPS.index(sells) + 1]
    for name in made:
        check_share(shares[_GRADES[name]], f"{where} {name}: iron", most=ceiling(name, "Fe"))
    for name in ("head_fe", "recovery_fe", *(["dr_yield"] if sells == "hbi" else [])):
        check_share(shares[name], f"{where} {name}")
    iron = {sells: product_t * shares[_GRADES[sells]]}
    if sells == "hbi":
        iron["iron-pellets"] = iron["hbi"] / shares["dr_yield"]
    if "iron-pellets" in made:
        iron["iron-concentrate"] = iron["iron-pellets"]
    streams = {name: iron[name] / shares[_GRADES[name]] for name in made}
    ore_iron = iron["iron-concentrate"] / shares["recovery_fe"]
    ore = ore_iron / shares["head_fe"]
    tailings = ore - streams["iron-concentrate"]
    if np.any(tailings < 0.0):
        raise LodewayError("balance", f"{where} concentrate", "more concentrate than ore", "less")
    tailings_iron = ore_iron * (1.0 - shares["recovery_fe"])
    fe = {name: shares[_GRADES[name]] for name in made}
    fe |= {"ore": shares["head_fe"], "tailings": tailings_iron / np.maximum(tailings, 1e-300)}
    error = max(
        closure(ore, streams["iron-concentrate"] + tailings),
        closure(ore * fe["ore"], streams["iron-concentrate"] * fe["iron-concentrate"]
                + tailings * fe["tailings"]),
    )  # fmt: skip
    if sells == "hbi":
        lost = iron["iron-pellets"] * (1.0 - shares["dr_yield"])
        error = max(error, closure(streams["iron-pellets"] * fe["iron-pellets"],
                                   streams["hbi"] * fe["hbi"] + lost))  # fmt: skip
    return IronChain(ore, tailings, streams, fe, error)


def implied_yields(
    ore_t: float, head_fe: float, concentrate_t: float, concentrate_fe: float,
    hbi_t: float, hbi_fe: float,
) -> tuple[float, float]:  # fmt: skip
    """Return the iron recovery and the furnace yield that a published chain implies.

    Examples
    --------
    3.1 Mt of ore at 40 %, 1.3 Mt of concentrate at 67 %, 0.9 Mt of HBI at 95 %:

    >>> [round(share, 3) for share in implied_yields(3.1, 0.40, 1.3, 0.67, 0.9, 0.95)]
    [0.702, 0.982]
    """
    iron = concentrate_t * concentrate_fe
    return iron / (ore_t * head_fe), hbi_t * hbi_fe / iron
