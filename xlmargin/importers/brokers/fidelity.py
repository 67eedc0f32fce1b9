"""Fidelity: Portfolio_Positions CSV, of one account or of several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xlmargin.importers.brokers.holdings import PENDING, BrokerEntry, Format, cash_held, holding
from xlmargin.importers.brokers.records import Columns, Lines, Record, day_in, headed_by, records

_COLUMNS: Final[Columns] = {
    "account": ("Account Number",),
    "symbol": ("Symbol",),
    "description": ("Description",),
    "quantity": ("Quantity",),
    "price": ("Last Price",),
    "value": ("Current Value",),
    "total_cost": ("Cost Basis Total", "Cost Basis"),
    "cost": ("Average Cost Basis",),
}
_NEEDED: Final = ("account", "symbol", "quantity", "price")
_SIGNATURE: Final = {"account number", "last price"}

_CORE_FUND: Final = "**"
"""What stands behind the symbol of the fund that holds an account's cash."""
_DOWNLOADED: Final = re.compile(r"Date downloaded (?P<day>\S+).*")


def _records(lines: Lines) -> Iterator[Record]:
    """The records below the headings, down to the blank line that notices follow."""
    return records(lines, _COLUMNS, _NEEDED, blank_ends=True)


def _entry(record: Record) -> BrokerEntry:
    symbol = record.text("symbol")
    if symbol.casefold() == "pending activity":
        note = "money under way, taken as cash"
        return cash_held(record, PENDING, record.number("value"), note)
    if symbol.endswith(_CORE_FUND):
        note = "the account's core fund, taken as cash"
        return cash_held(record, symbol.rstrip("*"), record.number("value"), note)
    return holding(record)


FIDELITY: Final = Format(
    name="Fidelity positions",
    sure="headings seen in six public files; shares' classes and some account types not confirmed",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=headed_by(*_SIGNATURE),
    records=_records,
    entry=_entry,
    as_of=day_in(_DOWNLOADED),
    houses=("fidelity",),
)
