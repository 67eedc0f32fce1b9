"""The candidates range: what might be traded to lower a requirement, beside what is held."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.errors import InputError
from xlmargin.excel.cells import NOTHING, read, read_book
from xlmargin.excel.columns import numbers
from xlmargin.excel.contents import Contents, Today, read_contents
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import CANDIDATES
from xlmargin.excel.held_contracts import (
    Row,
    complete_account,
    complete_contract,
    contract_of,
    held_contracts,
    row_of,
    table_of,
)
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.positions_range import PositionRows, read_positions
from xlmargin.excel.ranges import RangeTable, read_range
from xlmargin.what_if import Candidates, Trades

RANGE: Final = "candidates"

MOST_UNITS: Final = 1_000_000.0
"""Units of the underlying that are traded at most where a row does not say: 10,000 contracts."""


def read_candidates(
    positions: Cells,
    candidates: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> tuple[Book, Candidates]:
    """The book in the ranges, and the candidates beside it; refused with every error found.

    The sign of a quantity is its direction, its size the most of it; left out, it is bought.
    """
    held = read_book(positions, market, settings, dividends, today=today)
    contents = read_contents({"positions": positions}, market, settings, dividends, today)
    findings = Findings()
    table = read_range(candidates, RANGE, CANDIDATES, findings)
    if not table.given:
        findings.error(RANGE, 0, "", NOTHING, "a range with headings in its first row")
    elif table.headings and not len(table):
        findings.error(RANGE, 0, "", "no candidates", "at least one row below the headings")
    fee = np.nan_to_num(numbers(table, "fee", findings))
    findings.errors_where(fee < 0, table, "fee", "a fee of 0 or more")
    typed = read_positions(table, Findings())
    rows = _completed(table, typed, contents, findings)
    if findings.errors:
        raise InputError(findings.errors)
    both = replace(contents, positions=(*contents.positions, table_of(table, rows)))
    book = read(both).accepted()[1]
    most = np.where(np.isnan(typed.quantity), MOST_UNITS / typed.multiplier, abs(typed.quantity))
    return held, Candidates(Trades(book, fee), np.maximum(np.floor(most), 1.0))


def _completed(
    table: RangeTable, typed: PositionRows, contents: Contents, findings: Findings
) -> list[tuple[int, Row]]:
    """The candidates as rows of positions, one contract or share each, with their row numbers."""
    held = held_contracts(read_positions(contents.positions[0], Findings()))
    whole = typed.contracts.is_stock | (typed.quantity == np.round(typed.quantity))
    findings.errors_where(typed.contracts.is_cash, table, "type", "stock, call or put")
    zero = (typed.quantity == 0) & ~typed.contracts.is_cash
    findings.errors_where(zero, table, "quantity", "the most to trade, below 0 to sell; or nothing")
    rows = []
    for i, number in enumerate(table.rows):
        row, place = row_of(table, i), (RANGE, number)
        complete_account(row, typed.account[i], place, held, findings)
        stated = np.nan if row["multiplier"] is None else float(typed.multiplier[i])
        own = held.rows_on(contract_of(typed, i), stated)
        if own:
            complete_contract(row, float(typed.price[i]), own, place, held, findings)
        if row["quantity"] is None or whole[i]:
            row["quantity"] = float(np.sign(np.nan_to_num(typed.quantity[i], nan=1.0)))
        rows.append((number, row))
    return rows
