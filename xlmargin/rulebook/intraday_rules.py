"""What intraday margin, and the day trading rules before it, need of the rulebook on a day.

Each value starts as the regulation's, is made stricter by the house where the house asks more, and
again by the user's setting. On a day without such a rule there are no rules to answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, house_named
from xlmargin.rulebook.standings import Overrides, checked_overrides, standings


@dataclass(frozen=True)
class IntradayRules:
    """The numbers of intraday margin: a share, amounts in $, calendar days.

    `rule` is where most of them stand, `portfolio_rule` where `portfolio_equity` does.
    Rule: FINRA 4210(d)(2), (g)(1)(K).
    """

    practice_equity_rate: float
    practice_amount: float
    freeze_days: int
    portfolio_equity: float
    rule: str
    portfolio_rule: str


@dataclass(frozen=True)
class PatternRules:
    """The numbers of pattern day trading: counts, business and calendar days, $, a share.

    `rule` is where most of them stand, `portfolio_rule` where `portfolio_equity` does.
    Rule: FINRA 4210(f)(8)(B).
    """

    day_trades: int
    business_days: int
    trade_share: float
    least_equity: float
    buying_power_multiple: float
    days_to_meet: int
    freeze_days: int
    portfolio_equity: float
    rule: str
    portfolio_rule: str


def intraday_rules(
    day: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> IntradayRules:
    """The rules of intraday margin on a day; refused where they are not in force."""
    return _intraday(day, house_named(house), checked_overrides(overrides or {}))


def pattern_rules(
    day: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> PatternRules:
    """The rules of pattern day trading on a day; refused where no broker may use them any more."""
    return _pattern(day, house_named(house), checked_overrides(overrides or {}))


def intraday_refusal(day: date) -> str:
    """Why there is no intraday margin on a day; "" where there is."""
    return rule_sets.stated(rule_sets.IntradayMargin).intraday_freeze_days.refusal(day)


def pattern_refusal(day: date) -> str:
    """Why there is no pattern day trading on a day; "" where there is."""
    return rule_sets.stated(rule_sets.PatternDayTrading).pattern_day_trades.refusal(day)


@lru_cache(maxsize=4096)
def _intraday(day: date, house: str, overrides: Overrides) -> IntradayRules:
    rules = rule_sets.stated(rule_sets.IntradayMargin)
    standing = standings((rule_sets.INTRADAY_MARGIN,), day, house, overrides)
    return IntradayRules(
        practice_equity_rate=standing[rules.intraday_practice_equity_rate.name].value,
        practice_amount=standing[rules.intraday_practice_amount.name].value,
        freeze_days=int(standing[rules.intraday_freeze_days.name].value),
        portfolio_equity=standing[rules.intraday_portfolio_equity.name].value,
        rule=standing[rules.intraday_practice_amount.name].rule,
        portfolio_rule=standing[rules.intraday_portfolio_equity.name].rule,
    )


@lru_cache(maxsize=4096)
def _pattern(day: date, house: str, overrides: Overrides) -> PatternRules:
    rules = rule_sets.stated(rule_sets.PatternDayTrading)
    standing = standings((rule_sets.PATTERN_DAY_TRADING,), day, house, overrides)
    return PatternRules(
        day_trades=int(standing[rules.pattern_day_trades.name].value),
        business_days=int(standing[rules.pattern_business_days.name].value),
        trade_share=standing[rules.pattern_trade_share.name].value,
        least_equity=standing[rules.pattern_least_equity.name].value,
        buying_power_multiple=standing[rules.pattern_buying_power_multiple.name].value,
        days_to_meet=int(standing[rules.pattern_days_to_meet.name].value),
        freeze_days=int(standing[rules.pattern_freeze_days.name].value),
        portfolio_equity=standing[rules.pattern_portfolio_equity.name].value,
        rule=standing[rules.pattern_day_trades.name].rule,
        portfolio_rule=standing[rules.pattern_portfolio_equity.name].rule,
    )
