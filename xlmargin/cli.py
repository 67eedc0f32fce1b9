"""The command line: a demo to start from, a report on one's own file, checks of it."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

import xlmargin
from xlmargin.errors import MarginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlmargin.commands import Asked
    from xlmargin.excel.worksheet_function import WorksheetFunction
    from xlmargin.importers import BookRanges
    from xlmargin.workbooks import Functions

app = typer.Typer(
    help="Margin under both regimes from files of positions, as workbooks of live formulas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


_Output = Annotated[Path, typer.Option("--output", "-o", help="Workbook to write (.xlsx).")]
_Json = Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")]
_Positions = Annotated[
    Path, typer.Argument(help="Positions, or a broker's export: .csv, .xlsx, .xls, .ods, .xml.")
]
_Market = Annotated[Path | None, typer.Option(help="Prices and classes of the underlyings.")]
_Settings = Annotated[Path | None, typer.Option(help="Date, rates, house profile.")]
_Dividends = Annotated[Path | None, typer.Option(help="Cash dividends to come.")]

_SOME_FAILED = 3
_INTERRUPTED = 130
"""Exit codes of work on many days or books; 130 is what shells answer for Ctrl-C."""


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xlmargin {xlmargin.__version__}")
        raise typer.Exit


@app.command()
def demo(
    output: _Output = Path("xlmargin-demo.xlsx"),
    as_json: _Json = False,
) -> None:
    """Write the workbook of a sample book, and show its requirement by class group."""
    from xlmargin.samples import FAMILY_OFFICE_NOTE, family_office_book
    from xlmargin.workbooks import sample_more

    asked = _asked(output, as_json, title="Portfolio margin of a family office")
    try:
        asked.report(family_office_book(), note=FAMILY_OFFICE_NOTE, more=sample_more())
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def report(
    positions: Annotated[
        Path, typer.Argument(help="Positions, or a broker's export; or a folder of such books.")
    ],
    market: _Market = None,
    settings: _Settings = None,
    dividends: _Dividends = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Workbook to write, or folder; default: NAME-margin."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Write the workbook of your positions, and show their requirement by class group.

    Of a folder: a workbook of every book in it, and a summary. Files market, settings and dividends
    in it go with all of them. Exit code 3 where some books were refused: these are listed.
    """
    if positions.is_dir():
        _report_folder(
            positions,
            {"market": market, "settings": settings, "dividends": dividends},
            output,
            as_json,
        )
        return
    from xlmargin.commands.ranges import tables_beside

    written = output or Path(f"{positions.stem}-margin.xlsx")
    inputs = [path for path in (positions, market, settings, dividends) if path is not None]
    asked = _asked(written, as_json, title=f"Portfolio margin: {positions.stem}")
    try:
        asked.refuse_output(inputs)
        ranges = _read(positions, market, settings, dividends)
        asked = replace(asked, today=ranges.as_of or asked.today)
        note = ranges.notes[0] if ranges.notes else ""
        asked.report(ranges, note, tables_beside(positions))
    except (MarginError, OSError) as error:
        _refuse(error)


def _report_folder(
    folder: Path, companions: Mapping[str, Path | None], output: Path | None, as_json: bool
) -> None:
    """Write the reports of a folder's books, in a folder of their own."""
    from xlmargin.commands.batch import BatchAsked, BatchInterrupted

    given = {name: path for name, path in companions.items() if path is not None}
    reports = output or Path(f"{folder.resolve().name}-margin")
    try:
        all_done = BatchAsked(folder, reports, given, dt.date.today(), as_json).run()
    except BatchInterrupted as interrupted:
        typer.echo(str(interrupted), err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except (MarginError, OSError) as error:
        _refuse(error)
    if not all_done:
        raise typer.Exit(_SOME_FAILED)


@app.command()
def check(
    file: _Positions,
    market: _Market = None,
    settings: _Settings = None,
    dividends: _Dividends = None,
    as_json: _Json = False,
) -> None:
    """List every problem of a file by row; exit code 1 where one of them is an error."""
    from xlmargin.commands import check_ranges

    try:
        ranges = _read(file, market, settings, dividends)
        today = ranges.as_of or dt.date.today()
        accepted = check_ranges(ranges, today, _functions(), as_json)
    except (MarginError, OSError) as error:
        _refuse(error)
    if not accepted:
        raise typer.Exit(1)


@app.command(name="whatif")
def what_if(
    positions: _Positions,
    trades: Annotated[
        Path,
        typer.Option(help="Trades: the headings of positions, fee, action (trade, close, roll)."),
    ],
    market: _Market = None,
    settings: _Settings = None,
    dividends: _Dividends = None,
    as_json: _Json = False,
) -> None:
    """Show what trades would change, and whether they may be done.

    Exit code 0 whatever the pre-trade check says, 1 where the input is refused.
    """
    from xlmargin.commands.what_if import show_what_if
    from xlmargin.importers.files import read_one_range

    try:
        ranges = _read(positions, market, settings, dividends)
        today = ranges.as_of or dt.date.today()
        show_what_if(ranges, read_one_range(trades, "trades"), today, as_json)
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def calc(
    book: Annotated[Path, typer.Argument(help="Workbook: .xlsx, .xlsm or .ods.")],
    pdf: Annotated[Path | None, typer.Option(help="Also print it to this PDF.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for LibreOffice.")] = 120.0,
    as_json: _Json = False,
) -> None:
    """Recalculate every formula in LibreOffice and compare it with its value in the file.

    Exit code 0 where all are equal, 1 where a cell differs or shows an error, 2 where refused.
    """
    from xlmargin.commands import recalculate_book

    try:
        equal = recalculate_book(book, _registered(), pdf, timeout, as_json)
    except (MarginError, OSError) as error:
        _refuse(error, code=2)
    if not equal:
        raise typer.Exit(1)


class _Host(StrEnum):
    """The programs that workbooks are written for."""

    PLAIN = "plain"
    CLASSIC = "classic"
    LITE = "lite"


@app.command(name="build-workbooks")
def build_workbooks_(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the workbooks into.")
    ] = Path("workbooks"),
    host: Annotated[
        _Host,
        typer.Option(help="For any program, Excel on Windows with macros, or xlwings Lite."),
    ] = _Host.PLAIN,
) -> None:
    """Write the template workbooks, one for each task, filled with the sample book."""
    from xlmargin.commands import build_workbooks
    from xlmargin.commands.workbook_hosts import Host

    try:
        build_workbooks(output, _registered(), Host(host))
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def build_oxt(
    output: Annotated[Path, typer.Option("--output", "-o", help="Add-in to write (.oxt).")] = Path(
        "xlmargin.oxt"
    ),
) -> None:
    """Write the functions as an add-in for LibreOffice Calc."""
    from xlmargin.commands import build_add_in

    try:
        build_add_in(output, _registered())
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def help_page(
    output: Annotated[Path, typer.Option("--output", "-o", help="Page to write (.html).")] = Path(
        "help.html"
    ),
) -> None:
    """Write the reference of the worksheet functions as one page to read and print."""
    from xlmargin.commands.help_pages import write_help_page

    try:
        write_help_page(output, _registered())
    except (MarginError, OSError) as error:
        _refuse(error)


_Startup = Annotated[Path | None, typer.Option(help="Folder that Excel opens on starting.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@app.command()
def install(startup: _Startup = None, dry_run: _DryRun = False) -> None:
    """Put the add-in into Excel on Windows, with this Python to answer its functions."""
    from xlmargin.commands.install import install
    from xlmargin.hosts.classic.places import places, refuse_elsewhere

    try:
        found = places(startup)
        refuse_elsewhere(startup, found)
        install(found, _registered(), dry_run)
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def uninstall(startup: _Startup = None, dry_run: _DryRun = False) -> None:
    """Take the add-in out of Excel again; files of others stay as they are."""
    from xlmargin.commands.install import uninstall
    from xlmargin.hosts.classic.places import places, refuse_elsewhere

    try:
        found = places(startup)
        refuse_elsewhere(startup, found)
        uninstall(found, dry_run)
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def doctor(startup: _Startup = None, as_json: _Json = False) -> None:
    """Look at all that Excel needs to call the functions; exit code 1 where something is wrong."""
    from xlmargin.commands.doctor import examine
    from xlmargin.hosts.classic.machine import this_machine
    from xlmargin.hosts.classic.places import places

    try:
        well = examine(this_machine(places(startup)), _registered(), as_json)
    except (MarginError, OSError) as error:
        _refuse(error)
    if not well:
        raise typer.Exit(1)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A broker's export of positions.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Positions to write (.csv).")
    ] = None,
    market: Annotated[
        Path | None, typer.Option(help="Prices of underlyings to write (.csv), if it has any.")
    ] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Take the rest without bonds, futures and the like.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Show what a broker's file holds, and write it as positions to look at and correct."""
    from xlmargin.commands import Written, import_file

    try:
        accepted = import_file(file, Written(output, market), leave_out, as_json)
    except (MarginError, OSError) as error:
        _refuse(error)
    if not accepted:
        raise typer.Exit(1)


@app.command()
def export_occ(
    positions: _Positions,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write (.csv).")],
    market: _Market = None,
    settings: _Settings = None,
) -> None:
    """Write positions as OCC's Portfolio Margin Calculator takes them (provisional)."""
    from xlmargin.commands.export_occ import export_occ
    from xlmargin.commands.written_rows import refuse_output

    inputs = [path for path in (positions, market, settings) if path is not None]
    try:
        refuse_output(output, inputs)
        ranges = _read(positions, market, settings, None)
        export_occ(ranges, ranges.as_of or dt.date.today(), output)
    except (MarginError, OSError) as error:
        _refuse(error)


class _Per(StrEnum):
    """What the numbers of official arrays are of."""

    UNIT = "unit"
    CONTRACT = "contract"


_Groups = Annotated[
    list[Path] | None, typer.Option("--groups", help="Published groups; may be given repeatedly.")
]


@app.command()
def official(
    arrays: Annotated[Path, typer.Argument(help="Theoretical profits and losses: class, pl_1 ...")],
    positions: _Positions,
    per: Annotated[_Per, typer.Option(help="What the file's numbers are of.")],
    groups: _Groups = None,
    as_json: _Json = False,
) -> None:
    """Show the portfolio margin requirement by the clearing house's own arrays, without a model."""
    from xlmargin.commands.official import official
    from xlmargin.excel.official_positions import Per

    try:
        ranges = _read(positions, None, None, None)
        official(arrays, ranges, groups or [], Per(per), dt.date.today(), as_json)
    except (MarginError, OSError) as error:
        _refuse(error)


@app.command()
def market_groups(
    groups: Annotated[list[Path], typer.Argument(help="Published class and product groups.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Market to write (.csv).")],
) -> None:
    """Write published groups as a market range, whose prices are to be filled in."""
    from xlmargin.commands.official import groups_as_market
    from xlmargin.commands.written_rows import refuse_output

    try:
        refuse_output(output, groups)
        groups_as_market(groups, output)
    except (MarginError, OSError) as error:
        _refuse(error)


def _read(
    positions: Path, market: Path | None, settings: Path | None, dividends: Path | None
) -> BookRanges:
    """The ranges of the files; what there is to say of a broker's file goes to standard error."""
    from xlmargin.commands.terminal import printed
    from xlmargin.importers import read_book_files

    ranges = read_book_files(positions, market, settings, dividends)
    for note in ranges.notes:
        typer.echo(printed(note), err=True)
    return ranges


class _Only(StrEnum):
    """The regimes that a shadow analysis may be limited to."""

    BOTH = "both"
    PORTFOLIO = "portfolio"
    STRATEGY = "strategy"


@app.command()
def shadow(
    positions: Annotated[
        Path, typer.Argument(help="Positions with a column date: .parquet, .csv, .xlsx, .ods.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="History to write: .parquet, .csv or .xlsx.")
    ],
    market: Annotated[
        Path | None, typer.Option(help="Prices of the underlyings, with a column date.")
    ] = None,
    settings: _Settings = None,
    dividends: _Dividends = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes on this machine; 0: one for each core.")
    ] = 0,
    cluster: Annotated[
        str | None, typer.Option(help="Scheduler of a Dask cluster, such as tcp://10.0.0.1:8786.")
    ] = None,
    only: Annotated[_Only, typer.Option(help="Which regimes to ask.")] = _Only.BOTH,
    restart: Annotated[
        bool, typer.Option("--restart", help="Discard unfinished work for this output.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Write what both regimes would have asked, by day and account.

    An interrupted run goes on where it was. Exit code 3 where some days failed: these are listed,
    and all others are written.
    """
    from xlmargin.commands.shadow import Interrupted, ShadowAsked
    from xlmargin.excel.dated_files import HistoryPaths
    from xlmargin.history import Regimes

    paths = HistoryPaths(positions, market, settings, dividends)
    asked = ShadowAsked(paths, output, Regimes(only), workers, cluster, restart, as_json)
    try:
        all_done = asked.run()
    except Interrupted as interrupted:
        typer.echo(str(interrupted), err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except (MarginError, OSError) as error:
        _refuse(error)
    if not all_done:
        raise typer.Exit(_SOME_FAILED)


def _asked(output: Path, as_json: bool, title: str) -> Asked:
    from xlmargin.commands import Asked

    return Asked(output, as_json, title, dt.date.today(), _functions())


def _functions() -> Functions:
    """The worksheet functions by name."""
    return {entry.name: entry.function for entry in _registered()}


def _registered() -> tuple[WorksheetFunction, ...]:
    """The worksheet functions of `udfs`, as every host describes them."""
    from xlmargin.excel.worksheet_function import REGISTRY

    udfs = import_module("udfs")
    return tuple(entry for entry in REGISTRY.values() if hasattr(udfs, entry.name))


def _refuse(error: MarginError | OSError, code: int = 1) -> NoReturn:
    """Say what is wrong, all of it, on standard error."""
    from xlmargin.commands import complaint

    for line in complaint(error):
        typer.echo(line, err=True)
    raise typer.Exit(code) from error


def main() -> None:
    """The command `xlmargin`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        fault = f"{type(error).__name__}: {error}".splitlines()[0]
        sys.exit(f"xlmargin failed, which is a fault of its own: {fault}")
