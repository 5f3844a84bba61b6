"""Reconciling a plant's measurements: the smallest changes under which mass and metal balance.

Weighted least squares with the balances as constraints (Wiegel 1972, "Advances in mineral
processing material balances", Canadian Metallurgical Quarterly 11; Crowe, Garcia Campos and Hrymak
1983, "Reconciliation of process flow rates by matrix projection", AIChE Journal 29): Lagrange
multipliers about the current estimate, repeated because mass times grade is not linear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Array = NDArray[np.float64]
#: A quantity that nobody measured has this many times its own size as error.
_UNKNOWN = 1e3
_ROUNDS = 60


@dataclass(frozen=True)
class Stream:
    """A stream as it was measured.

    Attributes
    ----------
    name
        How it is called.
    source, target
        Nodes that it leaves and enters; empty where it comes from or goes outside.
    mass_t, mass_sd_t
        Dry tonnes and their standard error; None where nobody weighed it.
    assays, assay_sds
        Mass fraction of each element and its standard error.
    """

    name: str
    source: str
    target: str
    mass_t: float | None
    mass_sd_t: float
    assays: Mapping[str, float]
    assay_sds: Mapping[str, float]


@dataclass(frozen=True)
class Reconciled:
    """Balanced tonnes and assays.

    Attributes
    ----------
    mass_t, mass_sd_t
        By stream, with the error that is left.
    assays, assay_sds
        By stream and element.
    changes
        Change over the standard deviation that such a change should have, by measurement (``name
        mass``, ``name Cu``): beyond about 3 a measurement is suspect (the measurement test of
        Tamhane and Mah 1985, "Data reconciliation and gross error detection", Technometrics 27).
    misfit, freedom, p_value
        Sum of the squared changes, its degrees of freedom, and the chance of one so large
        (chi-square).
    closure
        Largest relative error of any balance.
    """

    mass_t: Mapping[str, float]
    mass_sd_t: Mapping[str, float]
    assays: Mapping[str, Mapping[str, float]]
    assay_sds: Mapping[str, Mapping[str, float]]
    changes: Mapping[str, float]
    misfit: float
    freedom: int
    p_value: float
    closure: float


def reconcile(streams: Sequence[Stream]) -> Reconciled:
    """Balance mass and every element over every node.

    Parameters
    ----------
    streams
        All streams of the plant; every element must be assayed in the same elements.

    Raises
    ------
    LodewayError
        For an error that is not above zero, an assay outside 0 to 1, elements that differ between
        streams, or balances that cannot be met.

    Examples
    --------
    >>> feed = Stream("feed", "", "mill", 100.0, 1.0, {"Cu": 0.010}, {"Cu": 0.0005})
    >>> product = Stream("product", "mill", "", None, 0.0, {"Cu": 0.25}, {"Cu": 0.005})
    >>> tails = Stream("tails", "mill", "", None, 0.0, {"Cu": 0.002}, {"Cu": 0.0002})
    >>> found = reconcile([feed, product, tails])
    >>> round(found.mass_t["product"], 3), found.closure < 1e-9
    (3.226, True)
    """
    elements = _elements(streams)
    nodes = sorted({node for stream in streams for node in (stream.source, stream.target)} - {""})
    if not nodes:
        raise LodewayError("missing", "streams", "no node", "streams that meet somewhere")
    measured, error, scale = _measured(streams, elements)
    sign = np.array(
        [[(s.target == node) - float(s.source == node) for s in streams] for node in nodes]
    )
    now = measured.copy()
    cover = error**2
    jacobian = np.zeros((0, len(now)))
    for _ in range(_ROUNDS):
        value, jacobian = _balances(now, sign, len(elements), scale)
        gap = value + jacobian @ (measured - now)
        normal = jacobian * cover @ jacobian.T
        step = cover * (jacobian.T @ (np.linalg.pinv(normal, rcond=1e-13) @ gap))
        following = measured - step
        moved = float(np.max(np.abs(following - now) / np.maximum(error, 1e-300)))
        now = following
        if moved < 1e-12:
            break
    return _answer(streams, elements, now, measured, error, jacobian, sign=sign)


def _elements(streams: Sequence[Stream]) -> list[str]:
    elements = sorted(streams[0].assays) if streams else []
    names = [stream.name for stream in streams]
    for number, stream in enumerate(streams):
        if stream.name in names[:number]:
            raise LodewayError("unknown-id", f"stream {stream.name}", "twice", "each stream once")
        if sorted(stream.assays) != elements or sorted(stream.assay_sds) != elements:
            raise LodewayError("missing", f"stream {stream.name}", ", ".join(stream.assays),
                               f"assays and errors of {', '.join(elements)}")  # fmt: skip
        for element, assay in stream.assays.items():
            if not 0.0 <= assay <= 1.0:
                cure = "a percentage was perhaps read as a share" if assay > 1.0 else ""
                raise LodewayError("bad-fraction", f"stream {stream.name} {element}", assay,
                                   "a mass fraction", cure)  # fmt: skip
            if not stream.assay_sds[element] > 0.0:
                raise LodewayError("bad-number", f"stream {stream.name} {element} error",
                                   stream.assay_sds[element], "an error above 0")  # fmt: skip
        if stream.mass_t is not None and not (stream.mass_t > 0.0 and stream.mass_sd_t > 0.0):
            raise LodewayError("bad-number", f"stream {stream.name} mass", stream.mass_t,
                               "tonnes and an error above 0")  # fmt: skip
    return elements


def _measured(streams: Sequence[Stream], elements: Sequence[str]) -> tuple[Array, Array, float]:
    """Return measurements and errors as vectors: all masses, then the assays of each stream."""
    weighed = [stream.mass_t for stream in streams if stream.mass_t is not None]
    if not weighed:
        raise LodewayError("missing", "streams", "no tonnes", "at least one stream that is weighed")
    scale = max(weighed)
    masses = [scale / 2.0 if s.mass_t is None else s.mass_t for s in streams]
    errors = [_UNKNOWN * scale if s.mass_t is None else s.mass_sd_t for s in streams]
    assays = [s.assays[element] for s in streams for element in elements]
    sds = [s.assay_sds[element] for s in streams for element in elements]
    return np.array([*masses, *assays]), np.array([*errors, *sds]), scale


def _balances(now: Array, sign: Array, elements: int, scale: float) -> tuple[Array, Array]:
    """Return what each balance misses, over the largest stream, and its derivatives."""
    nodes, count = sign.shape
    mass, assay = now[:count], now[count:].reshape(count, elements)
    value = [sign @ mass / scale]
    jacobian = [np.concatenate([sign / scale, np.zeros((nodes, count * elements))], axis=1)]
    for element in range(elements):
        value.append(sign @ (mass * assay[:, element]) / scale)
        part = np.zeros((nodes, len(now)))
        part[:, :count] = sign * assay[:, element] / scale
        part[:, count + element :: elements] = sign * mass / scale
        jacobian.append(part)
    return np.concatenate(value), np.concatenate(jacobian)


def _answer(
    streams: Sequence[Stream], elements: Sequence[str], now: Array, measured: Array, error: Array,
    jacobian: Array, *, sign: Array,
) -> Reconciled:  # fmt: skip
    from scipy.stats import chi2

    count = len(streams)
    mass, assay = now[:count], now[count:].reshape(count, len(elements))
    closure = _closure(mass, assay, sign)
    if not closure <= 1e-9 or np.any(mass <= 0.0):
        raise LodewayError("balance", "streams", f"{closure:.3g}", "balances that can be met",
                           "look at the direction of the streams and at the assays")  # fmt: skip
    cover = error**2
    normal = jacobian * cover @ jacobian.T
    inverse = np.linalg.pinv(normal, rcond=1e-13)
    kept = cover - np.einsum("ij,ik,kj->j", jacobian, inverse, jacobian) * cover**2
    sd = np.sqrt(np.maximum(kept, 0.0))
    change = (now - measured) / error
    expected = np.sqrt(np.maximum(cover - kept, 0.0)) / error
    tested = np.divide(change, expected, out=np.zeros_like(change), where=expected > 1e-6)
    known = np.array([*(s.mass_t is not None for s in streams), *([True] * assay.size)])
    misfit = float(np.sum(change[known] ** 2))
    freedom = int(np.linalg.matrix_rank(jacobian * error)) - int(np.sum(~known))
    labels = [f"{s.name} mass" for s in streams]
    labels += [f"{s.name} {element}" for s in streams for element in elements]
    sd_assay = sd[count:].reshape(assay.shape)

    def by_element(table: Array) -> dict[str, dict[str, float]]:
        return {s.name: dict(zip(elements, map(float, row), strict=True))
                for s, row in zip(streams, table, strict=True)}  # fmt: skip

    return Reconciled(
        mass_t={s.name: float(value) for s, value in zip(streams, mass, strict=True)},
        mass_sd_t={s.name: float(value) for s, value in zip(streams, sd[:count], strict=True)},
        assays=by_element(assay),
        assay_sds=by_element(sd_assay),
        changes={name: float(c) for name, c, k in zip(labels, tested, known, strict=True) if k},
        misfit=misfit,
        freedom=max(freedom, 0),
        p_value=float(chi2.sf(misfit, freedom)) if freedom > 0 else 1.0,
        closure=closure,
    )


def _closure(mass: Array, assay: Array, sign: Array) -> float:
    """Return the largest miss of any balance over what enters the node."""
    worst = 0.0
    for amounts in (mass, *(mass * column for column in assay.T)):
        entering = np.maximum(sign, 0.0) @ np.abs(amounts)
        miss = np.abs(sign @ amounts)
        worst = max(worst, float(np.max(miss / np.maximum(entering, 1e-300))))
    return worst


def recovery_at_grade(
    grade: Array, head: float, ceiling: float, point: tuple[float, float]
) -> Array:
    """Return the recovery at each concentrate grade, on a curve through one point of the plant.

    ``1 - ((grade - head) / (ceiling - head)) ** shape``: everything at the grade of the feed,
    nothing at that of the pure mineral, and the plant's own point between (an interpolating form;
    the curve of a real ore is measured by release analysis, Dell 1961).

    Parameters
    ----------
    grade
        Concentrate grades, between head and ceiling.
    head, ceiling
        Grade of the feed, and of the mineral that carries the metal.
    point
        Grade and recovery of the plant as it runs.

    Examples
    --------
    >>> recovery_at_grade(np.array([0.01, 0.25, 0.346]), 0.01, 0.346, (0.25, 0.88)).round(2)
    array([1.  , 0.88, 0.  ])
    """
    at, recovered = point
    if not (head < at < ceiling and 0.0 < recovered < 1.0):
        raise LodewayError("bad-number", "grade-recovery point", point,
                           "a grade from head to ceiling, a recovery from 0 to 1")  # fmt: skip
    shape = np.log(1.0 - recovered) / np.log((at - head) / (ceiling - head))
    x = np.clip((np.asarray(grade, dtype=np.float64) - head) / (ceiling - head), 0.0, 1.0)
    return np.asarray(1.0 - x**shape)
