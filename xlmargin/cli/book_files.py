"""The files of a book: the options that name them, and what is in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableCell, TableRows, normalized, text_of, to_value
from xlmargin.cli import options
from xlmargin.errors import printed
from xlmargin.excel.known_files import known_from, reports_named
from xlmargin.excel.settings_reader import setting_name, stated_settings
from xlmargin.importers import BookRanges, read_book_files
from xlmargin.known_instruments import KnownInstruments


@dataclass(frozen=True)
class BookFiles:
    """The files of a book, and of what is known of its instruments; None for one left out."""

    positions: options.PositionsFile
    market: options.MarketFile = None
    settings: options.SettingsFile = None
    dividends: options.DividendsFile = None
    instruments: options.InstrumentsFile = None
    groups: options.GroupsFiles = None

    @property
    def paths(self) -> list[Path]:
        """The files that there are."""
        one = (self.positions, self.market, self.settings, self.dividends, self.instruments)
        return [path for path in (*one, *(self.groups or ())) if path is not None]

    def read(self) -> tuple[BookRanges, KnownInstruments]:
        """The ranges in the files, and what is known of their instruments.

        What there is to say of a broker's file goes to standard error.
        """
        ranges = read_said(self.positions, self.market, self.settings, self.dividends)
        return ranges, self.known(ranges)

    def known(self, ranges: BookRanges) -> KnownInstruments:
        """What is known of the instruments of the ranges in these files."""
        folder = (self.settings or self.positions).parent
        return known_beside(self.instruments, self.groups or [], ranges.settings, folder)


def read_said(
    positions: Path,
    market: Path | None = None,
    settings: Path | None = None,
    dividends: Path | None = None,
) -> BookRanges:
    """The ranges of files; what there is to say of a broker's file goes to standard error."""
    ranges = read_book_files(positions, market, settings, dividends)
    for note in notes_of(ranges):
        typer.echo(printed(note), err=True)
    return ranges


def notes_of(ranges: BookRanges) -> tuple[str, ...]:
    """How a broker's file was read, what contradicts itself in it, and which house would be its.

    The house only where no setting says one.
    """
    cells = (text_of(cell) for row in ranges.settings or [] for cell in row)
    if not ranges.houses or any(setting_name(text) == "house" for text in cells):
        return ranges.said
    house = f"the setting house = {' or '.join(ranges.houses)} adds what that house requires"
    return *ranges.said, f"This is a file of {ranges.broker}; {house} above the rule."


def note_of(ranges: BookRanges) -> str:
    """The same in a line for a page, as far as it is of the whole file: its kind, and its house."""
    of_file = (ranges.notes[0], *notes_of(ranges)[len(ranges.notes) :]) if ranges.notes else ()
    return " ".join(of_file)


def known_beside(
    instruments: Path | None, groups: Sequence[Path], settings: TableRows | None, folder: Path
) -> KnownInstruments:
    """What is known of instruments: the tables, a table of one's own, and reports.

    The reports are those given, else those that the settings name, from their folder.
    """
    return known_from(instruments, [*groups] or reports_named(settings, folder))


def day_of(ranges: BookRanges) -> dt.date:
    """The day of a file's prices, today where the file does not say it."""
    return ranges.as_of or dt.date.today()


def with_date(ranges: BookRanges, today: dt.date) -> BookRanges:
    """The ranges; where the settings give no date it is today, and they say so."""
    return replace(ranges, settings=_with_date(ranges.settings, today))


def _with_date(settings: TableRows | None, today: dt.date) -> TableRows:
    """The settings, with a row for the date below them where they give none."""
    rows: TableRows = settings or [["name", "value"]]
    if "as_of" in dict(stated_settings(rows, ProblemLog()).of_all):
        return rows
    headings = [normalized(text_of(to_value(cell))) for cell in rows[0]]
    value = headings.index("value") if "value" in headings else 1
    width = max(len(headings), 2)
    date: list[TableCell] = [
        "as_of" if i == 0 else today.isoformat() if i == value else None for i in range(width)
    ]
    if not isinstance(rows, SourceRows):
        return [*rows, date]
    numbers = [*rows.numbers, max(rows.numbers, default=0) + 1]
    return SourceRows([*rows, date], **{**rows.place, "numbers": numbers})
