"""Checking a study without running it: every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from lodeway.errors import LodewayError, LodewayProblems, suggestion
from lodeway.study.graph import Stage, build, present
from lodeway.study.load import Study, load_study
from lodeway.study.store import Store


def problems(stages: Sequence[Stage], folder: Path) -> list[LodewayError]:
    """Return every problem that can be seen without computing anything.

    First the study file's form; where that is sound, the names that sections use of each other,
    the coordinate system, the files, and what each room says of its own sections.
    """
    try:
        study = load_study(folder)
    except LodewayProblems as several:
        return several.problems
    except LodewayError as one:
        return [one]
    try:
        build(stages, study, Store(folder).digest)
    except LodewayError as problem:
        return [*_references(study), *_coordinates(study), *_years(study), problem]
    return study_problems(stages, study)


def study_problems(stages: Sequence[Stage], study: Study) -> list[LodewayError]:
    """Return every problem of a study whose form is sound and whose files are there."""
    found = [*_references(study), *_coordinates(study), *_years(study)]
    for stage in present(stages, study):
        if stage.check:
            module, name = stage.check.split(":")
            said = getattr(import_module(module), name)(study.settings, study.folder)
            found += [study.with_line(problem) for problem in said]
    return found


def _references(study: Study) -> list[LodewayError]:
    """Return the names that point to no section."""
    settings = study.settings
    found = []
    terms = [str(item.get("name")) for item in settings["terms"]]
    for position, market in enumerate(settings["market"]):
        if market["terms"] not in terms:
            found.append(_unknown(study, ("market", position, "terms"), market["terms"], terms))
    projects = [project["name"] for project in settings["project"]]
    for position, project in enumerate(settings["project"]):
        other = project["variant_of"]
        if other and other not in projects:
            found.append(_unknown(study, ("project", position, "variant_of"), other, projects))
    return found


def _unknown(
    study: Study, path: tuple[str | int, ...], got: str, known: Sequence[str]
) -> LodewayError:
    return LodewayError(
        "unknown-id", study.where(path), repr(got), "a name that exists", suggestion(got, known)
    )


def _coordinates(study: Study) -> list[LodewayError]:
    """Return what is wrong with the coordinate system: unknown, not in metres, or far away."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    name, where = study.settings["study"]["crs"], study.where(("study", "crs"))
    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        return [LodewayError("bad-crs", where, repr(name), "a known EPSG code")]
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        cure = "areas and lengths need a projected system, such as the UTM zone of the province"
        return [LodewayError("bad-crs", where, f"{name} ({crs.name})", "metres", cure)]
    area = crs.area_of_use
    west, south, east, north = study.settings["report"]["extent"]
    if area and not (area.west - 6 <= (west + east) / 2 <= area.east + 6):
        return [
            LodewayError(
                "bad-crs",
                where,
                f"{name}, for longitudes {area.west:g} to {area.east:g}",
                f"a system for the map's middle, longitude {(west + east) / 2:g}",
                "check the zone, and that longitude and latitude are not swapped",
            )
        ]
    if area and not area.south - 3 <= (south + north) / 2 <= area.north + 3:
        expected = f"a system for latitude {(south + north) / 2:g}"
        return [LodewayError("bad-crs", where, name, expected)]
    return []


def _years(study: Study) -> list[LodewayError]:
    first, last = study.settings["study"]["years"]
    if not 1900 <= first <= last <= 2200:
        where = study.where(("study", "years"))
        return [LodewayError("bad-date", where, [first, last], "first and last year, in order")]
    found = []
    for position, project in enumerate(study.settings["project"]):
        if not first <= project["start_year"] <= last:
            where = study.where(("project", position, "start_year"))
            found.append(
                LodewayError("bad-date", where, project["start_year"], f"{first} to {last}")
            )
    return found
