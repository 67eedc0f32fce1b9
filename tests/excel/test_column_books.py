"""Columns and cells: two readers of one day, that answer the same book and the same refusals."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmargin.book import Book
from xlmargin.cells.table import EMPTY, CodedCells, Column, Table
from xlmargin.errors import InputError
from xlmargin.excel import column_books
from xlmargin.excel.column_books import DayColumns
from xlmargin.excel.contents import Contents, read_contents
from xlmargin.excel.dated_columns import range_table

DAY = 46_037.0
MARKET = [
    ["symbol", "price", "class", "volatility"],
    ["XYZ", 100.0, "stock", 0.3],
    ["IDX", 5_000.0, "index_broad", None],
]
HEADINGS = (
    "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account", "group",
    "side",
)  # fmt: skip
GOOD = [
    ("XYZ", "stock", 100.0, None, None, None, None, "B", None, None),
    ("XYZ", "call", -1.0, 110.0, 46_374.0, 2.5, 3.0, "A", "g", "short"),
    ("XYZ", "call", 3.0, 110.0, 46_374.0, 2.5, None, "B", None, "long"),
    ("XYZ", "call", 3.0, 110.0, 46_374.0, 2.6, 0.0, "A", "g", None),
    ("XYZ 12/18/26 P90", None, -2.0, None, None, 1.5, 1.0, None, "h", None),
    ("IDX", "put", 2.0, 4_900.0, 46_374.0, 80.0, None, "A", None, None),
    ("USD", "cash", 2_500.5, None, None, None, None, "A", None, None),
    ("XYZ", "stock", 0.5, None, None, 100.0, 90.0, "A", None, None),
]
Row = tuple[object, ...]


def columns(rows: list[Row], headings: tuple[str, ...] = HEADINGS) -> Table:
    """The rows as a file of columns has them: each column numbers or texts."""
    made = {name: _column([row[i] for row in rows]) for i, name in enumerate(headings)}
    return Table("positions", np.arange(len(rows)) + 1_000, made)


def _column(cells: list[object]) -> Column:
    if any(isinstance(cell, str) for cell in cells):
        texts = [None if cell is None else str(cell) for cell in cells]
        distinct = {t: i for i, t in enumerate(dict.fromkeys(t for t in texts if t is not None))}
        codes = np.array([EMPTY if t is None else distinct[t] for t in texts], dtype=np.int32)
        return CodedCells(codes, tuple(distinct))
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)


def rest() -> Contents:
    contents = read_contents({}, MARKET, [["rate", 0.04]], None, None)
    return replace(contents, default_as_of=DAY)


def by_cells(table: Table) -> Book:
    return column_books._book_of_cells(DayColumns(DAY, table, rest()), range_table(table))


def by_columns(table: Table) -> Book:
    return DayColumns(DAY, table, rest()).book()


def assert_same(one: Book, other: Book) -> None:
    pairs = [(one.positions, other.positions)]
    pairs += [(one.positions.contracts, other.positions.contracts)]
    for field, one_, other_ in ((f, *pair) for pair in pairs for f in fields(pair[0])):
        a, b = getattr(one_, field.name), getattr(other_, field.name)
        if field.name == "contracts":
            continue
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            np.testing.assert_array_equal(a, b, field.name)
        else:
            assert a == b, field.name
    assert [replace(u, rate=0, volatility=0, adv=0, shares_outstanding=0)
            for u in one.market.underlyings] == [
        replace(u, rate=0, volatility=0, adv=0, shares_outstanding=0)
        for u in other.market.underlyings
    ]  # fmt: skip
    assert one.market.as_of == other.market.as_of == DAY


def assert_alike(table: Table) -> bool:
    """Both readers answer the same book, or the same refusals; answers whether it is a book."""
    try:
        expected = by_cells(table)
    except InputError as refused:
        with pytest.raises(InputError) as also:
            by_columns(table)
        assert also.value.problems == refused.problems
        return False
    assert_same(by_columns(table), expected)
    return True


def test_both_readers_make_the_same_book_of_a_good_day() -> None:
    assert assert_alike(columns(GOOD))


def test_contracts_are_read_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = column_books.read, []

    def counted(contents: Contents) -> object:
        seen.append(len(contents.positions[0]))
        return read(contents)

    monkeypatch.setattr(column_books, "read", counted)
    rows = [(*GOOD[1][:2], float(n + 1), *GOOD[1][3:6], float(n), f"A{n}") for n in range(500)]
    by_columns(columns(rows, HEADINGS[:8]))
    assert seen == [1]


def wrong(row: int, heading: str, cell: object) -> Table:
    rows = [list(each) for each in GOOD]
    rows[row][HEADINGS.index(heading)] = cell
    return columns([tuple(each) for each in rows])


UNUSUAL = {
    "no quantity": (1, "quantity", None),
    "half a contract": (1, "quantity", -1.5),
    "nearly whole": (1, "quantity", -1 + 1e-10),
    "not nearly whole": (1, "quantity", -1 + 1e-7),
    "nearly whole shares": (0, "quantity", 100 + 1e-10),
    "too many": (1, "quantity", -2e9),
    "much cash": (6, "quantity", 5e11),
    "too much cash": (6, "quantity", 5e12),
    "infinite": (1, "quantity", -np.inf),
    "nothing held": (1, "quantity", 0.0),
    "text for a number": (1, "quantity", "many"),
    "number typed as text": (1, "quantity", "-4"),
    "side says otherwise": (1, "side", "long"),
    "unknown side": (2, "side", "both"),
    "negative cost": (2, "cost", -0.01),
    "cost too great": (2, "cost", 2e7),
    "cost as text": (2, "cost", "3.5"),
    "cost that is none": (2, "cost", "x"),
    "account like a formula": (2, "account", "=A1"),
    "account that is a number": (2, "account", 12_345.0),
    "group like a formula": (2, "group", "@x"),
    "unknown type": (1, "type", "putt"),
    "no symbol": (1, "symbol", None),
    "unknown underlying": (1, "symbol", "ABC"),
    "price below 0": (1, "price", -1.0),
    "no price, volatility in the market": (1, "price", None),
    "no price, no volatility": (5, "price", None),
    "expired": (1, "expiration", 46_000.0),
    "no strike": (1, "strike", None),
    "shares of an index": (5, "type", "stock"),
    "stock far from its price": (7, "price", 300.0),
    "not a number is nothing": (1, "cost", np.nan),
}


@pytest.mark.parametrize("case", UNUSUAL.values(), ids=UNUSUAL)
def test_both_readers_say_the_same_of_what_is_unusual(case: tuple[int, str, object]) -> None:
    assert_alike(wrong(*case))


@pytest.mark.parametrize("heading", HEADINGS[3:])
def test_both_readers_do_without_a_column(heading: str) -> None:
    kept = [i for i, h in enumerate(HEADINGS) if h != heading]
    rows = [tuple(row[i] for i in kept) for row in GOOD]
    headings = tuple(HEADINGS[i] for i in kept)
    is_book = assert_alike(columns(rows, headings))
    assert is_book is (heading in ("cost", "account", "group", "side"))


cell_numbers = st.sampled_from([None, 0.0, -0.0, 1.0, -1.0, 2.5, 100.0, 1e-12, 1e10, np.inf])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_both_readers_agree_on_anything(data: st.DataObject) -> None:
    rows = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(["XYZ", "IDX", "xyz", "", None, "ABC", "XYZ 12/18/26 P90"]),
                st.sampled_from(["stock", "call", "put", "cash", None, "putt"]),
                cell_numbers,
                st.sampled_from([None, 110.0, 90.0, -5.0]),
                st.sampled_from([None, 46_374.0, 46_000.0, 46_374.5, 1.0]),
                cell_numbers,
                cell_numbers,
                st.sampled_from([None, "A", "a", "B", "=x"]),
                st.sampled_from([None, "g", "h"]),
                st.sampled_from([None, "long", "short"]),
            ),
            min_size=1,
            max_size=6,
        )
    )
    assert_alike(columns(rows))


def test_accounts_of_one_spelling_are_numbered_as_they_appear() -> None:
    rows = [(*GOOD[1][:7], name) for name in ("Z", "A", None, "Z", "B")]
    book = by_columns(columns(rows, HEADINGS[:8]))
    assert book.positions.accounts == ("Z", "A", "", "B")
    assert book.positions.account.tolist() == [0, 1, 2, 0, 3]
