"""Numbers and dates as people print them: what they say, and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.cells.columns import date_serial, number_of, read_dates, read_numbers
from xlmargin.cells.numbers import NumberStyle
from xlmargin.dates import date_of
from xlmargin.errors import InputError
from xlmargin.excel.ranges import Ranges


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,000", 1000.0), ("$500.00", 500.0), ("$(1,234.56)", -1234.56), ("($1.23)", -1.23),
        ("(40)", -40.0), ("5-", -5.0), ("−5", -5.0), ("4,000.00 USD", 4000.0), ("-$.31", -0.31),
        ("$-2", -2.0), ("+$0.40", 0.4), ("12%", 0.12), ("-0.5 %", -0.005), ("1'000.50", 1000.5),
        ("1 000", 1000.0), ("１２.5", 12.5), ("US$ 7.50", 7.5), (".5", 0.5), ("5.", 5.0),
        ("1e3", 1000.0), ("1.234.567", 1234567.0), ("1.234,56", 1234.56), ("0.000", 0.0),
        ("0.123", 0.123), ("$220.00 ", 220.0), ("1,234,567", 1234567.0),
    ],
)  # fmt: skip
def test_numbers_with_one_reading(text: str, number: float) -> None:
    from xlmargin.cells.values import to_value

    assert number_of(to_value(text)) == pytest.approx(number, abs=1e-12)


@pytest.mark.parametrize("text", ["--", "-", "n/a", "N/A", "", None, "not applicable"])
def test_nothing_is_no_number_and_no_error(text: str | None) -> None:
    read = read_numbers((text or None,))
    assert math.isnan(read.values[0])
    assert not read.wanted


@pytest.mark.parametrize(
    "text",
    ["1,23", "1,5", "1.000", "33.265", "(5)-", "--5", "5%%", "12,34,567", "1,2345", "0,500",
     "five", "#N/A", "500 CHF", "€5", "1e999", "1.5.2", "40)", "$", "٣", "5 XYZ", "1..2"],
)  # fmt: skip
def test_what_would_be_guessed_is_refused(text: str) -> None:
    read = read_numbers((text,))
    assert math.isnan(read.values[0])
    assert read.wanted


def test_another_currency_is_no_number() -> None:
    assert "dollars" in read_numbers(("500 CHF",)).wanted[0]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("1.000", "1.234,56"), [1000, 1234.56]),
        (("1,5", "2.000,00"), [1.5, 2000]),
        (("1.000", "500.25"), [1, 500.25]),
        (("1.000", "$1,234.50"), [1, 1234.5]),
        (("1,000", "12,5", "1.234,5"), [1, 12.5, 1234.5]),
    ],
)
def test_the_column_decides(cells: tuple[str, ...], numbers: list[float]) -> None:
    assert read_numbers(cells).values.tolist() == numbers


def test_the_file_decides_where_the_column_does_not() -> None:
    assert read_numbers(("1.000",), NumberStyle.EUROPEAN).values.tolist() == [1000]
    assert read_numbers(("1.000", "1,5"), NumberStyle.EUROPEAN).values.tolist() == [1000, 1.5]
    assert read_numbers(("1.000",), NumberStyle.US).values.tolist() == [1]
    assert read_numbers(("1,5",), NumberStyle.US).wanted


def test_styles_that_contradict_each_other_decide_nothing() -> None:
    read = read_numbers(("1.234,5", "1,234.5", "1.000", "1,000"))
    assert set(read.wanted) == {2, 3}


@pytest.mark.parametrize(
    "cell",
    [46374.0, "46374", 20261218.0, "20261218", "2026-12-18", "2026/12/18", "18-Dec-26", "18DEC26",
     "18 Dec 2026", "Dec 18 2026", "Dec 18, 2026", "DECEMBER 18, 2026", "Dec 18 '26", "12/18/26",
     "12/18/2026", "18/12/2026", "18.12.2026", "12-18-26", "Fri Dec 18 2026", "Dec-18-2026"],
)  # fmt: skip
def test_dates_with_one_reading(cell: float | str) -> None:
    assert date_of(date_serial(cell)).isoformat() == "2026-12-18"


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-12-18 16:00", 16), ("2026-12-18T09:00:00", 9), ("20261218;162000", 16 + 1 / 3),
     ("12/18/2026 4:00 PM", 16), ("12/18/2026 12:00:00 AM", 0)],
)  # fmt: skip
def test_times_of_day(text: str, hour: float) -> None:
    assert date_serial(text) == pytest.approx(46374 + hour / 24, abs=1e-9)


@pytest.mark.parametrize(
    "cell",
    ["12/5/26", "2/30/26", "2026-02-30", "202612", "Dec 18", "12/18", 12.0, "#N/A", "soon",
     "18 Foo 26", "2026-12-18 25:00", "13/13/26", "1926-12-18"],
)  # fmt: skip
def test_what_is_no_one_date_is_refused(cell: float | str) -> None:
    read = read_dates((cell,))
    assert math.isnan(read.values[0])
    assert read.wanted


def test_an_undecided_date_is_refused_with_both_readings() -> None:
    wanted = read_dates(("12/5/26", "1/2/26")).wanted
    assert "2026-12-05" in wanted[0]
    assert "2026-05-12" in wanted[0]
    assert set(wanted) == {0, 1}


def test_the_first_cell_with_one_reading_decides() -> None:
    read = read_dates(("12/5/26", "12/18/26", "18/12/26"), month_first=False)
    assert [date_of(v).isoformat() for v in read.values[:2]] == ["2026-12-05", "2026-12-18"]
    assert set(read.wanted) == {2}
    assert read.month_first


def test_the_format_decides_where_the_column_does_not() -> None:
    assert date_of(date_serial("12/5/26", month_first=True)).isoformat() == "2026-12-05"


@pytest.mark.parametrize("heading", ["quantity", "price", "strike"])
@pytest.mark.parametrize("cell", [dt.date(2026, 1, 15), dt.datetime(2026, 1, 15, 9, 30)])
def test_a_date_is_no_number(heading: str, cell: dt.date) -> None:
    book = [["symbol", "type", "quantity", "strike", "expiration", "price"]]
    row = ["XYZ", "call", 1, 100, dt.datetime(2026, 12, 18, 16), 5]
    book += [row, ["XYZ", "stock", 100, None, None, 100]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04]]
    assert Ranges(book, None, settings).portfolio().amount > 0
    row[book[0].index(heading)] = cell
    with pytest.raises(InputError, match=rf"positions, row 2, {heading}: found"):
        Ranges(book, None, settings).book()


@pytest.mark.parametrize("heading", ["quantity", "price", "strike"])
def test_a_date_is_no_number_in_a_worksheet(heading: str) -> None:
    book = [["symbol", "type", "quantity", "strike", "expiration", "price"]]
    row: list[object] = ["XYZ", "call", 1, 100, dt.datetime(2026, 12, 18), 5]
    book += [row, ["XYZ", "stock", 100, None, None, 100]]
    settings = [["as_of", dt.datetime(2026, 11, 20)], ["rate", 0.04]]
    assert udfs.PM_REQUIREMENT(book, None, settings) > 0
    at = book[0].index(heading)
    row[at] = 46037.0
    said = str(udfs.PM_REQUIREMENT(book, None, settings))
    assert "the date" not in said
    row[at] = dt.datetime(2026, 1, 15)
    said = udfs.PM_REQUIREMENT(book, None, settings)
    assert_refused(said, ("positions", 2, heading), "a number")


def test_a_date_beside_an_equal_number_is_no_number() -> None:
    rows = [["symbol", "quantity"], ["XYZ", 46037.0], ["XYZ", dt.date(2026, 1, 15)]]
    said = udfs.XLM_CHECK(rows, [["symbol", "price"], ["XYZ", 5]], [["as_of", "2026-01-15"]])
    assert any("the date 2026-01-15" in str(row) for row in said)


def test_a_rate_that_is_a_date_is_refused() -> None:
    book = [["symbol", "quantity", "price"], ["XYZ", 100, 5]]
    settings = [["as_of", "2026-01-15"], ["rate", dt.date(2026, 1, 15)]]
    said = udfs.PM_REQUIREMENT(book, None, settings)
    assert_refused(said, ("settings", 2, "rate"), "a fraction a year")
