"""A plan of the mine instead of a constant rate: the mean working year, and each year's share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Planned:
    """The annual plan of one project.

    Attributes
    ----------
    ore_t, rock_t
        Ore milled, and ore and waste moved, by year; shape ``(year,)``.
    head
        By element, mass fraction of the ore; shape ``(year, draw)``.
    """

    ore_t: Array
    rock_t: Array
    head: Mapping[str, Array]

    @property
    def full_t(self) -> float:
        """Ore in the mean working year, which stands for a year of full output."""
        working = self.ore_t > 0
        return float(self.ore_t[working].mean()) if working.any() else 0.0

    def mean_head(self) -> dict[str, Array]:
        """Return the head grades over the whole life, weighted by ore; shape ``(draw,)``."""
        total = max(float(self.ore_t.sum()), 1e-300)
        return {
            name: (self.ore_t[:, None] * h).sum(axis=0) / total for name, h in self.head.items()
        }

    def shares(self, element: str) -> tuple[Array, Array]:
        """Return ore and product by year as shares of the mean working year, ``(year, draw)``.

        At a constant recovery and concentrate grade the product follows the metal that is fed.
        """
        head = self.head[element]
        ore = np.repeat(self.ore_t[:, None], head.shape[1], axis=1)
        full = self.full_t or 1.0
        mean = np.maximum(self.mean_head()[element], 1e-300)
        return ore / full, ore * head / (full * mean)


def plans(plan: xr.Dataset) -> dict[str, Planned]:
    """Return the plans of the mine stage by project."""
    found = {}
    for name in plan["project"].values:
        one = plan.sel(project=name)
        ore = one["ore_t"].values.astype(np.float64)
        heads = one["head_pct"].transpose("element", "year", "draw").values / 100.0
        elements = [str(element) for element in one["element"].values]
        found[str(name)] = Planned(
            ore, ore + one["waste_t"].values, dict(zip(elements, heads, strict=True))
        )
    return found


def output_table(
    planned: Mapping[str, Planned], firsts: Mapping[str, str], years: Sequence[int]
) -> xr.Dataset:
    """Return ore, rock and product by year of the projects that have a plan.

    Parameters
    ----------
    planned
        Plans by project.
    firsts
        Element of each project's first product.
    years
        Years of the study.
    """
    import xarray as xr

    names = list(planned)
    shares = [planned[name].shares(firsts[name]) for name in names]
    dims = ("project", "year", "draw")
    return xr.Dataset(
        {
            "ore_share": (dims, np.stack([ore for ore, _ in shares])),
            "product_share": (dims, np.stack([product for _, product in shares])),
            "rock_t": (("project", "year"), np.stack([planned[name].rock_t for name in names])),
        },
        coords={"project": names, "year": list(years)},
    )
