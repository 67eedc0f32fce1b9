"""Of pairings that leave as much, which is found hangs on no order of rows, nor of the market's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmargin import computing
from xlmargin.excel.ranges import Ranges
from xlmargin.strategy_margin import RequirementKind, strategy_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "style"]
SETTINGS = [["as_of", "2026-01-15"], ["rate", 0.04], ["account_type", "margin"]]
MARKET = [
    ["SPX", 100.0, "index_broad", "SPX"],
    ["XSP", 10.0, "index_broad", "SPX"],
    ["SPY", 10.0, "etf_broad", "SPX"],
]
DAY = "2027-12-17"
SCALE = {"SPX": 10, "XSP": 1, "SPY": 1}


def required(rows: list[list[object]], market: list[list[object]]) -> list[float]:
    """Requirement and value added of each kind, $."""
    computing.forget()
    market_range = [["symbol", "price", "class", "class_group"], *market]
    margin = strategy_margin(Ranges([HEADINGS, *rows], market_range, SETTINGS).book())
    kinds = [*RequirementKind]
    return [
        *(margin.requirement(kind) for kind in kinds),
        *(float(margin.value_added(kind).sum()) for kind in kinds),
    ]


def option(symbol: str, kind: str, quantity: int, strike: int, price: float) -> list[object]:
    """An option; strike and price at the scale of the small index."""
    style = "american" if symbol == "SPY" else "european"
    scale = SCALE[symbol]
    return [symbol, kind, quantity, strike * scale, DAY, price * scale, style]


def box(symbol: str, lower: int, upper: int, prices: tuple[float, ...]) -> list[list[object]]:
    """A long box."""
    sides = [("call", 1, lower), ("put", -1, lower), ("put", 1, upper), ("call", -1, upper)]
    return [
        option(symbol, kind, quantity, strike, price)
        for (kind, quantity, strike), price in zip(sides, prices, strict=True)
    ]


def test_a_box_of_a_small_index_beside_the_full_one() -> None:
    """With the box or without it as much is left: 1,972.50 of 100 more equity, or 1,872.50."""
    rows = [
        *box("XSP", 9, 10, (2.0, 1.0, 0.5, 0.5)),
        option("SPX", "put", 2, 10, 0.5),
        option("XSP", "call", 1, 12, 0.5),
        option("SPX", "put", -1, 8, 2.0),
        option("XSP", "put", -2, 8, 1.0),
        option("XSP", "call", -1, 8, 1.0),
        ["SPY", "stock", 100, None, None, 10.0, None],
    ]
    assert required(rows, MARKET) == pytest.approx(required(rows[::-1], MARKET[::-1]))
    swapped = [MARKET[1], MARKET[0], MARKET[2]]
    assert required(rows, MARKET) == pytest.approx(required(rows, swapped))


SYMBOLS = st.sampled_from(["SPX", "XSP"])
PRICES = st.sampled_from([0.5, 1.0, 2.0])
OPTIONS = st.builds(
    option,
    st.sampled_from(["SPX", "XSP", "SPY"]),
    st.sampled_from(["call", "put"]),
    st.sampled_from([-2, -1, 1, 2]),
    st.integers(8, 12),
    PRICES,
)


@settings(max_examples=30, deadline=None)
@given(
    box=st.builds(box, SYMBOLS, st.just(9), st.integers(10, 12), st.tuples(*[PRICES] * 4)),
    others=st.lists(OPTIONS, min_size=1, max_size=6),
    data=st.data(),
)
def test_any_order_of_rows(
    box: list[list[object]], others: list[list[object]], data: st.DataObject
) -> None:
    rows = [*box, *others]
    market = data.draw(st.permutations(MARKET))
    again = required(data.draw(st.permutations(rows)), market)
    assert required(rows, MARKET) == pytest.approx(again)
