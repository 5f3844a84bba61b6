"""Dates in running text: with their span, and with the year that a text leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_EN = ["january", "february", "march", "april", "may", "june", "july", "august", "september",
       "october", "november", "december"]  # fmt: skip
_AZ = ["yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avqust", "sentyabr",
       "oktyabr", "noyabr", "dekabr"]  # fmt: skip
_RU = ["январ", "феврал", "март", "апрел", "ма[йя]", "июн", "июл", "август", "сентябр",
       "октябр", "ноябр", "декабр"]  # fmt: skip
_TR = ["ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül",
       "ekim", "kasım", "aralık"]  # fmt: skip
_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sept?", "oct", "nov", "dec"]
_NAMES = [
    f"{en}|{az}\\w*|{ru}\\w*|{tr}\\w*|{short}\\.?"
    for en, az, ru, tr, short in zip(_EN, _AZ, _RU, _TR, _SHORT, strict=True)
]
_MONTH = "|".join(_NAMES)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:[0-3]?\d)(?:st|nd|rd|th)?"
_TO = r"(?P<join>[-\u2013\u2014]| and | to )"
_NTH = "first|second|third|fourth"
_NO_UNIT = (
    r"(?![.,]?\d|[-\u2013]\d|s\b| ?%| ?(?:percent|tons?|tonnes?|km|kilomet|dollars|people|million"
    r"|t\b|kg|ha\b|MW|hectares|jobs|pcs|metres|m\b))"
)
_LEAD = r"\b(?:in|since|until|by|from|during|of|late|early|mid-|in early|in late|on|the) "
_SURE = "|".join(name for name in _EN if name not in {"may", "march"})
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("iso", rf"\b(?P<y>{_YEAR})-(?P<m>[01]\d)(?:-(?P<d>[0-3]\d))?\b"),
        ("dotted", rf"\b(?P<d>[0-3]?\d)[./](?P<m>[01]?\d)[./](?P<y>{_YEAR})\b"),
        ("dmy", rf"\b(?P<d>{_DAY})(?: of)?[ \u00a0](?P<m>{_MONTH}),? (?P<y>{_YEAR})\b"),
        ("mdy", rf"\b(?P<m>{_MONTH}) (?P<d>{_DAY}),? ?(?P<y>{_YEAR})\b"),
        ("months", rf"\b(?P<m>{_MONTH}){_TO}(?P<m2>{_MONTH}),? (?P<y>{_YEAR})\b"),
        ("md", rf"\b(?P<m>{_MONTH}) (?P<d>{_DAY})\b(?![.,]\d|%| ?(?:percent|million|tons?))"),
        ("dm", rf"\b(?P<d>{_DAY}) (?P<m>{_MONTH})\b"),
        ("my", rf"\b(?P<m>{_MONTH}),?(?: of)? (?P<y>{_YEAR})\b"),
        ("quarter", rf"\b(?:Q(?P<q>[1-4])|(?P<qw>{_NTH}) quarter)(?: of)? (?P<y>{_YEAR})\b"),
        ("half", rf"\b(?:H(?P<h>[12])|(?P<hw>first|second) half)(?: of)? (?P<y>{_YEAR})\b"),
        ("end", rf"\b(?:the )?(?P<part>end|beginning|start|middle) of (?P<y>{_YEAR})\b"),
        ("part", rf"\b(?P<part>early|mid|late)[- ](?P<y>{_YEAR})\b(?!s)"),
        ("fiscal", rf"\b(?:FY ?|fiscal(?: year)? )(?P<y>{_YEAR})\b|\b(?P<y2>{_YEAR}) fiscal\b"),
        ("years", rf"\b(?P<y>{_YEAR})(?:[-\u2013\u2014]| to )(?P<y2>{_YEAR}|\d\d)\b(?![-\d])"),
        ("year", rf"(?<![\d.,$€£-])\b(?P<y>{_YEAR})\b{_NO_UNIT}"),
        ("bare", rf"{_LEAD}(?P<m>{'|'.join(_EN)})\b(?! \d)|\b(?P<m2>{_SURE})\b(?! \d)"),
    )
)  # fmt: skip
_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_AHEAD = re.compile(
    r"\b(?:by|until|planned for|scheduled|expected|target\w*|from|forecast|will|slated)\W+"
    r"(?:the\W+)?$|\bplan\w*\b[^.]{0,40}$|\bwill\b[^.]{0,60}$|\banticipated\b[^.]{0,60}$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class When:
    """A date in a text: `iso` is ``2025``, ``2025-07``, ``2025-07-04`` or two joined by ``/``."""

    start: int
    end: int
    iso: str
    note: str = ""


@dataclass(frozen=True)
class _Raw:
    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    tail: str = ""  # what is joined behind: the end of a range


def dates(text: str, document_date: str = "") -> list[When]:
    """Find the dates of a text, in reading order; a missing year is inferred and said.

    Parameters
    ----------
    text
        One article.
    document_date
        When it was published, as ``YYYY-MM-DD``, where that is known.

    Examples
    --------
    >>> [w.iso for w in dates("On July 2, 2025, and by the end of 2027; in 2018.")]
    ['2025-07-02', '2027-12-31', '2018']
    >>> [w.iso for w in dates("BAKU, November 14. Since August 2025 work goes on.")]
    ['2025-11-14', '2025-08']
    """
    raw = _raw(text)
    known = document_date or _stated_date(text, raw)
    now = known or _latest_past(text, raw)
    found = []
    for item in raw:
        if item.year is not None or now is None:
            if item.year is not None:
                found.append(When(item.start, item.end, _iso(item)))
            continue
        year = _year_for(item, now)
        shown = _Raw(item.start, item.end, year, item.month, item.day)
        why = "the document's date" if known else "the latest dated event of the text"
        found.append(When(item.start, item.end, _iso(shown), f"year inferred from {why} {now}"))
    return found


def _raw(text: str) -> list[_Raw]:
    found: list[_Raw] = []
    for name, pattern in _RULES:
        for match in pattern.finditer(text):
            if any(match.start() < item.end and item.start < match.end() for item in found):
                continue
            item = _read(name, match)
            if item is not None:
                found.append(item)
    return sorted(found, key=lambda item: item.start)


def _read(name: str, match: re.Match[str]) -> _Raw | None:
    parts = match.groupdict()
    year = int(parts["y"] or parts.get("y2") or 0) if parts.get("y") or name == "fiscal" else None
    month = _month(parts.get("m") or (parts.get("m2") if name == "bare" else None))
    day = int(re.sub(r"\D", "", parts["d"])) if parts.get("d") else None
    start, end = match.span()
    if name == "bare":
        key = "m" if parts.get("m") else "m2"
        start, end = match.span(key)
        if not match[key][0].isupper():
            return None
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= 31:
        return None
    tail = ""
    if name == "months":
        tail = f"/{year}-{_month(parts['m2']):02d}"
    elif name == "years":
        last = parts["y2"]
        tail = f"/{last if len(last) == 4 else str(year)[:2] + last}"
    elif name == "quarter":
        quarter = int(parts["q"] or _WORDS[parts["qw"].lower()])
        month, tail = 3 * quarter - 2, f"/{year}-{3 * quarter:02d}"
    elif name == "half":
        half = int(parts["h"] or _WORDS[parts["hw"].lower()])
        month, tail = 6 * half - 5, f"/{year}-{6 * half:02d}"
    elif name == "end" and parts["part"].lower() == "end":
        month, day = 12, 31
    return _Raw(start, end, year, month, day, tail)


def _month(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    for number, names in enumerate(_NAMES, 1):
        if re.fullmatch(names, text, re.IGNORECASE):
            return number
    return None


def _iso(item: _Raw) -> str:
    text = f"{item.year:04d}"
    if item.month is not None:
        text += f"-{item.month:02d}"
        if item.day is not None:
            text += f"-{item.day:02d}"
    return text + item.tail


def _stated_date(text: str, raw: Sequence[_Raw]) -> str | None:
    """Return a full date that stands at the head of a text, as a page header does."""
    for item in raw:
        head = text[: item.start].strip()
        if item.day and item.year and len(head) < 30 and not re.search(r"[.!?]\s", head):
            return f"{item.year:04d}-{item.month:02d}-{item.day:02d}"
    return None


def _latest_past(text: str, raw: Sequence[_Raw]) -> str | None:
    """Return the latest month that the text speaks of as past."""
    past = [
        f"{item.year:04d}-{item.month or 1:02d}"
        for item in raw
        if item.year is not None and not _AHEAD.search(text[max(0, item.start - 80) : item.start])
    ]
    return max(past, default=None)


def _year_for(item: _Raw, now: str) -> int:
    """Return the year that puts a month nearest to now, and not far ahead of it."""
    year, month = int(now[:4]), int(now[5:7] or 1)
    at = item.month or month
    best = min((abs((y - year) * 12 + at - month), y) for y in (year - 1, year, year + 1)
               if (y - year) * 12 + at - month <= (0 if len(now) > 7 else 3))  # fmt: skip
    return best[1]


def nearest(whens: Sequence[When], start: int, end: int, text: str) -> When | None:
    """Return the date that belongs to a span: in its clause, else in its sentence."""
    if not whens:
        return None

    def distance(when: When) -> tuple[int, int]:
        between = text[end : when.start] if when.start >= end else text[when.end : start]
        clauses = len(re.findall(r"[;:]|, (?:and|while|but|which)\b", between))
        return clauses, len(between) + (15 if when.end <= start else 0)

    return min(whens, key=distance)
