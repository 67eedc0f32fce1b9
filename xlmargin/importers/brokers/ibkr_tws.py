"""Interactive Brokers: the portfolio as Trader Workstation exports it, with its cash balances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlmargin.importers.brokers.holdings import (
    CASH,
    BrokerEntry,
    Format,
    Skipped,
    cash_held,
    not_ours,
    option_held,
    shares_held,
)
from xlmargin.importers.brokers.records import Columns, Lines, Record, has_headings, records

_COLUMNS: Final[Columns] = {
    "symbol": ("Financial Instrument Description", "Financial Instrument"),
    "quantity": ("Position",),
    "currency": ("Currency",),
    "price": ("Market Price",),
    "value": ("Market Value",),
    "cost": ("Average Price",),
    "type": ("Security Type",),
}
_NEEDED: Final = ("symbol", "quantity", "type")
_SIGNATURE: Final = ("Financial Instrument Description", "Position", "Currency")
_CASH_BALANCES: Final = "cash balances"
_TOTAL: Final = "total (in"


def _recognises(lines: Lines) -> bool:
    return any(has_headings(line, _SIGNATURE) for line in lines[:5])


def _records(lines: Lines) -> Iterator[Record]:
    """The rows of positions, then the cash: a currency, its amount, and the currency again."""
    start = next(
        (i for i, line in enumerate(lines) if line.first.casefold() == _CASH_BALANCES), len(lines)
    )
    yield from records(lines[:start], _COLUMNS, _NEEDED)
    for line in lines[start + 1 :]:
        if not line.is_blank:
            cells = (*line.cells, "", "")
            texts = {"type": CASH, "symbol": CASH, "currency": cells[0], "value": cells[1]}
            yield Record(line, texts, {"value": "Cash Balances", "currency": "Cash Balances"})


def _entry(record: Record) -> BrokerEntry:
    kind = record.text("type").upper()
    if kind == CASH and "value" in record.texts and record.text("symbol") == CASH:
        if record.text("currency").casefold().startswith(_TOTAL):
            return Skipped("totals")
        return cash_held(record, CASH, record.number("value"))
    if kind == "OPT":
        return option_held(record)
    return shares_held(record) if kind in ("STK", "FUND") else not_ours(record)


TWS_PORTFOLIO: Final = Format(
    name="Interactive Brokers Trader Workstation portfolio",
    sure="headings seen in six files of one user; security types but STK, OPT, FUT not confirmed",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=_recognises,
    records=_records,
    entry=_entry,
    houses=("ibkr_like",),
)
