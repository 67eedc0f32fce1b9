"""Every error that xlmargin raises on purpose.

```
MarginError                    something was refused; the message is fit for a cell
├── InputError                 cells or a file that cannot be read: one or more problems, by row
├── RefusedPosition            positions that can be read but not margined: unpriced, ineligible
└── RulebookError              a rule that is unknown, incomplete, or not in force on the date
```

A message says what was found and where, why it is refused, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class RowRef(NamedTuple):
    """A row as the user sees it: the range, or file, and its number there."""

    range: str
    row: int

    def __str__(self) -> str:
        """How a message about positions names it: "7", "7 of trades"."""
        return f"{self.row}" if self.range == "positions" else f"{self.row} of {self.range}"


class Severity(StrEnum):
    """Whether a problem refuses the answer or only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing found in the input that is not what was wanted.

    `row` is the row of the range, 1 for the headings, so that it is the sheet's row where the
    range starts in row 1; 0 where the whole range is meant. `column` is the heading, or "" where
    no single column is meant.
    """

    range: str
    row: int
    column: str
    found: str
    wanted: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        places = [self.range, f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(p for p in places if p)}: found {self.found}, wanted {self.wanted}"


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
