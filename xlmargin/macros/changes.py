"""Changes of a book's tables: all or none of them, and a kept copy of what was there before.

The copy is a hidden sheet of the book itself: it is there wherever the book is, in a browser or a
cloud too, where no file can lie beside it, and it goes with the book when it is saved or sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from xlmargin.cells.values import TableCell, TableRows, even
from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import of_names, refuse_too_many
from xlmargin.macros.open_book import CellArea, Formula, OpenBook, new_sheet

KEPT: Final = "xlmargin undo"
"""The hidden sheet with what was there before."""

_TITLE: Final = "What xlmargin put away for Undo: do not change it."
_TEXT, _FORMULA = "'", "="
"""What begins a kept text and a kept formula."""


@dataclass(frozen=True)
class TableChange:
    """A table as it is to be from one of its rows on; row 0 is that of the headings.

    `width` is the number of its columns. `dates` are those of them that show dates.
    """

    table: str
    first: int
    rows: TableRows
    width: int
    dates: tuple[int, ...] = ()


def place_of(book: OpenBook, table: str) -> CellArea:
    """Where a table stands; refused where the book has none of this name."""
    tables = book.tables
    found = of_names(tables, (table,))
    if not found:
        raise MarginError(
            f"{book.name}: found no table {table}, wanted a workbook of xlmargin: one of the"
            " templates, or a report."
        )
    return tables[found[0]]


def make(book: OpenBook, changes: Sequence[TableChange], why: str) -> None:
    """Make the changes, and keep what was there before; on a failure all is as it was."""
    places = [place_of(book, change.table) for change in changes]
    for change, place in zip(changes, places, strict=True):
        book.refuse_locked(change.table)
        _refuse_taken(book, change, place)
    before = [
        TableChange(
            change.table, change.first, book.contents(_from(place, change.first)), place.width
        )
        for change, place in zip(changes, places, strict=True)
    ]
    with book.at_once():
        kept = _kept(book)
        try:
            _keep(book, before, why)
            for change, place in zip(changes, places, strict=True):
                _put(book, change, place)
        except Exception as error:
            _restore(book, before, kept, error)
            raise


def _restore(
    book: OpenBook, before: Sequence[TableChange], kept: TableRows | None, why: Exception
) -> None:
    """Put all back; refused where that fails, too, with the copy still kept."""
    try:
        for change in before:
            _put(book, change, place_of(book, change.table))
        _put_back(book, kept)
    except Exception:
        raise MarginError(
            f"{why}. Nor could the tables be put back at once: press Undo, which has them kept."
        ) from why


def undo(book: OpenBook) -> str:
    """Put back what the last change replaced, and keep what it put there; answers what it was."""
    kept = _kept(book)
    if kept is None:
        raise MarginError(f"{book.name}: there is nothing to undo.")
    why, changes = _read(kept)
    make(book, changes, why)
    return why


def _from(place: CellArea, first: int) -> CellArea:
    """The rectangle from one of its rows on."""
    return replace(place, row=place.row + first, height=max(place.height - first, 0))


def _refuse_taken(book: OpenBook, change: TableChange, place: CellArea) -> None:
    """Refuse to write over what stands below a table or at its right."""
    height, width = max(place.height, change.first + len(change.rows)), change.width
    below = _from(place.sized(height, max(width, place.width)), place.height)
    beside = replace(place, column=place.column + place.width, width=max(width - place.width, 0))
    for other in (area for area in (below, beside) if not area.is_empty):
        for i, row in enumerate(book.contents(other)):
            if (cell := next((c for c in row if c is not None), None)) is not None:
                raise MarginError(
                    f"sheet {place.sheet}, row {other.row + i + 1}: found {str(cell)[:40]!r} beside"
                    f" the table {change.table}, which is to grow; wanted blank cells."
                )


def _put(book: OpenBook, change: TableChange, place: CellArea) -> None:
    """Write a table from one of its rows on, blank what it had beyond, and give it its size."""
    height = change.first + len(change.rows)
    both = place.sized(max(height, place.height), max(change.width, place.width))
    whole = _from(both, change.first)
    rows = even([*change.rows, *[[] for _ in range(whole.height - len(change.rows))]], whole.width)
    book.resize(change.table, place.sized(height, change.width))
    try:
        book.write(whole, rows)
    except Exception:
        book.resize(change.table, both)  # so that all is found that may be there
        raise
    below = whole.row + (0 if change.first else 1)
    for column in change.dates:
        if (length := place.row + height - below) > 0:
            book.show_dates(CellArea(place.sheet, below, place.column + column, length, 1))


def _kept(book: OpenBook) -> TableRows | None:
    """What was put away last; refused where a sheet of that name is not ours."""
    if not of_names(book.sheets, (KEPT,)):
        return None
    rows = book.contents(book.used(KEPT))
    if not rows or rows[0][0] != _TITLE:
        raise MarginError(f"{book.name}: found a sheet {KEPT} that is not of xlmargin, rename it.")
    return rows


def _keep(book: OpenBook, changes: Sequence[TableChange], why: str) -> None:
    rows: TableRows = [[_TITLE, why]]
    for change in changes:
        rows.append([change.table, float(change.first), float(len(change.rows)), change.width])
        rows += [[_put_away(cell) for cell in row] for row in change.rows]
    _put_back(book, rows)


def _put_back(book: OpenBook, rows: TableRows | None) -> None:
    """The hidden sheet with these rows, or none."""
    if of_names(book.sheets, (KEPT,)):
        book.delete_sheet(KEPT)
    if rows is not None:
        new_sheet(book, KEPT, rows, hidden=True)


def _put_away(cell: TableCell) -> TableCell:
    """A cell to be kept: of a text one must know whether it is a formula."""
    if isinstance(cell, Formula):
        return f"{_FORMULA}{cell}"
    return f"{_TEXT}{cell}" if isinstance(cell, str) else cell


def _taken_out(cell: TableCell) -> TableCell:
    if not isinstance(cell, str):
        return cell
    return Formula(cell[1:]) if cell.startswith(_FORMULA) else cell[1:]


def _read(kept: TableRows) -> tuple[str, list[TableChange]]:
    """What the hidden sheet keeps: of which change, and the tables before it."""
    changes = []
    row = 1
    try:
        while row < len(kept):
            table, first, height, width = kept[row][:4]
            counts = [int(float(str(count))) for count in (first, height, width)]
            refuse_too_many(max(counts[:2]), counts[2], f"sheet {KEPT}")
            # Blank cells at the end of a sheet are not in use.
            blank: TableRows = [[None] * counts[2]] * counts[1]
            rows = [*kept[row + 1 :], *blank][: counts[1]]
            cells = [[_taken_out(cell) for cell in each[: counts[2]]] for each in rows]
            changes.append(TableChange(str(table), counts[0], cells, counts[2]))
            row += 1 + counts[1]
    except (ValueError, OverflowError) as error:
        raise MarginError(f"sheet {KEPT}: cannot be read any more: {error}.") from error
    return str(kept[0][1]), changes
