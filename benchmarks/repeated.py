"""What a sheet costs when it calculates again, unchanged or after a tick: CPU medians.

    python benchmarks/repeated.py

1,000 options on 20 underlyings, function by function: an unchanged range takes at most 3 ms for any
function, refusals alike; after a tick one price of an underlying has changed. Then all functions of
a sheet one after the other, each after the same tick, without cash, where MARGIN_ACCOUNT is
refused, and with it; what two other orders do; and four functions on 10,000 options on 200
underlyings, each after the same tick.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.worksheet import AS_OF, Rows, book, cpu, line
from xlmargin import computing, udfs
from xlmargin.excel.worksheet_function import REGISTRY

CASH = 5_000_000.0
"""What makes an account of the positions, whose distances to a call are then found too."""
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


APART = ("MARGIN_ONE_MORE", "MARGIN_HISTORY", "MARGIN_HISTORY_SUMMARY", "MARGIN_CHANGE")
"""Functions that no sheet asks at every tick, or of positions with dates alone."""


def asked_of_books() -> list[str]:
    """The functions of positions, market and settings."""
    wanted = ["positions", "market", "settings"]
    return [n for n, e in REGISTRY.items() if [a.name for a in e.arguments][:3] == wanted]


def sheet(positions: Rows, market: Rows, settings: Rows) -> None:
    """All functions of a sheet."""
    for name in asked_of_books():
        if name not in APART:
            getattr(udfs, name)(positions, market, settings)


def orders(ranges: tuple[Rows, Rows, Rows]) -> float:
    """CPU seconds of what an order for calls sold and puts bought does, another one each time."""
    positions, market, settings = ranges
    seconds = []
    for i in range(1, TICKS + 1):
        symbol, spot = market[i]
        strike, price = round(1.05 * float(str(spot)), 1), round(0.03 * float(str(spot)), 2)
        sold = [symbol, "call", -1.0 - i, strike, AS_OF + 58.0, price]
        bought = [symbol, "put", 1.0 + i, *positions[i][3:]]
        trades = [positions[0], sold, bought]
        seconds.append(cpu(partial(udfs.MARGIN_WHATIF, positions, trades, market, settings)))
    return statistics.median(seconds)


def main() -> None:
    ranges = book(1_000, 20)
    for name in asked_of_books():
        function = getattr(udfs, name)
        first = cpu(partial(function, *ranges))
        again = [cpu(partial(function, *ranges)) for _ in range(TIMES)]
        line(f"{name}, the first call", first)
        line(f"{name}, the same range again", statistics.median(again))
        line(f"{name}, after a tick", ticks(function, ranges))
    computing.forget()
    sheet(*ranges)
    line("all functions of a sheet, after a tick", ticks(sheet, ranges))
    positions, market, settings = ranges
    computing.forget()
    of_account = positions, market, [*settings, ["cash", CASH]]
    sheet(*of_account)
    line("the same where cash is stated", ticks(sheet, of_account))
    line("MARGIN_WHATIF, another order", orders(ranges))
    ranges = book(10_000, 200)
    ranges = ranges[0], ranges[1], [*ranges[2], ["cash", 10 * CASH]]
    for name in ("PM_REQUIREMENT", "REGT_MAINTENANCE", "PM_PATH", "MARGIN_ACCOUNT"):
        function = getattr(udfs, name)
        line(f"{name} of 10,000, the first call", cpu(partial(function, *ranges)))
        line(f"{name} of 10,000, after a tick", ticks(function, ranges))


if __name__ == "__main__":
    main()
