"""Snapshot: the book and its prices of one day, below those of the days before.

The shadow analysis and the monthly report read these tables, so that both grow by it.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from xlmargin.cells.values import TableCell, text_of, to_value
from xlmargin.cells.words import MARKET, POSITIONS
from xlmargin.dates import date_of, serial_of
from xlmargin.errors import InputError, MarginError
from xlmargin.excel.range_checks import refusals_of
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.symbols import ticker
from xlmargin.importers.book_ranges import BookRanges
from xlmargin.macros.changes import TableChange, make, place_of
from xlmargin.macros.filled_tables import (
    SETTINGS,
    facts_of,
    filled,
    kept_rows,
    stated,
    with_settings,
)
from xlmargin.macros.open_book import OpenBook, book_ranges, of_the_sample

DATED_POSITIONS: Final = "DatedPositions"
DATED_MARKET: Final = "DatedMarket"
_COMPARED: Final = "compared_with"


def snapshot(book: OpenBook, today: dt.date) -> list[str]:
    """Add today's book to the dated tables; answers what was added.

    The day is that of the setting as_of. Refused for a day that is there, and where the book would
    be refused a requirement: no day that cannot be margined gets into the history.
    """
    ranges = book_ranges(book)
    read = Ranges(*ranges.cells, today=today)
    if refused := refusals_of(read):
        raise InputError(refused)
    day = math.floor(read.book().market.as_of)
    sample = [name for name in of_the_sample(book) if name in (DATED_POSITIONS, DATED_MARKET)]
    days = {} if sample else _days(book)
    if day in days:
        raise MarginError(
            f"{date_of(day)} is in Dated positions already, {days[day]:,} rows: a day is added"
            " once. To add it anew remove its rows from Dated positions and Dated market first."
        )
    positions = [{**facts, "date": float(day)} for facts in facts_of(ranges.positions, POSITIONS)]
    market = [{**facts, "date": float(day)} for facts in _market(ranges, read)]
    above = {n: () if n in sample else kept_rows(book, n) for n in (DATED_POSITIONS, DATED_MARKET)}
    changes: list[TableChange | None] = [
        filled(book, DATED_POSITIONS, POSITIONS, positions, above[DATED_POSITIONS]),
        filled(book, DATED_MARKET, MARKET, market, above[DATED_MARKET]),
    ]
    compared, said = _compared(book, [*days, day], day)
    changes.append(compared)
    make(book, [change for change in changes if change is not None], f"Snapshot of {date_of(day)}")
    return [
        f"{date_of(day)} added: {len(positions):,} positions, {len(market):,} prices;"
        f" {len(days) + 1} {'days' if days else 'day'} in all.",
        *([f"Emptied before, for it was the sample's: {', '.join(sample)}."] if sample else []),
        *said,
        *_said_of_cash(book),
    ]


def _said_of_cash(book: OpenBook) -> list[str]:
    """That cash of the settings belongs to no day."""
    if not stated(book.values(place_of(book, SETTINGS)), "cash"):
        return []
    return [
        "The setting cash counts on every day of the history: a row of cash in Positions belongs to"
        " its day alone."
    ]


def _days(book: OpenBook) -> dict[int, int]:
    """The days of the history, each with its number of rows."""
    days: dict[int, int] = {}
    for facts in facts_of(book.values(place_of(book, DATED_POSITIONS)), POSITIONS):
        day = to_value(facts.get("date"))
        if not isinstance(day, float):
            raise MarginError(
                f"Dated positions: found {text_of(day) or 'nothing'} as a date of"
                f" {text_of(to_value(facts.get('symbol')))}, wanted a day."
            )
        days[math.floor(day)] = days.get(math.floor(day), 0) + 1
    return days


def _market(ranges: BookRanges, read: Ranges) -> list[dict[str, TableCell]]:
    """What the book states of each underlying, with the price that it is margined at."""
    rows = facts_of(ranges.market or [], MARKET)
    stated_of = {ticker(text_of(to_value(facts.get("symbol")))): facts for facts in rows}
    priced = {own.symbol: own.spot for own in read.book().market.underlyings}
    found = [
        {"symbol": symbol, **stated_of.get(symbol, {}), "price": float(price)}
        for symbol, price in priced.items()
        if not math.isnan(price)
    ]
    return found + [
        facts for symbol, facts in stated_of.items() if symbol not in priced and "price" in facts
    ]


def _compared(book: OpenBook, days: list[int], day: int) -> tuple[TableChange | None, list[str]]:
    """The day that the monthly report compares with: one that is there, about a month before.

    One that the user states stays, as long as the history has it.
    """
    before = [other for other in days if other < day]
    (own, *_) = [*stated(book.values(place_of(book, SETTINGS)), _COMPARED), None]
    if not before or (isinstance(own, float) and math.floor(own) in before):
        return None, []
    month = serial_of(_month_before(date_of(day)))
    earlier = [other for other in before if other <= month]
    since = max(earlier) if earlier else min(before)
    said = f"The monthly report compares with {date_of(since)}, the setting {_COMPARED}."
    return with_settings(book, {_COMPARED: float(since)}), [said]


def _month_before(day: dt.date) -> dt.date:
    last = day.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
