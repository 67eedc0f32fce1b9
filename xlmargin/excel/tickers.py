"""Symbols as they are typed: tickers of stocks, funds and indexes, and option symbols."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final, NamedTuple

from xlmargin.dates import serial_of
from xlmargin.option_symbols import looks_like_an_option, read_option_symbol

TICKER: Final = "a ticker such as XYZ or BRK.B, of at most 40 characters"
NOT_AN_OPTION: Final = -1
"""The kind of a symbol that does not name an option."""

_TICKER: Final = re.compile(r"[A-Z0-9][A-Z0-9./^_ -]{0,39}")
_MOST_REMEMBERED: Final = 65_536


class SymbolRead(NamedTuple):
    """What a symbol says: a ticker alone, or an option's root, kind, strike and expiration.

    The name is "" where the text is no symbol; strike and expiration (a serial day) are NaN where
    it is not an option's.
    """

    name: str
    kind: int
    strike: float
    expiration: float


def ticker(text: str) -> str:
    """The symbol in capitals, without the ^ or $ that marks an index; "" where it is none."""
    symbol = text.upper()
    if symbol[:1] in ("^", "$"):
        symbol = symbol[1:]
    return symbol if _TICKER.fullmatch(symbol) else ""


@lru_cache(maxsize=_MOST_REMEMBERED)
def read_symbol(text: str) -> SymbolRead:
    """The option that the text names, or else the ticker; remembered, for symbols come again."""
    option = read_option_symbol(text)
    if option is None:
        name = "" if looks_like_an_option(text) else ticker(text)
        return SymbolRead(name, NOT_AN_OPTION, math.nan, math.nan)
    return SymbolRead(option.root, int(option.right), option.strike, serial_of(option.expiration))
