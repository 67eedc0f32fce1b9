"""The market as of one moment: an immutable snapshot of what the positions are valued with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.rulebook import UnderlyingClass


@dataclass(frozen=True)
class Dividend:
    """A cash dividend: the serial day on which the share trades without it, and $ per share."""

    ex_date: float
    amount: float


@dataclass(frozen=True)
class RateCurve:
    """Interest rates by time, continuously compounded; linear between its points, flat outside."""

    years: tuple[float, ...]
    rates: tuple[float, ...]

    def at(self, years: FloatArray) -> FloatArray:
        """Rate a year, as a fraction, for money lent over each of these times; any shape."""
        return np.interp(years, self.years, self.rates)


@dataclass(frozen=True)
class HouseRates:
    """What a house asks of one symbol beyond the rule, NaN where nothing; magnitudes.

    `initial_rate` and `maintenance_rate` are shares of the market value of stock, long and short,
    `option_rate` of the underlying's value for short options, all with the factor of a leveraged
    fund inside. `move_down` and `move_up` are the ends of its valuation points, in share of price.
    `add_on` is what comes on top of every maintenance rate of stock for an account's concentration,
    `why` what it is made of.
    """

    initial_rate: float = np.nan
    maintenance_rate: float = np.nan
    option_rate: float = np.nan
    move_down: float = np.nan
    move_up: float = np.nan
    add_on: float = 0.0
    why: str = ""


NO_HOUSE: Final = HouseRates()


@dataclass(frozen=True)
class Published:
    """What the clearing house's reports state of an underlying; NaN, None and "" where nothing.

    `eligible` tells whether portfolio margin covers it. `minimum` is $ for a contract of 100 units.
    `move_down` and `move_up` are the ends of the valuation points of its product group, magnitudes
    in share of price, which its factor multiplies. The offsets are the shares of a gain that count
    in its product group and in its portfolio group. Each report is named, with its day.
    """

    eligible: bool | None = None
    minimum: float = np.nan
    move_down: float = np.nan
    move_up: float = np.nan
    product_offset: float = np.nan
    portfolio_offset: float = np.nan
    products_report: str = ""
    product_groups_report: str = ""
    portfolio_groups_report: str = ""

    @property
    def has_moves(self) -> bool:
        """Whether a report states how far its product group moves."""
        return not np.isnan(self.move_up)

    def over(self, other: Published) -> Published:
        """These figures, and the other's where these state none; each with its own report."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(other, **{n: v for n, v in own.items() if v == v and v not in (None, "")})


NOT_PUBLISHED: Final = Published()


@dataclass(frozen=True)
class Underlying:
    """One row of the market: what positions are written on, and how the rules class it.

    `rate` and `volatility` are NaN where the market does not give them: the rate is then the
    curve's, and an option without a volatility of its own must have a price. `leverage` is the
    factor of a leveraged or inverse fund, 0 for what does not move with the market. `maturity` is
    a Treasury security's, a serial day; its `spot` is per 100 of principal, its `coupon` what it
    pays, 0 of a zero coupon bond, NaN where not stated. A group named "" is no group.
    """

    symbol: str
    spot: float
    underlying_class: UnderlyingClass = UnderlyingClass.STOCK
    leverage: float = 1.0
    dividend_yield: float = 0.0
    rate: float = np.nan
    volatility: float = np.nan
    class_group: str = ""
    product_group: str = ""
    portfolio_group: str = ""
    index_scale: float = 1.0
    marginable: bool = True
    adv: float = np.nan
    shares_outstanding: float = np.nan
    industry: str = ""
    dividends: tuple[Dividend, ...] = ()
    row: int = 0
    """Row of the market range; 0 where the underlying comes from the positions' own rows."""
    yields: RateCurve | None = None
    """Dividend yields by time, where they are stated by time."""
    maturity: float = np.nan
    coupon: float = np.nan
    house: HouseRates = NO_HOUSE
    published: Published = NOT_PUBLISHED
    spot_is_forward: bool = False
    """Whether options on it are valued off its price as their forward, whatever the rate."""

    @property
    def group(self) -> str:
        """Name of its class group; each underlying its own unless the market says otherwise."""
        return self.class_group or self.symbol

    @cached_property
    def written(self) -> str:
        """All that is stated, as a text: equal for what is equal, where NaN is like NaN."""
        return repr(self)


@dataclass(frozen=True, eq=False)
class Market:
    """Spots, classes, rates and dividends as of one moment.

    `as_of` is a serial day and may carry a fraction. Positions point at `underlyings` by index.
    """

    as_of: float
    underlyings: tuple[Underlying, ...]
    curve: RateCurve = field(default_factory=lambda: RateCurve((0.0,), (0.0,)))

    @cached_property
    def index_of(self) -> dict[str, int]:
        """Index of each underlying by its symbol."""
        return {u.symbol: i for i, u in enumerate(self.underlyings)}

    @cached_property
    def spot(self) -> FloatArray:
        """Prices of the underlyings, $ per unit, shape (underlyings,)."""
        return self._column("spot")

    @cached_property
    def leverage(self) -> FloatArray:
        """Factors of the underlyings, negative for inverse funds, shape (underlyings,)."""
        return self._column("leverage")

    @cached_property
    def dividend_yield(self) -> FloatArray:
        """Continuous dividend yields, fractions a year, shape (underlyings,)."""
        return self._column("dividend_yield")

    @cached_property
    def index_scale(self) -> FloatArray:
        """Parts of a full index that the underlyings are, 1 where not, shape (underlyings,)."""
        return self._column("index_scale")

    @cached_property
    def volatility(self) -> FloatArray:
        """Annual volatilities of the market range, NaN where not given, shape (underlyings,)."""
        return self._column("volatility")

    @cached_property
    def marginable(self) -> BoolArray:
        """Whether positions on the underlying are eligible for margin, shape (underlyings,)."""
        return np.array([u.marginable for u in self.underlyings], dtype=bool)

    @cached_property
    def eligible(self) -> BoolArray:
        """Whether no report says that an underlying is not covered, shape (underlyings,)."""
        said = [u.published.eligible is not False for u in self.underlyings]
        return np.array(said, dtype=bool)

    @cached_property
    def published_minimum(self) -> FloatArray:
        """Minimums that reports state, $ a contract of 100 units, NaN where not, (underlyings,)."""
        stated = [u.published.minimum for u in self.underlyings]
        return np.array(stated, dtype=np.float64)

    def of_class(self, own: Callable[[UnderlyingClass], bool]) -> BoolArray:
        """Which underlyings are of a class of which something is so, shape (underlyings,)."""
        return np.array([own(u.underlying_class) for u in self.underlyings], dtype=bool)

    @cached_property
    def is_index(self) -> BoolArray:
        """Which underlyings are indexes, which have no shares, shape (underlyings,)."""
        return self.of_class(lambda own: own.is_index)

    @cached_property
    def has_house_rates(self) -> bool:
        """Whether a house asks more of any of the symbols than of others."""
        return any(u.house != NO_HOUSE for u in self.underlyings)

    def without_house_rates(self) -> Market:
        """The same market under the rule alone."""
        plain = tuple(replace(u, house=NO_HOUSE) for u in self.underlyings)
        return replace(self, underlyings=plain)

    def without_groups(self) -> Market:
        """The same prices, each underlying by itself under the rule alone."""
        plain = (
            replace(
                u, class_group="", product_group="", portfolio_group="", house=NO_HOUSE,
                published=NOT_PUBLISHED,
            )
            for u in self.underlyings
        )  # fmt: skip
        return replace(self, underlyings=tuple(plain))

    def rate(self, underlying: np.ndarray, years: FloatArray) -> FloatArray:
        """Rate for each underlying (by index) over each time: its own, else the curve's."""
        own = self._column("rate")[underlying]
        return np.where(np.isnan(own), self.curve.at(years), own)

    def yield_over(self, underlying: np.ndarray, years: FloatArray) -> FloatArray:
        """Dividend yield of each underlying (by index) over each time, a fraction a year.

        Where the price is its own forward, it is the rate.
        """
        found = self.dividend_yield[underlying]
        for i, own in enumerate(self.underlyings):
            if own.spot_is_forward:
                found = np.where(underlying == i, self.rate(underlying, years), found)
            elif own.yields is not None:
                found = np.where(underlying == i, own.yields.at(years), found)
        return np.asarray(found)

    def _column(self, name: str) -> FloatArray:
        return np.array([getattr(u, name) for u in self.underlyings], dtype=np.float64)
