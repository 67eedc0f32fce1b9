"""tastytrade: positions as CSV, with the columns that were shown on the screen."""

from __future__ import annotations

import math
import re
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import Lines, Record, has_headings
from xlmargin.option_symbols import read_option_symbol

_SIGNATURE: Final = {"symbol", "type", "quantity", "exp date", "strike price", "call/put"}
_ITS_OWN: Final = {"dte", "underlying last price", "iv rank", "d's opn", "p/l open"}
"""Headings of which its files have at least one, and sheets made by hand hardly any."""

_OPTION: Final = ("option", "equity_option", "equity option")
_STOCK: Final = ("stock", "equity")
_DAY_WITHOUT_YEAR: Final = re.compile(r"[A-Za-z]{3,9} \d{1,2}", re.ASCII)


def _recognises(lines: Lines) -> bool:
    return any(
        has_headings(line, _SIGNATURE) and any(has_headings(line, (own,)) for own in _ITS_OWN)
        for line in lines[:3]
    )


def _with_price(record: Record) -> Record:
    """The record with a price: its mark; else for stock the last price, for options the mid."""
    if record.text("price"):
        return record
    if record.text("type").casefold() in _STOCK:
        price = record.number("underlying_price")
    else:
        price = (record.number("bid") + record.number("ask")) / 2
    return record if math.isnan(price) else record.saying("price", f"{price:.10f}")


def _with_year(record: Record) -> Record:
    """The record whose expiration, printed without its year, has the year of its symbol."""
    option, text = read_option_symbol(record.text("symbol")), record.text("expiration")
    if option is None or not _DAY_WITHOUT_YEAR.fullmatch(text):
        return record
    return record.saying("expiration", f"{text}, {option.expiration.year}")


def _entry(record: Record) -> holdings.BrokerEntry:
    kind = record.text("type").casefold()
    if record.text("symbol").casefold() == "cash":
        return holdings.cash_held(record, holdings.CASH, record.number("quantity"))
    if kind in _OPTION:
        return holdings.option_held(_with_year(_with_price(record)))
    if kind in _STOCK:
        return holdings.shares_held(_with_price(record))
    return holdings.not_ours(record)


TASTYTRADE: Final = stated_format("tastytrade", recognises=_recognises, entry=_entry)
