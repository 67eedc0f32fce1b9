"""Time and accuracy of pricing, side by side with QuantLib: `python benchmarks/pricing.py`.

Workload: American options on stocks, fifty to an underlying; implied volatilities from prices, then
values at ten spots, 15% down to 15% up. QuantLib runs its fastest American engine (QdFp, fast
scheme) contract by contract with the same secant, started from its own European inversion, and
reprices at the ten spots. Times are processor seconds of one thread, medians of runs that alternate
between the two. European volatilities are timed beside pyvolr's, compiled code by Jaeckel's method,
where that is installed (`pip install pyvolr`). Accuracy is against QuantLib's high precision scheme
and its finite differences.

With `--earlier PATH`, another checkout of this repository, the same work with cash dividends is
done by it and by this one in turns: how many times as long it takes now.
"""

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import QuantLib as ql

ROOT = Path(os.environ.get("PRICING_OF", Path(__file__).parents[1]))
sys.path.insert(0, str(ROOT))

from xlmargin.pricing import OptionTerms, implied_volatility, theoretical_value

MOVES = np.linspace(-0.15, 0.15, 10)
TODAY = ql.Date(15, 6, 2026)
ACTUAL_365 = ql.Actual365Fixed()


def book(
    n: int, dividends: int, seed: int = 7
) -> tuple[OptionTerms, np.ndarray, np.ndarray, np.ndarray]:
    """Options on n / 50 stocks, with spots, volatilities and days to expiry."""
    rng = np.random.default_rng(seed)
    stocks = max(1, n // 50)
    stock = rng.integers(0, stocks, n)
    spot = rng.uniform(20, 300, stocks)[stock]
    volatility = rng.uniform(0.15, 0.60, stocks)[stock]
    days = rng.integers(5, 500, n)
    ex_days = rng.integers(1, 91, stocks)[stock][:, None] + 91 * np.arange(dividends)
    contracts = OptionTerms(
        call=rng.random(n) < 0.5,
        american=np.ones(n, bool),
        strike=spot * np.exp(rng.normal(0, 0.15, n)),
        years=days / 365,
        rate=np.full(n, 0.045),
        dividend_yield=np.where(rng.random(stocks) < 0.5, 0, rng.uniform(0, 0.04, stocks))[stock],
        dividend_years=ex_days / 365,
        dividend_amounts=0.006 * spot[:, None] * np.ones(dividends),
    )
    return contracts, spot, volatility, days


def ours(contracts: OptionTerms, spot: np.ndarray, price: np.ndarray) -> np.ndarray:
    volatility = implied_volatility(contracts, spot, price).volatility
    return theoretical_value(contracts, spot[:, None] * (1 + MOVES), volatility)


class QuantLibLoop:
    """One process with quotes that are set for each contract, one engine."""

    def __init__(self, scheme: ql.QdFpIterationScheme) -> None:
        ql.Settings.instance().evaluationDate = TODAY
        self.quotes = [ql.SimpleQuote(value) for value in (100.0, 0.0, 0.0, 0.2)]
        spot, rate, dividend_yield, volatility = (ql.QuoteHandle(quote) for quote in self.quotes)
        flat = ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, ACTUAL_365)
        process = ql.BlackScholesMertonProcess(
            spot,
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend_yield, ACTUAL_365)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, ACTUAL_365)),
            ql.BlackVolTermStructureHandle(flat),
        )
        self.engine = ql.QdFpAmericanEngine(process, scheme)

    def option(self, contracts: OptionTerms, days: np.ndarray, i: int) -> ql.VanillaOption:
        """Contract `i` as QuantLib's option, with the engine of this loop."""
        right = ql.Option.Call if contracts.call[i] else ql.Option.Put
        payoff = ql.PlainVanillaPayoff(right, float(contracts.strike[i]))
        option = ql.VanillaOption(payoff, ql.AmericanExercise(TODAY, TODAY + int(days[i])))
        option.setPricingEngine(self.engine)
        return option

    def set_market(self, contracts: OptionTerms, i: int, spot: float, volatility: float) -> None:
        """Set the quotes to the market of contract `i`."""
        rate, dividend_yield = float(contracts.rate[i]), float(contracts.dividend_yield[i])
        for quote, value in zip(
            self.quotes, (float(spot), rate, dividend_yield, float(volatility)), strict=True
        ):
            quote.setValue(value)

    def volatility(
        self, contracts: OptionTerms, option: ql.VanillaOption, i: int, price: float
    ) -> float:
        """Secant on volatility from the European implied volatility; NaN if there is none."""
        years, strike = float(contracts.years[i]), float(contracts.strike[i])
        spot, quote = self.quotes[0].value(), self.quotes[3]
        discount = math.exp(-contracts.rate[i] * years)
        forward = spot * math.exp((contracts.rate[i] - contracts.dividend_yield[i]) * years)
        right = ql.Option.Call if contracts.call[i] else ql.Option.Put
        try:
            deviation = ql.blackFormulaImpliedStdDev(right, strike, forward, price, discount)
        except RuntimeError:
            return math.nan
        trial = max(deviation / math.sqrt(years), 0.01)
        before, excess_before = trial * 1.01, None
        for _ in range(20):
            quote.setValue(trial)
            excess = option.NPV() - price
            if abs(excess) <= 1e-8 * strike:
                return trial
            if excess_before is None:
                quote.setValue(before)
                excess_before = option.NPV() - price
            if excess == excess_before:
                return math.nan
            step = excess * (trial - before) / (excess - excess_before)
            before, excess_before = trial, excess
            trial = min(max(trial - step, 0.5 * trial), 2 * trial)
        return math.nan

    def run(
        self, contracts: OptionTerms, spot: np.ndarray, days: np.ndarray, price: np.ndarray
    ) -> np.ndarray:
        """The workload, one contract after another."""
        values = np.full((len(contracts), len(MOVES)), np.nan)
        for i in range(len(contracts)):
            option = self.option(contracts, days, i)
            self.set_market(contracts, i, spot[i], 0.3)
            volatility = self.volatility(contracts, option, i, float(price[i]))
            if math.isnan(volatility):
                continue
            self.quotes[3].setValue(volatility)
            for point, move in enumerate(MOVES):
                self.quotes[0].setValue(float(spot[i] * (1 + move)))
                values[i, point] = option.NPV()
        return values


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare_speed(n: int, runs: int) -> None:
    contracts, spot, volatility, days = book(n, 0)
    price = theoretical_value(contracts, spot, volatility)[:, 0]
    loop = QuantLibLoop(ql.QdFpAmericanEngine.fastScheme())
    ours(contracts, spot, price)
    times = [
        (
            seconds(lambda: ours(contracts, spot, price)),
            seconds(lambda: loop.run(contracts, spot, days, price)),
        )
        for _ in range(runs)
    ]
    mine, theirs = (median(column) for column in zip(*times, strict=True))
    row = f"{n:>9,}  {'yield':<14}{mine:>10.4f}{theirs:>12.4f}{theirs / mine:>8.1f}x"
    print(row + f"{1e6 * mine / n:>12.1f}")


def time_dividends(n: int, runs: int) -> None:
    contracts, spot, volatility, _ = book(n, 4)
    price = theoretical_value(contracts, spot, volatility)[:, 0]
    mine = median(seconds(lambda: ours(contracts, spot, price)) for _ in range(runs))
    print(f"{n:>9,}  {'4 cash':<14}{mine:>10.4f}{'-':>12}{'-':>9}{1e6 * mine / n:>12.1f}")


def compare_european(n: int, runs: int) -> None:
    """Implied volatilities of European options beside a compiled library's."""
    try:
        from pyvolr import bs
    except ImportError:
        print(f"{n:>9,}  skipped: pyvolr is not installed")
        return
    contracts, spot, volatility, _ = book(n, 0)
    contracts = replace(contracts, american=np.zeros(n, bool))
    price = theoretical_value(contracts, spot, volatility)[:, 0]
    right = np.where(contracts.call, 1, -1)
    terms = (right, spot, contracts.strike, contracts.years, contracts.rate)
    times = [
        (
            seconds(lambda: implied_volatility(contracts, spot, price)),
            seconds(
                lambda: bs.implied_vol(price, *terms, contracts.dividend_yield, on_error="ignore")
            ),
        )
        for _ in range(5 * runs)
    ]
    mine, theirs = (1e6 * median(column) / n for column in zip(*times, strict=True))
    print(f"{n:>9,}  {'':<14}{mine:>10.2f}{theirs:>12.2f}{mine / theirs:>8.2f}x")


def seconds_with_dividends(n: int) -> float:
    contracts, spot, volatility, _ = book(n, 4)
    price = theoretical_value(contracts, spot, volatility)[:, 0]
    return seconds(lambda: ours(contracts, spot, price))


def answer_seconds() -> None:
    """Be one of the two that are compared: a number of options a line, the seconds they took."""
    for line in sys.stdin:
        print(seconds_with_dividends(int(line)), flush=True)


def compare_checkouts(earlier: str, sizes: list[int], runs: int) -> None:
    """Medians of each checkout in a process of its own, and of the ratios, in turns."""
    sides = [
        subprocess.Popen(
            [sys.executable, __file__, "--answer"],
            env={**os.environ, "PRICING_OF": str(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for path in (earlier, ROOT)
    ]
    print(f"{'options':>9}  {'4 cash':<14}{'earlier':>10}{'now':>12}{'ratio':>9}")
    for n in sizes:
        times = []
        for _ in range(runs + 1):
            took = []
            for side in sides:
                side.stdin.write(f"{n}\n")
                side.stdin.flush()
                took.append(float(side.stdout.readline()))
            times.append(took)
        before, now = (median(column) for column in zip(*times[1:], strict=True))
        ratio = median(new / old for old, new in times[1:])
        print(f"{n:>9,}  {'':<14}{before:>10.4f}{now:>12.4f}{ratio:>8.2f}x")
    for side in sides:
        side.stdin.close()
        side.wait()


def report(name: str, error: np.ndarray) -> None:
    print(
        f"{name:<44}{len(error):>7,}{math.sqrt((error**2).mean()):>11.1e}{abs(error).max():>11.1e}"
    )


def wide_accuracy(n: int) -> None:
    rng = np.random.default_rng(5)
    days = np.exp(rng.uniform(0, math.log(1095), n)).astype(int)
    contracts = OptionTerms(
        call=rng.random(n) < 0.5,
        american=np.ones(n, bool),
        strike=np.full(n, 100.0),
        years=days / 365,
        rate=rng.uniform(-0.01, 0.10, n),
        dividend_yield=np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0, 0.10, n)),
        dividend_years=np.zeros((n, 0)),
        dividend_amounts=np.zeros((n, 0)),
    )
    spot = 100 * np.exp(rng.uniform(-math.log(2), math.log(2), n))
    volatility = np.exp(rng.uniform(math.log(0.05), math.log(2), n))
    loop = QuantLibLoop(ql.QdFpAmericanEngine.highPrecisionScheme())
    expected = np.empty(n)
    for i in range(n):
        option = loop.option(contracts, days, i)
        loop.set_market(contracts, i, spot[i], volatility[i])
        expected[i] = option.NPV()
    error = theoretical_value(contracts, spot, volatility)[:, 0] - expected
    report("American, against QdFp high precision", error / 100)


def finite_differences(
    contracts: OptionTerms, i: int, spot: float, volatility: float, days: int, grid: int
) -> float:
    """Value of contract `i` in QuantLib's spot model of cash dividends."""
    rate, dividend_yield = float(contracts.rate[i]), float(contracts.dividend_yield[i])
    flat = ql.BlackConstantVol(TODAY, ql.NullCalendar(), float(volatility), ACTUAL_365)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(float(spot))),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend_yield, ACTUAL_365)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, ACTUAL_365)),
        ql.BlackVolTermStructureHandle(flat),
    )
    ex_days = np.rint(contracts.dividend_years[i] * 365).astype(int)
    paid = list(zip(ex_days, contracts.dividend_amounts[i], strict=True))
    dividends = ql.DividendVector(
        [TODAY + int(day) for day, _ in paid if day <= days],
        [float(amount) for day, amount in paid if day <= days],
    )
    right = ql.Option.Call if contracts.call[i] else ql.Option.Put
    payoff = ql.PlainVanillaPayoff(right, float(contracts.strike[i]))
    option = ql.VanillaOption(payoff, ql.AmericanExercise(TODAY, TODAY + int(days)))
    model, scheme = ql.FdBlackScholesVanillaEngine.Spot, ql.FdmSchemeDesc.TrBDF2()
    option.setPricingEngine(
        ql.FdBlackScholesVanillaEngine(
            process, dividends, grid, grid, 0, scheme, False, -1.0, model
        )
    )
    return option.NPV()


def dividend_accuracy(n: int, grid: int = 600) -> None:
    contracts, spot, volatility, days = book(n, 4, seed=11)
    expected = [
        finite_differences(contracts, i, spot[i], volatility[i], days[i], grid) for i in range(n)
    ]
    error = theoretical_value(contracts, spot, volatility)[:, 0] - expected
    report(f"4 cash dividends, against differences {grid}x{grid}", error / contracts.strike)


def run_in_one_thread() -> None:
    """Start again with one thread of linear algebra: the library reads that when it is loaded."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["RAYON_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])


def main() -> None:
    run_in_one_thread()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, nargs="+", default=[10, 1_000, 10_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--earlier", help="another checkout, to be compared with this one")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.answer:
        return answer_seconds()
    if arguments.earlier:
        return compare_checkouts(arguments.earlier, arguments.n, arguments.runs)
    print("Implied volatility and values at ten spots, processor seconds, one thread")
    headings = f"{'options':>9}  {'dividends':<14}{'xlmargin':>10}{'QuantLib':>12}"
    print(headings + f"{'ratio':>9}{'us each':>12}")
    for n in arguments.n:
        compare_speed(n, arguments.runs)
    for n in arguments.n:
        time_dividends(n, arguments.runs)
    print()
    print(f"{'European':>9}  {'volatility':<14}{'xlmargin':>10}{'pyvolr':>12}    us each")
    for n in arguments.n[1:]:
        compare_european(n, arguments.runs)
    print()
    print(f"{'Error as a share of the strike':<44}{'options':>7}{'rms':>11}{'max':>11}")
    wide_accuracy(2_000)
    dividend_accuracy(150)
    return None


if __name__ == "__main__":
    main()
