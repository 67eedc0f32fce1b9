"""The state of the account as a tall table: a row a figure, and a column each for several accounts.

The order of the rows is part of the contract with workbooks: later rows are only ever appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.account import AccountState, MarginState, PortfolioState, stated_to_keep
from xlmargin.arrays import FloatArray
from xlmargin.book import rules_of_accounts
from xlmargin.cells.values import TableCell
from xlmargin.errors import MarginError
from xlmargin.reports.table import ReportTable, numbers, refused
from xlmargin.rulebook import eligibility_rules
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import RequirementKind
from xlmargin.strategy_margin.display.explanation import REGIME

NOT_PERMITTED: Final = "not permitted"
"""What stands for margin in a cash account."""

NONE: Final = "none"
"""No move of those searched takes the excess away; no call is due."""

NOT_STATED: Final = "not stated"
"""Nobody states the amount, and it is not known."""

DOLLARS: Final = "$"
FRACTION: Final = "fraction"
DATE: Final = "date"
TEXT: Final = "text"

EQUITY: Final = "FINRA 4210(a)(5)"
STRATEGY_EQUITY: Final = "FINRA 4210(a)(5), (f)(2)(B)"
PORTFOLIO_EQUITY: Final = "FINRA 4210(g)(11)"
REG_T: Final = "12 CFR 220.4(b), 220.12"
TODAY: Final = "on today's prices"
PAID_IN_FULL: Final = "12 CFR 220.8"
BOX: Final = "FINRA 4210(f)(2)(H)(v)e"
PRACTICE: Final = "industry practice"
REFUSES: Final = "refused"
_LEAST: Final = ("minimum equity", "minimum equity deficiency")
PORTFOLIO_DEFICIENCY: Final = f"portfolio {_LEAST[1]}"
MOVES: Final = "first move of all underlyings, of -99% to 100% searched, that leaves no excess"


@dataclass(frozen=True)
class AccountFigure:
    """One row: what it is, its unit, over all accounts, the rule, and by account."""

    name: str
    unit: str
    total: TableCell
    rule: str
    by_account: list[TableCell]


def account_table(state: AccountState) -> ReportTable:
    """Every figure of the account.

    Totals of dollars are sums, of fractions the fraction of the sums; the total of moves is the one
    that comes first for any account, that of dates the earliest. A regime that refuses the book
    says why in each of its rows.
    """
    accounts = [name or "account" for name in state.values.accounts]
    several = len(accounts) > 1
    return ReportTable(
        ("figure", "unit", "total", "rule", *(accounts if several else ())),
        [
            [f.name, f.unit, f.total, f.rule, *(f.by_account if several else [])]
            for f in account_figures(state)
        ],
    )


def account_figures(state: AccountState) -> list[AccountFigure]:
    """Every figure of the account, in the order of the table's rows."""
    parts = (_values, _requirements, _buying_power, _distances, _least_equity, _calls)
    return [figure for part in parts for figure in part(state)]


def _values(state: AccountState) -> Iterator[AccountFigure]:
    values = state.values
    yield _dollars("account value", values.net_liquidation_value, EQUITY)
    yield _dollars("cash", values.cash, EQUITY)
    yield _dollars("long market value", values.long_market_value, EQUITY)
    yield _dollars("short market value", values.short_market_value, EQUITY)
    yield _dollars("long option value", values.long_option_value, PORTFOLIO_EQUITY)
    yield _dollars("short option value", values.short_option_value, PORTFOLIO_EQUITY)
    yield _dollars("option value", values.option_value, PORTFOLIO_EQUITY)


def _requirements(state: AccountState) -> Iterator[AccountFigure]:
    yield from _by_strategy(state)
    portfolio = state.portfolio
    if not isinstance(portfolio, PortfolioState):
        names = ("equity", "requirement", "excess", "requirement, rule alone")
        yield from _without(portfolio, state, DOLLARS, *(f"portfolio {name}" for name in names))
        yield from _without(portfolio, state, FRACTION, "portfolio requirement / account value")
        return
    regime = portfolio.regime
    now, rule = regime.now, state.citations["aggregation"]
    yield _dollars("portfolio equity", now.equity, PORTFOLIO_EQUITY)
    yield _dollars("portfolio requirement", now.requirement, _with_house(rule, state))
    yield _dollars("portfolio excess", now.excess, rule)
    yield _dollars("portfolio requirement, rule alone", regime.bare_requirement, rule)
    yield _fraction("portfolio requirement / account value", now.requirement, now.equity, rule)


def _by_strategy(state: AccountState) -> Iterator[AccountFigure]:
    strategy = state.strategy
    if isinstance(strategy, MarginError):
        first = ("strategy equity", "Reg T requirement", "Reg T excess")
        others = ("strategy requirement", "strategy excess", "strategy requirement, rule alone")
        yield from _without(strategy, state, DOLLARS, *first, *others)
        return
    now, margin = strategy.regime.now, strategy.margin
    whole = REGIME.of(RequirementKind.MAINTENANCE) if margin else PAID_IN_FULL
    yield _dollars("strategy equity", now.equity, STRATEGY_EQUITY)
    if margin:
        yield _dollars("Reg T requirement", margin.reg_t.requirement, f"{REG_T}; {TODAY}")
        yield _dollars("Reg T excess", margin.reg_t.excess, f"{REG_T}; {TODAY}")
    else:
        yield from _without(None, state, DOLLARS, "Reg T requirement", "Reg T excess")
    yield _dollars("strategy requirement", now.requirement, _with_house(whole, state))
    yield _dollars("strategy excess", now.excess, whole)
    yield _dollars("strategy requirement, rule alone", strategy.regime.bare_requirement, whole)


def _buying_power(state: AccountState) -> Iterator[AccountFigure]:
    values, strategy, portfolio = state.values, state.strategy, state.portfolio
    if isinstance(strategy, MarginError):
        names = ("SMA", "stock buying power", "option buying power")
        yield from _without(strategy, state, DOLLARS, *names)
    else:
        rule = f"{REG_T}; {PRACTICE}" if strategy.margin else PAID_IN_FULL
        if strategy.margin:
            yield _dollars("SMA", strategy.margin.sma, state.citations["sma_outlasts_falls"])
        else:
            yield from _without(None, state, DOLLARS, "SMA")
        yield _dollars("stock buying power", strategy.buying_power.stock, rule)
        yield _dollars("option buying power", strategy.buying_power.options, rule)
    if isinstance(portfolio, PortfolioState):
        single = state.citations["valuation_range_down_stock"]
        yield _dollars("portfolio buying power", portfolio.buying_power, single)
    else:
        yield from _without(portfolio, state, DOLLARS, "portfolio buying power")
    gross = values.long_market_value + values.short_market_value
    gross = gross + values.long_option_value + values.short_option_value
    counted = "stock and options at market value, long and short added up / account value"
    yield _fraction("leverage", gross, values.net_liquidation_value, counted)


def _distances(state: AccountState) -> Iterator[AccountFigure]:
    for name, found in (("strategy", state.strategy), ("portfolio", state.portfolio)):
        moves = (f"{name} move down", f"{name} move up")
        if isinstance(found, MarginError | None):
            yield from _without(found, state, FRACTION, f"{name} cushion", *moves)
            continue
        excess, value = found.regime.now.excess, state.values.net_liquidation_value
        yield _fraction(f"{name} cushion", excess, value, "excess / account value")
        if isinstance(found.regime.moves, MarginError):
            yield from _without(found.regime.moves, state, FRACTION, *moves)
        else:
            yield _move(moves[0], found.regime.moves.down)
            yield _move(moves[1], found.regime.moves.up)


def _least_equity(state: AccountState) -> Iterator[AccountFigure]:
    strategy, portfolio = state.strategy, state.portfolio
    margin = strategy if isinstance(strategy, MarginError) else strategy.margin
    if isinstance(margin, MarginState):
        rule = state.citations["margin_minimum_equity"]
        yield _dollars(_LEAST[0], margin.minimum_equity, rule)
        yield _dollars(_LEAST[1], margin.minimum_equity_deficiency, rule)
    else:
        yield from _without(margin, state, DOLLARS, *_LEAST)
    if not isinstance(portfolio, PortfolioState):
        yield from _without(portfolio, state, DOLLARS, *(f"portfolio {n}" for n in _LEAST))
        yield from _without(portfolio, state, DATE, "portfolio minimum equity due")
        return
    rule = _rule_to_keep(state)
    yield _stated(f"portfolio {_LEAST[0]}", portfolio.minimum_equity, rule)
    yield _stated(PORTFOLIO_DEFICIENCY, portfolio.minimum_equity_deficiency, rule)
    rule = state.citations["days_to_meet_minimum_equity"]
    yield _date("portfolio minimum equity due", portfolio.minimum_equity_due, rule)


def _rule_to_keep(state: AccountState) -> str:
    """What states the least equity; where nobody does, what any firm states at least."""
    if (stated_to_keep(state.book) > 0).all():
        return state.citations["equity_to_keep"]
    rules = rules_of_accounts(state.book, eligibility_rules).distinct[0]
    firms = rules.portfolio_eligibility.portfolio_minimum_equity
    least = ", ".join(f"{amount:,.0f} ({monitoring})" for monitoring, amount in firms.items())
    cited = state.citations[f"portfolio_minimum_equity_{min(firms, key=firms.__getitem__)}"]
    return f"{cited}: at least {least} as the firm monitors risk; state equity_to_keep"


def _calls(state: AccountState) -> Iterator[AccountFigure]:
    is_cash = state.book.settings.account_type is AccountType.CASH
    maintained = PAID_IN_FULL if is_cash else state.citations["days_to_meet_maintenance"]
    for name, found, rule in (
        ("strategy", state.strategy, maintained),
        ("portfolio", state.portfolio, state.citations["days_to_meet_portfolio"]),
    ):
        if isinstance(found, MarginError | None):
            yield from _without(found, state, DOLLARS, f"{name} margin call")
            yield from _without(found, state, DATE, f"{name} call due")
        else:
            yield _dollars(f"{name} margin call", found.regime.now.margin_call, rule)
            yield _date(f"{name} call due", found.regime.call_due, rule)
    settings = state.book.settings
    kind = settings.account_type.value
    taken = f", left out: {kind} is taken" if "account_type" in settings.left_out else ""
    yield from _same(state, TEXT, kind, f"setting account_type{taken}", "account type")
    yield _dollars("value added by long European boxes", state.values.value_added, BOX)


def _dollars(name: str, amounts: FloatArray, rule: str) -> AccountFigure:
    return AccountFigure(name, DOLLARS, float(amounts.sum()), rule, numbers(amounts))


def _stated(name: str, amounts: FloatArray, rule: str) -> AccountFigure:
    """Dollars that are known where somebody states them; their sum where all are known."""
    *by_account, total = [
        NOT_STATED if np.isnan(amount) else amount + 0.0
        for amount in np.append(amounts, amounts.sum()).tolist()
    ]
    return AccountFigure(name, DOLLARS, total, rule, by_account)


def _fraction(name: str, over: FloatArray, under: FloatArray, rule: str) -> AccountFigure:
    """A fraction of what is above zero; there is none of anything else."""
    parts, wholes = np.append(over, over.sum()), np.append(under, under.sum())
    found = np.full(len(parts), np.nan)
    np.divide(parts, wholes, out=found, where=wholes > 0)
    *by_account, total = numbers(found)
    return AccountFigure(name, FRACTION, total, rule, by_account)


def _move(name: str, moves: FloatArray) -> AccountFigure:
    known = moves[~np.isnan(moves)]
    nearest: TableCell = float(known[np.argmin(np.abs(known))]) + 0.0 if known.size else NONE
    return AccountFigure(name, FRACTION, nearest, MOVES, _or_none(moves))


def _date(name: str, days: FloatArray, rule: str) -> AccountFigure:
    known = days[~np.isnan(days)]
    return AccountFigure(
        name, DATE, float(np.min(known)) if known.size else NONE, rule, _or_none(days)
    )


def _or_none(found: FloatArray) -> list[TableCell]:
    return [NONE if np.isnan(value) else value + 0.0 for value in found.tolist()]


def _same(
    state: AccountState, unit: str, text: str, rule: str, *names: str
) -> Iterator[AccountFigure]:
    """Rows that say the same for every account."""
    count = len(state.values.accounts)
    return (AccountFigure(name, unit, text, rule, [text] * count) for name in names)


def _without(
    refusal: MarginError | None, state: AccountState, unit: str, *names: str
) -> Iterator[AccountFigure]:
    """Rows without a figure: why a regime refuses, or of a cash account for what needs margin."""
    if refusal is None:
        return _same(state, unit, NOT_PERMITTED, PAID_IN_FULL, *names)
    return _same(state, unit, str(refused(refusal)), REFUSES, *names)


def _with_house(rule: str, state: AccountState) -> str:
    house = state.citations.get("house", "")
    return f"{rule}; {house}" if house else rule
