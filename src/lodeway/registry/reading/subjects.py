"""What a quantity is said of: the proper name that fits best, or what the text speaks of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lodeway.registry.reading.dates import When
from lodeway.registry.reading.measures import Measure
from lodeway.registry.reading.names import Gazetteer, Name, names
from lodeway.registry.reading.speakers import byline

_SITE = {"deposit": 3.0, "mine": 3.0, "plant": 2.6, "project": 2.8, "corridor": 1.6, "place": 1.4,
         "body": 0.8, "state": 0.6}  # fmt: skip
#: How well a kind of name serves as the subject of a kind of quantity.
_FIT: dict[str, dict[str, float]] = {
    "mass": {**_SITE, "corridor": 2.6},
    "mass-rate": {**_SITE, "corridor": 2.6},
    "unstated": _SITE,
    "grade": _SITE,
    "jobs": {**_SITE, "body": 1.4},
    "people": {"mine": 2.2, "plant": 2.2, "project": 2.2, "place": 1.8, "state": 1.6, "body": 1.2},
    "money": {"project": 2.6, "agreement": 2.6, "plant": 2.4, "mine": 2.2, "deposit": 2.0,
              "corridor": 2.0, "body": 1.6, "state": 1.5, "place": 1.2},
    "percent": {"plant": 2.4, "deposit": 2.2, "mine": 2.2, "poll": 2.0, "body": 1.4, "state": 1.4,
                "place": 1.4, "project": 2.0, "corridor": 1.6, "agreement": 1.6},
    "length": {"corridor": 3.0, "project": 1.8, "place": 1.4, "state": 0.8, "deposit": 1.4},
    "area": {"project": 2.6, "place": 1.8, "body": 2.2, "deposit": 2.2, "agreement": 2.2,
             "mine": 2.2, "state": 1.0},
    "time": {"agreement": 2.4, "plant": 2.4, "project": 2.4, "mine": 2.2, "deposit": 2.2,
             "corridor": 2.2, "place": 1.4, "body": 1.2, "state": 0.9},
    "only": {"corridor": 3.0, "place": 1.0},
    "ordinal-time": {"corridor": 2.5, "place": 1.8},
    "count": {"place": 2.0, "deposit": 1.8, "mine": 1.8, "project": 2.0, "corridor": 1.8,
              "agreement": 2.0, "plant": 1.8, "state": 1.5, "body": 1.2},
}  # fmt: skip
_DEFAULT = {"place": 1.8, "state": 1.6, "body": 1.6, "deposit": 1.8, "mine": 1.8, "project": 1.8,
            "corridor": 1.8, "plant": 1.8, "agreement": 1.8, "poll": 1.8}  # fmt: skip
_THINGS = frozenset({"deposit", "mine", "project", "corridor", "plant", "agreement"})
_NOT_GROUND = frozenset({"plant", "corridor", "agreement"})
_ABOUT_SITE = frozenset({"mass", "mass-rate", "unstated", "grade", "jobs"})
_PARTNER = re.compile(r"\b(?:trade|trading|turnover|commerce)\b", re.IGNORECASE)
_COMMON = re.compile(
    r"(?:^|[:;\u2014] ?)(?:[A-Z][a-z]+, )?(?:[Aa]n?|[Tt]he|[Ee]very|[Ee]ach)\s+"
    r"(?:direct |\d[\w.-]* )?"
    r"((?:[a-z][a-z-]+\s){0,2}[a-z-]+)\s+"
    r"(?:would|will|supports?|could|is|are|was|were|has|have|contains?|holds?|may|can|creates?)\b"
)


class SubjectFinder:
    """Finds subjects in one article; remembers what the text has been speaking of."""

    def __init__(self, article: str, gazetteer: Gazetteer, lower: frozenset[str]) -> None:
        everything = names(article, gazetteer, known=lower)
        self._article = article
        self._people = {
            item.text.split()[-1] for item in everything
            if item.kind == "person" or (item.kind == "place" and _acts(article[item.end :]))
        }  # fmt: skip
        author = byline(article)
        self._people |= {author.split()[-1]} if author else set()
        lead = [(_lead(item), item) for item in everything if item.kind not in {"state", "person"}]
        self._counts = Counter(word for word, _ in lead)
        things = {
            word for word, item in lead if item.kind in {"deposit", "mine", "project", "plant"}
        }
        sites = [(self._counts[word], word) for word in things]
        best = max(sites, default=(0, ""))
        self._topic_word = best[1] if best[0] > 1 else ""
        labels = [item for word, item in lead if word == self._topic_word]
        self._topic = _label(labels)
        self._recent: list[Name] = []

    def named(self, found: Sequence[Name]) -> list[Name]:
        """Return names with surnames of people known from elsewhere in the article marked."""
        return [
            replace(item, kind="person")
            if item.kind in {"place", "body"} and item.text.split()[-1] in self._people
            else item
            for item in found
        ]

    def remember(self, named: Sequence[Name]) -> None:
        """Keep what a sentence spoke of for the sentences that follow."""
        kept = [item for item in self.named(named) if item.kind != "person"]
        kept.sort(key=lambda item: (item.kind not in _THINGS, item.kind != "place"))
        self._recent = [*kept[:4], *self._recent][:10]

    def of(
        self, sentence: str, measure: Measure, found: Sequence[Name], said: set[str],
        property_: str = "", place: int = 0,
    ) -> tuple[str | None, bool]:  # fmt: skip
        """Return the subject of a quantity, and whether the sentence itself names it."""
        named = self.named(found)
        special = self._pair(sentence, measure, named) or _poll(sentence, measure, named)
        if special:
            return special, True
        common = self._common(sentence, measure)
        kind = "grade" if property_.endswith("grade") else measure.kind
        fit = _FIT.get(kind, _DEFAULT)
        scored = [
            (self._score(sentence, measure, item, fit, property_),
             -abs(item.start - measure.start), item)
            for item in named
            if item.kind != "person" and not _speaks(item, said)
            and not (item.start >= measure.start and item.start < measure.end)
        ]  # fmt: skip
        best = max(scored, key=lambda entry: entry[:2], default=None)
        if best is not None and best[0] >= 0.9 and not (common and best[0] < 2.0):
            return best[2].canonical, True
        if common:
            return common, True
        back = self._antecedent(sentence, place) if kind in {"count", "time", "area"} else None
        if back:
            return back, False
        remembered = self._memory(
            fit, kind, geological=bool(re.search(r"reserves|grade", property_))
        )
        if remembered and (best is None or kind in _ABOUT_SITE or best[0] < 0.3):
            return remembered, False
        return (best[2].canonical, False) if best is not None else (remembered, False)

    def of_date(self, when: When, found: Sequence[Name], said: set[str]) -> tuple[str | None, bool]:
        """Return what a dated event is about."""
        named = self.named(found)
        states = list(dict.fromkeys(item.canonical for item in named if item.kind == "state"))
        things = [item for item in named if item.kind not in {"state", "person"}
                  and not _speaks(item, said)]  # fmt: skip
        if things:
            near = min(
                things, key=lambda item: (item.kind not in _THINGS, abs(item.start - when.start))
            )
            return near.canonical, True
        if states:
            return "-".join(states[:2]), True
        return self._topic, False

    def _memory(self, fit: dict[str, float], kind: str, *, geological: bool) -> str | None:
        if kind in _ABOUT_SITE and self._topic:
            recent = [item for item in self._recent[:4] if item.kind in _THINGS
                      and not (geological and item.kind in _NOT_GROUND)]  # fmt: skip
            return recent[0].canonical if recent else self._topic
        scored = [(fit.get(item.kind, 0.0) - 0.15 * place + 0.1 * min(self._counts[_lead(item)], 8),
                   -place, item.canonical) for place, item in enumerate(self._recent)]  # fmt: skip
        best = max(scored, default=(0.0, 0, ""))
        return best[2] if best[0] >= 1.0 else self._topic

    def _score(
        self, sentence: str, measure: Measure, item: Name, fit: dict[str, float], property_: str
    ) -> float:
        score = fit.get(item.kind, 0.3)
        before = item.end <= measure.start
        gap = measure.start - item.end if before else item.start - measure.end
        between = (
            sentence[item.end : measure.start] if before else sentence[measure.end : item.start]
        )
        score -= max(gap, 0) / (90.0 if before else 60.0)
        joined = re.search(r"\b(?:in|at|within|across|on)\s(?:the\s)?$", between)
        owned = re.search(r"\bof\s(?:the\s)?$", between)
        if not before and gap < 45 and not re.search(r"[,;]", between):
            score += 1.3 if joined else (0.8 if owned and measure.kind != "percent" else 0.0)
            score -= 1.0 if owned and measure.kind == "percent" else 0.0
        if before and not re.search(r"[;]| while | although |, and the ", between):
            score += 0.4
        if item.kind == "state" and property_.startswith("budget"):
            score -= 1.5
        if sentence[max(0, item.start - 60) : item.start].count("(") > sentence[
            max(0, item.start - 60) : item.start
        ].count(")"):
            score -= 1.0
        lead = sentence[max(0, item.start - 14) : item.start].lower()
        if re.search(r"\b(?:by|to|via|with|than|vs|from)\s(?:the\s)?$", lead):
            score -= 0.6
        if re.search(
            r"(?:reserves|deposit|output|production|capacity|mine) (?:of|at) (?:the )?$", lead
        ):
            score += 0.6
        if self._topic_word and _lead(item) == self._topic_word:
            score += 1.2
        return score

    def _common(self, sentence: str, measure: Measure) -> str | None:
        """Return a common noun that governs the clause: every mining job supports."""
        found = [match for match in _COMMON.finditer(sentence) if match.end() <= measure.start]
        if not found or measure.kind not in {"jobs", "length", "money", "percent", "time", "ratio"}:
            return None
        last = found[-1]
        if re.search(r"[;:.\u2014]", sentence[last.end() : measure.start]):
            return None
        word = last[1]
        return None if re.search(r"\b(?:share|number|total|company|project|deal)\b", word) else word

    def _antecedent(self, sentence: str, place: int) -> str | None:
        """Return what ``these territories`` or ``this area`` goes back to."""
        match = re.search(
            r"\b(?:these|this|those) (territor(?:y|ies)|areas?|districts?|regions?|lands?)\b",
            sentence,
        )
        if match is None:
            return None
        earlier = self._article[:place]
        stem = match[1][:7]
        phrases = re.findall(rf"\b(?:the )([a-z]+ {stem}\w*)", earlier)
        sites = [item for item in self._recent if item.kind == "place"]
        sites.sort(key=lambda item: -self._counts[_lead(item)])
        if match[1].endswith("s") and phrases:
            return str(phrases[-1])
        return sites[0].canonical if sites else (str(phrases[-1]) if phrases else None)

    def _pair(self, sentence: str, measure: Measure, named: Sequence[Name]) -> str | None:
        """Return ``A-B`` where a quantity is of the trade of two states."""
        if measure.kind not in {"money", "ratio", "percent"} or not _PARTNER.search(sentence):
            return None
        sides = [item for item in named if item.kind in {"state", "place"}]
        owners = [item for item in sides if re.match(r"['\u2019]s?(?!\w)", sentence[item.end :])]
        before = [item for item in sides if item.start < measure.start
                  and re.search(r"\bwith (?:the )?$", sentence[: item.start])]  # fmt: skip
        joined = re.compile(r"[^.;,]{0,10}\bwith (?:the )?")
        after = [item for item in sides if item.start >= measure.end
                 and joined.fullmatch(sentence[measure.end : item.start])]  # fmt: skip
        partners = after or before[-1:]
        if owners and partners and partners[0].canonical != owners[0].canonical:
            return f"{owners[0].canonical}-{partners[0].canonical}"
        states = list(dict.fromkeys(item.canonical for item in sides if item.kind == "state"
                                    and item.start < measure.start))  # fmt: skip
        return "-".join(sorted(states)) if len(states) == 2 else None


def _acts(after: str) -> bool:
    """Whether a name is followed by what only people do."""
    return bool(re.match(
        r" (?:said|says|stated|noted|addressed|expressed|attributed|told|added|believes|stressed"
        r"|explained|hoped|met with|spoke|recalled|promised)\b", after))  # fmt: skip


def _lead(item: Name) -> str:
    return item.canonical.split()[0]


def _label(items: Sequence[Name]) -> str | None:
    """Return the commonest full name among those of one leading word."""
    things = [item.canonical for item in items if item.kind in _THINGS] or [
        i.canonical for i in items
    ]
    return Counter(things).most_common(1)[0][0] if things else None


def _poll(sentence: str, measure: Measure, named: Sequence[Name]) -> str | None:
    """Return the poll that a share of answers comes from."""
    if measure.kind not in {"percent", "points"}:
        return None
    match = re.search(r"\b(poll|survey) (?:by|of|from|conducted by) (?:the )?", sentence)
    if match is None:
        return None
    after = [item for item in named if item.start >= match.end() - 1]
    return f"{after[0].text} {match[1]}" if after else None


def _speaks(item: Name, said: set[str]) -> bool:
    """Whether a name is there only as the one who speaks."""
    if item.kind in {"deposit", "mine", "project"}:
        return False
    return any(item.text in who for who in said)
