"""Possible worlds that fill space evenly: Sobol points and Latin hypercubes with lasting places.

Every quantity has a place in one ordered table, and its numbers belong to its name: a quantity that
is added at the end, or another decision in the same worlds, moves no other number (common random
numbers). Sobol points are scrambled digit by digit (Owen 1995, "Randomly permuted (t,m,s)-nets and
(t,s)-sequences"), by hashing (Burley 2020, "Practical hash-based Owen scrambling", JCGT 9(4)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.series import cholesky
from lodeway.errors import LodewayError, suggestion
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]
KINDS = ("sobol", "lhs", "plain")
_BITS = 32


@dataclass(frozen=True)
class Worlds:
    """The ordered table of quantities and how their numbers are made.

    Attributes
    ----------
    names
        Quantities in order: those that matter most first, for Sobol's first dimensions are best.
    draws
        Number of worlds; for Sobol a power of two.
    kind
        ``sobol``, ``lhs`` or ``plain``.
    """

    names: Sequence[str]
    draws: int
    seed: int = 1
    kind: str = "sobol"

    def __post_init__(self) -> None:
        """Refuse an unknown kind, names that stand twice and counts that Sobol cannot use."""
        if self.kind not in KINDS:
            raise LodewayError("bad-argument", "kind", repr(self.kind), " or ".join(KINDS),
                               suggestion(self.kind, KINDS))  # fmt: skip
        if len(set(self.names)) != len(self.names):
            raise LodewayError("unknown-id", "names", "a name twice", "each quantity once")
        if self.kind == "sobol" and (self.draws < 1 or self.draws & (self.draws - 1)):
            nearest = 1 << max(self.draws - 1, 0).bit_length()
            raise LodewayError("bad-argument", "draws", self.draws, "a power of two for Sobol",
                               f"use {nearest}")  # fmt: skip

    def uniform(self, name: str) -> Array:
        """Return one number in (0, 1) for each world, ``(draw,)``.

        Examples
        --------
        >>> few, more = Worlds(["price"], 8), Worlds(["price", "grade"], 8)
        >>> bool((few.uniform("price") == more.uniform("price")).all())
        True
        """
        if name not in self.names:
            raise LodewayError("unknown-id", "quantity", repr(name), "a quantity of the table",
                               suggestion(name, self.names))  # fmt: skip
        if self.kind == "plain":
            return uniform(self.seed, "world", name, self.draws)
        if self.kind == "lhs":
            order = np.argsort(uniform(self.seed, "lhs-order", name, self.draws), kind="stable")
            return (order + uniform(self.seed, "lhs-place", name, self.draws)) / self.draws
        return sobol_column(self.names.index(name), name, self.draws, self.seed)

    def table(self) -> Array:
        """Return all quantities, shape ``(name, draw)``."""
        return np.stack([self.uniform(name) for name in self.names])


def sobol_column(place: int, name: str, draws: int, seed: int) -> Array:
    """Return one dimension of a scrambled Sobol sequence, ``(draw,)``.

    Direction numbers of Joe and Kuo (2008), "Constructing Sobol sequences with better
    two-dimensional projections", as scipy holds them.
    """
    from scipy.stats.qmc import Sobol

    points = Sobol(place + 1, scramble=False, bits=_BITS).random(draws)[:, place]
    digits = (points * 2.0**_BITS).astype(np.uint32)
    digest = hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
    mixed = _reverse(_laine_karras(_reverse(digits), int.from_bytes(digest[:4], "little")))
    # below the last digit of the points a number of their own, so that none falls on a grid
    fine = uniform(seed, "sobol-fine", name, draws)
    return (mixed + fine) * 2.0**-_BITS


def _laine_karras(x: NDArray[np.uint32], seed: int) -> NDArray[np.uint32]:
    """Permute digits so that each depends on those below it alone (constants of Vegdahl 2021)."""
    with np.errstate(over="ignore"):
        x = x ^ (x * np.uint32(0x3D20ADEA))
        x = x + np.uint32(seed)
        x = x * np.uint32((seed >> 16) | 1)
        x = x ^ (x * np.uint32(0x05526C56))
        return x ^ (x * np.uint32(0x53A22864))


def _reverse(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Reverse the order of 32 bits."""
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF)):
        x = ((x >> np.uint32(shift)) & np.uint32(mask)) | (
            (x & np.uint32(mask)) << np.uint32(shift)
        )
    return (x >> np.uint32(16)) | (x << np.uint32(16))


def copula(uniforms: Array, correlation: Array, names: Sequence[str] = ()) -> Array:
    """Return numbers in (0, 1) that hang together through a Gaussian copula.

    Parameters
    ----------
    uniforms
        Independent numbers, shape ``(quantity, draw)``.
    correlation
        Of the normal scores, ``(quantity, quantity)``.

    Raises
    ------
    LodewayError
        For correlations that cannot all hold at once.

    Examples
    --------
    >>> both = copula(Worlds(["a", "b"], 1024).table(), np.array([[1.0, 0.8], [0.8, 1.0]]))
    >>> scores = normal(both)
    >>> bool(abs(np.corrcoef(scores)[0, 1] - 0.8) < 0.01)
    True
    """
    from scipy.special import ndtr

    factor = cholesky(correlation, "correlation", names)
    return np.asarray(ndtr(factor @ normal(uniforms)))


def bridge(uniforms: Array) -> Array:
    """Return a random walk whose first numbers decide the most: a Brownian bridge.

    The end of the walk takes the first number, its middle the second, and so on (Caflisch, Morokoff
    and Owen 1997, "Valuation of mortgage-backed securities using Brownian bridges"), so that
    Sobol's good first dimensions go where they count.

    Parameters
    ----------
    uniforms
        Shape ``(step, draw)``.

    Returns
    -------
    numpy.ndarray
        The walk at steps 1, 2, ..., each step with variance 1; ``(step, draw)``.
    """
    score = normal(uniforms)
    steps = len(score)
    walk = np.zeros((steps + 1, score.shape[1]))
    known, used = [0], 0

    def put(at: int, left: int, right: int | None) -> None:
        nonlocal used
        if right is None:
            walk[at] = walk[left] + np.sqrt(at - left) * score[used]
        else:
            share = (at - left) / (right - left)
            sd = np.sqrt((at - left) * (right - at) / (right - left))
            walk[at] = (1.0 - share) * walk[left] + share * walk[right] + sd * score[used]
        known.append(at)
        used += 1

    put(steps, 0, None)
    gaps = [(0, steps)]
    while gaps:
        left, right = gaps.pop(0)
        if right - left > 1:
            middle = (left + right) // 2
            put(middle, left, right)
            gaps += [(left, middle), (middle, right)]
    return walk[1:]
