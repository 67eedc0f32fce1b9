"""The pages to read: the reference of the worksheet functions, and that of the input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cells.values import TableRows
from xlmargin.cli.app import command
from xlmargin.cli.options import Force, written_to
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.cli.registered import registered
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import help_page, input_page
from xlmargin.hosts.differences import DIFFERENCES
from xlmargin.reports.table import ReportTable


@command("help-page")
def write_help_page(
    output: Annotated[Path, written_to("Page to write (.html).")] = Path("help.html"),
    force: Force = False,
    of_input: Annotated[bool, typer.Option("--input", help="The input's page instead.")] = False,
) -> None:
    """Write the reference of the worksheet functions as one page to read and print.

    With --input that of the input: headings, words, cells, and every error with its cure.
    """
    refuse_output(output, [".html", ".htm"], force=force)
    page = input_page_of(registered()) if of_input else page_of(registered())
    with writing(output) as whole:
        whole.write_bytes(page.encode())
    typer.echo(f"Written: {output}")


def page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of these functions in the programs that xlmargin runs in."""
    return help_page(functions, programs())


def programs() -> ReportTable:
    """Where the programs that show cells differ, a row a difference."""
    headings = (
        "difference", "Excel on Windows", "Excel on the Mac and the web", "LibreOffice Calc",
    )  # fmt: skip
    rows: TableRows = [[d.what, d.excel, d.office_js, d.calc] for d in DIFFERENCES.values()]
    return ReportTable(headings, rows)


def input_page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of the input, with what XLM_CHECK says of examples."""
    return input_page(next(f for f in functions if f.name == "XLM_CHECK"))
