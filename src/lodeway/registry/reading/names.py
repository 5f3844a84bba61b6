"""Proper names in running text, with their kind: state, deposit, mine, corridor, body, person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lodeway.io import read_rows
from lodeway.registry.reading.tables import rows, word_set
from lodeway.registry.transliteration import plain, skeleton

_CAP = r"[A-Z\u00c0-\u00de\u0130\u018f\u011e\u015e\u0410-\u042f\u0531-\u0556]"
_WORD = rf"{_CAP}[\w'\u2019]*(?:\.(?=[A-Z]\.)|(?<=\b[A-Z])\.)?"
_JOINER = (
    rf"[ \u00a0](?=(?:{_CAP}))|[-\u2010\u2013\u2011](?=\w)"
    rf"|[ ](?:of|of the|for|and the|al-|de|del|da|du|&)[ ](?={_CAP})"
)
_NAME = re.compile(rf"(?<![\w\u2019'])(?:{_WORD})(?:(?:{_JOINER})(?:{_WORD}|\d+|[a-z]\w+(?=-)))*")
#: Nouns that say what a name names, each with the kind of thing.
HEADS: Mapping[str, str] = {
    "deposit": "deposit", "deposits": "deposit", "mine": "mine", "mines": "mine",
    "field": "deposit", "fields": "deposit", "orebody": "deposit", "quarry": "mine",
    "project": "project", "programme": "project", "program": "project", "plant": "plant",
    "smelter": "plant", "refinery": "plant", "facility": "plant", "complex": "plant",
    "corridor": "corridor", "railway": "corridor", "railroad": "corridor", "road": "corridor",
    "highway": "corridor", "route": "corridor", "line": "corridor", "port": "corridor",
    "pipeline": "corridor", "tunnel": "corridor", "crossing": "corridor", "seaport": "corridor",
    "agreement": "agreement", "memorandum": "agreement", "treaty": "agreement", "deal": "agreement",
    "region": "place", "district": "place", "province": "place", "area": "place", "zone": "place",
    "territory": "place", "village": "place", "ore": "deposit", "prospect": "deposit",
    "company": "body", "group": "body", "fund": "body", "bank": "body", "poll": "poll",
    "yatağı": "deposit", "yataq": "deposit", "mədəni": "mine", "месторождение": "deposit",
    "месторождения": "deposit", "рудник": "mine", "cave": "mine", "pit": "mine", "lode": "deposit",
    "yatağında": "deposit", "yatağının": "deposit", "yatağından": "deposit", "yataqda": "deposit",
    "station": "plant", "mill": "plant", "works": "plant",
}  # fmt: skip
_BODY = re.compile(
    r"\b(?:CJSC|OJSC|JSC|LLC|PLC|plc|Ltd|Inc|Corp|QSC|ASC|MMC|GmbH|SA|AG|Group|Company|Combine|"
    r"Mining|Minerals|Resources|Metals|Gold|Ministry|Agency|Institute|NGO|Bank|Fund|Committee|"
    r"Council|Party|University|Center|Centre|Parliament|Government|Commission|Organization|"
    r"Organisation|Association|Union|Office|Service|Department|Bureau|Holding|Corporation|Copper)\b"
)
_TITLE = re.compile(
    r"\b(?:President|Prime Minister|Minister|Foreign Minister|Chairwoman|Chairman|Mr|Mrs|Ms|Dr"
    r"|Commander|commander|deputy|Deputy|Speaker|spokesman|spokeswoman|spokesperson|CEO|director"
    r"|Director|head|Head|analyst|scientist|geologist|Ambassador|General|Colonel|Professor"
    r"|businessman|journalist|expert|chief|executive|leader|professor)\.?(?: of [A-Z]\w+)?\s+$"
)
_NOISE = frozenset(Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").split())


_UNIT_WORD = re.compile(
    r"(?:[MkG]t(?:pa|py)?|M?oz|Mlb|Moz|MW|GW|GWh|MWh|TWh|Cu|Au|Ag|Zn|Pb|Mo|Fe|Hg|Ni|Co|Sn|Mn|Jan"
    r"|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|US|USD|AZN|EUR|AMD|GEL|TRY|HS|FY|Q[1-4]|H[12])\.?"
)
#: Nouns that often begin a sentence and name nothing when they stand alone.
_ALONE = word_set(
    "silver gold copper iron zinc lead ore ores production export exports import imports tax taxes "
    "recovery mineral minerals grade grades output investment investments road roads drilling "
    "reserve reserves resource resources concentrate capacity cost costs price prices construction "
    "work works mining development exploration revenue revenues sales profit trade annual deposits "
    "deposit mine mines plant government company officials activists environmentalists analysts "
    "illik i̇llik ümumi ildə bu həmin total net gross approximately nearly hundreds thousands "
    "millions "
    "proven probable measured indicated inferred underground"
)


@dataclass(frozen=True)
class Name:
    """A proper name where it stands, with its kind and the name that it goes by."""

    start: int
    end: int
    text: str
    kind: str
    canonical: str


@cache
def states() -> Mapping[str, tuple[str, str]]:
    """Return each name, adjective or capital of a state with (name, iso3), by its plain form."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows("states.csv"):
        for word in (row["name"], *row["others"].split("|")):
            if word:
                found[word.casefold()] = (row["name"], row["iso3"])
    return found


class Gazetteer:
    """Names and their aliases: any of them leads to the first, whatever its script or marks."""

    def __init__(self, groups: Sequence[Sequence[str]] = ()) -> None:
        self._canonical: dict[str, str] = {}
        self._rough: dict[str, str] = {}  # with the vowels a and e alike
        for group in groups:
            for name in group:
                self._canonical.setdefault(plain(name), group[0])
                self._rough.setdefault(skeleton(name), group[0])

    def canonical(self, text: str) -> str | None:
        """Return the first name of the group that holds this one, or None.

        Examples
        --------
        >>> Gazetteer([("Alpha Hill", "Təpə")]).canonical("tepe")
        'Alpha Hill'
        """
        return self._canonical.get(plain(text)) or self._rough.get(skeleton(text))


def read_gazetteer(paths: Sequence[Path]) -> Gazetteer:
    """Read tables of names: columns ``name`` or ``canonical``, and ``aliases`` joined by ``|``.

    Raises
    ------
    LodewayError
        For a table that has neither column.
    """
    groups: list[list[str]] = []
    for path in paths:
        for row in read_rows(path, ["aliases"]):
            first = row.text("canonical", "") or row.text("name")
            others = [word.strip() for word in row.text("aliases", "").split("|") if word.strip()]
            groups.append([first, *others])
    return Gazetteer(groups)


def names(text: str, gazetteer: Gazetteer, *, known: frozenset[str] = frozenset()) -> list[Name]:
    """Find the proper names of a text.

    Parameters
    ----------
    text
        One sentence or article.
    gazetteer
        Aliases, which lead to a canonical name.
    known
        Lower-case words that the whole article also uses without a capital: no names.
    """
    found = []
    for match in _NAME.finditer(text):
        if _UNIT_WORD.fullmatch(match[0]):
            continue
        if re.match(r"\s?[$\u20ac\u00a3]", text[match.end() :]):
            continue  # the US of US$
        name = _trim(text, match.start(), match.end(), known)
        if name is not None:
            found.append(_classified(text, *name, gazetteer))
    return found


def _trim(text: str, start: int, end: int, known: frozenset[str]) -> tuple[int, int] | None:
    """Drop words that only begin a sentence, and possessive endings; None if nothing is left."""
    while start < end:
        word = re.match(r"[\w\u2019'.]+", text[start:end])
        if word is None:
            return None
        low = word[0].casefold().rstrip(".")
        if re.sub(r"['\u2019]s$", "", low) in _NOISE or (
            low in known and not _is_state(low) and _begins(text, start)
        ):
            rest = re.match(r"[\w\u2019'.]+(?:[ -]|$)", text[start:end])
            if rest is None or start + rest.end() >= end:
                return None
            start += rest.end()
            follow = re.match(r"(?:of|of the|for|and the|de|&) ", text[start:end])
            if follow:
                start += follow.end()
            continue
        break
    tail = re.search(r"(?:['\u2019]s?|[.\u2013-])$", text[start:end])
    if tail:
        end = start + tail.start()
    if text[start:end].casefold() in _ALONE and not re.match(r" [A-Z]", text[end:]):
        return None
    cyrillic = re.fullmatch(r"[\u0400-\u04ff]+", text[start:end].split(maxsplit=1)[0])
    if cyrillic and _begins(text, start):
        return None  # any Russian sentence begins so; nothing tells a name from a noun
    if end - start < 2 or (text[start:end].isupper() and end - start > 14):
        return None
    return start, end


def _begins(text: str, start: int) -> bool:
    return start == 0 or bool(
        re.search(r"(?:[.!?:\n\u201c\"]\s*)$", text[max(0, start - 3) : start])
    )


def _is_state(text: str) -> bool:
    return text.casefold() in states()


def _classified(text: str, start: int, end: int, gazetteer: Gazetteer) -> Name:
    word = text[start:end]
    state = states().get(word.casefold())
    if state is not None:
        follow = re.match(
            r" ([a-z-]+ ){0,2}(mine|deposit|corridor|project|plant|field|company)\b", text[end:]
        )
        if not follow:
            return Name(start, end, word, "state", state[0])
    if _TITLE.search(text[max(0, start - 40) : start]):
        return Name(start, end, word, "person", word)
    stop, kind = _head(text, end)
    last = word.split()[-1].casefold().strip("-")
    own = HEADS.get(last, "")
    known = gazetteer.canonical(word)
    if kind and not _BODY.search(word):
        label = f"{known or word} {text[stop[0] : stop[1]]}"
        return Name(start, stop[1], text[start : stop[1]], kind, label)
    if own and len(word.split()) > 1:
        return Name(start, end, word, own, known or word)
    if _BODY.search(word):
        return Name(start, end, word, "body", known or word)
    if known:
        return Name(start, end, word, "deposit", known)
    if re.fullmatch(r"[A-Z][a-z]+(?: [A-Z]\.)? [A-Z][\w'\u2019-]+", word) and re.match(
        r"(?:,| )\s*(?:said|says|told|noted|stated|believes|stressed|holds|is a|added|claims)\b",
        text[end:],
    ):
        return Name(start, end, word, "person", word)
    return Name(start, end, word, "place", word)


def _head(text: str, end: int) -> tuple[tuple[int, int], str]:
    """Return the head noun that follows a name, a few describing words between."""
    match = re.match(
        r"(?: ?\([^)]{2,60}\)|[)\"\u201d\u00bb])?((?: (?:open[- ]pit|underground|copper|gold|iron"
        r"|ore|silver|lead|zinc"
        r"|lead-zinc|molybdenum|copper-molybdenum|coal|polymetallic|metal|processing|contract"
        r"|licen[cs]e|hydropower|power|nuclear|flotation|economic|mining|industrial|transport"
        r"|railway|rail|road|trade|transit|border|opencast|placer|mineral|administrative"
        r"|exploration|production|production-sharing|steel|smelting|HBI)){0,3}) "
        r"([^\W\d_]+)", text[end:],
    )  # fmt: skip
    if match is None:
        return (end, end), ""
    kind = HEADS.get(match[2].casefold())
    if kind is None:
        return (end, end), ""
    return (end + match.start(2), end + match.end(2)), kind
