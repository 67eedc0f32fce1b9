"""The sections of the rulebook: a file of the regulation each, a field each number in it.

A field has the parameter's own name in the file, and its type says how the value is read: a
`float`, a `bool` for a switch, an `int` for a count, or one of these for each key. A file that
lacks a parameter, or has another, is refused. To add a number: the file's table, and a field here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, dataclass_transform

from xlmargin.rulebook.files import packaged, regulation_from
from xlmargin.rulebook.parameters import Parameter, RuleSet, UnderlyingClass, full_name, joined

_K = TypeVar("_K", bound=str)
_V = TypeVar("_V")


@dataclass(frozen=True)
class ValueInForce:
    """A value in force on a date, with the rule that states it and what raised it.

    `changed` says what raised it or chose it, "raised by a setting"; "" where nothing did.
    """

    value: float
    rule: str
    remark: str
    changed: str = ""


ByKey: TypeAlias = Mapping[_K, _V]
"""A value for each key that has one on the date; a key without one is refused (see `by_key`)."""


class _OrRefused(dict[_K, _V]):
    def __init__(self, values: Mapping[_K, _V], refuse: Callable[[_K], object]) -> None:
        super().__init__(values)
        self._refuse: Final = refuse

    def __missing__(self, key: _K) -> _V:
        self._refuse(key)
        raise KeyError(key)


def by_key(values: Mapping[_K, _V], refuse: Callable[[_K], object]) -> ByKey[_K, _V]:
    """The values, not to be changed; `refuse` says why a key has none.

    Whether there is one is asked with `in`.
    """
    return MappingProxyType(_OrRefused(values, refuse))


ByClass: TypeAlias = ByKey[UnderlyingClass, _V]
"""A value for each class of underlyings."""


@dataclass(frozen=True)
class ValuationRange:
    """Reach of the valuation points, as magnitudes in share of the underlying's price."""

    up: float
    down: float
    rule: str
    remark: str


SECTIONS: Final[dict[type, str]] = {}
"""The sections below, in their order, each with its file."""


@dataclass_transform(frozen_default=True)
def _section(file: str) -> Callable[[type[_V]], type[_V]]:
    """Make a class a section: a frozen dataclass whose fields are the numbers of a file."""

    def made(numbers: type[Any]) -> type[Any]:
        section = dataclass(frozen=True)(numbers)
        SECTIONS[section] = file
        return section

    return made


@_section("finra_4210/valuation_points.toml")
class ValuationPointRule:
    """How far from the present price, and at how many points, theoretical value is taken.

    Ranges are magnitudes in share of the underlying's price. Rule: FINRA 4210(g)(2).
    """

    valuation_range_up: ByClass[ValueInForce]
    valuation_range_down: ByClass[ValueInForce]
    valuation_points_per_side: int
    leverage_multiplies_range: bool

    @cached_property
    def ranges(self) -> ByClass[ValuationRange]:
        """The range of each class: both ends, and where they are stated."""
        ups, downs = self.valuation_range_up, self.valuation_range_down
        ranges = {
            c: ValuationRange(
                up=up.value,
                down=downs[c].value,
                rule=joined((up.rule, downs[c].rule), "; "),
                remark=joined((up.remark, downs[c].remark), " "),
            )
            for c, up in ups.items()
        }
        return by_key(ranges, ups.__getitem__)


@_section("finra_4210/contract_minimums.toml")
class ContractMinimums:
    """The least requirement per contract: $ per unit, and a share of the value delivered.

    Rule: FINRA 4210(g)(7).
    """

    contract_minimum: float
    long_contract_minimum_cap: bool
    short_option_minimum: float


@_section("finra_4210/aggregation.toml")
class Aggregation:
    """Which share of a gain offsets the losses of other groups. Rule: FINRA 4210(g)(8)."""

    product_group_offset: ByClass[float]
    portfolio_group_offset: float


@_section("finra_4210/eligible_products.toml")
class EligibleProducts:
    """What portfolio margin covers; equity that is no margin security, as shares of its value.

    Rule: FINRA 4210(g)(6)(B), (7)(D), (7)(E).
    """

    notes_eligible: bool
    nonmargin_long_rate: float
    nonmargin_short_rate: float


@_section("reg_t/stock.toml")
class RegTStock:
    """Initial margin of stock, and of what is not margin stock, as shares of its value.

    Rule: 12 CFR 220.12(a), (c), (e).
    """

    long_stock_initial_rate: float
    short_stock_initial_rate: float
    nonmarginable_rate: float
    convertible_relief: bool


@_section("reg_t/cash_account.toml")
class CashAccount:
    """What is deposited in a cash account, as shares of the cost and of the strike.

    Rule: 12 CFR 220.8; FINRA 4210(f)(2)(N).
    """

    cash_payment_rate: float
    cash_secured_put_rate: float


@_section("finra_4210/strategy_stock.toml")
class StrategyStock:
    """Maintenance of stock and funds: shares of the value, $ per share; short on top of the value.

    Rule: FINRA 4210(c), (e)(1).
    """

    long_stock_maintenance_rate: float
    short_stock_maintenance_rate: float
    short_stock_minimum: float
    low_price: float
    low_priced_short_rate: float
    low_priced_short_minimum: float
    note_long_rate: float
    note_short_rate: float
    against_the_box_rate: float
    leveraged_fund_factor: bool
    leveraged_long_cap: bool
    leveraged_short_cap: bool


@_section("finra_4210/strategy_exempt_securities.toml")
class StrategyExemptSecurities:
    """Treasury securities by time to maturity, funds of exempted securities, money market funds.

    Shares of the market value, `zero_coupon_rate` of principal; years; $ a share. Rule: FINRA
    4210(e)(2)(A) and interpretations (c)/10, (c)/11.
    """

    treasury_years: ByKey[str, float]
    treasury_rate: ByKey[str, float]
    zero_coupon_years: float
    zero_coupon_rate: float
    exempt_fund_rate: float
    money_market_rate: float
    money_market_par: float
    money_market_rate_below_par: float


@_section("finra_4210/strategy_concentration.toml")
class StrategyConcentration:
    """What a house adds to the maintenance of stock that is much of its account, volume or issue.

    Days of average volume, shares of the shares outstanding and of the account's gross from which a
    band begins; add-ons as shares of the market value. Rule: FINRA 4210(d)(1), which gives no
    number.
    """

    volume_days: ByKey[str, float]
    volume_add_on: ByKey[str, float]
    ownership_share: ByKey[str, float]
    ownership_add_on: ByKey[str, float]
    gross_share: ByKey[str, float]
    long_gross_add_on: ByKey[str, float]
    short_gross_add_on: ByKey[str, float]
    industry_share: ByKey[str, float]
    industry_add_on: ByKey[str, float]
    industry_position_share: float


@_section("finra_4210/strategy_long_options.toml")
class StrategyLongOptions:
    """Share of a long option's value that is required, and the months from which it has loan value.

    Rule: FINRA 4210(f)(2)(B), (D).
    """

    long_option_rate: ByClass[float]
    long_option_months: int


@_section("finra_4210/strategy_short_options.toml")
class StrategyShortOptions:
    """Uncovered short options: shares of the underlying's value, or of the strike.

    `uncovered_minimum`, $ per unit, is a house's; the rule has none. The rates by product go by the
    underlying's symbol in small letters, or by the product's name.
    Rule: FINRA 4210(f)(2)(E)(i).
    """

    underlying_rate: ByClass[float]
    minimum_rate: ByClass[float]
    product_underlying_rate: ByKey[str, float]
    product_minimum_rate: ByKey[str, float]
    uncovered_minimum: float
    leveraged_option_factor: bool
    leveraged_index_option_factor: bool
    short_put_cap: bool


@_section("finra_4210/strategy_spreads.toml")
class StrategySpreads:
    """Which options make a spread, and the share of a European box's strike difference.

    Rule: FINRA 4210(f)(2)(A)(xxxii), (H)(i), (H)(v)e.
    """

    general_spread_rule: bool
    same_expiry_only: bool
    all_shorts_before_nearest_long: bool
    european_calendar_spreads: bool
    european_box_rate: float


@_section("finra_4210/strategy_hedged_stock.toml")
class StrategyHedgedStock:
    """Stock hedged with options, and the readings of it. Rule: FINRA 4210(f)(2)(H)(v), (F)(ii)."""

    hedge_rate: float
    hedged_short_at_strike: bool
    partial_cover: bool
    long_hedge_may_expire_later: bool


@_section("reg_t/payment_period.toml")
class PaymentPeriod:
    """When an initial requirement must be paid: days from the trade, days from settlement, $.

    Rule: 12 CFR 220.2.
    """

    settlement_days: int
    payment_days_after_settlement: int
    extension_amount: float


@_section("finra_4210/margin_calls.toml")
class MarginCalls:
    """Business days from the day of a deficiency to meet it, by kind of call.

    Rule: FINRA 4210(d)(2), (f)(6), (g)(9), (g)(10).
    """

    days_to_meet: ByKey[str, int]


@_section("finra_4210/portfolio_eligibility.toml")
class PortfolioEligibility:
    """Who may have a portfolio margin account: equity in $, experience, what is signed.

    `portfolio_minimum_equity` goes by how the firm monitors risk (`full`, `partial`,
    `executes_away`); equity to open and to keep is the house's, 0 where it states none.
    Rule: FINRA 4210(g)(4), (g)(5).
    """

    portfolio_minimum_equity: ByKey[str, float]
    equity_to_open: float
    equity_to_keep: float
    unlisted_derivatives_equity: float
    uncovered_option_approval: bool
    individual_retirement_accounts: bool
    retirement_plans: bool
    application: bool
    experience_years: float
    signed_disclosure: bool
    signed_agreement: bool
    final_review: bool


@_section("finra_4210/intraday_margin.toml")
class IntradayMargin:
    """What follows from an intraday margin deficit: a share, amounts in $, calendar days; and
    whether the legs of an order are one transaction.

    Rule: FINRA 4210(d)(2), (g)(1)(K).
    """

    intraday_practice_equity_rate: float
    intraday_practice_amount: float
    intraday_freeze_days: int
    intraday_portfolio_equity: float
    order_is_one_transaction: bool


@_section("finra_4210/pattern_day_trading.toml")
class PatternDayTrading:
    """Who is a pattern day trader, and what is asked: counts, days, $, shares, $ per unit.

    Rule: FINRA 4210(f)(8)(B).
    """

    pattern_day_trades: int
    pattern_business_days: int
    pattern_trade_share: float
    pattern_least_equity: float
    pattern_buying_power_multiple: int
    pattern_days_to_meet: int
    pattern_freeze_days: int
    pattern_portfolio_equity: float
    pattern_rate: float
    pattern_rate_not_eligible: float
    pattern_multiple_after_excess: int
    pattern_portfolio_rate: float
    pattern_portfolio_option_rate: ByClass[float]
    pattern_portfolio_option_minimum: float


@_section("finra_4210/minimum_equity.toml")
class MinimumEquity:
    """Least equity of a margin account, $. Rule: FINRA 4210(b)(4)."""

    margin_minimum_equity: float


@_section("reg_t/special_memorandum_account.toml")
class SpecialMemorandumAccount:
    """Whether a balance of the special memorandum account stands when the market falls.

    Rule: 12 CFR 220.5.
    """

    sma_outlasts_falls: bool


@cache
def regulation(section: type) -> RuleSet:
    """The rule set of a section's file; its parameters must be exactly the section's fields."""
    file = SECTIONS[section]
    return regulation_from(file, packaged(file), [f.name for f in fields(section)])


def regulations() -> tuple[RuleSet, ...]:
    """Every rule set of the regulation."""
    return tuple(regulation(section) for section in SECTIONS)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter of the regulation by name."""
    return {p.name: p for rule_set in regulations() for p in rule_set.parameters.values()}


def parameter_names() -> tuple[str, ...]:
    """Every parameter of the rulebook, as `look_up` knows it."""
    return tuple(parameters())


@cache
def names_of_values() -> Mapping[str, tuple[str, str]]:
    """Parameter and key by the full name of the value: `valuation_range_up_stock`."""
    return {full_name(p.name, key): (p.name, key) for p in parameters().values() for key in p.keys}


@cache
def overridable_names() -> tuple[str, ...]:
    """Every value that a user's settings may raise, by its full name."""
    return tuple(
        full for full, (name, _) in names_of_values().items() if parameters()[name].overridable
    )
