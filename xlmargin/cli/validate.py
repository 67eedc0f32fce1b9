"""Figures of others and of the rule beside ours: counted on the terminal, written as a dossier."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cells.values import to_cells
from xlmargin.cli.app import command
from xlmargin.cli.options import AsJson, Force, written_to
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.standard_output import write_json
from xlmargin.validation import counted_by_origin, dossier, sections, validation_table


@command()
def validate(
    output: Annotated[Path | None, written_to("Dossier to write (.md).")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Compare figures of others with ours; exit code 1 where one differs without a reason.

    They were published, are computed with QuantLib or worked out by hand from the rule.
    """
    first_line = "# Validation"
    if output is not None:
        refuse_output(output, [".md"], force=force, first_line=first_line)
    compared = sections()
    every = [c for section in compared for c in section.comparisons]
    if output is not None:
        with writing(output) as whole:
            whole.write_text(dossier(compared, dt.date.today()), encoding="utf-8")
    if as_json:
        write_json({"validation": to_cells(validation_table(compared).cells())})
    else:
        for section in compared:
            agree, explained = section.number("agrees"), section.number("differs, explained")
            open_ = section.number("differs")
            typer.echo(f"{section.title}: {agree} agree, {explained} explained, {open_} differ")
        states = [c.state for c in every]
        agree, explained = states.count("agrees"), states.count("differs, explained")
        typer.echo(
            f"{counted_by_origin(every)}: {agree} agree, {explained} differ and it is said why,"
            f" {states.count('differs')} differ."
        )
        if output is not None:
            typer.echo(f"Written: {output}")
    return 1 if any(c.state == "differs" for c in every) else 0
