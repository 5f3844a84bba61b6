"""Flotation: one ore, one or several concentrates, and what is left in the tailings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.processing.balance import ceiling, check_share, closure

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Concentrate:
    """What is asked of one concentrate; every array has the shape ``(draw,)``.

    Attributes
    ----------
    name
        The product.
    element
        The element that its grade is said for.
    grade
        Mass fraction of that element in the dry concentrate.
    recovery
        Share of each element of the ore that goes into it.
    """

    name: str
    element: str
    grade: Array
    recovery: Mapping[str, Array]


@dataclass(frozen=True)
class Output:
    """A dry product: tonnes a year and the mass fraction of each element, ``(draw,)``."""

    name: str
    t_per_y: Array
    content: Mapping[str, Array]


def ore_for_metal(metal_t_per_y: Array, head: Array, recovery: Array) -> Array:
    """Return the ore that gives so much metal in the concentrate.

    Examples
    --------
    >>> ore_for_metal(np.array([17000.0]), np.array([0.0034]), np.array([1.0]))
    array([5000000.])
    """
    return metal_t_per_y / (head * recovery)


def float_ore(
    ore_t_per_y: Array, head: Mapping[str, Array], products: Sequence[Concentrate], where: str
) -> tuple[list[Output], Output, float]:
    """Split ore into concentrates and tailings.

    Parameters
    ----------
    ore_t_per_y
        Dry ore, shape ``(draw,)``.
    head
        Mass fraction of each element in the ore.
    products
        The concentrates. Their mass follows from the recovery and grade of their own element.
    where
        Project, for errors.

    Returns
    -------
    tuple
        Concentrates, tailings, and the largest closure error over mass and all elements.

    Raises
    ------
    LodewayError
        For recoveries that sum to more than 1, a grade above what the mineral can hold, more
        concentrate than ore, or tailings with less than nothing of an element.
    """
    for element in head:
        total = sum((item.recovery.get(element, 0.0) for item in products), np.zeros(1))
        check_share(np.asarray(total), f"{where}: recovery of {element}, summed over products")
    outputs = [_concentrate(ore_t_per_y, head, item, where) for item in products]
    mass = sum((item.t_per_y for item in outputs), np.zeros_like(ore_t_per_y))
    check_share(mass / ore_t_per_y, f"{where}: mass of concentrates to ore")
    left_mass = ore_t_per_y - mass
    left = {
        element: ore_t_per_y * grade
        - sum(
            (item.t_per_y * item.content[element] for item in outputs), np.zeros_like(ore_t_per_y)
        )
        for element, grade in head.items()
    }
    tailings = Output(
        "tailings", left_mass, {name: amount / left_mass for name, amount in left.items()}
    )
    errors = [closure(ore_t_per_y, mass + tailings.t_per_y)]
    for element, grade in head.items():
        leaving = sum((item.t_per_y * item.content[element] for item in [*outputs, tailings]),
                      np.zeros_like(ore_t_per_y))  # fmt: skip
        errors.append(closure(ore_t_per_y * grade, leaving))
        check_share(tailings.content[element] + 1e-15, f"{where}: {element} left in the tailings")
    return outputs, tailings, max(errors)


def _concentrate(ore: Array, head: Mapping[str, Array], item: Concentrate, where: str) -> Output:
    here = f"{where} {item.name}"
    if item.element not in head or item.element not in item.recovery:
        raise LodewayError(
            "bad-study", here, item.element, "an element with head grade and recovery"
        )
    most = ceiling(item.name, item.element)
    check_share(item.grade, f"{here}: grade of {item.element}", most=most)
    metal = ore * head[item.element] * item.recovery[item.element]
    mass = metal / item.grade
    content = {
        element: ore * grade * item.recovery.get(element, np.zeros_like(ore)) / mass
        for element, grade in head.items()
    }
    check_share(sum(content.values(), np.zeros_like(ore)), f"{here}: all elements together")
    return Output(item.name, mass, content)
