"""What a workbook is made of: pages, each with the sheets that it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.input_tables import InputTables


@dataclass(frozen=True)
class PageOf:
    """A page: its name for a progress report, what writes it, and its sheets.

    It is left out where there is none of the tables that it `needs` beside those of the book, and
    where a function that it `asks` of the whole book refuses it, or where it is `refused_for` these
    tables, "" where it is not. It `uses` further tables where
    they are there. `prints` are its sheets that are part of a report on paper.
    """

    name: str
    write: Callable[[Draft], None]
    sheets: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    refused_for: Callable[[InputTables], str] = lambda tables: ""


@dataclass(frozen=True)
class Template:
    """A workbook for one task: the name of its file, its title, its pages in their order.

    `sample` makes the tables that it is filled with until a user's own stand there.
    """

    name: str
    title: str
    pages: tuple[PageOf, ...]
    sample: Callable[[], InputTables]

    @property
    def printed(self) -> tuple[str, ...]:
        """The sheets that make the report on paper."""
        return tuple(name for page in self.pages for name in page.prints)
