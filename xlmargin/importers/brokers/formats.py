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
        """Refuse a field that nothing reads: its column would be left out without a word."""
        columns = self.layout.columns.keys()
        for name in columns - FIELDS.keys():
            near = nearest(name, FIELDS)
            perhaps = f" (perhaps {near}?)" if near else ""
            raise ValueError(
                f"{self.name}: found the field {name!r}, wanted one of FIELDS{perhaps}"
            )
        for name in set(self.layout.needed) - columns:
            raise ValueError(f"{self.name}: {name!r} is needed, but columns have no heading for it")


def stated_layout(key: str) -> Layout:
    """The headings in a table of formats.toml."""
    return layout_of(_STATED[key])


def stated_format(key: str, **does: Callable[..., Any]) -> Format:
    """The format in a table of formats.toml, with what its module does: `recognises` and so on."""
    stated = _STATED[key]
    houses = tuple(stated.get("houses", ()))
    return Format(stated["name"], stated["sure"], layout_of(stated), houses=houses, **does)
