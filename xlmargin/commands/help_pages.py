"""The reference of the worksheet functions, written as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import help_page
from xlmargin.hosts.differences import DIFFERENCES
from xlmargin.reports.table import Table, Value
from xlmargin.unfinished import unfinished_folder

_SUFFIXES = (".html", ".htm")


def write_help_page(path: Path, functions: Sequence[WorksheetFunction]) -> None:
    """Write the page whole or not at all; the same bytes every time."""
    if path.suffix.lower() not in _SUFFIXES:
        raise MarginError(f"{path}: wanted a name that ends in {' or '.join(_SUFFIXES)}.")
    if not path.parent.is_dir():
        raise MarginError(f"{path.parent}: no such folder.")
    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    page = page_of(functions)
    with unfinished_folder(path.parent) as folder:
        whole = folder / path.name
        whole.write_bytes(page.encode())
        whole.replace(path)
    typer.echo(f"Written: {path}")


def page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of these functions in the programs that xlmargin runs in."""
    headings = (
        "difference", "Excel on Windows", "Excel on the Mac and the web", "LibreOffice Calc",
    )  # fmt: skip
    rows: list[list[Value]] = [[d.what, d.excel, d.office_js, d.calc] for d in DIFFERENCES]
    return help_page(functions, Table(headings, rows))
