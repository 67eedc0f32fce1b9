"""What an examination finds: good or bad, in words, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

INSTALL: Final = "run: xlmargin install"


class FindingLevel(StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class MachineFinding:
    """One thing that was looked at."""

    level: FindingLevel
    what: str
    says: str
    mend: str = ""


good = partial(MachineFinding, FindingLevel.GOOD)
"""All is well."""
note = partial(MachineFinding, FindingLevel.NOTE)
"""Nothing is wrong, but it is good to know."""
warning = partial(MachineFinding, FindingLevel.WARNING)
"""Something may go wrong."""
error = partial(MachineFinding, FindingLevel.ERROR)
"""Excel cannot call the functions, or calls other ones."""
