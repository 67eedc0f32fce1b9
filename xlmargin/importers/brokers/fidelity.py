"""Fidelity: Portfolio_Positions CSV of one account or several, and the statement as CSV."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import HeadingRow, Layout, Lines, Record, day_in, headed_by
from xlmargin.option_symbols import read_option_symbol

_CORE_FUND: Final = "**"
"""What stands behind the symbol of the fund that holds an account's cash."""
_DOWNLOADED: Final = re.compile(r"Date downloaded (?P<day>\S+).*")


def _entry(record: Record) -> holdings.BrokerEntry:
    symbol = record.text("symbol")
    if symbol.casefold() == "pending activity":
        note = "money under way, taken as cash"
        return holdings.cash_held(record, holdings.PENDING, record.number("value"), note)
    if symbol.endswith(_CORE_FUND):
        note = "the account's core fund, taken as cash"
        return holdings.cash_held(record, symbol.rstrip("*"), record.number("value"), note)
    return holdings.holding(record)


FIDELITY: Final = stated_format(
    "fidelity",
    recognises=headed_by("account number", "last price"),
    find=lambda lines, layout: layout.records(lines, blank_ends=True),  # notices follow
    entry=_entry,
    as_of=day_in(_DOWNLOADED),
)


_SUMMARY: Final = headed_by("Account Type", "Beginning mkt Value")
_POSITIONS: Final = headed_by("Symbol/CUSIP")
_ACCOUNT: Final = re.compile(r"[A-Z]?\d{6,12}", re.ASCII)
_SUBTOTAL: Final = "subtotal of"
_NOT_HELD_HERE: Final = ("bonds", "other")


def _statement_find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The rows, each with its account and below the title of its kind."""
    row: HeadingRow | None = None
    account, kind = "", ""
    for line in lines:
        if found := layout.row(line):
            row = found
        elif row is None or line.is_blank:
            continue
        elif line.is_title and _ACCOUNT.fullmatch(line.first):
            account = line.first
        elif line.is_title:
            kind = line.first.casefold()
        else:
            yield row.record(line, kind).saying("account", account)


def _statement_entry(record: Record) -> holdings.BrokerEntry:
    symbol, description = record.text("symbol"), html.unescape(record.text("description"))
    if symbol.casefold().startswith(_SUBTOTAL):
        return holdings.totals(record)
    if record.title == "core account":
        if symbol.casefold() == "cash" and not record.text("value"):
            # An older file leaves out the description, so that its cells stand one to the left.
            record = record.saying("quantity", description)
        note = "the account's core fund, taken as cash"
        return holdings.cash_held(record, symbol, record.number("quantity"), note)
    if record.title == "options":
        named = record.saying("symbol", description)
        return holdings.option_held(named, read_option_symbol(description))
    if record.title in _NOT_HELD_HERE:
        return holdings.not_ours(record, "description")
    return holdings.shares_held(record)


FIDELITY_STATEMENT: Final = stated_format(
    "fidelity_statement",
    recognises=lambda lines: _SUMMARY(lines) and _POSITIONS(lines),
    find=_statement_find,
    entry=_statement_entry,
)
"""The statement as CSV, an account summary and then the positions of each account.

Options have no symbol there, only a description. The day of the statement stands in the file's name
alone, and may be long past, so that it is not taken for the day of the prices.
"""
