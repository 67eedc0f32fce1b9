"""Ranges of several dates: a book for each, and one day's fault is that day's alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.excel.ranges import Range
from tests.reading import ranges_of
from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.answers import history_of
from xlmargin.excel.history import days_of
from xlmargin.excel.range_checks import problems_of
from xlmargin.history import ShadowDay

SETTINGS: Range = [["as_of", "2020-01-02"], ["rate", 0.04]]
POSITIONS: Range = [
    ["date", "symbol", "type", "quantity", "strike", "expiration", "price"],
    ["2026-01-16", "XYZ", "stock", 200, None, None, 101.0],
    ["2026-01-15", "XYZ", "stock", 100, None, None, 100.0],
    [46037, "XYZ", "put", -1, 95, "2026-12-18", 2.5],
]
MARKET: Range = [["Date", "symbol", "price"], [46037, "XYZ", 100.0], [46038, "XYZ", 101.0]]


@pytest.mark.parametrize("market", [MARKET, None, [MARKET[0], MARKET[2], MARKET[1]]])
def test_a_book_for_each_day_in_the_order_of_time(market: Range | None) -> None:
    days = days_of(ranges_of(POSITIONS, market, SETTINGS).tables)
    assert [day.day for day in days] == [46037.0, 46038.0]
    first, second = (day.book() for day in days)
    assert (first.market.as_of, second.market.as_of) == (46037.0, 46038.0)
    assert first.positions.row.tolist() == [3, 4]
    assert second.positions.quantity.tolist() == [200]
    assert [u.spot for u in second.market.underlyings] == [101.0]
    assert first.market.curve.rates == (0.04,)


def test_times_of_a_day_are_that_day() -> None:
    rows = [POSITIONS[0], [46037.25, *POSITIONS[2][1:]], [46037.75, *POSITIONS[3][1:]]]
    (day,) = history_of(ranges_of(rows, None, SETTINGS))
    assert (day.day, day.problem) == (46037.0, "")


def test_the_same_content_is_read_once() -> None:
    assert history_of(ranges_of(POSITIONS, None, SETTINGS)) is history_of(
        ranges_of([list(row) for row in POSITIONS], None, SETTINGS)
    )


def refusals(
    positions: Range, market: Range | None = MARKET, settings: Range = SETTINGS
) -> tuple[Problem, ...]:
    """What refuses the ranges as such."""
    with pytest.raises(InputError) as refused:
        history_of(ranges_of(positions, market, settings))
    return refused.value.problems


def test_a_row_without_a_date() -> None:
    rows = [*POSITIONS, [None, "XYZ", "stock", 1, None, None, 1.0]]
    (problem,) = refusals(rows)
    assert_refused(problem, ("positions", 5, "date"), "date")


@pytest.mark.parametrize("cell", ["5.1.2026", "soon", 3.0, True])
def test_a_date_that_is_none(cell: object) -> None:
    (problem,) = refusals([*POSITIONS, [cell, "XYZ", "stock", 1, None, None, 1.0]])
    assert_refused(problem, ("positions", 5, "date"), "date")


def test_positions_without_dates() -> None:
    (problem,) = refusals([row[1:] for row in POSITIONS])
    assert_refused(problem, ("positions", 1, "date"), "column")


def test_ranges_without_rows_or_left_out() -> None:
    for found, name in ((refusals([POSITIONS[0]]), "positions"),
                        (refusals(POSITIONS, [MARKET[0]]), "market")):  # fmt: skip
        (problem,) = found
        assert_refused(problem, (name, 0, ""), "one row")
    (left_out,) = refusals(None)
    assert_refused(left_out, ("positions", 0, ""), "range")


def test_a_market_with_neither_dates_nor_rows_is_left_out() -> None:
    blank: Range = [["symbol", "price", "class"], [None, None, None]]
    (one, other) = (history_of(ranges_of(POSITIONS, market, SETTINGS)) for market in (None, blank))
    assert [day.day for day in other] == [day.day for day in one]
    assert not any(day.problem for day in other)


def test_a_market_without_dates() -> None:
    (problem,) = refusals(POSITIONS, [["symbol", "price"], ["XYZ", 100.0]])
    assert_refused(problem, ("market", 1, "date"), "column")


def test_settings_that_nobody_can_read_refuse_every_day_at_once() -> None:
    (problem,) = refusals(POSITIONS, settings=[["rate", 0.04], ["hous", "schwab"]])
    assert_refused(problem, ("settings", 2, "name"), "house")


def days(positions: Range, market: Range | None = MARKET) -> dict[str, ShadowDay]:
    read = history_of(ranges_of(positions, market, SETTINGS))
    return {date_of(day.day).isoformat(): day for day in read}


ONE_DAY_WRONG: dict[str, tuple[Range, Range, str]] = {
    "no prices that day": (
        [*POSITIONS, ["2026-01-20", "XYZ", "put", 1, 95, "2026-12-18", 2.5]],
        MARKET,
        "row 5, symbol: found 'XYZ', wanted its price",
    ),
    "an underlying that has no price yet": (
        [*POSITIONS, ["2026-01-20", "ABC", "put", 1, 95, "2026-12-18", 2.5]],
        [*MARKET, ["2026-01-20", "XYZ", 100.0], ["2026-01-21", "ABC", 100.0]],
        "row 5, symbol: found 'ABC', wanted its price",
    ),
    "an option that expired": (
        [*POSITIONS, ["2026-01-20", "XYZ", "put", 1, 95, "2026-01-19", 2.5]],
        [*MARKET, ["2026-01-20", "XYZ", 100.0]],
        "2026-01-20 or later: the option has expired",
    ),
    "an underlying twice": (
        [*POSITIONS, ["2026-01-20", "XYZ", "stock", 1, None, None, 100.0]],
        [*MARKET, ["2026-01-20", "XYZ", 100.0], ["2026-01-20", "XYZ", 101.0]],
        "market, row 5, symbol: found 'XYZ', wanted one row for XYZ; another is row 4",
    ),
    "an option at a price that no volatility gives": (
        [*POSITIONS, ["2026-01-20", "XYZ", "put", 1, 95, "2026-12-18", 200.0]],
        [*MARKET, ["2026-01-20", "XYZ", 100.0]],
        "row 5, price: found 200",
    ),
    "a text for a number": (
        [*POSITIONS, ["2026-01-20", "XYZ", "stock", "many", None, None, 100.0]],
        [*MARKET, ["2026-01-20", "XYZ", 100.0]],
        "row 5, quantity: found the text 'many'",
    ),
}


@pytest.mark.parametrize("case", ONE_DAY_WRONG.values(), ids=ONE_DAY_WRONG)
def test_a_day_that_fails_says_why_and_the_others_stand(case: tuple[Range, Range, str]) -> None:
    positions, market, why = case
    read, alone = days(positions, market), days(POSITIONS)
    assert why in read["2026-01-20"].problem
    by_strategy = "portfolio margin refused" in read["2026-01-20"].problem
    assert read["2026-01-20"].accounts == (("",) if by_strategy else ())
    assert np.isnan(read["2026-01-20"].portfolio_requirement).all()
    for day in ("2026-01-15", "2026-01-16"):
        assert read[day].problem == ""
        assert read[day].initial.tolist() == alone[day].initial.tolist()


def test_an_underlying_may_appear_midway() -> None:
    positions = [*POSITIONS, ["2026-01-20", "ABC", "stock", 10, None, None, 50.0]]
    read = days(positions, [*MARKET, ["2026-01-20", "ABC", 50.0]])
    assert read["2026-01-20"].problem == ""
    assert read["2026-01-20"].long_market_value.tolist() == [500.0]


def test_the_worksheet_answers_rows_by_date() -> None:
    wrong = [*POSITIONS, ["2026-01-20", "XYZ", "put", 1, 95, "2026-12-18", 2.5]]
    headings, first, second, third = udfs.MARGIN_HISTORY(wrong, MARKET, SETTINGS)
    assert headings[:2] == ["date", "account"]
    assert headings[-2:] == ["problem", "warning"]
    at = {heading: i for i, heading in enumerate(headings)}
    assert [row[0] for row in (first, second, third)] == [46037.0, 46038.0, 46042.0]
    assert second[at["initial"]] == 10_100.0  # 50% of 200 shares at 101
    assert second[at["maintenance share"]] == 0.25
    assert second[at["strategy equity"]] == "#N/A"  # no cash is stated
    assert third[at["initial"]] == "#N/A"
    assert third[at["problem"]].startswith("positions, row 5, symbol")
    assert udfs.MARGIN_HISTORY(wrong, MARKET, SETTINGS, headers=False) == [first, second, third]


def test_nothing_is_due_where_there_is_no_call() -> None:
    cash = [["2026-01-15", "", "cash", 0, None, None, None]]
    headings, first, _ = udfs.MARGIN_HISTORY([*POSITIONS, *cash], MARKET, SETTINGS)
    at = {heading: i for i, heading in enumerate(headings)}
    assert first[at["strategy call"]] == 0.0
    assert first[at["strategy call due"]] == ""


def test_the_worksheet_sums_up() -> None:
    rows = udfs.MARGIN_HISTORY_SUMMARY(POSITIONS, MARKET, SETTINGS)
    figures = {row[0]: row[1:] for row in rows}
    assert figures["figure"] == ["value", "date", "note"]
    assert figures["days"][0] == figures["account-days"][0] == 2.0
    assert figures["average long market value"][0] == 15_100.0
    assert figures["greatest maintenance requirement"][1] == 46038.0


def test_a_refused_range_is_one_line() -> None:
    answer = udfs.MARGIN_HISTORY(POSITIONS, [["symbol", "price"], ["XYZ", 100.0]])
    assert answer.startswith("#XLM! market, row 1, date")


def problems(positions: Range, market: Range | None = MARKET) -> list[str]:
    def today() -> dt.date:
        return dt.date(2026, 1, 20)

    found = problems_of(ranges_of(positions, market, SETTINGS, today=today))
    return [f"{problem.severity}: {problem}" for problem in found]


def test_a_check_lists_the_problems_of_each_day() -> None:
    wrong = [
        *POSITIONS,
        ["2026-01-20", "XYZ", "put", 1, 95, "2026-12-18", 2.5],
        ["2026-01-21", "XYZ", "stock", "many", None, None, 100.0],
    ]
    market = [*MARKET, ["2026-01-21", "XYZ", 100.0]]
    found = problems(wrong, market)
    assert len(found) == 3
    assert found[0].startswith("note: settings: left out, so that these count: account_type port")
    found = found[1:]
    assert found[0].startswith("error: positions, row 5, symbol: found 'XYZ', wanted its price")
    assert found[1].startswith("error: positions, row 6, quantity: found the text 'many'")


def test_a_check_finds_hidden_splits_and_refused_prices() -> None:
    rows = [
        *POSITIONS,
        ["2026-01-20", "XYZ", "stock", 400, None, None, 50.0],
        ["2026-01-20", "XYZ", "put", 1, 45, "2026-12-18", 200.0],
    ]
    split, price = (found for found in problems(rows, None) if not found.startswith("note"))
    assert split.startswith("warning: positions, quantity: found XYZ: 200 shares at 101, then 400")
    assert "on 2026-01-20" in split
    assert price.startswith("error: positions, row 6, price: found 200")


def test_a_check_finds_what_one_regime_alone_refuses() -> None:
    headings = ["date", "symbol", "type", "quantity", "strike", "expiration", "price", "group"]
    put = ["XYZ", "put", -1, 95, "2026-12-18", 2.5, "a"]
    alone = [["2026-01-15", "XYZ", "stock", 100, None, None, 100.0, None], ["2026-01-15", *put]]
    apart = [["2026-01-16", "XYZ", "stock", 100, None, None, 100.0, "a"], ["2026-01-16", *put]]
    rows: Range = [headings, *alone, *apart]
    (refused,) = (found for found in problems(rows, None) if not found.startswith("note"))
    assert refused.startswith("error: positions, row 4, group: found +100 XYZ, group 'a'")
    assert [bool(day.problem) for day in history_of(ranges_of(rows, None, SETTINGS))] == [
        False,
        True,
    ]


def test_a_check_of_one_date_is_that_of_any_book() -> None:
    ranges = ([POSITIONS[0], POSITIONS[2]], None, [*SETTINGS, ["cash", 0]])
    found = udfs.XLM_CHECK(*ranges)
    assert found[1][0] == "3 notes"
    assert [row[3] for row in found[2:]] == ["", "cost", "class"]


def test_a_check_of_ranges_that_cannot_be_split_by_day() -> None:
    (problem,) = problems(POSITIONS, [["symbol", "price"], ["XYZ", 100.0]])
    assert problem.startswith("error: market, row 1, date")
