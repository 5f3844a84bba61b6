"""Models of spatial continuity: a nugget and nested structures, each with its own anisotropy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.resource.rotation import axes

Floats = NDArray[np.float64]
#: Kinds of structure and their number in compiled code.
KINDS: Mapping[str, int] = {"spherical": 0, "exponential": 1, "gaussian": 2, "cubic": 3}


@dataclass(frozen=True)
class Structure:
    """One structure of a variogram.

    Attributes
    ----------
    kind
        ``"spherical"``, ``"exponential"``, ``"gaussian"`` or ``"cubic"``. The range of the
        exponential and gaussian is the practical one, where 95 % of the sill is reached, as in
        GSLIB: ``1 - exp(-3 h / range)`` and ``1 - exp(-3 (h / range)**2)``.
    sill
        Its part of the variance.
    range
        Along the major axis.
    range_semi, range_minor
        Along the other axes; by default as along the major, and as along the semi-major.
    dip, dip_direction, pitch
        The plane of the major and semi-major axes and the major axis in it, in degrees
        (`lodeway.resource.rotation`).

    Examples
    --------
    >>> Structure("spherical", sill=1.0, range=100.0, range_minor=20.0).ranges
    (100.0, 100.0, 20.0)
    """

    kind: str
    sill: float
    range: float
    range_semi: float | None = None
    range_minor: float | None = None
    dip: float = 0.0
    dip_direction: float = 0.0
    pitch: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise LodewayError(
                "bad-argument", "structure", repr(self.kind), f"one of {', '.join(KINDS)}",
                suggestion(str(self.kind), KINDS),
            )  # fmt: skip
        if not (np.isfinite(self.sill) and self.sill >= 0):
            raise LodewayError("bad-number", "structure sill", self.sill, "0 or more")
        for name, value in zip(("major", "semi-major", "minor"), self.ranges, strict=True):
            if not (np.isfinite(value) and value > 0):
                raise LodewayError("bad-number", f"structure range ({name})", value, "above 0")
        if not np.isfinite([self.dip, self.dip_direction, self.pitch]).all():
            raise LodewayError("bad-number", "structure angles", "not a number", "degrees")

    @property
    def ranges(self) -> tuple[float, float, float]:
        """Ranges along the major, semi-major and minor axes."""
        semi = self.range if self.range_semi is None else self.range_semi
        return self.range, semi, semi if self.range_minor is None else self.range_minor

    @property
    def isotropic(self) -> bool:
        """Whether the range is the same in all directions."""
        return len(set(self.ranges)) == 1

    def reduction(self) -> Floats:
        """Return the matrix ``(3, 3)`` that turns a separation into one of range 1."""
        ranges = np.array(self.ranges, dtype=np.float64)
        if self.isotropic:
            return np.asarray(np.eye(3) / ranges[0])
        return np.asarray(axes(self.dip, self.dip_direction, self.pitch) / ranges[:, None])

    def correlation(self, reduced: Floats) -> Floats:
        """Return the correlation at separations in units of the range."""
        h = np.asarray(reduced, dtype=np.float64)
        if self.kind == "spherical":
            h = np.minimum(h, 1.0)
            return 1.0 - h * (1.5 - 0.5 * h * h)
        if self.kind == "exponential":
            return np.asarray(np.exp(-3.0 * h))
        if self.kind == "gaussian":
            return np.asarray(np.exp(-3.0 * h * h))
        h = np.minimum(h, 1.0)
        return 1.0 - h * h * (7.0 - h * (8.75 - h * h * (3.5 - 0.75 * h * h)))


@dataclass(frozen=True)
class Variogram:
    """A nugget and a sum of structures.

    Examples
    --------
    >>> model = Variogram(nugget=0.03, structures=[Structure("spherical", sill=0.09, range=1200.0)])
    >>> round(model.sill, 12)
    0.12
    >>> model.gamma(np.array([[0.0, 0.0, 0.0], [600.0, 0.0, 0.0]])).tolist()
    [0.0, 0.091875]
    """

    nugget: float
    structures: Sequence[Structure] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "structures", tuple(self.structures))
        if not (np.isfinite(self.nugget) and self.nugget >= 0):
            raise LodewayError("bad-number", "variogram nugget", self.nugget, "0 or more")
        if not self.sill > 0:
            raise LodewayError("bad-number", "variogram sill", self.sill, "above 0")

    @property
    def sill(self) -> float:
        """Nugget and structures together: the variance that the model stands for."""
        return self.nugget + sum(structure.sill for structure in self.structures)

    def covariance(self, separation: Floats) -> Floats:
        """Return the covariance at separations ``(..., 3)``; the nugget counts at zero only."""
        lag = np.asarray(separation, dtype=np.float64)
        total = np.where((lag == 0.0).all(axis=-1), self.nugget, 0.0)
        for structure in self.structures:
            reduced = lag @ structure.reduction().T
            distance = np.sqrt((reduced * reduced).sum(axis=-1))
            total = total + structure.sill * structure.correlation(distance)
        return total

    def gamma(self, separation: Floats) -> Floats:
        """Return the semivariance at separations ``(..., 3)``."""
        return self.sill - self.covariance(separation)

    def scaled(self, sill: float) -> Variogram:
        """Return the same model with another total sill.

        Examples
        --------
        >>> Variogram(1.0, [Structure("spherical", 3.0, 10.0)]).scaled(1.0).nugget
        0.25
        """
        factor = sill / self.sill
        parts = [Structure(**{**asdict(one), "sill": one.sill * factor}) for one in self.structures]
        return Variogram(self.nugget * factor, parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the model as plain values."""
        return {"nugget": self.nugget, "structures": [asdict(one) for one in self.structures]}


@dataclass(frozen=True)
class Compiled:
    """A variogram as arrays for compiled code; ``reduction`` is ``(structures, 3, 3)``."""

    nugget: float
    kinds: NDArray[np.int64]
    sills: Floats
    reduction: Floats

    @classmethod
    def of(cls, model: Variogram) -> Compiled:
        """Return the arrays of a model; a pure nugget gets one structure without sill."""
        parts = list(model.structures) or [Structure("spherical", 0.0, 1.0)]
        return cls(
            model.nugget,
            np.array([KINDS[part.kind] for part in parts], dtype=np.int64),
            np.array([part.sill for part in parts], dtype=np.float64),
            np.stack([part.reduction() for part in parts]),
        )

    def reduced(self, points: Floats, centre: Floats) -> Floats:
        """Return points ``(n, 3)`` as ``(structures, 3, n)`` coordinates of range 1."""
        moved = points - centre
        return np.ascontiguousarray(np.einsum("sij,nj->sin", self.reduction, moved))
