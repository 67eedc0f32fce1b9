"""What is to be said where the known meets the stated; whoever reads the range places it."""

from __future__ import annotations

from dataclasses import dataclass

from xlmargin.errors import Severity


@dataclass(frozen=True)
class Finding:
    """One thing to say of one underlying.

    `field` is the market's column ("" where none is meant), `stated` what the market says there
    ("" for nothing), `known` what the tables say, and `source` where they have it. `text` is the
    whole of it in words, for a list of problems; `wanted` what to do ("" for a note).
    """

    severity: Severity
    symbol: str
    field: str
    known: str
    stated: str
    source: str
    text: str
    wanted: str = ""
