"""The book of figures: every number that the report shows is entered here once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape
from numpy.typing import ArrayLike

from lodeway.model.figure import Figure, quantiles, rows
from lodeway.report.rounding import single, spread

#: Family of a figure -> stage -> beginnings of the source quantities that it rests on.
#: An empty text stands for every quantity of that stage.
FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    "freight": {"corridors": ("",)},
    "delivered": {"sales": ("",), "processing": ("",)},
    "netback": {
        "corridors": ("",), "sales": ("",), "processing": ("",),
        "economics": ("netback", "sale", "pass", "freight", "goods", "price"),
    },
    "value": {
        "corridors": ("",), "sales": ("",), "processing": ("",),
        "economics": ("netback", "sale", "pass", "freight", "value", "toll", "corridor", "tariff"),
    },
    "cash": {
        "corridors": ("",), "sales": ("",), "processing": ("",),
        "economics": ("cost", "regime", "sale", "value discount"),
    },
    "links": {"corridors": ("",), "processing": ("",), "economics": ("link", "rate", "capex")},
    "quotes": {"corridors": ("quote",)},
    "distance": {"corridors": ("",), "economics": ("reading", "distance", "claim")},
    "jobs": {"economics": ("job", "direct", "indirect")},
    "resource": {"resource": ("",)},
    "mine": {"mine": ("",)},
}  # fmt: skip


_WORDS = {"hbi": "HBI", "dore": "doré"}


def anchor(figure_id: str) -> str:
    """Return the HTML id of a figure's entry in the trace.

    Examples
    --------
    >>> anchor("freight.demirli.pirdop")
    'f-freight.demirli.pirdop'
    """
    return "f-" + re.sub(r"[^A-Za-z0-9_.-]", "_", figure_id)


def slug(text: object) -> str:
    """Return a text as a part of an id.

    Examples
    --------
    >>> slug("Margara & Ijevan open")
    'margara-ijevan-open'
    """
    return re.sub(r"[^a-z0-9]+", "-", str(text).casefold()).strip("-")


def number(value: object) -> float | None:
    """Return a finite number, or None.

    Examples
    --------
    >>> number("3"), number(float("nan")), number(None)
    (3.0, None, None)
    """
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return result if math.isfinite(result) else None


class Book:
    """Collects figures, and shows each as a link to its entry in the trace.

    Parameters
    ----------
    sources
        Rows ``(quantity, item, source_id)`` by stage.
    keys
        Content hash by stage.
    names
        Label by key name of projects, products, markets and scenarios.
    """

    def __init__(
        self,
        sources: Mapping[str, Sequence[tuple[str, str, str]]],
        keys: Mapping[str, str],
        names: Mapping[str, str],
        unverified: Iterable[str] = (),
    ) -> None:
        self._sources, self._keys, self._names = sources, keys, names
        self._unverified = frozenset(unverified)
        self._figures: dict[str, Figure] = {}
        self._anchors: dict[str, str] = {}

    def name(self, key: object) -> str:
        """Return the label of a project, product, market or scenario; else the key, readable."""
        text = str(key)
        words = text.replace("-", " ").replace("_", " ").split(" ")
        return self._names.get(text) or " ".join(_WORDS.get(word, word) for word in words)

    def add(self, figure: Figure, family: str, items: Iterable[str | None] = ()) -> str:
        """Enter a figure with the sources of its family, and return its id.

        `items` names what else the sources may be about, such as lanes. Sources that the figure
        brings along are kept.
        """
        wanted = {"", *(str(item) for item in items if item)}
        wanted |= {x for x in (figure.project, figure.market, figure.scenario) if x}
        if figure.project and figure.product:
            sale = f"{figure.project}:{figure.product}"
            wanted |= {sale, f"{sale}>{figure.market}"}
        rules = FAMILIES[family]
        found = [
            source
            for stage, starts in rules.items()
            for quantity, item, source in self._sources.get(stage, ())
            if item in wanted and quantity.startswith(starts)
        ]
        used = [self._keys[stage] for stage in rules if stage in self._keys]
        figure = replace(figure, sources=[*figure.sources, *found], inputs=used)
        base, count = figure.quantity, 2
        while figure.id in self._figures or anchor(figure.id) in self._anchors.values():
            figure = replace(figure, quantity=f"{base}-{count}")
            count += 1
        self._figures[figure.id] = figure
        self._anchors[figure.id] = anchor(figure.id)
        return figure.id

    def figure(self, figure_id: str) -> Figure:
        """Return one figure."""
        return self._figures[figure_id]

    def __contains__(self, figure_id: object) -> bool:
        return figure_id in self._figures

    def text(self, figure_id: str, *, unit: bool = True) -> str:
        """Return a figure as people read it."""
        figure = self._figures[figure_id]
        if figure.value is not None:
            shown = single(figure.value, figure.unit)
        else:
            shown = spread(figure.p10, figure.p50, figure.p90, figure.unit)
        return shown if unit else shown.removesuffix(figure.unit).rstrip()

    def show(self, figure_id: str | None, *, unit: bool = True) -> Markup:
        """Return a figure as a link to its entry in the trace; a dash where there is none."""
        if figure_id is None:
            return Markup('<span class="none">\N{EN DASH}</span>')
        text = escape(self.text(figure_id, unit=unit))
        return Markup('<a class="n" href="#{}">{}</a>').format(anchor(figure_id), text)

    def fill(self, text: str) -> Markup:
        """Return a sentence in which each ``{figure id}`` has become that figure, as a link."""
        parts = re.split(r"\{([^{}]+)\}", text)
        done = [
            (self.show(part) if part in self._figures else escape("{" + part + "}"))
            if place % 2
            else escape(part)
            for place, part in enumerate(parts)
        ]
        return Markup("").join(done)

    def trace(self) -> tuple[list[dict[str, Any]], list[tuple[str, ...]]]:
        """Return the entries of the trace, and the sets of sources that they refer to."""
        sets: dict[tuple[str, ...], int] = {}
        entries = []
        for row in self.rows():
            key = tuple(row["sources"])
            place = sets.setdefault(key, len(sets) + 1) if key else 0
            text = self.text(row["id"])
            entries.append({**row, "anchor": anchor(row["id"]), "text": text, "set": place})
        return entries, list(sets)

    def rows(self) -> list[dict[str, Any]]:
        """Return all figures as rows, in order of id."""
        return rows(self._figures.values())

    def as_json(self) -> bytes:
        """Return ``figures.json``: the same bytes for the same figures."""
        text = json.dumps(self.rows(), ensure_ascii=False, indent=1, sort_keys=True)
        return (text + "\n").encode()

    def general_knowledge(self) -> int:
        """Return how many figures rest on at least one row that nobody has checked."""
        return sum(
            not self._unverified.isdisjoint(figure.sources) for figure in self._figures.values()
        )


def spread_of(draws: ArrayLike) -> dict[str, Any]:
    """Return the quantiles of some draws as keywords for `Figure`.

    Examples
    --------
    >>> spread_of([2.0, 2.0])["p50"]
    2.0
    """
    return dict(quantiles(draws))


def tri(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quantiles of a row as keywords for `Figure`, sorted.

    Examples
    --------
    >>> tri({"p10": 3, "p50": 2, "p90": 1})
    {'p10': 1.0, 'p50': 2.0, 'p90': 3.0}
    """
    values = [number(row.get(name)) for name in ("p10", "p50", "p90")]
    if any(value is None for value in values):
        return {"p10": None, "p50": None, "p90": None}
    return dict(zip(("p10", "p50", "p90"), sorted(v for v in values if v is not None), strict=True))
