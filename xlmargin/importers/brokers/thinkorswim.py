"""thinkorswim (Charles Schwab): the position statement.

It is a display, not a table: a row with the ticker of an underlying, below it
its shares under the company's name, then its options without their root.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import (
    Columns,
    HeadingRow,
    Lines,
    Record,
    heading_row,
    section_row,
    titled,
)
from xlmargin.option_symbols import read_option_symbol, share_ticker

_TITLE: Final = re.compile(
    r"Position Statement for (?P<account>\S+)(?: \(.*\))? on (?P<day>[\d/]+)\b.*"
)
_OPTION: Final = re.compile(
    r"(?P<multiplier>\d+) (?:\((?P<series>[^)]*)\) )?"
    r"(?P<terms>\d{1,2} [A-Z]{3} \d\d [\d.,]+ (?:CALL|PUT))",
    re.ASCII | re.IGNORECASE,
)
_CASH: Final = "cash & sweep vehicle"
_FOOTERS: Final = (
    "subtotals:", "overall totals:", "overall p/l ytd", "bp adjustment", "overnight futures bp",
    "available dollars",
)  # fmt: skip
_WEEKLIES: Final = ("weeklys", "quarterlys")
"""Series beside the monthly one that are plain too; a FLEX series or a mini is not."""
_ROOT_OF_WEEKLIES: Final = {"SPX": "SPXW", "NDX": "NDXP", "RUT": "RUTW", "VIX": "VIXW"}
"""Roots of indexes whose series, but for the monthly ones, have a root of their own."""


def _title(lines: Lines) -> tuple[str, dt.date | None]:
    """Account and day of the title."""
    return titled(lines, _TITLE, 2)


def _find(lines: Lines, columns: Columns, needed: Sequence[str]) -> Iterator[Record]:
    """The rows below the headings, each with its underlying; of the last lines the cash alone.

    A row without a quantity names an underlying, and the next one is its shares. Shares in any
    other place stand under their own ticker.
    """
    account, _ = _title(lines)
    row: HeadingRow | None = None
    underlying, shares_follow = "", False
    for line in lines:
        if line.first.casefold() == _CASH:
            texts = {"symbol": holdings.CASH, "value": line.cells[-1], "account": account}
            yield Record(line, texts, {"value": line.first})
        elif line.is_blank:
            row = None
        elif headed := heading_row(line, columns, needed):
            row, underlying, shares_follow = headed, "", False
        elif line.first.casefold() in _FOOTERS:
            continue
        elif row is not None:
            record = row.record(line).saying("account", account)
            is_option = bool(_OPTION.fullmatch(record.text("symbol")))
            names_underlying = not (record.text("quantity") or is_option)
            if names_underlying or not (is_option or shares_follow):
                underlying = record.text("symbol")
            shares_follow = names_underlying
            if not names_underlying:
                yield record.saying("underlying", underlying)
        elif len(line.cells) >= len(needed):
            section_row(line, columns, needed, "positions")


def _entry(record: Record) -> holdings.BrokerEntry:
    symbol, underlying = record.text("symbol"), record.text("underlying")
    if symbol == holdings.CASH:
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if underlying.startswith("/"):
        return holdings.not_ours(record, "symbol")
    if match := _OPTION.fullmatch(symbol):
        return _option(record, match)
    return holdings.shares_held(record, underlying)


def _option(record: Record, match: re.Match[str]) -> holdings.BrokerEntry:
    """An option, whose root is its underlying's but for the other series of an index."""
    root = share_ticker(record.text("underlying")).replace(".", "")
    series = (match["series"] or "").casefold()
    if series and series not in _WEEKLIES:
        return holdings.not_ours(record, "symbol")
    if series:
        root = _ROOT_OF_WEEKLIES.get(root, root)
    option = read_option_symbol(f"{root} {match['terms'].replace(',', '')}")
    return holdings.option_held(record.saying("multiplier", match["multiplier"]), option)


POSITION_STATEMENT: Final = holdings.Format(
    name="thinkorswim position statement",
    sure="headings seen in five public files; repeated groups and grouping by strategy not "
    "confirmed",
    columns={
        "symbol": ("Instrument",),
        "quantity": ("Qty",),
        "cost": ("Trade Price",),
        "price": ("Mark",),
    },
    needed=("symbol", "quantity", "cost", "price"),
    recognises=lambda lines: any(_title(lines)),
    find=_find,
    entry=_entry,
    as_of=lambda lines: _title(lines)[1],
    houses=("schwab",),
)
