"""The template workbooks, written whole into one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli import workbook_hosts
from xlmargin.cli.app import command
from xlmargin.cli.options import Force, LogoFile, written_to
from xlmargin.cli.outputs import refuse_output, write_folder, writing
from xlmargin.cli.registered import functions, registered
from xlmargin.cli.terminal import progress
from xlmargin.errors import MarginError
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, write_template
from xlmargin.workbooks.logo import logo_in


@command()
def build_workbooks(
    output: Annotated[Path, written_to("Folder to write the workbooks into.")] = Path("workbooks"),
    host: Annotated[
        workbook_hosts.Host,
        typer.Option(
            help="For any program, Excel on Windows (with macros, or naming the add-in), Lite."
        ),
    ] = workbook_hosts.Host.PLAIN,
    logo: LogoFile = None,
    force: Force = False,
) -> None:
    """Write the template workbooks, one for each task, filled with the sample book."""
    described = registered()
    picture = None if logo is None else logo_in(logo)
    if output.is_file():
        raise MarginError(f"{output}: found a file, wanted a folder.")
    finish = workbook_hosts.finish_for(host, described)
    paths = {
        template: output / f"{template.name}{workbook_hosts.ENDINGS[host]}"
        for template in TEMPLATES
    }
    for path in paths.values():
        refuse_output(path, [path.suffix], force=force)
    for template, path in paths.items():
        with writing(path) as whole, progress(len(template.pages), shown=True) as on_page:
            write_template(
                template,
                whole,
                functions(),
                note=FAMILY_OFFICE_NOTE,
                logo=picture,
                on_page=on_page,
                finish=finish,
            )
            workbook_hosts.adapt_to(host, whole, described)
        typer.echo(f"Written: {path}")
    for name, content in workbook_hosts.written_beside(host).items():
        path = output / name
        refuse_output(path, [path.suffix], force=force, first_line=_first_line(content))
        with writing(path) as whole:
            whole.write_bytes(content)
        typer.echo(f"Written: {path}")
    for name, files in workbook_hosts.folders_beside(host).items():
        write_folder(output / name, files, force=force)
        typer.echo(f"Written: {output / name} ({len(files)} files)")


def _first_line(content: bytes) -> str:
    return content.partition(b"\n")[0].decode("utf-8", "replace")
