"""The registry as one page for everybody: search, map, a forest plot of claims for each deposit.

The page is one file without any request: data, style and script stand in it.
"""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError
from lodeway.io import last_day, read_text, write_bytes
from lodeway.registry.actors import read_holdings
from lodeway.registry.areas import area_table, read_areas
from lodeway.registry.claims import Claim, read_claims
from lodeway.registry.deposits import Deposit, alias_table, read_deposits
from lodeway.registry.fusion import fuse_quantities
from lodeway.registry.ownership import owners_table, regimes_of
from lodeway.registry.quantities import Quantity, names_of, understand
from lodeway.registry.verdict import Verdict, judge

_HERE = Path(__file__).with_name("page")
#: Kinds that are plotted, with the unit of the axis.
_PLOTTED = {"ore": "t", "metal": "t", "grade": "", "ore rate": "t/y", "product rate": "t/y",
            "life": "y", "capex": "USD", "money": "USD", "budget": "USD"}  # fmt: skip


def publish(study: Path, out: Path) -> list[Path]:
    """Write the page of a study's registry and its data beside it.

    Parameters
    ----------
    study
        A study folder with ``[registry] deposits`` and ``claims``.
    out
        Where to write ``index.html`` and ``registry.json``.

    Raises
    ------
    LodewayError
        For a study without a registry, and whatever its tables are refused for.
    """
    settings = _settings(study)
    section = settings.get("registry", {})
    if not section.get("deposits"):
        raise LodewayError(
            "bad-study", f"{study / 'study.toml'}", "no [registry] deposits",
            "a study with a registry",
        )  # fmt: skip
    deposits = read_deposits(study / section["deposits"], study)
    paths = [path for name in section.get("claims", []) for path in sorted(study.glob(name))]
    claims = read_claims(dict.fromkeys(paths), study)
    data = page_data(deposits, claims)
    data["title"] = str(settings.get("study", {}).get("title", study.name))
    data["as_of"] = str(settings.get("study", {}).get("as_of", ""))
    data["areas"], data["owners"] = _areas(study, section, deposits, data["as_of"])
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    files = {out / "index.html": page(text), out / "registry.json": text.encode()}
    for path, content in files.items():
        write_bytes(path, content)
    return list(files)


def _settings(study: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(study / "study.toml"))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", f"{study / 'study.toml'}", str(problem), "TOML") from None


def page_data(deposits: Sequence[Deposit], claims: Sequence[Claim]) -> dict[str, Any]:
    """Return everything that the page shows, as plain values."""
    aliases = alias_table(deposits)
    verdicts = judge(claims, aliases)
    quantities: dict[str, list[Quantity]] = {}
    for item in understand(claims, aliases):
        quantities.setdefault(item.claim.id, []).append(item)
    root = _owners(deposits, [item for items in quantities.values() for item in items])
    rows = [_claim(verdict, quantities[verdict.claim.id], root) for verdict in verdicts]
    return {
        "deposits": [_deposit(deposit) for deposit in deposits],
        "claims": rows,
        "estimates": _estimates(rows, quantities, verdicts),
        "conflicts": conflicts(rows),
    }


def _owners(deposits: Sequence[Deposit], quantities: Sequence[Quantity]) -> dict[str, str]:
    """Return the joined keys of claims with the deposit that bears one of their names."""
    bears = {
        name.casefold(): deposit.id for deposit in reversed(deposits) for name in deposit.names
    }
    found: dict[str, str] = {}
    for item in quantities:
        for name in sorted(names_of(item.claim.subject)):
            if name in bears:
                found.update(dict.fromkeys(item.keys, bears[name]))
    return found


def _deposit(deposit: Deposit) -> dict[str, Any]:
    return {
        "id": deposit.id, "name": deposit.name, "aliases": list(deposit.aliases),
        "commodities": list(deposit.commodities), "countries": list(deposit.countries),
        "lon": deposit.lon, "lat": deposit.lat, "radius_km": deposit.radius_km,
        "source": deposit.position_source,
    }  # fmt: skip


def _claim(verdict: Verdict, parts: Sequence[Quantity], root: Mapping[str, str]) -> dict[str, Any]:
    claim, first = verdict.claim, parts[0]
    owner = next((root[key] for key in sorted(first.keys) if key in root), "")
    best = verdict.best_reading
    return {
        "id": claim.id, "subject": claim.subject, "deposit": owner, "property": claim.property_,
        "kind": first.kind, "commodity": first.commodity, "text": claim.text, "unit": claim.unit,
        "value": first.value, "high": first.high, "axis": _PLOTTED.get(first.kind),
        "date": claim.date, "who": claim.who, "source": claim.source, "verdict": verdict.verdict,
        "reason": verdict.reason, "arithmetic": verdict.arithmetic,
        "best": best.as_dict() if best else None,
    }  # fmt: skip


def _estimates(
    rows: Sequence[Mapping[str, Any]], quantities: Mapping[str, Sequence[Quantity]],
    verdicts: Sequence[Verdict],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return what several claims of one quantity of a deposit come to."""
    groups: dict[tuple[str, str, str], list[Quantity]] = {}
    for row in rows:
        if row["deposit"] and row["kind"] in {"ore", "metal", "grade"}:
            key = (row["deposit"], row["kind"], row["commodity"])
            groups.setdefault(key, []).append(quantities[row["id"]][0])
    found = []
    for (deposit, kind, commodity), members in groups.items():
        if len(members) < 2:
            continue
        fused = fuse_quantities(sorted(members, key=lambda m: m.claim.date or "9999"), verdicts)
        if fused.estimate is not None and len(fused.used) > 1:
            found.append({"deposit": deposit, "kind": kind, "commodity": commodity,
                          **fused.as_dict()})  # fmt: skip
    return found


def conflicts(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return for each deposit and quantity how every two claims differ: their ratio.

    A cell of the conflict matrix is larger over smaller; 1 is agreement.
    """
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["deposit"] and row["value"] and row["kind"] in {"ore", "metal", "grade", "ore rate"}:
            groups.setdefault((row["deposit"], row["kind"], row["commodity"]), []).append(row)
    found = []
    for (deposit, kind, commodity), members in groups.items():
        if len(members) < 2:
            continue
        values = [float(member["value"]) for member in members]
        found.append({
            "deposit": deposit, "kind": kind, "commodity": commodity,
            "claims": [member["id"] for member in members],
            "ratio": [[round(max(a, b) / min(a, b), 3) for b in values] for a in values],
        })  # fmt: skip
    return found


def _areas(
    study: Path, section: Mapping[str, Any], deposits: Sequence[Deposit], as_of: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the areas with their outlines, and the owners behind their parties by deposit."""
    name = section.get("areas")
    if not name:
        return [], []
    areas = read_areas(study / name)
    words = ("area", "name", "kind", "parties", "regime", "terms", "start", "end", "source")
    drawn: list[dict[str, Any]] = [
        {**{key: str(row[key]) for key in words},
         "rings": [[list(point[:2]) for point in part.exterior.coords]
                   for part in getattr(row["geometry"], "geoms", [row["geometry"]])]}
        for _, row in area_table(areas).iterrows()
    ]  # fmt: skip
    file = section.get("holdings")
    holdings = read_holdings(study / file) if file else []
    day = last_day(as_of, f"{study / 'study.toml'} as_of")
    owners = owners_table(regimes_of(deposits, areas), areas, holdings, day)
    shares = owners["share"].astype(object).where(owners["share"].notna(), None)
    rows = owners.assign(share=shares).to_dict("records")
    return drawn, [{str(key): value for key, value in row.items()} for row in rows]


def page(data: str) -> bytes:
    """Return the whole page around its data; the data cannot end the script that holds it."""
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    html = (_HERE / "index.html").read_text(encoding="utf-8")
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    script = (_HERE / "script.js").read_text(encoding="utf-8")
    icon = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
    whole = html.replace("{{icon}}", icon).replace("{{style}}", style)
    return whole.replace("{{script}}", script).replace("{{data}}", safe).encode()
