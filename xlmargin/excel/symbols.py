"""What a symbol of a range of positions says by itself: a ticker, or an option."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from xlmargin import option_symbols
from xlmargin.arrays import BoolArray, Names
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import is_error, text_of
from xlmargin.dates import serial_of
from xlmargin.known_instruments import KNOWN

TICKER: Final = "a ticker such as XYZ or BRK.B on a US market, of at most 40 characters"
CASH_SYMBOL: Final = "CASH"
"""Symbol of cash that has none of its own."""
TICKER_PATTERN: Final = re.compile(
    r"(?=.{1,40}$)(?:[A-Z]{1,5} [A-Z]{1,2}|[A-Z0-9](?:[A-Z0-9./^_-]*[A-Z0-9])?)", re.ASCII
)

NO_OPTION: Final = -1


class SymbolRead(NamedTuple):
    """What a symbol says: a ticker alone, or an option's root, kind, strike and expiration.

    The name is "" where the text is no symbol; numbers are NaN where it does not say them.
    """

    name: str
    kind: int = NO_OPTION
    strike: float = np.nan
    expiration: float = np.nan
    multiplier: float = np.nan


@lru_cache(maxsize=65_536)
def read_symbol(text: str) -> SymbolRead:
    """The option that a text names, or else the ticker; remembered, for symbols come again."""
    option = option_symbols.read_option_symbol(text)
    if option is None:
        return SymbolRead("" if option_symbols.looks_like_an_option(text) else ticker(text))
    return SymbolRead(
        option.root,
        int(option.right),
        option.strike,
        serial_of(option.expiration),
        np.nan if option.multiplier is None else option.multiplier,
    )


@lru_cache(maxsize=65_536)
def ticker(text: str) -> str:
    """The ticker that a text is, a class of shares with a point; "" where it is none; remembered.

    A blank stands before a class alone, and a C or P behind it may be a right as well.
    """
    symbol = option_symbols.without_market(" ".join(text.upper().split()))
    symbol = symbol[1:] if symbol[:1] in ("^", "$") else symbol
    if (
        is_error(text)
        or option_symbols.is_of_no_us_market(symbol)
        or not TICKER_PATTERN.fullmatch(symbol)
    ):
        return ""
    known = KNOWN.ticker(symbol)
    if symbol.isalpha() or known != symbol:
        return known
    if symbol[-2:] in (" C", " P"):
        return ""
    return KNOWN.ticker(option_symbols.share_ticker(symbol) or symbol)


def named_treasuries(table: RangeTable, names: Names, is_treasury: BoolArray) -> Names:
    """The symbols' names; that of a Treasury security is its text, for a CUSIP is no ticker."""
    texts = [text_of(cell).upper() for cell in table.cells("symbol")]
    columns = zip(texts, names, is_treasury.tolist(), strict=True)
    return Names.of(
        [
            text if treasury and TICKER_PATTERN.fullmatch(text) else name
            for text, name, treasury in columns
        ]
    )
