"""The study file: what each section may say. Rooms read the rest of their own sections."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A section refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Money(Section):
    """Currency and terms of every amount that the study prints."""

    currency: Literal["USD"]
    terms: Literal["real", "nominal"]
    year: Annotated[int, Field(ge=1950, le=2200)]


class About(Section):
    """``[study]``: who and when."""

    name: Name
    title: str = ""
    as_of: date
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,5}$")]
    draws: Annotated[int, Field(ge=1, le=100_000)]
    seed: Annotated[int, Field(ge=0)]
    years: tuple[int, int]
    money: Money

    @model_validator(mode="before")
    @classmethod
    def _years_as_tuple(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("years"), list):
            return {**data, "years": tuple(data["years"])}
        return data


class FactsFiles(Section):
    """``[facts]``: the tables that hold the numbers."""

    files: Annotated[list[str], Field(min_length=1)]


class Registry(Section):
    """``[registry]``: deposits and what is said of them."""

    deposits: str
    claims: list[str] = []
    areas: str = ""
    regimes: list[str] = []
    holdings: str = ""


class Corridors(Section):
    """``[corridors]``: the network, the modes that freight may use, the countries avoided."""

    network: str
    modes: list[Literal["road", "rail", "sea", "ferry", "air"]] = ["road", "rail", "sea", "ferry"]
    avoid: list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = []
    quotes: str = ""


class Prices(Section):
    """``[prices]``: the long series, for volatility and reversion only."""

    series: str


class Price(Section):
    """``[[price]]``: one quoted price and the dated claims of its level."""

    name: Name
    unit: str
    spot: str
    anchor: str | None = None
    column: str | None = None
    volatility_pct_per_y: str | None = None
    half_life_y: str | None = None


class Market(Section):
    """``[[market]]``: a plant or an index point that buys one product."""

    name: Name
    label: str
    kind: Literal["plant", "index"]
    place: str
    product: Name
    incoterm: str
    terms: Name
    intake_t_per_y: str | None = None


class Sale(Section):
    """``[project.sale]``: where ownership passes and who pays the freight beyond."""

    point: str
    incoterm: str
    freight_payer: Literal["buyer", "seller"]
    pass_through: Annotated[list[Share], Field(min_length=2, max_length=2)]


class Inbound(Section):
    """``[project.inbound]``: what a project takes in for each tonne of product, and from where."""

    place: str
    t_per_t: str


class Project(Section):
    """``[[project]]``: one way to work one deposit."""

    name: Name
    label: str
    deposit: str
    place: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    owner: str
    regime: str
    start_year: int
    ramp: list[Share] = [1.0]
    life_y: str = ""
    variant_of: str = ""
    note: str = ""
    process: dict[str, Any]
    sale: Sale
    cost: dict[str, Any]
    jobs: dict[str, str] = {}
    inbound: Inbound | None = None


class Change(Section):
    """One change of a scenario."""

    kind: Literal["gate", "link", "rate", "capacity"]
    id: str | list[str]
    label: str = ""
    status: Literal["open", "closed", "planned"] | None = None
    factor: Annotated[float, Field(ge=0.0)] | None = None
    add: float | None = None
    from_: Annotated[int | None, Field(alias="from")] = None
    to: int | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Change:
        if self.status is None and self.factor is None and self.add is None:
            msg = "a change needs a status, a factor or an add"
            raise ValueError(msg)
        return self


class Scenario(Section):
    """``[[scenario]]``: what is decided. The first scenario is the baseline."""

    name: Name
    label: str = ""
    probability: Share | None = None
    change: Annotated[list[Change], Field(max_length=6)] = []


class Link(Section):
    """``[[link]]``: what is not built: its claimed cost, length and tariff."""

    name: Name
    label: str
    scenario: Name
    change: Annotated[int, Field(ge=0)]
    cost_usd: Annotated[list[str], Field(min_length=1)]
    length_km: str
    tariff_usd_per_t_km: str


class Claim(Section):
    """``[[claim]]``: a distance claim, its readings listed before they are computed."""

    name: Name
    claim_id: str = ""
    label: str
    value_km: float
    tolerance_pct: Annotated[float, Field(gt=0.0, le=100.0)]
    origins: Annotated[list[str], Field(min_length=1)]
    destinations: Annotated[list[str], Field(min_length=1)]
    base: str
    alternatives: Annotated[list[str], Field(min_length=1)]
    modes: list[str] = ["road"]


class ReceiptsClaim(Section):
    """``[[economics.receipts_claim]]``: a claim held against what the model gives the state."""

    claim_id: str
    project: Name


class RecordedSale(Section):
    """``[[economics.recorded_sale]]``: a sale that happened, held against the ladder."""

    project: Name
    wet_t: str
    metal_t: str
    gross_usd: str
    price_usd_per_t: str
    element: str
    price: str


class Economics(Section):
    """``[economics]``: assumptions that every project shares, as facts."""

    discount_pct: str
    avoidable_share: str
    upkeep_pct: str
    carrier_margin_pct: str
    transit_margin_pct: str
    break_even_rates_pct: Annotated[list[Annotated[float, Field(gt=0.0)]], Field(min_length=1)]
    receipts_claim: list[ReceiptsClaim] = []
    recorded_sale: list[RecordedSale] = []
    disclosed: list[dict[str, Any]] = []
    parity: dict[str, Any] = {}


class Report(Section):
    """``[report]``: what the report shows."""

    title: str = ""
    year: int | None = None
    extent: Annotated[list[float], Field(min_length=4, max_length=4)] = [-180.0, -60.0, 180.0, 75.0]
    disputed: str = ""
    notes: list[str] = []


class StudyFile(Section):
    """The whole study file."""

    study: About
    facts: FactsFiles
    registry: Registry
    corridors: Corridors
    prices: Prices
    price: list[Price]
    terms: list[dict[str, Any]]
    market: Annotated[list[Market], Field(min_length=1)]
    project: Annotated[list[Project], Field(min_length=1)]
    scenario: Annotated[list[Scenario], Field(min_length=1)]
    report: Report = Report()
    economics: Economics
    link: list[Link] = []
    claim: list[Claim] = []
    ground: dict[str, Any] = {}
    resource: dict[str, Any] = {}
    mine: dict[str, Any] = {}
