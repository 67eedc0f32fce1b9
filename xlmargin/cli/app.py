"""The command `xlmargin`: its options in common, its exit codes, its refusals."""

from __future__ import annotations

import errno
import math
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

import xlmargin
from xlmargin.defects import internal_error
from xlmargin.errors import MarginError
from xlmargin.standard_output import claim, claim_for_json
from xlmargin.time_limit import time_limit

if TYPE_CHECKING:
    from xlmargin.excel.worksheet_function import WorksheetFunction
    from xlmargin.importers import BookRanges
    from xlmargin.workbooks import Functions

app = typer.Typer(
    help="Margin under both regimes from files of positions, as workbooks of live formulas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Output = Annotated[Path, typer.Option("--output", "-o", help="Workbook to write (.xlsx).")]
AsJson = Annotated[
    bool,
    typer.Option("--json", callback=claim_for_json, help="Print JSON, as docs/json.md says."),
]
Positions = Annotated[
    Path, typer.Argument(help="Positions, or a broker's export: .csv, .xlsx, .xls, .ods, .xml.")
]
Market = Annotated[Path | None, typer.Option(help="Prices and classes of the underlyings.")]
Settings = Annotated[Path | None, typer.Option(help="Date, rates, house profile.")]
Dividends = Annotated[Path | None, typer.Option(help="Cash dividends to come.")]

SOME_FAILED = 3
TRADES_REFUSED = 4
INTERRUPTED = 130
"""Exit codes: of many days or books some failed; the check refuses trades; Ctrl-C, as in shells."""

_DISK_ERRORS: Final = {errno.ENOSPC, errno.EFBIG, errno.EROFS, getattr(errno, "EDQUOT", None)}
"""Of a disk that is full, or takes no file so long, none at all, or no more of this user's."""


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xlmargin {xlmargin.__version__}")
        raise typer.Exit


def read(
    positions: Path, market: Path | None, settings: Path | None, dividends: Path | None
) -> BookRanges:
    """The ranges of the files; what there is to say of a broker's file goes to standard error."""
    from xlmargin.commands.terminal import printed
    from xlmargin.importers import read_book_files

    ranges = read_book_files(positions, market, settings, dividends)
    for note in ranges.notes:
        typer.echo(printed(note), err=True)
    return ranges


def functions() -> Functions:
    """The worksheet functions by name."""
    return {entry.name: entry.function for entry in registered()}


def registered() -> tuple[WorksheetFunction, ...]:
    """The worksheet functions of `udfs`, as every host describes them."""
    from xlmargin.excel.worksheet_function import REGISTRY

    udfs = import_module("xlmargin.udfs")
    return tuple(entry for entry in REGISTRY.values() if hasattr(udfs, entry.name))


def refuse(error: MarginError | OSError, code: int = 1) -> NoReturn:
    """Say what is wrong, all of it, on standard error."""
    from xlmargin.commands import complaint

    for line in complaint(error):
        typer.echo(line, err=True)
    raise typer.Exit(code) from error


def main() -> None:
    """The command `xlmargin`."""
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")
    claim()
    try:
        with time_limit(math.inf):
            app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if (full := _of_a_disk(error)) is not None:
            sys.exit(f"Refused: the disk takes no more: {full.strerror}.")
        sys.exit(f"xlmargin failed: {internal_error(error)}.")


def _of_a_disk(error: BaseException | None) -> OSError | None:
    """The error of a full disk that an error came from; writers of files wrap it in their own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
            return error
        error = error.__cause__ or error.__context__
    return None
