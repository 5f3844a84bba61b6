"""The files of one MineLib model by their common prefix, and the precedence that they imply."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.mine.minelib import read_blocks, read_precedence, read_problem, read_upit
from lodeway.mine.precedence import Precedence, from_rows, from_template
from lodeway.mine.problem import Floats, Problem
from lodeway.mine.slope import Slope, Template, template


@dataclass(frozen=True)
class Model:
    """Block values and precedence of a model, and the slope template where one was used."""

    name: str
    value: Floats
    precedence: Precedence
    template: Template | None
    problem: Problem | None = None


def _beside(prefix: Path, ending: str) -> Path:
    return prefix.with_name(prefix.name + ending)


def read_model(
    prefix: Path, slope_deg: float | None = None, benches: int | None = None, kind: str = "upit"
) -> Model:
    """Read a model by prefix: values, and precedence from ``.prec`` or from a slope.

    Parameters
    ----------
    prefix
        Path without ending: ``PREFIX.upit``, ``PREFIX.prec``, ``PREFIX.blocks`` and so on.
    slope_deg, benches
        Overall slope on cubic blocks, and how far the template looks upward. They stand in for a
        ``.prec`` that is missing; given together with one, they are refused.
    kind
        ``"upit"``, ``"cpit"`` or ``"pcpsp"``: which file brings the values.
    """
    path = _beside(prefix, f".{kind}")
    problem = None
    if kind == "upit":
        name, value = read_upit(path)
    else:
        problem = read_problem(path)
        name, value = problem.name, problem.value.max(axis=1)
    precedence, found = read_arcs(prefix, len(value), slope_deg, benches)
    return Model(name, value, precedence, found, problem)


def read_arcs(
    prefix: Path, blocks: int, slope_deg: float | None, benches: int | None
) -> tuple[Precedence, Template | None]:
    """Return the precedence of a model, and the template where a slope stands in for ``.prec``."""
    stored = _beside(prefix, ".prec")
    asked = slope_deg is not None or benches is not None
    if stored.is_file():
        if asked:
            raise LodewayError(
                "bad-argument", "--slope, --benches", f"a slope beside {stored.name}",
                "one of the two", "the file already says what each block requires",
            )  # fmt: skip
        return from_rows(*read_precedence(stored, blocks), file=str(stored)), None
    if slope_deg is None or benches is None:
        raise LodewayError(
            "missing", str(stored), "no precedence file", "the file, or --slope DEG --benches N"
        )
    model = read_blocks(_beside(prefix, ".blocks"))
    if len(model) != blocks:
        raise LodewayError(
            "balance", str(_beside(prefix, ".blocks")), f"{len(model)} blocks",
            f"{blocks}, as the problem file says",
        )  # fmt: skip
    found = template(Slope((slope_deg,)), benches)
    return from_template(model, [found]), found
