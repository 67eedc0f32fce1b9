"""What orders would change as an answer to a program: figures, verdict, reasons, by account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.errors import InputError, Problem
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.trades import read_trades
from xlmargin.live import LiveBook, impact_on_account
from xlmargin.what_if import FigureChange, Impact

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


def what_if_answer(
    ranges: Ranges, impact_of: Callable[[Ranges], Impact] = Ranges.impact
) -> list[dict[str, Any]]:
    """What the orders among the trades change, an object an account; refused as in a cell.

    `impact_of` answers what the trades do to the accounts that it names. An order on what neither
    the market nor the positions list is refused: nothing would say what it is, and a leveraged fund
    is no plain share.
    """
    try:
        _refuse_unlisted(ranges)
        impact = impact_of(ranges)
    except InputError as refusal:
        own = (replace(p, range=ORDERS) if p.range == "trades" else p for p in refusal.problems)
        raise InputError([*own]) from None
    accounts = impact.held.positions.accounts
    return [_of_account(impact, i, account) for i, account in enumerate(accounts)]


def order_check(live: LiveBook, account: str, ranges: Ranges) -> dict[str, Any]:
    """What the orders among the trades change of one account of a live book.

    The ranges are those of the account at the prices of now.
    """

    def impact_of(ranges: Ranges) -> Impact:
        trades = read_trades(ranges.extra.get("trades"), ranges.reading).accepted()
        impact = impact_on_account(live, account, ranges.book(), trades)
        alone = replace(impact.held.positions, accounts=(account,))
        return replace(impact, held=replace(impact.held, positions=alone))

    [answer] = what_if_answer(ranges, impact_of)
    return answer


def _refuse_unlisted(ranges: Ranges) -> None:
    book = ranges.book()
    traded = read_trades(ranges.extra.get("trades"), ranges.reading).accepted().book
    problems = []
    for i in np.flatnonzero(~traded.positions.is_cash).tolist():
        underlying = int(traded.positions.underlying[i])
        if underlying >= len(book.market.underlyings):
            symbol, row = traded.market.underlyings[underlying].symbol, traded.positions.row[i]
            wanted = "an underlying of the market or of the positions"
            problems.append(Problem("trades", abs(int(row)), "symbol", repr(symbol), wanted))
    if problems:
        raise InputError(problems)


def _of_account(impact: Impact, i: int, account: str) -> dict[str, Any]:
    figures = {name: _change(impact.of_requirement(name), i) for name in _REQUIREMENTS}
    figures |= {name: _change(impact.of_equity(name), i) for name in _EQUITIES}
    figures["fees"] = _change(impact.of_fees, i)
    short = {"portfolio": impact.short_under_portfolio, "strategy": impact.short_by_strategy}
    own = "portfolio" if impact.is_portfolio else "strategy"
    return {
        "account": account,
        "as_of": impact.held.as_of.isoformat(),
        "regime": own,
        "verdict": _verdict(short[own], i),
        "buying_power_effect": _number(impact.of_buying_power.change, i),
        "figures": figures,
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
    return {name: _number(getattr(change, name), i) for name in ("before", "change", "after")}


def _number(amounts: FloatArray, i: int) -> float | None:
    """An amount, $; None where it is not known."""
    return None if np.isnan(amounts[i]) else float(amounts[i]) + 0.0


def _verdict(short: FloatArray, i: int) -> str:
    if np.isnan(short[i]):
        return "unknown"
    return "refused" if short[i] > 0 else "accepted"
