"""Quantities in running text: number, unit, operator and range, with the span that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lodeway.registry.reading.dates import When
from lodeway.registry.reading.numbers import Locale, Number, numbers
from lodeway.registry.reading.tables import UnitWord, units, word_set

_GAP = "[ \u00a0\u2009\u202f]"
_PER = (
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:year|annum|y\b|a\b|yr\b)", re.IGNORECASE), "/a"),
    (
        re.compile(
            rf"^{_GAP}(?:pa|p\.a\.|annually|yearly|every year|each year)(?!\w)", re.IGNORECASE
        ),
        "/a",
    ),
    (re.compile(rf"^{_GAP}(?:ildə|в год|par an|pro Jahr|al año)(?!\w)", re.IGNORECASE), "/a"),
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:day|d\b)|^{_GAP}daily\b", re.IGNORECASE), "/d"),
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?month\b|^{_GAP}monthly\b", re.IGNORECASE), "/month"),
    (
        re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:metric )?(?:tonne|ton|t)\b", re.IGNORECASE),
        "/t",
    ),
    (re.compile(rf"^{_GAP}?(?:/|per |an ){_GAP}?(?:ounce|oz)\b", re.IGNORECASE), "/oz"),
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:pound|lb)\b", re.IGNORECASE), "/lb"),
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:kg|kilogram\w*|kilo)\b", re.IGNORECASE), "/kg"),
    (re.compile(rf"^{_GAP}?(?:/|per |a ){_GAP}?(?:km|kilomet\w+)\b", re.IGNORECASE), "/km"),
)
_AT_LEAST = (
    r"at least|no(?:t)? (?:less|fewer) than|minimum(?: of)?|a minimum of|не менее|ən azı"
    r"|mindestens|au moins"
)
_MORE_THAN = (
    r"more than|over|above|exceed(?:s|ed|ing)?|in excess of|upwards of|greater than|surpass\w*"
    r"|topp(?:ed|ing)|beyond|более(?: чем)?|свыше|больше|plus de|über|mehr als|más de|>"
)
_LESS_THAN = (
    r"less than|under|below|fewer than|at most|up to|no more than|not more than|maximum(?: of)?"
    r"|a maximum of|as much as|as many as|менее|до|не более|jusqu'à|bis zu|<"
)
_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|some|nearly|almost|close to|circa|ca\.|c\."
    r"|an estimated|estimated at|about a|just over|just under|təxminən|təqribən|около"
    r"|примерно|порядка|environ|etwa|rund|~|≈|mostly"
)
_BEFORE = ((_AT_LEAST, ">="), (_MORE_THAN, ">"), (_LESS_THAN, "<"), (_ABOUT, "about"))
_AFTER: tuple[tuple[str, str], ...] = (
    (r"[- ]?(?:or more|or above|plus|-dən çox|-dan çox|dən artıq|dan çox|dan artıq|\+)", ">="),
    (r"[- ]?(?:or less|or fewer)", "<"),
    (r" (?:or so|approximately)|a yaxın| yaxın", "about"),
)
_CHANGE = re.compile(
    r"\b(?:ris\w+|rose|increas\w+|grow\w*|grew|rais\w+|fell|fall\w*|drop\w*|declin\w+|cut|"
    r"reduc\w+|expand\w*|scal\w+|up|down|went|jump\w*|climb\w*|lift\w*|boost\w*|upgrad\w+)\b"
    r"[^.]{0,40}\bfrom\b[^.]{0,12}$",
    re.IGNORECASE,
)
_PEOPLE = word_set(
    "people persons residents citizens victims refugees suspects soldiers men women children "
    "troops deaths casualties inhabitants passengers students families prisoners settlers "
    "civilians protesters activists"
)
_JOBS = word_set("jobs workers employees positions posts staff specialists miners")
_LINK = word_set(
    "of in on at to from by for with and or the a an that which who is are was were will would "
    "has have had be been its their his her this these those than as but if when after before "
    "into over under about between against during while more less until since not all each per "
    "it he she they we you years days months weeks hours had could may can should"
)
_NOT_PLURAL = word_set(
    "this his its was is has as us thus plus across always perhaps besides "
                        "versus less process business press status access progress basis "
                        "goes does says"
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A quantity as the text has it.

    `kind` is the class of its unit (``mass``, ``money``, ``percent``, ``count`` and so on) and
    `noun` what is counted. `note` says how an ambiguity was decided.
    """

    start: int
    end: int
    value: float
    high: float | None
    unit: str
    operator: str
    kind: str
    noun: str = ""
    note: str = ""
    sure: float = 0.9


def measures(text: str, locale: Locale, whens: Sequence[When]) -> list[Measure]:
    """Find every quantity of a text.

    Parameters
    ----------
    text
        One article.
    locale
        How it writes numbers.
    whens
        Its dates: a number inside a date is no quantity.

    Examples
    --------
    >>> from lodeway.registry.reading.numbers import locale_of
    >>> [(m.value, m.high, m.unit, m.operator) for m in measures(
    ...     "more than 4 000 t pa, two to three jobs, US$ 1.2 billion", locale_of(""), [])]
    [(4000.0, None, 't/a', '>'), (2.0, 3.0, 'jobs', 'range'), (1200000000.0, None, 'USD', '=')]
    """
    inside = [(when.start, when.end) for when in whens]
    found = [
        number
        for number in numbers(text, locale)
        if not any(a < number.end and number.start < b for a, b in inside)
    ]
    result: list[Measure] = []
    taken: set[int] = set()
    for place, number in enumerate(found):
        if place in taken:
            continue
        later = found[place + 1] if place + 1 < len(found) else None
        measure = _pair(text, number, later) if later else None
        if measure is not None:
            taken.add(place + 1)
        else:
            measure = _single(text, number)
        if measure is not None:
            result.append(_with_rate(text, measure))
    result += _words_for_numbers(text, result)
    return sorted(result, key=lambda item: item.start)


def _single(text: str, number: Number) -> Measure | None:
    """Return the quantity of one number, or None where it counts or measures nothing."""
    if number.style == "half":
        return Measure(number.start, number.end, 50.0, None, "%", "about", "percent", sure=0.5)
    if number.style == "ordinal":
        return _ordinal(text, number)
    unit, start, end = _unit_of(text, number)
    operator, edge = _operator(text, start, end)
    if unit is not None:
        if unit.unit == "units" and number.factor > 1e3:
            return None
        if (
            unit.kind == "points"
            and text[number.end : number.end + 1] != "-"
            and "poll" not in text
        ):
            return None
        note = "; ".join(filter(None, (number.note, unit.note)))
        return Measure(start, max(end, edge), number.value * unit.factor, None, unit.unit,
                       operator, unit.kind, note=note)  # fmt: skip
    if _is_label(text, number):
        return None
    return _counted(text, number, operator)


def _pair(text: str, first: Number, second: Number) -> Measure | None:
    """Return a range made of two numbers, where the text joins them so."""
    between = text[first.end : second.start]
    unit, _, end = _unit_of(text, second)
    money = units("before")
    lead = _prefix(text, first.start, money)
    bare = re.sub(r"(?:US\$|[$€£₼])\s?$", "", between)
    if len(bare) > 14 or first.style == "ordinal" or second.style != first.style:
        return None
    own = _after(text, first.end)
    if own is not None and unit is not None and own[0].unit == unit.unit:
        bare = text[own[1] : second.start]
    joined = re.fullmatch(rf"{_GAP}?(?:-|\u2013|\u2014|to|or|до){_GAP}?", bare)
    both = re.fullmatch(r" and ", bare) and re.search(
        r"\bbetween\W+(?:\S{1,4}\W*)?$", text[max(0, first.start - 16) : first.start], re.IGNORECASE
    )
    if not joined and not both:
        return None
    if (
        joined
        and bare.strip() == "to"
        and _CHANGE.search(text[max(0, first.start - 60) : first.start])
    ):
        return None
    scale = second.factor if first.factor == 1.0 and first.value < second.value else 1.0
    low, high = first.value * scale, second.value
    if high < low:
        return None
    if unit is None:
        counted = _counted(text, second, "range")
        if counted is None:
            return None
        return replace(counted, start=first.start, value=low, high=high)
    begin = lead[1] if lead else first.start
    return Measure(begin, end, low * unit.factor, high * unit.factor, unit.unit, "range",
                   unit.kind, note=second.note)  # fmt: skip


def _unit_of(text: str, number: Number) -> tuple[UnitWord | None, int, int]:
    """Return the unit of a number, before or after it, and the span of both."""
    before = _prefix(text, number.start, units("before"))
    if before is not None:
        after = _after(text, number.end)
        end = after[1] if after and after[0].kind == "money" else number.end
        return before[0], before[1], end
    after = _after(text, number.end)
    if after is not None:
        return after[0], number.start, after[1]
    return None, number.start, number.end


def _prefix(text: str, start: int, table: Sequence[UnitWord]) -> tuple[UnitWord, int] | None:
    for unit in table:
        for match in unit.pattern.finditer(text, max(0, start - 6), start):
            if re.fullmatch(rf"{_GAP}?", text[match.end() : start]) and (
                not match[0][0].isalpha() or not text[match.start() - 1 : match.start()].isalpha()
            ):
                return unit, match.start()
    return None


def _after(text: str, end: int) -> tuple[UnitWord, int] | None:
    """Return the unit that follows, the longest that fits; a few words may stand between."""
    for gap in (rf"(?:{_GAP}|-|\u2011)?", rf"{_GAP}(?:de|of|more|fewer|dry|wet|additional|full) "):
        lead = re.compile(gap).match(text, end)
        if lead is None:
            continue
        found = [
            (match.end(), unit)
            for unit in units("after")
            if (match := unit.pattern.match(text, lead.end())) and match.end() > lead.end()
        ]
        if found:
            stop, unit = max(found, key=lambda item: item[0])
            million = re.match(r"\.?[ ]?(?:tonnes|tons|dollars|people|oz)", text[stop:])
            if text[lead.end() : stop] == "m" and million:
                continue
            return unit, stop
    return None


def _operator(text: str, start: int, end: int) -> tuple[str, int]:
    """Return the operator in front of or behind a quantity, and the new end."""
    before = text[max(0, start - 28) : start]
    for pattern, operator in _BEFORE:
        if re.search(
            rf"(?<![\w])(?:{pattern})(?: (?:the|a|to|of|as))?[ \u00a0]*$", before, re.IGNORECASE
        ):
            return operator, end
    for pattern, operator in _AFTER:
        match = re.match(pattern, text[end:], re.IGNORECASE)
        if match:
            return operator, end + match.end()
    return "=", end


def _with_rate(text: str, measure: Measure) -> Measure:
    """Add ``/a`` and the like to a unit, from what follows or from an adjective before."""
    if measure.kind not in {"mass", "money", "volume", "energy", "box", "count", "length"}:
        return measure
    for pattern, suffix in _PER:
        match = pattern.match(text[measure.end :])
        if match and "/" not in measure.unit:
            if suffix in {"/t", "/oz", "/lb", "/kg", "/km"} and measure.kind != "money":
                continue
            end = measure.end + match.end()
            kind = (
                "price"
                if measure.kind == "money" and suffix not in {"/a", "/d", "/month"}
                else measure.kind
            )
            return replace(measure, end=end, unit=measure.unit + suffix, kind=kind)
    lead = re.split(r"[.;:]\s", text[max(0, measure.start - 70) : measure.start])[-1]
    if measure.kind == "mass" and re.search(
        r"\b(?:annual(?:ly)?|yearly|per year|a year|ежегодн\w*|illik)\b", lead, re.IGNORECASE
    ):
        return replace(measure, unit=measure.unit + "/a")
    return measure


def _ordinal(text: str, number: Number) -> Measure | None:
    """Read ``second day`` and ``34th country``; first, centuries and names are left."""
    tail = re.match(r"[ -]([^\W\d_]+)(?: ([^\W\d_]+))?(?: ([^\W\d_]+))?", text[number.end :])
    if number.value <= 1 or not tail or tail[1].lower() in {"century", "centuries", "quarter"}:
        return None
    word = tail[1].lower()
    if word in {"day", "week", "month", "year"} and not re.search(
        r"\b(?:on the|every)\s*$", text[max(0, number.start - 8) : number.start], re.IGNORECASE
    ):
        end = number.end + tail.end(1)
        return Measure(number.start, end, number.value, None, word, "=", "ordinal-time", word)
    if text[number.start].isupper() and not text[number.start].isdigit():
        return None
    if tail[1][0].isupper() and not number_is_digit(text, number):
        return None
    words = [part for part in tail.groups() if part]
    noun = " ".join(
        words[: next((i for i, w in enumerate(words) if w.lower() in _LINK), len(words))]
    )
    if not noun or word in _LINK:
        return None
    rest = text[number.end : number.end + 80]
    counting = re.search(r"\b(?:this year|so far|of the year|to date|in a row)\b", rest)
    unit = "count" if counting else "ordinal"
    return Measure(number.start, number.end + 1 + len(noun), number.value, None, unit, "=",
                   unit, noun, sure=0.6)  # fmt: skip


def number_is_digit(text: str, number: Number) -> bool:
    """Whether a number is written in digits."""
    return text[number.start].isdigit()


def _is_label(text: str, number: Number) -> bool:
    """Whether a number only names something: Section 907, Embraer 190, 3+3, a list's 1."""
    before = text[max(0, number.start - 24) : number.start]
    after = text[number.end : number.end + 3]
    if re.search(r"(?:[+#/&№]|\w-|[A-Za-z]\d*)$", before) or re.match(r"[+/&]\d|:\d", after):
        return True
    if re.search(r"(?:^|\n)\s*$", before) and re.match(r"[.)]\s", after):
        return True
    if number.style == "digits" and re.search(
        r"\b(?:Section|Article|No\.?|Resolution|Chapter|Figure|Fig\.|Table|page|p\.|HS|Part|Block"
        r"|Type|Phase|Stage|Level|item|record|rec|RNS)\s*$", before, re.IGNORECASE
    ):  # fmt: skip
        return True
    name = re.search(r"(?<![.!?\n] )\b[A-Z][a-z]+ $", before)
    plain = r"\b(?:The|Of|In|Over|About|Some|Around|Nearly|Only|These|All|Its|And|Than)\s$"
    return bool(number.style == "digits" and name and not re.search(plain, before))


def _counted(text: str, number: Number, operator: str) -> Measure | None:
    """Return a count of things: people, jobs, deposits, states."""
    after = text[number.end :]
    strong = re.match(r"-strong\b[^.;,]{0,30}", after)
    if strong:
        return Measure(number.start, number.end + 7, number.value, None, "persons", operator,
                       "people", "workforce" if "work" in strong[0] else "people")  # fmt: skip
    foreign = re.match(
        r"(?:-(?:dan|dən|den) (?:çox|artıq))? "
        r"([\u0400-\u04ff]{3,}|[a-zəğışçöü]*[əğışçöü][a-zəğışçöü]*|yataq\w*|adam|insan)",
        after,
    )
    if foreign and number.style == "digits":
        return _foreign(number, operator, foreign)
    match = re.match(
        r"(?: |-|\u00a0)((?:[^\W\d_][\w'\u2019-]*)(?: [^\W\d_][\w'\u2019-]*){0,4})", after
    )
    if not match:
        return None
    words: list[str] = []
    for word in match[1].split(" "):
        low = word.lower()
        if low in _LINK:
            break
        words.append(word)
        if _plural(low):
            return _things(number, operator, words, len(" ".join(words)))
    return None


_FOREIGN = (
    (r"yata[qğ]\w*|месторожден\w*", "count", "count", "deposits"),
    (r"nəfər\w*|adam|insan|человек\w*|люд\w+|kişi", "persons", "people", "people"),
    (r"işçi\w*|рабочи\w*|сотрудник\w*|работник\w*", "jobs", "jobs", "workers"),
)


def _foreign(number: Number, operator: str, match: re.Match[str]) -> Measure:
    """Return a count whose noun stands in Azerbaijani, Turkish or Russian: no plural after it."""
    sign = ">" if re.search(r"çox|artıq", match[0]) else operator
    end = number.end + match.end()
    for pattern, unit, kind, noun in _FOREIGN:
        if re.fullmatch(pattern, match[1]):
            return Measure(number.start, end, number.value, None, unit, sign, kind, noun)
    return Measure(
        number.start, end, number.value, None, "count", sign, "count", match[1], sure=0.5
    )


def _plural(word: str) -> bool:
    if word in {"people", "men", "women", "children", "staff", "personnel"}:
        return True
    singular = word.endswith(("ss", "us", "is", "'s", "\u2019s")) or word in _NOT_PLURAL
    return len(word) > 3 and word.endswith("s") and not singular


def _things(number: Number, operator: str, words: list[str], length: int) -> Measure | None:
    head = words[-1].lower()
    if number.style == "words" and number.value == 1:
        return None
    if head in {"percent", "degrees", "thirds", "quarters", "fifths", "tenths", "halves"}:
        return None
    unit, kind = "count", "count"
    if head in _PEOPLE:
        unit, kind = "persons", "people"
    elif head in _JOBS:
        unit, kind = "jobs", "jobs"
    sure = 0.8 if number.style == "digits" else 0.7
    return Measure(number.start, number.end + 1 + length, number.value, None, unit, operator,
                   kind, " ".join(words), sure=sure)  # fmt: skip


_RATIOS = (
    (r"(?<!\w)(?:twice|twofold|double(?:d|s)?|doubling)(?!\w)", 2.0),
    (r"(?<!\w)(?:thrice|threefold|tripl(?:e|ed|ing)|treble[d]?)(?!\w)", 3.0),
    (r"(?<!\w)(?:fourfold|quadrupl(?:e|ed|ing))(?!\w)", 4.0),
    (r"(?<!\w)(?:fivefold|quintupled)(?!\w)", 5.0),
    (r"(?<!\w)(?:tenfold)(?!\w)", 10.0),
    (r"(?<!\w)(?:halved|halving)(?!\w)", 0.5),
)
_SPANS = (
    (r"\b(?:another|a further|an additional|the next|one|a|every) decade\b", 10.0, "year"),
    (r"\b(?:another|a further|one|a) century\b", 100.0, "year"),
    (r"\b(?:another|a|one|the next) year\b(?! ago)", 1.0, "year"),
)


def _words_for_numbers(text: str, known: Sequence[Measure]) -> Iterator[Measure]:
    """Find twice, another decade, and the only road."""
    for pattern, value in _RATIOS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if match[0].lower().startswith("double") and re.match(
                r"[- ](?:track|standard|digit)", text[match.end() :]
            ):
                continue
            operator, _ = _operator(text, match.start(), match.end())
            yield Measure(match.start(), match.end(), value, None, "x", operator, "ratio", sure=0.6)
    for pattern, value, unit in _SPANS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if not any(item.start < match.end() and match.start() < item.end for item in known):
                word = match[0].split()[-1]
                if value > 1 or match[0].lower().startswith("another"):
                    yield Measure(
                        match.start(), match.end(), value, None, unit, "=", "time", word, sure=0.6
                    )
    for match in re.finditer(
        r"\bthe (?:only|sole) ((?:[a-z]+ )?(?:road|route|railway|line|bridge|port|mine|smelter"
        r"|plant|refinery|pipeline|crossing|airport))\b",
        text,
    ):
        noun = match[1].split()[-1]
        yield Measure(match.start(), match.end(), 1.0, None, noun, "=", "only", match[1], sure=0.6)
    for match in re.finditer(
        r"\b(?:(two|three|an?|one)[ -](thirds?|quarters?|fifths?|tenths?|half))\b(?= of|\W)",
        text,
        re.IGNORECASE,
    ):
        if match[2].lower() == "quarter" and re.match(r" (?:of )?\d{4}", text[match.end() :]):
            continue
        over = {"two": 2.0, "three": 3.0}.get(match[1].lower(), 1.0)
        part = {
            "t": 3.0 if match[2].lower().startswith("th") else 10.0,
            "q": 4.0,
            "f": 5.0,
            "h": 2.0,
        }
        share = round(100.0 * over / part[match[2][0].lower()], 1)
        operator, _ = _operator(text, match.start(), match.end())
        yield Measure(match.start(), match.end(), share, None, "%", operator, "percent", sure=0.6)
    yield from _elliptic(text, known)


def _elliptic(text: str, known: Sequence[Measure]) -> Iterator[Measure]:
    """Carry the noun of ``five deposits of gold, six of mercury, one of tin and zinc`` along."""
    from lodeway.registry.reading.tables import number_words

    small = number_words()
    for item in known:
        if item.kind != "count" or not re.match(r" of [a-z]+", text[item.end :]):
            continue
        position = item.end
        again = re.compile(r" of ([a-z]+(?: and [a-z]+)?),? (?:and )?(\d+|[a-z]+)(?= of [a-z])")
        while match := again.match(text, position):
            word = match[2]
            value = float(word) if word.isdigit() else float(small.get(word, 0))
            if not value:
                break
            start = match.start(2)
            position = match.end()
            if not any(other.start <= start < other.end for other in known):
                yield Measure(
                    start, position, value, None, "count", "=", "count", item.noun, sure=0.7
                )
