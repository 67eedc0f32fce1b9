"""The check of a book: every problem of its ranges, of each date."""

from __future__ import annotations

import typer

from xlmargin import reports
from xlmargin.cells.problems import counted
from xlmargin.cells.values import to_cells
from xlmargin.cli.app import command
from xlmargin.cli.book_files import BookFiles, day_of, notes_of, with_date
from xlmargin.cli.options import AsJson
from xlmargin.cli.tables import errors
from xlmargin.cli.terminal import print_problems
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.standard_output import write_json


@command()
def check(book: BookFiles, as_json: AsJson = False) -> int:
    """List every problem of a file by row; exit code 1 where one of them is an error."""
    ranges, known = book.read()
    found = problems_of(Ranges(*with_date(ranges, day_of(ranges)).cells, known=known))
    if as_json:
        rows = to_cells(reports.problem_table(found).cells())
        write_json({"check": rows, "notes": list(notes_of(ranges))})
    else:
        typer.echo(f"{counted(found).capitalize()}.")
        if found:
            print_problems(found)
    return 1 if errors(found) else 0
