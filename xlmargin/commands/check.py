"""The check of a file: every problem by row."""

from __future__ import annotations

import datetime as dt

import typer

from xlmargin.commands.ranges import errors, tables_of
from xlmargin.commands.terminal import print_problems
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.standard_output import write_json
from xlmargin.workbooks import Functions


def check_ranges(ranges: BookRanges, today: dt.date, functions: Functions, as_json: bool) -> bool:
    """List the problems of the ranges, of each date; answers whether none of them is an error."""
    tables = tables_of(ranges, today)
    found = Ranges(*tables.ranges, today=today).problems()
    if as_json:
        answer = functions["XLM_CHECK"](*tables.ranges)
        write_json({"check": answer})
    elif found:
        print_problems(found)
    else:
        typer.echo("No problems.")
    return not errors(found)
