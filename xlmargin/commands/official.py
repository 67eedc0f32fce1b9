"""The requirement from the clearing house's own arrays, without a model of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from xlmargin.commands.clearing_arrays import Per, read_official
from xlmargin.commands.terminal import print_answers, printed
from xlmargin.commands.written_rows import write_rows
from xlmargin.importers import BookRanges
from xlmargin.importers.clearing_house import PublishedGroups, read_array_file, read_group_files
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
    answers = {"requirement": margin.amount, "groups": official_table(margin).cells()}
    for note in published.notes:
        typer.echo(printed(note), err=True)
    for name in margin.without_offset:
        typer.echo(printed(f"Product group {name}: no offset stated, so none."), err=True)
    if as_json:
        write_json(answers)
    else:
        print_answers(answers)


def groups_as_market(groups: Sequence[Path], output: Path) -> None:
    """Write published groups as a market range, whose prices are to be filled in.

    Offsets and moves have no column there: they are shown, to be compared with the rules' own.
    """
    published = read_group_files(groups)
    write_rows(published.market_rows(), output)
    for note in (*published.notes, *_stated(published)):
        typer.echo(printed(note))
    typer.echo(f"Written: {output}")


def _stated(published: PublishedGroups) -> Iterator[str]:
    """Offset and moves of every group for which the files state any."""
    offsets = {**published.product_offset, **published.portfolio_offset}
    for name in dict.fromkeys([*offsets, *published.moves]):
        said = [f"offset {_percent(offsets[name])}"] if name in offsets else []
        if name in published.moves:
            down, up = published.moves[name]
            said.append(f"moves -{_percent(down)} +{_percent(up)}")
        yield f"{name}: {', '.join(said)}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.4g}%"
