"""thinkorswim (Charles Schwab): the sections of positions in an account statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import (
    Columns,
    Lines,
    Record,
    headed_by,
    records,
    section_row,
    titled,
)
from xlmargin.option_symbols import read_option_symbol

_OPTIONS: Final[Columns] = {
    "underlying": ("Symbol",),
    "symbol": ("Option Code",),
    "strike": ("Strike",),
    "right": ("Type",),
    "quantity": ("Qty",),
    "cost": ("Trade Price",),
    "price": ("Mark", "Close Price"),
    "value": ("Mark Value", "Close Value"),
    "printed_expiration": ("Exp",),
}
_EQUITIES: Final[Columns] = {
    "symbol": ("Symbol",),
    "description": ("Description",),
    "quantity": ("Qty",),
    "cost": ("Trade Price",),
    "price": ("Mark", "Close Price"),
    "value": ("Mark Value", "Close Value"),
}
_OPTIONS_NEED: Final = ("underlying", "symbol", "quantity", "price")
_EQUITIES_NEED: Final = ("symbol", "description", "quantity", "cost", "price")

_TITLE: Final = re.compile(r"Account Statement for (?P<account>\S+).*? through (?P<day>[\d/]+).*")
_TOTAL: Final = "overall totals"
_HEADED: Final = headed_by("symbol", "option code", "exp", "strike")
_FUTURES: Final = ("futures options", "futures")
_SECTIONS: Final[Mapping[str, tuple[Columns, tuple[str, ...]]]] = {
    "equities": (_EQUITIES, _EQUITIES_NEED),
    "options": (_OPTIONS, _OPTIONS_NEED),
}


def _find(lines: Lines, *_: object) -> Iterator[Record]:
    """The records of the sections Equities and Options, each down to its blank line."""
    account, _day = titled(lines, _TITLE)
    for line, below in pairwise(lines):
        if line.is_title and line.first.casefold() in _SECTIONS and not below.is_blank:
            section_row(below, *_SECTIONS[line.first.casefold()], line.first)
    sections = (records(lines, *each, blank_ends=True) for each in _SECTIONS.values())
    for record in chain.from_iterable(sections):
        is_total = any(cell.casefold() == _TOTAL for cell in record.line.cells)
        found = record.saying("account", account)
        yield found.saying("detail", "total") if is_total else found


def _entry(record: Record) -> holdings.BrokerEntry:
    if record.text("detail") == "total":
        return holdings.totals(record)
    if record.title.casefold() in _FUTURES:
        return holdings.not_ours(record, "symbol")
    if "description" in record.texts:
        return holdings.shares_held(record)
    printed, option = record.text("printed_expiration"), read_option_symbol(record.text("symbol"))
    return holdings.option_held(
        record.saying("expiration", printed) if day_of(printed) else record, option
    )


ACCOUNT_STATEMENT: Final = holdings.Format(
    name="thinkorswim account statement",
    sure="headings of options seen in three public files, those of shares not confirmed",
    columns=_OPTIONS,
    needed=_OPTIONS_NEED,
    recognises=lambda lines: any(titled(lines, _TITLE)) or _HEADED(lines),
    find=_find,
    entry=_entry,
    as_of=lambda lines: titled(lines, _TITLE)[1],
    houses=("schwab",),
)
