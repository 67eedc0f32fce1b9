"""Import: positions, prices, day and cash of a broker's file, or of one's own, into the open book.

What the importers read replaces the rows of Positions. The market keeps what the user states of an
underlying; its prices are those of the file, and blank where it has none: no price of another day
stays. Where the settings say how much cash there is and the file does too, the file goes first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from xlmargin import udfs
from xlmargin.cells.problems import some_of
from xlmargin.cells.values import TableCell, TableRows, text_of, to_value
from xlmargin.cells.words import BROKER_FIGURES, MARKET, POSITIONS
from xlmargin.dates import date_of, serial_of
from xlmargin.errors import MarginError
from xlmargin.excel.symbols import ticker
from xlmargin.excel.underlyings import underlyings_of
from xlmargin.importers.book_ranges import BookRanges
from xlmargin.macros.changes import TableChange, make, place_of
from xlmargin.macros.filled_tables import (
    SETTINGS,
    facts_of,
    filled,
    names_of,
    stated,
    with_settings,
)
from xlmargin.macros.open_book import Formula, OpenBook, book_ranges, of_the_sample

_CASH: Final = "cash"
_listed = partial(some_of, most=12)


def import_ranges(book: OpenBook, ranges: BookRanges, file: str, today: dt.date) -> list[str]:
    """Put what was read of a file into the book; answers what was read and assumed, a line each.

    Refused, and nothing changed, where a position cannot be read or a table cannot grow.
    """
    held = underlyings_of(ranges.positions)
    positions = facts_of(ranges.positions, POSITIONS)
    if not positions:
        raise MarginError(f"{file}: found no position, wanted at least one.")
    sample = of_the_sample(book)
    market = _market(book, ranges, held, anew="Market" in sample)
    day = _day(ranges, file, today)
    settings, said = _settings(book, positions, day.serial, "Positions" in sample)
    changes = [filled(book, "Positions", POSITIONS, positions), market.change, settings]
    rest = [name for name in sample if name not in ("Positions", "Market")]
    changes += [_emptied(book, name) for name in rest]
    before = [] if "Positions" in sample else book.values(place_of(book, "Positions"))
    blank = _blank_now(before, positions)
    make(book, [change for change in changes if change is not None], f"Import of {file}")
    accounts = dict.fromkeys(text_of(to_value(row.get("account"))) for row in positions)
    of = f" of {_listed([name or 'no name' for name in accounts])}" if any(accounts) else ""
    return [
        f"{file}: {len(positions):,} rows{of} now stand in Positions, in place of those before.",
        *ranges.said,
        day.said,
        *blank,
        *market.said,
        *said,
        *([f"Still the sample's, so emptied: {_listed(sample)}."] if sample else []),
    ]


def _blank_now(before: TableRows, positions: list[dict[str, TableCell]]) -> Iterator[str]:
    """What is to be said of columns that had something, and that the file knows nothing of."""
    stated = {name for facts in positions for name in facts}
    names = names_of(before[0], POSITIONS) if before else []
    blank = [
        text_of(before[0][i])
        for i, name in enumerate(names)
        if name not in stated and any(row[i] is not None for row in before[1:])
    ]
    if blank:
        yield f"Columns of Positions that the file does not fill are blank now: {_listed(blank)}."


@dataclass(frozen=True)
class _Day:
    serial: float
    said: str


def _day(ranges: BookRanges, file: str, today: dt.date) -> _Day:
    """The day of the prices: as the file says, or its own settings; else today, which is said."""
    of_settings = stated([list(row) for row in ranges.settings or []], "as_of")
    if ranges.as_of is not None:
        return _Day(serial_of(ranges.as_of), f"Prices of {ranges.as_of}, as the file says.")
    serial = to_value(of_settings[0]) if of_settings else None
    if isinstance(serial, float):
        return _Day(float(serial), f"Prices of {date_of(serial)}, as the file's settings say.")
    said = f"Assumed: prices of {today}, today, for {file} states no day."
    return _Day(serial_of(today), said)


@dataclass(frozen=True)
class _Market:
    change: TableChange
    said: tuple[str, ...]


def _market(
    book: OpenBook, ranges: BookRanges, held: Mapping[str, float | None], *, anew: bool
) -> _Market:
    """The market with the prices of the file; `anew` without rows that were there.

    `held` are the underlyings of the positions, with the prices of their shares as far as held.
    """
    there = book.contents(place_of(book, "Market"))
    names = names_of(there[0], MARKET)
    of_file = {_symbol(facts): facts for facts in facts_of(ranges.market or [], MARKET)}
    of_market = {s: facts.get("price", held.get(s)) for s, facts in of_file.items()}
    prices: dict[str, TableCell] = {**held, **of_market}
    above: list[tuple[Sequence[TableCell], dict[str, TableCell]]] = []
    seen, emptied, linked = set(), [], []
    for row in [] if anew else there[1:]:
        own = {name: cell for name, cell in zip(names, row, strict=True) if name}
        if not (symbol := _symbol(own)):
            continue
        seen.add(symbol)
        news = {
            name: cell
            for name, cell in of_file.get(symbol, {}).items()
            if to_value(own.get(name)) is None
        }
        price = own.get("price")
        if isinstance(price, Formula):
            linked.append(symbol)
        elif price != prices.get(symbol):
            news["price"] = prices.get(symbol)
            if news["price"] is None:
                emptied.append(symbol)
        above.append((row, news))
    added = [facts for symbol, facts in of_file.items() if symbol not in seen]
    missing = [symbol for symbol, price in prices.items() if price is None]
    unstated = [s for s in missing if s not in seen and s not in of_file]
    added += [{"symbol": symbol} for symbol in unstated]
    without = [symbol for symbol in missing if symbol not in linked]
    change = filled(book, "Market", MARKET, added, above)
    return _Market(change, tuple(_said_of_market(without, emptied, linked)))


def _said_of_market(without: list[str], emptied: list[str], linked: list[str]) -> Iterator[str]:
    if without:
        yield f"Prices to be filled in on the sheet Market: {_listed(without)}."
    if others := [symbol for symbol in emptied if symbol not in without]:
        yield f"Prices of another day emptied on the sheet Market: {_listed(others)}."
    if linked:
        yield f"Prices that are formulas stay, so look at their day: {_listed(linked)}."


def _settings(
    book: OpenBook, positions: list[dict[str, TableCell]], day: float, of_sample: bool
) -> tuple[TableChange | None, list[str]]:
    """The settings with the day, and without cash that the file states itself."""
    rows = book.values(place_of(book, SETTINGS))
    values: dict[str, TableCell] = {"as_of": day}
    said = []
    states = any(text_of(to_value(row.get("type"))).casefold() == _CASH for row in positions)
    before = [text_of(to_value(cell)) for cell in stated(rows, _CASH)]
    if states and before:
        values[_CASH] = None
        said.append(f"The file states cash: the setting cash is emptied, it was {_listed(before)}.")
    elif before:
        said.append(f"The file states no cash: the setting cash stays {_listed(before)}.")
    elif not states:
        said.append("Neither the file nor the settings state cash: account values count none.")
    if of_sample:
        values |= {"client": None, "compared_with": None, "prepared_on": None}
        said.append("The settings were the sample's: look at rates, house and account_type.")
    return with_settings(book, values), said


def _emptied(book: OpenBook, table: str) -> TableChange:
    width = place_of(book, table).width
    return TableChange(table, 1, [[None] * width], width)


def _symbol(facts: dict[str, TableCell]) -> str:
    return ticker(text_of(to_value(facts.get("symbol"))))


BROKER: Final = "Broker"


def reconcile(book: OpenBook, rows: TableRows, file: str) -> list[str]:
    """Put the figures of a file into the sheet Broker; answers how they compare, a line each.

    Refused where the function MARGIN_RECONCILE would refuse them.
    """
    figures = facts_of(rows, BROKER_FIGURES)
    missing = [n for n in BROKER_FIGURES.needed if not any(n in facts for facts in figures)]
    if missing:
        raise MarginError(
            f"{file}: found no {' and no '.join(missing)}, wanted headings figure and amount, and a"
            " row for each figure of the broker."
        )
    positions, market, settings, dividends = book_ranges(book).cells
    answer = udfs.MARGIN_RECONCILE(positions, rows, market, settings, dividends)
    if not isinstance(answer, list):
        raise MarginError(str(answer).removeprefix("#XLM! "))
    make(book, [filled(book, BROKER, BROKER_FIGURES, figures)], f"Reconcile with {file}")
    headings, *compared = answer
    return [
        f"{file}: {len(figures):,} figures of the broker now stand on the sheet Broker.",
        *(
            "; ".join(
                f"{heading} {cell:,.10g}" if isinstance(cell, float) else f"{heading} {cell}"
                for heading, cell in zip(headings, row, strict=True)
                if cell not in ("", "#N/A")
            )
            for row in compared
        ),
    ]
