"""The state of the account as a tall table: a row a figure, and a column each for several accounts.

The order of the rows is part of the contract with workbooks: later rows are only ever appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.account import AccountState, RegimeState
from xlmargin.arrays import FloatArray
from xlmargin.reports.table import Table, Value, numbers
from xlmargin.strategy_margin import RequirementKind
from xlmargin.strategy_margin.display.explanation import REGIME

NOT_PERMITTED: Final = "not permitted"
"""What stands for margin in a cash account."""

NONE: Final = "none"
"""No move of those searched takes the excess away; no call is due; no amount is stated."""

DOLLARS: Final = "$"
FRACTION: Final = "fraction"
DATE: Final = "date"
TEXT: Final = "text"

EQUITY: Final = "FINRA 4210(a)(5)"
STRATEGY_EQUITY: Final = "FINRA 4210(a)(5), (f)(2)(B)"
PORTFOLIO_EQUITY: Final = "FINRA 4210(g)(11)"
REG_T: Final = "12 CFR 220.4(b), 220.12"
PAID_IN_FULL: Final = "12 CFR 220.8"
BOX: Final = "FINRA 4210(f)(2)(H)(v)e"
PRACTICE: Final = "industry practice"
_LEAST: Final = ("minimum equity", "minimum equity deficiency")
MOVES: Final = "first move of all underlyings, of -99% to 100% searched, that leaves no excess"


@dataclass(frozen=True)
class Figure:
    """One row: what it is, its unit, over all accounts, the rule, and by account."""

    name: str
    unit: str
    total: Value
    rule: str
    by_account: list[Value]


def account_table(state: AccountState) -> Table:
    """Every figure of the account.

    Totals of dollars are sums, of fractions the fraction of the sums; the total of moves is the one
    that comes first for any account, that of dates the earliest.
    """
    accounts = [name or "account" for name in state.values.accounts]
    several = len(accounts) > 1
    return Table(
        ("figure", "unit", "total", "rule", *(accounts if several else ())),
        [
            [f.name, f.unit, f.total, f.rule, *(f.by_account if several else [])]
            for part in (_values, _requirements, _buying_power, _distances, _least_equity, _calls)
            for f in part(state)
        ],
    )


def _values(state: AccountState) -> Iterator[Figure]:
    values = state.values
    yield _dollars("account value", values.net_liquidation_value, EQUITY)
    yield _dollars("cash", values.cash, EQUITY)
    yield _dollars("long market value", values.long_market_value, EQUITY)
    yield _dollars("short market value", values.short_market_value, EQUITY)
    yield _dollars("long option value", values.long_option_value, PORTFOLIO_EQUITY)
    yield _dollars("short option value", values.short_option_value, PORTFOLIO_EQUITY)
    yield _dollars("option value", values.option_value, PORTFOLIO_EQUITY)


def _requirements(state: AccountState) -> Iterator[Figure]:
    strategy, margin = state.strategy, state.margin
    whole = REGIME.of(RequirementKind.MAINTENANCE) if margin else PAID_IN_FULL
    yield _dollars("strategy equity", strategy.now.equity, STRATEGY_EQUITY)
    if margin:
        yield _dollars("Reg T requirement", margin.reg_t.requirement, REG_T)
        yield _dollars("Reg T excess", margin.reg_t.excess, REG_T)
    else:
        yield from _not_permitted(state, DOLLARS, "Reg T requirement", "Reg T excess")
    yield _dollars("strategy requirement", strategy.now.requirement, _with_house(whole, state))
    yield _dollars("strategy excess", strategy.now.excess, whole)
    yield _dollars("strategy requirement, rule alone", strategy.bare_requirement, whole)
    if margin is None:
        names = ("equity", "requirement", "excess", "requirement, rule alone")
        yield from _not_permitted(state, DOLLARS, *(f"portfolio {name}" for name in names))
        yield from _not_permitted(state, FRACTION, "portfolio requirement / account value")
        return
    portfolio = margin.portfolio.regime
    now, rule = portfolio.now, state.citations["aggregation"]
    yield _dollars("portfolio equity", now.equity, PORTFOLIO_EQUITY)
    yield _dollars("portfolio requirement", now.requirement, _with_house(rule, state))
    yield _dollars("portfolio excess", now.excess, rule)
    yield _dollars("portfolio requirement, rule alone", portfolio.bare_requirement, rule)
    yield _fraction("portfolio requirement / account value", now.requirement, now.equity, rule)


def _buying_power(state: AccountState) -> Iterator[Figure]:
    values, power = state.values, state.buying_power
    rule = f"{REG_T}; {PRACTICE}" if state.margin else PAID_IN_FULL
    if state.margin:
        yield _dollars("SMA", state.margin.sma, state.citations["sma_outlasts_falls"])
    else:
        yield from _not_permitted(state, DOLLARS, "SMA")
    yield _dollars("stock buying power", power.stock, rule)
    yield _dollars("option buying power", power.options, rule)
    if state.margin:
        single = state.citations["valuation_range_down_stock"]
        yield _dollars("portfolio buying power", state.margin.portfolio.buying_power, single)
    else:
        yield from _not_permitted(state, DOLLARS, "portfolio buying power")
    gross = values.long_market_value + values.short_market_value
    gross = gross + values.long_option_value + values.short_option_value
    counted = "stock and options at market value, long and short added up / account value"
    yield _fraction("leverage", gross, values.net_liquidation_value, counted)


def _distances(state: AccountState) -> Iterator[Figure]:
    value = state.values.net_liquidation_value
    yield from _distances_under("strategy", state.strategy, value)
    if state.margin:
        yield from _distances_under("portfolio", state.margin.portfolio.regime, value)
    else:
        names = ("portfolio cushion", "portfolio move down", "portfolio move up")
        yield from _not_permitted(state, FRACTION, *names)


def _distances_under(name: str, regime: RegimeState, account_value: FloatArray) -> Iterator[Figure]:
    excess = regime.now.excess
    yield _fraction(f"{name} cushion", excess, account_value, "excess / account value")
    yield _move(f"{name} move down", regime.move_down)
    yield _move(f"{name} move up", regime.move_up)


def _least_equity(state: AccountState) -> Iterator[Figure]:
    if state.margin is None:
        yield from _not_permitted(state, DOLLARS, *_LEAST, *(f"portfolio {n}" for n in _LEAST))
        yield from _not_permitted(state, DATE, "portfolio minimum equity due")
        return
    rule = state.citations["margin_minimum_equity"]
    yield _dollars(_LEAST[0], state.margin.minimum_equity, rule)
    yield _dollars(_LEAST[1], state.margin.minimum_equity_deficiency, rule)
    portfolio, rule = state.margin.portfolio, state.citations["equity_to_keep"]
    if portfolio.minimum_equity:
        least = np.full(len(portfolio.buying_power), portfolio.minimum_equity)
        yield _dollars(f"portfolio {_LEAST[0]}", least, rule)
        yield _dollars(f"portfolio {_LEAST[1]}", portfolio.minimum_equity_deficiency, rule)
    else:
        yield from _same(state, DOLLARS, NONE, rule, *(f"portfolio {name}" for name in _LEAST))
    rule = state.citations["days_to_meet_minimum_equity"]
    yield _date("portfolio minimum equity due", portfolio.minimum_equity_due, rule)


def _calls(state: AccountState) -> Iterator[Figure]:
    rule = state.citations["days_to_meet_maintenance"] if state.margin else PAID_IN_FULL
    yield _dollars("strategy margin call", state.strategy.now.margin_call, rule)
    yield _date("strategy call due", state.strategy.call_due, rule)
    if state.margin:
        portfolio, rule = state.margin.portfolio.regime, state.citations["days_to_meet_portfolio"]
        yield _dollars("portfolio margin call", portfolio.now.margin_call, rule)
        yield _date("portfolio call due", portfolio.call_due, rule)
    else:
        yield from _not_permitted(state, DOLLARS, "portfolio margin call")
        yield from _not_permitted(state, DATE, "portfolio call due")
    kind = state.book.settings.account_type.value
    yield from _same(state, TEXT, kind, "setting account_type", "account type")
    yield _dollars("value added by long European boxes", state.values.value_added, BOX)


def _dollars(name: str, amounts: FloatArray, rule: str) -> Figure:
    return Figure(name, DOLLARS, float(amounts.sum()), rule, numbers(amounts))


def _fraction(name: str, over: FloatArray, under: FloatArray, rule: str) -> Figure:
    """A fraction of what is above zero; there is none of anything else."""
    parts, wholes = np.append(over, over.sum()), np.append(under, under.sum())
    found = np.full(len(parts), np.nan)
    np.divide(parts, wholes, out=found, where=wholes > 0)
    *by_account, total = numbers(found)
    return Figure(name, FRACTION, total, rule, by_account)


def _move(name: str, moves: FloatArray) -> Figure:
    known = moves[~np.isnan(moves)]
    nearest: Value = float(known[np.argmin(np.abs(known))]) + 0.0 if known.size else NONE
    return Figure(name, FRACTION, nearest, MOVES, _or_none(moves))


def _date(name: str, days: FloatArray, rule: str) -> Figure:
    known = days[~np.isnan(days)]
    return Figure(name, DATE, float(np.min(known)) if known.size else NONE, rule, _or_none(days))


def _or_none(found: FloatArray) -> list[Value]:
    return [NONE if np.isnan(value) else value + 0.0 for value in found.tolist()]


def _same(state: AccountState, unit: str, text: str, rule: str, *names: str) -> Iterator[Figure]:
    """Rows that say the same for every account."""
    count = len(state.values.accounts)
    return (Figure(name, unit, text, rule, [text] * count) for name in names)


def _not_permitted(state: AccountState, unit: str, *names: str) -> Iterator[Figure]:
    """Rows of a cash account for what needs margin."""
    return _same(state, unit, NOT_PERMITTED, PAID_IN_FULL, *names)


def _with_house(rule: str, state: AccountState) -> str:
    house = state.citations.get("house", "")
    return f"{rule}; {house}" if house else rule
