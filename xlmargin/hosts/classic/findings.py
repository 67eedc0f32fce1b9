"""What an examination finds: good or bad, in words, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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


def good(what: str, says: str) -> MachineFinding:
    """All is well."""
    return MachineFinding(FindingLevel.GOOD, what, says)


def note(what: str, says: str, mend: str = "") -> MachineFinding:
    """Nothing is wrong, but it is good to know."""
    return MachineFinding(FindingLevel.NOTE, what, says, mend)


def warning(what: str, says: str, mend: str) -> MachineFinding:
    """Something may go wrong."""
    return MachineFinding(FindingLevel.WARNING, what, says, mend)


def error(what: str, says: str, mend: str) -> MachineFinding:
    """Excel cannot call the functions, or calls other ones."""
    return MachineFinding(FindingLevel.ERROR, what, says, mend)
