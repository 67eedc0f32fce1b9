"""The pages to read: the reference of the worksheet functions, and that of the input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from xlmargin.commands.outputs import refuse_output, writing
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import help_page, input_page
from xlmargin.hosts.differences import DIFFERENCES
from xlmargin.reports.table import Table, Value


def write_help_page(
    path: Path, functions: Sequence[WorksheetFunction], force: bool, *, of_input: bool = False
) -> None:
    """Write one of the pages whole or not at all; the same bytes every time."""
    refuse_output(path, [".html", ".htm"], force=force)
    page = input_page_of(functions) if of_input else page_of(functions)
    with writing(path) as whole:
        whole.write_bytes(page.encode())
    typer.echo(f"Written: {path}")


def page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of these functions in the programs that xlmargin runs in."""
    return help_page(functions, programs())


def programs() -> Table:
    """Where the programs that show cells differ, a row a difference."""
    headings = (
        "difference", "Excel on Windows", "Excel on the Mac and the web", "LibreOffice Calc",
    )  # fmt: skip
    rows: list[list[Value]] = [[d.what, d.excel, d.office_js, d.calc] for d in DIFFERENCES]
    return Table(headings, rows)


def input_page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of the input, with what XLM_CHECK says of examples."""
    return input_page(next(f for f in functions if f.name == "XLM_CHECK"))
