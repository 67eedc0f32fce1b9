"""What an examination finds: good or bad, in words, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

INSTALL: Final = "run: xlmargin install"


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    says: str
    mend: str = ""


def good(what: str, says: str) -> Finding:
    """All is well."""
    return Finding(Level.GOOD, what, says)


def note(what: str, says: str, mend: str = "") -> Finding:
    """Nothing is wrong, but it is good to know."""
    return Finding(Level.NOTE, what, says, mend)


def warning(what: str, says: str, mend: str) -> Finding:
    """Something may go wrong."""
    return Finding(Level.WARNING, what, says, mend)


def error(what: str, says: str, mend: str) -> Finding:
    """Excel cannot call the functions, or calls other ones."""
    return Finding(Level.ERROR, what, says, mend)
