"""Interactive Brokers: the portfolio as Trader Workstation exports it, with its cash balances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import Columns, Lines, Record, headed_by, records

_CASH_BALANCES: Final = "cash balances"
_TOTAL: Final = re.compile(r"total \(in (?P<currency>\w+)\)", re.IGNORECASE)


def _find(lines: Lines, columns: Columns, needed: Iterable[str]) -> Iterator[Record]:
    """The rows of positions, then the cash: a currency, its amount, and the currency again."""
    start = next(
        (i for i, line in enumerate(lines) if line.first.casefold() == _CASH_BALANCES), len(lines)
    )
    yield from records(lines[:start], columns, needed)
    for line in lines[start + 1 :]:
        if not line.is_blank:
            cells = (*line.cells, "", "")
            texts = {"currency": cells[0], "value": cells[1]}
            if total := _TOTAL.fullmatch(cells[0]):
                texts |= {"currency": total["currency"], "detail": "total"}
            texts |= dict.fromkeys(("type", "symbol"), holdings.CASH)
            labels = dict.fromkeys(("value", "currency"), "Cash Balances")
            yield Record(line, texts, labels, _CASH_BALANCES)


def _entry(record: Record) -> holdings.BrokerEntry:
    kind = record.text("type").upper()
    if kind == holdings.CASH and "value" in record.texts and record.text("symbol") == holdings.CASH:
        if record.text("detail") == "total":
            return holdings.totals(record)
        return holdings.cash_held(record, holdings.CASH, record.number("value"))
    if kind == "OPT":
        return holdings.option_held(record)
    return holdings.shares_held(record) if kind in ("STK", "FUND") else holdings.not_ours(record)


TWS_PORTFOLIO: Final = holdings.Format(
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
