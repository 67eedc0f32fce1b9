"""Ranges read into tables: headings, titles, totals, footnotes, columns, errors, notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from xlmargin.cells.columns import dates, names, numbers, words
from xlmargin.cells.problems import ProblemLog, counted
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import CodedCells, RangeTable, SourceRows, joined
from xlmargin.cells.unknown_columns import refuse_unread_multiplier, unknown_headings
from xlmargin.cells.values import Day, clean_text, is_error, rows_of, to_value
from xlmargin.cells.words import MARKET, POSITIONS, SIDES, TYPES, YES_NO, Side, TypeWord, YesNo
from xlmargin.errors import Problem, Severity

HEADINGS = ["symbol", "type", "quantity", "price"]


def read(*rows: Sequence[object], log: ProblemLog | None = None) -> RangeTable:
    return read_table(list(rows), "positions", POSITIONS, log or ProblemLog())


def found(log: ProblemLog) -> list[tuple[str, int, str]]:
    return [(str(p.severity), p.row, p.column) for p in log.problems]


def test_a_range_becomes_columns() -> None:
    table = read(HEADINGS, ["XYZ", "stock", 100, 50.0], ["ABC", "stock", -5, None])
    assert table.rows.tolist() == [2, 3]
    assert table.cells("symbol") == ["XYZ", "ABC"]
    assert table.cells("quantity") == [100.0, -5.0]
    assert table.empty("price").tolist() == [False, True]
    assert table.cell("price", 1) is None
    assert table.take([1]).cells("symbol") == ["ABC"]


def test_a_second_row_of_headings_is_named_as_one() -> None:
    """Once, and not by what is wrong with each of its cells; a row with a number is an entry."""
    log = ProblemLog()
    table = read(HEADINGS, ["Ticker", "Instrument", "Qty", "Last"], ["XYZ", "stock", 1, 5], log=log)
    assert table.rows.tolist() == [3]
    assert found(log) == [("error", 2, "")]
    assert log.problems[0].found == "'Ticker, Instrument, Qty, Last'"
    assert "looks like a second row of headings" in log.problems[0].wanted
    log = ProblemLog()
    assert len(read(HEADINGS, ["LAST", "account", 1, 5.0], log=log)) == 1
    assert len(read(HEADINGS, ["COST", "shares", "1,000", "$900.00"], log=log)) == 1
    assert found(log) == []


def test_every_cell_of_a_host_has_a_value() -> None:
    cells = [None, "", " x ", True, 3, 2.5, Decimal("1.5"), dt.date(2026, 12, 18), np.int64(7),
             float("nan"), -2146826246, "#n/a", 10**400]  # fmt: skip
    values = [to_value(cell) for cell in cells]
    assert values == [None, None, "x", "TRUE", 3.0, 2.5, 1.5, Day(46374), 7.0, None, "#N/A", "#N/A",
                      "<number too large>"]  # fmt: skip


def test_signs_that_only_look_different_are_one() -> None:
    assert clean_text("SPY\u00a0\u200b 1") == "SPY  1"
    assert clean_text("Dec 18 \u201926") == "Dec 18 '26"
    assert clean_text("\uff11\uff12\u2009") == "12"


@pytest.mark.parametrize("error", ["#N/A", "#REF!", -2146826265, "#div/0!"])
@pytest.mark.parametrize("column", range(4))
def test_an_error_cell_is_an_error_in_any_column(error: object, column: int) -> None:
    row: list[object] = ["XYZ", "stock", 100, 50.0]
    row[column] = error
    log = ProblemLog()
    read(HEADINGS, ["ABC", "stock", 1, 2.0], row, log=log)
    assert found(log) == [("error", 3, HEADINGS[column])]


def test_a_row_of_errors_does_not_vanish() -> None:
    log = ProblemLog()
    table = read(HEADINGS, ["#N/A"] * 4, log=log)
    assert len(table) == 1
    assert len(log.errors) == 4


def test_headings_are_found_below_titles() -> None:
    log = ProblemLog()
    table = read(["My book"], [None], HEADINGS, ["XYZ", "stock", 100, 50.0], log=log)
    assert table.rows.tolist() == [4]
    assert found(log) == [("note", 1, "")]


def test_totals_footnotes_and_repeated_headings_are_left_out_with_a_note() -> None:
    log = ProblemLog()
    table = read(
        HEADINGS,
        ["XYZ", "stock", 100, 50.0],
        HEADINGS,
        [None, None, None, None],
        ["Total", None, 100, None],
        ["Subtotal of stocks:", None, None, 5],
        ["Prices are delayed by twenty minutes"],
        ["Page 1 of 1", None],
        log=log,
    )
    assert table.rows.tolist() == [2]
    assert not log.errors
    assert sorted(row for p in log.problems for row in (p.rows or (p.row,))) == [3, 5, 6, 7, 8]


def test_a_ticker_without_a_quantity_is_no_footnote() -> None:
    table = read(HEADINGS, ["XYZ"], ["XYZ 12/18/26 C500"], ["TOTL", "stock", 1, 2.0])
    assert table.rows.tolist() == [2, 3, 4]


def test_the_preferred_column_goes_first_and_the_other_fills_its_gaps() -> None:
    log = ProblemLog()
    table = read(
        ["symbol", "shares", "quantity", "price"],
        ["XYZ", 5, None, 1.0],
        ["ABC", 7, 7, 1.0],
        log=log,
    )
    assert table.cells("quantity") == [5, 7]
    assert found(log) == [("note", 1, "quantity")]


def test_columns_of_one_meaning_must_not_contradict_each_other() -> None:
    log = ProblemLog()
    read(["symbol", "shares", "quantity"], ["XYZ", 5, 6], log=log)
    assert ("error", 2, "quantity") in found(log)


@pytest.mark.parametrize("word", ["Sell", "sell to open", "SLD"])
def test_an_unknown_column_of_side_words_is_the_side(word: str) -> None:
    log = ProblemLog()
    table = read(["symbol", "quantity", "what I did"], ["XYZ", 5, word], log=log)
    assert words(table, "side", SIDES, "", log).tolist() == [SIDES.members.index(Side.SHORT)]
    assert "read as side" in log.problems[0].found
    unknown_headings(table, POSITIONS, log)
    assert len(log.problems) == 1


def test_an_unknown_column_of_single_letters_refuses() -> None:
    log = ProblemLog()
    read(["symbol", "quantity", "x"], ["XYZ", 5, "S"], log=log)
    assert found(log) == [("error", 1, "x")]


def test_an_unknown_column_of_currencies_is_the_currency() -> None:
    table = read(["symbol", "quantity", "money"], ["XYZ", 5, "JPY"])
    assert table.cells("currency") == ["JPY"]


def test_an_unknown_column_of_tens_beside_options_refuses() -> None:
    log = ProblemLog()
    table = read(["symbol", "quantity", "per"], ["X", 5, 10], ["Y", 5, 100], ["Z", 1, 3], log=log)
    refuse_unread_multiplier(table, np.array([True, True, False]), log)
    assert found(log) == [("error", 1, "per")]


def test_files_name_their_rows_and_letters() -> None:
    log = ProblemLog()
    rows = SourceRows([["t", *HEADINGS], ["", "XYZ", "stock", "1OO", 5]], "book.csv")
    table = read_table(rows, "positions", POSITIONS, log)
    numbers(table, "quantity", log)
    assert str(log.problems[0]).startswith("book.csv, row 2, quantity (column D): found the text")


def test_problems_alike_are_one_with_all_their_rows() -> None:
    log = ProblemLog()
    table = read(
        HEADINGS, *[["XYZ", "stock", "x" if i % 5 else 1, 1.0] for i in range(12)], log=log
    )
    numbers(table, "quantity", log)
    (problem,) = log.problems
    assert problem.rows == (3, 4, 5, 6, 8, 9, 10, 11, 13)
    assert "rows 3-6, 8-11, 13" in str(problem)
    log.warning("market", 2, "price", "1", "more")
    assert counted(log.problems) == "1 error, 1 warning"


def test_what_follows_from_an_error_is_no_error() -> None:
    log = ProblemLog()
    table = read(HEADINGS, ["XYZ", "putt", 1, 1.0], ["XYZ", "put", 1, 1.0], log=log)
    words(table, "type", TYPES, "", log)
    log.errors_where(np.array([True, True]), table, "price", "another", after=("type",))
    assert found(log) == [("error", 2, "type"), ("error", 3, "price")]


def test_percent_is_read_where_it_may_be() -> None:
    log = ProblemLog()
    table = read(["symbol", "quantity", "volatility"], ["XYZ", "5%", "25%"], log=log)
    assert numbers(table, "volatility", log, percent=True).tolist() == [0.25]
    assert np.isnan(numbers(table, "quantity", log)).all()


def test_dates_of_a_column_are_noted_once() -> None:
    log = ProblemLog()
    rows = [["XYZ", 1, "12/18/26"], ["XYZ", 1, "12/5/26"]]
    table = read(["symbol", "quantity", "expiration"], *rows, log=log)
    assert dates(table, "expiration", log).tolist() == [46374, 46361]
    assert [p.found for p in log.problems] == ["dates read as month/day/year"]


def test_names_are_coded_and_formulas_refused() -> None:
    log = ProblemLog()
    rows = [["X", 1, "B"], ["X", 1, 12.0], ["X", 1, None], ["X", 1, "=A1"]]
    table = read(["symbol", "quantity", "account"], *rows, log=log)
    assert list(names(table, "account", log)) == ["B", "12", "", ""]
    assert found(log) == [("error", 5, "account")]


def test_words_of_lists() -> None:
    assert TYPES.read("Common Stock") is TypeWord.STOCK
    assert TYPES.read("us_option") is TypeWord.OPTION
    assert TYPES.read("FUT") is TypeWord.OTHER
    assert SIDES.read("Sell (to open)") is Side.SHORT
    assert SIDES.read("Ask") is None
    assert YES_NO.read("TRUE") is YesNo.YES
    assert TYPES.wanted.startswith("stock, call, put, cash")


def test_terms_of_yields_are_headings() -> None:
    assert MARKET.name_of("Dividend Yield 90 days") == "dividend_yield 90d"
    assert MARKET.name_of("div yield") == "dividend_yield"
    assert MARKET.name_of("dividend_yield soon") == ""


def test_tables_of_the_same_content_are_equal() -> None:
    one, two = (read(HEADINGS, ["XYZ", "stock", 1, None], ["A", "x", 2.5, 1]) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != read(HEADINGS, ["XYZ", "stock", 1, 2], ["A", "x", 2.5, 1])


def test_tables_are_joined_by_their_content() -> None:
    one, two = read(HEADINGS, ["XYZ", "stock", 1, 1]), read(HEADINGS, ["B", "stock", "x", 1])
    both = joined([one, two])
    assert both.cells("symbol") == ["XYZ", "B"]
    assert both.cells("quantity") == [1.0, "x"]
    assert isinstance(both.columns["symbol"], CodedCells)


def test_ranges_that_are_left_out() -> None:
    for cells in (None, [], 0, [[None]], [[0]], ""):
        assert not read_table(cells, "market", MARKET, ProblemLog()).given
    assert rows_of({"as_of": 1}) == [["as_of", 1]]


def test_a_problem_names_its_place() -> None:
    problem = Problem("positions", 0, "", "nothing", "a range")
    assert str(problem) == "positions: found nothing, wanted a range"
    note = Problem("positions", 2, "", "left out", "", Severity.NOTE, (2, 3, 7))
    assert str(note) == "positions, rows 2-3, 7: left out"


def test_no_text_is_no_error() -> None:
    assert not is_error("")


@pytest.mark.parametrize("error", ["Err:502", "#N/A N/A", "#N/A Invalid Security", "#ref!"])
def test_errors_of_other_programs_are_errors(error: str) -> None:
    log = ProblemLog()
    read_table([["symbol", "quantity", "account"], ["XYZ", 1, error]], "positions", POSITIONS, log)
    assert [(p.row, p.column) for p in log.errors] == [(2, "account")]


def test_a_heading_that_is_an_error_refuses() -> None:
    log = ProblemLog()
    read_table([["symbol", "quantity", "#REF!"], ["XYZ", 1, 100]], "positions", POSITIONS, log)
    assert [p.row for p in log.errors] == [1]


def test_a_date_is_no_number() -> None:
    day = dt.date(2026, 12, 18)
    rows = [["symbol", "quantity", "expiration"], ["XYZ", day, day]]
    log = ProblemLog()
    table = read_table(rows, "positions", POSITIONS, log)
    assert np.isnan(numbers(table, "quantity", log)).all()
    assert dates(table, "expiration", log).tolist() == [46374]
    assert [(p.row, p.column) for p in log.errors] == [(2, "quantity")]


def test_totals_under_any_heading_are_left_out() -> None:
    rows = [["account", "symbol", "quantity"], ["A", "XYZ", 100], ["Total", None, 100]]
    log = ProblemLog()
    assert len(read_table(rows, "positions", POSITIONS, log)) == 1
    assert not log.errors


def test_two_columns_of_one_name_must_not_contradict() -> None:
    rows = [["symbol", "Symbol", "quantity"], ["XYZ", "ABC", 100]]
    log = ProblemLog()
    read_table(rows, "positions", POSITIONS, log)
    assert [(p.row, p.column) for p in log.errors] == [(2, "symbol")]


def test_unknown_columns_of_one_name_are_all_judged() -> None:
    rows = [["symbol", "quantity", "zz", "zz"], ["XYZ", 100, "Sell", "watch"]]
    table = read_table(rows, "positions", POSITIONS, ProblemLog())
    assert table.has("side")
