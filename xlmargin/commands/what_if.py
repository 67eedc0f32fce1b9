"""What trades in a file would change: before, after, change, and the pre-trade check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlmargin.cells.values import Value, to_cells
from xlmargin.commands.ranges import with_date
from xlmargin.errors import printed
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges, FileRows
from xlmargin.known_instruments import KnownInstruments
from xlmargin.reports import what_if_table
from xlmargin.reports.messages import as_of_message
from xlmargin.reports.what_if_tables import CHECK
from xlmargin.standard_output import write_json


def show_what_if(
    ranges: BookRanges, trades: FileRows, today: dt.date, known: KnownInstruments, as_json: bool
) -> bool:
    """Show what the trades would change; answers whether each account's own check accepts them.

    Where cash is stated nowhere, none is known to. Refused with every error.
    """
    held = with_date(ranges, today).cells
    impact = Ranges(*held, extra={"trades": trades}, known=known).impact()
    short = impact.short_under_portfolio if impact.is_portfolio else impact.short_by_strategy
    accepted = bool((short == 0).all())
    answer = to_cells(what_if_table(impact).cells())
    assert isinstance(answer, list)
    if as_json:
        write_json({"what if": answer})
        return accepted
    headings, *rows = answer
    typer.echo(printed(as_of_message(impact.held)))
    for account in dict.fromkeys(str(row[-1]) for row in rows):
        _print_account(account, headings, [row for row in rows if row[-1] == account])
    return accepted


def _print_account(
    account: str, headings: Sequence[Value], rows: Sequence[Sequence[Value]]
) -> None:
    """The figures of one account as a table, and its pre-trade checks in words below it."""
    checks = [row for row in rows if str(row[0]).startswith(CHECK)]
    table = Table(title=f"What if, $: {escape(printed(account))}", box=SIMPLE_HEAD)
    for heading in headings[:-1]:
        left = heading == "figure"
        table.add_column(str(heading), justify="left" if left else "right", no_wrap=True)
    for figure, *amounts in (row[:-1] for row in rows if row not in checks):
        table.add_row(str(figure), *(_shown(amount) for amount in amounts))
    Console().print(table)
    for figure, regime, says, *_ in checks:
        typer.echo(f"  {figure} ({regime}): {says}")


def _shown(amount: Value) -> str:
    return f"{amount:,.2f}" if isinstance(amount, float) else str(amount)
