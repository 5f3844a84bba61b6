"""Reading and writing MineLib files: block models, precedence, problems and solutions.

Espinoza, Goycoolea, Moreno and Newman (2013), "MineLib: a library of open pit mining problems",
Annals of Operations Research 206, doi:10.1007/s10479-012-1258-3. Period 0 counts undiscounted, and
z = 0 is the bottom bench.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import read_text, write_bytes
from lodeway.mine.problem import Blocks, Floats, Longs, Problem, Schedule

#: A MineLib file larger than this is refused.
LIMIT_BYTES = 512 * 2**20
_MOST_BLOCKS = 20_000_000
_MOST_PERIODS = 1_000


@dataclass
class _Lines:
    """The lines of a file, with the place for errors."""

    file: str
    lines: list[str]

    def where(self, number: int, field: str = "") -> str:
        """Return file, line and field."""
        return f"{self.file}:{number + 1} {field}".rstrip()

    def table(self, start: int, end: int, width: int | None, what: str) -> Floats:
        """Return the numbers of lines ``start:end``, all of one width; blank lines are skipped."""
        rows = [line.split() for line in self.lines[start:end]]
        used = [row for row in rows if row]
        if not used:
            return np.zeros((0, width or 0))
        wanted = width or len(used[0])
        try:
            table = np.array(used, dtype=np.float64)
            if table.shape[1] == wanted and bool(np.isfinite(table).all()):
                return table
        except ValueError:
            pass
        for number, row in enumerate(rows, start):
            if row and len(row) != wanted:
                raise LodewayError(
                    "bad-csv", self.where(number, what), f"{len(row)} numbers", f"{wanted}"
                )
            for text in row:
                self.number(text, number, what)
        raise LodewayError("bad-csv", self.where(start, what), "an uneven table", "equal rows")

    def number(self, text: str, number: int, what: str) -> float:
        """Return one finite number."""
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise LodewayError(
                "bad-number", self.where(number, what), repr(text), "a finite number"
            )
        return value

    def whole(self, values: Floats, start: int, low: int, high: int, what: str) -> Longs:
        """Return a column as whole numbers in ``[low, high)``, naming the first that is not."""
        wrong = (values != np.floor(values)) | (values < low) | (values >= high)
        if wrong.any():
            row = int(np.argmax(wrong))
            used = [n for n in range(start, len(self.lines)) if self.lines[n].strip()]
            raise LodewayError(
                "unknown-id", self.where(used[row], what), f"{values[row]:g}",
                f"a whole number from {low} to {high - 1}",
            )  # fmt: skip
        return values.astype(np.int64)


def _read(path: Path) -> _Lines:
    return _Lines(str(path), read_text(path, LIMIT_BYTES).splitlines())


def read_blocks(path: Path) -> Blocks:
    """Read a ``.blocks`` file: ``id x y z`` and further columns without a header.

    Raises
    ------
    LodewayError
        For ids that do not count from 0, cells that are not whole numbers, a cell that stands
        twice, ragged rows.
    """
    source = _read(path)
    numbered = [(n, line.split()) for n, line in enumerate(source.lines) if line.strip()]
    if not numbered:
        raise LodewayError("missing", str(path), "no block", "one line for each block")
    width = len(numbered[0][1])
    index = np.empty((len(numbered), 3), dtype=np.int64)
    for place, (number, row) in enumerate(numbered):
        if len(row) != width or width < 4:
            raise LodewayError(
                "bad-csv", source.where(number), f"{len(row)} columns", f"{max(width, 4)}"
            )
        if row[0] != str(place):
            raise LodewayError(
                "unknown-id", source.where(number, "id"), row[0], f"{place} (ids count from 0)"
            )
        try:
            index[place] = [int(text) for text in row[1:4]]
        except ValueError:
            raise LodewayError(
                "bad-number", source.where(number, "x y z"), " ".join(row[1:4]), "cell numbers"
            ) from None
    _refuse_twins(index, [number for number, _ in numbered], source)
    columns = tuple(
        tuple(column) for column in list(zip(*[r for _, r in numbered], strict=True))[4:]
    )
    return Blocks(index, columns)


def _refuse_twins(index: Longs, lines: Sequence[int], source: _Lines) -> None:
    """Refuse two blocks in one cell."""
    order = np.lexsort(index.T)
    same = (index[order][1:] == index[order][:-1]).all(axis=1)
    if same.any():
        place = int(np.argmax(same))
        one, two = sorted((int(order[place]), int(order[place + 1])))
        raise LodewayError(
            "bad-csv", source.where(lines[two]), f"the cell of block {one} again",
            "each cell once",
        )  # fmt: skip


def read_precedence(path: Path, blocks: int) -> tuple[Longs, NDArray[np.int32]]:
    """Read a ``.prec`` file as compressed rows: ``(first, head)``.

    Block `b` requires ``head[first[b]:first[b + 1]]``.
    """
    source = _read(path)
    rows: list[list[int] | None] = [None] * blocks
    for number, line in enumerate(source.lines):
        words = line.split()
        if not words:
            continue
        try:
            block, count, *heads = (int(word) for word in words)
        except ValueError:
            raise LodewayError(
                "bad-number", source.where(number), line.strip()[:60], "block n p1 .. pn"
            ) from None
        if not 0 <= block < blocks or rows[block] is not None:
            raise LodewayError(
                "unknown-id", source.where(number, "block"), block,
                f"each block from 0 to {blocks - 1} once",
            )  # fmt: skip
        if count != len(heads):
            raise LodewayError(
                "bad-csv", source.where(number), f"{len(heads)} predecessors", f"{count}",
                "the line is cut off or its count is wrong",
            )  # fmt: skip
        rows[block] = heads
    missing = [block for block, row in enumerate(rows) if row is None]
    if missing:
        raise LodewayError(
            "missing", source.file, f"no line for block {missing[0]}", f"{blocks} lines",
            "the file is cut off or belongs to another model",
        )  # fmt: skip
    full = [row or [] for row in rows]
    first = np.concatenate([[0], np.cumsum([len(row) for row in full])]).astype(np.int64)
    head = np.array([block for row in full for block in row], dtype=np.int64)
    wrong = (head < 0) | (head >= blocks)
    if wrong.any():
        block = int(np.searchsorted(first, int(np.argmax(wrong)), side="right")) - 1
        raise LodewayError(
            "unknown-id", f"{source.file} block {block}", int(head[wrong][0]),
            f"a block from 0 to {blocks - 1}",
        )  # fmt: skip
    return first, head.astype(np.int32)


@dataclass(frozen=True)
class _Document:
    """Header fields and sections (first and last line) of a problem file."""

    source: _Lines
    fields: dict[str, tuple[str, int]]
    sections: dict[str, tuple[int, int]]
    ended: bool

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a header field as a whole number."""
        if name not in self.fields and default is not None:
            return default
        text, number = self.field(name)
        value = self.source.number(text, number, name)
        if value != int(value) or not low <= value <= high:
            raise LodewayError(
                "bad-number", self.source.where(number, name), text, f"{low} to {high}"
            )
        return int(value)

    def field(self, name: str) -> tuple[str, int]:
        """Return a header field and its line."""
        if name not in self.fields:
            raise LodewayError("missing", self.source.file, f"no {name}", f"a line '{name}: ..'")
        return self.fields[name]

    def section(self, name: str) -> tuple[int, int]:
        """Return where a section begins and ends."""
        if name not in self.sections:
            raise LodewayError("missing", self.source.file, f"no {name}", f"a section '{name}:'")
        return self.sections[name]


def _document(path: Path) -> _Document:
    source = _read(path)
    fields: dict[str, tuple[str, int]] = {}
    sections: dict[str, tuple[int, int]] = {}
    heads: list[tuple[int, str]] = []
    end, ended = len(source.lines), False
    for number, line in enumerate(source.lines):
        text = line.strip()
        if text == "EOF":
            end, ended = number, True
            break
        if ":" in text and not text[0].isdigit() and text[0] != "-":
            name, _, value = text.partition(":")
            fields[name.strip()] = (value.strip(), number)
            heads.append((number, name.strip()))
    for (number, name), following in zip(heads, [*heads[1:], (end, "")], strict=True):
        sections[name] = (number + 1, following[0])
    return _Document(source, fields, sections, ended)


def _objective(document: _Document, blocks: int, width: int) -> Floats:
    """Return the values of the blocks; each block stands once."""
    start, end = document.section("OBJECTIVE_FUNCTION")
    table = document.source.table(start, end, width + 1, "value")
    if len(table) != blocks:
        raise LodewayError(
            "missing", document.source.where(start, "OBJECTIVE_FUNCTION"), f"{len(table)} lines",
            f"{blocks}, as NBLOCKS says", "the file is cut off",
        )  # fmt: skip
    ids = document.source.whole(table[:, 0], start, 0, blocks, "block")
    if len(np.unique(ids)) != blocks:
        raise LodewayError(
            "bad-csv", document.source.where(start, "OBJECTIVE_FUNCTION"), "a block twice",
            "each block once",
        )  # fmt: skip
    value = np.empty((blocks, width))
    value[ids] = table[:, 1:]
    return value


def read_upit(path: Path) -> tuple[str, Floats]:
    """Read a ``.upit`` file: the model's name and the value of each block."""
    document = _document(path)
    blocks = document.whole("NBLOCKS", 1, _MOST_BLOCKS)
    return document.field("NAME")[0], _objective(document, blocks, 1)[:, 0]


def read_problem(path: Path) -> Problem:
    """Read a ``.cpit`` or ``.pcpsp`` file.

    Raises
    ------
    LodewayError
        For a file that is cut off (no ``EOF``), a limit of an unknown kind, a negative capacity,
        a lower limit above the upper one, or general side constraints, which are not supported.
    """
    document = _document(path)
    source = document.source
    if not document.ended:
        raise LodewayError(
            "missing", source.where(len(source.lines) - 1), "the end of the file", "a line EOF",
            "the file is cut off",
        )  # fmt: skip
    kind = document.field("TYPE")[0]
    if kind not in {"CPIT", "PCPSP"}:
        raise LodewayError(
            "bad-argument", source.where(document.field("TYPE")[1]), kind, "CPIT or PCPSP"
        )
    if document.whole("NGENERAL_SIDE_CONSTRAINTS", 0, 10**6, 0):
        raise LodewayError(
            "bad-argument", source.where(document.field("NGENERAL_SIDE_CONSTRAINTS")[1]),
            "general side constraints", "none", "only resource limits by period are supported",
        )  # fmt: skip
    blocks = document.whole("NBLOCKS", 1, _MOST_BLOCKS)
    periods = document.whole("NPERIODS", 1, _MOST_PERIODS)
    resources = document.whole("NRESOURCE_SIDE_CONSTRAINTS", 0, 64)
    destinations = document.whole("NDESTINATIONS", 1, 64) if kind == "PCPSP" else 1
    text, number = document.field("DISCOUNT_RATE")
    rate = source.number(text, number, "DISCOUNT_RATE")
    if not 0.0 <= rate < 1.0:
        raise LodewayError("bad-number", source.where(number), rate, "a share from 0 to 1")
    low, high = _limits(document, resources, periods)
    value = _objective(document, blocks, destinations)
    use = _coefficients(document, blocks, destinations, resources, kind)
    return Problem(document.field("NAME")[0], value, use, low, high, rate, kind)


def _limits(document: _Document, resources: int, periods: int) -> tuple[Floats, Floats]:
    """Return the lower and upper limits by resource and period."""
    low = np.full((resources, periods), -np.inf)
    high = np.full((resources, periods), np.inf)
    if not resources:
        return low, high
    source = document.source
    for number in range(*document.section("RESOURCE_CONSTRAINT_LIMITS")):
        words = source.lines[number].split()
        if not words:
            continue
        sense = words[2] if len(words) > 2 else ""
        if len(words) != {"L": 4, "G": 4, "I": 5}.get(sense):
            raise LodewayError(
                "bad-csv", source.where(number), source.lines[number].strip()[:60],
                "resource period L|G|I limit [limit]",
            )  # fmt: skip
        place = (
            _within(source, words[0], number, resources, "resource"),
            _within(source, words[1], number, periods, "period"),
        )
        limits = [source.number(word, number, "limit") for word in words[3:]]
        if sense in "GI":
            low[place] = limits[0]
        if sense in "LI":
            high[place] = limits[-1]
        if high[place] < 0 or low[place] > high[place]:
            raise LodewayError(
                "bad-number", source.where(number, "limit"), " ".join(words[3:]),
                "a capacity of at least 0, no lower limit above it",
            )  # fmt: skip
    return low, high


def _within(source: _Lines, word: str, number: int, end: int, what: str) -> int:
    value = source.number(word, number, what)
    if value != int(value) or not 0 <= value < end:
        raise LodewayError("unknown-id", source.where(number, what), word, f"0 to {end - 1}")
    return int(value)


def _coefficients(
    document: _Document, blocks: int, destinations: int, resources: int, kind: str
) -> Floats:
    """Return what each block uses; CPIT rows are ``b r v``, PCPSP rows ``b d r v``."""
    use = np.zeros((blocks, destinations, resources))
    if not resources:
        return use
    source = document.source
    start, end = document.section("RESOURCE_CONSTRAINT_COEFFICIENTS")
    table = source.table(start, end, 3 if kind == "CPIT" else 4, "coefficient")
    block = source.whole(table[:, 0], start, 0, blocks, "block")
    resource = source.whole(table[:, -2], start, 0, resources, "resource")
    place = np.zeros(len(table), np.int64)
    if kind == "PCPSP":
        place = source.whole(table[:, 1], start, 0, destinations, "destination")
    if (table[:, -1] < 0).any():
        row = start + int(np.argmax(table[:, -1] < 0))
        raise LodewayError("bad-number", source.where(row), "a negative use", "at least 0")
    use[block, place, resource] = table[:, -1]
    return use


def read_pit(path: Path, blocks: int) -> NDArray[np.bool_]:
    """Read the block set of a ``.sol`` file of an ultimate pit."""
    source = _read(path)
    table = source.table(0, len(source.lines), None, "block")
    inside = np.zeros(blocks, dtype=bool)
    inside[source.whole(table[:, 0], 0, 0, blocks, "block")] = True
    return inside


def read_solution(path: Path, problem: Problem) -> Floats:
    """Read a ``.sol`` file: the share of each block by destination and period.

    Returns
    -------
    numpy.ndarray
        Shape ``(blocks, destinations, periods)``.
    """
    source = _read(path)
    table = source.table(0, len(source.lines), 4, "solution")
    share = np.zeros((problem.blocks, problem.destinations, problem.periods))
    block = source.whole(table[:, 0], 0, 0, problem.blocks, "block")
    place = source.whole(table[:, 1], 0, 0, problem.destinations, "destination")
    period = source.whole(table[:, 2], 0, 0, problem.periods, "period")
    np.add.at(share, (block, place, period), table[:, 3])
    return share


def write_solution(path: Path, schedule: Schedule, periods: int) -> None:
    """Write a schedule as a ``.sol`` file: ``block destination period fraction``."""
    lines = (
        f"{block} {schedule.destination[block]} {schedule.period[block]} 1.000000\n"
        for block in np.flatnonzero(schedule.period < periods)
    )
    write_bytes(path, "".join(lines).encode())


def write_pit(path: Path, inside: NDArray[np.bool_]) -> None:
    """Write an ultimate pit as a ``.sol`` file: one block a line."""
    write_bytes(path, "".join(f"{block}\n" for block in np.flatnonzero(inside)).encode())


def write_model(prefix: Path, blocks: Blocks, arcs: tuple[Longs, NDArray[np.int32]]) -> None:
    """Write ``PREFIX.blocks`` and ``PREFIX.prec``."""
    columns = blocks.columns
    rows = (
        " ".join([str(b), *map(str, blocks.index[b]), *(column[b] for column in columns)])
        for b in range(len(blocks))
    )
    write_bytes(prefix.with_name(prefix.name + ".blocks"), _text(rows))
    first, head = arcs
    rows = (
        " ".join(map(str, [b, first[b + 1] - first[b], *head[first[b] : first[b + 1]]]))
        for b in range(len(blocks))
    )
    write_bytes(prefix.with_name(prefix.name + ".prec"), _text(rows))


def write_upit(path: Path, name: str, value: Floats) -> None:
    """Write a ``.upit`` file; numbers are written so that they read back the same."""
    head = [f"NAME: {name}", "TYPE: UPIT", f"NBLOCKS: {len(value)}", "OBJECTIVE_FUNCTION:"]
    write_bytes(path, _text([*head, *(f"{b} {v!r}" for b, v in enumerate(value.tolist())), "EOF"]))


def write_problem(path: Path, problem: Problem) -> None:
    """Write a ``.cpit`` or ``.pcpsp`` file that reads back the same."""
    write_bytes(path, _text(_problem_lines(problem)))


def _problem_lines(problem: Problem) -> Iterator[str]:
    yield f"NAME: {problem.name}"
    yield f"TYPE: {problem.kind}"
    yield f"NBLOCKS: {problem.blocks}"
    yield f"NPERIODS: {problem.periods}"
    if problem.kind == "PCPSP":
        yield f"NDESTINATIONS: {problem.destinations}"
        yield "NGENERAL_SIDE_CONSTRAINTS: 0"
    yield f"NRESOURCE_SIDE_CONSTRAINTS: {problem.resources}"
    yield f"DISCOUNT_RATE: {problem.rate!r}"
    yield "RESOURCE_CONSTRAINT_LIMITS:"
    for resource, period in np.ndindex(problem.low.shape):
        low, high = problem.low[resource, period].item(), problem.high[resource, period].item()
        if low > -np.inf and high < np.inf:
            yield f"{resource} {period} I {low!r} {high!r}"
        elif high < np.inf:
            yield f"{resource} {period} L {high!r}"
        elif low > -np.inf:
            yield f"{resource} {period} G {low!r}"
    yield "OBJECTIVE_FUNCTION:"
    for block, row in enumerate(problem.value.tolist()):
        yield " ".join([str(block), *(repr(value) for value in row)])
    yield "RESOURCE_CONSTRAINT_COEFFICIENTS:"
    for block, place, resource in np.argwhere(problem.use > 0).tolist():
        amount = problem.use[block, place, resource].item()
        middle = f"{place} {resource}" if problem.kind == "PCPSP" else f"{resource}"
        yield f"{block} {middle} {amount!r}"
    yield "EOF"


def _text(lines: Sequence[str] | Iterator[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
