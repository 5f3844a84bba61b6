"""Slope templates: published sizes, the exact cone, azimuths, errors told."""

import math

import numpy as np
import pytest

from lodeway.errors import LodewayError
from lodeway.mine.slope import Slope, template


def test_sizes_of_the_45_degree_template():
    """1, 5 and 17 offsets are MineLib's patterns; 8 benches give marvin's arcs."""
    assert [len(template(Slope((45.0,)), n).offsets) for n in (1, 3, 5, 8, 9)] == [5, 9, 17, 17, 25]


def test_more_benches_bring_the_wall_nearer_to_the_cone():
    errors = [abs(template(Slope((45.0,)), n, height=40).volume_error) for n in (1, 3, 5, 9, 15)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.015


def test_the_template_covers_the_cone_exactly_within_its_benches():
    slope, benches = Slope((40.0,)), 7
    found = template(slope, benches)
    reach = {(0, 0, 0)}
    for bench in range(1, benches + 1):
        reach |= {
            (x + dx, y + dy, bench)
            for dx, dy, dz in found.offsets.tolist()
            for x, y, z in reach
            if z + dz == bench
        }
    for bench in range(1, benches + 1):
        radius = bench / math.tan(math.radians(40.0))
        cone = {
            (x, y, bench)
            for x in range(-15, 16)
            for y in range(-15, 16)
            if math.hypot(x, y) <= radius + 1e-9
        }
        assert cone <= reach


def test_azimuths_are_clockwise_from_north():
    """Flat to the east, steep to the west."""
    found = template(Slope((30.0, 70.0), (90.0, 270.0)), 3)
    assert found.offsets[:, 0].max() > -found.offsets[:, 0].min()
    assert Slope((30.0, 70.0), (90.0, 270.0)).at(0.0) == pytest.approx(50.0)


def test_flat_cells_reach_farther_in_cells():
    cube, flat = (template(Slope((45.0,)), 1, (10, 10, h)).offsets for h in (10, 20))
    assert (np.abs(cube).max(), np.abs(flat).max()) == (1, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Slope((95.0,)),
        lambda: Slope((0.0,)),
        lambda: Slope((45.0, 50.0), (10.0,)),
        lambda: Slope((45.0, 50.0), (20.0, 10.0)),
        lambda: Slope((45.0,), (360.0,)),
        lambda: template(Slope((45.0,)), 0),
        lambda: template(Slope((45.0,)), 1000),
        lambda: template(Slope((45.0,)), 3, (1.0, 0.0, 1.0)),
    ],
)
def test_bad_slopes_are_refused(make):
    with pytest.raises(LodewayError):
        make()
