"""Interactive Brokers: the section Open Positions of a Flex query, as CSV or XML.

The user of a query picks fields, dates and frame, so all of them vary. Three frames are known: rows
marked HEADER and DATA with the section's code POST; the same with the section's name; and plain
headings with rows below them. Other sections may stand in the same file.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from xlmargin.cells.columns import day_of
from xlmargin.errors import InputError, MarginError
from xlmargin.importers.book_ranges import TextRows
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import (
    Columns,
    HeadingRow,
    Line,
    Lines,
    Record,
    has_headings,
    heading_row,
)
from xlmargin.option_symbols import read_option_symbol

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


def _entry(record: Record) -> holdings.BrokerEntry:
    if record.text("symbol").casefold() == "total":
        return holdings.totals(record)
    if is_lot(record):
        return holdings.Skipped("lots")
    kind = record.text("type").upper()
    if kind == "OPT":
        return holdings.option_held(record, read_option_symbol(record.text("symbol")))
    return holdings.shares_held(record) if kind in ("STK", "FUND") else holdings.not_ours(record)


def _as_of(lines: Lines) -> dt.date | None:
    """The latest report date."""
    found = [day_of(record.text("report_date")) for record in _all_records(lines)]
    return max((date for date in found if date), default=None)


_LOT: Final = "lot"
_ADDED: Final = "added"


def is_lot(record: Record) -> bool:
    """Whether a record is a lot: it says so, or has no level of detail but a time of opening."""
    detail = record.text("detail").casefold()
    return detail == _LOT or (not detail and bool(record.text("opened")))


def with_added_lots(records: Iterable[Record]) -> Iterator[Record]:
    """The records; where lots of a holding stand without the holding itself, they are added up.

    Lots beside their holding stay lots, for the caller to leave aside.
    """
    by_holding: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        named = record.text("contract_id") or record.text("symbol")
        by_holding.setdefault((record.text("account"), named), []).append(record)
    for held in by_holding.values():
        if all(is_lot(record) for record in held):
            yield from _added(held)
        else:
            yield from held


def _added(lots: list[Record]) -> Iterator[Record]:
    """One record of all lots of a holding; its cost is what a unit cost on average.

    Lots whose numbers cannot be read are handed on as holdings, to be refused by row.
    """
    try:
        quantity = math.fsum(lot.number("quantity") for lot in lots)
        paid = math.fsum(lot.number("quantity") * lot.number("cost") for lot in lots)
        value = math.fsum(lot.number("value") for lot in lots)
    except InputError:
        yield from (lot.saying("detail", _ADDED) for lot in lots)
        return
    cost = paid / quantity if quantity else math.nan
    record = lots[0].saying("detail", _ADDED).saying("quantity", _text(quantity))
    yield record.saying("cost", _text(cost)).saying("value", _text(value))


def _text(number: float) -> str:
    return "" if math.isnan(number) else f"{number:.10f}"


_STATEMENT: Final = "FlexStatement"
_POSITION: Final = "OpenPosition"
_ANSWER: Final = "FlexStatementResponse"
_WANTED_XML: Final = "a Flex query with the section Open Positions"


def read_flex_xml(path: Path) -> TextRows:
    """A heading row of all attributes, and a row for each open position; no account is left out.

    Files that define entities are refused: no statement has any, and they can grow without end.
    """
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise MarginError(f"{path.name}: found definitions of entities, wanted {_WANTED_XML}.")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise MarginError(f"{path.name}: found no XML ({error}), wanted {_WANTED_XML}.") from error
    if root.tag == _ANSWER:
        said = " ".join(" ".join(root.itertext()).split())[:200]
        raise MarginError(f"{path.name}: found the answer '{said}', wanted {_WANTED_XML}.")
    positions = [
        {"accountId": statement.get("accountId", ""), **position.attrib}
        for statement in root.iter(_STATEMENT)
        for position in statement.iter(_POSITION)
    ]
    if not positions:
        raise MarginError(f"{path.name}: found no open position, wanted {_WANTED_XML}.")
    headings = list(dict.fromkeys(name for position in positions for name in position))
    rows = [[position.get(name, "") for name in headings] for position in positions]
    return [headings, *rows]


FLEX_QUERY: Final = holdings.Format(
    name="Interactive Brokers Flex query, open positions",
    sure="headings seen in two to four public files; those of options not confirmed in this "
    "section",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=_recognises,
    find=lambda lines, *_: with_added_lots(_all_records(lines)),
    entry=_entry,
    as_of=_as_of,
    houses=("ibkr_like",),
)
