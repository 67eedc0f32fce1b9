"""Both regimes are sums over parts, whatever the book, its houses, accounts, groups and smile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.books import Range
from tests.reading import read_book
from xlmargin import computing
from xlmargin.book import Book
from xlmargin.book_parts import independent_parts, joined_underlyings
from xlmargin.errors import MarginError
from xlmargin.market import Market
from xlmargin.rulebook.values_in_force import house_names
from xlmargin.what_if.impact import Figures, figures_of

CENTS = 1e-6
"""Dollars by which sums over parts may differ from the whole."""

NAMES = "symbol type quantity strike expiration price volatility mark_spot cost account group"
HEADINGS = NAMES.split()
GROUPED = "symbol price class leverage class_group product_group portfolio_group marginable"
LARGE = "adv shares_outstanding industry maintenance_rate"
MARKET: Range = [
    [*GROUPED.split(), *LARGE.split()],
    ["AAA", 100, "stock", 1, None, None, None, True, 2_000, 1e6, "steel", None],
    ["BBB", 40, "stock", 1, None, "P", "F", True, 900, 1e5, "steel", 0.6],
    ["CCC", 25, "stock", 1, None, "P", "F", True, None, None, "ships", None],
    ["DDD", 60, "stock", 1, None, None, None, True, None, None, None, None],
    ["OTC", 30, "stock", 1, None, None, None, False, None, None, None, None],
    ["OTD", 12, "stock", 1, None, None, None, False, None, None, "ships", None],
    ["NTE", 25, "etn", 1, None, None, None, True, None, None, None, None],
    ["MMF", 1, "money_market", None, None, None, None, True, None, None, None, None],
    ["III", 500, "index_high_cap", 1, "III", "Q", None, True, None, None, None, None],
    ["FFF", 50, "etf_broad", 1, "III", None, None, True, None, None, None, None],
    ["LLL", 80, "index_high_cap", 1, None, "Q", None, True, None, None, None, None],
    ["TWO", 20, "etf_broad", -2, None, None, None, True, None, None, None, None],
]
SPOT = {row[0]: float(row[1]) for row in MARKET[1:]}
CLASS = {row[0]: row[2] for row in MARKET[1:]}
ACCOUNTS = ("one", "two", "six")


@st.composite
def position(draw: st.DrawFn, symbols: Sequence[str], account_type: str) -> list[Any]:
    """A row: shares, or an option by its price, its volatility or both, some marked elsewhere."""
    symbol = draw(st.sampled_from(symbols))
    spot, account = SPOT[symbol], draw(st.sampled_from(ACCOUNTS))
    kinds = ["call", "put"] if CLASS[symbol].startswith("index") else ["stock", "call", "put"]
    kind = "stock" if CLASS[symbol] == "money_market" else draw(st.sampled_from(kinds))
    count = draw(st.integers(-12, 12).filter(bool))
    if kind == "stock":
        shares = 100 * (abs(count) if account_type == "cash" or symbol == "MMF" else count)
        cost = draw(st.sampled_from([None, 0.7 * spot]))
        return [symbol, kind, shares, None, None, spot, None, None, cost, account, None]
    strike = round(spot * draw(st.sampled_from([0.5, 0.9, 1.0, 1.1])), 2)
    count = abs(count) if account_type == "cash" and kind == "call" else count
    expiration = draw(st.sampled_from(["2026-12-18", "2027-01-15", "2028-01-21"]))
    volatility = draw(st.sampled_from([0.3, 0.5]))
    taken_at = draw(st.sampled_from([None, None, round(0.99 * spot, 2)]))
    row = [symbol, kind, count, strike, expiration, None, volatility, taken_at, None, account]
    return [*row, draw(st.sampled_from([None, None, None, None, "g", "h"])) if count > 0 else None]


@st.composite
def book(
    draw: st.DrawFn, symbols: Sequence[str] = tuple(sorted(SPOT)), first: Sequence[list] = ()
) -> Book:
    """A book of up to three accounts, each under its house, refused by no regime as a whole.

    The rows of `first` are in it.
    """
    account_type = draw(st.sampled_from(["margin", "margin", "portfolio", "cash"]))
    few = draw(st.lists(st.sampled_from(symbols), min_size=2, max_size=6, unique=True))
    rows = draw(st.lists(position(few, account_type), min_size=1, max_size=14))
    houses = [draw(st.sampled_from(house_names())) for _ in ACCOUNTS]
    named = [
        ["name", "value", "account"],
        ["as_of", "2026-12-01", None],
        ["rate", 0.04, None],
        ["account_type", account_type, None],
        ["smile", draw(st.sampled_from(["sticky_strike", "sticky_moneyness"])), None],
        *(["house", house, whose] for house, whose in zip(houses, ACCOUNTS, strict=True)),
    ]
    cash: Range = [["USD", "cash", 9e4, *[None] * 6, whose, None] for whose in ACCOUNTS]
    return read_book([HEADINGS, *first, *rows, *cash], MARKET, named)


def amounts(figures: Figures) -> dict[str, np.ndarray]:
    """The figures by name, by account; what each name requires as one of them."""
    columns = [field.name for field in fields(Figures) if field.name != "by_name"]
    found = {name: getattr(figures, name) for name in columns}
    by_name = [figures.by_name(account) for account in range(len(figures.portfolio))]
    names = sorted({name for own in by_name for name in own})
    return found | {f"by {n}": np.array([own.get(n, 0.0) for own in by_name]) for n in names}


def summed(parts: Sequence[Figures]) -> dict[str, np.ndarray]:
    """The sums of figures over parts."""
    total: dict[str, np.ndarray] = {}
    for part in map(amounts, parts):
        total |= {name: total.get(name, 0.0) + amount for name, amount in part.items()}
    return total


def of_parts(whole: Book) -> dict[str, np.ndarray]:
    return summed([figures_of(whole.only(rows)) for rows in independent_parts(whole)])


def of_whole(whole: Book) -> dict[str, np.ndarray]:
    """The figures of the whole; a book that is refused as a whole shows nothing."""
    try:
        return amounts(figures_of(whole))
    except MarginError:
        assume(False)
        raise


def ticked(whole: Book, symbol: str, factor: float) -> Book:
    market = whole.market
    moved = tuple(
        replace(u, spot=u.spot * factor) if u.symbol == symbol else u for u in market.underlyings
    )
    return replace(whole, market=Market(market.as_of, moved, market.curve))


def assert_equal(found: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> None:
    for name, amount in wanted.items():
        assert found.get(name, 0.0 * amount) == pytest.approx(amount, abs=CENTS), name


@settings(max_examples=150)
@given(whole=book())
def test_the_sum_over_parts_is_the_whole(whole: Book) -> None:
    assert_equal(of_parts(whole), of_whole(whole))


@settings(max_examples=40)
@given(whole=book(), moves=st.permutations([("AAA", 1.02), ("BBB", 0.97), ("OTC", 1.05)]))
def test_the_order_of_ticks_does_not_matter(whole: Book, moves: list[tuple[str, float]]) -> None:
    moved = again = whole
    for move in moves:
        moved = ticked(moved, *move)
        of_parts(moved)
    for move in reversed(moves):
        again = ticked(again, *move)
    wanted = of_whole(again)
    computing.forget()
    for name, amount in of_parts(moved).items():
        assert amount == pytest.approx(wanted[name], abs=CENTS), name


@settings(max_examples=40)
@given(whole=book(), steps=st.lists(st.sampled_from([0.98, 1.0, 1.01, 1.03]), max_size=5))
def test_several_ticks_to_a_price_are_one(whole: Book, steps: list[float]) -> None:
    moved = whole
    for step in steps:
        moved = ticked(moved, "BBB", step)
        of_parts(moved)
    back = ticked(moved, "BBB", 1.0 / np.prod(steps) if steps else 1.0)
    index = whole.market.index_of["BBB"]
    spot = back.market.underlyings[index].spot
    assert spot == pytest.approx(SPOT["BBB"])
    there = of_parts(ticked(whole, "BBB", float(spot / SPOT["BBB"])))
    assert_equal(of_parts(back), there)


@settings(max_examples=60)
@given(whole=book())
def test_every_position_but_cash_is_in_one_part(whole: Book) -> None:
    parts = independent_parts(whole)
    held = np.flatnonzero(~whole.positions.is_cash)
    assert sorted(np.concatenate([*parts, held[:0]]).tolist()) == held.tolist()
    firsts = [int(rows[0]) for rows in parts]
    assert firsts == sorted(firsts)
    of_underlying = joined_underlyings(whole)
    assert (of_underlying[of_underlying] == of_underlying).all()
