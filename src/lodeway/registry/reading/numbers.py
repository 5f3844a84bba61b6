"""Numbers in running text: digits in every grouping, words, magnitudes; each with its span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lodeway.registry.reading.tables import magnitudes, number_words, ordinals

_SPACE = "[ \u00a0\u2009\u202f]"
_DIGITS = re.compile(
    rf"(?<![\w.,])[-\u2212+]?(?:"
    rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?(?![\d])"  # 15 000,5
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"  # 15,000.5
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?(?!\d)"  # 15.000.000,5
    r"|\d{1,3}\.\d{3},\d+(?!\d)"  # 1.234,5
    r"|\d{1,3}(?:['\u2019]\d{3})+(?:\.\d+)?"  # 15'000
    r"|\d+(?:[.,]\d+)?(?:e[-+]?\d+)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number in a text.

    Attributes
    ----------
    start, end
        Where it stands.
    value
        What it is, magnitude included.
    factor
        The magnitude alone (1e6 for ``1.2 million``).
    style
        ``digits``, ``words`` or ``ordinal``.
    note
        How a comma or a word was decided, where that needed a decision.
    """

    start: int
    end: int
    value: float
    factor: float
    style: str
    note: str = ""


@dataclass(frozen=True)
class Locale:
    """How a text writes numbers, decided by evidence.

    `decimal_comma` and `evidence` say what was found; `azeri` allows ``min`` to mean thousand.
    """

    decimal_comma: bool
    azeri: bool
    evidence: str


def locale_of(text: str) -> Locale:
    """Decide how a text writes its decimals: by its other numbers, else by its letters.

    Examples
    --------
    >>> locale_of("13,7 ton qızıl və 457 min ton mis").decimal_comma
    True
    >>> locale_of("15,409 square kilometers and 67.5%").decimal_comma
    False
    """
    sure_comma = re.findall(r"(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d,])(?! *\d{3})", text)
    sure_point = re.findall(r"(?<![\d.,])\d+\.(?:\d{1,2}|\d{4,})(?![\d.])", text)
    grouped = re.findall(r"\d{1,3}(?:,\d{3}){2,}|\d{1,3},\d{3}\.\d", text)
    dotted = re.findall(r"\d{1,3}(?:\.\d{3}){2,}|\d{1,3}\.\d{3},\d", text)
    votes = len(sure_comma) + 2 * len(dotted) - len(sure_point) - 2 * len(grouped)
    letters = max(len(re.findall(r"[^\W\d_]", text)), 1)
    azeri = len(re.findall(r"[əƏ]", text)) > 0.01 * letters or _has_azeri_words(text)
    foreign = azeri or len(re.findall(r"[\u0400-\u04ff]", text)) > 0.3 * letters
    foreign = foreign or len(re.findall(r"[ığşäöüßéèñ]", text)) > 0.02 * letters
    if votes:
        sample = (sure_comma + dotted if votes > 0 else sure_point + grouped)[0]
        return Locale(votes > 0, azeri, f"other numbers of the text, such as {sample}")
    if foreign:
        return Locale(True, azeri, "the language of the text writes decimal commas")
    return Locale(False, azeri, "no other number decides; the language writes decimal points")


def _has_azeri_words(text: str) -> bool:
    return bool(
        re.search(r"\b(?:mis|qizil|qızıl|ehtiyat\w*|filiz|yataq\w*|manat)\b", text, re.IGNORECASE)
    )


def numbers(text: str, locale: Locale) -> Iterator[Number]:
    """Find every number of a text, in reading order.

    Examples
    --------
    >>> where = locale_of("")
    >>> [n.value for n in numbers("4 000 t, 1.2 billion, two to three, thirty-five", where)]
    [4000.0, 1200000000.0, 2.0, 3.0, 35.0]
    """
    found = [*_digits(text, locale), *_words(text)]
    last = -1
    for number in sorted(found, key=lambda item: (item.start, -item.end)):
        if number.start >= last:
            yield number
            last = number.end


def _digits(text: str, locale: Locale) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        ordinal = re.match(r"(?:st|nd|rd|th)\b", text[end:])
        value, note = _value(match[0], locale)
        if ordinal:
            yield Number(start, end + ordinal.end(), value, 1.0, "ordinal")
            continue
        factor, length = _magnitude(text[end:], locale, text[max(0, start - 4) : start])
        yield Number(start, end + length, value * factor, factor, "digits", note)


def _value(text: str, locale: Locale) -> tuple[float, str]:
    """Return what digits mean, and how a lone comma or point was decided."""
    plain = re.sub(rf"{_SPACE}|['\u2019]", "", text).replace("\u2212", "-")
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", plain, re.IGNORECASE):
        thousands = re.fullmatch(r"\d{1,3}\.\d{3}", plain) and locale.decimal_comma
        if thousands and not plain.startswith("0"):
            return float(plain.replace(".", "")), f"point read as thousands: {locale.evidence}"
        return float(plain), ""
    if "." in plain and "," in plain:
        if plain.rindex(",") > plain.rindex("."):
            return float(plain.replace(".", "").replace(",", ".")), "decimal comma: both signs"
        return float(plain.replace(",", "")), ""
    if plain.count(".") > 1:
        return float(plain.replace(".", "")), "points read as thousands: several of them"
    if plain.count(",") > 1:
        return float(plain.replace(",", "")), ""
    whole, _, part = plain.partition(",")
    if len(part) == 3 and whole.lstrip("-+") not in {"0", ""} and not locale.decimal_comma:
        return float(whole + part), f"comma read as thousands: {locale.evidence}"
    return float(f"{whole}.{part}"), f"decimal comma: {locale.evidence}"


def _magnitude(after: str, locale: Locale, before: str) -> tuple[float, int]:
    """Return the factor of a magnitude word that follows, and how many signs it takes."""
    match = re.match(rf"({_SPACE}?|-)([^\W\d_]+)(\.?)", after)
    if not match:
        return 1.0, 0
    word = match[2].lower()
    known = magnitudes().get(word)
    if known is None:
        return 1.0, 0
    money = bool(re.search(r"[$€£₼₽₸¥]\s*$|(?:USD|EUR|AZN|GBP)\s*$", before))
    if known.strict == "money" and not money and not _joined_mass(match[2], after[match.end() :]):
        return 1.0, 0
    if known.strict == "money" and match[1] and not money:
        return 1.0, 0
    if known.strict == "az" and not (locale.azeri and _thing_follows(after[match.end() :])):
        return 1.0, 0
    dot = bool(match[3]) and f"{word}." in magnitudes()
    return known.factor, match.end(2) + (1 if dot else 0)


def _joined_mass(letter: str, after: str) -> bool:
    """Whether ``2.5m tonnes`` or ``300k people`` is meant: a letter, then something counted."""
    return letter in {"m", "k", "M", "K", "b", "bn"} and bool(
        re.match(r" (?:[^\W\d_]{3,}|t\b|oz\b|lb\b|kg\b)", after)
    )


def _thing_follows(after: str) -> bool:
    """Whether something is counted after ``min``: minutes are not followed by a noun."""
    return bool(re.match(r"\.?\s+[^\W\d_]", after))


def _words(text: str) -> Iterator[Number]:
    """Find numbers written in words, and ordinals."""
    small = number_words()
    joined = "|".join(sorted([*small, *ordinals()], key=len, reverse=True))
    big = "hundred|thousand|million|billion|trillion|dozen"
    pattern = re.compile(
        rf"\b(?:half|(?:{joined})(?:-(?:{joined}))?(?:\s+(?:and\s+)?(?:{big}|{joined}))*"
        rf"|an?\s+(?:{big}))\b",
        re.IGNORECASE,
    )
    for match in pattern.finditer(text):
        words = re.findall(r"[a-z]+", match[0].lower())
        if words == ["half"]:
            if re.match(r" (?:of|the)\b", text[match.end() :]):
                yield Number(match.start(), match.end(), 50.0, 1.0, "half")
            continue
        last = words[-1]
        if last in ordinals() and last not in small:
            value = sum(small.get(word, 0) for word in words[:-1]) + ordinals()[last]
            yield Number(match.start(), match.end(), float(value), 1.0, "ordinal")
        else:
            yield Number(match.start(), match.end(), _spoken(words), _factor(words), "words")


def _spoken(words: list[str]) -> float:
    """Return the value of number words: two hundred and fifty thousand."""
    small, big = number_words(), magnitudes()
    total, part = 0.0, 0.0
    for word in words:
        if word in {"a", "an"}:
            part = 1.0
        elif word in small:
            part += small[word]
        elif word == "hundred":
            part = (part or 1.0) * 100.0
        elif word in big:
            total += (part or 1.0) * big[word].factor
            part = 0.0
    return total + part


def _factor(words: list[str]) -> float:
    big = magnitudes()
    factors = [big[word].factor for word in words if word in big]
    return max(factors, default=1.0)
