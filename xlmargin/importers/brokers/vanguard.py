"""Vanguard: the positions at the top of OfxDownload.csv; transactions follow and are no matter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import Layout, Lines, Record, has_headings, headed_by


def _find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The rows down to the headings of the transactions."""
    positions = takewhile(lambda line: not has_headings(line, ("Trade Date",)), lines)
    return layout.records(tuple(positions))


def _entry(record: Record) -> holdings.BrokerEntry:
    """Shares; what has no symbol is a bond or a bill."""
    if record.text("symbol"):
        return holdings.shares_held(record)
    treasury = holdings.treasury_held(record, record.text("name").upper())
    return treasury or holdings.not_ours(record, "name")


VANGUARD: Final = stated_format(
    "vanguard",
    recognises=headed_by("Investment Name", "Share Price", "Total Value"),
    find=_find,
    entry=_entry,
)
