"""Which rules apply to an account's trading within a day, or why none do.

Intraday margin replaces pattern day trading from its first day; until the end of the phase-in a
broker may keep the old rules, account by account. Cash accounts are under neither, nor are
portfolio margin accounts with enough equity; others are margined for intraday risk by (g)(1)(K).

Rule: FINRA 4210(d)(2), (f)(8)(B), (g)(1)(K), (g)(13); Regulatory Notice 26-10.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, TypeAlias

from xlmargin.errors import InputError, Problem
from xlmargin.rulebook import (
    IntradayRules,
    PatternRules,
    intraday_rules,
    pattern_rules,
    why_not_in_force,
)
from xlmargin.settings import DayTradingRegime, Settings

DayRules: TypeAlias = IntradayRules | PatternRules

CASH_ACCOUNT: Final = "a cash account"
LARGE_ACCOUNT: Final = "a portfolio margin account with enough equity at the opening"
"""Why an account is under neither."""


def rules_on(day: dt.date, settings: Settings) -> DayRules:
    """The rules for trading within a day: those that the user chose, else by date.

    Refused where the rules that the user chose do not apply on the day.
    """
    if regime_on(day, settings) is DayTradingRegime.INTRADAY:
        return intraday_rules(day, settings.house, settings.overrides)
    return pattern_rules(day, settings.house, settings.overrides)


def regime_on(day: dt.date, settings: Settings) -> DayTradingRegime:
    """Which rules those are; refused as they are."""
    regime = settings.day_trading_regime
    if regime is DayTradingRegime.BY_DATE:
        begun = not why_not_in_force(IntradayRules, day)
        return DayTradingRegime.INTRADAY if begun else DayTradingRegime.PATTERN_DAY_TRADER
    chosen = IntradayRules if regime is DayTradingRegime.INTRADAY else PatternRules
    if refusal := why_not_in_force(chosen, day):
        found = f"{regime} for {day}"
        wanted = f"another regime, or nothing: {refusal.removesuffix('.')}"
        raise InputError([Problem("settings", 0, "day_trading_regime", found, wanted)])
    return regime
