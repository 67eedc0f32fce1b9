"""The sample's ranges as the tables of a workbook: in one account, or in two with their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from xlmargin.cells.values import TableRows
from xlmargin.importers import BookRanges
from xlmargin.samples import (
    dated_tables,
    family_office_book,
    family_office_history,
    family_office_tables,
    in_one_account,
    last_day_of,
)
from xlmargin.settings import Basis
from xlmargin.workbooks.input_tables import InputTables, input_tables


def sample_more() -> Mapping[str, TableRows]:
    """What stands beside the sample in one account."""
    return {**in_one_account(family_office_tables()), **dated_tables(family_office_history())}


@cache
def sample_tables() -> InputTables:
    """The sample in one account, with trades, candidates, activity, facts and the history."""
    return _tables(family_office_book(), sample_more())


@cache
def tables_of_two_accounts() -> InputTables:
    """The last day of the history, in two accounts, compared on maintenance."""
    history = family_office_history()
    more = {**family_office_tables(), **dated_tables(history)}
    return _tables(_on_maintenance(last_day_of(history)), more)


def _tables(book: BookRanges, more: Mapping[str, TableRows]) -> InputTables:
    return input_tables(book.positions, book.market, book.settings, book.dividends, more)


def _on_maintenance(book: BookRanges) -> BookRanges:
    """The book with maintenance as its basis, which is what the article compares."""
    rest: TableRows = [row for row in book.settings or [] if row[0] != "basis"]
    return replace(book, settings=[*rest, ["basis", Basis.MAINTENANCE.value]])
