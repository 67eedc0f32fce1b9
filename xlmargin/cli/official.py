"""The requirement from the clearing house's own arrays, without a model of ours, or beside it.

The page of a comparison shows where the model and somebody else's arrays differ, and by how much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from xlmargin.cells.values import TableCell, to_cells
from xlmargin.cli import options
from xlmargin.cli.app import command
from xlmargin.cli.book_files import day_of, read_said
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.cli.terminal import print_answers, print_table
from xlmargin.dates import date_of
from xlmargin.errors import printed
from xlmargin.excel.clearing_arrays import ClearingArrays, read_arrays
from xlmargin.excel.model_comparison import compared_with_broker, compared_with_file
from xlmargin.excel.ranges import Ranges
from xlmargin.help.html import Html, element, lines, link, page, plain_table, shown_value
from xlmargin.importers import BookRanges
from xlmargin.importers.broker_margin import SUFFIX, read_broker_margin
from xlmargin.importers.clearing_house import ArrayBasis, read_array_file, read_group_files
from xlmargin.known_instruments import PublishedGroups
from xlmargin.portfolio_margin import ArrayComparison
from xlmargin.reports import (
    ReportTable,
    compared_points_table,
    compared_positions_table,
    compared_requirements_table,
    dollars,
    official_table,
)
from xlmargin.standard_output import write_json

_CHAPTERS = {
    "requirement": "The requirement under both",
    "positions": "Positions, the greatest difference first",
    "points": "Gains and losses at each point",
    "notes": "How the files were read",
}
_DECIMALS = {"file volatility": 4, "our volatility": 4}


def comparison_page(comparison: ArrayComparison, notes: list[str]) -> str:
    """The whole page as HTML."""
    chapters = {
        "requirement": _table(compared_requirements_table(comparison)),
        "positions": _table(compared_positions_table(comparison)),
        "points": _table(compared_points_table(comparison)),
        "notes": lines(*(element("p", note) for note in notes)),
    }
    as_of = comparison.margin.book.as_of.isoformat()
    about = (
        f"The rule's own model as of {as_of} beside {comparison.theirs.source}, in dollars;"
        " a difference is the file's less the model's."
    )
    contents = element(
        "ul", *(element("li", link(name, title)) for name, title in _CHAPTERS.items())
    )
    titled = {name: (_CHAPTERS[name], content) for name, content in chapters.items()}
    return page("Model and official arrays", about, contents, titled)


def _table(table: ReportTable) -> Html:
    """All rows of a table, dollars in cents."""
    headings = [shown_value(heading) for heading in table.headings]
    rows = [
        [_shown(cell, heading) for heading, cell in zip(headings, row, strict=True)]
        for row in table.rows
    ]
    return plain_table(headings, rows)


def _shown(cell: TableCell, heading: str) -> str:
    if not isinstance(cell, float):
        return shown_value(cell)
    if cell != cell:
        return ""
    return f"{cell:.0f}" if heading == "row" else f"{cell:,.{_DECIMALS.get(heading, 2)}f}"


_PRINTED: Final = {
    "positions": ("position", "point", "file", "model", "difference", "why"),
    "compared": ("level", "name", "file", "model", "difference", "why"),
}
_TITLES: Final = {
    "positions": "Gains and losses, $, where they differ most",
    "compared": "Requirement, $",
}


@dataclass(frozen=True)
class ArraysOfBook:
    """Official arrays and a book: files, and what the user says of them.

    `per` is what the numbers are of, None where the file is to tell; `leave_out` names positions
    that do not count.
    """

    arrays: Path
    book: BookRanges
    groups: Sequence[Path]
    per: ArrayBasis | None
    leave_out: Sequence[str]

    @property
    def ranges(self) -> Ranges:
        """The ranges of the book."""
        return Ranges(*self.book.cells, today=day_of(self.book))

    @staticmethod
    def _stated_day(ranges: Ranges) -> dt.date | None:
        """The day that the settings state, None where they state none."""
        if "as_of" not in dict(ranges.tables.settings.of_all):
            return None
        return date_of(ranges.reading.market.as_of)

    def read(self, published: PublishedGroups) -> ClearingArrays:
        """The positions beside their arrays."""
        ranges = self.ranges
        stated = self._stated_day(ranges) or self.book.as_of
        read_file = partial(read_array_file, self.arrays)
        tables = ranges.tables
        return read_arrays(tables, read_file, published, self.per, self.leave_out, stated)


@command()
def official(
    arrays: Annotated[
        Path, typer.Argument(help="Theoretical profits and losses: .csv, .xlsx, or FIXML .xml.")
    ],
    positions: options.PositionsFile,
    per: Annotated[
        ArrayBasis | None,
        typer.Option(help="What its numbers are of, where no pair of options tells."),
    ] = None,
    groups: options.GroupsFiles = None,
    market: options.MarketFile = None,
    settings: options.SettingsFile = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", help="A symbol that does not count; may be given repeatedly."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show where the model differs, and why.")
    ] = False,
    output: Annotated[
        Path | None, options.written_to("Page of the comparison to write (.html).")
    ] = None,
    force: options.Force = False,
    as_json: options.AsJson = False,
) -> None:
    """Show the portfolio margin requirement by the clearing house's own arrays, without a model.

    With --compare the model stands beside them; a broker's answer (.json of Clear Street or
    tastytrade) is always compared.
    """
    if output is not None:
        inputs = [arrays, positions, *(groups or [])]
        refuse_output(output, [".html", ".htm"], inputs, force=force)
    book = read_said(positions, market, settings)
    given = ArraysOfBook(arrays, book, groups or [], per, leave_out or [])
    if given.arrays.suffix.lower() == SUFFIX:
        _with_broker(given, output, as_json)
        return
    published = read_group_files(given.groups)
    made = given.read(published)
    margin = made.margin
    warnings = [*published.warnings, *made.warnings]
    warnings += published.without_offset(margin.without_offset)
    notes = [*published.notes, *made.notes]
    answers = {"requirement": dollars(margin.amount), "groups": official_table(margin).cells()}
    comparison = compared_with_file(made, given.ranges.tables) if compare or output else None
    if not as_json:
        print_answers(answers)
    _answer(answers, comparison, warnings, notes, output, as_json)


def _with_broker(given: ArraysOfBook, page: Path | None, as_json: bool) -> None:
    """Show where the model differs from what a broker's interface answers."""
    broker = read_broker_margin(given.arrays)
    comparison, warnings = compared_with_broker(broker, given.ranges)
    notes = [
        f"Read as margin of {broker.broker}, {broker.regime}; second-hand: no answer was seen."
    ]
    _answer(
        {"requirement": dollars(broker.requirement)}, comparison, warnings, notes, page, as_json
    )


def _answer(
    answers: Mapping[str, object],
    comparison: ArrayComparison | None,
    warnings: Sequence[str],
    notes: Sequence[str],
    page: Path | None,
    as_json: bool,
) -> None:
    """Print the comparison, or all as JSON, and write its page."""
    said = {"warnings": list(warnings), "notes": list(notes)}
    tables = _tables(comparison) if comparison else {}
    for note in (*notes, *warnings):
        typer.echo(printed(note), err=as_json)
    if comparison and page is not None:
        with writing(page) as whole:
            whole.write_bytes(comparison_page(comparison, [*warnings, *notes]).encode())
    if as_json:
        compared = {name: to_cells(table.cells()) for name, table in tables.items()}
        write_json({**answers, **compared, **said})
        return
    for name, columns in _PRINTED.items():
        if name in tables:
            print_table(_TITLES[name], tables[name], columns)
    if comparison and page is not None:
        typer.echo(f"Written: {page}")


def _tables(comparison: ArrayComparison) -> dict[str, ReportTable]:
    """The tables of a comparison by the name that they have in JSON."""
    return {
        "positions": compared_positions_table(comparison),
        "points": compared_points_table(comparison),
        "compared": compared_requirements_table(comparison),
    }
