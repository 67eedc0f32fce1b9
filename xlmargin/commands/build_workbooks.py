"""The template workbooks, written whole into one folder."""

from __future__ import annotations

from pathlib import Path

import typer

from xlmargin.commands.terminal import progress
from xlmargin.errors import MarginError
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, Functions, write_template


def build_workbooks(folder: Path, functions: Functions) -> None:
    """Write every template as a workbook of its own name; the same files, to the byte, again."""
    if not folder.is_dir():
        raise MarginError(f"{folder}: no such folder.")
    for template in TEMPLATES:
        path = folder / f"{template.name}.xlsx"
        with progress(len(template.pages), shown=True) as on_page:
            write_template(template, path, functions, note=FAMILY_OFFICE_NOTE, on_page=on_page)
        typer.echo(f"Written: {path}")
