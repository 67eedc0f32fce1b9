"""Time a margin requirement through the worksheet call, its parsing included, beside QuantLib.

    python benchmarks/worksheet.py [--positions 10000] [--runs 3]

One thread, CPU time, medians; ours and QuantLib's loop take turns in one run, so that the ratio
holds on a machine whose speed drifts. QuantLib's loop is the best that was found: one process and
engine, quotes moved, the fast scheme of its fixed-point engine, a secant for the volatility. It
does no parsing, no netting and no explaining.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import QuantLib as ql

sys.path.insert(0, str(Path(__file__).parents[1]))

from xlmargin import computing, udfs
from xlmargin.pricing import OptionTerms, theoretical_value

AS_OF, RATE = 46_346, 0.045
DAYS = (30, 58, 93, 184, 365, 700)
SHORT = 1_000
"""Positions of all runs together, at least: a short call is timed as often as that takes."""
MOVES = [m / 100 for m in (-15, -12, -9, -6, -3, 3, 6, 9, 12, 15)]

Rows = list[list[object]]


def book(positions: int, underlyings: int) -> tuple[Rows, Rows, Rows]:
    """American options on invented stocks, priced to the cent; a market; settings."""
    random = np.random.default_rng(7)
    spot = np.round(random.uniform(20, 500, underlyings), 2)
    of = np.arange(positions) % underlyings
    strike = np.round(spot[of] * random.uniform(0.85, 1.15, positions), 1)
    days = random.choice(DAYS, positions)
    call = random.random(positions) < 0.5
    none = np.zeros((positions, 0))
    years, rate, zero = days / 365, np.full(positions, RATE), np.zeros(positions)
    american = np.ones(positions, dtype=bool)
    contracts = OptionTerms(call, american, strike, years, rate, zero, none, none)
    volatility = random.uniform(0.2, 0.6, positions)
    value = theoretical_value(contracts, spot[of][:, None], volatility)[:, 0]
    price = np.round(value, 2) + 0.01
    intrinsic = np.maximum(np.where(call, spot[of] - strike, strike - spot[of]), 0.0)
    price = np.maximum(price, np.round(intrinsic * (1 + RATE * years) + 0.05, 2))
    quantity = random.choice([-5, -2, -1, 1, 3], positions)
    names = ("symbol", "type", "quantity", "strike", "expiration", "price")
    columns = zip(
        [f"U{i}" for i in of],
        np.where(call, "call", "put").tolist(),
        quantity.astype(float).tolist(),
        strike.tolist(),
        (AS_OF + days).astype(float).tolist(),
        price.tolist(),
        strict=True,
    )
    market = [["symbol", "price"], *([f"U{i}", float(s)] for i, s in enumerate(spot))]
    settings: Rows = [["name", "value"], ["as_of", float(AS_OF)], ["rate", RATE]]
    return [list(names), *map(list, columns)], market, settings


class Peer:
    """QuantLib on the same rows: volatility by a secant, then ten values, position by position."""

    def __init__(self) -> None:
        self.today = ql.Date(15, 6, 2026)
        ql.Settings.instance().evaluationDate = self.today
        day_count = ql.Actual365Fixed()
        self.spot, self.volatility = ql.SimpleQuote(100.0), ql.SimpleQuote(0.2)
        flat = ql.YieldTermStructureHandle(ql.FlatForward(self.today, RATE, day_count))
        none = ql.YieldTermStructureHandle(ql.FlatForward(self.today, 0.0, day_count))
        quote = ql.QuoteHandle(self.volatility)
        surface = ql.BlackConstantVol(self.today, ql.NullCalendar(), quote, day_count)
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(self.spot), none, flat, ql.BlackVolTermStructureHandle(surface)
        )
        self.engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.fastScheme())

    def requirement(self, rows: Rows, market: Rows) -> float:
        spots = {str(row[0]): float(str(row[1])) for row in market[1:]}
        arrays = {name: np.zeros(len(MOVES)) for name in spots}
        for symbol, kind, quantity, strike, expiration, price in rows[1:]:
            right = ql.Option.Call if kind == "call" else ql.Option.Put
            exercise = ql.AmericanExercise(self.today, self.today + int(expiration) - AS_OF)
            option = ql.VanillaOption(ql.PlainVanillaPayoff(right, strike), exercise)
            option.setPricingEngine(self.engine)
            self.spot.setValue(spots[symbol])
            self._imply(option, price)
            values = []
            for move in MOVES:
                self.spot.setValue(spots[symbol] * (1 + move))
                values.append(option.NPV())
            arrays[symbol] += 100 * quantity * (np.array(values) - price)
        return sum(max(0.0, -array.min()) for array in arrays.values())

    def _imply(self, option: ql.VanillaOption, price: float) -> None:
        def miss(volatility: float) -> float:
            self.volatility.setValue(volatility)
            return float(option.NPV()) - price

        one, two = 0.3, 0.35
        miss_one, miss_two = miss(one), miss(two)
        for _ in range(20):
            if abs(miss_two) < 1e-8 * price or miss_two == miss_one:
                return
            step = miss_two * (two - one) / (miss_two - miss_one)
            one, miss_one, two = two, miss_two, min(max(two - step, 0.01), 4.0)
            miss_two = miss(two)


def cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def fresh(ranges: tuple[Rows, Rows, Rows]) -> float:
    """CPU seconds of the first call on ranges that were not seen before."""
    computing.forget()
    return cpu(lambda: udfs.PM_REQUIREMENT(*ranges))


def line(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:<46}{1000 * seconds:>10.1f} ms  {more}")


def beside_quantlib(positions: int, runs: int) -> None:
    ranges = book(positions, max(1, positions // 50))
    peer = Peer()
    fresh(book(100, 2))
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(fresh(ranges))
        theirs.append(cpu(lambda: peer.requirement(*ranges[:2])))
    line(f"PM_REQUIREMENT, {positions:,} positions", statistics.median(ours))
    ratios = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
    line("QuantLib's loop on the same", statistics.median(theirs), f"{ratios:.1f} times ours")
    answer, expected = udfs.PM_REQUIREMENT(*ranges), peer.requirement(*ranges[:2])
    print(f"{'':<46}requirement {answer:,.2f}; QuantLib, without minimums, {expected:,.2f}")


def by_size(runs: int) -> None:
    for positions in (10, 100, 1_000, 10_000, 100_000):
        ranges = book(positions, max(1, positions // 50))
        times = max(runs, SHORT // positions)
        first = statistics.median(fresh(ranges) for _ in range(times))
        again = statistics.median(
            cpu(lambda ranges=ranges: udfs.PM_REQUIREMENT(*ranges)) for _ in range(runs)
        )
        line(
            f"{positions:>7,} positions, first call",
            first,
            f"{1e6 * first / positions:.0f} us each",
        )
        line(f"{positions:>7,} positions, unchanged range", again)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'greatest memory of the process':<46}{peak:>10.0f} MB")


def import_time(runs: int) -> None:
    root = Path(__file__).parents[1]
    script = (
        "import time; t = time.process_time(); import xlmargin.udfs; print(time.process_time() - t)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True).stdout)
        for _ in range(runs)
    ]
    line("import xlmargin.udfs, a fresh interpreter", statistics.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    import_time(options.runs)
    by_size(options.runs)
    beside_quantlib(options.positions, options.runs)


if __name__ == "__main__":
    main()
