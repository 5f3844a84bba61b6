"""Which column of a drillhole table means what: printed, and can be overruled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lodeway.errors import LodewayError, suggestion

#: Names that each role goes by, likeliest first; compared without case, blanks and signs.
ROLES: Mapping[str, tuple[str, ...]] = {
    "hole": (
        "bhid", "holeid", "hole", "dhid", "holename", "holeno", "holenumber", "drillhole",
        "drillholeid", "drillholename", "boreholeid", "borehole", "boreholename", "bh", "ddh",
        "ddhid", "dh", "wellid", "well", "hid", "hole_nr", "holenr", "скважина", "номерскважины",
        "скв", "quyu", "trenchid", "name", "id",
    ),
    "x": (
        "xcollar", "x", "east", "easting", "xcoord", "xc", "eastingm", "utme", "utmeast",
        "utmeasting", "collarx", "xutm", "eastm", "eastx", "gridx", "mineeast", "localeast",
        "midx", "natgrideast", "origeast", "collareast", "xm", "xft", "eastingft", "utmx", "pointx",
    ),
    "y": (
        "ycollar", "y", "north", "northing", "ycoord", "yc", "northingm", "utmn", "utmnorth",
        "utmnorthing", "collary", "yutm", "northm", "northy", "gridy", "minenorth", "localnorth",
        "midy", "natgridnorth", "orignorth", "collarnorth", "ym", "yft", "northingft", "utmy",
        "pointy",
    ),
    "z": (
        "zcollar", "z", "rl", "elev", "elevation", "zcoord", "zc", "collarz", "altitude", "height",
        "reducedlevel", "elevationm", "rlm", "collarrl", "natgridrl", "origrl", "collarelev",
        "collarelevation", "zm", "zft", "elevft", "elevationft", "level", "pointz", "alt", "midz",
    ),
    "end": (
        "eoh", "endofhole", "eohm", "totaldepth", "maxdepth", "td", "holedepth", "enddepth",
        "finaldepth", "depth", "depthm", "length", "holelength", "totallength", "lengthm", "maxd",
        "depthft", "lengthft", "drilleddepth", "eohdepth",
    ),
    "at": (
        "at", "depth", "surveydepth", "sdepth", "depthm", "atdepth", "distance", "surveyat",
        "depthat", "dist", "surveyd", "depthft", "md", "measureddepth", "from", "depthfrom",
        "stationdepth", "station", "глубина",
    ),
    "azimuth": (
        "azimuth", "az", "azi", "brg", "bearing", "azim", "azimuthtrue", "trueazimuth", "azgrid",
        "gridazimuth", "azimuthgrid", "azimuthutm", "utmazimuth", "direction", "dipdirection",
        "azt", "azimuthdeg", "surveyazimuth", "natazimuth", "azmag", "magazimuth", "azimuthmag",
        "azimuthmagnetic", "magneticazimuth", "азимут",
    ),
    "dip": (
        "dip", "inclination", "incl", "inc", "plunge", "dipdeg", "dipangle", "surveydip",
        "inclin", "наклон", "угол",
    ),
    "zenith": ("zenith", "zenithangle", "зенит", "зенитныйугол"),
    "from": (
        "from", "depthfrom", "fromdepth", "fromm", "mfrom", "sampfrom", "samplefrom", "start",
        "depthstart", "fromft", "intervalfrom", "top", "begin", "dfrom", "geolfrom", "assayfrom",
        "от",
    ),
    "to": (
        "to", "depthto", "todepth", "tom", "mto", "sampto", "sampleto", "end", "depthend", "toft",
        "intervalto", "bottom", "stop", "dto", "geolto", "assayto", "до",
    ),
    "length": ("length", "interval", "width", "len", "samplelength", "intlength", "int"),
    "density": (
        "density", "sg", "specificgravity", "bulkdensity", "dens", "drybulkdensity", "dbd", "rho",
        "bd", "densitytm3", "densitygcm3",
    ),
    "recovery": ("recovery", "recoverypct", "corerecovery", "rec", "recpct", "tcr", "crec"),
    "sample": (
        "sampleid", "sample", "sampleno", "samplenumber", "sampid", "samplenum", "sampno",
    ),
    "kind": ("sampletype", "holetype", "drilltype", "samptype", "type"),
    "laboratory": ("lab", "laboratory", "labcode", "labname"),
    "rock": ("rock", "rockcode", "lith", "lithology", "lithcode", "rockunit", "geology", "rocktype",
             "domain", "unit", "zone"),
}  # fmt: skip
NEEDED: Mapping[str, tuple[str, ...]] = {
    "collar": ("hole", "x", "y", "z"),
    "survey": ("hole", "at", "azimuth", "dip"),
    "interval": ("hole", "from", "to"),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "collar": ("end", "azimuth", "dip", "kind"),
    "survey": (),
    "interval": ("density", "recovery", "sample", "kind", "laboratory", "rock"),
}
#: The most that a mineral of the element can hold, in mass per cent (native metals apart).
GRADE_LIMIT_PCT: Mapping[str, float] = {
    "Cu": 79.9, "Fe": 72.4, "Zn": 80.3, "Pb": 92.8, "Ni": 73.4, "Mo": 66.7, "Mn": 77.4, "Co": 78.6,
    "Cr": 68.4, "Sn": 78.8, "W": 79.3, "S": 100.0, "Al": 52.9, "Ti": 59.9, "Li": 46.4,
    "Fe2O3": 100.0, "Al2O3": 100.0, "SiO2": 100.0, "MgO": 100.0, "CaO": 100.0, "P2O5": 100.0,
    "TiO2": 100.0, "MnO": 100.0, "K2O": 100.0, "Na2O": 100.0, "LOI": 100.0,
}  # fmt: skip
_OTHER_ELEMENTS = (
    "Au", "Ag", "Pt", "Pd", "As", "Sb", "Bi", "Hg", "Cd", "U", "V", "Se", "Te", "Ga", "Ge", "In",
    "Re", "Ba", "Sr", "Mg", "Ca", "Na", "K", "P", "Si", "Zr", "Y", "La", "Ce", "Nd", "F", "Cl",
    "Th", "Rb", "Cs", "Nb", "Ta", "Sc", "B", "Be", "Tl", "Rh", "Ir", "Os", "Ru", "Hf",
)  # fmt: skip
_ELEMENTS = {name.casefold(): name for name in (*GRADE_LIMIT_PCT, *_OTHER_ELEMENTS)}
_UNIT_WORDS = {"m", "ft", "feet", "metres", "meters", "deg", "degrees", "degree", "true", "grid",
               "utm", "local"}  # fmt: skip
_TABLE_WORDS = {"collar", "survey", "surv", "assay", "samp", "sample", "geol", "drill", "dh", "bh"}
_GRADE_UNITS = {
    "pct": "%", "percent": "%", "per": "%", "pc": "%", "%": "%", "ppm": "ppm", "gt": "g/t",
    "g/t": "g/t", "gpt": "g/t", "ppb": "ppb", "opt": "oz/st", "ozt": "oz/st", "ozton": "oz/st",
}  # fmt: skip


def plain(name: str) -> str:
    """Return a column's name without case, blanks, signs and brackets.

    Examples
    --------
    >>> plain("Depth_From (m)")
    'depthfromm'
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def propose(
    columns: Sequence[str], kind: str, file: str, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the column of each role, for a table of kind collar, survey or interval.

    A survey may give a zenith angle for the dip, an interval a length for the depth to.

    Parameters
    ----------
    columns
        The names of the table's columns.
    kind
        ``"collar"``, ``"survey"`` or ``"interval"``.
    file
        How errors call the table.
    given
        Columns by role that the user named; they win.

    Raises
    ------
    LodewayError
        With code ``missing`` when a role that is needed has no column.

    Examples
    --------
    >>> propose(["hole_ID", "depth_from", "to_depth", "Cu_pct"], "interval", "assay.csv")
    {'hole': 'hole_ID', 'from': 'depth_from', 'to': 'to_depth'}
    """
    known: dict[str, str] = {}
    for name in (plain, _bare):
        for column in columns:
            known.setdefault(name(column), column)
    found = _given(given or {}, columns, file)
    for role in (*NEEDED[kind], *_OPTIONAL[kind]):
        if role not in found:
            chosen = _of_role(role, known, set(found.values()))
            if chosen is not None:
                found[role] = chosen
    for role, stand_in in (("dip", "zenith"), ("to", "length")):
        if role in NEEDED[kind] and role not in found:
            chosen = _of_role(stand_in, known, set(found.values()))
            if chosen is not None:
                found[stand_in] = chosen
    _require(found, columns, kind, file)
    return found


def _bare(name: str) -> str:
    """Return a column's plain name without its unit and without the name of its table."""
    text = re.sub(r"[\(\[].*?[\)\]]", " ", name.casefold())
    parts = [part for part in re.split(r"[\W_]+", text) if part]
    while len(parts) > 1 and parts[-1] in _UNIT_WORDS:
        parts.pop()
    while len(parts) > 1 and parts[0] in _TABLE_WORDS:
        parts.pop(0)
    return "".join(parts)


def _of_role(role: str, known: Mapping[str, str], taken: set[str]) -> str | None:
    """Return the column of a role: by its whole name, else by a long name that ends it."""
    for name in ROLES[role]:
        column = known.get(plain(name))
        if column is not None and column not in taken:
            return column
    for name in ROLES[role]:
        for text, column in known.items():
            if len(plain(name)) > 5 and text.endswith(plain(name)) and column not in taken:
                return column
    return None


def _require(found: Mapping[str, str], columns: Sequence[str], kind: str, file: str) -> None:
    for role in NEEDED[kind]:
        instead = {"dip": "zenith", "to": "length"}.get(role, role)
        if role not in found and instead not in found:
            near = suggestion(role, columns)
            raise LodewayError(
                "missing", f"{file}:1", f"columns {', '.join(columns)}",
                f"a column for '{role}' of the {kind} table",
                f"{near}; " * bool(near) + f"name it with --map {kind}.{role}=COLUMN",
            )  # fmt: skip


def _given(given: Mapping[str, str], columns: Sequence[str], file: str) -> dict[str, str]:
    """Return the columns that the user named, after a look whether they exist."""
    for role, column in given.items():
        if role not in ROLES:
            raise LodewayError(
                "bad-argument", f"--map {role}", role, "a role", suggestion(role, ROLES)
            )
        if column not in columns:
            raise LodewayError(
                "missing", f"{file}:1", repr(column), "the name of a column",
                suggestion(column, columns),
            )  # fmt: skip
    return dict(given)


def element_of(column: str) -> tuple[str, str]:
    """Return the element or oxide that a column's name begins with, and its unit; both may be ''.

    Examples
    --------
    >>> element_of("Cu_pct"), element_of("AU (g/t)"), element_of("NI"), element_of("weight")
    (('Cu', '%'), ('Au', 'g/t'), ('Ni', ''), ('', ''))
    """
    parts = [part for part in re.split(r"[\s_()\[\],.-]+", column.casefold()) if part]
    if not parts:
        return "", ""
    first, unit = parts[0], ""
    if first not in _ELEMENTS:
        for ending, meant in _GRADE_UNITS.items():
            if first.endswith(ending) and first[: -len(ending)] in _ELEMENTS:
                first, unit = first[: -len(ending)], meant
    if first not in _ELEMENTS:
        return "", ""
    for part in parts[1:]:
        unit = _GRADE_UNITS.get(part, unit)
    return _ELEMENTS[first], unit
