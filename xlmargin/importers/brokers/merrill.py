"""Merrill: Holdings.csv, of one account or of several."""

from __future__ import annotations

import datetime as dt
from typing import Final

from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.brokers.holdings import BrokerEntry, cash_held, holding, option_held
from xlmargin.importers.records import Lines, Record, headed_by
from xlmargin.option_symbols import is_money_fund, read_option_symbol

_CASH: Final = ("bank deposit", "money account", "money fund", "cash")


def _entry(record: Record) -> BrokerEntry:
    """An option by its description, which its symbol must not contradict; else as the symbol says.

    The symbol's last digits are read by a letter whose meaning Merrill does not state.
    """
    symbol, description = record.text("symbol"), record.text("description")
    described, named = read_option_symbol(description), read_option_symbol(symbol)
    if described is not None:
        if named is not None and str(named) != str(described):
            raise record.refused("symbol", f"{described}, as the description says")
        return option_held(record, described)
    cash = any(description.casefold().startswith(word) for word in _CASH)
    if record.number("price") == 1.0 and (cash or is_money_fund(symbol)):
        note = "a bank deposit or a money market fund, taken as cash"
        return cash_held(record, symbol, record.number("value"), note)
    return holding(record)


def _as_of(lines: Lines) -> dt.date | None:
    """The latest day of prices."""
    found = [record.day("date") for record in MERRILL.layout.records(lines)]
    return max((date for date in found if date), default=None)


MERRILL: Final = stated_format(
    "merrill", recognises=headed_by("COB Date", "Security #"), entry=_entry, as_of=_as_of
)
