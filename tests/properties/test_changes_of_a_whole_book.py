"""What a change by parts does is what it does to the whole book, margined with and without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.properties.test_book_parts import amounts, assert_equal, book
from xlmargin.account import Reserve
from xlmargin.book import NO_GROUP, Book, cash_of_accounts
from xlmargin.errors import MarginError, RefusedPosition
from xlmargin.portfolio_margin import contribution
from xlmargin.regimes import under_portfolio_margin
from xlmargin.settings import AccountType, Smile
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.what_if import (
    Candidates,
    SizedOrders,
    Trades,
    capacity,
    hedge_by_strategy,
    hedge_under_portfolio,
    impact,
    one_more,
)
from xlmargin.what_if.impact import Figures, book_after, figures_of

CENTS = 1e-6
"""Dollars by which a change by parts may differ from that of the whole."""

MOST = 4
"""Contracts, or lots of shares, of an order."""

NOTHING_KEPT = Reserve(np.zeros(1), np.zeros(1))


def answered(whole: Book) -> Figures:
    """The figures of the whole; of a book that is refused there is nothing to compare."""
    try:
        return figures_of(whole)
    except MarginError:
        assume(False)
        raise


def order(source: Book, row: int, quantity: float) -> Trades:
    """So many of the contract or the stock in a row, in no group, at today's price."""
    one = source.positions.only(np.array([row]))
    cost = np.where(one.is_stock, source.market.spot[one.underlying], np.nan)
    group = np.full(1, NO_GROUP)
    own = replace(one, quantity=np.array([quantity]), cost=cost, group=group)
    return Trades(replace(source, positions=own), np.zeros(1))


def without(whole: Book, row: int) -> Book:
    return whole.only(np.delete(np.arange(len(whole.positions)), row))


OUTSIDE = ("OTC", "OTD", "NTE", "AAA")
"""Mostly what portfolio margin does not cover."""

WRITTEN = [
    ["NTE", "stock", 200, None, None, 25, None, None, None, "one", None],
    ["NTE", "call", -2, 25, "2028-01-21", None, 1.5, None, None, "one", None],
]
"""Whose premium is more than the shares require: the account would require less than nothing."""


@st.composite
def held(draw: st.DrawFn) -> Book:
    """A book whose volatilities do not hang on the series that it holds."""
    whole = draw(st.one_of(book(), book(OUTSIDE, WRITTEN)))
    return replace(whole, settings=replace(whole.settings, smile=Smile.STICKY_STRIKE))


@st.composite
def book_and_order(draw: st.DrawFn) -> tuple[Book, Trades]:
    """A book, and one to buy or sell of what it holds, or held before a row was left out."""
    whole = draw(held())
    row = draw(st.sampled_from(np.flatnonzero(~whole.positions.is_cash).tolist()))
    lot = 100.0 if whole.positions.is_stock[row] else 1.0
    one = order(whole, row, draw(st.sampled_from([lot, -lot])))
    return (without(whole, row) if draw(st.booleans()) else whole), one


def many(one: Trades, quantity: float) -> Trades:
    positions = one.book.positions
    signed = np.sign(positions.quantity) * quantity
    return replace(one, book=replace(one.book, positions=replace(positions, quantity=signed)))


def after(whole: Book, trades: Trades) -> Figures | None:
    """The figures after trades, None where they may not be held."""
    try:
        return figures_of(book_after(whole, trades))
    except RefusedPosition:
        return None


@settings(max_examples=60)
@given(drawn=book_and_order(), sticky=st.booleans(), quantity=st.integers(1, 5))
def test_what_trades_do_is_the_whole_book_with_them(
    drawn: tuple[Book, Trades], sticky: bool, quantity: int
) -> None:
    whole, one = drawn
    smile = Smile.STICKY_STRIKE if sticky else Smile.STICKY_MONEYNESS
    whole = replace(whole, settings=replace(whole.settings, smile=smile))
    before, trades = answered(whole), many(one, quantity * lot_of(one))
    there = after(whole, trades)
    margins = under_portfolio_margin(whole), strategy_margin(whole)
    if there is None:
        with pytest.raises(RefusedPosition):
            impact(*margins, trades)
        return
    made = impact(*margins, trades)
    assert_equal(amounts(made.before), amounts(before))
    assert_equal(amounts(made.after), amounts(there))
    assert_equal(amounts(there), amounts(made.after))


@settings(max_examples=30)
@given(whole=held())
def test_the_marginal_contribution_is_the_requirement_with_less_that_without(whole: Book) -> None:
    before = answered(whole).portfolio.sum()
    marginal = contribution(under_portfolio_margin(whole)).marginal
    for i in np.flatnonzero(~whole.positions.is_cash).tolist():
        rest = under_portfolio_margin(without(whole, i)).by_account.sum()
        assert marginal[i] == pytest.approx(before - rest, abs=CENTS), i


@settings(max_examples=30)
@given(whole=held())
def test_one_more_is_the_book_with_it_less_the_book_without(whole: Book) -> None:
    before = answered(whole)
    made = one_more(under_portfolio_margin(whole), strategy_margin(whole))
    for i in range(len(made.quantity)):
        trades = Trades(replace(whole, positions=made.one.only(np.array([i]))), np.zeros(1))
        there = book_after(whole, trades)
        portfolio = under_portfolio_margin(there).by_account - before.portfolio
        assert made.portfolio[i] == pytest.approx(portfolio.sum(), abs=CENTS), i
        found = after(whole, trades)
        for name in ("initial", "maintenance", "deposit"):
            wanted = np.nan if found is None else (getattr(found, name) - getattr(before, name))
            assert getattr(made, name)[i] == pytest.approx(
                np.sum(wanted), abs=CENTS, nan_ok=True
            ), (i, name)


@settings(max_examples=30)
@given(drawn=book_and_order())
def test_what_a_hedge_frees_is_what_the_book_requires_less_with_it(
    drawn: tuple[Book, Trades],
) -> None:
    whole, one = drawn
    answered(whole)
    is_portfolio = whole.settings.account_type is AccountType.PORTFOLIO
    candidates = Candidates(many(one, 1.0), np.array([MOST * lot_of(one)]))
    if is_portfolio:
        found = hedge_under_portfolio(under_portfolio_margin(whole), candidates, np.nan)
    else:
        found = hedge_by_strategy(strategy_margin(whole), candidates, np.nan)
    quantity = float(found.quantity[0])
    there = book_after(whole, many(one, quantity)) if quantity else whole
    required = requirement_less_value_added(whole, portfolio=is_portfolio)
    assert found.freed[0] == pytest.approx(
        required - requirement_less_value_added(there, portfolio=is_portfolio), abs=CENTS
    )


def requirement_less_value_added(whole: Book, *, portfolio: bool) -> float:
    """What the requirement of a regime takes from its equity, $."""
    if portfolio:
        return float(under_portfolio_margin(whole).by_account.sum())
    margin = strategy_margin(whole)
    return margin.maintenance - float(margin.value_added(RequirementKind.MAINTENANCE).sum())


def lot_of(one: Trades) -> float:
    return float(abs(one.book.positions.quantity[0]))


@settings(max_examples=30)
@given(
    drawn=book_and_order(),
    left=st.sampled_from([-500.0, 0.0, 150.0, 1_000.0, 4_000.0]),
    portfolio=st.booleans(),
)
def test_the_greatest_quantity_is_the_last_that_the_whole_book_bears(
    drawn: tuple[Book, Trades], left: float, portfolio: bool
) -> None:
    whole, one = drawn
    answered(whole)
    is_cash = whole.settings.account_type is AccountType.CASH
    assume(not (portfolio and is_cash))
    whole = with_excess(whole, one, left, portfolio=portfolio)
    candidates = Candidates(many(one, 1.0), np.array([MOST * lot_of(one)]))
    orders = SizedOrders(candidates, np.array([lot_of(one)]), np.array([np.nan]))
    margins = under_portfolio_margin(whole), strategy_margin(whole)
    capable = capacity(*margins, orders, NOTHING_KEPT, both=True)
    found = capable.portfolio if portfolio else capable.strategy
    assert found is not None
    greatest = int(found.quantity[0])
    for quantity in range(int(lot_of(one)), MOST * int(lot_of(one)) + 1, int(lot_of(one))):
        if quantity <= greatest:
            assert is_borne(whole, many(one, quantity), portfolio=portfolio), quantity
    if greatest < MOST * lot_of(one):
        assert not is_borne(whole, many(one, greatest + 1.0), portfolio=portfolio), greatest


def with_excess(whole: Book, one: Trades, left: float, *, portfolio: bool) -> Book:
    """The book with so much excess in the order's account, $, by its row of cash."""
    own = whole.positions.accounts.index(
        one.book.positions.accounts[int(one.book.positions.account[0])]
    )
    before = figures_of(whole)
    excess = before.portfolio_excess if portfolio else before.strategy_excess
    now = excess[own] + cash_of_accounts(whole)[own]
    positions, quantity = whole.positions, whole.positions.quantity.copy()
    quantity[positions.is_cash & (positions.account == own)] += left - now
    return replace(whole, positions=replace(positions, quantity=quantity))


def is_borne(whole: Book, trades: Trades, *, portfolio: bool) -> bool:
    """Whether the pre-trade check accepts trades, the whole book margined after them."""
    there = after(whole, trades)
    if there is None:
        return False
    made = replace(
        impact(under_portfolio_margin(whole), strategy_margin(whole), trades), after=there
    )
    short = made.short_under_portfolio if portfolio else made.short_by_strategy
    return not short.any()
