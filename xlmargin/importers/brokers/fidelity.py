"""Fidelity: Portfolio_Positions CSV, of one account or of several."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from xlmargin.importers.brokers.holdings import PENDING, BrokerEntry, Format, cash_held, holding
from xlmargin.importers.brokers.records import Record, day_in, headed_by, records

_CORE_FUND: Final = "**"
"""What stands behind the symbol of the fund that holds an account's cash."""
_DOWNLOADED: Final = re.compile(r"Date downloaded (?P<day>\S+).*")


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
    columns={
        "account": ("Account Number",),
        "symbol": ("Symbol",),
        "description": ("Description",),
        "quantity": ("Quantity",),
        "price": ("Last Price",),
        "value": ("Current Value",),
        "total_cost": ("Cost Basis Total", "Cost Basis"),
        "cost": ("Average Cost Basis",),
    },
    needed=("account", "symbol", "quantity", "price"),
    recognises=headed_by("account number", "last price"),
    find=partial(records, blank_ends=True),  # notices follow
    entry=_entry,
    as_of=day_in(_DOWNLOADED),
    houses=("fidelity",),
)
