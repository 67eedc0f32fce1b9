"""Vanguard: the positions at the top of OfxDownload.csv; transactions follow and are no matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import (
    Columns,
    Lines,
    Record,
    has_headings,
    headed_by,
    records,
)


def _find(lines: Lines, columns: Columns, needed: Iterable[str]) -> Iterator[Record]:
    """The rows down to the headings of the transactions."""
    positions = takewhile(lambda line: not has_headings(line, ("Trade Date",)), lines)
    return records(tuple(positions), columns, needed)


def _entry(record: Record) -> holdings.BrokerEntry:
    """Shares; what has no symbol is a bond or a bill."""
    if record.text("symbol"):
        return holdings.shares_held(record)
    treasury = holdings.treasury_held(record, record.text("name").upper())
    return treasury or holdings.not_ours(record, "name")


VANGUARD: Final = holdings.Format(
    name="Vanguard positions",
    sure="headings seen in one public file; no option seen",
    columns={
        "account": ("Account Number",),
        "name": ("Investment Name",),
        "symbol": ("Symbol",),
        "quantity": ("Shares",),
        "price": ("Share Price",),
        "value": ("Total Value",),
    },
    needed=("account", "symbol", "quantity", "price", "value"),
    recognises=headed_by("Investment Name", "Share Price", "Total Value"),
    find=_find,
    entry=_entry,
)
