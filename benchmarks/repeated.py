"""What an unchanged range costs when a sheet calculates again: CPU medians, function by function.

    python benchmarks/repeated.py

1,000 options on 20 underlyings, at most 3 ms for any function; refusals are remembered alike.
"""

from __future__ import annotations

import statistics
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.worksheet import book, cpu, line
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY

TIMES = 50


def main() -> None:
    ranges = book(1_000, 20)
    for name, entry in REGISTRY.items():
        if [argument.name for argument in entry.arguments][:3] == [
            "positions",
            "market",
            "settings",
        ]:
            function = getattr(udfs, name)
            first = cpu(partial(function, *ranges))
            again = [cpu(partial(function, *ranges)) for _ in range(TIMES)]
            line(f"{name}, the first call", first)
            line(f"{name}, the same range again", statistics.median(again))


if __name__ == "__main__":
    main()
