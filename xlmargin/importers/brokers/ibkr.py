"""Interactive Brokers: Flex queries, activity statements, portfolios of Trader Workstation."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from xlmargin.cells.columns import day_of
from xlmargin.errors import InputError, MarginError
from xlmargin.importers.book_ranges import TextRows
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format, stated_layout
from xlmargin.importers.records import (
    HeadingRow,
    Layout,
    Line,
    Lines,
    Record,
    has_headings,
    headed_by,
    heading,
)
from xlmargin.option_symbols import read_option_symbol

_FLEX_SECTIONS: Final = ("post", "open positions")
_HEADS_A_SECTION: Final = ("ClientAccountID", "CurrencyPrimary", "Symbol")
_MARKS: Final = ("bof", "boa", "bos", "eos", "eoa", "eof")


def _flex_recognises(lines: Lines) -> bool:
    return any(
        line.first.casefold() == "bof"
        or FLEX_QUERY.layout.row(_unframed(line)) is not None
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
    return mark in _MARKS or (framed and line.cells[1].casefold() not in _FLEX_SECTIONS)


def _all_records(lines: Lines) -> Iterator[Record]:
    """The rows of the section; headings of another section end it."""
    row: HeadingRow | None = None
    for line in lines:
        if _is_other(line) or line.is_blank:
            continue
        plain = _unframed(line)
        if found := FLEX_QUERY.layout.row(plain):
            row = found
        elif any(has_headings(plain, (name,)) for name in _HEADS_A_SECTION):
            row = None
        elif row is not None:
            yield row.record(plain)


def _flex_entry(record: Record) -> holdings.BrokerEntry:
    if record.text("symbol").casefold() == "total":
        return holdings.totals(record)
    if is_lot(record):
        return holdings.Skipped("lots")
    kind = record.text("type").upper()
    if kind == "OPT":
        return holdings.option_held(record, read_option_symbol(record.text("symbol")))
    return holdings.shares_held(record) if kind in ("STK", "FUND") else holdings.not_ours(record)


def _flex_as_of(lines: Lines) -> dt.date | None:
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


FLEX_QUERY: Final = stated_format(
    "flex_query",
    recognises=_flex_recognises,
    find=lambda lines, _: with_added_lots(_all_records(lines)),
    entry=_flex_entry,
    as_of=_flex_as_of,
)
"""The section Open Positions of a Flex query, as CSV or XML.

The user of a query picks fields, dates and frame, so all of them vary. Three frames are known: rows
marked HEADER and DATA with the section's code POST; the same with the section's name; and plain
headings with rows below them. Other sections may stand in the same file.
"""


_POSITIONS: Final = ("open positions", "long open positions", "short open positions")
_CASH_REPORT: Final = "cash report"
_ENDING_CASH: Final = "ending cash"
_BASE_CURRENCY: Final = "base currency summary"
_SHARES: Final = ("stocks", "mutual funds")
_OPTIONS: Final = "equity and index options"


def _statement_recognises(lines: Lines) -> bool:
    """By its first line; in another language only the word in its second cell is the same."""
    first = next((line for line in lines if not line.is_blank), None)
    if first is None or len(first.cells) <= 2:
        return False
    return first.cells[1] in ("Header", "Data") and first.first not in ("HEADER", "DATA")


def _fact(lines: Lines, section: str, name: str) -> str:
    """The value of a named fact, such as the period of the section Statement; "" without it."""
    for line in lines:
        if tuple(map(heading, line.cells[:3])) == (section, "data", name) and len(line.cells) > 3:
            return line.cells[3]
    return ""


def _statement_as_of(lines: Lines) -> dt.date | None:
    """The last day of the period."""
    period = _fact(lines, "statement", "period")
    return day_of(period.split(" - ")[-1].strip())


def _statement_find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The rows of the sections of positions, then those of cash, each with its account."""
    account = _fact(lines, "account information", "account")
    for record in (*_section(lines, _POSITIONS, layout), *_cash_records(lines)):
        yield record if record.text("account") else record.saying("account", account)


def _cash_records(lines: Lines) -> Iterator[Record]:
    """Ending cash by currency; the line in the base currency counts only where it stands alone."""
    report = _section(lines, (_CASH_REPORT,), stated_layout("cash_report"))
    ending = [record for record in report if heading(record.text("detail")) == _ENDING_CASH]
    in_base = [record for record in ending if heading(record.text("currency")) == _BASE_CURRENCY]
    if len(in_base) < len(ending):
        yield from (record for record in ending if record not in in_base)
    else:
        base = _fact(lines, "account information", "base currency")
        yield from (record.saying("currency", base) if base else record for record in in_base)


def _section(lines: Lines, names: tuple[str, ...], layout: Layout) -> Iterator[Record]:
    row: HeadingRow | None = None
    for line in lines:
        if heading(line.first) not in names or len(line.cells) < 2:
            continue
        inside = replace(line, cells=line.cells[2:])
        match heading(line.cells[1]):
            case "header":
                row = layout.section(inside, line.first)
            case "data" if row is not None:
                yield row.record(inside, title=heading(line.first))
            case "total" if row is not None:
                yield row.record(inside, title=heading(line.first)).saying("detail", "total")


def _statement_entry(record: Record) -> holdings.BrokerEntry:
    if record.title == _CASH_REPORT:
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if is_lot(record):
        return holdings.Skipped("lots")
    if record.text("detail").casefold() not in ("summary", ""):
        return holdings.totals(record)
    kind = record.text("type").casefold()
    if kind == _OPTIONS:
        return holdings.option_held(record)
    return holdings.shares_held(record) if kind in _SHARES else holdings.not_ours(record)


ACTIVITY_STATEMENT: Final = stated_format(
    "activity_statement",
    recognises=_statement_recognises,
    find=_statement_find,
    entry=_statement_entry,
    as_of=_statement_as_of,
)
"""The activity statement as CSV, its sections of open positions and of cash.

Each line begins with its section's name and with Header, Data or Total; the section's own cells
follow. Statements in other languages have other names and are refused.
"""


_CASH_BALANCES: Final = "cash balances"
_TOTAL: Final = re.compile(r"total \(in (?P<currency>\w+)\)", re.IGNORECASE)


def _tws_find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The rows of positions, then the cash: a currency, its amount, and the currency again."""
    start = next(
        (i for i, line in enumerate(lines) if line.first.casefold() == _CASH_BALANCES), len(lines)
    )
    yield from layout.records(lines[:start])
    for line in lines[start + 1 :]:
        if not line.is_blank:
            cells = (*line.cells, "", "")
            texts = {"currency": cells[0], "value": cells[1]}
            if total := _TOTAL.fullmatch(cells[0]):
                texts |= {"currency": total["currency"], "detail": "total"}
            texts |= dict.fromkeys(("type", "symbol"), holdings.CASH)
            labels = dict.fromkeys(("value", "currency"), "Cash Balances")
            yield Record(line, texts, labels, _CASH_BALANCES)


def _tws_entry(record: Record) -> holdings.BrokerEntry:
    kind = record.text("type").upper()
    if kind == holdings.CASH and "value" in record.texts and record.text("symbol") == holdings.CASH:
        if record.text("detail") == "total":
            return holdings.totals(record)
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if kind == "OPT":
        return holdings.option_held(record)
    return holdings.shares_held(record) if kind in ("STK", "FUND") else holdings.not_ours(record)


TWS_PORTFOLIO: Final = stated_format(
    "tws_portfolio",
    recognises=headed_by("Financial Instrument Description", "Position", "Currency", within=5),
    find=_tws_find,
    entry=_tws_entry,
)
"""The portfolio as Trader Workstation exports it, with its cash balances."""
