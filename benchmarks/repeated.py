"""What a sheet costs when it calculates again, unchanged or after a tick: CPU medians.

    python benchmarks/repeated.py

1,000 options on 20 underlyings, function by function: an unchanged range takes at most 3 ms for any
function, refusals alike; after a tick one price of an underlying has changed. Then both regimes on
10,000 options on 200 underlyings.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.worksheet import Rows, book, cpu, line
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY

TIMES = 50
TICKS = 7


def ticks(function: Callable[..., object], ranges: tuple[Rows, Rows, Rows]) -> float:
    """CPU seconds of a call after one price has changed, another one each time."""
    positions, market, settings = ranges
    seconds = []
    for i in range(1, TICKS + 1):
        moved = [[*row] for row in market]
        moved[i][1] = round(float(str(moved[i][1])) * 1.001, 2)
        seconds.append(cpu(partial(function, positions, moved, settings)))
    return statistics.median(seconds)


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
            line(f"{name}, after a tick", ticks(function, ranges))
    ranges = book(10_000, 200)
    for name in ("PM_REQUIREMENT", "REGT_MAINTENANCE"):
        function = getattr(udfs, name)
        line(f"{name} of 10,000, the first call", cpu(partial(function, *ranges)))
        line(f"{name} of 10,000, after a tick", ticks(function, ranges))


if __name__ == "__main__":
    main()
