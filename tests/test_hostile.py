"""Careless and hostile ranges: refused in words, warned of, or answered consistently."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.books import Range
from tests.excel.ranges import spoilt
from tests.refusals import Place, assert_refused
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY

POSITIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "account", "group"],
    ["XYZ", "stock", 500, None, None, 100.0, None, None],
    ["XYZ", "call", -3, 110, "2026-12-18", 2.5, None, None],
    ["XYZ", "put", 2, 90, "2026-12-18", 2.0, None, None],
    ["ABC", "stock", -200, None, None, 50.0, None, None],
    ["ABC", "put", -1, 45, "2026-06-19", 1.5, None, None],
    ["SPX", "put", 1, 6000, "2026-12-18", 150.0, None, None],
    ["SPX", "put", -1, 5500, "2026-12-18", 80.0, None, None],
    ["CASH", "cash", 10_000, None, None, None, None, None],
]
MARKET: Range = [
    ["symbol", "price", "class", "dividend_yield", "product_group"],
    ["XYZ", 100.0, "stock", 0.01, "companies"],
    ["ABC", 50.0, "stock", None, "companies"],
    ["SPX", 6500.0, "index_high_cap", 0.012, None],
]
SETTINGS: Range = [["as_of", "2026-01-15"], ["rate", 0.04]]
DIVIDENDS: Range = [["symbol", "ex_date", "amount"], ["XYZ", "2026-03-02", 0.5]]
BOOK = (POSITIONS, MARKET, SETTINGS, DIVIDENDS)
OF_A_BOOK = [
    name for name, f in REGISTRY.items() if f.arguments and f.arguments[0].name == "positions"
]
AT = ("call", 100, 100, "2026-12-18", "2026-01-15")


def assert_plain(answer: Any) -> None:
    """A refusal in words, or finite values in a rectangle; never an internal error."""
    rows = answer if isinstance(answer, list) else [[answer]]
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert type(cell) in (str, float, bool)
        assert not isinstance(cell, float) or isfinite(cell)
        assert not isinstance(cell, str) or (len(cell) <= 255 and "internal error" not in cell)


def refused(answer: Any, place: Place, kind: str) -> None:
    """The answer is one line that refuses what stands at a place."""
    assert_refused(answer, place, kind)
    assert_plain(answer)


def checked(*ranges: Any) -> list[tuple[str, str, float | str, str]]:
    """Severity, range, row and column of each problem that XLM_CHECK lists, but defaults."""
    _, _, *rows = udfs.XLM_CHECK(*ranges)
    return [tuple(row[:4]) for row in rows if not str(row[4]).startswith("left out")]


CELLS = [
    *(None, 0, -1, 1e9, 1e300, 5e-324, float("inf"), True, "#N/A", -2146826246, pd.NaT, pd.NA),
    *("=cmd|' /C calc'!A0", "٥٠٠", "x" * 5000, "12,5", 46037, "\x00", np.float32(1.5), [1], 1j),
]


@pytest.mark.parametrize("name", OF_A_BOOK)
def test_any_cell_anywhere_answers_plainly(name: str) -> None:
    function = REGISTRY[name].function
    for heading in ("symbol", "type", "quantity", "strike", "expiration", "price"):
        for cell in CELLS:
            assert_plain(function(spoilt(POSITIONS, 3, heading, cell), *BOOK[1:]))


@pytest.mark.parametrize(
    ("row", "heading", "cell", "kind"),
    [
        (3, "quantity", -1e15, "at most 1,000,000,000"),
        (9, "quantity", 1e13, "at most"),
        (3, "strike", 1e9, "at most 10,000,000"),
        (3, "price", 1e8, "at most 10,000,000"),
        (3, "cost", 1e8, "at most 10,000,000"),
        (3, "multiplier", 1e9, "at most"),
        (2, "price", 10_000, "about 100"),
    ],
)
def test_a_number_that_no_position_has(row: int, heading: str, cell: object, kind: str) -> None:
    for function in (udfs.PM_REQUIREMENT, udfs.REGT_MAINTENANCE):
        answer = function(spoilt(POSITIONS, row, heading, cell), *BOOK[1:])
        refused(answer, ("positions", row, heading), kind)


def test_a_computed_number_of_contracts_is_whole() -> None:
    computed = spoilt(POSITIONS, 3, "quantity", -(0.1 + 0.2) * 10)
    assert udfs.PM_REQUIREMENT(computed, *BOOK[1:]) == udfs.PM_REQUIREMENT(*BOOK)


@pytest.mark.parametrize(
    ("row", "heading", "cell", "column"),
    [
        (2, "multiplier", 100, "multiplier"),
        (3, "multiplier", 1, "multiplier"),
        (2, "account", "A", "account"),
        (3, "volatility", 2.5, "volatility"),
        (3, "strike", 110_000, "strike"),
        (3, "expiration", "2026-01-15", "price"),
    ],
)
def test_what_is_probably_a_mistake_is_warned_of(
    row: int, heading: str, cell: object, column: str
) -> None:
    found = checked(spoilt(POSITIONS, row, heading, cell), *BOOK[1:])
    told = [(p[0], p[3]) for p in found if p[1] == "positions"]
    assert ("warning", column) in told
    assert {severity for severity, _ in told} == {"warning"}


def test_names_in_other_capitals_are_warned_of() -> None:
    named = POSITIONS
    for row in range(2, 10):
        named = spoilt(named, row, "account", "a" if row == 4 else "A")
    found = checked(named, *BOOK[1:])
    assert [p for p in found if p[1] == "positions"] == [("warning", "positions", 4.0, "account")]
    grouped = spoilt(spoilt(named, 3, "group", "hedge"), 4, "group", "hedge")
    assert ("warning", "positions", 4.0, "group") in checked(grouped, *BOOK[1:])


@pytest.mark.parametrize(("other", "warned"), [("B", ["account"]), ("Total", [])])
def test_an_account_among_others_by_the_name_of_their_sum_is_warned_of(
    other: str, warned: list[str]
) -> None:
    named = POSITIONS
    for row in range(2, 10):
        named = spoilt(named, row, "account", "Total" if row == 2 else other)
    found = checked(named, *BOOK[1:])
    assert [p[3] for p in found if p[:2] == ("warning", "positions")] == warned


def test_a_side_says_which_way_an_unsigned_quantity_goes() -> None:
    sold = spoilt(POSITIONS, 2, "side", "Sell to open")
    short = spoilt(POSITIONS, 2, "quantity", -500)
    assert udfs.PM_REQUIREMENT(sold, *BOOK[1:]) == udfs.PM_REQUIREMENT(short, *BOOK[1:])
    refused(
        udfs.PM_REQUIREMENT(spoilt(POSITIONS, 2, "side", "SHRT"), *BOOK[1:]),
        ("positions", 2, "side"),
        "long",
    )


def test_a_check_lists_what_the_strategy_based_figures_refuse() -> None:
    cash = [*SETTINGS, ["account_type", "cash"]]
    answer = udfs.REGT_MAINTENANCE(POSITIONS, MARKET, cash)
    refused(answer, ("positions", 5, "quantity"), "no stock sold short")
    assert ("warning", "positions", 5.0, "quantity") in checked(POSITIONS, MARKET, cash)
    forced = spoilt(spoilt(POSITIONS, 2, "group", "g"), 6, "group", "g")
    assert ("warning", "positions", 2.0, "group") in checked(forced, *BOOK[1:])


@pytest.mark.parametrize(
    ("more", "row", "column", "kind"),
    [
        ([[None, "schwab"]], 3, "name", "of the setting 'schwab'"),
        ([[None, None]] * 2500 + [["house", "schwab"]], 0, "", "at most"),
        ([["rate ٣٠d", 0.04]], 3, "name", "known setting"),
        ([["cash", 1e15]], 3, "cash", "at most"),
    ],
)
def test_no_setting_is_passed_over(more: Range, row: int, column: str, kind: str) -> None:
    answer = udfs.PM_REQUIREMENT(POSITIONS, MARKET, SETTINGS + more)
    refused(answer, ("settings", row, column), kind)


def test_empty_rows_below_the_settings_do_not_count() -> None:
    below = SETTINGS + [[None, None]] * 5000
    assert udfs.PM_REQUIREMENT(POSITIONS, MARKET, below, DIVIDENDS) == udfs.PM_REQUIREMENT(*BOOK)


def test_dividends_that_cannot_be() -> None:
    much = [DIVIDENDS[0], ["XYZ", "2026-03-02", 150]]
    refused(udfs.PM_REQUIREMENT(*BOOK[:3], much), ("dividends", 0, "amount"), "at most 60%")
    quarterly = [DIVIDENDS[0], *(["XYZ", 46_050 + 91 * i, 15.1] for i in range(4))]
    refused(udfs.PM_REQUIREMENT(*BOOK[:3], quarterly), ("dividends", 0, "amount"), "at most 60%")
    yearly = [DIVIDENDS[0], *(["XYZ", 46_050 + 365 * i, 55.0] for i in range(2))]
    assert not [problem for problem in checked(*BOOK[:3], yearly) if problem[1] == "dividends"]
    daily = [DIVIDENDS[0], *(["XYZ", 46_050 + day, 0.01] for day in range(201))]
    refused(udfs.PM_REQUIREMENT(*BOOK[:3], daily), ("dividends", 0, ""), "at most 200")
    twice = [*DIVIDENDS, DIVIDENDS[1]]
    assert checked(*BOOK[:3], twice) == [("warning", "dividends", 3.0, "amount")]


@pytest.mark.parametrize(
    ("arguments", "argument", "kind"),
    [
        ((*AT, 25), "volatility", "fraction"),
        ((*AT, 0.3, 4), "rate", "fraction"),
        ((*AT, 0.3, 0.04, 1.5), "dividend_yield", "fraction"),
        (("call", 100, 0, *AT[3:], 0.3), "strike", "strike"),
        (("call", 1e300, *AT[2:], 0.3), "spot", "at most"),
        (("call", -1, *AT[2:], 0.3), "spot", "0 or more"),
    ],
)
def test_an_option_that_cannot_be(arguments: tuple[Any, ...], argument: str, kind: str) -> None:
    refused(udfs.OPT_PRICE(*arguments), (argument, 1, "column 1"), kind)


def test_an_argument_that_is_missing_is_named() -> None:
    answer = udfs.OPT_PRICE("call", 100)
    assert answer.startswith("#XLM! ")
    assert "missing a required argument: 'strike'" in answer
    assert_plain(answer)


@pytest.mark.parametrize(
    ("dividends", "place", "kind"),
    [
        ([*DIVIDENDS, ["ABC", "2026-03-02", 1]], ("dividends", 0, "symbol"), "one underlying"),
        ([DIVIDENDS[0], ["XYZ", "2026-03-02", 1000]], ("dividends", 0, "amount"), "the spot"),
    ],
)
def test_dividends_of_an_option_that_cannot_be(dividends: Range, place: Place, kind: str) -> None:
    refused(udfs.OPT_PRICE(*AT, 0.3, 0.04, 0, "american", dividends), place, kind)


def test_answers_that_would_take_minutes_are_refused() -> None:
    strikes = [[90 + i / 100] for i in range(2000)]
    paid = [["ex_date", "amount"], *([46_050 + day, 0.01] for day in range(150))]
    long = udfs.OPT_PRICE("call", 100, strikes, *AT[3:], 0.3, 0.04, 0, "american", paid)
    refused(long, ("arguments", 0, ""), "at most 200,000")
    wide = udfs.OPT_PRICE("call", [[100.0] * 1001], [[100.0]] * 1000, *AT[3:], 0.3)
    refused(wide, ("arguments", 0, ""), "at most 1,000,000")


@pytest.mark.parametrize("strikes", [pd.Series([90, 110]), range(90, 111, 20), (90, 110)])
def test_strikes_however_python_holds_them(strikes: object) -> None:
    answer = udfs.OPT_PRICE("call", 100, strikes, *AT[3:], 0.3)
    assert answer == udfs.OPT_PRICE("call", 100, [[90, 110]], *AT[3:], 0.3)


def test_frames_without_columns_are_left_out() -> None:
    refused(udfs.PM_REQUIREMENT(pd.DataFrame(), *BOOK[1:]), ("positions", 0, ""), "range")
    frame = pd.DataFrame(POSITIONS[1:], columns=POSITIONS[0], dtype=object)
    assert udfs.PM_REQUIREMENT(frame, *BOOK[1:]) == udfs.PM_REQUIREMENT(*BOOK)
    alone = pd.DataFrame({"k": [90, 110]})
    refused(udfs.OPT_PRICE("call", 100, alone, *AT[3:], 0.3), ("strike", 1, "column 1"), "number")


def test_an_option_symbol_without_a_strike() -> None:
    refused(udfs.XLM_SYMBOL("XYZ261218C00000000"), ("symbol", 0, ""), "OCC option symbol")


def test_related_answers_agree() -> None:
    requirement = udfs.PM_REQUIREMENT(*BOOK)
    headings, *groups = udfs.PM_GROUPS(*BOOK)
    alone = [row for row in groups if row[headings.index("part of")] == "account"]
    assert sum(row[headings.index("requirement")] for row in alone) == pytest.approx(requirement)
    shares = [row[-1] for row in udfs.PM_CONTRIBUTION(*BOOK)[1:]]
    assert sum(shares) == pytest.approx(requirement)
    assert udfs.PM_PATH(*BOOK, [[0]], headers=False)[0][2] == pytest.approx(requirement)
    assert udfs.XLM_EXPLAIN(*BOOK)[1][1] == requirement
    for basis, function in (
        ("initial", udfs.REGT_INITIAL),
        ("maintenance", udfs.REGT_MAINTENANCE),
    ):
        headings, *legs = udfs.REGT_STRATEGIES(
            POSITIONS, MARKET, [*SETTINGS, ["basis", basis]], DIVIDENDS
        )
        asked = sum(leg[headings.index(basis)] for leg in legs)
        assert asked == pytest.approx(function(*BOOK), abs=0.005)
        assert udfs.XLM_EXPLAIN(*BOOK, basis)[1][1] == function(*BOOK)
