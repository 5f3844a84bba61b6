"""What a route costs: rates drawn once for each possible world, every component kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.double_count import refuse_double_counts
from lodeway.corridors.graph import LOADED, Graph
from lodeway.corridors.rates import TONNES_PER_FEE, Adjustment, RateBook
from lodeway.corridors.records import Gate, Priced, Range
from lodeway.errors import LodewayError
from lodeway.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]

COMPONENTS = (
    "haul road", "haul rail", "haul sea", "haul ferry", "backhaul", "loading", "gauge break",
    "border fees", "inventory", "standing", "services", "losses", "permits", "guarantees",
    "inbound",
)  # fmt: skip
#: Components that a table shows only where something pays for them.
OPTIONAL = ("permits", "guarantees", "inbound")


@dataclass(frozen=True)
class Prices:
    """Everything that a route may cost, drawn; the first dimension of each array is the draw.

    Attributes
    ----------
    haul, backhaul, hours_per_km
        By rate of the graph, shape ``(draws, rates)``: USD/t-km twice, and h/km.
    fee, gauge, cost, loss
        By fixed price, shape ``(draws, prices)``: gate fee, break of gauge, transfer or service
        price in USD/t, and the share of the goods lost.
    permit, guarantee, pledged
        By fixed price: what entering a country costs beside the fee: permit and transit guarantee
        in USD/t, and the guarantee that is a share of the goods' value.
    hours_mean, hours
        By fixed price: hours as they are expected when choosing, and as they turn out.
    standing
        By fixed price: USD/t-h of the vehicle that waits there.
    inventory
        Cost of capital by hour, shape ``(draws,)``: USD per USD of goods and hour.
    start_loading, start_loss
        By mode of the origin's side, shape ``(draws,)``.
    used
        Ids of the rates behind these prices.
    """

    haul: Floats
    backhaul: Floats
    hours_per_km: Floats
    fee: Floats
    gauge: Floats
    cost: Floats
    loss: Floats
    permit: Floats
    guarantee: Floats
    pledged: Floats
    hours_mean: Floats
    hours: Floats
    standing: Floats
    inventory: Floats
    start_loading: Mapping[str, Floats]
    start_loss: Floats
    mode_loss: Mapping[str, Floats]
    used: tuple[str, ...]

    @property
    def draws(self) -> int:
        """How many possible worlds."""
        return int(self.inventory.shape[0])

    def when_choosing(self, usd_per_t: Floats) -> tuple[Floats, Floats]:
        """Return prices by km and once, as the chooser sees them, for goods of this value.

        `usd_per_t` is the goods' value per wet tonne, shape ``(draws,)``.
        """
        capital = (usd_per_t * self.inventory)[:, None]
        per_km = self.haul + self.backhaul + capital * self.hours_per_km
        once = self.fee + self.gauge + self.cost + self.permit + self.guarantee
        once = once + (self.loss + self.pledged) * usd_per_t[:, None]
        once = once + self.hours_mean * (capital + self.standing)
        return per_km, once

    def start(self, graph: Graph, sources: Iterable[int], usd_per_t: Floats) -> Floats:
        """Return what is spent at each side of the origin, shape ``(draws, sources)``."""
        columns = []
        for vertex in sources:
            mode = graph.mode_at(vertex)
            lost = self.start_loss + self.mode_loss.get(mode, 0.0)
            columns.append(self.start_loading.get(mode, 0.0) + lost * usd_per_t)
        return np.array(columns, dtype=np.float64).T.reshape(self.draws, -1).copy()


def price_all(
    network: Priced,
    graph: Graph,
    book: RateBook,
    modes: Iterable[str],
    delays: Mapping[str, Adjustment] | None = None,
) -> Prices:
    """Draw the price of everything in the graph.

    Parameters
    ----------
    network, graph
        The gates and services, and the graph.
    book
        The rates.
    modes
        Modes that are asked for; rates of other modes need not exist (they are priced at NaN-free
        zero and never used, because their links are shut).
    delays
        Scenario changes of gate delays, by gate id.

    Returns
    -------
    Prices
        The border-fee quantile is common to all gates of a mode (``uniform(seed, "border fee",
        mode)``); a gate's delay has its own (``"gate delay"``, gate id) and is a shock: routes are
        chosen with its mean.

    Raises
    ------
    LodewayError
        ``double-count`` when two rates that both apply contain the same thing; ``missing`` when a
        mode has no haul rate or speed.

    Notes
    -----
    Backhaul: published rates by laden tonne-km (CAREC's TFI3 and what is derived from it) are what
    shippers pay, so the empty return is in them. A ``backhaul`` row therefore counts only for a
    haul rate whose `contains` lacks ``backhaul`` (a rate built up from truck costs): the component
    is ``haul * (factor - 1)``.
    """
    asked = frozenset(modes)
    refuse_double_counts(network, book.rates, asked)
    haul, backhaul, hours_per_km = _by_km(graph, book, asked)
    size = (book.count, len(graph.prices))
    table = {name: np.zeros(size) for name in ("fee", "gauge", "cost", "loss", "mean", "hours",
                                               "standing", "permit", "guarantee", "pledged")
    }  # fmt: skip
    for number, price in enumerate(graph.prices):
        if price.kind == "gate":
            gate = network.gates[price.item]
            if gate.mode in asked:
                _price_gate(table, number, gate, book, (delays or {}).get(gate.id, Adjustment()))
        elif price.kind == "service":
            service = network.services[price.item]
            table["cost"][:, number] = book.drawn(
                service.usd_per_t, "service price", service.tariff
            )
            hours = book.drawn(service.hours, "service hours", service.tariff)
            table["mean"][:, number] = table["hours"][:, number] = hours
        else:
            _price_transfer(table, number, price.modes, book, asked)
    total_loss = book.optional("loss") + book.optional("insurance")
    return Prices(
        haul=haul,
        backhaul=backhaul,
        hours_per_km=hours_per_km,
        fee=table["fee"],
        gauge=table["gauge"],
        cost=table["cost"],
        loss=table["loss"],
        permit=table["permit"],
        guarantee=table["guarantee"],
        pledged=table["pledged"],
        hours_mean=table["mean"],
        hours=table["hours"],
        standing=table["standing"],
        inventory=book.optional("inventory") / HOURS_PER_YEAR,
        start_loading={
            mode: book.optional("transshipment", mode, unit="USD/t") for mode in sorted(asked)
        },
        start_loss=total_loss,
        mode_loss={mode: _mode_loss(book, mode) for mode in sorted(asked)},
        used=tuple(sorted(book.used)),
    )


def _mode_loss(book: RateBook, mode: str) -> Floats:
    return np.asarray(book.optional("loss", mode) + book.optional("insurance", mode))


def _by_km(graph: Graph, book: RateBook, asked: frozenset[str]) -> tuple[Floats, Floats, Floats]:
    """Price each kind of link by km; one that crosses borders pays the mean of its countries."""
    shape = (book.count, len(graph.rates))
    haul, backhaul, hours = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for number, (mode, countries) in enumerate(graph.rates):
        if mode not in asked:
            continue
        crossed = countries or ("",)
        for country in crossed:
            rate = book.need("haul", mode, country)
            price = book.value(rate) * _own_error(book, mode, country) / len(crossed)
            haul[:, number] += price
            if "backhaul" not in rate.contains and (back := book.find("backhaul", mode, country)):
                backhaul[:, number] += price * (book.value(back) - 1.0)
            speed = book.value(book.need("speed", mode, country))
            if bool((speed <= 0).any()):
                raise LodewayError(
                    "bad-number", book.need("speed", mode, country).where, "0 km/h",
                    "a speed above 0",
                )  # fmt: skip
            hours[:, number] += 1.0 / speed / len(crossed)
    return haul, backhaul, hours


def _own_error(book: RateBook, mode: str, country: str) -> Floats:
    """Return what a country's tariff is off on its own, beside what all are off together.

    A rate is drawn once for all corridors (the common part); a row of kind ``own_error`` gives the
    spread of each country's own part as a factor. Without such a row there is none.
    """
    rate = book.find("own_error", mode, country)
    if rate is None:
        return np.ones(book.count)
    book.used.add(rate.id)
    return book.drawn(rate.value, "own error", f"{mode} {country}")


def _price_gate(
    table: Mapping[str, Floats], number: int, gate: Gate, book: RateBook, changed: Adjustment
) -> None:
    fee = gate.fee_usd_20t
    if fee is not None:
        table["fee"][:, number] = book.drawn(fee, "border fee", gate.mode) / TONNES_PER_FEE
    else:
        table["fee"][:, number] = book.value(book.need("border_fee", gate.mode))
    table["permit"][:, number] = book.optional("permit", gate.mode)
    if (bond := book.find("guarantee", gate.mode)) is not None:
        by_value = bond.unit.lower() in {"fraction", "%", "fraction of goods value"}
        table["pledged" if by_value else "guarantee"][:, number] = book.value(bond)
    delay = gate.delay_h or Range(0.0, 0.0, 0.0)  # the network's notes say so
    mean = max(delay.mean * changed.factor + changed.add, 0.0)
    table["mean"][:, number] = mean
    if book.draws is None:
        table["hours"][:, number] = mean
    else:
        drawn = book.drawn(delay, "gate delay", gate.id)
        table["hours"][:, number] = np.maximum(drawn * changed.factor + changed.add, 0.0)
    table["standing"][:, number] = book.optional("standing", gate.mode)
    if gate.breaks_gauge:
        rate = book.find("gauge_break", gate.mode) or book.find("gauge_break")
        if rate is None:
            rate = book.need("gauge_break", gate.mode)
        table["gauge"][:, number] = book.value(rate)


def _price_transfer(
    table: Mapping[str, Floats],
    number: int,
    modes: tuple[str, str],
    book: RateBook,
    asked: frozenset[str],
) -> None:
    """Price loading from one mode to another; nothing where a price already contains the loading.

    The hours of a transfer stand in a second row of kind ``transshipment`` with the unit ``h``.
    """
    one, two = (mode.removesuffix(LOADED) for mode in modes)
    if one == two or not {one, two} <= asked:
        return
    included = any(mode.endswith(LOADED) for mode in modes)
    for mode in (one, two):
        haul = book.find("haul", mode)
        included = included or bool(haul and "loading" in haul.contains)
    if not included:
        rate = book.find("transshipment", f"{one}-{two}", unit="USD/t")
        rate = rate or book.need("transshipment", f"{one}-{two}")
        table["cost"][:, number] = book.value(rate)
    hours = book.optional("transshipment", f"{one}-{two}", unit="h")
    table["mean"][:, number] = table["hours"][:, number] = hours
    table["loss"][:, number] = _mode_loss(book, two)


def components(
    prices: Prices,
    graph: Graph,
    km_by_rate: Floats,
    times: Floats,
    usd_per_t: Floats,
    start: tuple[Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Return what a path cost when it was travelled, by component, with its hours and km.

    Parameters
    ----------
    prices, graph
        As for the search.
    km_by_rate, times
        What the path uses, shapes ``(draws, paths, rates)`` and ``(draws, paths, prices)``.
    usd_per_t
        Value of the goods per wet tonne, shape ``(draws,)``.
    start
        Loading in USD/t and share lost at the origin, each of shape ``(draws, paths)``.

    Returns
    -------
    tuple
        USD/t of shape ``(draws, paths, components)`` in the order of `COMPONENTS`; hours and km of
        shape ``(draws, paths)``.
    """
    cost = np.zeros((*km_by_rate.shape[:2], len(COMPONENTS)))
    modes = np.array([mode for mode, _ in graph.rates])

    def add(name: str, amount: Floats) -> None:
        cost[:, :, COMPONENTS.index(name)] += amount

    def once(table: Floats) -> Floats:
        return np.asarray(np.einsum("dpf,df->dp", times, table))

    for name in COMPONENTS[:4]:
        chosen = modes == name.removeprefix("haul ")
        if name == "haul sea":
            chosen |= modes == "barge"
        add(name, np.einsum("dpr,dr->dp", km_by_rate[:, :, chosen], prices.haul[:, chosen]))
    add("backhaul", np.einsum("dpr,dr->dp", km_by_rate, prices.backhaul))
    sold = np.array([price.kind == "service" for price in graph.prices], dtype=bool)
    add("loading", once(np.where(sold, 0.0, prices.cost)) + start[0])
    add("services", once(np.where(sold, prices.cost, 0.0)))
    add("gauge break", once(prices.gauge))
    add("border fees", once(prices.fee))
    add("permits", once(prices.permit))
    add("guarantees", once(prices.guarantee) + once(prices.pledged) * usd_per_t[:, None])
    add("standing", once(prices.standing * prices.hours))
    add("losses", (once(prices.loss) + start[1]) * usd_per_t[:, None])
    hours = np.einsum("dpr,dr->dp", km_by_rate, prices.hours_per_km) + once(prices.hours)
    add("inventory", hours * (usd_per_t * prices.inventory)[:, None])
    service_km = np.zeros(len(graph.prices))
    fixed = graph.fixed[(graph.fixed >= 0) & (graph.link < 0)]
    service_km[fixed] = graph.km[(graph.fixed >= 0) & (graph.link < 0)]
    return cost, hours, km_by_rate.sum(axis=2) + times @ service_km


__all__ = [
    "COMPONENTS", "OPTIONAL", "Adjustment", "Prices", "RateBook", "components", "price_all",
]  # fmt: skip
