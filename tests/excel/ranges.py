"""Small ranges that are right in every cell, to be spoilt one cell at a time."""

from __future__ import annotations

from tests.books import Range
from tests.reading import check_book, read_book
from xlmargin.errors import InputError, Problem, Severity

SETTINGS: Range = [["as_of", "2026-01-15"], ["rate", 0.04]]
MARKET: Range = [
    ["symbol", "price", "class", "leverage", "dividend_yield", "rate", "volatility", "class_group"],
    ["XYZ", 100.0, "stock", None, 0.01, None, None, None],
    ["IDX", 5000.0, "index_broad", None, None, None, None, "IDX"],
]
POSITIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "volatility", "account"],
    ["XYZ", "stock", 100, None, None, 100.0, None, "A"],
    ["XYZ", "call", -1, 110, "2026-12-18", 2.5, None, "A"],
    ["IDX", "put", 2, 4900, 46374, None, 0.2, "B"],
    ["CASH", "cash", 2500.5, None, None, None, None, "B"],
]
DIVIDENDS: Range = [["symbol", "ex_date", "amount"], ["XYZ", "2026-03-02", 0.5]]


def spoilt(rows: Range, row: int, heading: str, cell: object) -> Range:
    """The range with one cell replaced, by its row number and heading; a new heading is added."""
    rows = [list(each) for each in rows]
    if heading not in rows[0]:
        rows = [[*each, None] for each in rows]
        rows[0][-1] = heading
    rows[row - 1][rows[0].index(heading)] = cell
    return rows


def errors(
    positions: Range = POSITIONS,
    market: Range | None = MARKET,
    settings: Range = SETTINGS,
    dividends: Range | None = DIVIDENDS,
) -> list[Problem]:
    """The errors that refuse the ranges, which a check must find too."""
    found = check_book(positions, market, settings, dividends)
    try:
        read_book(positions, market, settings, dividends)
    except InputError as refused:
        assert [p for p in found if p.severity is Severity.ERROR] == list(refused.problems)
        return list(refused.problems)
    assert not any(p.severity is Severity.ERROR for p in found)
    return []


def warnings(
    positions: Range = POSITIONS,
    market: Range | None = MARKET,
    settings: Range = SETTINGS,
    dividends: Range | None = DIVIDENDS,
) -> list[Problem]:
    """The warnings, where there is no error."""
    read_book(positions, market, settings, dividends)
    return check_book(positions, market, settings, dividends)
