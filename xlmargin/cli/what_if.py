"""What trades in a file would change: before, after, change, and the pre-trade check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cells.values import AnswerValue, to_cells
from xlmargin.cli.app import TRADES_REFUSED, command
from xlmargin.cli.book_files import BookFiles, day_of, with_date
from xlmargin.cli.market import say_warnings
from xlmargin.cli.options import AsJson
from xlmargin.cli.terminal import print_rows
from xlmargin.errors import printed
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.files import read_one_range
from xlmargin.reports import what_if_table
from xlmargin.reports.messages import as_of_message
from xlmargin.reports.what_if_tables import CHECK
from xlmargin.standard_output import write_json
from xlmargin.what_if import Impact


@command("whatif")
def what_if(
    book: BookFiles,
    trades: Annotated[
        Path,
        typer.Option(help="Trades: the headings of positions, fee, action (trade, close, roll)."),
    ],
    fail_on_refusal: Annotated[
        bool, typer.Option("--fail-on-refusal", help="Exit code 4 unless the check accepts.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show what trades would change, and whether they may be done.

    Exit code 0 whatever the pre-trade check says, 1 where the input is refused. With
    --fail-on-refusal it is 4 where the check of any account's own regime refuses, or is not known.
    """
    ranges, known = book.read()
    say_warnings(known.published, ranges.positions)
    held = with_date(ranges, day_of(ranges)).cells
    orders = read_one_range(trades, "trades")
    impact = Ranges(*held, extra={"trades": orders}, known=known).impact()
    if as_json:
        write_json({"what if": to_cells(what_if_table(impact).cells())})
    else:
        _print(impact)
    short = impact.short_under_portfolio if impact.held.is_portfolio else impact.short_by_strategy
    return TRADES_REFUSED if fail_on_refusal and not (short == 0).all() else 0


def _print(impact: Impact) -> None:
    """The figures and checks of every account."""
    answer = to_cells(what_if_table(impact).cells())
    assert isinstance(answer, list)
    headings, *rows = answer
    typer.echo(printed(as_of_message(impact.held)))
    for account in dict.fromkeys(str(row[-1]) for row in rows):
        _print_account(account, headings, [row for row in rows if row[-1] == account])


def _print_account(
    account: str, headings: Sequence[AnswerValue], rows: Sequence[Sequence[AnswerValue]]
) -> None:
    """The figures of one account as a table, and its pre-trade checks in words below it."""
    checks = [row for row in rows if str(row[0]).startswith(CHECK)]
    first, *others = map(str, headings[:-1])
    cells = [list(map(_shown, row[:-1])) for row in rows if row not in checks]
    title = f"What if, $: {account}"
    print_rows((first, *others), cells, numbers=others, whole=(first,), title=title)
    for figure, regime, says, *_ in checks:
        typer.echo(f"  {figure} ({regime}): {says}")


def _shown(amount: AnswerValue) -> str:
    return f"{amount:,.2f}" if isinstance(amount, float) else str(amount)
