"""The template workbooks, written whole into one folder."""

from __future__ import annotations

from pathlib import Path

import typer

from xlmargin.commands.outputs import refuse_output, write_folder, writing
from xlmargin.commands.terminal import progress
from xlmargin.commands.workbook_hosts import (
    ENDINGS,
    Host,
    Registered,
    adapt_to,
    finish_for,
    folders_beside,
    written_beside,
)
from xlmargin.errors import MarginError
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, write_template
from xlmargin.workbooks.logo import logo_in


def build_workbooks(
    folder: Path,
    registered: Registered,
    host: Host = Host.PLAIN,
    force: bool = False,
    logo: Path | None = None,
) -> None:
    """Write every template for a program; the same files, to the byte, again.

    The picture in a file stands on their bands.
    """
    picture = None if logo is None else logo_in(logo)
    if folder.is_file():
        raise MarginError(f"{folder}: found a file, wanted a folder.")
    functions = {entry.name: entry.function for entry in registered}
    finish = finish_for(host, registered)
    paths = {template: folder / f"{template.name}{ENDINGS[host]}" for template in TEMPLATES}
    for path in paths.values():
        refuse_output(path, [path.suffix], force=force)
    for template, path in paths.items():
        with (
            writing(path) as whole,
            progress(len(template.pages), shown=True) as on_page,
        ):
            write_template(
                template,
                whole,
                functions,
                note=FAMILY_OFFICE_NOTE,
                logo=picture,
                on_page=on_page,
                finish=finish,
            )
            adapt_to(host, whole, registered)
        typer.echo(f"Written: {path}")
    for name, content in written_beside(host, registered).items():
        path = folder / name
        refuse_output(path, [path.suffix], force=force, first_line=_first_line(content))
        with writing(path) as whole:
            whole.write_bytes(content)
        typer.echo(f"Written: {path}")
    for name, files in folders_beside(host).items():
        write_folder(folder / name, files, force=force)
        typer.echo(f"Written: {folder / name} ({len(files)} files)")


def _first_line(content: bytes) -> str:
    return content.partition(b"\n")[0].decode("utf-8", "replace")
