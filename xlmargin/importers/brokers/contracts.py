"""Symbols as brokers spell them: option contracts and tickers, read without guessing."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from typing import Final

from xlmargin.instruments import InstrumentKind
from xlmargin.option_symbols import INDEX_OF_ROOT, OptionSymbol, read_option_symbol

OPTION: Final = "an option symbol with root, date, right and strike"
GREATEST_STRIKE: Final = 100_000.0
"""$; an option symbol has five digits for whole dollars, and a longer strike is in other units."""

_CLASS_IN_ROOT: Final = re.compile(r"([A-Z]{1,5}) ([A-Z]{1,2})(?= \d{1,2}[A-Z]{3}\d\d )", re.ASCII)
_UNTOLD_UNITS: Final = re.compile(r".*\d{6} ?[CP] ?\d{6,7}(\.\d*)?", re.ASCII)
_SHARE: Final = re.compile(r"[A-Z0-9]{1,6}(\.[A-Z0-9]{1,3}){0,2}", re.ASCII)
_CLASS_SIGN: Final = re.compile(r"(?<=[A-Z])[/ -](?=[A-Z])", re.ASCII)
_CLASS_LENGTHS: Final = (1, 2)
"""Letters of a class of shares, such as the B of BRK.B."""
_ADJUSTED: Final = re.compile(r"[A-Z.]+\d", re.ASCII)
_CUSIP: Final = re.compile(r"\d{3}[A-Z0-9]{5}\d", re.ASCII)
_MONEY_FUND: Final = re.compile(r"[A-Z]{3}XX", re.ASCII)


def contract(text: str) -> OptionSymbol | None:
    """The contract that a broker's symbol names; None where it names none.

    A compact symbol with a strike of six or seven digits is none, nor is a strike of 100,000 or
    more: it stands in units that the symbol does not tell.
    """
    plain = " ".join(text.upper().replace("\u2019", "'").split())
    if _UNTOLD_UNITS.fullmatch(plain):
        return None
    option = read_option_symbol(_CLASS_IN_ROOT.sub(r"\1\2", plain))
    if option is None or not 0 < option.strike < GREATEST_STRIKE:
        return None
    return replace(option, root=option.root.replace("/", ""))


def ticker(text: str) -> str:
    """A share's symbol with a point before its class, such as BRK.B; "" where it is none."""
    symbol = _CLASS_SIGN.sub(".", " ".join(text.upper().split()))
    return symbol if _SHARE.fullmatch(symbol) else ""


def is_bond(symbol: str) -> bool:
    """Whether a symbol is a CUSIP number, as bonds and notes have."""
    return bool(_CUSIP.fullmatch(symbol))


def is_money_fund(symbol: str) -> bool:
    """Whether a fund's ticker says that it is a money market fund: five letters that end in XX."""
    return bool(_MONEY_FUND.fullmatch(symbol))


def is_adjusted(root: str) -> bool:
    """Whether an option root ends in a digit, as those of adjusted contracts do.

    What such a contract delivers is not 100 shares, and its symbol does not say what.
    """
    return bool(_ADJUSTED.fullmatch(root))


def underlying_of(root: str, shares: Container[str]) -> str:
    """The underlying of an option root: an index, or a class of the shares that are held."""
    if root in INDEX_OF_ROOT:
        return INDEX_OF_ROOT[root]
    classes = (f"{root[:-length]}.{root[-length:]}" for length in _CLASS_LENGTHS)
    return next((share for share in classes if share in shares), root)


def right_of(text: str) -> InstrumentKind | None:
    """Call or put, from a word such as C, PUT or Call; None where it is neither."""
    kinds = {"c": InstrumentKind.CALL, "call": InstrumentKind.CALL}
    kinds |= {"p": InstrumentKind.PUT, "put": InstrumentKind.PUT}
    return kinds.get(text.casefold())
