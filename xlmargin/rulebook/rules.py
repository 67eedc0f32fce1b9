"""The rules in force on a date: sections of the rulebook, as regulation, house and user state them.

Each value starts as the regulation's, is raised by the house where the house asks more, and is
raised again by the user's setting; a reading that the rule leaves open is the user's to choose. Of
every bundle, `citations` go by parameter, by the full name of a value, by section, and by `house`;
`remarks` by full name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, lru_cache, partial
from typing import Final, TypeVar, get_args, get_type_hints

from xlmargin.rulebook import sections
from xlmargin.rulebook.parameters import Parameter, full_name
from xlmargin.rulebook.sections import ByClass, ValuationRange, ValueInForce, by_key, regulation
from xlmargin.rulebook.values_in_force import (
    RULE,
    Overrides,
    changes,
    checked_overrides,
    citations,
    house_named,
    remarks,
    values_in_force,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rules:
    """Rules in force on a date, under a house, and where they are stated."""

    as_of: date
    house: str
    citations: Mapping[str, str]
    remarks: Mapping[str, str]
    changes: tuple[str, ...]
    """What house and settings raised or chose: "raised by a setting: long_stock_initial_rate"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PortfolioRules(Rules):
    """The numbers of portfolio margin."""

    valuation_points: sections.ValuationPointRule
    contract_minimums: sections.ContractMinimums
    aggregation: sections.Aggregation
    eligible_products: sections.EligibleProducts

    @property
    def ranges(self) -> ByClass[ValuationRange]:
        """The regulation's ranges, whatever the house and the user's settings."""
        return rules_in_force(PortfolioRules, self.as_of).valuation_points.ranges

    @property
    def house_ranges(self) -> ByClass[ValuationRange]:
        """The ranges as raised; the regulation's where house and settings ask no more."""
        return self.valuation_points.ranges


@dataclass(frozen=True, kw_only=True, eq=False)
class StrategyRules(Rules):
    """The numbers of strategy-based margin.

    One object for the same date, house and overrides, so that it may be part of a key.
    """

    reg_t_stock: sections.RegTStock
    cash_account: sections.CashAccount
    stock: sections.StrategyStock
    exempt_securities: sections.StrategyExemptSecurities
    concentration: sections.StrategyConcentration
    long_options: sections.StrategyLongOptions
    short_options: sections.StrategyShortOptions
    spreads: sections.StrategySpreads
    hedged_stock: sections.StrategyHedgedStock

    @property
    def has_add_ons(self) -> tuple[bool, bool, bool]:
        """Whether the house asks any add-on by volume, by shares outstanding, and by industry."""
        steps = self.concentration
        columns = (steps.volume_add_on, steps.ownership_add_on, steps.industry_add_on)
        by_volume, by_ownership, by_industry = (any(column.values()) for column in columns)
        return by_volume, by_ownership, by_industry

    @property
    def adds_by_gross(self) -> bool:
        """Whether the house asks add-ons by share of the account's gross, which its classes make.

        The classes of an account do not add up then.
        """
        steps = self.concentration
        columns = (steps.long_gross_add_on, steps.short_gross_add_on, steps.industry_add_on)
        return any(any(column.values()) for column in columns)


@dataclass(frozen=True, kw_only=True)
class CallRules(Rules):
    """The business days to meet margin calls: a house may want the money sooner, never later."""

    payment_period: sections.PaymentPeriod
    margin_calls: sections.MarginCalls


@dataclass(frozen=True, kw_only=True)
class EligibilityRules(Rules):
    """Who may have a portfolio margin account."""

    portfolio_eligibility: sections.PortfolioEligibility


@dataclass(frozen=True, kw_only=True)
class AccountRules(Rules):
    """The numbers of the account as a whole: its least equity, and what its SMA keeps."""

    minimum_equity: sections.MinimumEquity
    special_memorandum_account: sections.SpecialMemorandumAccount


@dataclass(frozen=True, kw_only=True)
class IntradayRules(Rules):
    """The numbers of intraday margin."""

    margin: sections.IntradayMargin

    @property
    def portfolio_equity(self) -> float:
        """Equity, $, from which a portfolio margin account is outside these rules."""
        return self.margin.intraday_portfolio_equity

    @property
    def portfolio_rule(self) -> str:
        """Where that is stated."""
        return self.citations["intraday_portfolio_equity"]

    @property
    def rule(self) -> str:
        """Where most of these numbers are stated."""
        return self.citations["intraday_practice_amount"]


@dataclass(frozen=True, kw_only=True)
class PatternRules(Rules):
    """The numbers of pattern day trading."""

    pattern: sections.PatternDayTrading

    @property
    def portfolio_equity(self) -> float:
        """Equity, $, from which a portfolio margin account is outside these rules."""
        return self.pattern.pattern_portfolio_equity

    @property
    def portfolio_rule(self) -> str:
        """Where that is stated."""
        return self.citations["pattern_portfolio_equity"]

    @property
    def rule(self) -> str:
        """Where most of these numbers are stated."""
        return self.citations["pattern_day_trades"]


_R = TypeVar("_R", bound=Rules)


def rules_in_force(
    rules: type[_R], as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> _R:
    """The rules in force on the date, raised by the house and the overrides.

    Overrides go by the full name of a value: `contract_minimum`, `valuation_range_up_stock`,
    `same_expiry_only`. Refused on a date on which a number that is not divided has no value.
    """
    made: type = rules
    found = _in_force(made, as_of, house, tuple((overrides or {}).items()))
    assert isinstance(found, rules)
    return found


def for_prices_of(rules: _R, day: date) -> _R:
    """The rules as they are in force on their date, for prices of another day.

    Strategy-based rules count the time to an expiration from the day of the prices.
    """
    found: object = rules
    if isinstance(found, StrategyRules) and found.as_of != day:
        found = _counting_from(found, day)
    assert isinstance(found, type(rules))
    return found


@lru_cache(maxsize=4096)
def _counting_from(rules: StrategyRules, day: date) -> StrategyRules:
    return replace(rules, as_of=day)


portfolio_rules: Final = partial(rules_in_force, PortfolioRules)
strategy_rules: Final = partial(rules_in_force, StrategyRules)
call_rules: Final = partial(rules_in_force, CallRules)
eligibility_rules: Final = partial(rules_in_force, EligibilityRules)
account_rules: Final = partial(rules_in_force, AccountRules)
intraday_rules: Final = partial(rules_in_force, IntradayRules)
pattern_rules: Final = partial(rules_in_force, PatternRules)


def why_not_in_force(rules: type, day: date) -> str:
    """Why the rules have a number without a value on the day; "" where they have none."""
    stated = (p for s in _sections(rules).values() for p in regulation(s).parameters.values())
    refusals = (parameter.refusal(day) for parameter in stated if not parameter.by)
    return next(filter(None, refusals), "")


@lru_cache(maxsize=4096)
def _in_force(rules: type, as_of: date, house: str, overrides: Overrides) -> object:
    house, overrides = house_named(house), checked_overrides(dict(overrides))
    made_of = _sections(rules)
    names = {f.name for section in made_of.values() for f in fields(section)}
    values = values_in_force(names, as_of, house, overrides)
    by_section = {name: regulation(section).citation for name, section in made_of.items()}
    return rules(
        as_of=as_of,
        house=house,
        citations={**citations(house, values), **by_section},
        remarks=remarks(house, values),
        changes=changes(names, values),
        **{name: _section(section, as_of, values) for name, section in made_of.items()},
    )


_types: Final = cache(get_type_hints)


@cache
def _sections(rules: type) -> Mapping[str, type]:
    return {name: hint for name, hint in _types(rules).items() if hint in sections.SECTIONS}


def _section(section: type, as_of: date, values: Mapping[str, ValueInForce]) -> object:
    stated = regulation(section).parameters
    return section(**{n: _read(t, stated[n], as_of, values) for n, t in _types(section).items()})


def _read(
    wanted: type, parameter: Parameter, as_of: date, values: Mapping[str, ValueInForce]
) -> object:
    """A value as its field's type says: one, or one for each key that has it on the date."""
    if not parameter.by:
        return wanted(values[parameter.name].value)
    key_type, value_type = get_args(wanted)
    found = {}
    for key in map(key_type, parameter.keys):
        if value := values.get(full_name(parameter.name, key)):
            found[key] = value if value_type is ValueInForce else value_type(value.value)
    return by_key(found, partial(parameter.in_force, as_of))
