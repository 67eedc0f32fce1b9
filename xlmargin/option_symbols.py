"""OCC option symbols, in every usual spelling.

The Options Symbology Initiative (OCC, 2010) spells a listed option in 21 characters: a root of six,
padded with blanks, the expiration as yymmdd, C or P, and the strike in thousandths of a dollar in
eight digits. Brokers drop the padding, put points or slashes into the date, or write the strike in
dollars; all of these mean the same contract.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from xlmargin.instruments import InstrumentKind

_ROOT: Final = r"(?P<root>[A-Z][A-Z0-9./]{0,5}?)"
_RIGHT: Final = r"(?P<right>C|P|CALL|PUT)"
_DOLLARS: Final = r"\$?(?P<dollars>\d{1,7}(?:\.\d{1,4})?)"

_SLASHED: Final = r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})"
_ISO: Final = r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_DAY_FIRST: Final = r"(?P<d>\d{1,2})[ ]?(?P<mon>[A-Z]{3})[ ]?'?(?P<y>\d{4}|\d{2})"
_MONTH_FIRST: Final = r"(?P<mon>[A-Z]{3})[ ]?(?P<d>\d{1,2}),?[ ]+'?(?P<y>\d{4}|\d{2})"

_SPELLINGS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        # XYZ   261218C00500000, with or without padding
        rf"[.-]?{_ROOT}[ _]*(?P<ymd>\d{{6}})(?P<right>[CP])(?P<thousandths>\d{{8}})",
        # XYZ261218C500, .XYZ261218C500, XYZ 261218 C 500
        rf"[.-]?{_ROOT}[ _]*(?P<ymd>\d{{6}})[ ]*{_RIGHT}[ ]*{_DOLLARS}",
        # XYZ 12/18/26 C500, XYZ 12/18/2026 500.00 C
        rf"{_ROOT}[ ]+{_SLASHED}[ ]+{_RIGHT}[ ]*{_DOLLARS}",
        rf"{_ROOT}[ ]+{_SLASHED}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        # XYZ 2026-12-18 C500, XYZ 2026-12-18 500 C
        rf"{_ROOT}[ ]+{_ISO}[ ]+{_RIGHT}[ ]*{_DOLLARS}",
        rf"{_ROOT}[ ]+{_ISO}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        # XYZ 18DEC26 500 C, XYZ DEC 18 '26 $500 CALL
        rf"{_ROOT}[ ]+{_DAY_FIRST}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        rf"{_ROOT}[ ]+{_MONTH_FIRST}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
    )
)
_MONTHS: Final = tuple(month.upper() for month in calendar.month_abbr[1:])

LONGEST_SYMBOL: Final = 40
"""Characters in the longest spelling; anything longer is not a symbol."""


INDEX_OF_ROOT: Final = {"SPXW": "SPX", "NDXP": "NDX", "RUTW": "RUT", "VIXW": "VIX", "XEO": "OEX"}
"""Option roots listed beside an index's own: their options deliver the index on the right."""


SETTLED_AT_OPEN: Final = frozenset({"SPX", "NDX", "RUT", "VIX", "VIXW", "DJX"})
"""Roots whose options settle at the open of their day; all others at its close."""

_ADJUSTED: Final = re.compile(r"([A-Z]+)[1-9]")


def adjusted_root(root: str) -> str:
    """The plain root of an adjusted one, "XYZ" of "XYZ1"; "" where a root is not adjusted."""
    match = _ADJUSTED.fullmatch(root)
    return match[1] if match else ""


@dataclass(frozen=True)
class OptionSymbol:
    """What an option symbol says: the contract, not its multiplier or style.

    `root` is the option root (SPXW, not SPX); `strike` is in dollars per unit.
    """

    root: str
    expiration: dt.date
    right: InstrumentKind
    strike: float

    def __str__(self) -> str:
        """The symbol in OCC's own 21 characters."""
        right = self.right.name[0]
        return f"{self.root:<6}{self.expiration:%y%m%d}{right}{round(self.strike * 1000):08d}"


def read_option_symbol(text: str) -> OptionSymbol | None:
    """The contract that an option symbol names; None where the text is no option symbol.

    A date that does not exist, such as 30 February, makes the text no option symbol either.
    """
    text = text.strip().upper()
    if len(text) > LONGEST_SYMBOL or not any(c.isdigit() for c in text):
        return None
    for spelling in _SPELLINGS:
        if match := spelling.fullmatch(text):
            return _from_match(match.groupdict())
    return None


def _from_match(found: dict[str, str | None]) -> OptionSymbol | None:
    expiration = _expiration(found)
    if expiration is None:
        return None
    if thousandths := found.get("thousandths"):
        strike = int(thousandths) / 1000
    else:
        strike = float(found["dollars"] or 0)
    right = InstrumentKind.CALL if (found["right"] or "")[0] == "C" else InstrumentKind.PUT
    return OptionSymbol(found["root"] or "", expiration, right, strike)


def _expiration(found: dict[str, str | None]) -> dt.date | None:
    if ymd := found.get("ymd"):
        year, month, day = int(ymd[:2]), int(ymd[2:4]), int(ymd[4:])
    else:
        year, day = int(found["y"] or 0), int(found["d"] or 0)
        name = found.get("mon")
        if name is not None and name not in _MONTHS:
            return None
        month = _MONTHS.index(name) + 1 if name else int(found["m"] or 0)
    try:
        return dt.date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None
