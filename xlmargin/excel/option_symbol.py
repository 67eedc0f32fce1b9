"""An option symbol in a cell."""

from __future__ import annotations

from xlmargin.errors import InputError, Problem
from xlmargin.excel.plain_cells import shown
from xlmargin.option_symbols import OptionSymbol, read_option_symbol


def read_symbol(text: str) -> OptionSymbol:
    """The contract that the text names; refused where it is no option symbol."""
    symbol = read_option_symbol(text)
    if symbol is None or symbol.strike <= 0:
        wanted = "an OCC option symbol, such as XYZ   261218C00500000 or XYZ 12/18/26 C500"
        raise InputError([Problem("symbol", 0, "", shown(text), wanted)])
    return symbol
