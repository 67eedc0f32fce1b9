"""What a workbook is made of: pages, each with the sheets that it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.input_tables import InputTables

BY_PORTFOLIO: Final = "PM_REQUIREMENT"
BY_STRATEGY: Final = "REGT_MAINTENANCE"
"""What refuses a book that a regime does not margin."""


@dataclass(frozen=True)
class PageSpec:
    """A page: what writes it, and its sheets, whose first names it.

    It is left out where there is none of the tables that it `needs` beside those of the book, and
    where a function that it `calls` with the whole book refuses it, or where it is `refused_for`
    these tables, "" where it is not. It `uses` further tables where they are there. `prints` are
    its sheets that are part of a report on paper.
    """

    write: Callable[[WorkbookBuilder], None]
    sheets: tuple[str, ...]
    calls: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    refused_for: Callable[[InputTables], str] = lambda tables: ""

    @property
    def name(self) -> str:
        """The sheet that it is known by."""
        return self.sheets[0]


@dataclass(frozen=True)
class Template:
    """A workbook for one task: the name of its file, its title, its pages in their order.

    `sample` makes the tables that it is filled with until a user's own stand there.
    """

    name: str
    title: str
    pages: tuple[PageSpec, ...]
    sample: Callable[[], InputTables]

    @property
    def printed(self) -> tuple[str, ...]:
        """The sheets that make the report on paper."""
        return tuple(name for page in self.pages for name in page.prints)
