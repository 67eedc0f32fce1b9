"""Report and Run all: the reports of the command line, of the open book or of a folder."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from xlmargin.cells.values import TableCell
from xlmargin.cli.batch import BatchRequest
from xlmargin.cli.book_files import known_beside
from xlmargin.cli.book_report import ReportRequest
from xlmargin.cli.market import with_own
from xlmargin.cli.registered import functions
from xlmargin.cli.tables import names_beside, tables_named
from xlmargin.computing import time_limit
from xlmargin.importers.named_ranges import named_ranges
from xlmargin.macros.book_tables import book_ranges
from xlmargin.macros.open_book import OpenBook, ReadBook


def write_report(book: OpenBook, today: dt.date) -> Path:
    """Write the report on an open book as `xlmargin report` does; answers its path, a new one."""
    ranges, folder = book_ranges(book), _folder_of(book)
    name = Path(book.name).stem
    output = next(path for path in _names(folder, f"{name}-margin-{today}", ".xlsx"))
    title, day = f"Margin: {name}", ranges.as_of or today
    ranges = with_own(ranges, known_beside(None, [], ranges.settings, folder), day)
    more = tables_named(named_ranges(ReadBook(book), names_beside(), book.name))
    with time_limit(math.inf):
        ReportRequest(output, True, title, day, functions()).written(ranges, more=more)
    return output


def report_all(folder: Path, today: dt.date) -> list[str]:
    """A report of every book in a folder, in a new folder inside it; answers what came of each."""
    output = next(_names(folder, f"reports-{today}", ""))
    request = BatchRequest(folder, output, {}, today, as_json=True, processes=1)
    with time_limit(math.inf):
        summary = request.done()
    rows = [dict(zip(summary.headings, row, strict=True)) for row in summary.rows]
    refused = [row for row in rows if row["refused"]]
    return [
        f"{len(rows) - len(refused)} of {len(rows)} books reported, in {output}.",
        *(f"Refused: {row['book']}: {row['refused']}" for row in refused),
        *(_line(row) for row in rows if not row["refused"]),
    ]


def _line(row: Mapping[TableCell, TableCell]) -> str:
    """The figures of a book that was reported."""
    figures = (
        f"{name} {value:,.2f}"
        for name, value in row.items()
        if isinstance(value, float) and name != "warnings"
    )
    return f"{row['book']}: {'; '.join(figures)}"


def _names(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """Paths of which no one is there."""
    for number in count(1):
        path = folder / (f"{name}{suffix}" if number == 1 else f"{name}-{number}{suffix}")
        if not path.exists():
            yield path


def _folder_of(book: OpenBook) -> Path:
    """The book's folder; the user's documents for one that has none on this machine."""
    if book.folder is not None:
        return book.folder
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()
