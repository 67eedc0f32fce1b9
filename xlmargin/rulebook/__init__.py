"""The rules' numbers: dated, cited, typed."""

from xlmargin.rulebook.account_rules import AccountRules, account_rules
from xlmargin.rulebook.call_rules import CallRules, call_rules
from xlmargin.rulebook.eligibility_rules import EligibilityRules, eligibility_rules
from xlmargin.rulebook.house import house_names
from xlmargin.rulebook.intraday_rules import (
    IntradayRules,
    PatternRules,
    intraday_refusal,
    intraday_rules,
    pattern_refusal,
    pattern_rules,
)
from xlmargin.rulebook.known_underlyings import KnownUnderlying, known_underlying
from xlmargin.rulebook.look_up import RuleSetDate, RuleValue, look_up, rule_set_dates
from xlmargin.rulebook.names import is_overridable, overridable_names, parameter_names
from xlmargin.rulebook.portfolio_rules import PortfolioRules, ValuationRange, portfolio_rules
from xlmargin.rulebook.strategy_rules import StrategyRules, strategy_rules

__all__ = [
    "AccountRules",
    "CallRules",
    "EligibilityRules",
    "IntradayRules",
    "KnownUnderlying",
    "PatternRules",
    "PortfolioRules",
    "RuleSetDate",
    "RuleValue",
    "StrategyRules",
    "ValuationRange",
    "account_rules",
    "call_rules",
    "eligibility_rules",
    "house_names",
    "intraday_refusal",
    "intraday_rules",
    "is_overridable",
    "known_underlying",
    "look_up",
    "overridable_names",
    "parameter_names",
    "pattern_refusal",
    "pattern_rules",
    "portfolio_rules",
    "rule_set_dates",
    "strategy_rules",
]
