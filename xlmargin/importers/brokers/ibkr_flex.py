"""Interactive Brokers: the section Open Positions of a Flex query, as CSV.

The user of a query picks fields, dates and frame, so all of them vary. Three frames are known: rows
marked HEADER and DATA with the section's code POST; the same with the section's name; and plain
headings with rows below them. Other sections may stand in the same file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xlmargin.importers.brokers.contracts import contract
from xlmargin.importers.brokers.formats import Format
from xlmargin.importers.brokers.holdings import (
    DOLLARS,
    Entry,
    Skipped,
    not_ours,
    option_held,
    shares_held,
)
from xlmargin.importers.brokers.lots import is_lot, with_added_lots
from xlmargin.importers.brokers.printed_values import day
from xlmargin.importers.brokers.records import (
    Columns,
    HeadingRow,
    Line,
    Lines,
    Record,
    has_headings,
    heading_row,
)

_COLUMNS: Final[Columns] = {
    "account": ("ClientAccountID", "accountId"),
    "currency": ("CurrencyPrimary", "Currency"),
    "type": ("AssetClass", "assetCategory"),
    "symbol": ("Symbol",),
    "contract_id": ("Conid",),
    "underlying": ("UnderlyingSymbol",),
    "multiplier": ("Multiplier",),
    "strike": ("Strike",),
    "expiration": ("Expiry",),
    "right": ("Put/Call", "putCall"),
    "report_date": ("ReportDate",),
    "quantity": ("Quantity", "Position"),
    "price": ("MarkPrice",),
    "value": ("PositionValue",),
    "cost": ("CostBasisPrice",),
    "side": ("Side",),
    "detail": ("LevelOfDetail",),
    "opened": ("OpenDateTime",),
}
_NEEDED: Final = ("symbol", "type", "quantity", "price")
_SECTIONS: Final = ("post", "open positions")
_HEADS_A_SECTION: Final = ("ClientAccountID", "CurrencyPrimary", "Symbol")
_MARKS: Final = ("bof", "boa", "bos", "eos", "eoa", "eof")


def _recognises(lines: Lines) -> bool:
    return any(
        line.first.casefold() == "bof"
        or heading_row(_unframed(line), _COLUMNS, _NEEDED) is not None
        or has_headings(line, ("CurrencyPrimary", "PositionValue"))
        for line in lines
    )


def _unframed(line: Line) -> Line:
    """The line without the mark of its row and the name of its section."""
    framed = line.first.casefold() in ("header", "data")
    return replace(line, cells=line.cells[2:]) if framed else line


def _is_other(line: Line) -> bool:
    """Whether the line belongs to another section, or only marks where one begins or ends."""
    mark = line.first.casefold()
    framed = mark in ("header", "data") and len(line.cells) > 1
    return mark in _MARKS or (framed and line.cells[1].casefold() not in _SECTIONS)


def _records(lines: Lines) -> Iterator[Record]:
    return with_added_lots(_all_records(lines))


def _all_records(lines: Lines) -> Iterator[Record]:
    """The rows of the section; headings of another section end it."""
    row: HeadingRow | None = None
    for line in lines:
        if _is_other(line) or line.is_blank:
            continue
        plain = _unframed(line)
        if found := heading_row(plain, _COLUMNS, _NEEDED):
            row = found
        elif any(has_headings(plain, (name,)) for name in _HEADS_A_SECTION):
            row = None
        elif row is not None:
            yield row.record(plain)


def _entry(record: Record) -> Entry:
    if record.text("symbol").casefold() == "total":
        return Skipped("totals")
    if is_lot(record):
        return Skipped("lots")
    if record.text("currency").upper() not in ("", "USD"):
        raise record.refused("currency", DOLLARS)
    kind = record.text("type").upper()
    if kind == "OPT":
        return option_held(record, contract(record.text("symbol")))
    return shares_held(record) if kind in ("STK", "FUND") else not_ours(record)


def _as_of(lines: Lines) -> dt.date | None:
    """The latest report date."""
    found = [day(record.text("report_date")) for record in _all_records(lines)]
    return max((date for date in found if date), default=None)


FLEX_QUERY: Final = Format(
    name="Interactive Brokers Flex query, open positions",
    sure="headings seen in two to four public files; those of options not confirmed in this "
    "section",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=_recognises,
    records=_records,
    entry=_entry,
    as_of=_as_of,
)
