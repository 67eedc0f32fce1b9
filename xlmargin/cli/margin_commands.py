"""Commands that margin books: reports, checks, trades, and the past."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlmargin.cli.app import (
    INTERRUPTED,
    SOME_FAILED,
    TRADES_REFUSED,
    AsJson,
    Dividends,
    Force,
    Groups,
    Instruments,
    Market,
    Output,
    Positions,
    Settings,
    app,
    functions,
    read,
    refuse,
)
from xlmargin.errors import MarginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlmargin.commands import Asked
    from xlmargin.importers import BookRanges
    from xlmargin.known_instruments import KnownInstruments


@app.command()
def demo(
    output: Output = Path("xlmargin-demo.xlsx"),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the workbook of a sample book, and show its requirement by class group."""
    from xlmargin.samples import FAMILY_OFFICE_NOTE, family_office_book
    from xlmargin.workbooks import sample_more

    asked = _asked(output, force, as_json, title="Portfolio margin of a family office")
    try:
        asked.report(family_office_book(), note=FAMILY_OFFICE_NOTE, more=sample_more())
    except (MarginError, OSError) as error:
        refuse(error)


@app.command()
def report(
    positions: Annotated[
        Path, typer.Argument(help="Positions, or a broker's export; or a folder of such books.")
    ],
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Workbook to write, or folder; default: NAME-margin."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the workbook of your positions, and show their requirement by class group.

    Of a folder: a workbook of every book in it, and a summary. Files market, settings and dividends
    in it go with all of them. Exit code 3 where some books were refused: these are listed.
    """
    if positions.is_dir():
        _report_folder(
            positions,
            {
                "market": market,
                "settings": settings,
                "dividends": dividends,
                "instruments": instruments,
            },
            groups or [],
            output,
            force,
            as_json,
        )
        return
    from xlmargin.commands.market import with_own
    from xlmargin.commands.market_groups import known_beside
    from xlmargin.commands.ranges import tables_beside

    written = output or Path(f"{positions.stem}-margin.xlsx")
    given = (positions, market, settings, dividends, instruments, *(groups or ()))
    inputs = [path for path in given if path is not None]
    asked = _asked(written, force, as_json, title=f"Portfolio margin: {positions.stem}")
    try:
        asked.refuse_output(inputs)
        ranges = read(positions, market, settings, dividends)
        asked = replace(asked, today=ranges.as_of or asked.today)
        folder = (settings or positions).parent
        known = known_beside(instruments, groups or [], ranges.settings, folder)
        _say(known, ranges)
        ranges = with_own(ranges, known, asked.today)
        note = ranges.notes[0] if ranges.notes else ""
        asked.report(ranges, note, tables_beside(positions))
    except (MarginError, OSError) as error:
        refuse(error)


def _report_folder(
    folder: Path,
    companions: Mapping[str, Path | None],
    groups: Sequence[Path],
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the reports of a folder's books, in a folder of their own."""
    from xlmargin.commands.batch import BatchAsked, BatchInterrupted

    given = {name: path for name, path in companions.items() if path is not None}
    reports = output or Path(f"{folder.resolve().name}-margin")
    try:
        today = dt.date.today()
        all_done = BatchAsked(folder, reports, given, today, as_json, force, tuple(groups)).run()
    except BatchInterrupted as interrupted:
        typer.echo(str(interrupted), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (MarginError, OSError) as error:
        refuse(error)
    if not all_done:
        raise typer.Exit(SOME_FAILED)


@app.command()
def check(
    file: Positions,
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    as_json: AsJson = False,
) -> None:
    """List every problem of a file by row; exit code 1 where one of them is an error."""
    from xlmargin.commands import check_ranges
    from xlmargin.commands.market_groups import known_beside

    try:
        ranges = read(file, market, settings, dividends)
        today = ranges.as_of or dt.date.today()
        folder = (settings or file).parent
        known = known_beside(instruments, groups or [], ranges.settings, folder)
        accepted = check_ranges(ranges, today, known, as_json)
    except (MarginError, OSError) as error:
        refuse(error)
    if not accepted:
        raise typer.Exit(1)


@app.command(name="whatif")
def what_if(
    positions: Positions,
    trades: Annotated[
        Path,
        typer.Option(help="Trades: the headings of positions, fee, action (trade, close, roll)."),
    ],
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    fail_on_refusal: Annotated[
        bool, typer.Option("--fail-on-refusal", help="Exit code 4 unless the check accepts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what trades would change, and whether they may be done.

    Exit code 0 whatever the pre-trade check says, 1 where the input is refused. With
    --fail-on-refusal it is 4 where the check of any account's own regime refuses, or is not known.
    """
    from xlmargin.commands.market_groups import known_beside
    from xlmargin.commands.what_if import show_what_if
    from xlmargin.importers.files import read_one_range

    try:
        ranges = read(positions, market, settings, dividends)
        today = ranges.as_of or dt.date.today()
        folder = (settings or positions).parent
        known = known_beside(instruments, groups or [], ranges.settings, folder)
        _say(known, ranges)
        orders = read_one_range(trades, "trades")
        accepted = show_what_if(ranges, orders, today, known, as_json)
    except (MarginError, OSError) as error:
        refuse(error)
    if fail_on_refusal and not accepted:
        raise typer.Exit(TRADES_REFUSED)


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
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
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
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write what both regimes would have asked, by day and account.

    An interrupted run goes on where it was. Exit code 3 where some days failed: these are listed,
    and all others are written.
    """
    from xlmargin.commands.shadow import Interrupted, ShadowAsked
    from xlmargin.excel.history import HistoryPaths
    from xlmargin.history import Regimes

    given = HistoryPaths(positions, market, settings, dividends, instruments, tuple(groups or ()))
    try:
        paths = given.with_named_groups()
        asked = ShadowAsked(paths, output, Regimes(only), workers, cluster, restart, as_json, force)
        all_done = asked.run()
    except Interrupted as interrupted:
        typer.echo(str(interrupted), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (MarginError, OSError) as error:
        refuse(error)
    if not all_done:
        raise typer.Exit(SOME_FAILED)


def _say(known: KnownInstruments, ranges: BookRanges) -> None:
    """What looks wrong with the clearing house's reports, on standard error."""
    from xlmargin.commands.market_groups import warnings_of
    from xlmargin.commands.terminal import printed

    for warning in warnings_of(known.published, ranges.positions):
        typer.echo(printed(warning), err=True)


def _asked(output: Path, force: bool, as_json: bool, title: str) -> Asked:
    from xlmargin.commands import Asked

    return Asked(output, as_json, title, dt.date.today(), functions(), force)
