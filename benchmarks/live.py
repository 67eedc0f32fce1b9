"""A book kept while prices tick: a tick of one underlying, and an order, beside the whole anew.

    python benchmarks/live.py [--runs 60]

One thread, processor time; the median and the 99th percentile of so many random ticks or orders,
each on the book as it was put, both regimes proven. Books are those of `benchmarks/accounts.py`: 20
positions an account. An order is read from its range and margined beside what is held.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accounts import POSITIONS, book
from benchmarks.worksheet import Rows
from xlmargin import computing
from xlmargin.both_regimes import under_portfolio_margin
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.trades import read_trades
from xlmargin.live import LiveBook
from xlmargin.strategy_margin import strategy_margin
from xlmargin.what_if import impact

SIZES = (80, 1_000, 10_000)
MOVE = 0.003
"""Standard deviation of a tick, as a fraction of the price."""


def spent(work: Callable[[], object]) -> float:
    """Processor time of one call, ms."""
    before = time.process_time()
    work()
    return 1e3 * (time.process_time() - before)


def shown(times: list[float]) -> str:
    """The median and the 99th percentile, ms."""
    return "{:.1f} ms, {:.1f} ms at the 99th percentile".format(*np.percentile(times, [50, 99]))


def print_line(what: str, says: str) -> None:
    """Print one figure."""
    print(f"{what:<52}{says}", flush=True)


def order_of(rows: Rows, i: int, quantity: float) -> Rows:
    """An order of the contract in one row of positions."""
    headings, row = rows[0], list(rows[i])
    row[headings.index("quantity")] = quantity
    return [headings, row]


def measure(positions: int, runs: int) -> None:
    """Print what a book of so many positions costs."""
    rows, market, settings = book(positions // POSITIONS)
    ranges = Ranges(rows, market, settings)
    held, random = ranges.book(), np.random.default_rng(5)
    computing.forget()
    live = LiveBook.of(held)
    whole = spent(lambda: live.figures)
    print_line(
        f"{positions:,} positions, {len(live.parts)} parts: put, both regimes", f"{whole:,.0f} ms"
    )
    listed = held.market.underlyings
    at = {listed[i].symbol: listed[i].spot for part in live.parts for i in part.underlyings}
    symbols = random.choice(sorted(at), runs).tolist()
    moves = (1 + MOVE * random.standard_normal(runs)).tolist()
    pairs = list(zip(symbols, moves, strict=True))

    def under_portfolio(symbol: str, move: float) -> object:
        return [part.portfolio.amount for part in live.ticked({symbol: at[symbol] * move}).parts]

    portfolio = [spent(lambda s=s, m=m: under_portfolio(s, m)) for s, m in pairs]
    print_line("    a tick, portfolio margin of all accounts", shown(portfolio))
    both = [spent(lambda s=s, m=m: live.ticked({s: at[s] * (2 - m)}).figures) for s, m in pairs]
    print_line("    a tick, both regimes, proven", shown(both))
    chosen = random.integers(1, positions, runs).tolist()
    orders = [order_of(rows, i, float(random.choice([-3, 3]))) for i in chosen]

    def asked(cells: Rows) -> object:
        return live.what_if(read_trades(cells, ranges.reading).accepted())

    print_line("    an order, both regimes", shown([spent(lambda c=c: asked(c)) for c in orders]))
    margins = under_portfolio_margin(held), strategy_margin(held)
    trades = [read_trades(c, ranges.reading).accepted() for c in orders[:3]]
    print_line(
        "    the same beside the whole book",
        shown([spent(lambda t=t: impact(*margins, t)) for t in trades]),
    )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60)
    runs = parser.parse_args().runs
    for positions in SIZES:
        measure(positions, runs)
    print_line("memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
