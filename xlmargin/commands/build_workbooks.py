"""The template workbooks, written whole into one folder."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

import typer

from xlmargin.commands.terminal import progress
from xlmargin.commands.workbook_hosts import (
    ENDINGS,
    Host,
    Registered,
    adapt_to,
    finish_for,
    write_beside,
)
from xlmargin.errors import MarginError
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, write_template

_DATES: Final = re.compile(r"<dcterms:(?:created|modified)[^>]*>([^<]*)<")


def build_workbooks(folder: Path, registered: Registered, host: Host = Host.PLAIN) -> None:
    """Write every template for a program; the same files, to the byte, again."""
    if not folder.is_dir():
        raise MarginError(f"{folder}: no such folder.")
    functions = {entry.name: entry.function for entry in registered}
    finish = finish_for(host, registered)
    for template in TEMPLATES:
        path = folder / f"{template.name}{ENDINGS[host]}"
        _refuse_saved(path)
        with progress(len(template.pages), shown=True) as on_page:
            write_template(
                template, path, functions, note=FAMILY_OFFICE_NOTE, on_page=on_page, finish=finish
            )
        adapt_to(host, path, registered)
        typer.echo(f"Written: {path}")
    for path in write_beside(host, folder, registered):
        typer.echo(f"Written: {path}")


def _refuse_saved(path: Path) -> None:
    """Refuse to write over a file in which someone may have put a book: one saved since built."""
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as packed:
            dates = _DATES.findall(packed.read("docProps/core.xml").decode("utf-8"))
    except (KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        dates = []
    if len(dates) != 2 or dates[0] != dates[1]:
        raise MarginError(
            f"{path}: found a file that was saved since it was built, wanted another folder."
        )
