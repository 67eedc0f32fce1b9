"""The check of a file: every problem by row."""

from __future__ import annotations

import datetime as dt

import typer

from xlmargin import reports
from xlmargin.cells.problems import counted
from xlmargin.cells.values import to_cells
from xlmargin.commands.ranges import errors, with_date
from xlmargin.commands.terminal import print_problems
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.known_instruments import KnownInstruments
from xlmargin.standard_output import write_json


def check_ranges(
    ranges: BookRanges, today: dt.date, known: KnownInstruments, as_json: bool
) -> bool:
    """List the problems of the ranges, of each date; answers whether none of them is an error."""
    found = Ranges(*with_date(ranges, today).cells, known=known).problems()
    if as_json:
        write_json({"check": to_cells(reports.problem_table(found).cells())})
    else:
        typer.echo(f"{counted(found).capitalize()}.")
        if found:
            print_problems(found)
    return not errors(found)
