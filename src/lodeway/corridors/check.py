"""What `lodeway check` can say about the corridors at once, without heavy libraries."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion

_MODES = ("road", "rail", "sea", "ferry", "barge", "air")


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return every problem of the study's corridor settings.

    Parameters
    ----------
    settings
        The study file's sections.
    folder
        The study folder.

    Returns
    -------
    list of LodewayError
        Missing network files; unknown gates, rates, capacities and places, with suggestions;
        numbers out of range. Empty where all is well.
    """
    section = settings.get("corridors") or {}
    network = folder / str(section.get("network") or "")
    if not section.get("network") or not network.is_dir():
        got = repr(section.get("network"))
        return [LodewayError("missing", "study.toml: corridors.network", got, "a folder")]
    try:
        return list(_problems(settings, section, network))
    except LodewayError as problem:
        return [problem]
    except (OSError, EOFError, csv.Error, UnicodeDecodeError) as problem:
        return [LodewayError("bad-csv", str(network), str(problem), "CSV tables in UTF-8")]


def _problems(
    settings: Mapping[str, Any], section: Mapping[str, Any], network: Path
) -> Iterator[LodewayError]:
    for stem in ("nodes", "links", "places"):
        if not any((network / f"{stem}{end}").is_file() for end in (".csv.gz", ".csv")):
            yield LodewayError("missing", f"{network}/{stem}.csv", "no file", "a network table")
    for mode in section.get("modes") or ():
        if mode not in _MODES:
            yield LodewayError(
                "bad-study", "study.toml: corridors.modes", repr(mode),
                f"one of {', '.join(_MODES)}", suggestion(str(mode), _MODES),
            )  # fmt: skip
    places = _ids(network, "places", "place")
    services = _rows(network, "services")
    places |= {row.get(end, "") for row in services for end in ("from", "to")}
    yield from _places(settings, places)
    tables = {
        "gate": _ids(network, "gates", "gate"),
        "rate": _ids(network, "rates", "rate") or _default_rates(),
        "capacity": _ids(network, "capacities", "capacity"),
    }
    for number, scenario in enumerate(settings.get("scenario") or ()):
        for position, change in enumerate(scenario.get("change") or ()):
            where = f"study.toml: scenario[{number}].change[{position}]"
            yield from _change(change, where, tables)


def _places(settings: Mapping[str, Any], places: set[str]) -> Iterator[LodewayError]:
    wanted: list[tuple[str, Any]] = []
    for number, project in enumerate(settings.get("project") or ()):
        wanted.append((f"project[{number}].place", project.get("place")))
        sale = project.get("sale") or {}
        if sale.get("point"):
            wanted.append((f"project[{number}].sale.point", sale["point"]))
        if (project.get("inbound") or {}).get("place"):
            wanted.append((f"project[{number}].inbound.place", project["inbound"]["place"]))
        share = sale.get("pass_through") or ()
        bad = [x for x in share if not isinstance(x, (int, float)) or not 0 <= x <= 1]
        if bad or list(share) != sorted(share):
            yield LodewayError(
                "bad-fraction", f"study.toml: project[{number}].sale.pass_through", list(share),
                "low and high share from 0 to 1",
            )  # fmt: skip
    for number, market in enumerate(settings.get("market") or ()):
        wanted.append((f"market[{number}].place", market.get("place")))
    for where, place in wanted:
        if place is not None and place not in places:
            yield LodewayError(
                "unknown-id", f"study.toml: {where}", repr(place), "a place of the network",
                suggestion(str(place), places),
            )  # fmt: skip


def _change(
    change: Mapping[str, Any], where: str, tables: Mapping[str, set[str]]
) -> Iterator[LodewayError]:
    kind, ids = str(change.get("kind", "")), change.get("id") or ()
    if kind not in {*tables, "link"}:
        expected = "gate, link, rate or capacity"
        near = suggestion(kind, [*tables, "link"])
        yield LodewayError("bad-study", f"{where}.kind", repr(kind), expected, near)
        return
    for name in [ids] if isinstance(ids, str) else ids:
        if kind in tables and name not in tables[kind]:
            yield LodewayError(
                "unknown-id", f"{where}.id", repr(name), f"a {kind} of the network",
                suggestion(str(name), tables[kind]),
            )  # fmt: skip
    factor = change.get("factor")
    if factor is not None and (not isinstance(factor, (int, float)) or factor < 0):
        yield LodewayError("bad-number", f"{where}.factor", repr(factor), "a factor of 0 or more")
    first, last = change.get("from"), change.get("to")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield LodewayError("bad-date", f"{where}.to", last, f"a year not before {first}")


def _rows(network: Path, stem: str) -> list[dict[str, str]]:
    for name in (f"{stem}.csv", f"{stem}.csv.gz"):
        path = network / name
        if path.is_file():
            opened: Iterable[str]
            if name.endswith(".gz"):
                opened = gzip.decompress(path.read_bytes()).decode("utf-8-sig").splitlines()
            else:
                opened = path.read_text(encoding="utf-8-sig").splitlines()
            return [dict(row) for row in csv.DictReader(opened)]
    return []


def _ids(network: Path, stem: str, column: str) -> set[str]:
    return {row[column].strip() for row in _rows(network, stem) if row.get(column)}


def _default_rates() -> set[str]:
    return _ids(Path(__file__).parent, "default_rates", "rate")
