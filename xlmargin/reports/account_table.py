"""The state of the account as a tall table: a row a figure, and a column each for several accounts.

The order of the rows is part of the contract with workbooks: later rows are only ever appended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from xlmargin.account import AccountState, stated_to_keep
from xlmargin.arrays import FloatArray, ratio
from xlmargin.book import rules_of_accounts
from xlmargin.cells.values import TableCell
from xlmargin.errors import MarginError
from xlmargin.reports.table import ReportTable, numbers, refused
from xlmargin.rulebook import eligibility_rules
from xlmargin.rulebook.parameters import joined
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
REG_T_TODAY: Final = f"{REG_T}; on today's prices"
PAID_IN_FULL: Final = "12 CFR 220.8"
BOX: Final = "FINRA 4210(f)(2)(H)(v)e"
PRACTICE: Final = "industry practice"
REFUSES: Final = "refused"
PORTFOLIO_DEFICIENCY: Final = "portfolio minimum equity deficiency"
_MOVES: Final = "first move of all underlyings, of -99% to 100% searched, that leaves no excess"
_OF_VALUE: Final = "excess / account value"
_GROSS: Final = "stock and options at market value, long and short added up / account value"
_MAINTENANCE: Final = "maintenance by strategy"
_BUYING_POWER: Final = "buying power by strategy"
_CALL: Final = "call by strategy"
_TO_KEEP: Final = "least equity under portfolio margin"
"""What cites a rule that hangs on the account or its house: see `_rules`."""


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


class _Row(NamedTuple):
    """A row: its name, its unit, where its figure stands in the state, and its rule.

    A fraction stands there as one amount over another. A rule may go by the name of its citation.
    """

    name: str
    unit: str
    made: Callable[..., list[TableCell]]
    places: tuple[str, ...]
    rule: str


def _total(amounts: FloatArray) -> list[TableCell]:
    """Amounts, and their sum."""
    return numbers(np.append(amounts, amounts.sum()))


def _stated(amounts: FloatArray) -> list[TableCell]:
    """Amounts that are known where somebody states them, and their sum where all are known."""
    return _or(NOT_STATED, np.append(amounts, amounts.sum()))


def _share(over: FloatArray, under: FloatArray) -> list[TableCell]:
    """A fraction of what is above zero; there is none of anything else."""
    return numbers(ratio(np.append(over, over.sum()), np.append(under, under.sum())))


def _nearest(moves: FloatArray) -> list[TableCell]:
    """Moves of the market, and the one that comes first for any account."""
    known = moves[~np.isnan(moves)]
    return _or(NONE, np.append(moves, known[np.argmin(np.abs(known))] if known.size else np.nan))


def _days(days: FloatArray) -> list[TableCell]:
    """Serial days, and the first of them."""
    return _or(NONE, np.append(days, np.fmin.reduce(days)))


def _or(otherwise: str, found: FloatArray) -> list[TableCell]:
    """Numbers, and a word where there is none."""
    return [otherwise if np.isnan(value) else value + 0.0 for value in found.tolist()]


def _account_type(state: AccountState) -> list[TableCell]:
    return [state.book.settings.account_type.value] * (len(state.values.accounts) + 1)


def _dollars(name: str, place: str, rule: str) -> _Row:
    return _Row(name, DOLLARS, _total, (place,), rule)


def _fraction(name: str, over: str, under: str, rule: str) -> _Row:
    return _Row(name, FRACTION, _share, (over, under), rule)


_VALUE: Final = "values.net_liquidation_value"
_STRATEGY, _PORTFOLIO, _MARGIN = "strategy.regime", "portfolio.regime", "strategy.margin"
_ROWS: Final = (
    _dollars("account value", _VALUE, EQUITY),
    _dollars("cash", "values.cash", EQUITY),
    _dollars("long market value", "values.long_market_value", EQUITY),
    _dollars("short market value", "values.short_market_value", EQUITY),
    _dollars("long option value", "values.long_option_value", PORTFOLIO_EQUITY),
    _dollars("short option value", "values.short_option_value", PORTFOLIO_EQUITY),
    _dollars("option value", "values.option_value", PORTFOLIO_EQUITY),
    _dollars("strategy equity", f"{_STRATEGY}.now.equity", STRATEGY_EQUITY),
    _dollars("Reg T requirement", f"{_MARGIN}.reg_t.requirement", REG_T_TODAY),
    _dollars("Reg T excess", f"{_MARGIN}.reg_t.excess", REG_T_TODAY),
    _dollars("strategy requirement", f"{_STRATEGY}.now.requirement", f"{_MAINTENANCE}; house"),
    _dollars("strategy excess", f"{_STRATEGY}.now.excess", _MAINTENANCE),
    _dollars("strategy requirement, rule alone", f"{_STRATEGY}.bare_requirement", _MAINTENANCE),
    _dollars("portfolio equity", f"{_PORTFOLIO}.now.equity", PORTFOLIO_EQUITY),
    _dollars("portfolio requirement", f"{_PORTFOLIO}.now.requirement", "aggregation; house"),
    _dollars("portfolio excess", f"{_PORTFOLIO}.now.excess", "aggregation"),
    _dollars("portfolio requirement, rule alone", f"{_PORTFOLIO}.bare_requirement", "aggregation"),
    _fraction("portfolio requirement / account value", f"{_PORTFOLIO}.now.requirement",
              f"{_PORTFOLIO}.now.equity", "aggregation"),
    _dollars("SMA", f"{_MARGIN}.sma", "sma_outlasts_falls"),
    _dollars("stock buying power", "strategy.buying_power.stock", _BUYING_POWER),
    _dollars("option buying power", "strategy.buying_power.options", _BUYING_POWER),
    _dollars("portfolio buying power", "portfolio.buying_power", "valuation_range_down_stock"),
    _fraction("leverage", "values.gross_market_value", _VALUE, _GROSS),
    _fraction("strategy cushion", f"{_STRATEGY}.now.excess", _VALUE, _OF_VALUE),
    _Row("strategy move down", FRACTION, _nearest, (f"{_STRATEGY}.moves.down",), _MOVES),
    _Row("strategy move up", FRACTION, _nearest, (f"{_STRATEGY}.moves.up",), _MOVES),
    _fraction("portfolio cushion", f"{_PORTFOLIO}.now.excess", _VALUE, _OF_VALUE),
    _Row("portfolio move down", FRACTION, _nearest, (f"{_PORTFOLIO}.moves.down",), _MOVES),
    _Row("portfolio move up", FRACTION, _nearest, (f"{_PORTFOLIO}.moves.up",), _MOVES),
    _dollars("minimum equity", f"{_MARGIN}.minimum_equity", "margin_minimum_equity"),
    _dollars("minimum equity deficiency", f"{_MARGIN}.minimum_equity_deficiency",
             "margin_minimum_equity"),
    _Row("portfolio minimum equity", DOLLARS, _stated, ("portfolio.minimum_equity",), _TO_KEEP),
    _Row(PORTFOLIO_DEFICIENCY, DOLLARS, _stated, ("portfolio.minimum_equity_deficiency",),
         _TO_KEEP),
    _Row("portfolio minimum equity due", DATE, _days, ("portfolio.minimum_equity_due",),
         "days_to_meet_minimum_equity"),
    _dollars("strategy margin call", f"{_STRATEGY}.now.margin_call", _CALL),
    _Row("strategy call due", DATE, _days, (f"{_STRATEGY}.call_due",), _CALL),
    _dollars("portfolio margin call", f"{_PORTFOLIO}.now.margin_call", "days_to_meet_portfolio"),
    _Row("portfolio call due", DATE, _days, (f"{_PORTFOLIO}.call_due",), "days_to_meet_portfolio"),
    _Row("account type", TEXT, _account_type, ("",), "setting account_type"),
    _dollars("value added by long European boxes", "values.value_added", BOX),
)  # fmt: skip
"""The figures of the account, in the order of the table."""


def account_figures(state: AccountState) -> list[AccountFigure]:
    """Every figure of the account, in the order of the table's rows."""
    rules = _rules(state)
    return [_figure(row, state, rules) for row in _ROWS]


def _figure(row: _Row, state: AccountState, rules: Mapping[str, str]) -> AccountFigure:
    """The figure of a row; why a regime refuses it, or that a cash account has no margin."""
    found = [_at(state, place) for place in row.places]
    for part in found:
        if part is None or isinstance(part, MarginError):
            why = NOT_PERMITTED if part is None else refused(part)
            rule = PAID_IN_FULL if part is None else REFUSES
            return AccountFigure(row.name, row.unit, why, rule, [why] * len(state.values.accounts))
    *by_account, total = row.made(*found)
    return AccountFigure(row.name, row.unit, total, rules.get(row.rule, row.rule), by_account)


def _at(state: AccountState, place: str) -> Any:
    """What stands at a place in the state, or what stands there in its stead: None, a refusal."""
    found: Any = state
    for name in filter(None, place.split(".")):
        if found is not None and not isinstance(found, MarginError):
            found = getattr(found, name)
    return found


def _rules(state: AccountState) -> Mapping[str, str]:
    """The rules by their citations, and those that hang on the account or its house."""
    settings, cited = state.book.settings, state.citations
    is_cash, kind = state.book.is_cash_account, settings.account_type.value
    taken = f", left out: {kind} is taken" if "account_type" in settings.left_out else ""
    maintained = REGIME.of(RequirementKind.MAINTENANCE)
    rules = {
        **cited,
        _MAINTENANCE: PAID_IN_FULL if is_cash else maintained,
        _BUYING_POWER: PAID_IN_FULL if is_cash else f"{REG_T}; {PRACTICE}",
        _CALL: PAID_IN_FULL if is_cash else cited["days_to_meet_maintenance"],
        _TO_KEEP: _rule_to_keep(state),
        "setting account_type": f"setting account_type{taken}",
    }
    for name in (_MAINTENANCE, "aggregation"):
        rules[f"{name}; house"] = joined((rules.get(name, ""), cited.get("house", "")), "; ")
    return rules


def _rule_to_keep(state: AccountState) -> str:
    """What states the least equity; where nobody does, what any firm states at least."""
    if (stated_to_keep(state.book) > 0).all():
        return state.citations["equity_to_keep"]
    rules = rules_of_accounts(state.book, eligibility_rules).distinct[0]
    firms = rules.portfolio_eligibility.portfolio_minimum_equity
    least = ", ".join(f"{amount:,.0f} ({monitoring})" for monitoring, amount in firms.items())
    cited = state.citations[f"portfolio_minimum_equity_{min(firms, key=firms.__getitem__)}"]
    return f"{cited}: at least {least} as the firm monitors risk; state equity_to_keep"
