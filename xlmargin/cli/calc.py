"""Workbooks in LibreOffice: recalculated and compared with the values that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Final

import typer

from xlmargin.cli.app import command
from xlmargin.cli.options import AsJson, Force, written_to
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.cli.registered import registered
from xlmargin.errors import printed
from xlmargin.hosts.calc import (
    Mismatch,
    RecalculationComparison,
    compared,
    recalculate,
    write_add_in,
)
from xlmargin.standard_output import write_json

MOST_LISTED: Final = 50
"""Cells that are listed on the terminal; --json lists all."""


@command(refused=2)
def calc(
    book: Annotated[Path, typer.Argument(help="Workbook: .xlsx, .xlsm or .ods.")],
    pdf: Annotated[Path | None, typer.Option(help="Also print it to this PDF.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for LibreOffice.")] = 120.0,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Recalculate every formula in LibreOffice and compare it with its value in the file.

    Exit code 0 where all are equal, 1 where a cell differs or shows an error, 2 where refused.
    """
    if pdf:
        refuse_output(pdf, [".pdf"], [book], force=force)
    with writing(pdf) if pdf else nullcontext() as whole:
        done = recalculate(book, registered(), whole, timeout)
    comparison = compared(book, done.answers)
    if as_json:
        write_json(_as_json(comparison, done.seconds))
    else:
        _print(comparison, done.seconds["recalculate"])
        if pdf:
            typer.echo(f"Written: {pdf}")
    return 0 if comparison.is_equal else 1


@command()
def build_oxt(
    output: Annotated[Path, written_to("Add-in to write (.oxt).")] = Path("xlmargin.oxt"),
    force: Force = False,
) -> None:
    """Write the functions as an add-in for LibreOffice Calc."""
    refuse_output(output, [".oxt"], force=force)
    with writing(output) as whole:
        write_add_in(whole, registered())
    typer.echo(f"Written: {output}")
    typer.echo("To install it: Calc, Tools, Extension Manager, Add; or: unopkg add FILE")
    typer.echo("Then start LibreOffice again: until then each cell goes to another process.")


def _print(comparison: RecalculationComparison, seconds: float) -> None:
    count = sum(comparison.formulas.values())
    typer.echo(f"{count:,} formulas recalculated in {seconds:.2f} s.")
    _print_cells("answer an error", comparison.errors)
    _print_cells("differ from the values in the file", comparison.differences)
    if comparison.is_equal:
        typer.echo("All answer the values in the file, money to the cent.")


def _print_cells(what: str, cells: Sequence[Mismatch]) -> None:
    if cells:
        typer.echo(f"{len(cells):,} {what}:")
    for cell in cells[:MOST_LISTED]:
        typer.echo(printed(f"  {cell}"))
    if len(cells) > MOST_LISTED:
        typer.echo(f"  and {len(cells) - MOST_LISTED:,} more: --json lists all.")


def _as_json(comparison: RecalculationComparison, seconds: dict[str, float]) -> dict[str, object]:
    return {
        "formulas": comparison.formulas,
        "differences": [_cell(cell) for cell in comparison.differences],
        "errors": [_cell(cell) for cell in comparison.errors],
        "seconds": seconds,
    }


def _cell(cell: Mismatch) -> dict[str, object]:
    return {
        "sheet": cell.sheet,
        "cell": cell.cell,
        "kept": cell.kept,
        "recalculated": cell.answer.value,
    }
