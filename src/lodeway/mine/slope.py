"""Slopes as templates: the fewest offsets whose chains hold the pit walls, and their error."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

#: A block whose centre lies this far beyond the cone (in cells) still counts as inside.
_TOUCH = 1e-9
_MOST_BENCHES = 60
_DIRECTIONS = 72


@dataclass(frozen=True)
class Slope:
    """Slope angles by azimuth: straight lines between the given azimuths, round the compass.

    Attributes
    ----------
    angle_deg
        Overall angle of the wall from the horizontal, at each azimuth.
    azimuth_deg
        Clockwise from north (+y), increasing, in [0, 360); the direction from the pit to the wall.

    Examples
    --------
    >>> Slope((40.0, 50.0), (0.0, 180.0)).at(90.0)
    45.0
    """

    angle_deg: tuple[float, ...]
    azimuth_deg: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        if len(self.angle_deg) != len(self.azimuth_deg) or not self.angle_deg:
            raise LodewayError(
                "bad-argument", "slope", f"{len(self.angle_deg)} angles",
                f"one for each of {len(self.azimuth_deg)} azimuths",
            )  # fmt: skip
        for angle in self.angle_deg:
            if not 5.0 <= angle <= 89.0:
                raise LodewayError("bad-number", "slope angle", angle, "5 to 89 degrees")
        inside = all(0.0 <= azimuth < 360.0 for azimuth in self.azimuth_deg)
        if not inside or list(self.azimuth_deg) != sorted(set(self.azimuth_deg)):
            raise LodewayError(
                "bad-number", "slope azimuth", list(self.azimuth_deg), "increasing, from 0 to 360"
            )

    def at(self, azimuth_deg: float) -> float:
        """Return the angle at an azimuth."""
        return float(np.interp(azimuth_deg, self.azimuth_deg, self.angle_deg, period=360.0))


@dataclass(frozen=True)
class Template:
    """Offsets (dx, dy, dz) in cells that a block requires, dz upward, and how well they do.

    Attributes
    ----------
    offsets
        Shape ``(offsets, 3)``, nearest bench first.
    benches
        How many benches upward the search looked.
    error_deg
        Largest difference between the wall that the template gives and the wall asked for, by
        direction, over `height` benches (positive: the template's wall is steeper).
    volume_error
        Volume of the template's cone against the exact cone of cells, minus one.
    height
        Benches over which the error was measured.
    """

    offsets: NDArray[np.int64]
    benches: int
    error_deg: float
    volume_error: float
    height: int


def template(
    slope: Slope, benches: int, cell_m: Sequence[float] = (1.0, 1.0, 1.0), height: int = 0
) -> Template:
    """Return the minimum-search template of a slope.

    Bench by bench upward, a cell whose centre lies in the cone is added only where no chain of
    offsets already found reaches it (Caccetta & Giannini 1988, "The generation of minimum search
    patterns in the optimum design of open pit mines", AusIMM Bulletin 293).

    Parameters
    ----------
    slope
        Angles by azimuth.
    benches
        How far upward to look; the answer depends on it, and the error is printed.
    cell_m
        Cell size in x, y, z.
    height
        Benches over which the error is measured; by default 3 * benches, at least 20, at most 60.

    Examples
    --------
    >>> [len(template(Slope((45.0,)), n).offsets) for n in (1, 5, 8, 9)]
    [5, 17, 17, 25]
    """
    if not 1 <= benches <= _MOST_BENCHES:
        raise LodewayError("bad-number", "benches", benches, f"1 to {_MOST_BENCHES}")
    if min(cell_m) <= 0:
        raise LodewayError("bad-number", "cell size", list(cell_m), "lengths above 0")
    inside = _cone(slope, cell_m)
    offsets: list[tuple[int, int, int]] = []
    reach = [_mask(inside, 0, 0)]
    for bench in range(1, benches + 1):
        wanted = inside(bench)
        got = _chains(reach, offsets, bench, wanted.shape[0] // 2)
        missing = np.argwhere(wanted & ~got)
        middle = wanted.shape[0] // 2
        offsets += [(int(x) - middle, int(y) - middle, bench) for x, y in missing]
        reach.append(wanted | got)
    height = height or min(max(3 * benches, 20), 60)
    error, volume = _errors(slope, cell_m, offsets, inside, height)
    return Template(np.array(offsets, dtype=np.int64), benches, error, volume, height)


def _cone(slope: Slope, cell_m: Sequence[float]) -> Callable[[int], NDArray[np.bool_]]:
    """Return the function that gives the cells of the exact cone on a bench, as a square mask."""
    flattest = min(slope.angle_deg)

    def bench_mask(bench: int) -> NDArray[np.bool_]:
        rise = bench * cell_m[2]
        half = math.ceil(rise / math.tan(math.radians(flattest)) / min(cell_m[:2])) + 1
        step = np.arange(-half, half + 1)
        dx, dy = np.meshgrid(step * cell_m[0], step * cell_m[1], indexing="ij")
        azimuth = np.degrees(np.arctan2(dx, dy)) % 360.0
        angle = np.interp(azimuth, slope.azimuth_deg, slope.angle_deg, period=360.0)
        limit = rise / np.tan(np.radians(angle)) + _TOUCH * min(cell_m[:2])
        return np.asarray(np.hypot(dx, dy) <= limit * (1 + _TOUCH))

    return bench_mask


def _mask(inside: Callable[[int], NDArray[np.bool_]], bench: int, half: int) -> NDArray[np.bool_]:
    """Return the mask of the starting cell alone."""
    mask = np.zeros((2 * half + 1, 2 * half + 1), dtype=bool)
    mask[half, half] = True
    return mask if bench == 0 else inside(bench)


def _chains(
    reach: list[NDArray[np.bool_]], offsets: list[tuple[int, int, int]], bench: int, half: int
) -> NDArray[np.bool_]:
    """Return what chains of the offsets reach on a bench, on a square of the given half width."""
    got = np.zeros((2 * half + 1, 2 * half + 1), dtype=bool)
    for dx, dy, dz in offsets:
        if dz > bench:
            continue
        below = np.argwhere(reach[bench - dz]) - reach[bench - dz].shape[0] // 2
        place = below + np.array([dx + half, dy + half])
        place = place[((place >= 0) & (place <= 2 * half)).all(axis=1)]
        got[place[:, 0], place[:, 1]] = True
    return got


def _errors(
    slope: Slope,
    cell_m: Sequence[float],
    offsets: list[tuple[int, int, int]],
    inside: Callable[[int], NDArray[np.bool_]],
    height: int,
) -> tuple[float, float]:
    """Return the largest error of the wall's angle and the error of the cone's volume."""
    reach = [_mask(inside, 0, 0)]
    widest = max(max(abs(dx), abs(dy)) / dz for dx, dy, dz in offsets)
    cells = exact = 1
    for bench in range(1, height + 1):
        wanted = inside(bench)
        half = max(wanted.shape[0] // 2, math.ceil(widest * bench) + 1)
        reach.append(_chains(reach, offsets, bench, half))
        cells += int(reach[-1].sum())
        exact += int(wanted.sum())
    top = np.argwhere(reach[-1]) - reach[-1].shape[0] // 2
    x, y = top[:, 0] * cell_m[0], top[:, 1] * cell_m[1]
    worst = 0.0
    for azimuth in np.arange(_DIRECTIONS) * (360.0 / _DIRECTIONS):
        along = x * math.sin(math.radians(azimuth)) + y * math.cos(math.radians(azimuth))
        got = math.degrees(math.atan2(height * cell_m[2], max(float(along.max()), 1e-9)))
        asked = _support(slope, float(azimuth))
        worst = max(worst, got - asked, key=abs) if abs(got - asked) > abs(worst) else worst
    return worst, cells / exact - 1.0


def _support(slope: Slope, azimuth_deg: float) -> float:
    """Return the angle of the exact cone's outline seen from one direction (its hull's slope)."""
    around = np.arange(-89.0, 90.0)
    angle = np.interp(azimuth_deg + around, slope.azimuth_deg, slope.angle_deg, period=360.0)
    run = np.cos(np.radians(around)) / np.tan(np.radians(angle))
    return math.degrees(math.atan2(1.0, float(run.max())))
