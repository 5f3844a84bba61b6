"""Who says it: attributions in a text, carried along where a text goes on quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SAY = (
    "said|says|told|tells|stated|states|noted|notes|stressed|stresses|believes|claims|claimed|"
    "reported|reports|announced|added|adds|estimates|estimated|confirmed|confirms|warned|"
    "emphasized|emphasised|explained|argues|argued|predict|predicts|expects|insists|revealed|"
    "pointed out|points out|writes|wrote|informed|shows|showed|indicates|published|recalled|"
    "acknowledged|maintains|assured|commented|bildirib|deyib|qeyd edib|söyləyib|açıqlayıb|сообщил|"
    "заявил|отметил|сообщила|заявила|açıkladı|dedi"
)
_CAPS = r"[A-Z\u0410-\u042f\u00c0-\u00de\u018f\u011e\u015e\u0130]"
_WORD = rf"{_CAPS}[\w\u2019'-]*\.?"
_NAME = rf"(?<!\w){_WORD}(?:[ ](?:(?:of|the|for|and|in|de)[ ](?:the[ ])?)?{_WORD}){{0,7}}"
_QUOTED = r"(?:\s?[\u201c\"][^\u201d\"]{3,90}[\u201d\"])?"
_BODIES = "NGO|Ministry|ministry|company|government|Government|deputy|source|experts?"
_SURVEYS = "poll|survey|study|report|data|statistics|figures"
_PLAIN = "company|ministry|report|organi[sz]ation|deputy|agency|operator"
_ACCORDING = (
    r"\b[Aa]ccording to (?:the |a |an )?"
    rf"(?P<who>(?:[a-z]+ ){{0,8}}?(?:\([^)]*\) )?{_NAME}{_QUOTED})"
)
_A_BODY = (
    rf"(?<!\w)(?P<who>(?:[Tt]he |[Aa] |[Aa]n )?(?:[\w]+ )?(?:{_BODIES})\b"
    rf"[^.,;]{{0,60}}?{_QUOTED}) (?:has |have )?(?:also )?(?:{_SAY})\b"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _ACCORDING,
        r"\b[Aa]ccording to (?P<who>(?:the )?[a-z]+(?: [a-z]+){0,3})",
        rf"(?P<who>{_NAME}), [^.]{{3,90}}?, (?:{_SAY})\b",
        _A_BODY,
        rf"(?P<who>{_NAME}) (?:has |have |had |also |later |further )?(?:{_SAY})\b",
        rf"\u201d (?:{_SAY}) (?P<who>{_NAME})",
        rf"(?:{_SURVEYS}) (?:by|from|of) (?:the )?(?P<who>{_NAME})",
        rf"(?P<who>a source in [^,.]{{3,60}}) told {_NAME}",
        rf"[Tt]he (?P<who>{_PLAIN}) (?:{_SAY})\b",
        r"confirmed by (?P<who>[^.,;]{3,80})",
    )
)
_CARRIED = re.compile(
    r"^\s*(?:It is noted|It was noted|These figures|The report|He |She |They |\u201c|\"|The company"
    r"|The ministry|The document|In addition|As for)"
)
_BYLINE = re.compile(
    rf"^\s*By (?P<who>{_CAPS}[\w.'\u2019-]+(?: {_CAPS}[\w.'\u2019-]+)+)\s*$", re.MULTILINE
)
_VAGUE = {"the report", "report", "company", "deputy", "ministry", "it", "this", "he", "she",
          "they", "the", "which", "agency", "operator", "organization", "organisation"}  # fmt: skip


def byline(article: str) -> str | None:
    r"""Return the author named under a title, or None.

    Examples
    --------
    >>> byline("A title\n\nBy Ann Lee\n\nText.")
    'Ann Lee'
    """
    match = _BYLINE.search(article)
    return match["who"] if match else None


class Speakers:
    """The speaker of each sentence of one article, in order."""

    def __init__(self, article: str, general: Sequence[str] = ()) -> None:
        self._default = byline(article) or (general[0] if general else None)
        self._last: str | None = None
        self._quoting = False

    def of(self, sentence: str, place: int, *, starts_paragraph: bool) -> str | None:
        """Return who says what stands at `place` of a sentence.

        An attribution in the sentence counts first; one that came before is carried while the
        text is in a quotation or refers back to it; else the author speaks.
        """
        own = attributions(sentence)
        if own:
            nearest = min(own, key=lambda item: abs(item[0] - place))
            who = nearest[1]
            named = self._last if who.lower() in _VAGUE and self._last else who
            self._last, self._quoting = named, _open(sentence)
            return named
        if self._last and (self._quoting or _CARRIED.match(sentence)):
            self._quoting = _open(sentence) or (self._quoting and "\u201d" not in sentence)
            return self._last
        if starts_paragraph:
            self._last = None
        return self._default


def attributions(sentence: str) -> list[tuple[int, str]]:
    """Return every speaker that a sentence names, with the place."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence):
            who = re.sub(r"\s+", " ", match["who"]).strip(" ,.;")
            who = re.sub(r"^(?:the|a|an) ", "", who, flags=re.IGNORECASE)
            if who and not re.fullmatch(r"(?:It|This|That|There|Which|What)", who):
                found.append((match.start(), who))
        if found:
            break
    return found


def _open(sentence: str) -> bool:
    return sentence.count("\u201c") > sentence.count("\u201d")
