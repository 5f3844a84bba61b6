"""The fiscal ledger of one project in exact decimals: slow, plain, to the cent.

The conventions are those of `lodeway.economics.fiscal`, which does the same for many possible
worlds at once; the two are written apart so that each is a test of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from lodeway.economics.regime import Regime

ZERO, ONE = Decimal(0), Decimal(1)
DIGITS = 50
#: Columns of the printed ledger, in order.
COLUMNS = (
    "year", "revenue", "opex", "capex", "royalty", "cost_recovery", "cost_bank", "profit_pool",
    "gov_rate", "r_factor", "gov_share", "depreciation", "taxable", "loss_used", "tax", "rrt",
    "investor_ncf", "state_take",
)  # fmt: skip
Money = Sequence[Decimal]
Row = dict[str, Decimal]


class Pots:
    """Amounts kept by the year in which they arose; the oldest goes first, the too old lapse."""

    def __init__(self, life: int | None) -> None:
        self.life = life
        self.pots: list[Decimal] = []

    @property
    def total(self) -> Decimal:
        """All that is left."""
        return sum(self.pots, ZERO)

    def age(self, uplift: Decimal = ZERO) -> None:
        """Let a year pass: drop what is older than `life` years and uplift the rest."""
        if self.life is not None:
            self.pots = self.pots[-self.life :] if self.life else []
        self.pots = [pot * (ONE + uplift) for pot in self.pots]

    def add(self, amount: Decimal) -> None:
        """Keep an amount of this year."""
        self.pots.append(amount)

    def use(self, most: Decimal) -> Decimal:
        """Take up to `most` out, oldest first, and return what was taken."""
        used = ZERO
        for number, pot in enumerate(self.pots):
            part = min(pot, most - used)
            self.pots[number] -= part
            used += part
        return used


class Exact:
    """A regime's terms as exact decimals; a term that is not there is nothing."""

    def __init__(self, regime: Regime, terms: Mapping[str, object]) -> None:
        self.regime = regime
        self._terms = terms

    def __getitem__(self, name: str) -> Decimal:
        """Return a term as it was written."""
        value = self._terms.get(name)
        if value is None:
            value = Regime.__dataclass_fields__[name].default
        return Decimal(str(value)) if isinstance(value, float) else Decimal(value)  # type: ignore[arg-type]

    def bands(self, name: str) -> list[tuple[Decimal | None, Decimal]]:
        """Return bands as they were written."""
        rows = self._terms.get(name) or ()
        return [
            (None if upper is None or isinstance(upper, str) else Decimal(upper), Decimal(share))
            for upper, share in rows  # type: ignore[attr-defined]
        ]


def exact_ledger(
    regime: Regime,
    terms: Mapping[str, object],
    revenue: Money,
    opex: Money,
    capex: Money,
    metal_t: Money = (),
    price: Money = (),
) -> list[Row]:
    """Return the ledger's rows with unrounded decimals of 50 digits.

    Parameters
    ----------
    regime
        The checked terms, for the words.
    terms
        The same terms as decimals, for the numbers.
    revenue, opex, capex, metal_t, price
        By year from 0; metal for a fixed royalty or for units of production, the price for a
        royalty that slides with it.

    Examples
    --------
    >>> from lodeway.economics.regime import make_regime
    >>> terms = {"kind": "psa", "cost_cap": Decimal("0.75"), "gov_profit_share": Decimal("0.51")}
    >>> plain = make_regime({"kind": "psa", "cost_cap": 0.75, "gov_profit_share": 0.51}, "x")
    >>> rows = exact_ledger(plain, terms, [Decimal(100)], [Decimal(10)], [Decimal(200)])
    >>> int(rows[0]["cost_recovery"]), float(rows[0]["gov_share"])
    (75, 12.75)
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _ledger(Exact(regime, terms), revenue, opex, capex, metal_t, price)


def _ledger(
    terms: Exact, revenue: Money, opex: Money, capex: Money, metal_t: Money, price: Money
) -> list[Row]:
    regime = terms.regime
    metal = list(metal_t) or [ZERO] * len(revenue)
    worn = exact_depreciation(terms, revenue, capex, metal)
    first = _first(revenue)
    bank, losses = Pots(regime.cost_carry_years), Pots(regime.loss_years)
    got = spent = rent = ZERO
    rows: list[Row] = []
    for year, (income, cost, capital) in enumerate(zip(revenue, opex, capex, strict=True)):
        row: Row = {"year": Decimal(year), "revenue": income, "opex": cost, "capex": capital}
        row["bonus"] = terms["signature_bonus_usd"] if year == 0 else ZERO
        if year == first:
            row["bonus"] += terms["production_bonus_usd"]
        quoted = price[year] if price else None
        row["royalty"] = _royalty(terms, income, cost, worn[year], quoted)
        row["royalty"] += terms["royalty_usd_per_t_metal"] * metal[year]
        row["export_duty"] = terms["export_duty"] * income
        net = income - row["royalty"] - row["export_duty"]
        row |= _shared(terms, bank, net, cost + capital, got=got, spent=spent)
        row["depreciation"] = worn[year]
        row["taxable"] = net - row["gov_share"] - row["bonus"] - cost - worn[year]
        losses.age()
        row["loss_used"] = losses.use(max(row["taxable"], ZERO))
        losses.add(max(-row["taxable"], ZERO))
        row["tax"] = terms["tax"] * max(row["taxable"] - row["loss_used"], ZERO)
        if regime.tax_bearer == "state":
            row["gov_share"] -= row["tax"]
        after = net - row["gov_share"] - row["tax"]
        cash = after - row["bonus"] - cost - capital
        rent = rent * (ONE + terms["rrt_uplift"]) + cash if terms["rrt"] else ZERO
        row["rrt"] = terms["rrt"] * max(rent, ZERO)
        rent = min(rent, ZERO)
        left = cash - row["rrt"]
        row["dividend"] = terms["state_equity"] * max(left, ZERO)
        row["withholding"] = terms["withholding"] * max(left - row["dividend"], ZERO)
        row["investor_ncf"] = left - row["dividend"] - row["withholding"]
        row["state_take"] = income - cost - capital - row["investor_ncf"]
        got, spent = got + after, spent + cost + capital
        rows.append(row)
    return rows


def _shared(
    terms: Exact, bank: Pots, net: Decimal, cost: Decimal, *, got: Decimal, spent: Decimal
) -> Row:
    """Return cost recovery and the sharing of what is left; nothing under a royalty regime."""
    names = ("cost_recovery", "cost_bank", "profit_pool", "gov_rate", "r_factor", "gov_share")
    row = dict.fromkeys(names, ZERO)
    if not terms.regime.shares_production:
        return row
    bank.age(terms["cost_uplift"])
    bank.add(cost)
    row["cost_recovery"] = bank.use(max(terms["cost_cap"] * net, ZERO))
    row["cost_bank"] = bank.total
    row["profit_pool"] = net - row["cost_recovery"]
    row["gov_rate"] = terms["gov_profit_share"]
    if terms.regime.kind == "rfactor":
        row["r_factor"] = got / spent if spent > 0 else ZERO
        row["gov_rate"] = _in_band(terms.bands("bands"), row["r_factor"])
    row["gov_share"] = row["profit_pool"] * row["gov_rate"]
    return row


def _in_band(bands: Sequence[tuple[Decimal | None, Decimal]], value: Decimal) -> Decimal:
    """Return the share of the first band whose upper bound is above the value."""
    for upper, share in bands:
        if upper is None or value < upper:
            return share
    return bands[-1][1]


def _first(revenue: Money) -> int:
    """Return the first year of revenue, or the number of years where there is none."""
    return next((year for year, income in enumerate(revenue) if income > 0), len(revenue))


def _royalty(
    terms: Exact, income: Decimal, cost: Decimal, worn: Decimal, price: Decimal | None
) -> Decimal:
    profit = max(income - cost - worn, ZERO)
    rate = terms["royalty"]
    if price is not None and terms.regime.price_bands:
        rate = _in_band(terms.bands("price_bands"), price)
    if terms["royalty_divisor"]:
        margin = profit / income if income > 0 else ZERO
        rate = terms["royalty_floor"] + margin / terms["royalty_divisor"]
    royalty = rate * max(income, ZERO)
    if terms["profit_royalty"]:
        left = max(profit - royalty, ZERO)
        if left > terms["profit_royalty_from"] * income:
            royalty += terms["profit_royalty"] * left
    return royalty


def exact_depreciation(terms: Exact, revenue: Money, capex: Money, units: Money) -> list[Decimal]:
    """Return the yearly depreciation: straight line, declining balance or units of production."""
    years, regime = len(revenue), terms.regime
    first = _first(revenue) if regime.wears_from_revenue else 0
    worn = [ZERO] * years
    if regime.dep == "sl":
        for spent, amount in enumerate(capex):
            start = max(first, spent)
            for year in range(start, min(start + regime.dep_years, years)):
                worn[year] += amount / regime.dep_years
        return worn
    balance = ZERO
    for year in range(years):
        balance += capex[year]
        share = ZERO
        if regime.dep == "db" and year >= first:
            share = ONE if year == years - 1 else terms["dep_rate"]
        if regime.dep == "uop":
            ahead = sum(units[year:], ZERO)
            share = units[year] / ahead if ahead > 0 else ZERO
        worn[year] = balance * share
        balance -= worn[year]
    return worn
