"""What changes in what a book was stated by: fills, marks, a rate, another day."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

import numpy as np

from xlmargin.cells.json_ranges import rows_of_records
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import to_value
from xlmargin.cells.words import ORDERS
from xlmargin.errors import InputError, MarginError
from xlmargin.excel.orders import read_orders
from xlmargin.excel.placing import mark_spots, name_apart
from xlmargin.excel.settings_reader import stated_settings
from xlmargin.service.records import FIRST_ROW, ID, RecordNames, cells_of, wrong_cell
from xlmargin.service.stated import PUT, Stated


def with_records(stated: Stated, given: Any, spots: Mapping[str, float]) -> Stated:
    """With records in the place of those of the same id, or beside them; gone with quantity 0.

    What a record leaves out stays, but for a price where a quote comes. A mark that comes
    without the price of its underlying was taken at that of now.
    """
    if not isinstance(given, list) or not all(isinstance(r, dict) for r in given) or not given:
        raise MarginError("positions: wanted a list of records, each with its id.")
    place_of = {r[ID]: place for place, r in stated.positions.items() if r.get(ID) is not None}
    changed, came = dict(stated.positions), set[int]()
    marked, at = set[int](), dict[int, int]()
    typed = _typed(stated)
    names = RecordNames(typed)
    for n, record in enumerate(given):
        name = record.get(ID)
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise wrong_cell("positions", n, ID, name, "the id of a record, a text or a number")
        if name not in place_of:
            place_of[name] = max(changed, default=-1) + 1
        place = place_of[name]
        before = changed.get(place, {})
        marks, stand = names.marks(record), names.marks(before)
        if marks.keys() == {"last"} and stand.keys() - {"last"}:
            wanted = "price, or bid and ask: one of them stands, and goes before last"
            raise wrong_cell("positions", n, "last", marks["last"], wanted)
        if marks and "price" not in marks:
            before = {heading: c for heading, c in before.items() if names[heading] != "price"}
        if marks and all(names[heading] != "mark_spot" for heading in record):
            record = {**record, typed.get("mark_spot", "mark_spot"): None}
            marked.add(place)
        elif any(c is not None and names[h] == "mark_spot" for h, c in record.items()):
            at[place] = n + FIRST_ROW
            marked.discard(place)
        changed[place] = names.replaced(before, record)
        came.add(place)
    gone = {p for p in came if any(names.is_none(*own) for own in changed[p].items())}
    changed = {place: record for place, record in changed.items() if place not in gone}
    marked -= gone
    return _taken_now(_came_now(stated, changed, marked), marked, spots, at)


def with_marks(
    stated: Stated, given: Any, spots: Mapping[str, float], name: str, column: str
) -> Stated:
    """With marks, or volatilities, of contracts that are held, taken at the prices of now."""
    rows = rows_of_records(name, given)
    reading, log = stated.whole().reading, ProblemLog()
    orders = read_orders(rows, name, ORDERS, reading, log)
    value = orders.rows.price if column == "price" else orders.rows.volatility
    for i, own in enumerate(orders.same):
        if not own or not orders.rows.is_option[i]:
            log.error(name, i + FIRST_ROW, "symbol", orders.rows.root[i], "an option that is held")
        elif np.isnan(value[i]):
            log.error(name, i + FIRST_ROW, column, "nothing", "a number")
    if log.errors:
        raise InputError(log.errors)
    typed, changed = _typed(stated), dict(stated.positions)
    names = RecordNames(typed)
    came, marked = set[int](), set[int]()
    places = [*stated.positions]
    for i, own in enumerate(orders.same):
        for held in own:
            place = places[int(reading.rows.table.rows[held]) - FIRST_ROW]
            cells: dict[str, Any] = {typed.get(column, column): float(value[i])}
            came.add(place)
            if column == "price":
                cells[typed.get("volatility", "volatility")] = None
                cells[typed.get("mark_spot", "mark_spot")] = None
                marked.add(place)
            changed[place] = names.replaced(changed[place], cells)
    return _taken_now(_came_now(stated, changed, came), marked, spots, {})


def with_rate(stated: Stated, rate: Any) -> Stated:
    """With another rate, a fraction a year."""
    settings = stated.ranges.get("settings")
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise MarginError("rate: wanted a fraction a year, such as 0.04.")
    if not isinstance(settings, dict):
        raise MarginError("rate: the settings were put as rows, wanted the book put again.")
    return replace(stated, ranges={**stated.ranges, "settings": {**settings, "rate": rate}})


def with_day(stated: Stated, day: dt.date) -> Stated:
    """As of another day, in the place of the one in its settings or of that on which it came.

    An hour beside the day goes with it.
    """
    settings, iso = stated.ranges.get("settings"), day.isoformat()
    rows = cells_of({"settings": settings})["settings"]
    cell = dict(stated_settings(rows, ProblemLog()).of_all).get("as_of")
    if isinstance(settings, dict) and cell is not None:
        name = [*settings][cell.row - 2]  # the first row has the headings
        settings = {**settings, name: iso}
    elif cell is not None:
        row = list(rows[cell.row - 1])
        row[[to_value(each) for each in row].index(cell.value)] = iso
        settings = [*rows[: cell.row - 1], row, *rows[cell.row :]]
    return replace(stated, today=day, ranges={**stated.ranges, "settings": settings})


def _came_now(
    stated: Stated, positions: Mapping[int, Mapping[str, Any]], marked: Set[int]
) -> Stated:
    """With other records, and now as when the marks of some of them came."""
    fresh = dict.fromkeys(map(str, marked), time.time())
    marked_at = {PUT: 0.0, **stated.marked_at, **fresh} if fresh else stated.marked_at
    return replace(stated, positions=positions, marked_at=marked_at)


def _taken_now(
    stated: Stated, marked: Set[int], spots: Mapping[str, float], at: Mapping[int, int]
) -> Stated:
    """With the prices of now as those at which the marks of some records were taken.

    Others say where theirs were, `at` the rows in which they came: refused where that is far
    from the price of now.
    """
    if not marked and not at:
        return stated
    moved = replace(stated, marked_before=True)
    reading = moved.whole().reading
    rows, underlyings = reading.rows, reading.market.underlyings
    typed = reading.rows.table.typed
    heading, names = typed.get("mark_spot", "mark_spot"), RecordNames(typed)
    places, changed, log = [*stated.positions], dict(stated.positions), ProblemLog()
    taken = list[tuple[int, float, float]]()
    for i in np.flatnonzero(rows.is_option).tolist():
        place = places[int(rows.table.rows[i]) - FIRST_ROW]
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
        sent = {r: at[places[r - FIRST_ROW]] for p in log.errors for r in (p.row, *p.rows)}
        raise InputError(
            [replace(p, row=sent[p.row], rows=tuple(sent[r] for r in p.rows)) for p in log.errors]
        )
    return replace(moved, positions=changed)


def _typed(stated: Stated) -> Mapping[str, str]:
    """Each heading of positions as it stands in the records, the first of several."""
    return stated.whole().tables.positions.typed
