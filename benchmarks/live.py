"""A book kept while prices tick: a tick of one underlying, and an order, beside the whole anew.

    python benchmarks/live.py [--runs 60]
    python benchmarks/live.py --ticks 10000

One thread, processor time; the median and the 99th percentile of so many random ticks or orders,
each on the book as it was put. Books are those of `benchmarks/accounts.py`: 20 positions an
account. An order is read from its range and margined beside what is held. With `--ticks` the
largest book alone: so many prices, fifty at once, beside the whole book margined at the last of
them, and what memory they take.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accounts import POSITIONS, book
from benchmarks.worksheet import Rows
from xlmargin import computing
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.trades import read_trades
from xlmargin.live import LiveBook, impact_on_account, repriced
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import strategy_margin
from xlmargin.what_if import impact
from xlmargin.what_if.impact import figures_of

SIZES = (80, 1_000, 10_000)
AT_ONCE, WARM = 50, 20
"""Prices of one batch, and batches before memory is looked at."""
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

    def bounded(symbol: str, move: float) -> object:
        return live.ticked({symbol: at[symbol] * move}).bounded().now

    live = live.proven()
    bound = [spent(lambda s=s, m=m: bounded(s, m)) for s, m in pairs]
    print_line("    a tick, portfolio margin and what bounds the other", shown(bound))
    both = [spent(lambda s=s, m=m: live.ticked({s: at[s] * (2 - m)}).figures) for s, m in pairs]
    print_line("    a tick, both regimes, proven", shown(both))
    chosen = random.integers(1, positions, runs).tolist()
    orders = [order_of(rows, i, float(random.choice([-3, 3]))) for i in chosen]

    def asked(cells: Rows) -> object:
        trades = read_trades(cells, ranges.reading).accepted()
        return impact_on_account(live, "", held, trades)

    print_line("    an order, both regimes", shown([spent(lambda c=c: asked(c)) for c in orders]))
    margins = under_portfolio_margin(held), strategy_margin(held)
    trades = [read_trades(c, ranges.reading).accepted() for c in orders[:3]]
    print_line(
        "    the same beside the whole book",
        shown([spent(lambda t=t: impact(*margins, t)) for t in trades]),
    )


def memory() -> float:
    """Most memory that was held at once, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def many_ticks(ticks: int) -> None:
    """Print what so many prices cost, and how far the last figures are from the whole book's."""
    first = Ranges(*book(SIZES[-1] // POSITIONS)).book()
    live, random = LiveBook.of(first).proven(), np.random.default_rng(5)
    listed = first.market.underlyings
    at = {listed[i].symbol: listed[i].spot for part in live.parts for i in part.underlyings}
    taken, held = [], 0.0
    for n in range(ticks // AT_ONCE):
        moved = {s: at[s] * (1 + 0.1 * MOVE * float(random.standard_normal()))
                 for s in random.choice([*at], AT_ONCE).tolist()}  # fmt: skip
        at |= moved
        before = time.process_time()
        live = live.ticked(moved).bounded()
        _ = live.now
        taken.append(1e3 * (time.process_time() - before))
        held = held or (memory() if n == WARM else 0.0)
    print_line(f"{ticks:,} prices, {AT_ONCE} at once", shown(taken))
    print_line("    memory after the first of them, and more after all",
               f"{held:,.0f} MB, {memory() - held:,.0f} MB")  # fmt: skip
    proving = spent(lambda: live.proven())
    print_line("    all of it proven then", f"{proving:,.0f} ms")
    now, anew = live.proven().now, figures_of(repriced(first, live.book.market))
    names = [f.name for f in fields(anew) if f.name != "by_name"]
    off = max(float(np.abs(getattr(now, n) - getattr(anew, n)).max()) for n in names)
    print_line("    the largest difference from the whole book", f"${off:.1e}")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--ticks", type=int)
    asked = parser.parse_args()
    if asked.ticks:
        many_ticks(asked.ticks)
        return
    for positions in SIZES:
        measure(positions, asked.runs)
    print_line("memory", f"{memory():,.0f} MB")


if __name__ == "__main__":
    main()
