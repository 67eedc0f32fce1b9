"""A broker's file format, declared: its name, how sure we are of it, its headings, its records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xlmargin.importers.brokers.holdings import Entry
from xlmargin.importers.brokers.records import Columns, Lines, Record


def _no_date(lines: Lines) -> dt.date | None:
    return None


@dataclass(frozen=True)
class Format:
    """One kind of file.

    `sure` says how often its headings were seen; `recognises` tells the file by its content;
    `records` finds the lines that may be positions, `entry` says what one of them is. A file
    without a line that heads all `needed` fields is refused. `as_of` is the day of the prices.
    """

    name: str
    sure: str
    columns: Columns
    needed: tuple[str, ...]
    recognises: Callable[[Lines], bool]
    records: Callable[[Lines], Iterable[Record]]
    entry: Callable[[Record], Entry]
    as_of: Callable[[Lines], dt.date | None] = _no_date
