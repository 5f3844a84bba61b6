"""Numbers as people read them: no digit finer than the interval allows."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
_SCALES = ((1e9, "billion"), (1e6, "million"))


def step_for(width: float, size: float) -> float:
    """Return the power of ten to which a value is rounded.

    An interval spans 5 to 50 steps; without an interval the value keeps three digits.

    Examples
    --------
    >>> step_for(10.0, 7.0), step_for(300.0, 1234.0), step_for(0.0, 1234.0)
    (1.0, 10.0, 10.0)
    """
    if width > 0 and math.isfinite(width) and width > 1e-9 * abs(size):
        return float(10.0 ** math.floor(math.log10(width / 5)))
    if size and math.isfinite(size):
        return float(10.0 ** (math.floor(math.log10(abs(size))) - 2))
    return 1.0


def plain(value: float, step: float) -> str:
    """Return a number rounded to `step`, with thousands separated and a true minus.

    Examples
    --------
    >>> plain(-12345.6, 100.0), plain(0.126, 0.01), plain(-0.2, 1.0)
    ('−12,300', '0.13', '0')
    """
    if not math.isfinite(value):
        return "unknown"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{round(value / step) * step:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def rounded(p10: float, p50: float, p90: float) -> str:
    """Return a median and its interval, with no finer digits than the interval allows.

    Examples
    --------
    >>> rounded(2.13, 6.84, 11.9)
    '7 (2 to 12)'
    >>> rounded(5.0, 5.0, 5.0)
    '5.00'
    """
    if not (math.isfinite(p10) and math.isfinite(p50) and math.isfinite(p90)):
        return "unknown"
    step = step_for(p90 - p10, max(abs(p10), abs(p50), abs(p90)))
    middle, low, high = plain(p50, step), plain(p10, step), plain(p90, step)
    return middle if low == high else f"{middle} ({low} to {high})"


def scale_for(size: float, unit: str) -> tuple[float, str]:
    """Return what to divide by, and the unit that is then right, for large sums of money or mass.

    Examples
    --------
    >>> scale_for(3.2e8, "USD")
    (1000000.0, 'million USD')
    >>> scale_for(320.0, "USD/t"), scale_for(1e8, "USD/t")
    ((1.0, 'USD/t'), (1000000.0, 'USD/g'))
    """
    if unit == "USD/t" and abs(size) >= 1e6:
        return 1e6, "USD/g"  # precious metal: a million USD per tonne is a USD per gram
    if unit in {"USD", "USD/y", "t", "t/y"}:
        for factor, word in _SCALES:
            if abs(size) >= factor:
                return factor, f"{word} {unit}"
    return 1.0, unit


def spread(p10: float | None, p50: float | None, p90: float | None, unit: str) -> str:
    """Return `rounded` with its unit.

    Examples
    --------
    >>> spread(1.1e8, 2.2e8, 3.9e8, "USD")
    '220 (110 to 390) million USD'
    """
    if p10 is None or p50 is None or p90 is None:
        return "unknown"
    factor, word = scale_for(max(abs(p10), abs(p50), abs(p90)), unit)
    text = rounded(p10 / factor, p50 / factor, p90 / factor)
    return text if text == "unknown" else f"{text} {word}".rstrip()


def single(value: float | None, unit: str) -> str:
    """Return one value with three digits and its unit.

    Examples
    --------
    >>> single(1234567.0, "USD"), single(2026.0, "year")
    ('1.23 million USD', '2,030 year')
    """
    if value is None or not math.isfinite(value):
        return "unknown"
    factor, word = scale_for(value, unit)
    number = value / factor
    if number == round(number) and abs(number) < 1000:
        return f"{plain(number, 1.0)} {word}".rstrip()
    shown = plain(number, step_for(0.0, number))
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{shown} {word}".rstrip()
