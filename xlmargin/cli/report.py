"""Reports: of the sample book, of a book, of every book in a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cells.values import TableRows
from xlmargin.cli.app import SOME_FAILED, command
from xlmargin.cli.batch import BatchRequest
from xlmargin.cli.book_files import BookFiles, day_of, note_of
from xlmargin.cli.book_report import ReportRequest
from xlmargin.cli.market import say_warnings, with_own
from xlmargin.cli.options import AsJson, Force, LogoFile, written_to
from xlmargin.cli.registered import functions
from xlmargin.cli.tables import compared_with, tables_beside
from xlmargin.errors import MarginError
from xlmargin.importers.files import read_one_range
from xlmargin.samples import FAMILY_OFFICE_NOTE, family_office_book
from xlmargin.workbooks import sample_more
from xlmargin.workbooks.logo import logo_in


@dataclass(frozen=True)
class _Books(BookFiles):
    """The files of a book, or a folder of books."""

    positions: Annotated[
        Path, typer.Argument(help="Positions, or a broker's export; or a folder of such books.")
    ]


@command()
def demo(
    output: Annotated[Path, written_to("Workbook to write (.xlsx).")] = Path("xlmargin-demo.xlsx"),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the workbook of a sample book, and show its requirement by class group."""
    title = "Portfolio margin of a family office"
    request = ReportRequest(output, as_json, title, dt.date.today(), functions(), force)
    request.report(family_office_book(), note=FAMILY_OFFICE_NOTE, more=sample_more())


@command()
def report(
    book: _Books,
    output: Annotated[
        Path | None, written_to("Workbook to write, or folder; default: NAME-margin.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="The book of an earlier day, such as its report: tells what moved."),
    ] = None,
    broker: Annotated[
        Path | None, typer.Option(help="The broker's own figures, to be set beside ours.")
    ] = None,
    as_pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the report, too, by LibreOffice.")
    ] = False,
    logo: LogoFile = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int | None:
    """Write the workbook of your positions, and show their requirement by class group.

    `--previous` adds what moved the requirement since an earlier day to the monthly report,
    `--broker` the page Reconciliation. Of a folder: a workbook of every book in it, and a summary,
    without these. Files market, settings and dividends in it go with all of them. Exit code 3
    where some books were refused: these are listed.
    """
    positions = book.positions
    if positions.is_dir():
        if previous or broker or as_pdf or logo:
            wanted = "--previous, --broker, --logo and --pdf are of one book"
            raise MarginError(f"{wanted}, found a folder.")
        return _report_folder(book, output, force, as_json)
    request = ReportRequest(
        output or Path(f"{positions.stem}-margin.xlsx"),
        as_json,
        f"Margin: {positions.stem}",
        dt.date.today(),
        functions(),
        force,
        as_pdf,
        None if logo is None else logo_in(logo),
    )
    request.refuse_output([*book.paths, *filter(None, (previous, broker))])
    ranges, known = book.read()
    request = replace(request, today=day_of(ranges))
    say_warnings(known.published, ranges.positions)
    ranges = with_own(ranges, known, request.today)
    note = note_of(ranges)
    more: Mapping[str, TableRows] = tables_beside(positions)
    if broker is not None:
        more = {**more, "Broker": read_one_range(broker, "broker")}
    if previous is not None:
        before = BookFiles(previous, instruments=book.instruments, groups=book.groups)
        earlier, known = before.read()
        earlier = with_own(earlier, known, earlier.as_of or request.today)
        ranges, more = compared_with(ranges, more, earlier, previous, request.today)
    request.report(ranges, note, more)
    return None


def _report_folder(book: BookFiles, output: Path | None, force: bool, as_json: bool) -> int:
    """Write the reports of a folder's books, in a folder of their own."""
    folder, groups = book.positions, tuple(book.groups or ())
    given = {
        "market": book.market, "settings": book.settings, "dividends": book.dividends,
        "instruments": book.instruments,
    }  # fmt: skip
    companions = {name: path for name, path in given.items() if path is not None}
    reports, today = output or Path(f"{folder.resolve().name}-margin"), dt.date.today()
    request = BatchRequest(folder, reports, companions, today, as_json, force, groups)
    return 0 if request.run() else SOME_FAILED
