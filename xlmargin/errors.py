"""Every error that xlmargin raises on purpose.

```
MarginError                    something was refused; the message is fit for a cell
├── InputError                 cells or a file that cannot be read: one or more problems, by row
├── RefusedPosition            positions that can be read but not margined: unpriced, ineligible
├── RulebookError              a rule that is unknown, incomplete, or not in force on the date
└── Interrupted                the user ended the work; what is done is kept
```

A message says what was found and where, why it is refused, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

REFUSED: Final = "#XLM! "
"""How every refusal in a cell begins, so that one rule of conditional format finds them all."""

_MOST_RUNS: Final = 6
"""Stretches of rows that a message names one by one."""


class RowRef(NamedTuple):
    """A row as the user sees it: the range, or file, and its number there."""

    range: str
    row: int

    def __str__(self) -> str:
        """How a message about positions names it: "7", "7 of trades"."""
        return f"{self.row}" if self.range == "positions" else f"{self.row} of {self.range}"


class Severity(StrEnum):
    """Whether a problem refuses the answer, deserves a look, or only tells how it was read."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """How something was read, or what was left out: nothing to do."""


@dataclass(frozen=True)
class Problem:
    """One thing found in the input that is not what was wanted, in one row or in several alike.

    `range` is a range's name, or a file with its sheet. `row` is the first row of `rows`, as the
    user counts them: the sheet's or the file's own, else within the range, 1 for the headings; 0
    where the whole range is meant. `column` is the heading, "" where no single column is meant, and
    `letter` the sheet's letter of that column where it is known. A note has nothing `wanted`.
    """

    range: str
    row: int
    column: str
    found: str
    wanted: str
    severity: Severity = Severity.ERROR
    rows: tuple[int, ...] = ()
    letter: str = ""

    @property
    def numbers(self) -> str:
        """Its rows: "4-27", "7", or "" where the whole range is meant."""
        return row_numbers(self.rows or ((self.row,) if self.row else ()))

    @property
    def place(self) -> str:
        """Where it is, as a message shows it: "positions, rows 4-27, price (column F)"."""
        column = f"{self.column} (column {self.letter})" if self.letter else self.column
        where = ("rows " if len(self.rows) > 1 else "row ") + self.numbers if self.numbers else ""
        return ", ".join(p for p in (self.range, where, column) if p)

    def __str__(self) -> str:
        wanted = f", wanted {self.wanted}" if self.wanted else ""
        found = self.found if self.severity is Severity.NOTE else f"found {self.found}"
        return f"{self.place}: {found}{wanted}"


def row_numbers(rows: Sequence[int]) -> str:
    """Row numbers as a message shows them: "4-27, 30 and 12 more"."""
    ordered = sorted(rows)
    starts = [i for i, row in enumerate(ordered) if not i or row > ordered[i - 1] + 1]
    ends = [*starts[1:], len(ordered)] if ordered else []
    runs = [(ordered[a], ordered[b - 1]) for a, b in zip(starts, ends, strict=True)]
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:_MOST_RUNS]]
    more = sum(b - a + 1 for a, b in runs[_MOST_RUNS:])
    return ", ".join(shown) + (f" and {more} more" if more else "")


class MarginError(Exception):
    """Anything that xlmargin refuses to do, with a message a user can act on."""


class _ProblemsError(MarginError):
    """A refusal that lists its problems; the message shows the first and counts the rest."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first, more = self.problems[0], len(self.problems) - 1
        super().__init__(f"{first}." + (f" ({more} more: see XLM_CHECK.)" if more else ""))


class InputError(_ProblemsError):
    """The input cannot be read."""


class RefusedPosition(_ProblemsError):
    """The input can be read, but a position cannot be margined, so no total is answered."""


class RulebookError(MarginError):
    """A rule or parameter is unknown, incomplete, or has no value in force on the date."""


class Interrupted(MarginError):
    """The user ended the work; what is done is kept."""


def refusal_lines(error: MarginError | OSError) -> list[str]:
    """Why it is refused, a line a problem; of an error of a file, which file."""
    if isinstance(error, _ProblemsError):
        return [printed(f"{problem}.") for problem in error.problems]
    if isinstance(error, OSError) and error.filename is not None:
        return [printed(f"{error.filename}: {error.strerror}.")]
    return [printed(str(error))]


def printed(text: str) -> str:
    """Text without signs that a terminal would obey, and that no cell shows."""
    return "".join(c if c.isprintable() else "?" for c in text)
