"""thinkorswim (Charles Schwab): the position statement, and sections of an account statement."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format, stated_layout
from xlmargin.importers.records import HeadingRow, Layout, Lines, Record, headed_by, titled
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


def _find(lines: Lines, layout: Layout) -> Iterator[Record]:
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
        elif headed := layout.row(line):
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
        elif len(line.cells) >= len(layout.needed):
            layout.section(line, "positions")


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


POSITION_STATEMENT: Final = stated_format(
    "position_statement",
    recognises=lambda lines: any(_title(lines)),
    find=_find,
    entry=_entry,
    as_of=lambda lines: _title(lines)[1],
)
"""It is a display, not a table: a row with the ticker of an underlying, below it its shares under
the company's name, then its options without their root.
"""


_ACCOUNT_TITLE: Final = re.compile(
    r"Account Statement for (?P<account>\S+).*? through (?P<day>[\d/]+).*"
)
_TOTAL: Final = "overall totals"
_HEADED: Final = headed_by("symbol", "option code", "exp", "strike")
_FUTURES: Final = ("futures options", "futures")


def _find_sections(lines: Lines, options: Layout) -> Iterator[Record]:
    """The records of the sections Equities and Options, each down to its blank line."""
    account, _day = titled(lines, _ACCOUNT_TITLE)
    layouts = {"equities": stated_layout("account_statement_equities"), "options": options}
    for line, below in pairwise(lines):
        if line.is_title and line.first.casefold() in layouts and not below.is_blank:
            layouts[line.first.casefold()].section(below, line.first)
    sections = (each.records(lines, blank_ends=True) for each in layouts.values())
    for record in chain.from_iterable(sections):
        is_total = any(cell.casefold() == _TOTAL for cell in record.line.cells)
        found = record.saying("account", account)
        yield found.saying("detail", "total") if is_total else found


def _section_entry(record: Record) -> holdings.BrokerEntry:
    if record.text("detail") == "total":
        return holdings.totals(record)
    if record.title.casefold() in _FUTURES:
        return holdings.not_ours(record, "symbol")
    if "description" in record.texts:
        return holdings.shares_held(record)
    printed, option = record.text("printed_expiration"), read_option_symbol(record.text("symbol"))
    return holdings.option_held(
        record.saying("expiration", printed) if day_of(printed) else record, option
    )


ACCOUNT_STATEMENT: Final = stated_format(
    "account_statement",
    recognises=lambda lines: any(titled(lines, _ACCOUNT_TITLE)) or _HEADED(lines),
    find=_find_sections,
    entry=_section_entry,
    as_of=lambda lines: titled(lines, _ACCOUNT_TITLE)[1],
)
"""The sections of positions in an account statement."""
