"""Worksheet functions of every kind of argument and answer, to be called through each host."""

from __future__ import annotations

from tests.reading import check_book, read_book
from xlmargin.cells.values import rows_of, to_value
from xlmargin.errors import MarginError
from xlmargin.excel.arguments import DIVIDENDS, HEADERS, MARKET, POSITIONS, SETTINGS
from xlmargin.excel.worksheet_function import Argument, ArgumentKind, worksheet_function


@worksheet_function(positions=POSITIONS, market=MARKET, settings=SETTINGS, dividends=DIVIDENDS)
def SAMPLE_VALUE(positions, market=None, settings=None, dividends=None):
    """Market value of the positions, in dollars."""
    positions = read_book(positions, market, settings, dividends).positions
    return (positions.units * positions.mark).sum()


@worksheet_function(positions=POSITIONS, market=MARKET, settings=SETTINGS, headers=HEADERS)
def SAMPLE_TABLE(positions, market=None, settings=None, headers=True):
    """The positions as they were read."""
    book = read_book(positions, market, settings)
    rows = [
        [book.positions.label(i), book.positions.mark[i], book.positions.volatility[i], None]
        for i in range(len(book.positions))
    ]
    return [["position", "mark", "volatility", "nothing"], *rows] if headers else rows


@worksheet_function(positions=POSITIONS, market=MARKET, settings=SETTINGS)
def SAMPLE_CHECK(positions, market=None, settings=None):
    """Every problem found."""
    return [[str(problem)] for problem in check_book(positions, market, settings)]


@worksheet_function(values=Argument("Any cells.", ArgumentKind.VALUES))
def SAMPLE_VALUES(values):
    """The cells as they arrive."""
    return [[to_value(cell) for cell in row] for row in rows_of(values)]


@worksheet_function(
    text=Argument("A text.", ArgumentKind.TEXT),
    number=Argument("A number.", ArgumentKind.NUMBER),
    day=Argument("A date.", ArgumentKind.DATE),
    switch=Argument("TRUE or FALSE.", ArgumentKind.SWITCH),
)
def SAMPLE_SCALARS(text="left out", number=7.0, day=None, switch=True):
    """The four arguments as they arrive."""
    return [[text, number, day, switch]]


@worksheet_function(number=Argument("Which.", ArgumentKind.NUMBER))
def SAMPLE_ODD(number):
    """Answers that no cell can hold, and errors."""
    if number == 0:
        raise MarginError("Refused.")
    if number == 1:
        raise ZeroDivisionError("by\nzero")
    return {2: float("inf"), 3: [], 4: "x" * 999, 5: [["x" * 999, None], [True]]}.get(number)
