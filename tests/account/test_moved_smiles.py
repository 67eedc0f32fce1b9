"""Moves that take the excess away where volatility follows moneyness, beside the whole book moved.

A smile is read off the series of the whole book. An account that is moved by itself takes the
volatilities that it takes among the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.account.accounts import HEADINGS, MARGIN
from tests.reading import read_book
from xlmargin import udfs
from xlmargin.account import portfolio_excess, strategy_excess
from xlmargin.account.zero_excess_move import MOVES_DOWN, MOVES_UP
from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.portfolio_margin.path import requirement_path
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import strategy_margin

STICKY = [*MARGIN, ["smile", "sticky_moneyness"]]
COLUMNS = [*HEADINGS, "volatility"]
MARKET = [["symbol", "price"], ["XYZ", 100], ["ABC", 40]]
SPOT = dict(MARKET[1:])
WHEN = "2026-11-20"
BISECTED = 60


def book(seed: int) -> list[list[Any]]:
    """Rows of three accounts that hold options of the same series, at strikes of their own."""
    dice = np.random.default_rng(seed)
    rows = []
    for name in ("one", "two", "six"):
        for symbol, spot in SPOT.items():
            shares = int(dice.integers(-4, 8)) * 50 or 50
            rows.append([symbol, "stock", shares, None, None, spot, name, None])
            for _ in range(4):
                kind = ["call", "put"][dice.integers(2)]
                strike = round(spot * dice.uniform(0.6, 1.5), 1)
                volatility = 0.25 + 0.5 * abs(np.log(strike / spot))
                end = ["2026-12-18", "2027-06-18"][dice.integers(2)]
                count = int(dice.integers(-6, 3)) or -1
                price = udfs.OPT_PRICE(kind, spot, strike, end, WHEN, volatility, 0.04)
                rows.append([symbol, kind, count, strike, end, price, name, volatility])
        dollars = int(dice.integers(30, 120)) * 1_000
        rows.append(["USD", "cash", dollars, None, None, None, name, None])
    return rows


def after(rows: list[list[Any]], move: float) -> Book:
    """The rows after a move, each option at the volatility of its moneyness in the whole book."""
    smiles = {}
    for symbol, kind, _, strike, end, *_, volatility in rows:
        if kind in ("call", "put"):
            smiles.setdefault((symbol, end), {}).setdefault(strike, []).append(volatility)
    there = []
    for row in rows:
        symbol, kind, _, strike, end = row[:5]
        moved = list(row)
        if kind == "stock":
            moved[5] = SPOT[symbol] * (1 + move)
        elif kind != "cash":
            smile, spot = smiles[symbol, end], SPOT[symbol] * (1 + move)
            known = sorted(smile)
            sigma = np.interp(
                np.log(strike / spot),
                np.log(np.array(known) / SPOT[symbol]),
                [np.mean(smile[k]) for k in known],
            )
            moved[5] = udfs.OPT_PRICE(kind, spot, strike, end, WHEN, float(sigma), 0.04)
            moved[7] = None
        there.append(moved)
    market = [MARKET[0], *([symbol, spot * (1 + move)] for symbol, spot in SPOT.items())]
    return read_book([COLUMNS, *there], market, MARGIN)


def by_strategy(rows: list[list[Any]]) -> Callable[..., Any]:
    return lambda move: strategy_excess(strategy_margin(after(rows, move))).excess


def by_portfolio(rows: list[list[Any]]) -> Callable[..., Any]:
    margin = under_portfolio_margin(read_book([COLUMNS, *rows], MARKET, STICKY))

    def excess(move: float) -> FloatArray:
        path = requirement_path(margin, np.array([move]))
        return (path.account_value - path.requirement)[:, 0]

    assert excess(0.0) == pytest.approx(portfolio_excess(margin).excess, abs=1e-6)
    return excess


def zero(excess: Callable[..., Any], account: int, moves: tuple[float, ...]) -> float | str:
    """The first zero of an account's excess along the moves, the whole book moved, by halves."""
    inner = 0.0
    for outer in moves:
        if excess(outer)[account] <= 0:
            break
        inner = outer
    else:
        return "none"
    for _ in range(BISECTED):
        middle = (inner + outer) / 2
        inner, outer = (middle, outer) if excess(middle)[account] > 0 else (inner, middle)
    return outer


@pytest.mark.parametrize("seed", range(4))
def test_accounts_reach_zero_where_the_whole_book_moved_leaves_them_none(seed: int) -> None:
    rows = book(seed)
    table = udfs.MARGIN_ACCOUNT([COLUMNS, *rows], MARKET, STICKY)
    found = {row[0]: row[4:] for row in table[1:]}
    moved = 0
    for regime, excess in (("strategy", by_strategy(rows)), ("portfolio", by_portfolio(rows))):
        for way, moves in (("down", MOVES_DOWN), ("up", MOVES_UP)):
            for account, move in enumerate(found[f"{regime} move {way}"]):
                if found[f"{regime} excess"][account] <= 0:
                    assert move == 0
                    continue
                wanted = zero(excess, account, moves)
                if wanted == "none":
                    assert move == "none"
                    continue
                moved += 1
                assert move == pytest.approx(wanted, abs=1e-6), (regime, way, account)
    assert moved
