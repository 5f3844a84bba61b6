"""The criteria of a tender: what counts, how much, and what rules a bid out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.tender.score import ahp_weights
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text

Array = NDArray[np.float64]
METHODS = ("maut", "topsis")
_HIGHER = ("max", "maximum", "maximise", "maximize", "high", "higher", "benefit", "more", "up")
_LOWER = ("min", "minimum", "minimise", "minimize", "low", "lower", "cost", "less", "down")
_TOP = ("method", "criterion", "criteria", "gate", "gates", "ahp", "weights", "npv", "title",
        "checklist", "note")  # fmt: skip
_CRITERION = ("name", "column", "weight", "better", "direction", "goal", "low", "high", "curve",
              "label", "unit", "note", "min", "max", "gate")  # fmt: skip
_GATE = ("name", "column", "min", "max", "equals", "one_of", "why", "label")


@dataclass(frozen=True)
class Criterion:
    """One thing that counts.

    Attributes
    ----------
    column
        The bids' column that holds it.
    higher
        Whether more of it is better.
    low, high
        Ends of the scale in its own unit; None: the least and the most of the bids that are left.
    curve
        Exponent of the utility: 1 is straight, below 1 the first steps count most.
    """

    name: str
    column: str
    weight: float
    higher: bool = True
    low: float | None = None
    high: float | None = None
    curve: float = 1.0


@dataclass(frozen=True)
class Gate:
    """A condition that a bid meets or is out, however good the rest."""

    name: str
    column: str
    least: float | None = None
    most: float | None = None
    allowed: tuple[str, ...] = ()

    def passes(self, text: str) -> bool:
        """Whether a bid's cell meets the gate; an empty cell never does."""
        text = text.strip()
        if not text:
            return False
        if self.allowed:
            return text.casefold() in {word.casefold() for word in self.allowed}
        try:
            value = float(text)
        except ValueError:
            return False
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    @property
    def wanted(self) -> str:
        """The condition in words."""
        if self.allowed:
            return " or ".join(self.allowed)
        parts = [] if self.least is None else [f"at least {self.least:g}"]
        return " and ".join([*parts, *([] if self.most is None else [f"at most {self.most:g}"])])


@dataclass(frozen=True)
class Plan:
    """How a tender is judged.

    Attributes
    ----------
    criteria, gates
        What counts, and what rules out; the weights sum to 1.
    method
        ``maut`` (weighted utilities) or ``topsis`` (nearness to the ideal bid).
    concentration
        How firm the weights are: the larger, the less they vary when stability is judged.
    consistency
        Of pairwise judgements: Saaty's ratio and whether it is below 0.1; None without them.
    npv
        Section ``[npv]``, for the value of each bid to the state.
    """

    criteria: Sequence[Criterion]
    gates: Sequence[Gate]
    method: str = "maut"
    concentration: float = 30.0
    draws: int = 4000
    seed: int = 1
    consistency: Mapping[str, Any] | None = None
    npv: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def weights(self) -> Array:
        """Weights in order of the criteria."""
        return np.array([item.weight for item in self.criteria])


def read_plan(path: Path) -> Plan:
    """Read a criteria file.

    Raises
    ------
    LodewayError
        For a file that is no TOML, an unknown key, weights that are negative or do not sum to 1
        (or 100), and pairwise judgements that are no reciprocal matrix.
    """
    where = path.name
    try:
        found = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", where, str(problem), "TOML") from None
    _known(found, _TOP, where)
    sections = _sections(found.get("criterion", found.get("criteria", [])), f"{where} criterion")
    if not sections:
        raise LodewayError("missing", f"{where} criterion", "nothing", "at least one [[criterion]]")
    criteria = [_criterion(item, f"{where} criterion {item.get('name')}") for item in sections]
    gate_sections = _sections(found.get("gate", found.get("gates", [])), f"{where} gate")
    gates = [_gate(item, f"{where} gate {n}") for n, item in enumerate(gate_sections)]
    gates += [_own_gate(item, where) for item in sections if "gate" in item]
    method = str(found.get("method", "maut")).casefold()
    if method not in METHODS:
        raise LodewayError("bad-study", f"{where} method", repr(method), " or ".join(METHODS),
                           suggestion(method, METHODS))  # fmt: skip
    consistency = None
    if "ahp" in found:
        criteria, consistency = _by_pairs(criteria, found["ahp"], f"{where} ahp")
    spread = found.get("weights", {})
    return Plan(
        _to_one(criteria, where), gates, method,
        concentration=float(spread.get("concentration", 30.0)),
        draws=int(spread.get("draws", 4000)), seed=int(spread.get("seed", 1)),
        consistency=consistency, npv=found.get("npv", {}), folder=path.parent,
    )  # fmt: skip


def _known(section: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in section:
        if key not in known:
            raise LodewayError("bad-study", f"{where} {key}", "an unknown key",
                               f"one of {', '.join(known)}", suggestion(key, known))  # fmt: skip


def _sections(value: Any, where: str) -> list[dict[str, Any]]:
    """Return a list of tables, or a table of tables, as a list with names."""
    if isinstance(value, Mapping):
        value = [{"name": name, **item} if isinstance(item, Mapping) else item
                 for name, item in value.items()]  # fmt: skip
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise LodewayError("bad-study", where, repr(value)[:60], "tables with names")
    return [dict(item) for item in value]


def _criterion(section: Mapping[str, Any], where: str) -> Criterion:
    _known(section, _CRITERION, where)
    name = str(section.get("name") or section.get("column") or "")
    if not name:
        raise LodewayError("missing", f"{where} name", "nothing", "a name")
    better = str(section.get("better", section.get("direction", section.get("goal", "max"))))
    if better.casefold() not in (*_HIGHER, *_LOWER):
        raise LodewayError("bad-study", f"{where} better", repr(better), "max or min")
    low, high = (_number(section.get(key), f"{where} {key}") for key in ("low", "high"))
    if low is not None and high is not None and not low < high:
        raise LodewayError("bad-number", f"{where} low, high", f"{low}, {high}", "low below high")
    weight = _number(section.get("weight", 0.0), f"{where} weight") or 0.0
    if weight < 0.0:
        raise LodewayError("bad-fraction", f"{where} weight", weight, "a weight from 0")
    curve = _number(section.get("curve", 1.0), f"{where} curve") or 0.0
    if curve <= 0.0:
        raise LodewayError("bad-number", f"{where} curve", curve, "an exponent above 0")
    column = str(section.get("column", name))
    return Criterion(name, column, weight, better.casefold() in _HIGHER, low, high, curve)


def _number(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise LodewayError("bad-number", where, repr(value), "a number")
    return float(value)


def _gate(section: Mapping[str, Any], where: str) -> Gate:
    _known(section, _GATE, where)
    column = str(section.get("column") or section.get("name") or "")
    if not column:
        raise LodewayError("missing", f"{where} column", "nothing", "a column of the bids")
    words = section.get("one_of", [section["equals"]] if "equals" in section else [])
    allowed = tuple(str(word).lower() if isinstance(word, bool) else str(word) for word in words)
    least, most = (_number(section.get(key), f"{where} {key}") for key in ("min", "max"))
    if not allowed and least is None and most is None:
        raise LodewayError("bad-study", where, "no condition", "min, max, equals or one_of")
    return Gate(str(section.get("name", column)), column, least, most, allowed)


def _own_gate(section: Mapping[str, Any], where: str) -> Gate:
    """Return the gate that a criterion carries: ``gate = { min = 3 }``."""
    column = str(section.get("column", section["name"]))
    gate = section["gate"]
    if not isinstance(gate, Mapping):
        raise LodewayError("bad-study", f"{where} {column} gate", repr(gate), "{ min = .. }")
    return _gate({"name": f"{section['name']}", "column": column, **gate}, f"{where} {column} gate")


def _by_pairs(
    criteria: Sequence[Criterion], section: Mapping[str, Any], where: str
) -> tuple[list[Criterion], dict[str, Any]]:
    """Return the criteria with weights from pairwise judgements, and their consistency."""
    _known(section, ("names", "criteria", "matrix", "pairwise"), where)
    own = [item.name for item in criteria]
    names = [str(name) for name in section.get("names", section.get("criteria", own))]
    if sorted(names) != sorted(own):
        raise LodewayError("bad-study", f"{where} names", ", ".join(names), "the criteria's names")
    matrix = section.get("matrix", section.get("pairwise", []))
    if len(matrix) != len(names):
        raise LodewayError("bad-number", f"{where} matrix", f"{len(matrix)} rows",
                           f"{len(names)}, one a criterion")  # fmt: skip
    weights, consistency = ahp_weights(matrix, where)
    by_name = dict(zip(names, weights, strict=True))
    return [
        Criterion(item.name, item.column, float(by_name[item.name]), item.higher, item.low,
                  item.high, item.curve)
        for item in criteria
    ], consistency  # fmt: skip


def _to_one(criteria: Sequence[Criterion], where: str) -> list[Criterion]:
    """Return the criteria with weights that sum to 1; sums of 100 are percentages."""
    total = sum(item.weight for item in criteria)
    if not (abs(total - 1.0) < 1e-6 or abs(total - 100.0) < 1e-4):
        raise LodewayError(
            "bad-fraction", f"{where} weights", f"a sum of {total:g}", "a sum of 1 (or 100)"
        )
    return [
        Criterion(item.name, item.column, item.weight / total, item.higher, item.low, item.high,
                  item.curve)
        for item in criteria
    ]  # fmt: skip
