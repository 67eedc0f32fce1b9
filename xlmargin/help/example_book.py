"""The small book on which every function is explained, as ranges with their headings.

A share hedged with a collar, an index put spread, and cash; the prices are invented. The ranges
have the names of the workbooks' tables, so that a formula can be copied into one of these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.packaged import packaged_toml

AS_OF: Final = dt.date(2026, 11, 20)
"""The day of the example, and of the rules that the page shows."""


def _cell(text: str) -> TableCell:
    try:
        return float(text)
    except ValueError:
        return text or None


def _rows(text: str) -> TableRows:
    return [[_cell(cell.strip()) for cell in line.split(",")] for line in text.splitlines()]


EXAMPLE_BOOK: Final[Mapping[str, TableRows]] = MappingProxyType(
    {n: _rows(text) for n, text in packaged_toml("xlmargin.help", "example_book.toml").items()}
)
"""The ranges by name, headings first."""
