"""The rules' numbers: dated, cited, typed."""

from xlmargin.rulebook.broker_words import BrokerTerm, broker_terms
from xlmargin.rulebook.look_up import look_up, rule_set_dates
from xlmargin.rulebook.parameters import UnderlyingClass
from xlmargin.rulebook.rules import (
    AccountRules,
    CallRules,
    EligibilityRules,
    IntradayRules,
    PatternRules,
    PortfolioRules,
    Rules,
    StrategyRules,
    account_rules,
    call_rules,
    eligibility_rules,
    for_prices_of,
    intraday_rules,
    pattern_rules,
    portfolio_rules,
    strategy_rules,
    why_not_in_force,
)
from xlmargin.rulebook.sections import ByKey, ValuationRange, overridable_names, parameter_names
from xlmargin.rulebook.values_in_force import house_names

__all__ = [
    "AccountRules",
    "BrokerTerm",
    "ByKey",
    "CallRules",
    "EligibilityRules",
    "IntradayRules",
    "PatternRules",
    "PortfolioRules",
    "Rules",
    "StrategyRules",
    "UnderlyingClass",
    "ValuationRange",
    "account_rules",
    "broker_terms",
    "call_rules",
    "eligibility_rules",
    "for_prices_of",
    "house_names",
    "intraday_rules",
    "look_up",
    "overridable_names",
    "parameter_names",
    "pattern_rules",
    "portfolio_rules",
    "rule_set_dates",
    "strategy_rules",
    "why_not_in_force",
]
