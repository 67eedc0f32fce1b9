"""Worksheet functions that tell how often the others really worked, and where they run."""

from __future__ import annotations

import sys
from pathlib import Path

from xlmargin.excel import ranges
from xlmargin.excel.worksheet_function import Argument, ArgumentKind, Returns, worksheet_function


@worksheet_function(Returns.TABLE, after=Argument("What is answered first.", ArgumentKind.VALUES))
def COUNTED_BOOKS(after):
    """How many books were read, margined by portfolio and by strategy, since the program began."""
    del after
    margined = ranges._portfolio, ranges._strategy
    return [[len(ranges._readings), *map(len, margined)]]


@worksheet_function(after=Argument("What is answered first.", ArgumentKind.VALUES))
def RUNS_IN(after):
    """The program that this runs in, on Linux, and whether it has imported pandas."""
    del after
    return f"{Path('/proc/self/comm').read_text().strip()}, {'pandas' in sys.modules}"
