"""The pages to read: the reference of the worksheet functions, and that of the input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import help_page, input_page
from xlmargin.hosts.differences import DIFFERENCES
from xlmargin.reports.table import Table, Value
from xlmargin.unfinished import unfinished_folder

_SUFFIXES = (".html", ".htm")


def write_help_page(
    path: Path, functions: Sequence[WorksheetFunction], *, of_input: bool = False
) -> None:
    """Write one of the pages whole or not at all; the same bytes every time."""
    if path.suffix.lower() not in _SUFFIXES:
        raise MarginError(f"{path}: wanted a name that ends in {' or '.join(_SUFFIXES)}.")
    if not path.parent.is_dir():
        raise MarginError(f"{path.parent}: no such folder.")
    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    page = input_page_of(functions) if of_input else page_of(functions)
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


def input_page_of(functions: Sequence[WorksheetFunction]) -> str:
    """The page of the input, with what XLM_CHECK says of examples."""
    return input_page(next(f for f in functions if f.name == "XLM_CHECK"))
