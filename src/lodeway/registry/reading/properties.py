"""What a quantity of a text measures: rules on the words around it, kept in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lodeway.registry.quantities import nature
from lodeway.registry.reading.measures import Measure
from lodeway.registry.reading.tables import rows, word_set

_MORE = {
    "coal": "coal", "manganese": "manganese", "bauxite": "bauxite", "aluminium": "aluminium",
    "tin": "tin", "tungsten": "tungsten", "lithium": "lithium", "uranium": "uranium",
    "nickel": "nickel", "cobalt": "cobalt", "chromite": "chromite", "chrome": "chromite",
    "barite": "barite", "antimony": "antimony", "arsenic": "arsenic", "graphite": "graphite",
    "polymetallic": "polymetallic", "mis": "copper", "qızıl": "gold", "qizil": "gold",
    "gümüş": "silver", "dəmir": "iron", "sink": "zinc", "qurğuşun": "lead", "медь": "copper",
    "меди": "copper", "золота": "gold", "золото": "gold", "серебра": "silver",
    "железной": "iron", "железа": "iron", "цинка": "zinc", "свинца": "lead", "steel": "steel",
    "cement": "cement", "oil": "oil", "gas": "gas", "cathode": "copper", "HBI": "HBI",
    "altın": "gold", "bakır": "copper", "molybdenite": "molybdenum", "phosphate": "phosphate",
}  # fmt: skip
_SYMBOL = {"Cu": "copper", "Au": "gold", "Ag": "silver", "Fe": "iron", "Zn": "zinc", "Pb": "lead",
           "Mo": "molybdenum", "Hg": "mercury"}  # fmt: skip
_EMPTY = word_set(
    "the a an of to in on at by for with from and or as is was were are be been it its their his "
    "her that which this these those than while also now has have had will would could can may "
    "not more most about over under up down nearly almost some other such said told per cent "
    "percent fell rose share"
)


@dataclass(frozen=True)
class _Rule:
    kinds: frozenset[str]
    cue: re.Pattern[str]
    placed: bool
    template: str


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            frozenset(row["kinds"].split("|")),
            re.compile(row["cue"], re.IGNORECASE | re.DOTALL),
            "@" in row["cue"],
            row["property"],
        )
        for row in rows("properties.csv")
    )


@cache
def _metals() -> dict[str, str]:
    found = {word: _SYMBOL.get(item.commodity, word) for item in nature().values()
             for word in item.words if len(word) > 2}  # fmt: skip
    return {**found, **_MORE}


def property_of(
    sentence: str, measure: Measure, previous: Sequence[str], subject: str = ""
) -> tuple[str, bool]:
    """Return the property of a quantity, and whether a cue was found for it.

    Parameters
    ----------
    sentence
        The sentence; `measure` holds offsets within it.
    previous
        Properties of the quantities before it in the same sentence.
    subject
        Its subject, whose words say nothing of the property.
    """
    left, right = _clause(sentence, measure.start, measure.end)
    rules = [rule for rule in _rules() if measure.kind in rule.kinds]
    best = _best_rule(rules, sentence, measure, (left, right))
    if best is not None:
        cued = best.cue.pattern != "."
        return _fill(best.template, sentence, measure, previous, subject, (left, right)), cued
    words = _content(sentence[left : measure.start], subject)
    return " ".join(words[-4:]) or measure.kind, False


def _best_rule(
    rules: Sequence[_Rule], sentence: str, measure: Measure, clause: tuple[int, int]
) -> _Rule | None:
    """Return the rule whose cue stands nearest; another clause is far, and order breaks ties."""
    start, end = measure.start, measure.end
    near = f"{sentence[clause[0] : start]} @ {sentence[end : clause[1]]}"
    scored: list[tuple[float, int, _Rule]] = []
    for place, rule in enumerate(rules):
        if rule.cue.pattern == ".":
            scored.append((500.0, place, rule))
        elif rule.placed:
            if rule.cue.search(near):
                scored.append((3.0 * place - 10.0, place, rule))
        else:
            gaps = [
                (max(start - match.end(), match.start() - end, 0)
                 + (0 if clause[0] <= match.start() < clause[1] else 60))
                for match in rule.cue.finditer(sentence)
            ]  # fmt: skip
            if gaps:
                scored.append((min(gaps) + 3.0 * place, place, rule))
    return min(scored, key=lambda item: item[:2])[2] if scored else None


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the clause: to the nearest strong mark, or another list item."""
    left = 0
    for match in re.finditer(
        r"[;:]|, (?:and|while|but|which|where|with|compared)\b|\u2014| - ", sentence[:start]
    ):
        left = match.end()
    stop = re.search(r"[;]|, (?:and|while|but|which|where|with|compared)\b|\u2014", sentence[end:])
    return left, end + stop.start() if stop else len(sentence)


def _fill(
    template: str, sentence: str, measure: Measure, previous: Sequence[str], subject: str,
    clause: tuple[int, int],
) -> str:  # fmt: skip
    start, end = measure.start, measure.end
    left, right = clause
    after, before = sentence[end:right], sentence[left:start]
    parts = {
        "metal": metal_near(sentence, start, end),
        "ofmetal": _of_metals(sentence[end : end + 40], measure.noun),
        "noun": measure.noun,
        "made": _made(sentence[left:right]),
        "nounafter": _noun_after(after),
        "verb": _verb_near(before, after),
        "clause": " ".join(_content(before, subject)[-6:] or _content(after, subject)[:6]),
        "after": " ".join(_content(after, "")[:4]),
        "topic": _topic(sentence, previous),
        "previous": previous[-1] if previous else "",
        "transit": "transit " if re.search(r"transit", sentence[left:right], re.IGNORECASE) else "",
        "haul": "haulage " if re.search(r"haul", sentence[left:right], re.IGNORECASE) else "",
    }
    made = re.sub(r"\{(\w+)\}", lambda match: parts.get(match[1], ""), template)
    return re.sub(r"\s+", " ", made).strip()


def metal_near(sentence: str, start: int, end: int) -> str:
    """Return the commodity that a quantity is of: right behind it, else nearest before.

    Examples
    --------
    >>> metal_near("13.6 t of gold and 47.9 Mt of copper", 18, 25)
    'copper'
    """
    found = [
        (match.start(), _metals()[match[0].lower()])
        for match in re.finditer(r"[^\W\d_]+", sentence)
        if match[0].lower() in _metals()
    ] + [(match.start(), _SYMBOL[match[0]]) for match in re.finditer(r"\b[A-Z][a-z]\b", sentence)
         if match[0] in _SYMBOL]  # fmt: skip
    behind = [(place - end, name) for place, name in found if 0 <= place - end < 40
              and not re.search(r"\d|[;.]", sentence[end:place])]  # fmt: skip
    if behind:
        return min(behind)[1]
    ahead = [(start - place, name) for place, name in found if 0 < start - place < 120]
    return min(ahead)[1] if ahead else (found[0][1] if found else "")


def _made(clause: str) -> str:
    for word, cue in (("exports", r"\bexport"), ("imports", r"\bimports?\b"),
                      ("sales", r"\bs(?:old|ales?|ell)\b|\bbought|\bpurchas"),
                      ("shipments", r"\bship")):  # fmt: skip
        if re.search(cue, clause, re.IGNORECASE):
            return word
    return "production"


def _of_metals(after: str, noun: str) -> str:
    """Return the commodities that follow a count: ``six of mercury``, ``one of tin and zinc``."""
    match = re.match(r" of ([a-z]+)(?:,? and ([a-z]+))?", after)
    found = [word for word in (match.groups() if match else ()) if word and word in _metals()]
    inside = [_metals()[word] for word in noun.lower().split() if word in _metals()]
    return " and ".join(found or inside)


def _content(text: str, subject: str) -> list[str]:
    """Return the words of a text that carry meaning."""
    left_out = {word.casefold() for word in re.findall(r"\w+", subject)}
    return [
        word
        for word in re.findall(r"[^\W\d_][\w-]*", text)
        if word.lower() not in _EMPTY and word.casefold() not in left_out and len(word) > 2
    ]


def _noun_after(after: str) -> str:
    match = re.match(r" (?:of |long |old )?((?:[a-z]+ )?[a-z]{3,})", after)
    if not match:
        return ""
    words = [w for w in match[1].split() if w not in _EMPTY]
    return f"{words[0]} " if words and words[0] != "mandate" else ""


def _verb_near(before: str, after: str) -> str:
    found = re.findall(r"\b([a-z]+ed|built|begun)\b", f"{before} {after}")
    return found[-1] if found else ""


def _topic(sentence: str, previous: Sequence[str]) -> str:
    for word in ("trade", "export", "import", "production", "output", "price", "revenue", "cargo"):
        if re.search(rf"\b{word}", sentence, re.IGNORECASE):
            return word
    return previous[-1] if previous else ""
