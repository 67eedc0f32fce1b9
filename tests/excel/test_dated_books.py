from __future__ import annotations

import pytest

from tests.excel.ranges import Range
from xlmargin.errors import InputError
from xlmargin.excel.dated_books import read_books_by_date

SETTINGS: Range = [["as_of", "2020-01-01"], ["rate", 0.04]]
POSITIONS: Range = [
    ["date", "symbol", "type", "quantity", "strike", "expiration", "price"],
    ["2026-01-16", "XYZ", "stock", 200, None, None, 101.0],
    ["2026-01-15", "XYZ", "stock", 100, None, None, 100.0],
    [46037, "XYZ", "put", -1, 95, "2026-12-18", 2.5],
]
MARKET: Range = [["Date", "symbol", "price"], [46037, "XYZ", 100.0], [46038, "XYZ", 101.0]]


@pytest.mark.parametrize("market", [MARKET, None])
def test_a_book_for_each_day(market: Range | None) -> None:
    books = read_books_by_date(POSITIONS, market, SETTINGS)
    assert list(books) == [46037.0, 46038.0]
    first, second = books.values()
    assert (first.market.as_of, second.market.as_of) == (46037.0, 46038.0)
    assert first.positions.row.tolist() == [3, 4]
    assert second.positions.quantity.tolist() == [200]
    assert [u.spot for u in second.market.underlyings] == [101.0]
    assert first.market.curve.rates == (0.04,)


def test_the_same_content_is_read_once() -> None:
    assert read_books_by_date(POSITIONS, None, SETTINGS) is read_books_by_date(
        [list(row) for row in POSITIONS], None, SETTINGS
    )


def problems(positions: Range, market: Range | None = MARKET) -> list[str]:
    """What refuses the ranges."""
    with pytest.raises(InputError) as refused:
        read_books_by_date(positions, market, SETTINGS)
    return [str(problem) for problem in refused.value.problems]


def test_a_row_without_a_date() -> None:
    rows = [*POSITIONS, [None, "XYZ", "stock", 1, None, None, 1.0]]
    assert problems(rows) == [
        "positions, row 5, date: found nothing, wanted a date "
        "(a serial day, or a text such as 2026-12-18)"
    ]


def test_a_market_without_dates() -> None:
    (problem,) = problems(POSITIONS, [["symbol", "price"], ["XYZ", 100.0]])
    assert problem.startswith("market, row 1, date: found no such heading")


def test_a_day_that_the_market_lacks() -> None:
    rows = [*POSITIONS, ["2026-01-20", "XYZ", "put", 1, 95, "2026-12-18", 2.5]]
    (problem,) = problems(rows)
    assert problem.startswith("positions, row 5, symbol: found 'XYZ', wanted its price")


def test_an_option_held_after_it_expired() -> None:
    rows = [*POSITIONS, ["2026-01-16", "XYZ", "put", 1, 95, "2026-01-15", 2.5]]
    (problem,) = problems(rows)
    assert "2026-01-16 or later: the option has expired" in problem
