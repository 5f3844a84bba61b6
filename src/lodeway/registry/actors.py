"""Actors: who owns whom, from when to when, by which source; and what that makes at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io import read_rows


@dataclass(frozen=True)
class Holding:
    """A share of one actor in another, as one source states it.

    `share` is a fraction, or None where the source names no figure.
    """

    owner: str
    owned: str
    share: float | None
    start: date | None
    end: date | None
    source: str
    where: str

    def in_force(self, day: date) -> bool:
        """Whether the holding counts on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def read_holdings(path: Path) -> list[Holding]:
    """Read a table with the columns ``owner, owned, share_pct, start, end, source``.

    Raises
    ------
    LodewayError
        For a share outside 0 to 100, or an actor that owns itself.
    """
    found = []
    for row in read_rows(path, ("owner", "owned", "source"), name=path.name):
        share = row.optional_number("share_pct", low=0.0, high=100.0)
        owner, owned = row.text("owner"), row.text("owned")
        if owner == owned:
            raise LodewayError("unknown-id", row.where("owned"), owned, "another actor than owner")
        found.append(
            Holding(
                owner,
                owned,
                None if share is None else share / 100.0,
                row.date("start"),
                row.date("end"),
                row.text("source"),
                row.where(),
            )
        )
    return found


def owners_of(holdings: Sequence[Holding], actor: str, day: date) -> dict[str, float | None]:
    """Return who stands behind an actor at the end of all chains, with the product of shares.

    None where a link of the chain has no figure. Cycles are walked once.

    Examples
    --------
    >>> rows = [Holding("P", "M", 0.6, None, None, "s", ""),
    ...         Holding("Q", "P", 0.5, None, None, "s", "")]
    >>> owners_of(rows, "M", date(2025, 1, 1))
    {'Q': 0.3}
    """
    above: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.in_force(day):
            above[holding.owned].append(holding)
    found: dict[str, float | None] = {}

    def climb(name: str, share: float | None, seen: frozenset[str]) -> None:
        parents = [item for item in above[name] if item.owner not in seen]
        if not parents and name != actor:
            known = found.get(name, 0.0)
            found[name] = None if share is None or known is None else known + share
        for item in parents:
            product = None if share is None or item.share is None else share * item.share
            climb(item.owner, product, seen | {item.owner})

    climb(actor, 1.0, frozenset({actor}))
    return {name: None if share is None else round(share, 12) for name, share in found.items()}


def disputed(holdings: Sequence[Holding], day: date) -> list[tuple[str, float, list[str]]]:
    """Return actors whose owners hold more than the whole, with the sum and the sources."""
    total: dict[str, float] = defaultdict(float)
    sources: dict[str, list[str]] = defaultdict(list)
    for item in holdings:
        if item.in_force(day) and item.share is not None:
            total[item.owned] += item.share
            sources[item.owned].append(f"{item.owner}: {item.source}")
    return [(name, share, sources[name]) for name, share in total.items() if share > 1.0 + 1e-9]
