"""The kinds of file that are read: what formats.toml states of each, and what its module does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xlmargin.cells.values import nearest
from xlmargin.importers.brokers.holdings import BrokerEntry
from xlmargin.importers.records import Layout, Lines, Record, layout_of
from xlmargin.packaged import packaged_toml

_STATED: Final = packaged_toml("xlmargin.importers.brokers", "formats.toml")

FIELDS: Final[Mapping[str, str]] = _STATED["fields"]
"""What a broker's file can be read to say; a format maps these to its headings."""

NO_POSITIONS: Final[list[dict[str, Any]]] = _STATED["no_positions"]
"""Kinds of file without positions: `name`, its own `headings`, and what is `wanted` instead."""


@dataclass(frozen=True)
class Format:
    """One kind of file.

    `sure` says how often its headings were seen; `recognises` tells the file by its content;
    `find` finds the lines that may be positions, `entry` says what one of them is. A file without
    a line that heads all needed fields is refused. `as_of` is the day of the prices; `houses` are
    the profiles of the broker's own requirements, where the rulebook has any.
    """

    name: str
    sure: str
    layout: Layout
    recognises: Callable[[Lines], bool]
    entry: Callable[[Record], BrokerEntry]
    find: Callable[[Lines, Layout], Iterable[Record]] = lambda lines, layout: layout.records(lines)
    as_of: Callable[[Lines], dt.date | None] = lambda lines: None
    houses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a field that nothing reads."""
        _refuse_unread(self.name, self.layout)


def _refuse_unread(name: str, layout: Layout) -> None:
    """Refuse a field that nothing reads: its column would be left out without a word."""
    for field in layout.columns.keys() - FIELDS.keys():
        near = nearest(field, FIELDS)
        perhaps = f" (perhaps {near}?)" if near else ""
        raise ValueError(f"{name}: found the field {field!r}, wanted one of FIELDS{perhaps}")


def stated_layout(key: str) -> Layout:
    """The headings in a table of formats.toml."""
    stated = _STATED[key]
    layout = layout_of(stated["columns"], stated["needed"])
    _refuse_unread(key, layout)
    return layout


def stated_format(key: str, **does: Any) -> Format:
    """The format in a table of formats.toml, with what its module does: `recognises` and so on.

    A key that no format has refuses: a mistyped `houses` would leave out what a broker requires.
    """
    stated = dict(_STATED[key])
    layout = layout_of(stated.pop("columns"), stated.pop("needed"))
    houses = tuple(stated.pop("houses", ()))
    return Format(layout=layout, houses=houses, **stated, **does)
