# ruff: noqa: N802
"""A worksheet function that tells how often the others really worked."""

from __future__ import annotations

from xlmargin.excel import ranges
from xlmargin.excel.worksheet_function import Argument, Kind, Returns, worksheet_function


@worksheet_function(Returns.TABLE, after=Argument("What is answered first.", Kind.VALUES))
def COUNTED_BOOKS(after):
    """How many books were read, margined by portfolio and by strategy, since the program began."""
    del after
    margined = ranges._portfolio, ranges._strategy
    return [[len(ranges._readings), *map(len, margined)]]
