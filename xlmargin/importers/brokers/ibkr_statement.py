"""Interactive Brokers: the activity statement as CSV, its sections of open positions and of cash.

Each line begins with its section's name and with Header, Data or Total; the section's own cells
follow. Statements in other languages have other names and are refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.ibkr_flex import is_lot
from xlmargin.importers.brokers.records import (
    Columns,
    HeadingRow,
    Line,
    Lines,
    Record,
    heading,
    section_row,
)

_CASH_COLUMNS: Final[Columns] = {
    "detail": ("Currency Summary",),
    "currency": ("Currency",),
    "account": ("Account",),
    "value": ("Total",),
}
_CASH_NEEDED: Final = ("detail", "currency", "value")

_POSITIONS: Final = ("open positions", "long open positions", "short open positions")
_CASH_REPORT: Final = "cash report"
_ENDING_CASH: Final = "ending cash"
_BASE_CURRENCY: Final = "base currency summary"
_SHARES: Final = ("stocks", "mutual funds")
_OPTIONS: Final = "equity and index options"


def _recognises(lines: Lines) -> bool:
    """By its first line; in another language only the word in its second cell is the same."""
    first = next((line for line in lines if not line.is_blank), None)
    return first is not None and len(first.cells) > 2 and _is_statement(first)


def _is_statement(line: Line) -> bool:
    return line.cells[1] in ("Header", "Data") and line.first not in ("HEADER", "DATA")


def _fact(lines: Lines, section: str, name: str) -> str:
    """The value of a named fact, such as the period of the section Statement; "" without it."""
    for line in lines:
        if tuple(map(heading, line.cells[:3])) == (section, "data", name) and len(line.cells) > 3:
            return line.cells[3]
    return ""


def _as_of(lines: Lines) -> dt.date | None:
    """The last day of the period."""
    period = _fact(lines, "statement", "period")
    return day_of(period.split(" - ")[-1].strip())


def _find(lines: Lines, columns: Columns, needed: tuple[str, ...]) -> Iterator[Record]:
    """The rows of the sections of positions, then those of cash, each with its account."""
    account = _fact(lines, "account information", "account")
    for record in (*_section(lines, _POSITIONS, columns, needed), *_cash_records(lines)):
        yield record if record.text("account") else record.saying("account", account)


def _cash_records(lines: Lines) -> Iterator[Record]:
    """Ending cash by currency; the line in the base currency counts only where it stands alone."""
    report = _section(lines, (_CASH_REPORT,), _CASH_COLUMNS, _CASH_NEEDED)
    ending = [record for record in report if heading(record.text("detail")) == _ENDING_CASH]
    in_base = [record for record in ending if heading(record.text("currency")) == _BASE_CURRENCY]
    if len(in_base) < len(ending):
        yield from (record for record in ending if record not in in_base)
    else:
        base = _fact(lines, "account information", "base currency")
        yield from (record.saying("currency", base) if base else record for record in in_base)


def _section(
    lines: Lines, names: tuple[str, ...], columns: Columns, needed: tuple[str, ...]
) -> Iterator[Record]:
    row: HeadingRow | None = None
    for line in lines:
        if heading(line.first) not in names or len(line.cells) < 2:
            continue
        inside = replace(line, cells=line.cells[2:])
        match heading(line.cells[1]):
            case "header":
                row = section_row(inside, columns, needed, line.first)
            case "data" if row is not None:
                yield row.record(inside, title=heading(line.first))
            case "total" if row is not None:
                yield row.record(inside, title=heading(line.first)).saying("detail", "total")


def _entry(record: Record) -> holdings.BrokerEntry:
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


ACTIVITY_STATEMENT: Final = holdings.Format(
    name="Interactive Brokers activity statement",
    sure="headings seen in six public files; in English alone",
    columns={
        "detail": ("DataDiscriminator",),
        "type": ("Asset Category",),
        "currency": ("Currency",),
        "account": ("Account",),
        "symbol": ("Symbol",),
        "quantity": ("Quantity",),
        "multiplier": ("Mult", "Multiplier"),
        "cost": ("Cost Price",),
        "price": ("Close Price",),
        "value": ("Value",),
    },
    needed=("type", "symbol", "quantity", "price"),
    recognises=_recognises,
    find=_find,
    entry=_entry,
    as_of=_as_of,
    houses=("ibkr_like",),
)
