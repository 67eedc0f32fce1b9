"""The rule sets of portfolio margin and of strategy-based margin, a frozen dataclass each.

The fields are the file's parameters by name; a file that lacks one, or has another, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Final, TypeVar

from xlmargin.rulebook.files import packaged
from xlmargin.rulebook.loader import regulation_from
from xlmargin.rulebook.parameters import Parameter, RuleSet

_R = TypeVar("_R")


@dataclass(frozen=True)
class ValuationPoints:
    """How far from the present price, and at how many points, theoretical value is taken.

    Rule: FINRA 4210(g)(2).
    """

    valuation_range_up: Parameter
    valuation_range_down: Parameter
    valuation_points_per_side: Parameter
    leverage_multiplies_range: Parameter


@dataclass(frozen=True)
class ContractMinimums:
    """The least requirement per contract.

    Rule: FINRA 4210(g)(7).
    """

    contract_minimum: Parameter
    long_contract_minimum_cap: Parameter
    short_option_minimum: Parameter


@dataclass(frozen=True)
class Aggregation:
    """Which share of a gain offsets the losses of other groups.

    Rule: FINRA 4210(g)(8).
    """

    product_group_offset: Parameter
    portfolio_group_offset: Parameter


@dataclass(frozen=True)
class RegTStock:
    """Initial margin of stock, and of what is not margin stock.

    Rule: 12 CFR 220.12(a), (c), (e).
    """

    long_stock_initial_rate: Parameter
    short_stock_initial_rate: Parameter
    nonmarginable_rate: Parameter
    convertible_relief: Parameter


@dataclass(frozen=True)
class CashAccount:
    """What is deposited in a cash account.

    Rule: 12 CFR 220.8; FINRA 4210(f)(2)(N).
    """

    cash_payment_rate: Parameter
    cash_secured_put_rate: Parameter


@dataclass(frozen=True)
class StrategyStock:
    """Maintenance of stock and funds, long and short.

    Rule: FINRA 4210(c).
    """

    long_stock_maintenance_rate: Parameter
    short_stock_maintenance_rate: Parameter
    short_stock_minimum: Parameter
    low_price: Parameter
    low_priced_short_rate: Parameter
    low_priced_short_minimum: Parameter
    against_the_box_rate: Parameter
    leveraged_fund_factor: Parameter
    leveraged_long_cap: Parameter
    leveraged_short_cap: Parameter


@dataclass(frozen=True)
class StrategyLongOptions:
    """Loan value of long options.

    Rule: FINRA 4210(f)(2)(B), (D).
    """

    long_option_rate: Parameter
    long_option_months: Parameter


@dataclass(frozen=True)
class StrategyShortOptions:
    """Options carried short and uncovered.

    Rule: FINRA 4210(f)(2)(E)(i).
    """

    underlying_rate: Parameter
    minimum_rate: Parameter
    product_underlying_rate: Parameter
    product_minimum_rate: Parameter
    uncovered_minimum: Parameter
    leveraged_option_factor: Parameter
    leveraged_index_option_factor: Parameter
    short_put_cap: Parameter


@dataclass(frozen=True)
class StrategySpreads:
    """What is a spread, and the long box of European options.

    Rule: FINRA 4210(f)(2)(A)(xxxii), (H)(i).
    """

    general_spread_rule: Parameter
    same_expiry_only: Parameter
    all_shorts_before_nearest_long: Parameter
    european_calendar_spreads: Parameter
    european_box_rate: Parameter


@dataclass(frozen=True)
class StrategyHedgedStock:
    """Stock hedged with options.

    Rule: FINRA 4210(f)(2)(H)(v).
    """

    hedge_rate: Parameter
    hedged_short_at_strike: Parameter
    long_hedge_may_expire_later: Parameter


@dataclass(frozen=True)
class PaymentPeriod:
    """When an initial requirement must be paid.

    Rule: 12 CFR 220.2.
    """

    settlement_days: Parameter
    payment_days_after_settlement: Parameter
    extension_amount: Parameter


@dataclass(frozen=True)
class MarginCalls:
    """When a deficiency must be met.

    Rule: FINRA 4210(d)(2), (f)(6), (g)(9), (g)(10).
    """

    days_to_meet: Parameter


@dataclass(frozen=True)
class IntradayMargin:
    """What follows from an intraday margin deficit, and which accounts are outside.

    Rule: FINRA 4210(d)(2), (g)(1)(K).
    """

    intraday_practice_equity_rate: Parameter
    intraday_practice_amount: Parameter
    intraday_freeze_days: Parameter
    intraday_portfolio_equity: Parameter


@dataclass(frozen=True)
class PatternDayTrading:
    """Who is a pattern day trader, and what is asked of one.

    Rule: FINRA 4210(f)(8)(B).
    """

    pattern_day_trades: Parameter
    pattern_business_days: Parameter
    pattern_trade_share: Parameter
    pattern_least_equity: Parameter
    pattern_buying_power_multiple: Parameter
    pattern_days_to_meet: Parameter
    pattern_freeze_days: Parameter
    pattern_portfolio_equity: Parameter


@dataclass(frozen=True)
class MinimumEquity:
    """Least equity of a margin account.

    Rule: FINRA 4210(b)(4).
    """

    margin_minimum_equity: Parameter


@dataclass(frozen=True)
class SpecialMemorandumAccount:
    """What is left of a credit when the market falls.

    Rule: 12 CFR 220.5.
    """

    sma_outlasts_falls: Parameter


@dataclass(frozen=True)
class PortfolioEligibility:
    """Who may have a portfolio margin account.

    Rule: FINRA 4210(g)(4), (g)(5).
    """

    portfolio_minimum_equity: Parameter
    equity_to_open: Parameter
    equity_to_keep: Parameter
    unlisted_derivatives_equity: Parameter
    uncovered_option_approval: Parameter
    retirement_accounts: Parameter
    application: Parameter
    experience_years: Parameter
    signed_disclosure: Parameter
    signed_agreement: Parameter
    final_review: Parameter


VALUATION_POINTS: Final = "finra_4210/valuation_points.toml"
CONTRACT_MINIMUMS: Final = "finra_4210/contract_minimums.toml"
AGGREGATION: Final = "finra_4210/aggregation.toml"
REG_T_STOCK: Final = "reg_t/stock.toml"
CASH_ACCOUNT: Final = "reg_t/cash_account.toml"
STRATEGY_STOCK: Final = "finra_4210/strategy_stock.toml"
STRATEGY_LONG_OPTIONS: Final = "finra_4210/strategy_long_options.toml"
STRATEGY_SHORT_OPTIONS: Final = "finra_4210/strategy_short_options.toml"
STRATEGY_SPREADS: Final = "finra_4210/strategy_spreads.toml"
STRATEGY_HEDGED_STOCK: Final = "finra_4210/strategy_hedged_stock.toml"
PAYMENT_PERIOD: Final = "reg_t/payment_period.toml"
MARGIN_CALLS: Final = "finra_4210/margin_calls.toml"
INTRADAY_MARGIN: Final = "finra_4210/intraday_margin.toml"
PATTERN_DAY_TRADING: Final = "finra_4210/pattern_day_trading.toml"
MINIMUM_EQUITY: Final = "finra_4210/minimum_equity.toml"
SPECIAL_MEMORANDUM_ACCOUNT: Final = "reg_t/special_memorandum_account.toml"
PORTFOLIO_ELIGIBILITY: Final = "finra_4210/portfolio_eligibility.toml"

PORTFOLIO: Final = (VALUATION_POINTS, CONTRACT_MINIMUMS, AGGREGATION)
"""Files of portfolio margin."""
STRATEGY: Final = (
    REG_T_STOCK,
    CASH_ACCOUNT,
    STRATEGY_STOCK,
    STRATEGY_LONG_OPTIONS,
    STRATEGY_SHORT_OPTIONS,
    STRATEGY_SPREADS,
    STRATEGY_HEDGED_STOCK,
)
"""Files of strategy-based margin."""
CALLS: Final = (PAYMENT_PERIOD, MARGIN_CALLS)
"""Files of the days to meet margin calls."""
ACCOUNT: Final = (MINIMUM_EQUITY, SPECIAL_MEMORANDUM_ACCOUNT)
"""Files of the account as a whole."""

_FIELDS_OF: Final = {
    VALUATION_POINTS: ValuationPoints,
    CONTRACT_MINIMUMS: ContractMinimums,
    AGGREGATION: Aggregation,
    REG_T_STOCK: RegTStock,
    CASH_ACCOUNT: CashAccount,
    STRATEGY_STOCK: StrategyStock,
    STRATEGY_LONG_OPTIONS: StrategyLongOptions,
    STRATEGY_SHORT_OPTIONS: StrategyShortOptions,
    STRATEGY_SPREADS: StrategySpreads,
    STRATEGY_HEDGED_STOCK: StrategyHedgedStock,
    PAYMENT_PERIOD: PaymentPeriod,
    MARGIN_CALLS: MarginCalls,
    PORTFOLIO_ELIGIBILITY: PortfolioEligibility,
    INTRADAY_MARGIN: IntradayMargin,
    PATTERN_DAY_TRADING: PatternDayTrading,
    MINIMUM_EQUITY: MinimumEquity,
    SPECIAL_MEMORANDUM_ACCOUNT: SpecialMemorandumAccount,
}

_FILE_OF: Final = {rules: file for file, rules in _FIELDS_OF.items()}


@cache
def regulation(file: str) -> RuleSet:
    """The rule set of one of the regulation's files."""
    return regulation_from(file, packaged(file), [f.name for f in fields(_FIELDS_OF[file])])


def stated(rules: type[_R]) -> _R:
    """The parameters of a rule set, as the regulation's file states them."""
    return rules(**regulation(_FILE_OF[rules]).parameters)


def regulations() -> tuple[RuleSet, ...]:
    """Every rule set of the regulation."""
    return tuple(regulation(file) for file in _FIELDS_OF)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter of the regulation by name."""
    return {p.name: p for rule_set in regulations() for p in rule_set.parameters.values()}
