"""E*TRADE: PortfolioDownload.csv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import Layout, Lines, Record, day_in, has_headings, headed_by
from xlmargin.option_symbols import read_option_symbol, share_ticker

_GENERATED: Final = re.compile(r"Generated at (?P<day>[A-Z][a-z]{2} \d{1,2} \d{4}).*")
_BOND: Final = re.compile(r".*(%|\d{1,2}/\d{1,2}/\d{2,4}).*")
"""A bond's symbol is its name, with its coupon and its maturity."""


def _find(lines: Lines, layout: Layout) -> Iterator[Record]:
    account = _account(lines)
    return (each.saying("account", account) for each in layout.records(lines))


def _account(lines: Lines) -> str:
    """The one account of the summary on top; "" where it lists several, or none."""
    for i, line in enumerate(lines):
        if line.first.casefold() == "account" and has_headings(line, ("Net Account Value",)):
            below = lines[i + 1 : i + 3]
            named = [line.first for line in below if not line.is_blank and not line.is_title]
            return named[0] if len(named) == 1 else ""
    return ""


def _entry(record: Record) -> holdings.BrokerEntry:
    symbol = record.text("symbol")
    if symbol.casefold() == "total":
        return holdings.totals(record)
    if symbol.casefold() == "cash":
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if day_of(symbol):
        return holdings.Skipped("lots")
    named = read_option_symbol(symbol) or share_ticker(symbol)
    if not named and _BOND.fullmatch(symbol):
        return holdings.not_ours(record, "symbol")
    return holdings.holding(record)


ETRADE: Final = stated_format(
    "etrade",
    # The price tells the headings from a row of filters that starts with Symbol too.
    recognises=headed_by("symbol", "last price $", "value $"),
    find=_find,
    entry=_entry,
    as_of=day_in(_GENERATED),
)
