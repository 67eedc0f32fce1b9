"""Whatever stands in a cell of trades or candidates, the answer is a table or a plain refusal."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.what_if.books import (
    CASH,
    JANUARY,
    MARCH,
    MARKET,
    SETTINGS,
    SHORT_PUT,
    STOCK,
    TRADES,
    action,
    positions,
    trades,
)
from xlmargin import udfs

HELD = positions(STOCK, SHORT_PUT, CASH)
ROWS = trades(
    action(["XYZ", "put", None, 480, JANUARY], action="roll", to_expiration=MARCH, to_price=7.0),
    ["XYZ", "call", -2, 520, JANUARY, 8.0, 7.9, None, 1.0],
    action(["XYZ", "stock", 10], action="close"),
    ["USD", "cash", 500],
)
CANDIDATES = [row[:9] for row in ROWS[:3]]
cells = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=8),
    st.booleans(),
    st.dates(),
    st.sampled_from(["#N/A", "=1+1", "close", "roll", "put", "cash", 0, -1, dt.datetime.max]),
)


def judge(answer: list[list[Any]] | str) -> None:
    if isinstance(answer, str):
        assert answer.startswith("#XLM! "), answer
        assert "internal error" not in answer
        assert len(answer) <= 255
        return
    assert len({len(row) for row in answer}) == 1
    for cell in (cell for row in answer for cell in row):
        assert type(cell) in (str, float, bool)
        assert not isinstance(cell, float) or math.isfinite(cell)


@settings(max_examples=150, deadline=None)
@given(row=st.integers(0, 4), column=st.integers(0, len(TRADES) - 1), cell=cells)
def test_any_cell_of_trades(row: int, column: int, cell: object) -> None:
    spoilt = [list(each) for each in ROWS]
    spoilt[row][column] = cell
    judge(udfs.MARGIN_WHATIF(HELD, spoilt, MARKET, SETTINGS))


@settings(max_examples=100, deadline=None)
@given(
    row=st.integers(0, 2),
    column=st.integers(0, 8),
    cell=cells,
    account_type=st.sampled_from(["portfolio", "margin", "cash"]),
)
def test_any_cell_of_candidates(row: int, column: int, cell: object, account_type: str) -> None:
    spoilt = [list(each) for each in CANDIDATES]
    spoilt[1][2] = 5
    spoilt[row][column] = cell
    held = positions(STOCK, CASH)
    setting = [*SETTINGS, ["account_type", account_type]]
    judge(udfs.MARGIN_HEDGE(held, spoilt, MARKET, setting))


@pytest.mark.parametrize("name", ["MARGIN_WHATIF", "MARGIN_HEDGE"])
@pytest.mark.parametrize("junk", [0, "x", [1, 2], [["symbol"]], [[None, None]], {"a": 1}, object()])
def test_any_range(name: str, junk: object) -> None:
    judge(getattr(udfs, name)(HELD, junk, MARKET, SETTINGS))
