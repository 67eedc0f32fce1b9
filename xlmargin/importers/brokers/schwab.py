"""Charles Schwab: positions as CSV, of one account or of all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import Layout, Lines, Record, headed_by, titled

_TITLE: Final = re.compile(r"Positions for (?:account )?(?P<account>.*?) as of .*?(?P<day>[\d/]+)?")
_HEADED: Final = headed_by("Qty (Quantity)", "Mkt Val (Market Value)", within=30)
_TOTALS: Final = ("account total", "positions total")
_CASH_ROWS: Final = ("cash & cash investments", "cash & money market")
_SHARES: Final = ("equity", "etfs & closed end funds", "mutual fund", "")


def _title(lines: Lines) -> tuple[str, dt.date | None]:
    """Account and day of the first line."""
    return titled(lines, _TITLE, 1)


def _find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The records, each with its account: the section's name, or else that of the first line."""
    account, _ = _title(lines)
    for record in layout.records(lines[1:] if account else lines):
        yield record.saying("account", record.title or account)


def _entry(record: Record) -> holdings.BrokerEntry:
    symbol, kind = record.text("symbol"), record.text("type").casefold()
    if symbol.casefold() in _TOTALS:
        return holdings.totals(record)
    if symbol.casefold() in _CASH_ROWS:
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if kind == "futures" and record.number("value") == 0:
        return holdings.Skipped("nothing held")
    if kind == "cash and money market":
        return holdings.cash_held(record, symbol, record.number("value"), holdings.MONEY_FUND)
    if kind == "option":
        return holdings.option_held(record)
    if kind in _SHARES:
        return holdings.holding(record)
    treasury = holdings.treasury_held(record, record.text("description").upper())
    return treasury or holdings.not_ours(record)


SCHWAB: Final = stated_format(
    "schwab",
    recognises=lambda lines: any(_title(lines)) or _HEADED(lines),
    find=_find,
    entry=_entry,
    as_of=lambda lines: _title(lines)[1],
)
