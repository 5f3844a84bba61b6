"""Names as weighed terms: which words two names share, and how rare these are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lodeway.registry.linkage.records import Records
from lodeway.registry.reading.names import states
from lodeway.registry.transliteration import plain, stem

Matrix = Any  # a sparse matrix of scipy, which has no types


@cache
def generic() -> frozenset[str]:
    """Return words that name no deposit: mine, prospect, unnamed."""
    return _list("generic.txt")


@cache
def part_words() -> frozenset[str]:
    """Return words that name a part of a deposit: north, deep, tailings."""
    return _list("parts.txt")


def _list(name: str) -> frozenset[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return frozenset(plain(word) for word in text.split())


@lru_cache(maxsize=400_000)
def variants(name: str) -> tuple[str, ...]:
    """Return the names that one cell holds: outside and inside brackets, around a slash.

    Examples
    --------
    >>> variants("Tuva / Kyzyl-Tash (North)")
    ('Tuva', 'Kyzyl-Tash', 'North')
    """
    parts = re.split(r"[()\[\]/;=]|\baka\b|\bformerly\b", name)
    found = [part.strip(" ,-") for part in parts]
    return tuple(part for part in found if part and not _is_region(part))


def _is_region(part: str) -> bool:
    """Whether a bracket only says where: a state, or two capitals."""
    return part.casefold() in states() or bool(re.fullmatch(r"[A-Z]{2}", part))


@lru_cache(maxsize=400_000)
def terms(name: str) -> tuple[str, ...]:
    """Return the plain words of a name that may name a deposit.

    Examples
    --------
    >>> terms("Old Copper Queen Mine No. 2")
    ('coper', 'guin', '2')
    """
    found = [str(int(word)) if word.isdecimal() else stem(word) for word in plain(name).split()]
    return tuple(word for word in found if word not in generic())


#: A list shorter than this is too short to learn from how often names are repeated.
_FEW = 500


@dataclass(frozen=True)
class NameBook:
    """The terms and letters of the names of several records, in one vocabulary.

    Attributes
    ----------
    weight
        ``(n, terms)``: for each record, 1 where it has the term.
    rarity
        ``(terms,)``: -ln of the chance that another deposit has the term.
    grams
        ``(n, trigrams)``: rows of unit length, weighed by rarity.
    keys
        Each record's whole names, as plain joined terms.
    chance
        For each key, the chance that another deposit bears it.
    parts
        Part words of each record.
    """

    weight: Matrix
    rarity: NDArray[np.float64]
    grams: Matrix
    keys: tuple[tuple[str, ...], ...]
    chance: dict[str, float]
    parts: tuple[frozenset[str], ...]


def name_book(files: Sequence[Records]) -> NameBook:
    """Learn from all names of some files how rare each name and each word is.

    A word that stands once in each file may be there for one deposit: the chance that *another*
    deposit has it is learnt from repetitions within a file (term frequencies).
    """
    every = [names for file in files for names in file.names]
    bags = [_bag(names) for names in every]
    place = {term: i for i, term in enumerate(sorted({t for bag in bags for t in bag}))}
    bounds = np.cumsum([0, *map(len, files)])
    weight = _matrix(bags, place)
    often = np.zeros(len(place))
    total = max(len(every), _FEW)
    for a, b in pairwise(bounds):
        often = np.maximum(often, np.asarray(weight[a:b].sum(axis=0)).ravel())
    rarity = -np.log(np.clip((often - 1.0 + 0.25) / total, 0.25 / total, 1.0))
    for term in set(place) & part_words() | {word for word in place if word.isdecimal()}:
        rarity[place[term]] = min(rarity[place[term]], 1.0)  # numbers and sides name nothing alone
    keys = tuple(_keys(names) for names in every)
    chance = _chances(keys, bounds, total)
    grams = _grams(keys)
    parts = tuple(frozenset(t for t in bag if t in part_words() or t.isdecimal()) for bag in bags)
    return NameBook(weight, rarity, grams, keys, chance, parts)


def _bag(names: Sequence[str]) -> dict[str, float]:
    return {term: 1.0 for name in names for part in variants(name) for term in terms(part)}


def _keys(names: Sequence[str]) -> tuple[str, ...]:
    """Return whole names in plain form; a bracketed part counts as a name of its own."""
    found: list[str] = []
    for name in names:
        whole = [" ".join(terms(part)) for part in variants(name)]
        joined = " ".join(terms(re.sub(r"\([^)]*\)", " ", name) if "(" in name else name))
        squeezed = joined.replace(" ", "")
        found += [joined, *whole, squeezed]
    good = [key for key in found if len(key) > 1 and not _only_parts(key)]
    return tuple(dict.fromkeys(good))


def _only_parts(key: str) -> bool:
    return all(word in part_words() or word.isdecimal() for word in key.split())


def _chances(
    keys: Sequence[tuple[str, ...]], bounds: NDArray[np.int64], total: int
) -> dict[str, float]:
    """Return the chance that another deposit bears a name, from repetitions within a file."""
    most: Counter[str] = Counter()
    for a, b in pairwise(bounds):
        here = Counter(key for row in keys[a:b] for key in set(row))
        for key, count in here.items():
            most[key] = max(most[key], count)
    repeated = sum(count for count in most.values() if count > 1)
    rate = min(max(repeated / total, 0.02), 0.3)
    return {key: (count - 1 + rate) / total for key, count in most.items()}


def _matrix(bags: Sequence[dict[str, float]], place: dict[str, int]) -> Matrix:
    indptr = np.cumsum([0, *map(len, bags)])
    indices = np.array([place[t] for bag in bags for t in bag], dtype=np.int32)
    data = np.array([v for bag in bags for v in bag.values()])
    return csr_matrix((data, indices, indptr), shape=(len(bags), max(len(place), 1)))


def _grams(keys: Sequence[tuple[str, ...]]) -> Matrix:
    """Return trigrams of each record's first name, as unit vectors weighed by rarity."""
    bags = [_trigrams(row[0]) if row else {} for row in keys]
    place = {gram: i for i, gram in enumerate(sorted({g for bag in bags for g in bag}))}
    raw = _matrix(bags, place)
    often = np.asarray((raw > 0).sum(axis=0)).ravel()
    raw = raw.multiply(np.log((len(bags) + 1.0) / (often + 1.0))[None, :]).tocsr()
    length = np.sqrt(np.asarray(raw.multiply(raw).sum(axis=1)).ravel())
    scale = np.where(length > 0, 1.0 / np.maximum(length, 1e-12), 0.0)
    return raw.multiply(scale[:, None]).tocsr()


def _trigrams(key: str) -> dict[str, float]:
    text = f" {key.replace(' ', '')} "
    return {text[i : i + 3]: 1.0 for i in range(len(text) - 2)}


def row_dots(
    matrix: Matrix, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the dot products of pairs of rows, in slabs."""
    out = np.empty(len(left))
    for a in range(0, len(left), 200_000):
        b = a + 200_000
        product = matrix[left[a:b]].multiply(matrix[right[a:b]])
        out[a:b] = np.asarray(product.sum(axis=1)).ravel()
    return out
