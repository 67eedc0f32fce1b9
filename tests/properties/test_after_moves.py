"""Requirements after many moves together are those of a book margined after each by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_book_parts import CENTS, book, ticked
from xlmargin import computing
from xlmargin.book import Book
from xlmargin.portfolio_margin.after_moves import along
from xlmargin.portfolio_margin.path import curves_of_accounts
from xlmargin.portfolio_margin.portfolio_requirement import MarginInputs
from xlmargin.regimes import under_portfolio_margin

MOVES = (-0.6, -0.15, 0.0, 0.04, 0.9)


@settings(max_examples=60)
@given(whole=book())
def test_many_moves_together_are_each_by_itself(whole: Book) -> None:
    inputs = under_portfolio_margin(whole).inputs
    [after] = along(inputs, np.array(MOVES))
    held = ~whole.positions.is_cash
    for i in range(len(MOVES)):
        alone = after.portfolio_margin(i)
        value = whole.by_account(np.where(held, alone.market_value, 0.0))
        assert after.requirement[:, i] == pytest.approx(alone.by_account, abs=CENTS)
        assert after.value[:, i] == pytest.approx(value, abs=CENTS)


@settings(max_examples=60)
@given(whole=book(), volatility=st.sampled_from([0.0, 0.0, 0.5]))
def test_curves_by_part_are_those_of_the_whole(whole: Book, volatility: float) -> None:
    inputs, moves = under_portfolio_margin(whole).inputs, np.array(MOVES)
    [after] = along(inputs, moves, volatility)
    value, requirement = curves_of_accounts(inputs, moves, volatility)
    assert value == pytest.approx(after.value, abs=CENTS)
    assert requirement == pytest.approx(after.requirement, abs=CENTS)


TICKS = [("AAA", 1.02), ("BBB", 0.97), ("OTC", 1.05), ("III", 0.99)]


@settings(max_examples=30)
@given(whole=book(), ticks=st.permutations(TICKS), out=st.integers(0, 13))
def test_curves_are_the_same_whatever_was_looked_at_before(
    whole: Book, ticks: list[tuple[str, float]], out: int
) -> None:
    def curves(own: Book) -> list[Any]:
        return [side.tolist() for side in curves_of_accounts(of(own), np.array(MOVES))]

    def of(own: Book) -> MarginInputs:
        return under_portfolio_margin(own).inputs

    rows = np.arange(len(whole.positions))
    books = [whole, whole.only(np.delete(rows, out % len(rows)))]
    for tick in ticks:
        books.append(ticked(books[-1], *tick))
    for move in (*reversed(ticks), *ticks):
        books.append(ticked(books[-1], *move))
    there = list(map(curves, books))
    for own, known in zip(books, there, strict=True):
        computing.forget()
        assert curves(own) == known
