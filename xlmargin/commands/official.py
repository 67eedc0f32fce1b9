"""The requirement from the clearing house's own arrays, without a model of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import typer

from xlmargin.commands.clearing_arrays import Per, read_official
from xlmargin.commands.terminal import print_answers, printed
from xlmargin.importers import BookRanges
from xlmargin.importers.clearing_house import read_array_file, read_group_files
from xlmargin.reports.official_table import official_table
from xlmargin.rulebook import portfolio_rules
from xlmargin.standard_output import write_json


def official(
    arrays: Path,
    ranges: BookRanges,
    groups: Sequence[Path],
    per: Per,
    today: dt.date,
    as_json: bool,
) -> None:
    """Show what positions require by official arrays, group by group and in total."""
    published = read_group_files(groups)
    rules = portfolio_rules(ranges.as_of or today)
    margin = read_official(ranges.positions, read_array_file(arrays), per, published, rules)
    notes = [*published.warnings, *published.notes]
    notes += published.without_offset(margin.without_offset)
    if ranges.as_of is not None:
        notes += published.of_another_day(ranges.as_of)
    answers = {"requirement": margin.amount, "groups": official_table(margin).cells()}
    if as_json:
        write_json({**answers, "notes": notes})
    else:
        print_answers(answers)
        for note in notes:
            typer.echo(printed(note))
