"""The command `xlmargin`: its options in common, its exit codes, its refusals."""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

import xlmargin
from xlmargin.computing import time_limit
from xlmargin.defects import full_disk, internal_error
from xlmargin.errors import Interrupted, MarginError, printed
from xlmargin.standard_output import claim, claim_for_json

if TYPE_CHECKING:
    from xlmargin.excel.worksheet_function import WorksheetFunction
    from xlmargin.importers import BookRanges
    from xlmargin.known_instruments import KnownInstruments
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
Force = Annotated[
    bool, typer.Option("--force", help="Replace a file that does not say xlmargin wrote it.")
]
Logo = Annotated[
    Path | None, typer.Option(help="The client's logo, PNG or JPEG, on the band of the pages.")
]
Positions = Annotated[
    Path, typer.Argument(help="Positions, or a broker's export: .csv, .xlsx, .xls, .ods, .xml.")
]
Market = Annotated[Path | None, typer.Option(help="Prices and classes of the underlyings.")]
Settings = Annotated[Path | None, typer.Option(help="Date, rates, house profile.")]
Dividends = Annotated[Path | None, typer.Option(help="Cash dividends to come.")]
Instruments = Annotated[
    Path | None, typer.Option(help="Your own table of instruments, above the known ones.")
]
Groups = Annotated[
    list[Path] | None,
    typer.Option(
        help="A report of the clearing house on products or groups; may be given repeatedly."
    ),
]

SOME_FAILED = 3
TRADES_REFUSED = 4
WARNED = 5
ALERTED = 6
NOT_KNOWN = 7
INTERRUPTED = 130
"""Exit codes: of many days or books some failed; the check refuses trades; a watched figure is past
its warning, past its alert, not known; Ctrl-C, as in shells.
"""

SECONDS_TO_END = 10.0
"""How long what was interrupted may take to put things in order."""


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xlmargin {xlmargin.__version__}")
        raise typer.Exit


_P = ParamSpec("_P")


def command(
    name: str | None = None, refused: int = 1
) -> Callable[[Callable[_P, int | None]], Callable[_P, int | None]]:
    """Register a command, whose function answers its exit code; None is 0.

    What it refuses is said, all of it, on standard error; then the code is `refused`.
    """

    def register(work: Callable[_P, int | None]) -> Callable[_P, int | None]:
        @app.command(name)
        @wraps(work)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
            try:
                code = work(*args, **kwargs)
            except (MarginError, OSError) as error:
                refuse(error, refused)
            if code:
                raise typer.Exit(code)

        return work

    return register


def refuse(error: MarginError | OSError, code: int = 1) -> NoReturn:
    """Say what is wrong, all of it, on standard error."""
    from xlmargin.commands.terminal import complaint

    for line in complaint(error):
        typer.echo(line, err=True)
    raise typer.Exit(INTERRUPTED if isinstance(error, Interrupted) else code) from error


def read(
    positions: Path, market: Path | None, settings: Path | None, dividends: Path | None
) -> BookRanges:
    """The ranges of the files; what there is to say of a broker's file goes to standard error."""
    from xlmargin.importers import read_book_files

    ranges = read_book_files(positions, market, settings, dividends)
    for note in ranges.notes:
        typer.echo(printed(note), err=True)
    return ranges


def read_known(
    positions: Path,
    market: Path | None,
    settings: Path | None,
    dividends: Path | None,
    instruments: Path | None,
    groups: Sequence[Path] | None,
) -> tuple[BookRanges, KnownInstruments]:
    """The ranges of the files, and what is known of their instruments."""
    from xlmargin.commands.market import known_beside

    ranges, folder = read(positions, market, settings, dividends), (settings or positions).parent
    return ranges, known_beside(instruments, groups or [], ranges.settings, folder)


def functions() -> Functions:
    """The worksheet functions by name."""
    return {entry.name: entry.function for entry in registered()}


def registered() -> tuple[WorksheetFunction, ...]:
    """The worksheet functions of `udfs`, as every host describes them."""
    from xlmargin.excel.worksheet_function import REGISTRY

    udfs = import_module("xlmargin.udfs")
    return tuple(entry for entry in REGISTRY.values() if hasattr(udfs, entry.name))


def main() -> None:
    """The command `xlmargin`."""
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")
    claim()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        with time_limit(math.inf):
            app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if (full := full_disk(error)) is not None:
            sys.exit(f"Refused: {full}.")
        sys.exit(f"xlmargin failed: {internal_error(error)}.")
    finally:
        if _interrupted:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


_interrupted: list[float] = []


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End the work, as Ctrl-C does, but not by a second one what puts it in order."""
    now = time.monotonic()
    if not _interrupted or now > _interrupted[-1] + SECONDS_TO_END:
        _interrupted.append(now)
        raise KeyboardInterrupt
