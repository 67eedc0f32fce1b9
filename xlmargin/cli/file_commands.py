"""Commands for the files of brokers and of the clearing house."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli.app import (
    AsJson,
    Force,
    Groups,
    Instruments,
    Market,
    Positions,
    Settings,
    command,
    read,
)


@command("import")
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
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Show what a broker's file holds, and write it as positions to look at and correct."""
    from xlmargin.commands.import_file import Written, import_file

    return 0 if import_file(file, Written(output, market, force), leave_out, as_json) else 1


@command()
def export_occ(
    positions: Positions,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Table (.csv) or fixed width (.txt) to write.")
    ],
    market: Market = None,
    settings: Settings = None,
    instruments: Instruments = None,
    force: Force = False,
) -> None:
    """Write positions as OCC's Portfolio Margin Calculator takes them (provisional).

    A text is the position record of fixed width (second-hand).
    """
    from xlmargin.commands.export_occ import export_occ
    from xlmargin.commands.outputs import refuse_output
    from xlmargin.importers.files import own_instruments

    inputs = [path for path in (positions, market, settings, instruments) if path is not None]
    refuse_output(output, [".csv", ".txt"], inputs, force=force)
    ranges = read(positions, market, settings, None)
    today = ranges.as_of or dt.date.today()
    export_occ(ranges, today, own_instruments(instruments), output)


class _Per(StrEnum):
    """What the numbers of official arrays are of."""

    UNIT = "unit"
    CONTRACT = "contract"


@command()
def official(
    arrays: Annotated[
        Path, typer.Argument(help="Theoretical profits and losses: .csv, .xlsx, or FIXML .xml.")
    ],
    positions: Positions,
    per: Annotated[
        _Per | None, typer.Option(help="What its numbers are of, where no pair of options tells.")
    ] = None,
    groups: Groups = None,
    market: Market = None,
    settings: Settings = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", help="A symbol that does not count; may be given repeatedly."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show where the model differs, and why.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Page of the comparison to write (.html)."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the portfolio margin requirement by the clearing house's own arrays, without a model.

    With --compare the model stands beside them; a broker's answer (.json of Clear Street or
    tastytrade) is always compared.
    """
    from xlmargin.commands.official import OfficialAsked, official
    from xlmargin.commands.outputs import refuse_output
    from xlmargin.importers.clearing_house import ArrayBasis

    if output is not None:
        inputs = [arrays, positions, *(groups or [])]
        refuse_output(output, [".html", ".htm"], inputs, force=force)
    book = read(positions, market, settings, None)
    basis = None if per is None else ArrayBasis(per)
    asked = OfficialAsked(arrays, book, groups or [], basis, leave_out or [], dt.date.today())
    official(asked, compare or output is not None, output, as_json)


@command()
def market(
    positions: Positions,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Market to write (.csv).")
    ] = None,
    instruments: Instruments = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the market range for positions: what is known of each underlying, and how sure."""
    from xlmargin.commands.market import write_market
    from xlmargin.importers.files import own_instruments

    ranges, inputs = read(positions, None, None, None), (positions, instruments or positions)
    known = own_instruments(instruments)
    write_market(ranges, inputs, known, output, dt.date.today(), as_json, force)


@command()
def market_groups(
    groups: Annotated[
        list[Path],
        typer.Argument(
            help="RBHCPMIncludedProductsReport, RBHCPMProductGroupsReport and"
            " RBHCPMPortfolioGroupsReport, as .csv of"
            " https://marketdata.theocc.com/rbh-documentation?fileName=NAME&format=csv"
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Market to write (.csv).")],
    held: Annotated[
        Path | None, typer.Option("--for", help="Positions: write their underlyings alone.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the clearing house's reports as a market range, whose prices are to be filled in."""
    from xlmargin.commands.market import write_market_of_groups
    from xlmargin.commands.outputs import refuse_output

    inputs = [*groups, *([held] if held is not None else [])]
    refuse_output(output, [".csv"], inputs, force=force)
    ranges = None if held is None else read(held, None, None, None)
    write_market_of_groups(groups, ranges, output, as_json)


@command()
def validate(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Dossier to write (.md).")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Compare every published figure with ours; exit code 1 where one differs without a reason."""
    from xlmargin.commands.validate import validated

    return 0 if validated(output, dt.date.today(), as_json, force) else 1
