"""Reading an article: sentences, then quantities, dates, subjects, properties and speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lodeway.registry.reading.dates import When, dates, nearest
from lodeway.registry.reading.draft import Draft
from lodeway.registry.reading.measures import Measure, measures
from lodeway.registry.reading.names import Gazetteer, Name, names
from lodeway.registry.reading.numbers import locale_of
from lodeway.registry.reading.properties import property_of
from lodeway.registry.reading.speakers import Speakers, attributions
from lodeway.registry.reading.subjects import SubjectFinder

_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|No|vs|approx|ca|e\.g|i\.e|U\.S|D\.C|p\.a|Inc|Ltd|Co|Jr|sq"
    r"|тыс|млн|млрд|г|т|mln|tys|bn|Fig|cf))\.$"
)
_STOP = re.compile(
    r"[.!?][\u201d\"')\]]*(?=\s+[\u201c\"'(]?[^\Wa-z_]|\s*\n|$)|\n\s*\n|\n(?=\s*-?\s*\n?)"
)


#: What follows is the same quantity at another time.
_COMPARED = re.compile(
    r"\b(?:up from|down from|compared (?:with|to)|versus|as against|from|instead of)\s+"
    r"(?:only |just |about )?$"
)


@dataclass(frozen=True)
class Sentence:
    """A sentence and where it stands in the whole text."""

    start: int
    text: str
    opens_paragraph: bool


def read_article(text: str, gazetteer: Gazetteer | None = None) -> list[Draft]:
    """Find the quantities and dates of a news text and propose who says them of what.

    Parameters
    ----------
    text
        The whole text; articles that follow each other under their own bylines are kept apart.
    gazetteer
        Names and aliases of deposits, companies and places; names are also found without one.

    Returns
    -------
    list of Draft
        In reading order. Dates stand among them with the unit ``date``.

    Examples
    --------
    >>> drafts = read_article("According to Ann Lee, the Alpha mine holds 457,000 t of copper.")
    >>> drafts[0].subject, drafts[0].property_, drafts[0].value, drafts[0].speaker
    ('Alpha mine', 'copper reserves', 457000.0, 'Ann Lee')
    """
    book = gazetteer or Gazetteer()
    found: list[Draft] = []
    for start, end in _articles(text):
        found += _read_one(text[start:end], start, book)
    return found


def _articles(text: str) -> list[tuple[int, int]]:
    """Split a page of several articles at their bylines."""
    cuts = [
        match.start()
        for match in re.finditer(
            r"^\s*By [A-Z][\w.\u2019'-]+(?: [A-Z][\w.\u2019'-]+)+\s*$", text, re.MULTILINE
        )
    ]
    if len(cuts) < 2:
        return [(0, len(text))]
    starts = [0, *cuts[1:]]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def sentences(text: str) -> list[Sentence]:
    """Split a text into sentences; a new line begins one.

    Examples
    --------
    >>> [s.text for s in sentences("The U.S. paid. Then it left.")]
    ['The U.S. paid.', 'Then it left.']
    """
    found: list[Sentence] = []
    start = 0
    opens = True
    for match in _STOP.finditer(text):
        piece = text[start : match.end()]
        if (
            match[0][0] == "."
            and _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start() + 1])
            and "\n" not in text[match.end() : match.end() + 2]
        ):
            continue
        _add(found, piece, start, opens=opens)
        opens = "\n" in match[0] or text[match.end() : match.end() + 1] == "\n"
        start = match.end()
    _add(found, text[start:], start, opens=opens)
    return found


def _add(found: list[Sentence], piece: str, start: int, *, opens: bool) -> None:
    lead = len(piece) - len(piece.lstrip())
    body = piece.strip()
    if body:
        found.append(Sentence(start + lead, body, opens))


def _read_one(article: str, offset: int, gazetteer: Gazetteer) -> list[Draft]:
    whens = dates(article)
    header = _document_date(article, whens)
    found = measures(article, locale_of(article), whens)
    lower = frozenset(re.findall(r"(?<=[\w,;] )[a-z]{2,}", article))
    general = _general_speaker(article)
    speakers = Speakers(article, general)
    subjects = SubjectFinder(article, gazetteer, lower)
    drafts: list[Draft] = []
    for sentence in sentences(article):
        stop = sentence.start + len(sentence.text)
        here = [item for item in found if sentence.start <= item.start < stop]
        when = [item for item in whens if sentence.start <= item.start < stop]
        named = names(sentence.text, gazetteer, known=lower)
        speaker_first = speakers.of(sentence.text, 0, starts_paragraph=sentence.opens_paragraph)
        drafts += _of_sentence(sentence, here, when, named, subjects, speaker_first, header)
        subjects.remember(named)
    return [
        _moved(draft, offset, article) for draft in sorted(drafts, key=lambda d: (d.start, d.end))
    ]


def _of_sentence(
    sentence: Sentence, found: Sequence[Measure], whens: Sequence[When], named: Sequence[Name],
    subjects: SubjectFinder, speaker: str | None, header: str | None,
) -> list[Draft]:  # fmt: skip
    drafts: list[Draft] = []
    properties: list[str] = []
    said = {who for _, who in attributions(sentence.text)}
    for measure in found:
        local = _shift(measure, -sentence.start)
        rough, _ = property_of(sentence.text, local, properties)
        subject, sure = subjects.of(sentence.text, local, named, said, rough, sentence.start)
        name, cued = property_of(sentence.text, local, properties, subject or "")
        if (
            drafts
            and _COMPARED.search(sentence.text[: local.start])
            and drafts[-1].unit == measure.unit
        ):
            subject, name = drafts[-1].subject, drafts[-1].property_ or name
        properties.append(name)
        when = nearest(
            [_shift_when(w, -sentence.start) for w in whens], local.start, local.end, sentence.text
        )
        score = measure.sure * (1.0 if cued else 0.8) * (1.0 if sure else 0.75)
        note = "; ".join(filter(None, (measure.note, when.note if when else "")))
        drafts.append(
            Draft(
                measure.start,
                measure.end,
                "",
                measure.value,
                measure.high,
                measure.unit,
                measure.operator,
                when.iso if when else header,
                subject,
                name or None,
                speaker,
                round(score, 2),
                note,
            )
        )
    for when in whens:
        local_when = _shift_when(when, -sentence.start)
        subject, _ = subjects.of_date(local_when, named, said)
        event = _event(sentence.text, local_when)
        drafts.append(
            Draft(
                when.start,
                when.end,
                "",
                None,
                None,
                "date",
                "=",
                when.iso,
                subject,
                event,
                speaker,
                0.6 if when.note else 0.8,
                when.note,
            )
        )
    return drafts


def _event(sentence: str, when: When) -> str | None:
    """Return the words beside a date that say what happened then."""
    after = re.match(r",? ?((?:[a-z][\w-]+ ){0,3}(?:[a-z][\w-]+))", sentence[when.end :])
    if after and not re.match(
        r" (?:and|the|in|to|of|with|a|by|on|at|from|that)\b", sentence[when.end :]
    ):
        return after[1].strip()
    before = re.findall(r"[^\W\d_][\w-]*", sentence[: when.start])
    empty = {"the", "a", "an", "of", "in", "on", "by", "since", "from", "to", "and", "at", "end"}
    words = [word for word in before if word.lower() not in empty][-4:]
    if words:
        return " ".join(words)
    later = re.findall(r"[^\W\d_][\w-]*", sentence[when.end :])
    return " ".join([word for word in later if word.lower() not in empty][:5]) or None


def _general_speaker(article: str) -> list[str]:
    """Return who speaks throughout an interview: ``a source in the company told``."""
    head = article[:1500]
    match = re.search(r"\b(a source in [^,.]{3,60}) told ([A-Z]\w+)", head)
    if match is None:
        return []
    bodies = Counter(
        re.findall(r"\b[A-Z][a-z]+[A-Z]\w+|\b[A-Z]\w+ (?:CJSC|OJSC|LLC|PLC|Group)", head)
    )
    company = bodies.most_common(1)[0][0] if bodies else ""
    return [f"{company} source via {match[2]}".strip()]


def _document_date(article: str, whens: Sequence[When]) -> str | None:
    """Return the date that a page header or a dateline gives to the whole article."""
    for when in whens:
        head = article[: when.start].strip()
        if len(head) < 40 and len(when.iso) == 10 and not re.search(r"[.!?]\s+\S+ \S+ \S+", head):
            return when.iso
    return None


def _shift(measure: Measure, by: int) -> Measure:
    return replace(measure, start=measure.start + by, end=measure.end + by)


def _shift_when(when: When, by: int) -> When:
    return When(when.start + by, when.end + by, when.iso, when.note)


def _moved(draft: Draft, offset: int, article: str) -> Draft:
    return replace(draft, start=draft.start + offset, end=draft.end + offset,
                   text=article[draft.start : draft.end])  # fmt: skip
