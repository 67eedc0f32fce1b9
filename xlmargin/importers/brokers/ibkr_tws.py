"""Interactive Brokers: the portfolio as Trader Workstation exports it, with its cash balances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from xlmargin.importers.brokers.records import Columns, Lines, Record, headed_by, records

_CASH_BALANCES: Final = "cash balances"
_TOTAL: Final = "total (in"


def _find(lines: Lines, columns: Columns, needed: Iterable[str]) -> Iterator[Record]:
    """The rows of positions, then the cash: a currency, its amount, and the currency again."""
    start = next(
        (i for i, line in enumerate(lines) if line.first.casefold() == _CASH_BALANCES), len(lines)
    )
    yield from records(lines[:start], columns, needed)
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
    columns={
        "symbol": ("Financial Instrument Description", "Financial Instrument"),
        "quantity": ("Position",),
        "currency": ("Currency",),
        "price": ("Market Price",),
        "value": ("Market Value",),
        "cost": ("Average Price",),
        "type": ("Security Type",),
    },
    needed=("symbol", "quantity", "type"),
    recognises=headed_by("Financial Instrument Description", "Position", "Currency", within=5),
    find=_find,
    entry=_entry,
    houses=("ibkr_like",),
)
