"""What a kept book was stated by, and the same at the prices of now, for orders read beside it."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import RangeTable, rows_of_records
from xlmargin.cells.values import to_value
from xlmargin.cells.words import ORDERS, POSITIONS
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.orders import read_orders
from xlmargin.excel.placing import mark_spots, name_apart
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.settings_reader import stated_settings
from xlmargin.live import LiveBook
from xlmargin.service.sent import cells_of, ranges_of

ID: Final = "id"
"""The key by which a record of positions is told from the others."""
TODAY: Final = "today"
"""The day on which a book was put: that of its prices where its settings have none."""
WORKING_ORDERS: Final = "working orders "
"""How the name of a range begins that has the working orders of an account; its name follows."""
MARKED: Final = "marked"
"""When marks came, s since 1970: by the place of a record, and "" of the book, when it was put."""
ACCOUNT: Final = "account"
_PRICES: Final = ("price", "volatility")
"""Columns without which an option is worth nobody knows what."""
_FIRST_ROW: Final = 2
_OF_A_MARK: Final = ("mark", "volatility", "mark_spot", "forward")
_MARKS: Final = ("price", "bid", "ask", "last")
"""The columns that say what a position is worth: a price goes before a quote, that before last."""


@dataclass(frozen=True, eq=False)
class Stated:
    """The ranges of a book as they were sent, its positions as records, each in its place.

    `refused` are the accounts that cannot be margined, and why.
    """

    ranges: Mapping[str, Any]
    positions: Mapping[int, Mapping[str, Any]]
    refused: Mapping[str, Exception] = field(default_factory=dict)
    unpriced: Mapping[str, InputError] = field(default_factory=dict)
    """The accounts among these of which an option has no price: their positions are not read."""
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the place of such a position, by the headings of this book."""
    marked_before: bool = False
    """Whether marks may have been taken at prices that are far from those that were put."""

    def without(self, refused: Mapping[str, Exception]) -> Stated:
        """The same where these accounts are refused, beside those without prices; read once."""
        found = replace(self, refused={**self.unpriced, **refused})
        vars(found).update({name: own for name, own in vars(self).items() if name == "_read"})
        return found

    def priced(self) -> Stated:
        """The same where accounts of which an option has no price are not read.

        Refused where anything else cannot be read, or no account is left.
        """
        whole = replace(self, unpriced={})
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
                    name = str(records[row - _FIRST_ROW].get(heading) or "")
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
        records = [self._read_as(_unnamed(each)) for each in self.positions.values()]
        given = {**self.ranges, "positions": records}
        return ranges_of(given, today=self._day(given), marked_before=self.marked_before)

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
        came = self.ranges.get(MARKED)
        if not came:
            return None
        positions, places = self.read().book().positions, [*self.positions]
        options = positions.row[positions.is_option].tolist()
        times = (came.get(str(places[row - 2]), came[""]) for row in options)
        return min(times, default=None)

    def rows(self, name: str) -> Any:
        """A range beside those of the book, as rows; None where there is none."""
        return rows_of_records(name, self.ranges.get(name))

    def with_range(self, name: str, given: Any) -> Stated:
        """With another range beside those of the book, which stays as it is read; None is none."""
        changed = replace(self, ranges={**self.ranges, name: given})
        vars(changed)["_read"] = self._read
        return changed

    def now(self, live: LiveBook, account: str, cash: float = 0.0) -> Ranges:
        """The positions of one account at the prices and marks of now, and so much more cash, $."""
        given = dict(self.ranges)
        day, typed = self._day(given), self.read().tables
        given["market"] = _market_now(given.get("market"), typed.market, live)
        records = [*self.positions.values()]
        own = live.accounts.index(account)
        positions = live.book.positions
        chosen = np.flatnonzero(positions.account == own).tolist()
        heading = typed.positions.typed.get("account", "account")
        found = [
            _at_its_mark(_unnamed(records[positions.row[i] - 2]), typed.positions.typed, live, i)
            for i in chosen
        ]
        if cash:
            found.append({"symbol": "USD", "type": "cash", "quantity": cash, heading: account})
        others = {name for name, _ in typed.settings.of_accounts} - {account}
        found += [
            {"symbol": "USD", "type": "cash", "quantity": 0, heading: name}
            for name in sorted(others)  # their settings need them
        ]
        return ranges_of({**given, "positions": found}, today=day, marked_before=True)

    def with_records(self, given: Any, spots: Mapping[str, float]) -> Stated:
        """With records in the place of those of the same id, or beside them; gone with quantity 0.

        What a record leaves out stays, but for a price where a quote comes. A mark that comes
        without the price of its underlying was taken at that of now.
        """
        if not isinstance(given, list) or not all(isinstance(r, dict) for r in given) or not given:
            raise MarginError("positions: wanted a list of records, each with its id.")
        place_of = {r[ID]: place for place, r in self.positions.items() if r.get(ID) is not None}
        changed, came = dict(self.positions), set[int]()
        marked, at = list[int](), dict[int, int]()
        typed = self._typed
        names = _Names(typed)
        for n, record in enumerate(given):
            name = record.get(ID)
            if not isinstance(name, str | int) or isinstance(name, bool):
                raise _wrong("positions", n, ID, name, "the id of a record, a text or a number")
            place = place_of.setdefault(name, max(changed, default=-1) + 1)
            before = changed.get(place, {})
            marks, stand = names.marks(record), names.marks(before)
            if marks.keys() == {"last"} and stand.keys() - {"last"}:
                wanted = "price, or bid and ask: one of them stands, and goes before last"
                raise _wrong("positions", n, "last", marks["last"], wanted)
            if marks and "price" not in marks:
                before = {heading: c for heading, c in before.items() if names[heading] != "price"}
            if marks and all(names[heading] != "mark_spot" for heading in record):
                record = {**record, typed.get("mark_spot", "mark_spot"): None}
                marked.append(place)
            elif any(c is not None and names[h] == "mark_spot" for h, c in record.items()):
                at[place] = n + _FIRST_ROW
            changed[place] = names.replaced(before, record)
            came.add(place)
        gone = {p for p in came if any(names.is_none(*own) for own in changed[p].items())}
        changed = {place: record for place, record in changed.items() if place not in gone}
        marked = [place for place in marked if place not in gone]
        return replace(self, positions=changed)._came_now(marked)._taken_now(marked, spots, at)

    def with_marks(self, given: Any, spots: Mapping[str, float], name: str, column: str) -> Stated:
        """With marks, or volatilities, of contracts that are held, taken at the prices of now."""
        rows = rows_of_records(name, given)
        reading, log = self._whole().reading, ProblemLog()
        orders = read_orders(rows, name, ORDERS, reading, log)
        value = orders.rows.price if column == "price" else orders.rows.volatility
        for i, own in enumerate(orders.same):
            if not own or not orders.rows.is_option[i]:
                log.error(name, i + 2, "symbol", orders.rows.root[i], "an option that is held")
            elif np.isnan(value[i]):
                log.error(name, i + 2, column, "nothing", "a number")
        if log.errors:
            raise InputError(log.errors)
        typed, changed = self._typed, dict(self.positions)
        names = _Names(typed)
        came, marked = list[int](), list[int]()
        places = [*self.positions]
        for i, own in enumerate(orders.same):
            for held in own:
                place = places[int(reading.rows.table.rows[held]) - 2]
                cells: dict[str, Any] = {typed.get(column, column): float(value[i])}
                came.append(place)
                if column == "price":
                    cells[typed.get("volatility", "volatility")] = None
                    cells[typed.get("mark_spot", "mark_spot")] = None
                    marked.append(place)
                changed[place] = names.replaced(changed[place], cells)
        return replace(self, positions=changed)._came_now(came)._taken_now(marked, spots)

    def with_rate(self, rate: Any) -> Stated:
        """With another rate, a fraction a year."""
        settings = self.ranges.get("settings")
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise MarginError("rate: wanted a fraction a year, such as 0.04.")
        if not isinstance(settings, dict):
            raise MarginError("rate: the settings were put as rows, wanted the book put again.")
        return replace(self, ranges={**self.ranges, "settings": {**settings, "rate": rate}})

    def with_day(self, day: dt.date) -> Stated:
        """As of another day, in the place of the one in its settings or of that on which it came.

        An hour beside the day goes with it.
        """
        settings, iso = self.ranges.get("settings"), day.isoformat()
        rows = cells_of({"settings": settings})["settings"]
        cell = dict(stated_settings(rows, ProblemLog()).of_all).get("as_of")
        if isinstance(settings, dict) and cell is not None:
            name = [*settings][cell.row - 2]  # the first row has the headings
            settings = {**settings, name: iso}
        elif cell is not None:
            row = list(rows[cell.row - 1])
            row[[to_value(each) for each in row].index(cell.value)] = iso
            settings = [*rows[: cell.row - 1], row, *rows[cell.row :]]
        return replace(self, ranges={**self.ranges, TODAY: iso, "settings": settings})

    def changes_from(self, before: Stated) -> dict[int, Mapping[str, Any] | None]:
        """The records that are not those of before, by place; None for one that is gone."""
        gone = before.positions.keys() - self.positions.keys()
        own = {p: r for p, r in self.positions.items() if before.positions.get(p) != r}
        return {**dict.fromkeys(gone), **own}

    def _came_now(self, places: list[int]) -> Stated:
        """With now as when the marks of some records came."""
        if not places:
            return self
        fresh = dict.fromkeys(map(str, places), time.time())
        came = {**self.ranges.get(MARKED, {"": 0.0}), **fresh}
        return replace(self, ranges={**self.ranges, MARKED: came})

    def _taken_now(
        self, marked: list[int], spots: Mapping[str, float], at: Mapping[int, int] | None = None
    ) -> Stated:
        """With the prices of now as those at which the marks of some records were taken.

        Others say where theirs were, `at` the rows in which they came: refused where that is far
        from the price of now.
        """
        at = at or {}
        if not marked and not at:
            return self
        moved = replace(self, marked_before=True)
        reading = moved._whole().reading
        rows, underlyings = reading.rows, reading.market.underlyings
        typed = reading.rows.table.typed
        heading, names = typed.get("mark_spot", "mark_spot"), _Names(typed)
        places, changed, log = [*self.positions], dict(self.positions), ProblemLog()
        taken = list[tuple[int, float, float]]()
        for i in np.flatnonzero(rows.is_option).tolist():
            place = places[int(rows.table.rows[i]) - _FIRST_ROW]
            symbol, root = rows.underlying[i], rows.root[i]
            symbol = name_apart(root, symbol) if rows.deliverable[i] else symbol
            if symbol not in underlyings:  # the book is refused
                continue
            now = spots.get(symbol, underlyings[symbol].spot)
            if place in marked:
                changed[place] = names.replaced(changed[place], {heading: now})
            elif place in at:
                taken.append((i, now, underlyings[symbol].index_scale))
        if taken:
            of_taken, now_there, scale = map(np.array, zip(*taken, strict=True))
            mark_spots(rows.only(of_taken), now_there, scale, log)
        if log.errors:
            sent = {r: at[places[r - _FIRST_ROW]] for p in log.errors for r in (p.row, *p.rows)}
            raise InputError(
                [
                    replace(p, row=sent[p.row], rows=tuple(sent[r] for r in p.rows))
                    for p in log.errors
                ]
            )
        return replace(moved, positions=changed)

    @property
    def _typed(self) -> Mapping[str, str]:
        """Each heading of positions as it stands in the records, the first of several."""
        return self._whole().tables.positions.typed

    def _whole(self) -> Ranges:
        """The ranges with the positions of all accounts: where one has no price, as no book."""
        return (replace(self, unpriced={}) if self.unpriced else self).read()

    def _day(self, given: dict[str, Any]) -> dt.date:
        return dt.date.fromisoformat(given.pop(TODAY))


class _Names(dict[str, str]):
    """By a heading of a record the name of what is read below it; itself where it is not known."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        super().__init__({heading: name for name, heading in typed.items()})

    def __missing__(self, heading: str) -> str:
        return self.setdefault(heading, POSITIONS.name_of(heading) or heading)

    def replaced(self, record: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
        """A record with other cells, also where it has them below another heading of the name.

        Of an account, a symbol and an underlying there are several: a number and a name.
        """
        own = {self[heading] for heading in cells}.difference(POSITIONS.labels)
        kept = {h: cell for h, cell in record.items() if h in cells or self[h] not in own}
        return {**kept, **cells}

    def marks(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What a record says that a position is worth, by the names of the columns."""
        return {
            name: cell for h, cell in record.items()
            if cell is not None and (name := self[h]) in _MARKS
        }  # fmt: skip

    def is_none(self, heading: str, cell: Any) -> bool:
        """Whether a cell says that nothing of its record is held: quantity 0."""
        return cell == 0 and not isinstance(cell, bool) and self[heading] == "quantity"


def _wrong(name: str, n: int, column: str, found: Any, wanted: str) -> InputError:
    return InputError([Problem(name, n + 2, column, json.dumps(found)[:40], wanted)])


def records_of(name: str, given: Any) -> list[dict[str, Any]]:
    """A range as records, each by its headings; rows have these first, each once."""
    if not isinstance(given, list) or not given:
        raise MarginError(f"{name}: wanted a list of records, or of rows with headings first.")
    if all(isinstance(record, dict) for record in given):
        _refuse_ids(name, given)
        return given
    wanted = f"{name}: wanted records, or rows with headings first, each once."
    if not all(isinstance(row, list) for row in given):
        raise MarginError(wanted)
    headings, *rows = ([str(cell) for cell in given[0]], *given[1:])
    if len(set(headings)) < len(headings) or any(len(row) > len(headings) for row in rows):
        raise MarginError(wanted)
    found = [dict(zip(headings, row, strict=False)) for row in rows]
    _refuse_ids(name, found)
    return found


def _refuse_ids(range_name: str, records: list[dict[str, Any]]) -> None:
    """Refuse ids that are no text or number, or that two records have."""
    seen = set()
    for n, record in enumerate(records):
        if (name := record.get(ID)) is None:
            continue
        if not isinstance(name, str | int) or isinstance(name, bool) or name in seen:
            raise _wrong(range_name, n, ID, name, "a text or a number, of one record alone")
        seen.add(name)


def _unnamed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its name, which is no column of positions."""
    return {name: cell for name, cell in record.items() if name != ID}


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
    positions, names = live.book.positions, _Names(typed)
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
