"""What a kept book was stated by, and the same at the prices of now, for orders read beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xlmargin.cells.records import rows_of_records
from xlmargin.cells.table import Table
from xlmargin.errors import MarginError
from xlmargin.excel.ranges import Ranges
from xlmargin.live import LiveBook
from xlmargin.service.sent import ranges_of

ID: Final = "id"
"""The key by which a record of positions is told from the others."""
TODAY: Final = "today"
"""The day on which a book was put: that of its prices where its settings have none."""
_OF_A_MARK: Final = ("mark", "volatility", "mark_spot", "forward")


@dataclass(frozen=True, eq=False)
class Stated:
    """The ranges of a book as they were sent, its positions as records, each in its place."""

    ranges: Mapping[str, Any]
    positions: Mapping[int, Mapping[str, Any]]

    def read(self) -> Ranges:
        """The ranges as a book."""
        given = {**self.ranges, "positions": [_unnamed(each) for each in self.positions.values()]}
        return ranges_of(given, today=self._day(given))

    def now(self, live: LiveBook, account: str) -> Ranges:
        """The positions of one account, and everybody's cash, at the prices and marks of now."""
        given = dict(self.ranges)
        day, typed = self._day(given), self.read().tables
        given["market"] = _market_now(given.get("market"), typed.market, live)
        records = [*self.positions.values()]
        own = live.accounts.index(account)
        positions = live.book.positions
        chosen = np.flatnonzero((positions.account == own) | positions.is_cash).tolist()
        heading = typed.positions.typed.get("account", "account")
        found = [
            _at_its_mark(_unnamed(records[positions.row[i] - 2]), typed.positions.typed, live, i)
            for i in chosen
        ]
        named = {name for name, _ in typed.settings.of_accounts}
        there = {positions.accounts[positions.account[i]] for i in chosen}
        found += [
            {"symbol": "USD", "type": "cash", "quantity": 0, heading: name}
            for name in sorted(named - there)
        ]
        return ranges_of({**given, "positions": found}, today=day)

    def _day(self, given: dict[str, Any]) -> dt.date:
        return dt.date.fromisoformat(given.pop(TODAY))


def records_of(positions: Any) -> list[dict[str, Any]]:
    """Positions as records, each by its headings; rows have these first, each once."""
    if not isinstance(positions, list) or not positions:
        raise MarginError("positions: wanted a list of records, or of rows with headings first.")
    if all(isinstance(record, dict) for record in positions):
        return positions
    wanted = "positions: wanted records, or rows with headings first, each once."
    if not all(isinstance(row, list) for row in positions):
        raise MarginError(wanted)
    headings, *rows = ([str(cell) for cell in positions[0]], *positions[1:])
    if len(set(headings)) < len(headings) or any(len(row) > len(headings) for row in rows):
        raise MarginError(wanted)
    return [dict(zip(headings, row, strict=False)) for row in rows]


def _unnamed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its name, which is no column of positions."""
    return {name: cell for name, cell in record.items() if name != ID}


def _market_now(market: Any, table: Table, live: LiveBook) -> list[list[Any]] | None:
    """The rows of the market with the prices of now in the place of theirs."""
    if not table.given:
        return None
    rows = [list(row) for row in rows_of_records("market", market)]
    headings = rows[table.heading_row - 1]
    heading = table.typed.get("price", "price")
    if heading not in headings:
        headings.append(heading)
    column = headings.index(heading)
    for underlying in live.book.market.underlyings:
        if underlying.row > table.heading_row:
            row = rows[underlying.row - 1]
            row += [None] * (column + 1 - len(row))
            row[column] = underlying.spot
    return rows


def _at_its_mark(
    record: dict[str, Any], typed: Mapping[str, str], live: LiveBook, i: int
) -> dict[str, Any]:
    """The record of a position with its mark of now, and where and how that is taken."""
    positions = live.book.positions
    price, cost = typed.get("price", "price"), typed.get("cost", "cost")
    if positions.is_option[i]:
        for name in _OF_A_MARK:
            heading = price if name == "mark" else typed.get(name, name)
            record[heading] = _cell(getattr(positions, name)[i])
    elif positions.is_stock[i] and record.get(price) is not None:
        record[price] = float(live.book.market.spot[positions.underlying[i]])
    if record.get(cost) is None and record.get(typed.get("cost_basis", "cost_basis")) is None:
        record[cost] = _cell(positions.cost[i])
    return record


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
