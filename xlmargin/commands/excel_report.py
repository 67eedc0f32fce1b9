"""The button Report in Excel: the report on the open workbook, as a file beside it.

The workbook itself is only copied, so that whatever fails leaves it as it was; the reason is shown
in a message. The copy has what is not saved yet, and is read as `xlmargin report` reads a file.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from xlmargin.commands.report import Asked
from xlmargin.commands.terminal import complaint
from xlmargin.computing import time_limit
from xlmargin.defects import internal_error
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.importers import BookRanges, read_book_files

PRINTED: Final = ("Start", "Check", "Requirement", "Risk array", "Risk", "Account", "Comparison",
                  "Strategies")  # fmt: skip
"""Pages of the PDF: summary and charts, exceptions, both regimes, the pairing."""

_TITLE: Final = "xlmargin"


class ComBook(Protocol):
    """Excel's own face of a workbook."""

    def SaveCopyAs(self, path: str) -> None:  # noqa: N802
        """Save a copy, with what is not saved yet."""


class OpenSheet(Protocol):
    """A sheet of an open workbook."""

    @property
    def name(self) -> str:
        """Its name."""


class OpenBook(Protocol):
    """A workbook that is open in Excel, as xlwings shows it."""

    @property
    def name(self) -> str:
        """The name of its file."""

    @property
    def fullname(self) -> str:
        """The path of its file; an address for one in the cloud; a name for one never saved."""

    @property
    def api(self) -> ComBook:
        """Excel's own face of it."""

    @property
    def app(self) -> OpenExcel:
        """The Excel in which it is open."""

    @property
    def sheets(self) -> Iterator[OpenSheet]:
        """Its sheets."""

    def to_pdf(self, path: str, *, include: list[str]) -> object:
        """Print sheets to a file."""


class OpenBooks(Protocol):
    """The workbooks that are open."""

    def open(self, fullname: str) -> OpenBook:
        """Open another."""


class OpenExcel(Protocol):
    """Excel, as xlwings shows it."""

    @property
    def books(self) -> OpenBooks:
        """The workbooks that are open."""

    def alert(self, prompt: str, title: str, *, mode: str) -> object:
        """Show a message."""


def report(book: OpenBook) -> None:
    """Write the report on an open workbook, open it, and print it to a PDF; or say why not."""
    try:
        written = write_report(book, dt.date.today())
    except Exception as error:
        # A macro has no other place to say it than a message.
        book.app.alert(_said(error), _TITLE, mode="critical")
        return
    try:
        opened = book.app.books.open(str(written))
        pages = [sheet.name for sheet in opened.sheets if sheet.name in PRINTED]
        opened.to_pdf(str(written.with_suffix(".pdf")), include=pages)
    except Exception as error:
        internal_error(error)
        said = f"The report is written: {written}\nIt could not be opened and printed: {error}"
        book.app.alert(said, _TITLE, mode="info")


def write_report(book: OpenBook, today: dt.date) -> Path:
    """Write the report; answers its path, which is that of no file before."""
    with tempfile.TemporaryDirectory(prefix="xlmargin-") as folder:
        copy = Path(folder) / _file_name(book)
        book.api.SaveCopyAs(str(copy))
        ranges = read_book_files(copy)
    return _written(ranges, Path(_file_name(book)).stem, _folder_of(book), today)


def _written(ranges: BookRanges, name: str, folder: Path, today: dt.date) -> Path:
    """The report, named after the workbook and the day on which it is made."""
    output = next(path for path in _names(folder, f"{name}-margin-{today}") if not path.exists())
    import_module("xlmargin.udfs")
    functions = {entry.name: entry.function for entry in REGISTRY.values()}
    day = ranges.as_of or today
    asked = Asked(output, True, f"Portfolio margin: {name}", day, functions)
    with time_limit(math.inf):
        asked.written(ranges, note=ranges.notes[0] if ranges.notes else "")
    return output


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.xlsx"
    for number in count(2):
        yield folder / f"{name}-{number}.xlsx"


def _file_name(book: OpenBook) -> str:
    """The name of the workbook's file; one never saved has no kind yet."""
    name = book.name.replace("\\", "/").rpartition("/")[2]
    return name if Path(name).suffix else f"{name}.xlsx"


def _folder_of(book: OpenBook) -> Path:
    """The workbook's folder; the user's documents for one that has none on this machine."""
    path = Path(book.fullname)
    if path.is_absolute() and path.parent.is_dir():
        return path.parent
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def _said(error: Exception) -> str:
    """Why there is no report, in words."""
    if isinstance(error, MarginError | OSError):
        return "\n".join(complaint(error))
    return f"No report is written: {internal_error(error)}."
