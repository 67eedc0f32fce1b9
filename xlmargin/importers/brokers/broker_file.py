"""What is read of a broker's file, and how it was read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.book_ranges import BookRanges, FileRows
from xlmargin.importers.brokers.formats import Format
from xlmargin.importers.brokers.holding_rows import (
    known_classes,
    market_rows,
    position_rows,
    with_underlyings,
)
from xlmargin.importers.brokers.holdings import Holding, NotOurs, Skipped
from xlmargin.importers.brokers.records import Lines, heading_row
from xlmargin.importers.brokers.wrong_files import refuse_wrong_file


@dataclass(frozen=True)
class BrokerFile:
    """What was read of a broker's file.

    `unreadable` are the records that could not be read, `not_ours` those of things that no
    requirement is worked out for; `notes` tell how the rest was read.
    """

    format: Format
    holdings: tuple[Holding, ...]
    unreadable: tuple[Problem, ...]
    not_ours: tuple[Problem, ...]
    notes: tuple[str, ...]
    as_of: dt.date | None

    @property
    def positions(self) -> FileRows:
        """The holdings as a positions range."""
        return position_rows(self.holdings)

    @property
    def market(self) -> FileRows | None:
        """What the file states of underlyings beside its positions; None where it is nothing."""
        return market_rows(self.holdings)

    def accepted(self) -> BookRanges:
        """The ranges; refused where anything in the file could not be taken."""
        if refused := (*self.unreadable, *self.not_ours):
            raise InputError(refused)
        return BookRanges(self.positions, self.market, as_of=self.as_of, notes=self.notes)


def read_lines(lines: Lines, known: Format, file: str) -> BrokerFile:
    """What a file of a known format holds; every record that cannot be read is listed."""
    found = list(known.records(lines))
    if not found:
        refuse_wrong_file(lines, file)
        raise _no_records(known, lines, file)
    holdings: list[Holding] = []
    unreadable: list[Problem] = []
    not_ours: list[Problem] = []
    skipped: Counter[str] = Counter()
    for record in found:
        try:
            entry = known.entry(record)
        except InputError as error:
            unreadable.extend(error.problems)
            continue
        match entry:
            case Holding():
                holdings.append(entry)
            case NotOurs():
                not_ours.append(entry.problem)
            case Skipped():
                skipped[entry.what] += 1
    held = with_underlyings(holdings)
    if not (held or unreadable or not_ours):
        raise MarginError(f"{file}: found {known.name} without a position, wanted at least one.")
    return BrokerFile(
        known,
        held,
        tuple(unreadable),
        tuple(not_ours),
        tuple(_notes(known, held, skipped)),
        known.as_of(lines),
    )


def _no_records(known: Format, lines: Lines, file: str) -> MarginError:
    """Why nothing was found: no headings that are known, or nothing below them."""
    name = f"{known.name} ({known.sure})"
    if any(heading_row(line, known.columns, known.needed) for line in lines):
        return MarginError(f"{file}: found {name} without rows, wanted rows of positions.")
    widest = max(lines, key=lambda line: len(line.cells))
    wanted = ", ".join(known.columns[field][0] for field in known.needed)
    found = ", ".join(cell for cell in widest.cells if cell)[:200]
    return MarginError(f"{file}: taken for {name}; found {found}, wanted headings {wanted}.")


def _notes(known: Format, holdings: tuple[Holding, ...], skipped: Counter[str]) -> Iterator[str]:
    yield f"Read as {known.name} ({known.sure})."
    if skipped:
        counts = ", ".join(f"{what} ({count})" for what, count in skipped.items())
        yield f"Left aside: {counts}."
    if known_as := known_classes(market_rows(holdings)):
        yield f"Class or factor as known, not from the file: {', '.join(known_as)}."
    for held in holdings:
        if held.note:
            yield f"Row {held.row}, {held.symbol}: {held.note}."
