"""What a journal has told, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from xlmargin.cli.app import command
from xlmargin.cli.options import Force
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.errors import MarginError
from xlmargin.service.files import COLUMNS, Chosen, write_events

_KINDS: Final = ("state", "alert", "gone", "as_of_changed")


@command()
def events(
    journal: Annotated[Path, typer.Argument(help="Journal of `xlmargin serve` (.db).")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Table to write (.csv or .parquet).")
    ],
    after: Annotated[int, typer.Option(min=0, help="Only events after this sequence.")] = 0,
    account: Annotated[
        list[str] | None, typer.Option(help="Only those of this account; may be repeated.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this kind: {', '.join(_KINDS)}; may be repeated."),
    ] = None,
    force: Force = False,
) -> None:
    """Write the states and alerts that `xlmargin serve` has told as a table.

    The journal is only read, while the service goes on too.
    """
    for each in kind or ():
        if each not in _KINDS:
            raise MarginError(f"--kind: found {each}, wanted one of {', '.join(_KINDS)}.")
    first = ",".join(COLUMNS)
    refuse_output(output, [".csv", ".parquet"], [journal], force=force, first_line=first)
    chosen = Chosen(after, accounts=frozenset(account or ()), kinds=frozenset(kind or ()))
    with writing(output) as whole:
        count = write_events(journal, whole, chosen)
    typer.echo(f"Written: {output}, {count:,} events.")
