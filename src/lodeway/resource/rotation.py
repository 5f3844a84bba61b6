"""Anisotropy in one convention, dip, dip direction and pitch, and in the words of other programs.

The plane of continuity is given as a geologist measures it: `dip` (0 to 90 degrees below the
horizontal) and `dip_direction` (azimuth of the steepest way down). `pitch` is the angle in that
plane from its strike line to the major axis, counted clockwise for someone who looks down on the
plane, from the strike whose azimuth is `dip_direction - 90`. Pitch 0 is along strike, 90 straight
down the dip. The semi-major axis lies in the plane too; the minor axis is its normal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def axes(dip: float, dip_direction: float, pitch: float) -> Floats:
    """Return the unit vectors (east, north, up) of the major, semi-major and minor axes, as rows.

    Examples
    --------
    >>> axes(0.0, 90.0, 90.0).round(12).tolist()  # flat, major axis to the east
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    d, a, p = np.radians([dip, dip_direction, pitch])
    strike = np.array([-np.cos(a), np.sin(a), 0.0])  # azimuth dip_direction - 90
    down = np.array([np.cos(d) * np.sin(a), np.cos(d) * np.cos(a), -np.sin(d)])
    normal = np.array([np.sin(d) * np.sin(a), np.sin(d) * np.cos(a), np.cos(d)])
    major = np.cos(p) * strike + np.sin(p) * down
    semi = np.cross(normal, major)
    rows = np.stack([major, semi, normal])
    return np.where(np.abs(rows) < 1e-15, 0.0, rows)


def from_axes(rows: Floats) -> tuple[float, float, float]:
    """Return dip, dip direction and pitch of axes (their signs do not matter).

    Examples
    --------
    >>> [round(angle, 9) for angle in from_axes(axes(35.0, 120.0, 70.0))]
    [35.0, 120.0, 70.0]
    """
    normal = rows[2] if rows[2][2] >= 0 else -rows[2]
    dip = float(np.degrees(np.arccos(np.clip(normal[2], -1.0, 1.0))))
    flat = np.hypot(normal[0], normal[1]) < 1e-12
    direction = 0.0 if flat else float(np.degrees(np.arctan2(normal[0], normal[1])) % 360.0)
    strike, down, _ = axes(dip, direction, 0.0)[0], axes(dip, direction, 90.0)[0], None
    pitch = float(np.degrees(np.arctan2(rows[0] @ down, rows[0] @ strike)) % 180.0)
    return dip, direction, pitch


def to_gslib(dip: float, dip_direction: float, pitch: float) -> tuple[float, float, float]:
    """Return GSLIB's ``ang1, ang2, ang3`` (Deutsch and Journel 1998, subroutine setrot).

    `ang1` is the azimuth of the major axis, `ang2` its plunge, negative downward, `ang3` the turn
    about it.

    Examples
    --------
    >>> [round(angle, 6) for angle in to_gslib(0.0, 90.0, 90.0)]
    [90.0, 0.0, 0.0]
    """
    major, semi, minor = axes(dip, dip_direction, pitch)
    if major[2] > 0 or (major[2] == 0 and major[1] < 0):
        major, semi = -major, -semi
    ang2 = float(np.degrees(np.arcsin(np.clip(major[2], -1.0, 1.0))))
    if abs(major[2]) > 1 - 1e-12:  # vertical: the azimuth is free, the turn is zero
        ang1 = float(np.degrees(np.arctan2(minor[0], minor[1])) % 360.0)
        return ang1, ang2, 0.0
    ang1 = float(np.degrees(np.arctan2(major[0], major[1])) % 360.0)
    ang3 = float(np.degrees(np.arctan2(semi[2], minor[2])))
    return ang1, ang2, (ang3 + 90.0) % 180.0 - 90.0


def to_datamine(dip: float, dip_direction: float, pitch: float) -> tuple[float, float, float]:
    """Return Datamine's three angles for the axes 3, 1, 3, the major axis being its X.

    Rotations are clockwise for someone who looks from the positive end of the axis to the origin.

    Examples
    --------
    >>> to_datamine(35.0, 120.0, 70.0)
    (120.0, 35.0, 70.0)
    """
    return dip_direction % 360.0, dip, pitch % 180.0


def to_leapfrog(dip: float, dip_direction: float, pitch: float) -> dict[str, float]:
    """Return the angles under Leapfrog's names: dip, dip azimuth and pitch.

    Examples
    --------
    >>> to_leapfrog(35.0, 480.0, 70.0)
    {'dip': 35.0, 'dip_azimuth': 120.0, 'pitch': 70.0}
    """
    return {"dip": dip, "dip_azimuth": dip_direction % 360.0, "pitch": pitch % 180.0}
