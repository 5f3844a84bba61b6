"""Deposits under all their names, with position, accuracy and jurisdictions."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows

_NEEDED = ("deposit_id", "name", "aliases", "commodities", "lon", "lat")


@dataclass(frozen=True)
class Deposit:
    """One deposit.

    `countries` are the states on whose recognised ground it lies; one that straddles a border has
    two. `radius_km` says how far from the point it may be; a point without a source has a wide one.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    commodities: tuple[str, ...]
    countries: tuple[str, ...]
    lon: float | None
    lat: float | None
    radius_km: float | None
    position_source: str
    file: str

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the first one first."""
        return (self.name, *self.aliases)


def fold(name: str) -> str:
    """Return a name without case, accents and marks, for looking it up.

    Examples
    --------
    >>> fold("Daşkəsən") == fold("DASKƏSƏN")
    True
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).strip()


def read_deposits(path: Path, folder: Path) -> list[Deposit]:
    """Read a table of deposits.

    Raises
    ------
    LodewayError
        For an id or a name that stands for two deposits, and for positions off the globe.
    """
    rows = read_rows(path, _NEEDED, name=path.relative_to(folder).as_posix())
    deposits = [_deposit(row) for row in rows]
    seen: dict[str, str] = {}
    for row, deposit in zip(rows, deposits, strict=True):
        for name in {fold(text) for text in (deposit.id, *deposit.names)}:
            if seen.setdefault(name, deposit.id) != deposit.id:
                raise LodewayError(
                    "unknown-id", row.where("name"), repr(name), f"a name not of {seen[name]}",
                    "one deposit under two entries would be counted twice",
                )  # fmt: skip
    return deposits


def _deposit(row: Row) -> Deposit:
    def words(field: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in row.text(field, "").split("|") if word.strip())

    return Deposit(
        id=row.text("deposit_id"),
        name=row.text("name"),
        aliases=words("aliases"),
        commodities=words("commodities"),
        countries=words("country"),
        lon=row.optional_number("lon", low=-180.0, high=180.0),
        lat=row.optional_number("lat", low=-90.0, high=90.0),
        radius_km=row.optional_number("radius_km", low=0.0, high=500.0),
        position_source=row.text("coordinate_source", ""),
        file=row.file,
    )


def alias_table(deposits: Sequence[Deposit]) -> dict[str, str]:
    """Return each name in lower case with its deposit's first name.

    Examples
    --------
    >>> one = Deposit("d", "Zod", ("Sotk",), (), (), None, None, None, "", "")
    >>> alias_table([one])["sotk"]
    'zod'
    """
    return {
        name.casefold(): deposit.name.casefold() for deposit in deposits for name in deposit.names
    }


def aliases_of(paths: Sequence[Path]) -> dict[str, str]:
    """Return each name of some tables of names with the first name of its row, in lower case.

    Columns: ``canonical`` or ``name``, and ``aliases`` joined by ``|``.
    """
    found: dict[str, str] = {}
    for path in paths:
        for row in read_rows(path, ["aliases"]):
            first = (row.text("canonical", "") or row.text("name")).casefold()
            for name in (first, *row.text("aliases", "").casefold().split("|")):
                found[name.strip()] = first
    return found
