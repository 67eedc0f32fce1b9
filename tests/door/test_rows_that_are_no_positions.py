"""Rows of a table that are no positions: other sections below a title, and sums of the others."""

from __future__ import annotations

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

SETTINGS: Range = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]
MARKET: Range = [["symbol", "price"], ["XYZ", 100.0]]
HELD: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 100.0],
    ["XYZ", "call", -5, 110, "2027-03-19", 4.2],
    ["XYZ", "put", -3, 90, "2027-03-19", 3.1],
]
PUTS = ["XYZ", "put", -30, 85, "2027-03-19", 2.0]


def listed(positions: Range) -> list[list[object]]:
    table = udfs.XLM_CHECK(positions, MARKET, SETTINGS)
    assert isinstance(table, list), table
    return [row for row in table[1:] if row[1] == "positions"]


@pytest.mark.parametrize(
    "title",
    ["Closed positions", "Pending orders", "My watch list", "Working orders (3)", "Trade history"],
)
@pytest.mark.parametrize("blank", [0, 2])
def test_what_a_title_says_is_not_held_is_refused(title: str, blank: int) -> None:
    positions = [*HELD, *[[None] * 6] * blank, [title], PUTS]
    row = len(HELD) + blank + 1
    assert f"positions, row {row}: found '{title}'" in udfs.PM_REQUIREMENT(
        positions, MARKET, SETTINGS
    )
    assert ["error", "positions", float(row)] in [found[:3] for found in listed(positions)]


@pytest.mark.parametrize(
    "title",
    [
        "Open positions",
        "Options in closed-end funds",
        "ETFs & Closed End Funds",
        "Unrealized gains of the day",
    ],
)
def test_other_titles_are_left_out_with_a_note(title: str) -> None:
    whole = udfs.PM_REQUIREMENT([*HELD, PUTS], MARKET, SETTINGS)
    assert udfs.PM_REQUIREMENT([*HELD, [title], PUTS], MARKET, SETTINGS) == whole


def test_a_footnote_may_speak_of_what_is_not_there() -> None:
    noted = [*HELD, ["Closed positions and orders are not shown."]]
    assert udfs.PM_REQUIREMENT(noted, MARKET, SETTINGS) == udfs.PM_REQUIREMENT(
        HELD, MARKET, SETTINGS
    )


def test_a_row_without_a_type_among_typed_ones_is_noted() -> None:
    positions = [*HELD, ["XYZ", None, 7, None, None, 100.0]]
    assert ["note", "positions", 5.0, "type", "none: taken as stock"] in [
        row[:5] for row in listed(positions)
    ]


@pytest.mark.parametrize("kind", [None, "stock"])
def test_the_sum_above_grouped_positions_is_a_warning(kind: str | None) -> None:
    parent = ["XYZ", kind, 492, None, None, 100.0]  # 500 - 5 - 3
    warned = [row for row in listed([HELD[0], parent, *HELD[1:]]) if row[0] == "warning"]
    assert [row[2:5] for row in warned] == [
        [2.0, "quantity", "+492 XYZ, the sum of its other rows"]
    ]
    assert not [row for row in listed(HELD) if row[0] == "warning"]
    other = ["XYZ", kind, 491, None, None, 100.0]
    assert not [row for row in listed([HELD[0], other, *HELD[1:]]) if row[0] == "warning"]


@pytest.mark.parametrize("symbol", ["BTC-USD", "ETH-USDT", "EUR.USD", "EUR/USD", "SOL/BTC"])
def test_a_pair_of_currencies_is_no_share(symbol: str) -> None:
    """A coin was margined as a class of shares, at 15%."""
    positions = [*HELD, [symbol, "stock", 1, None, None, 90_000.0]]
    answer = udfs.PM_REQUIREMENT(positions, MARKET, SETTINGS)
    assert_refused(answer, ("positions", 5, "symbol"), "a ticker")
