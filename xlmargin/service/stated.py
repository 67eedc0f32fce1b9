"""What a kept book was stated by, and the same at the prices of now, for orders read beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from xlmargin.cells.json_ranges import rows_of_records
from xlmargin.cells.table import RangeTable
from xlmargin.errors import InputError, Problem
from xlmargin.excel.ranges import Ranges
from xlmargin.live import LiveBook
from xlmargin.service.records import FIRST_ROW, RecordNames, ranges_of, without_id

ACCOUNT: Final = "account"
PUT: Final = ""
"""What stands in `marked_at` for when the book was put, in the place of a record's."""
_TODAY: Final = "today"
_MARKED_AT: Final = "marked"
_WORKING: Final = "working orders "
"""What the journal keeps beside the ranges under names of its own; an account's name follows."""
_PRICES: Final = ("price", "volatility")
"""Columns without which an option is worth nobody knows what."""
_OF_A_MARK: Final = ("mark", "volatility", "mark_spot", "forward")


@dataclass(frozen=True, eq=False)
class Stated:
    """The ranges of a book as they were sent, its positions as records, each in its place.

    `today` is the day on which it was put: that of its prices where its settings have none.
    `marked_at` says when marks came, s since 1970, by the place of a record as text, and of the
    book; `working` are the working orders of each account, None where there are none any more.
    `refused` are the accounts that cannot be margined, and why.
    """

    ranges: Mapping[str, Any]
    positions: Mapping[int, Mapping[str, Any]]
    today: dt.date
    marked_at: Mapping[str, float] = field(default_factory=dict)
    working: Mapping[str, Sequence[Mapping[str, Any]] | None] = field(default_factory=dict)
    refused: Mapping[str, Exception] = field(default_factory=dict)
    unpriced: Mapping[str, InputError] = field(default_factory=dict)
    """The accounts among these of which an option has no price: their positions are not read."""
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the place of such a position, by the headings of this book."""
    marked_before: bool = False
    """Whether marks may have been taken at prices that are far from those that were put."""

    @classmethod
    def of_journal(
        cls, kept: Mapping[str, Any], positions: Mapping[int, Mapping[str, Any]]
    ) -> Stated:
        """What a journal keeps, read again: `journalled`, and the records."""
        working = {n.removeprefix(_WORKING): own for n, own in kept.items() if _is_working(n)}
        beside = (_TODAY, _MARKED_AT)
        return cls(
            ranges={n: own for n, own in kept.items() if n not in beside and not _is_working(n)},
            positions=positions,
            today=dt.date.fromisoformat(kept[_TODAY]),
            marked_at=kept.get(_MARKED_AT, {}),
            working=working,
            marked_before=True,
        )

    @property
    def journalled(self) -> dict[str, Any]:
        """All of it but the records, by the names that the journal keeps it under."""
        working = {_WORKING + account: own for account, own in self.working.items()}
        marked = {_MARKED_AT: self.marked_at} if self.marked_at else {}
        return {**self.ranges, _TODAY: self.today.isoformat(), **marked, **working}

    def without(self, refused: Mapping[str, Exception]) -> Stated:
        """The same where these accounts are refused, beside those without prices; read once."""
        found = replace(self, refused={**self.unpriced, **refused})
        vars(found).update({name: own for name, own in vars(self).items() if name == "_read"})
        return found

    def priced(self) -> Stated:
        """The same where accounts of which an option has no price are not read.

        Refused where anything else cannot be read, or no account is left.
        """
        whole = replace(self, unpriced={}) if self.unpriced else self
        ranges = whole.read()
        try:
            ranges.book()
            return whole
        except InputError as error:
            typed = ranges.tables.positions.typed
            heading = typed.get(ACCOUNT)
            if heading is None or any(p.range != "positions" or not p.row for p in error.problems):
                raise
            if any(p.column not in _PRICES for p in error.problems):
                raise
            records = [*self.positions.values()]
            found = dict[str, list[Problem]]()
            for problem in error.problems:
                for row in problem.rows or (problem.row,):
                    name = str(records[row - FIRST_ROW].get(heading) or "")
                    found.setdefault(name, []).append(problem)
            if found.keys() >= {str(each.get(heading) or "") for each in records}:
                raise
            nothing = {"symbol": "USD", "type": "cash", "quantity": 0}
            return replace(
                whole,
                unpriced={name: InputError(own) for name, own in found.items()},
                blank={typed.get(n, n): cell for n, cell in nothing.items()} | {heading: None},
            )

    def read(self) -> Ranges:
        """The ranges as a book, read once."""
        return self._read

    @cached_property
    def _read(self) -> Ranges:
        records = [self._read_as(without_id(each)) for each in self.positions.values()]
        given = {**self.ranges, "positions": records}
        return ranges_of(given, today=self.today, marked_before=self.marked_before)

    def _read_as(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record, or a row of no cash in its place where its account is not read."""
        if not self.unpriced:
            return record
        *_, heading = self.blank
        name = str(record.get(heading) or "")
        return {**self.blank, heading: name} if name in self.unpriced else record

    @cached_property
    def oldest_mark(self) -> float | None:
        """When the oldest mark of an option that is held came, s since 1970; None without any."""
        came = self.marked_at
        if not came:
            return None
        positions, places = self.read().book().positions, [*self.positions]
        options = positions.row[positions.is_option].tolist()
        times = (came.get(str(places[row - FIRST_ROW]), came[PUT]) for row in options)
        return min(times, default=None)

    def rows(self, name: str) -> Any:
        """A range beside those of the book, as rows; None where there is none."""
        return rows_of_records(name, self.ranges.get(name))

    def with_range(self, name: str, given: Any) -> Stated:
        """With another range beside those of the book, which stays as it is read; None is none."""
        return self._as_read(replace(self, ranges={**self.ranges, name: given}))

    def with_working(self, account: str, orders: Sequence[Mapping[str, Any]] | None) -> Stated:
        """With other working orders of an account; the book stays as it is read; None is none."""
        return self._as_read(replace(self, working={**self.working, account: orders}))

    def _as_read(self, changed: Stated) -> Stated:
        vars(changed)["_read"] = self._read
        return changed

    def now(self, live: LiveBook, account: str, cash: float = 0.0) -> Ranges:
        """The positions of one account at the prices and marks of now, and so much more cash, $."""
        given = dict(self.ranges)
        typed = self.read().tables
        given["market"] = _market_now(given.get("market"), typed.market, live)
        records = [*self.positions.values()]
        own = live.accounts.index(account)
        positions = live.book.positions
        chosen = np.flatnonzero(positions.account == own).tolist()
        heading = typed.positions.typed.get("account", "account")
        found = []
        for i, row in zip(chosen, positions.row[chosen].tolist(), strict=True):
            record = without_id(records[row - FIRST_ROW])
            found.append(_at_its_mark(record, typed.positions.typed, live, i))
        if cash:
            found.append({"symbol": "USD", "type": "cash", "quantity": cash, heading: account})
        others = {name for name, _ in typed.settings.of_accounts} - {account}
        found += [
            {"symbol": "USD", "type": "cash", "quantity": 0, heading: name}
            for name in sorted(others)  # their settings need them
        ]
        return ranges_of({**given, "positions": found}, today=self.today, marked_before=True)

    def changes_from(self, before: Stated) -> dict[int, Mapping[str, Any] | None]:
        """The records that are not those of before, by place; None for one that is gone."""
        gone = before.positions.keys() - self.positions.keys()
        own = {p: r for p, r in self.positions.items() if before.positions.get(p) != r}
        return {**dict.fromkeys(gone), **own}

    def whole(self) -> Ranges:
        """The ranges with the positions of all accounts: where one has no price, as no book."""
        return (replace(self, unpriced={}) if self.unpriced else self).read()


def _is_working(name: str) -> bool:
    return name.startswith(_WORKING)


def _market_now(market: Any, table: RangeTable, live: LiveBook) -> list[list[Any]] | None:
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
    positions, names = live.book.positions, RecordNames(typed)
    price, cost = typed.get("price", "price"), typed.get("cost", "cost")
    if positions.is_option[i]:
        headings = (price if name == "mark" else typed.get(name, name) for name in _OF_A_MARK)
        cells = (_cell(getattr(positions, name)[i]) for name in _OF_A_MARK)
        record = names.replaced(record, dict(zip(headings, cells, strict=True)))
    elif positions.is_stock[i] and "price" in names.marks(record):
        spot = float(live.book.market.spot[positions.underlying[i]])
        record = names.replaced(record, {price: spot})
    if record.get(cost) is None and record.get(typed.get("cost_basis", "cost_basis")) is None:
        record[cost] = _cell(positions.cost[i])
    return record


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
