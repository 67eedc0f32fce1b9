"""A day's columns as a book, without a look at each row.

Thousands of accounts hold the same few contracts. Each distinct contract, at each distinct price,
is read once, by the reader of cells with all its checks; quantities, costs, accounts and groups are
arrays beside it. Where anything is unusual, the whole day is read cell by cell: what is refused,
and with which words, is the same either way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.cells.table import CodedCells, Column, Table
from xlmargin.cells.values import CellValue
from xlmargin.excel.cells import read
from xlmargin.excel.columns import GREATEST_PRICE, GREATEST_QUANTITY, names
from xlmargin.excel.contents import Contents
from xlmargin.excel.dated_columns import range_table
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import text_of
from xlmargin.excel.ranges import RangeTable

_OF_THE_ROW: Final = ("quantity", "cost", "account", "group")
"""Headings of what differs between holders of one contract."""

_NEARLY: Final = 1e-6
"""A quantity that misses a whole number by less is looked at cell by cell."""

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(29)


@dataclass(frozen=True)
class DayColumns:
    """The content of one serial day: positions as columns, everything else as cells."""

    day: float
    positions: Table
    rest: Contents

    def book(self) -> Book:
        """The book of the day, as of the day; refused with every error."""
        return _book_of_distinct(self) or _book_of_cells(self, range_table(self.positions))


def _book_of_cells(day: DayColumns, positions: RangeTable) -> Book:
    return read(replace(day.rest, positions=(positions,))).accepted()[0]


def _book_of_distinct(day: DayColumns) -> Book | None:
    """The book by its distinct contracts; None where the day has to be read cell by cell."""
    table = day.positions
    quantity, cost = table.columns.get("quantity"), table.columns.get("cost")
    accounts, groups = (_names(table, heading) for heading in ("account", "group"))
    if isinstance(quantity, CodedCells) or isinstance(cost, CodedCells) or quantity is None:
        return None
    cost = np.full(len(table), np.nan) if cost is None else cost
    if accounts is None or groups is None or _unusual(quantity, cost):
        return None
    distinct = _distinct(table, quantity)
    if distinct is None:
        return None
    first, contract = distinct
    reading = read(replace(day.rest, positions=(_contracts(table.take(first)),)))
    if reading.errors:
        return None
    (book,) = reading.books
    rows = book.positions.only(contract)
    account, account_names = _by_appearance(*accounts)
    group, group_names = _by_appearance(*groups, without="")
    return replace(
        book,
        positions=replace(
            rows,
            row=table.rows,
            quantity=quantity + 0.0,
            cost=np.where(np.isnan(cost), rows.mark, cost),
            account=account,
            accounts=account_names,
            group=group,
            groups=group_names,
        ),
    )


def _unusual(quantity: FloatArray, cost: FloatArray) -> bool:
    """Whether some quantity or cost is missing, too great, or nearly a whole number."""
    with np.errstate(invalid="ignore"):
        off = np.abs(quantity - np.round(quantity))
        usual = (np.abs(quantity) <= GREATEST_QUANTITY) & ((off == 0) | (off > _NEARLY))
        paid = np.isnan(cost) | ((cost >= 0) & (cost <= GREATEST_PRICE))
    return not (usual.all() and paid.all())


def _names(table: Table, heading: str) -> tuple[IntArray, tuple[str, ...]] | None:
    """Each row's name as an index into distinct names, "" where it has none.

    None where a name cannot be read.
    """
    column = table.columns.get(heading)
    if column is None:
        return np.zeros(len(table), dtype=np.int64), ("",)
    cells: list[CellValue]
    if isinstance(column, CodedCells):
        codes, cells = column.codes.astype(np.int64), [*column.distinct, None]  # EMPTY is the last
    else:
        numbers, codes = np.unique(column, return_inverse=True)
        cells = [None if np.isnan(number) else text_of(number) for number in numbers.tolist()]
    findings = Findings()
    one_column = RangeTable(table.name, range(len(cells)), (heading,), (tuple(cells),))
    read_names = names(one_column, heading, findings)
    if findings.errors:
        return None
    index = {name: i for i, name in enumerate(dict.fromkeys(read_names))}
    of_cell = np.array([index[name] for name in read_names], dtype=np.int64)
    return of_cell[codes], tuple(index)


def _by_appearance(
    codes: IntArray, found: tuple[str, ...], without: str | None = None
) -> tuple[IntArray, tuple[str, ...]]:
    """Names numbered in the order in which they appear; -1 for the one that is left out."""
    present, first = np.unique(codes, return_index=True)
    order = [i for i in present[np.argsort(first)].tolist() if found[i] != without]
    number = np.full(len(found), -1)
    number[order] = np.arange(len(order))
    return number[codes], tuple(found[i] for i in order)


def _distinct(table: Table, quantity: FloatArray) -> tuple[IntArray, IntArray] | None:
    """First row of each distinct contract, in the order of rows, and each row's contract.

    Rows are the same where all columns are, but those of the row itself; None in the rare case
    that different rows have the same key.
    """
    columns = [
        _bits(column) for heading, column in table.columns.items() if heading not in _OF_THE_ROW
    ]
    columns.append((quantity == np.round(quantity)).astype(np.uint64))
    if table.columns.get("side") is not None:
        columns.append(_bits(np.sign(quantity)))
    key = np.zeros(len(table), dtype=np.uint64)
    for column in columns:
        key = (key ^ column) * _ODD
        key ^= key >> _SHIFT
    _, first, contract = np.unique(key, return_index=True, return_inverse=True)
    if any((column[first[contract]] != column).any() for column in columns):
        return None
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return first[order], number[contract]


def _bits(column: Column) -> np.ndarray:
    """What tells values of a column apart, as whole numbers; all NaN are alike."""
    if isinstance(column, CodedCells):
        return np.asarray(column.codes, dtype=np.int64).view(np.uint64)
    return np.where(np.isnan(column), np.nan, column + 0.0).view(np.uint64)


def _contracts(table: Table) -> RangeTable:
    """The distinct contracts as cells, each with the quantity of its first holder."""
    headings = tuple(h for h in table.columns if h == "quantity" or h not in _OF_THE_ROW)
    cells = tuple(tuple(table.cells(heading)) for heading in headings)
    return RangeTable(table.name, tuple(table.rows.tolist()), headings, cells)
