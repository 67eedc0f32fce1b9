"""What orders would change as an answer to a program: figures, verdict, reasons, by account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.cells.json_ranges import rows_of_records
from xlmargin.cells.values import Cells
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.trades import read_trades
from xlmargin.live import LiveBook, impact_on_account
from xlmargin.service.account_states import AT_MOST, PROVEN, number
from xlmargin.what_if import FigureChange, Impact, Trades

_REQUIREMENTS: Final = ("initial", "deposit", "maintenance", "portfolio")
_EQUITIES: Final = (
    "account_value", "strategy_equity", "reg_t_excess", "strategy_excess", "portfolio_excess",
)  # fmt: skip
"""Figures that cash is no part of, and those that it is."""
_RULES: Final = {
    "portfolio": "FINRA 4210(g)(7), (g)(11)",
    "strategy": "12 CFR 220.5, 220.12; FINRA 4210(b), (c)",
}
ORDERS: Final = "orders"
"""What a program calls the trades of a sheet."""
_WORSE: Final = ("accepted", "unknown", "refused")
"""Verdicts, the worst last."""


def what_if_answer(ranges: Ranges) -> list[dict[str, Any]]:
    """What the orders among the trades change, an object an account; refused as in a cell.

    An order on what neither the market nor the positions list is refused: nothing would say what it
    is, and a leveraged fund is no plain share.
    """
    read_beside(ranges, ranges.extra.get("trades"))
    with _called(ORDERS):
        impact = ranges.impact()
    accounts = impact.held.positions.accounts
    return [_of_account(impact, i, account) for i, account in enumerate(accounts)]


def order_check(
    live: LiveBook, account: str, held: Book, trades: Trades, working: Trades | None = None
) -> dict[str, Any]:
    """What trades change of one account of a live book, `held` its positions at the prices of now.

    With working orders the figures are those once these are filled, and the verdict is the worse of
    that and of now.
    """
    now = _impact(live, account, held, trades)
    if working is None:
        return _of_account(now, 0, account)
    done = _impact(live, account, held, working)
    both = _impact(live, account, held, joined(trades, working))
    return _worse(_of_account(now, 0, account), _of_account(_after(done, both), 0, account))


def read_beside(ranges: Ranges, rows: Cells, name: str = ORDERS) -> Trades:
    """Orders as they are read beside a book, of what that lists; `name` is what they are called."""
    book = ranges.book()
    with _called(name):
        trades = read_trades(rows, ranges.reading).accepted()
        refuse_unlisted(trades.book, book, name)
    return trades


def joined(one: Trades, other: Trades) -> Trades:
    """Trades that are done together, beside the same book."""
    book = replace(one.book, positions=one.book.positions.joined(other.book.positions))
    return Trades(book, np.concatenate([one.fee, other.fee]))


def account_rows(given: Any, account: str) -> list[list[Any]]:
    """Orders as rows, all of one account; their ids are their sender's."""
    rows = rows_of_records(ORDERS, given)
    if not isinstance(rows, list) or len(rows) < 2 or not all(isinstance(r, list) for r in rows):
        raise MarginError("orders: wanted a list of records, or of rows with headings first.")
    headings = [str(cell) for cell in rows[0]]
    kept = [i for i, heading in enumerate(headings) if heading != "id"]
    named = [[row[i] if i < len(row) else None for i in kept] for row in rows]
    if "account" in headings:
        column = kept.index(headings.index("account"))
        for row in named[1:]:
            if row[column] not in (None, account):
                raise MarginError(f"orders, account: wanted {account or 'none'}, as in the path.")
            row[column] = account or None
        return named
    return [[*named[0], "account"], *([*row, account or None] for row in named[1:])]


def refuse_unlisted(orders: Book, book: Book, name: str) -> None:
    """Refuse orders on what a book does not list; `name` is what they are called."""
    problems = []
    for i in np.flatnonzero(~orders.positions.is_cash).tolist():
        underlying = int(orders.positions.underlying[i])
        if underlying >= len(book.market.underlyings):
            symbol, row = orders.market.underlyings[underlying].symbol, orders.positions.row[i]
            wanted = "an underlying of the market or of the positions"
            problems.append(Problem(name, abs(int(row)), "symbol", repr(symbol), wanted))
    if problems:
        raise InputError(problems)


@contextmanager
def _called(name: str) -> Iterator[None]:
    """What is wrong with trades is said of what a program calls them."""
    try:
        yield
    except InputError as refusal:
        own = (replace(p, range=name) if p.range == "trades" else p for p in refusal.problems)
        raise InputError([*own]) from None


def _impact(live: LiveBook, account: str, held: Book, trades: Trades) -> Impact:
    impact = impact_on_account(live, account, held, trades)
    alone = replace(impact.held.positions, accounts=(account,))
    return replace(impact, held=replace(impact.held, positions=alone))


def _after(done: Impact, both: Impact) -> Impact:
    """What the orders among both change once those done are: these have used their part of SMA."""
    used = np.minimum(done.of_equity("reg_t_excess").change, 0.0)
    return replace(
        both,
        before=done.after,
        cash=done.cash + done.cash_flow - done.fees,
        cash_flow=both.cash_flow - done.cash_flow,
        fees=both.fees - done.fees,
        sma=np.maximum(both.sma + used, 0.0),
    )


def _worse(now: dict[str, Any], filled: dict[str, Any]) -> dict[str, Any]:
    """The figures once working orders are filled, and the worse verdicts of that and of now."""
    checks = {
        regime: max(check, filled["checks"][regime], key=_WORSE.index)
        for regime, check in now["checks"].items()
    }
    reasons = [
        {**reason, "working": state}
        for state, answer in (("open", now), ("filled", filled))
        for reason in answer["reasons"]
    ]
    verdict = max(now["verdict"], filled["verdict"], key=_WORSE.index)
    bound = max(now["bound"], filled["bound"], key=lambda own: own["strategy"] == AT_MOST)
    return {**filled, "verdict": verdict, "bound": bound, "checks": checks, "reasons": reasons}


def _of_account(impact: Impact, i: int, account: str) -> dict[str, Any]:
    figures = {name: _change(impact.of_requirement(name), i) for name in _REQUIREMENTS}
    figures |= {name: _change(impact.of_equity(name), i) for name in _EQUITIES}
    if impact.held.is_cash_account:
        figures["reg_t_excess"] = dict.fromkeys(figures["reg_t_excess"])
    figures["fees"] = _change(impact.of_fees, i)
    short = {"portfolio": impact.short_under_portfolio, "strategy": impact.short_by_strategy}
    own = "portfolio" if impact.held.is_portfolio else "strategy"
    return {
        "account": account,
        "as_of": impact.held.as_of.isoformat(),
        "regime": own,
        "verdict": _verdict(short[own], i),
        "buying_power_effect": number(impact.of_buying_power.change[i]),
        "figures": figures,
        "bound": {"strategy": PROVEN if impact.is_proven[i] else AT_MOST},
        "checks": {regime: _verdict(missing, i) for regime, missing in short.items()},
        "reasons": [
            {
                "regime": regime,
                "code": "insufficient_excess",
                "short_by": float(missing[i]),
                "rule": _RULES[regime],
            }
            for regime, missing in short.items()
            if missing[i] > 0
        ],
    }


def _change(change: FigureChange, i: int) -> dict[str, float | None]:
    return {name: number(getattr(change, name)[i]) for name in ("before", "change", "after")}


def _verdict(short: FloatArray, i: int) -> str:
    if np.isnan(short[i]):
        return "unknown"
    return "refused" if short[i] > 0 else "accepted"
