"""Refusing two rates that would charge the same thing twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from lodeway.corridors.records import ENTRY, Priced, Rate
from lodeway.errors import LodewayError

#: Kinds that all apply to one movement in one mode; what they contain must not overlap.
_TOGETHER = ("haul", "inventory", "standing", "border_fee", *ENTRY)


def refuse_double_counts(network: Priced, rates: Sequence[Rate], modes: Collection[str]) -> None:
    """Refuse rates that both apply to a movement and contain the same cost.

    Compared are, for each mode: haul, standing, inventory, border fees, permits and guarantees with
    one another (a permit contains ``permit`` whether it says so or not, a guarantee likewise, and
    there is one of each; a gate's fee contains ``border_fee``); transshipment with the haul rates
    of its two modes; the break of gauge with haul; and the inventory rate with each service. A
    backhaul row is never an overlap: it counts only where the haul rate lacks the empty return.

    Raises
    ------
    LodewayError
        With code ``double-count``, naming both rows.
    """
    for mode in sorted(modes):
        applying = [rate for rate in rates if rate.kind in _TOGETHER and rate.mode in {mode, ""}]
        for one, two in combinations(applying, 2):
            if one.kind != two.kind or one.kind in ENTRY:
                _compare(one.where, _contents(one), two.where, _contents(two))
        hauls = [rate for rate in applying if rate.kind == "haul"]
        others = [rate for rate in applying if rate.kind != "border_fee"]
        for gate in network.gates:
            if gate.mode == mode and (gate.fee_usd_20t is None or gate.fee_usd_20t.high > 0):
                for rate in others:
                    _compare(rate.where, rate.contains, gate.where, {"border_fee"})
                break
        for rate in rates:
            moved = rate.kind == "transshipment" and mode in rate.mode.split("-")
            if (moved and rate.unit.lower() not in {"h", "hours"}) or (
                rate.kind == "gauge_break" and rate.mode in {mode, ""}
            ):
                for haul in hauls:
                    _compare(haul.where, haul.contains, rate.where, rate.contains | {"loading"})
    for rate in rates:
        for service in network.services:
            if rate.kind == "inventory":
                _compare(rate.where, rate.contains, service.where, service.contains)


def _contents(rate: Rate) -> frozenset[str]:
    return rate.contains | {rate.kind} if rate.kind in ENTRY else rate.contains


def _compare(
    one: str, contains_one: Collection[str], two: str, contains_two: Collection[str]
) -> None:
    both = sorted(set(contains_one) & set(contains_two))
    if both:
        raise LodewayError(
            "double-count", f"{one} and {two}", f"{' and '.join(both)} in both",
            "each cost in one rate only",
            "take one of the two away, or use a rate without that part",
        )  # fmt: skip
