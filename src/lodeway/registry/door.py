"""Units at the door of claims: pint with our own unit file, which knows no bare ton."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion

#: Base units that values are stored in, by pint's dimensionality.
_BASES = {
    "[mass]": "t", "1/[time]*[mass]": "t/a", "[length]": "m", "[length]**2": "m2",
    "[length]**3": "m3", "[time]": "a", "[money]": "USD", "[money]/[mass]": "USD/t",
    "dimensionless": "1",
}  # fmt: skip
_SUBJECT = re.compile(
    r"\b(?:Cu|Au|Ag|Mo|Zn|Pb|Fe|HBI|ore|copper|gold|concentrate|of|wet|dry)\b\??|\(.*?\)"
)


@cache
def registry() -> Any:
    """Return the pint registry made of ``units.txt`` alone."""
    import pint

    return pint.UnitRegistry(str(Path(__file__).with_name("units.txt")), cache_folder=None)


def in_si(value: float, unit: str, where: str = "unit") -> tuple[float, str]:
    """Return a value in the base unit of its dimension, and that unit.

    Raises
    ------
    LodewayError
        For a unit that is not in the unit file; a bare ton is ambiguous and says so.

    Examples
    --------
    >>> in_si(15.0, "kt/a"), in_si(3.8, "g/t Au")
    ((15000.0, 't/a'), (3.8e-06, '1'))
    >>> in_si(1.0, "ton")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: unit: got 'ton', expected one meaning (a ton may be metric ...
    """
    import pint

    text = _SUBJECT.sub(" ", unit).replace("%", "percent").strip(" ,;?")
    if re.search(r"(?<!short )(?<!long )\btons?\b", text):
        raise LodewayError(
            "bad-unit", where, repr(unit), "one meaning",
            "a ton may be metric (1000 kg), short (907 kg) or long (1016 kg): write t, short ton "
            "or long ton",
        )  # fmt: skip
    text = re.sub(r"\b(short|long) tons?\b", r"\1_ton", text)
    text = re.sub(r"\btonnes?\b", "t", text).replace("persons", "count").replace("jobs", "count")
    try:
        known = registry()
        quantity = known.Quantity(value, known.parse_units(text or "count"))
    except (pint.errors.PintError, ValueError, AttributeError, TypeError, KeyError):
        near = suggestion(text, map(str, registry()._units))  # noqa: SLF001  no public list
        raise LodewayError(
            "bad-unit", where, repr(unit), "a unit of Lodeway's unit file", near
        ) from None
    base = _BASES.get(_dimension(quantity))
    if base is None:
        return float(value), text
    wanted = "count" if base == "1" else base
    return _tidy(float(quantity.to(wanted).magnitude)), base


def _dimension(quantity: Any) -> str:
    parts = dict(quantity.dimensionality)
    if not parts:
        return "dimensionless"
    if parts == {"[mass]": 1, "[time]": -1}:
        return "1/[time]*[mass]"
    if parts == {"[money]": 1, "[mass]": -1}:
        return "[money]/[mass]"
    if len(parts) == 1:
        ((name, power),) = parts.items()
        return name if power == 1 else f"{name}**{int(power)}"
    return str(quantity.dimensionality)


def _tidy(value: float) -> float:
    """Return a float without the last-digit noise of a conversion."""
    return float(f"{value:.15g}")
