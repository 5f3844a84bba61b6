"""Records of deposits from any table: columns found by name, values made comparable."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_bytes
from lodeway.registry.quantities import nature
from lodeway.registry.reading.names import states
from lodeway.registry.transliteration import latin

#: A table of records larger than this is refused before it is read.
LIMIT_BYTES = 512 * 2**20
_OPTIONAL = ("aliases", "lon", "lat", "country", "commodities", "source")
_SPELT = {
    "aliases": ("aliases", "alias", "other_names", "alternative_names"),
    "lon": ("lon", "longitude", "long", "x"),
    "lat": ("lat", "latitude", "y"),
    "country": ("country", "countries"),
    "commodities": ("commodities", "commodity", "commods"),
    "source": ("source", "database", "dataset"),
    "name": ("name", "site_name", "deposit"),
}


@dataclass(frozen=True)
class Records:
    """Records of one table, column by column.

    Attributes
    ----------
    ids
        As given, shape ``(n,)``.
    names
        Every name of a record: its own first, then the aliases.
    lon, lat
        Degrees, NaN where there is none.
    accuracy_km
        How far off the written digits may be (a point given in whole minutes is not exact).
    country
        ISO code, or the text in lower case, or empty; several joined by ``|``.
    commodities
        Chemical symbols or words.
    source
        The list that a record comes from, where one table joins several; else empty.
    missing
        Columns that the table lacks.
    faults
        What is wrong with single rows: (row, what), listed and not repaired.
    """

    ids: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_km: NDArray[np.float64]
    country: tuple[str, ...]
    commodities: tuple[frozenset[str], ...]
    source: tuple[str, ...]
    missing: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.ids)


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet table, every cell of a CSV as text.

    Raises
    ------
    LodewayError
        For a file that is missing, too large, or neither.
    """
    read_bytes(path, 0) if not path.is_file() else None
    if path.stat().st_size > LIMIT_BYTES:
        raise LodewayError(
            "too-large", str(path), f"{path.stat().st_size:,} bytes", f"at most {LIMIT_BYTES:,}"
        )
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            return pd.read_parquet(path)
        if path.suffix.lower() == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise LodewayError(
            "bad-csv", str(path), f"byte {problem.start}", "UTF-8 text",
            "save the file as UTF-8; older files are often Windows-1251 or Windows-1252",
        ) from None  # fmt: skip
    except (ValueError, OSError) as problem:
        raise LodewayError("bad-csv", str(path), str(problem)[:200], "a readable table") from None
    raise LodewayError("bad-csv", str(path), path.suffix or "no ending", ".csv or .parquet")


def rows_of(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as dictionaries by column."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def frame_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def read_records(path: Path, id_column: str = "id") -> Records:
    """Read records, finding the columns ``id, name, aliases, lon, lat, country, commodities``."""
    return to_records(read_table(path), path.name, id_column)


def to_records(table: pd.DataFrame, where: str, id_column: str = "id") -> Records:
    """Turn a table into records.

    Parameters
    ----------
    table
        Any table with an id and a name.
    where
        How errors call it.
    id_column
        The column of ids.

    Raises
    ------
    LodewayError
        When the id or the name is missing.
    """
    found = {name: _column(table, name) for name in ("name", *_OPTIONAL)}
    for wanted, column in ((id_column, id_column), ("name", found["name"])):
        if column is None or column not in table.columns:
            cure = suggestion(wanted, map(str, table.columns))
            raise LodewayError(
                "missing", f"{where}:1", ", ".join(map(str, table.columns)),
                f"a column {wanted!r}", cure or "--id names the column of ids",
            )  # fmt: skip
    size = len(table)
    faults: list[tuple[int, str]] = []
    lon_text, lat_text = (_texts(table, found[name]) for name in ("lon", "lat"))
    lon, lat = _degrees(lon_text, 180.0, faults), _degrees(lat_text, 90.0, faults)
    _screen(lon, lat, lon_text, lat_text, faults)
    names = _texts(table, found["name"])
    aliases = _texts(table, found["aliases"])
    return Records(
        ids=tuple(_texts(table, id_column)),
        names=tuple(_names(names[i], aliases[i]) for i in range(size)),
        lon=lon,
        lat=lat,
        accuracy_km=np.array([_accuracy(a, b) for a, b in zip(lon_text, lat_text, strict=True)]),
        country=tuple(map(country_code, _texts(table, found["country"]))),
        commodities=tuple(map(commodity_set, _texts(table, found["commodities"]))),
        source=tuple(_texts(table, found["source"])),
        missing=tuple(n for n in _OPTIONAL if found[n] is None and n != "source"),
        faults=tuple(faults),
    )


def _column(table: pd.DataFrame, name: str) -> str | None:
    lower = {str(column).lower(): str(column) for column in table.columns}
    return next((lower[spelt] for spelt in _SPELT[name] if spelt in lower), None)


def _texts(table: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(table)
    values = table[column]
    if pd.api.types.is_float_dtype(values):
        return ["" if v != v else repr(float(v)) for v in values]  # noqa: PLR0124  NaN
    return ["" if v is None or v is pd.NA else str(v) for v in values.where(values.notna(), "")]


def _degrees(
    texts: Sequence[str], most: float, faults: list[tuple[int, str]]
) -> NDArray[np.float64]:
    out = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if not text.strip():
            continue
        try:
            value = float(text)
        except ValueError:
            faults.append(
                (row, f"{text!r} is no number of degrees (degrees, minutes and seconds?)")
            )
            continue
        if abs(value) > most:
            faults.append((row, f"{text} lies off the globe"))
        else:
            out[row] = value
    return out


def _screen(
    lon: NDArray[np.float64], lat: NDArray[np.float64], lon_text: Sequence[str],
    lat_text: Sequence[str], faults: list[tuple[int, str]],
) -> None:  # fmt: skip
    """Leave out positions that cannot be measured ones, and say so."""
    for row in range(len(lon)):
        if np.isnan(lon[row]) or np.isnan(lat[row]):
            lon[row] = lat[row] = np.nan
        elif lon[row] == 0.0 and lat[row] == 0.0:
            faults.append((row, "0, 0 is no position"))
            lon[row] = lat[row] = np.nan
        elif invented(lon_text[row]) and invented(lat_text[row]):
            faults.append((row, f"digits of {lon_text[row]}, {lat_text[row]} count up or down"))
            lon[row] = lat[row] = np.nan


def invented(text: str) -> bool:
    """Whether decimals only count up or down: typed, not measured.

    Examples
    --------
    >>> invented("40.1234"), invented("44.9876"), invented("44.8567")
    (True, True, False)
    """
    decimals = re.match(r"-?\d+\.(\d{4,})$", text)
    if not decimals:
        return False
    steps = {int(b) - int(a) for a, b in zip(decimals[1], decimals[1][1:], strict=False)}
    return steps in ({1}, {-1})


def _accuracy(lon: str, lat: str) -> float:
    """Return how far off written degrees may be, km, judged by their digits."""
    if not lon.strip() or not lat.strip():
        return np.nan
    return max(_digit_error(lon), _digit_error(lat))


def _digit_error(text: str) -> float:
    try:
        value = abs(float(text))
    except ValueError:
        return np.nan
    for steps, error_km in ((1.0, 80.0), (10.0, 8.0), (60.0, 1.4), (100.0, 0.8), (1000.0, 0.08)):
        if abs(value * steps - round(value * steps)) < 2e-3:
            return error_km
    return 0.03


def _names(name: str, aliases: str) -> tuple[str, ...]:
    others = [word.strip() for word in re.split(r"[|;]", aliases) if word.strip()]
    return (name.strip(), *others)


@cache
def country_code(text: str) -> str:
    """Return the ISO codes of the states that a text names, or the text in lower case.

    Examples
    --------
    >>> country_code("USA"), country_code("Republic of Georgia"), country_code("")
    ('USA', 'GEO', '')
    """
    codes = []
    for part in re.split(r"[|;/]", text):
        word = part.strip()
        if word:
            known = states().get(word.casefold())
            codes.append(
                known[1] if known else word if re.fullmatch("[A-Z]{3}", word) else latin(word)
            )
    return "|".join(sorted(set(codes)))


@cache
def _commodities() -> Mapping[str, str]:
    known = {word: item.commodity for item in nature().values() for word in item.words}
    more = {
        "ni": "Ni", "nickel": "Ni", "co": "Co", "cobalt": "Co", "sn": "Sn", "tin": "Sn", "w": "W",
        "tungsten": "W", "u": "U", "uranium": "U", "u3o8": "U", "mn": "Mn", "manganese": "Mn",
        "cr": "Cr", "chromium": "Cr", "chromite": "Cr", "al": "Al", "bauxite": "Al", "sb": "Sb",
        "antimony": "Sb", "as": "As", "arsenic": "As", "li": "Li", "lithium": "Li", "ba": "Ba",
        "barite": "Ba", "barium": "Ba", "f": "F", "fluorite": "F", "fluorspar": "F", "pt": "Pt",
        "platinum": "Pt", "pd": "Pd", "palladium": "Pd", "v": "V", "vanadium": "V", "ti": "Ti",
        "titanium": "Ti", "p": "P", "phosphate": "P", "re": "Re", "in": "In", "ree": "REE",
        "rare": "REE", "coal": "C", "graphite": "graphite", "s": "S", "sulfur": "S",
    }  # fmt: skip
    return {**more, **known}


@cache
def commodity_set(text: str) -> frozenset[str]:
    """Return the commodities that a cell names, whatever joins them.

    Examples
    --------
    >>> sorted(commodity_set("%Cu|g/t Au")), sorted(commodity_set("Gold, copper"))
    (['Au', 'Cu'], ['Au', 'Cu'])
    """
    known = _commodities()
    words = re.findall(r"[A-Za-z][A-Za-z0-9]*", re.sub(r"g/t|\bppm\b|%", " ", text))
    return frozenset(known.get(word.lower(), word.lower()) for word in words if len(word) < 20)
