"""What strategy-based margin needs of the rulebook on a date: Reg T, FINRA 4210, house, user.

Each value starts as the regulation's, is raised by the house where the house asks more, and is
raised again by the user's setting. A reading that the rule leaves open is the user's to choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.instruments import UnderlyingClass
from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, Standing, house_named
from xlmargin.rulebook.parameters import Parameter, full_name
from xlmargin.rulebook.standings import (
    ByClass,
    Overrides,
    by_class,
    checked_overrides,
    citations,
    remarks,
    standings,
)


@dataclass(frozen=True)
class StockRules:
    """Stock and funds: shares of their value, and $ per share; short ones on top of the value.

    Rule: 12 CFR 220.12(a), (c), (e); FINRA 4210(c), (e)(1).
    """

    long_initial_rate: float
    short_initial_rate: float
    nonmarginable_rate: float
    convertible_relief: bool
    long_maintenance_rate: float
    short_maintenance_rate: float
    short_minimum: float
    low_price: float
    low_priced_short_rate: float
    low_priced_short_minimum: float
    against_the_box_rate: float
    leverage_multiplies: bool
    cap_leveraged_long: bool
    cap_leveraged_short: bool


@dataclass(frozen=True)
class LongOptionRules:
    """Long options: share of the value asked where they have loan value, and how long they live.

    Rule: FINRA 4210(f)(2)(B), (D).
    """

    rate: Mapping[UnderlyingClass, float]
    months: int


@dataclass(frozen=True)
class ShortOptionRules:
    """Uncovered short options: shares of the underlying's value, or of the strike.

    `uncovered_minimum`, $ per unit, is a house's; the rule has none.
    `product_*` rates go by the underlying's symbol in small letters, or by the product's name.
    Rule: FINRA 4210(f)(2)(E)(i).
    """

    underlying_rate: Mapping[UnderlyingClass, float]
    minimum_rate: Mapping[UnderlyingClass, float]
    product_underlying_rate: Mapping[str, float]
    product_minimum_rate: Mapping[str, float]
    uncovered_minimum: float
    leverage_multiplies: bool
    leverage_multiplies_index: bool
    cap_put_at_strike: bool


@dataclass(frozen=True)
class SpreadRules:
    """Spreads: which options make one, and the share of a European box's strike difference.

    Rule: FINRA 4210(f)(2)(A)(xxxii), (H)(i), (H)(v)e.
    """

    any_number_of_legs: bool
    same_expiry_only: bool
    all_shorts_before_nearest_long: bool
    european_calendars: bool
    european_box_rate: float


@dataclass(frozen=True)
class HedgedStockRules:
    """Stock hedged with options. Rule: FINRA 4210(f)(2)(H)(v)."""

    rate: float
    hedged_short_at_strike: bool
    long_may_expire_later: bool


@dataclass(frozen=True)
class CashAccountRules:
    """Cash accounts: shares of the cost and of the strike. Rule: 12 CFR 220.8."""

    payment_rate: float
    secured_put_rate: float


@dataclass(frozen=True)
class StrategyRules:
    """The numbers of strategy-based margin on a date, under a house.

    `citations` go by parameter, by the full name of a value, and by the house; `remarks` by full
    name.
    """

    as_of: date
    house: str
    stock: StockRules
    long_options: LongOptionRules
    short_options: ShortOptionRules
    spreads: SpreadRules
    hedged_stock: HedgedStockRules
    cash_account: CashAccountRules
    citations: Mapping[str, str]
    remarks: Mapping[str, str]


def strategy_rules(
    as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> StrategyRules:
    """The rules of strategy-based margin in force on the date, raised by house and overrides.

    Overrides go by the full name of a value: `underlying_rate_stock`, `same_expiry_only`.
    """
    return _assembled(as_of, house_named(house), checked_overrides(overrides or {}))


@dataclass(frozen=True)
class _InForce:
    """The values in force, as the rules want them: one, yes or no, by class, by product."""

    as_of: date
    standing: Mapping[str, Standing]

    def one(self, parameter: Parameter) -> float:
        return self.standing[parameter.name].value

    def yes(self, parameter: Parameter) -> bool:
        return bool(self.one(parameter))

    def by_class(self, parameter: Parameter) -> ByClass[float]:
        return by_class(
            self.as_of, parameter, lambda c: self.standing[full_name(parameter.name, c)].value
        )

    def by_product(self, parameter: Parameter) -> Mapping[str, float]:
        names = {key: full_name(parameter.name, key) for key in parameter.keys}
        return {k: self.standing[name].value for k, name in names.items() if name in self.standing}


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: Overrides) -> StrategyRules:
    standing = standings(rule_sets.STRATEGY, as_of, house, overrides)
    found = _InForce(as_of, standing)
    return StrategyRules(
        as_of=as_of,
        house=house,
        stock=_stock(found),
        long_options=_long_options(found),
        short_options=_short_options(found),
        spreads=_spreads(found),
        hedged_stock=_hedged_stock(found),
        cash_account=_cash_account(found),
        citations=citations(house, standing),
        remarks=remarks(house, standing),
    )


def _stock(found: _InForce) -> StockRules:
    initial = rule_sets.stated(rule_sets.RegTStock)
    after = rule_sets.stated(rule_sets.StrategyStock)
    return StockRules(
        long_initial_rate=found.one(initial.long_stock_initial_rate),
        short_initial_rate=found.one(initial.short_stock_initial_rate),
        nonmarginable_rate=found.one(initial.nonmarginable_rate),
        convertible_relief=found.yes(initial.convertible_relief),
        long_maintenance_rate=found.one(after.long_stock_maintenance_rate),
        short_maintenance_rate=found.one(after.short_stock_maintenance_rate),
        short_minimum=found.one(after.short_stock_minimum),
        low_price=found.one(after.low_price),
        low_priced_short_rate=found.one(after.low_priced_short_rate),
        low_priced_short_minimum=found.one(after.low_priced_short_minimum),
        against_the_box_rate=found.one(after.against_the_box_rate),
        leverage_multiplies=found.yes(after.leveraged_fund_factor),
        cap_leveraged_long=found.yes(after.leveraged_long_cap),
        cap_leveraged_short=found.yes(after.leveraged_short_cap),
    )


def _long_options(found: _InForce) -> LongOptionRules:
    options = rule_sets.stated(rule_sets.StrategyLongOptions)
    return LongOptionRules(
        rate=found.by_class(options.long_option_rate),
        months=int(found.one(options.long_option_months)),
    )


def _short_options(found: _InForce) -> ShortOptionRules:
    options = rule_sets.stated(rule_sets.StrategyShortOptions)
    return ShortOptionRules(
        underlying_rate=found.by_class(options.underlying_rate),
        minimum_rate=found.by_class(options.minimum_rate),
        product_underlying_rate=found.by_product(options.product_underlying_rate),
        product_minimum_rate=found.by_product(options.product_minimum_rate),
        uncovered_minimum=found.one(options.uncovered_minimum),
        leverage_multiplies=found.yes(options.leveraged_option_factor),
        leverage_multiplies_index=found.yes(options.leveraged_index_option_factor),
        cap_put_at_strike=found.yes(options.short_put_cap),
    )


def _spreads(found: _InForce) -> SpreadRules:
    spreads = rule_sets.stated(rule_sets.StrategySpreads)
    return SpreadRules(
        any_number_of_legs=found.yes(spreads.general_spread_rule),
        same_expiry_only=found.yes(spreads.same_expiry_only),
        all_shorts_before_nearest_long=found.yes(spreads.all_shorts_before_nearest_long),
        european_calendars=found.yes(spreads.european_calendar_spreads),
        european_box_rate=found.one(spreads.european_box_rate),
    )


def _hedged_stock(found: _InForce) -> HedgedStockRules:
    hedges = rule_sets.stated(rule_sets.StrategyHedgedStock)
    return HedgedStockRules(
        rate=found.one(hedges.hedge_rate),
        hedged_short_at_strike=found.yes(hedges.hedged_short_at_strike),
        long_may_expire_later=found.yes(hedges.long_hedge_may_expire_later),
    )


def _cash_account(found: _InForce) -> CashAccountRules:
    cash = rule_sets.stated(rule_sets.CashAccount)
    return CashAccountRules(
        payment_rate=found.one(cash.cash_payment_rate),
        secured_put_rate=found.one(cash.cash_secured_put_rate),
    )
