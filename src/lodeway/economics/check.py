"""What `lodeway check` says of prices, terms, markets, costs and regimes, without computing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lodeway.economics.terms import DECISIONS
from lodeway.economics.vintage import BY_AREA
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_facts, safe_path
from lodeway.model import Facts
from lodeway.model.parameters import fact_in, unit_of

_COST_WORDS = ("gas_price", "capex_years")


#: What an item of a contract must say.
_ITEM_NEEDS = {
    "payable": ("element", "price", "pay_pct"),
    "penalty": ("element", "above_pct", "usd_per_t_per_pct"),
}


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return every problem of the economic sections."""
    try:
        paths = [path for name in settings["facts"]["files"] for path in sorted(folder.glob(name))]
        facts = read_facts(paths, folder)
    except LodewayError:
        return []  # the processing check has said so
    found = [*_prices(settings, facts), *_terms(settings, facts), *_products(settings)]
    found += _receipts(settings, facts)
    prices = [price["name"] for price in settings["price"]]
    for number, project in enumerate(settings["project"]):
        where = f"study.toml project[{number}]"
        found += _regime(project["regime"], settings["registry"], folder, where)
        found += _cost(project["cost"], facts, prices, f"{where}.cost")
        low, high = project["sale"]["pass_through"]
        if low > high:
            found.append(
                LodewayError("bad-fraction", f"{where}.sale.pass_through", f"{low}, {high}",
                             "low and high in order")
            )  # fmt: skip
        for key, fact_id in project["jobs"].items():
            found += _fact(facts, fact_id, key, f"{where}.jobs.{key}")
    return found


def _regime(
    name: str, registry: Mapping[str, Any], folder: Path, where: str
) -> Iterator[LodewayError]:
    """Read a project's regime; one by area needs areas and the files that they may name."""
    from lodeway.economics.regime import read_regime

    names = [name]
    if name == BY_AREA:
        patterns = registry.get("regimes") or []
        names = [path.relative_to(folder).as_posix()
                 for pattern in patterns for path in sorted(folder.glob(pattern))]  # fmt: skip
        if not (registry.get("areas") and names):
            yield LodewayError(
                "missing", f"{where}.regime", repr(name), "[registry] areas and regimes",
                "name a regime file, or give the study its areas",
            )  # fmt: skip
    for item in names:
        try:
            read_regime(safe_path(folder, item, where), item)
        except LodewayError as problem:
            yield problem


def _fact(facts: Facts, fact_id: Any, key: str, where: str) -> Iterator[LodewayError]:
    try:
        fact_in(facts, fact_id, unit_of(key), where)
    except LodewayError as problem:
        yield problem


def _prices(settings: Mapping[str, Any], facts: Facts) -> Iterator[LodewayError]:
    for number, price in enumerate(settings["price"]):
        where = f"study.toml price[{number}]"
        for key in ("spot", "anchor"):
            if price[key]:
                try:
                    fact_in(facts, price[key], price["unit"], f"{where}.{key}")
                except LodewayError as problem:
                    yield problem


def _terms(settings: Mapping[str, Any], facts: Facts) -> Iterator[LodewayError]:
    prices = [price["name"] for price in settings["price"]]
    for number, terms in enumerate(settings["terms"]):
        where = f"study.toml terms[{number}]"
        for key, value in terms.items():
            if key in DECISIONS:
                continue
            if key == "price":
                yield from _price_name(value, prices, f"{where}.price")
            elif isinstance(value, list):
                for position, item in enumerate(value):
                    here = f"{where}.{key}[{position}]"
                    for needed in _ITEM_NEEDS.get(key, ()):
                        if needed not in item:
                            yield LodewayError("missing", f"{here}.{needed}", "nothing", "a value")
                    yield from _item(item, facts, prices, here)
            else:
                yield from _fact(facts, value, key, f"{where}.{key}")


def _item(
    item: Mapping[str, Any], facts: Facts, prices: list[str], where: str
) -> Iterator[LodewayError]:
    for key, value in item.items():
        if key == "price":
            yield from _price_name(value, prices, f"{where}.price")
        elif key != "element":
            yield from _fact(facts, value, key, f"{where}.{key}")


def _price_name(value: Any, prices: list[str], where: str) -> Iterator[LodewayError]:
    if value not in prices:
        yield LodewayError(
            "unknown-id", where, repr(value), "the name of a [[price]]",
            suggestion(str(value), prices),
        )  # fmt: skip


def _receipts(settings: Mapping[str, Any], facts: Facts) -> Iterator[LodewayError]:
    """Disclosed payments and the parity of gas name facts, projects and prices that exist."""
    section = settings.get("economics") or {}
    prices = [price["name"] for price in settings["price"]]
    projects = [project["name"] for project in settings["project"]]
    for number, entry in enumerate(section.get("disclosed", [])):
        where = f"study.toml economics.disclosed[{number}]"
        for key, names in (("project", projects), ("price", prices)):
            if entry.get(key) not in names:
                got = repr(entry.get(key))
                near = suggestion(str(entry.get(key)), names)
                yield LodewayError("unknown-id", f"{where}.{key}", got, f"a {key}'s name", near)
        yield from _known_facts(entry, ("paid", "units_per_usd", "level", "to_money"), facts, where)
    parity = section.get("parity") or {}
    yield from _known_facts(
        parity, ("gas", "carbon", "usd_per_unit", "share"), facts, "study.toml economics.parity"
    )


def _known_facts(
    section: Mapping[str, Any], keys: tuple[str, ...], facts: Facts, where: str
) -> Iterator[LodewayError]:
    for key in keys:
        if key in section and section[key] not in facts:
            yield LodewayError(
                "unknown-id", f"{where}.{key}", repr(section[key]), "the id of a fact",
                suggestion(str(section[key]), facts),
            )  # fmt: skip


def _products(settings: Mapping[str, Any]) -> Iterator[LodewayError]:
    """Every product needs a market."""
    bought = {market["product"] for market in settings["market"]}
    for number, project in enumerate(settings["project"]):
        process = project["process"]
        made = [str(item.get("name")) for item in process.get("product", [])]
        made += ["dore"] if process.get("kind") == "dore" else []
        made += [str(process["sells"])] if process.get("sells") else []
        for product in made:
            if product not in bought:
                yield LodewayError(
                    "missing", f"study.toml project[{number}]", f"no market for {product}",
                    "a [[market]] that buys it", suggestion(product, bought),
                )  # fmt: skip


def _cost(
    cost: Mapping[str, Any], facts: Facts, prices: list[str], where: str
) -> Iterator[LodewayError]:
    for key, value in cost.items():
        if key == "gas_price":
            yield from _price_name(value, prices, f"{where}.{key}")
        elif key not in _COST_WORDS:
            yield from _fact(facts, value, key, f"{where}.{key}")
