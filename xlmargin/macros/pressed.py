"""What a button says: what was done, on a sheet of notes and in a message; or why nothing was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from xlmargin.cells.values import LONGEST_TEXT, TableRows
from xlmargin.defects import full_disk, internal_error
from xlmargin.errors import MarginError, printed, refusal_lines
from xlmargin.importers.book_ranges import of_names
from xlmargin.macros.open_book import CellArea, OpenBook, new_sheet

NOTES: Final = "xlmargin notes"
"""The sheet that says what the last button did."""

_TITLE: Final = "What the last button of xlmargin did"
_MOST_LINES: Final = 15
_MOST_NOTES: Final = 2_000
_AS_IT_WAS: Final = "Nothing is changed, for this reason:"


def press(book: OpenBook, work: Callable[[], Sequence[str] | None]) -> bool:
    """Do the work of a button and say what came of it; answers whether it was done.

    None from `work` is a choice that the user gave up: nothing is said then.
    """
    try:
        lines = work()
    except Exception as error:
        # A button has no other place to say it than a message.
        book.say("\n".join(_cut([_AS_IT_WAS, *_why(error)])), failed=True)
        return False
    if lines is None:
        return False
    try:
        _write_notes(book, lines)
    except Exception as error:
        is_refused = isinstance(error, MarginError | OSError)
        lines = [*lines, f"No notes: {error if is_refused else internal_error(error)}"]
    book.say("\n".join(_cut(lines)), failed=False)
    return True


def _why(error: Exception) -> list[str]:
    """Why it is refused, a line a problem."""
    if (full := full_disk(error)) is not None:
        return [full]
    if isinstance(error, MarginError | OSError):
        return refusal_lines(error)
    return [f"{internal_error(error)}."]


def _cut(lines: Sequence[str]) -> list[str]:
    """As many lines as a message has room for."""
    rest = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], *([f"... and {rest} more lines."] if rest > 0 else [])]


def _write_notes(book: OpenBook, lines: Sequence[str]) -> None:
    """The sheet of notes anew; one of this name that is not ours is left alone."""
    if of_names(book.sheets, (NOTES,)):
        if book.values(CellArea(NOTES, 0, 0, 1, 1)) != [[_TITLE]]:
            raise MarginError(f"found a sheet {NOTES} that is not of xlmargin")
        book.delete_sheet(NOTES)
    rows: TableRows = [[_TITLE]]
    rows += [[printed(line)[:LONGEST_TEXT]] for line in lines[:_MOST_NOTES]]
    new_sheet(book, NOTES, rows)
