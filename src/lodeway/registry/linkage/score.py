"""Fellegi-Sunter: each comparison adds the logarithm of how much likelier it is for a match.

Fellegi, I.P., Sunter, A.B. (1969), "A theory for record linkage", Journal of the American
Statistical Association 64, 1183-1210; term frequencies: Winkler, W.E. (1989). What a match looks
like (m) is set from experience of deposit lists and stands in the tables below; what chance looks
like (u) is learnt from the files: repetitions of names, how densely records lie, how often random
records share a country or a commodity. The prior share of matches is found by expectation-
maximisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lodeway.registry.linkage.candidates import Pairs, arc_km, chord, on_sphere
from lodeway.registry.linkage.names import NameBook, row_dots
from lodeway.registry.linkage.records import Records

Array = NDArray[np.float64]
#: Upper ends of the distance bands, km, and the share of matches in each.
BANDS_KM = np.array([0.3, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, np.inf])
_M_DISTANCE = np.array([0.30, 0.22, 0.15, 0.15, 0.08, 0.06, 0.03, 0.01])
#: Shares of matches: whole names equal; one name inside the other; alike in letters; some words
#: shared; nothing shared (another name altogether).
_M_WHOLE, _M_INSIDE, _M_LETTERS, _M_SOME, _M_NONE = 0.62, 0.16, 0.10, 0.06, 0.06
#: A list shorter than this is too short to learn from how densely deposits lie.
_FEW = 300
_SAME_LIST = -4.0
_M_COUNTRY, _M_COMMODITY = 0.98, 0.93


@dataclass(frozen=True)
class Scored:
    """Candidate pairs with the evidence for them; all arrays have one entry for each pair."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    name: Array
    place: Array
    country: Array
    commodity: Array
    origin: Array
    part: NDArray[np.bool_]
    alias: NDArray[np.bool_]
    distance_km: Array

    @property
    def evidence(self) -> Array:
        """The sum of all log-likelihood ratios."""
        return self.name + self.place + self.country + self.commodity + self.origin


def score(left: Records, right: Records, book: NameBook, pairs: Pairs, *, one_file: bool) -> Scored:
    """Weigh the evidence of candidate pairs.

    Parameters
    ----------
    left, right
        Records; the same file twice when it is deduplicated.
    book
        Names of left, then right (of one file only when `one_file`).
    pairs
        Places in left and in right.
    """
    a, b = pairs
    shift = 0 if one_file else len(left)
    name, part, alias = _names(book, a, b + shift)
    distance = distances(left, right, pairs)
    return Scored(
        a, b, name, _places(left, right, pairs, distance), _countries(left, right, pairs),
        _commodities(left, right, pairs), _origins(left, right, pairs), part, alias, distance,
    )  # fmt: skip


def _names(
    book: NameBook, a: NDArray[np.int64], b: NDArray[np.int64]
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the weight of names, and whether a part word or an alias is at work."""
    rare = book.weight.multiply(np.sqrt(book.rarity)[None, :]).tocsr()
    mass = np.asarray(rare.multiply(rare).sum(axis=1)).ravel()
    shared = row_dots(rare, a, b)
    letters = row_dots(book.grams, a, b)
    smaller = np.minimum(mass[a], mass[b])
    larger = np.maximum(mass[a], mass[b])
    inside = np.where(smaller > 0, shared / np.maximum(smaller, 1e-9), 0.0)
    both = np.where(larger > 0, shared / np.maximum(larger, 1e-9), 0.0)
    top = _rarest_shared(book, a, b, shared)
    chance = np.minimum(top + 0.5 * (shared - top), 14.0)
    weight = np.full(len(a), np.log(_M_NONE))
    some = shared > 0
    weight[some] = np.log(_M_SOME) + chance[some] * both[some] - 2.5 * (1.0 - both[some])
    typed = letters > 0.55
    weight[typed] = np.maximum(weight[typed], np.log(_M_LETTERS) + 11.5 * letters[typed] - 0.5)
    nested = some & (inside > 0.85)
    weight[nested] = np.maximum(
        weight[nested], np.log(_M_INSIDE) + chance[nested] - 1.5 * (1.0 - both[nested])
    )
    whole, alias = _whole(book, a, b, np.flatnonzero(some | (letters > 0.5)))
    equal = np.isfinite(whole)
    weight[equal] = np.maximum(weight[equal], whole[equal])
    part = np.array([book.parts[i] != book.parts[j] for i, j in zip(a, b, strict=True)], dtype=bool)
    weight[part] -= 2.0
    weight[_numbers_differ(book, a, b)] -= 3.0
    nameless = np.array([not keys for keys in book.keys])
    weight[nameless[a] | nameless[b]] = np.log(0.02)
    return weight, part, alias


def _numbers_differ(
    book: NameBook, a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether two names carry different numbers: claim no. 2 is not claim no. 4."""
    numbers = [frozenset(t for t in part if t.isdecimal()) for part in book.parts]
    return np.array(
        [bool(numbers[i] and numbers[j] and not numbers[i] & numbers[j])
         for i, j in zip(a, b, strict=True)], dtype=bool
    )  # fmt: skip


def _rarest_shared(
    book: NameBook, a: NDArray[np.int64], b: NDArray[np.int64], shared: Array
) -> Array:
    """Return the rarity of the rarest word that a pair shares."""
    out = np.zeros(len(a))
    with_words = np.flatnonzero(shared > 0)
    scaled = book.weight.multiply(book.rarity[None, :]).tocsr()
    for start in range(0, len(with_words), 200_000):
        rows = with_words[start : start + 200_000]
        common = scaled[a[rows]].multiply(book.weight[b[rows]]).tocsr()
        out[rows] = np.asarray(common.max(axis=1).todense()).ravel()
    return out


def _whole(
    book: NameBook, a: NDArray[np.int64], b: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the weight of equal whole names (NaN where none is), and whether an alias is one."""
    out = np.full(len(a), np.nan)
    alias = np.zeros(len(a), dtype=bool)
    sets = {int(i): frozenset(book.keys[i]) for i in np.unique(np.concatenate([a[rows], b[rows]]))}
    for row in rows:
        i, j = int(a[row]), int(b[row])
        common = sets[i] & sets[j]
        if not common:
            continue
        rarest = min(book.chance[key] for key in common)
        out[row] = np.log(_M_WHOLE) - np.log(rarest)
        alias[row] = book.keys[i][0] not in common or book.keys[j][0] not in common
        if alias[row]:
            out[row] -= 0.7
    return out, alias


def distances(left: Records, right: Records, pairs: Pairs) -> Array:
    """Return distances of pairs in km; NaN where one of the two has no position."""
    straight = np.linalg.norm(on_sphere(left)[pairs[0]] - on_sphere(right)[pairs[1]], axis=1)
    return np.where(np.isfinite(straight), arc_km(straight), np.nan)


def _places(left: Records, right: Records, pairs: Pairs, distance: Array) -> Array:
    """Return the weight of distance: against how many others lie as near by chance.

    A coarse position (whole minutes, whole tenths of a degree) widens the nearest band to its own
    error, so that it neither proves nor refutes.
    """
    a, b = pairs
    out = np.zeros(len(a))
    known = np.isfinite(distance)
    if not known.any():
        return out
    error = np.fmax(left.accuracy_km[a], right.accuracy_km[b])
    felt = np.maximum(distance - 0.7 * np.nan_to_num(error, nan=0.0), 0.0)
    band = np.searchsorted(BANDS_KM, np.where(known, felt, 0.0), side="right")
    band = np.minimum(band, len(BANDS_KM) - 1)
    counts = _neighbours(left, right, BANDS_KM[:-1])
    total = max(int(np.isfinite(right.lon).sum()), _FEW)
    last = len(BANDS_KM) - 1
    own = np.searchsorted(BANDS_KM, np.nan_to_num(error), side="right")
    reach = np.minimum(np.maximum(band, own), last)
    near = np.where(reach < last, counts[a, np.minimum(reach, last - 1)], total)
    chance = np.clip(near / total, 1.0 / total, 1.0)
    weight = np.log(_M_DISTANCE[band]) - np.log(chance)
    out[known] = weight[known]
    return out


def _neighbours(left: Records, right: Records, radii_km: Array) -> Array:
    """Return how many records of the right lie within each radius of each of the left."""
    points, others = on_sphere(left), on_sphere(right)
    here = np.flatnonzero(np.isfinite(points).all(axis=1))
    there = np.flatnonzero(np.isfinite(others).all(axis=1))
    counts = np.zeros((len(left), len(radii_km)))
    tree = cKDTree(others[there])
    for place, radius in enumerate(radii_km):
        if radius <= 10.0:
            found = tree.query_ball_point(points[here], chord(radius), return_length=True)
            counts[here, place] = np.maximum(found, 1)
        else:  # far off, the density of the widest ring that was counted goes on
            wide = np.flatnonzero(radii_km <= 10.0)[-1]
            grown = counts[here, wide] * (radius / radii_km[wide]) ** 2
            counts[here, place] = np.minimum(grown, len(there))
    return counts


def _countries(left: Records, right: Records, pairs: Pairs) -> Array:
    """Return the weight of countries: sharing a rare one says more, two states speak against."""
    codes = {code: i for i, code in enumerate(sorted({*left.country, *right.country}))}
    one, other = (np.array([codes[c] for c in file.country]) for file in (left, right))
    share = np.bincount(np.concatenate([one, other]), minlength=len(codes)) / (
        len(one) + len(other)
    )
    a, b = one[pairs[0]], other[pairs[1]]
    out = np.where(a == b, np.log(_M_COUNTRY) - np.log(share[a]), np.log(1.0 - _M_COUNTRY) - 2.0)
    names = sorted(codes)
    lists = [frozenset(name.split("|")) for name in names]
    for row in np.flatnonzero(a != b):
        if lists[a[row]] & lists[b[row]]:
            out[row] = 0.0  # one record names both states of a border deposit
    empty = codes.get("", -1)
    out[(a == empty) | (b == empty)] = 0.0
    return np.asarray(out)


def _commodities(left: Records, right: Records, pairs: Pairs) -> Array:
    """Return the weight of shared commodities."""
    rng = np.random.default_rng(1)
    some, others = (rng.integers(0, len(file), 4000) for file in (left, right))
    drawn = [left.commodities[i] & right.commodities[j] for i, j in zip(some, others, strict=True)]
    chance = np.clip(np.mean([bool(item) for item in drawn]), 0.02, 0.98)
    yes = np.log(_M_COMMODITY) - np.log(chance)
    no = np.log(1.0 - _M_COMMODITY) - np.log(1.0 - chance)
    out = np.empty(len(pairs[0]))
    for row, (i, j) in enumerate(zip(*pairs, strict=True)):
        one, other = left.commodities[i], right.commodities[j]
        out[row] = 0.0 if not one or not other else (yes if one & other else no)
    return out


def _origins(left: Records, right: Records, pairs: Pairs) -> Array:
    """Return the weight of a common source: one list names a deposit mostly once."""
    same = [
        bool(left.source[i]) and left.source[i] == right.source[j]
        for i, j in zip(*pairs, strict=True)
    ]
    return np.where(np.array(same, dtype=bool), _SAME_LIST, 0.0)


def posterior(evidence: Array, left: int, right: int, *, start: float = 0.3) -> Array:
    """Return probabilities; the prior share of matches is found by expectation-maximisation.

    Parameters
    ----------
    evidence
        Log-likelihood ratios of the candidates.
    left, right
        How many records each side has: pairs that are no candidates count as sure non-matches.
    start
        The first guess: the share of the smaller side that has a match.
    """
    one, other = max(left, _FEW), max(right, _FEW)  # short lists are samples of longer ones
    everything, smaller = float(one) * float(other), min(one, other)
    learn = min(left, right) >= _FEW // 3
    matches = start * smaller
    probability = np.zeros(len(evidence))
    for _ in range(30):
        prior = np.log(matches / (everything - matches))
        probability = 1.0 / (1.0 + np.exp(-np.clip(evidence + prior, -50.0, 50.0)))
        found = float(np.clip(probability.sum(), 0.02 * smaller, 1.5 * smaller))
        if not learn or abs(found - matches) < 1e-3 * matches:
            break
        matches = found
    return probability
