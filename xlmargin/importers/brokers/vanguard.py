"""Vanguard: the positions at the top of OfxDownload.csv; transactions follow and are no matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlmargin.importers.brokers.holdings import (
    BrokerEntry,
    Format,
    not_ours,
    shares_held,
    treasury_held,
)
from xlmargin.importers.brokers.records import (
    Columns,
    Lines,
    Record,
    has_headings,
    headed_by,
    records,
)

_COLUMNS: Final[Columns] = {
    "account": ("Account Number",),
    "name": ("Investment Name",),
    "symbol": ("Symbol",),
    "quantity": ("Shares",),
    "price": ("Share Price",),
    "value": ("Total Value",),
}
_NEEDED: Final = ("account", "symbol", "quantity", "price", "value")


def _records(lines: Lines) -> Iterator[Record]:
    """The rows down to the headings of the transactions."""
    end = next(
        (i for i, line in enumerate(lines) if has_headings(line, ("Trade Date",))), len(lines)
    )
    return records(lines[:end], _COLUMNS, _NEEDED)


def _entry(record: Record) -> BrokerEntry:
    """Shares; what has no symbol is a bond or a bill."""
    if record.text("symbol"):
        return shares_held(record)
    return treasury_held(record, record.text("name").upper()) or not_ours(record, "name")


VANGUARD: Final = Format(
    name="Vanguard positions",
    sure="headings seen in one public file; no option seen",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=headed_by("Investment Name", "Share Price", "Total Value"),
    records=_records,
    entry=_entry,
)
