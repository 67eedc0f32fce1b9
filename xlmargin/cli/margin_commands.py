"""Commands that margin books: reports, checks, trades, and the past."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlmargin.cli.app import (
    ALERTED,
    NOT_KNOWN,
    SOME_FAILED,
    TRADES_REFUSED,
    WARNED,
    AsJson,
    Dividends,
    Force,
    Groups,
    Instruments,
    Logo,
    Market,
    Output,
    Positions,
    Settings,
    command,
    functions,
    read_known,
)
from xlmargin.errors import MarginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlmargin.commands.report import Asked
    from xlmargin.importers import BookRanges, FileRows
    from xlmargin.known_instruments import KnownInstruments


@command()
def demo(
    output: Output = Path("xlmargin-demo.xlsx"),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the workbook of a sample book, and show its requirement by class group."""
    from xlmargin.samples import FAMILY_OFFICE_NOTE, family_office_book
    from xlmargin.workbooks import sample_more

    asked = _asked(output, force, as_json, title="Portfolio margin of a family office")
    asked.report(family_office_book(), note=FAMILY_OFFICE_NOTE, more=sample_more())


@command()
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
    previous: Annotated[
        Path | None,
        typer.Option(help="The book of an earlier day, such as its report: tells what moved."),
    ] = None,
    broker: Annotated[
        Path | None, typer.Option(help="The broker's own figures, to be set beside ours.")
    ] = None,
    as_pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the report, too, by LibreOffice.")
    ] = False,
    logo: Logo = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int | None:
    """Write the workbook of your positions, and show their requirement by class group.

    `--previous` adds what moved the requirement since an earlier day to the monthly report,
    `--broker` the page Reconciliation. Of a folder: a workbook of every book in it, and a summary,
    without these. Files market, settings and dividends
    in it go with all of them. Exit code 3 where some books were refused: these are listed.
    """
    files = {
        "market": market, "settings": settings, "dividends": dividends, "instruments": instruments,
    }  # fmt: skip
    given = {name: path for name, path in files.items() if path is not None}
    if positions.is_dir():
        if previous or broker or as_pdf or logo:
            wanted = "--previous, --broker, --logo and --pdf are of one book"
            raise MarginError(f"{wanted}, found a folder.")
        return _report_folder(positions, given, groups or [], output, force, as_json)
    from xlmargin.commands.earlier import compared_with
    from xlmargin.commands.market import with_own
    from xlmargin.commands.ranges import tables_beside
    from xlmargin.importers.files import read_one_range
    from xlmargin.workbooks.logo import logo_in

    written = output or Path(f"{positions.stem}-margin.xlsx")
    inputs = [positions, *given.values(), *(groups or ()), *filter(None, (previous, broker))]
    asked = _asked(written, force, as_json, title=f"Portfolio margin: {positions.stem}")
    asked = replace(asked, as_pdf=as_pdf, logo=None if logo is None else logo_in(logo))
    asked.refuse_output(inputs)
    ranges, known = read_known(positions, market, settings, dividends, instruments, groups)
    asked = replace(asked, today=ranges.as_of or asked.today)
    _say(known, ranges)
    ranges = with_own(ranges, known, asked.today)
    note = ranges.notes[0] if ranges.notes else ""
    more: Mapping[str, FileRows] = tables_beside(positions)
    if broker is not None:
        more = {**more, "Broker": read_one_range(broker, "broker")}
    if previous is not None:
        earlier, known = read_known(previous, None, None, None, instruments, groups)
        earlier = with_own(earlier, known, earlier.as_of or asked.today)
        ranges, more = compared_with(ranges, more, earlier, previous, asked.today)
    asked.report(ranges, note, more)
    return None


def _report_folder(
    folder: Path,
    companions: Mapping[str, Path],
    groups: Sequence[Path],
    output: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write the reports of a folder's books, in a folder of their own."""
    from xlmargin.commands.batch import BatchAsked

    reports, today = output or Path(f"{folder.resolve().name}-margin"), dt.date.today()
    asked = BatchAsked(folder, reports, companions, today, as_json, force, tuple(groups))
    return 0 if asked.run() else SOME_FAILED


@command()
def check(
    file: Positions,
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    as_json: AsJson = False,
) -> int:
    """List every problem of a file by row; exit code 1 where one of them is an error."""
    from xlmargin.commands.ranges import check_ranges

    ranges, known = read_known(file, market, settings, dividends, instruments, groups)
    return 0 if check_ranges(ranges, ranges.as_of or dt.date.today(), known, as_json) else 1


@command()
def explain(
    positions: Positions,
    regime: Annotated[str, typer.Option(help="portfolio, initial or maintenance.")] = "portfolio",
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    as_json: AsJson = False,
) -> None:
    """Show what a requirement is made of: a tree of amounts, down to positions and paragraphs."""
    from xlmargin.commands.reasons import explain

    ranges, known = read_known(positions, market, settings, dividends, instruments, groups)
    _say(known, ranges)
    explain(ranges, regime, ranges.as_of or dt.date.today(), known, as_json)


@command()
def rule(
    name: Annotated[str, typer.Argument(help="Name of a number, or words: short uncovered index.")],
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Default: today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a number of a rule: its values in force, since when, where stated, and how sure."""
    from xlmargin.commands.reasons import show_rule

    show_rule(name, as_of.date() if as_of else dt.date.today(), as_json)


@command("whatif")
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
) -> int:
    """Show what trades would change, and whether they may be done.

    Exit code 0 whatever the pre-trade check says, 1 where the input is refused. With
    --fail-on-refusal it is 4 where the check of any account's own regime refuses, or is not known.
    """
    from xlmargin.commands.what_if import show_what_if
    from xlmargin.importers.files import read_one_range

    ranges, known = read_known(positions, market, settings, dividends, instruments, groups)
    today = ranges.as_of or dt.date.today()
    _say(known, ranges)
    orders = read_one_range(trades, "trades")
    accepted = show_what_if(ranges, orders, today, known, as_json)
    return TRADES_REFUSED if fail_on_refusal and not accepted else 0


@command()
def watch(
    positions: Positions,
    market: Market = None,
    settings: Settings = None,
    dividends: Dividends = None,
    instruments: Instruments = None,
    groups: Groups = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="Limits of figures, as MARGIN_ALERTS takes them.")
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.01, max=3600, help="Seconds between two looks at the files.")
    ] = 0.5,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    until_alert: Annotated[
        bool, typer.Option("--until-alert", help="End at the first figure past its alert.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--for", min=0, help="End after so many seconds.")
    ] = math.inf,
    hook: Annotated[
        str, typer.Option(help="Program to run for each alert, which it gets as JSON to read.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Show figures and alerts of your positions now, and whenever one of the files changes.

    Exit code by the worst light at the end: 0 all is green, 5 a warning, 6 an alert, 7 a figure
    that is not known. Ctrl-C ends it.
    """
    from xlmargin.commands.watch import BookFiles, WatchAsked
    from xlmargin.commands.watch import watch as watch_files

    book = BookFiles(
        positions, market, settings, dividends, instruments, tuple(groups or ()), thresholds
    )
    lasting = 0.0 if once else seconds
    light = watch_files(WatchAsked(book, every, lasting, until_alert, hook, as_json))
    return {0: 0, 1: WARNED, 2: ALERTED, -1: NOT_KNOWN}[int(light)]


class _Only(StrEnum):
    """The regimes that a shadow analysis may be limited to."""

    BOTH = "both"
    PORTFOLIO = "portfolio"
    STRATEGY = "strategy"


@command()
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
) -> int:
    """Write what both regimes would have asked, by day and account.

    An interrupted run goes on where it was. Exit code 3 where some days failed: these are listed,
    and all others are written.
    """
    from xlmargin.commands.shadow import ShadowAsked
    from xlmargin.excel.history import HistoryPaths
    from xlmargin.history import Regimes

    given = HistoryPaths(positions, market, settings, dividends, instruments, tuple(groups or ()))
    paths = given.with_named_groups()
    asked = ShadowAsked(paths, output, Regimes(only), workers, cluster, restart, as_json, force)
    return 0 if asked.run() else SOME_FAILED


def _say(known: KnownInstruments, ranges: BookRanges) -> None:
    """What looks wrong with the clearing house's reports, on standard error."""
    from xlmargin.commands.market import warnings_of
    from xlmargin.errors import printed

    for warning in warnings_of(known.published, ranges.positions):
        typer.echo(printed(warning), err=True)


def _asked(output: Path, force: bool, as_json: bool, title: str) -> Asked:
    from xlmargin.commands.report import Asked

    return Asked(output, as_json, title, dt.date.today(), functions(), force)
