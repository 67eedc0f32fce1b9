"""Time of the least strategy-based requirement, beside a greedy matcher and what that overcharges.

    python benchmarks/pairing.py [--quick] [--scipy]

One thread, processor time, medians. The first table goes through the worksheet call, its parsing
included, on ranges that were not seen before; legs are options on one underlying, and shares. The
second solves the programs of such books beside HiGHS's own search, in turns. The third
margins the same books as margin-estimator (`pip install margin-estimator`), which pairs
greedily two legs at a time: no shares, no option over 90 days, so that both follow the same rules.
Its spreads are net of premiums and its other amounts are not; the premiums are added back, so that
both are the initial requirement before proceeds.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from math import ceil, erf, fsum, log, sqrt
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from xlmargin import computing, udfs
from xlmargin.excel.ranges import Ranges
from xlmargin.strategy_margin import RequirementKind
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import requirement_rules
from xlmargin.strategy_margin.solver import branch_and_bound
from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

AS_OF = dt.date.today()
SPOT = 100.0
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]

Rows = list[list[object]]


def worth(kind: str, strike: float, days: int) -> float:
    """Value of an option without interest at 30% volatility, to the cent, and a cent."""
    deviation = 0.30 * sqrt(days / 365)
    d1 = log(SPOT / strike) / deviation + deviation / 2
    normal = [0.5 * (1 + erf(d / sqrt(2))) for d in (d1, d1 - deviation)]
    call = SPOT * normal[0] - strike * normal[1]
    return round(call if kind == "call" else call - SPOT + strike, 2) + 0.01


def legs(seed: int, count: int, symbol: str = "XYZ", *, longest: int = 212) -> Rows:
    """Distinct options on one underlying, long and short at random, near its price."""
    chance = random.Random(seed)
    days = [d for d in (2, 9, 16, 30, 58, 86, 121, 212) if d <= longest]
    width = max(8, count // 12)
    found: dict[tuple[object, ...], list[object]] = {}
    while len(found) < count:
        kind, expires = chance.choice(["call", "put"]), chance.choice(days)
        strike = SPOT + chance.choice([1, 2.5, 5]) * chance.randint(-width, width)
        if strike <= 5:
            continue
        quantity = chance.choice([-1, 1]) * chance.choice([1, 1, 2, 3, 5, 10])
        expiration = (AS_OF + dt.timedelta(expires)).isoformat()
        price = worth(kind, strike, expires)
        found[kind, strike, expires] = [symbol, kind, quantity, strike, expiration, price]
    return list(found.values())


def ranges(rows: Rows, symbols: int = 1) -> tuple[Rows, Rows, Rows]:
    names = ["XYZ"] if symbols == 1 else [f"U{i}" for i in range(symbols)]
    market: Rows = [["symbol", "price"], *([name, SPOT] for name in names)]
    settings: Rows = [["name", "value"], ["as_of", AS_OF.isoformat()], ["account_type", "margin"]]
    return [HEADINGS, *rows], market, settings


def with_shares(seed: int, rows: Rows) -> Rows:
    shares = random.Random(seed).choice([0, 0, 100, 500, 1000, -300])
    return [*rows, ["XYZ", "stock", shares, None, None, SPOT]] if shares else rows


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def through_the_worksheet(function: Callable[..., object], books: list[tuple[Rows, ...]]) -> str:
    """Median and 95th percentile of first calls, as text."""
    times = []
    for book in books:
        computing.forget()
        times.append(1000 * seconds(lambda book=book: function(*book)))
    times.sort()
    return f"{median(times):>9.1f} ms {times[ceil(0.95 * len(times)) - 1]:>9.1f} ms"


def table_of_sizes(quick: bool) -> None:
    print(f"{'legs on one underlying':<28}{'initial, 95%':>26}{'maintenance, 95%':>26}")
    udfs.REGT_INITIAL(*ranges(legs(0, 4)))
    for count, books in ((10, 100), (20, 100), (50, 40), (100, 20), (200, 10)):
        runs = [ranges(with_shares(s, legs(s, count))) for s in range(books // (4 if quick else 1))]
        initial = through_the_worksheet(udfs.REGT_INITIAL, runs)
        maintenance = through_the_worksheet(udfs.REGT_MAINTENANCE, runs)
        print(f"{count:<28}{initial:>26}{maintenance:>26}")
    many = [row for i in range(100) for row in legs(i, 10, f"U{i}")]
    runs = [ranges(many, 100)] * 3
    initial = through_the_worksheet(udfs.REGT_INITIAL, runs)
    maintenance = through_the_worksheet(udfs.REGT_MAINTENANCE, runs)
    print(f"{'100 underlyings x 10':<28}{initial:>26}{maintenance:>26}")


def beside_the_engine_alone(quick: bool) -> None:
    try:
        from xlmargin.strategy_margin.solver.highspy_engine import HighspyEngine
    except ImportError:
        print("highspy is not installed: nothing to compare with")
        return
    print(f"\n{'legs':<8}{'ours':>12}{'HiGHS alone':>14}{'of it':>8}")
    kind = RequirementKind.MAINTENANCE
    for count, books in ((20, 40), (50, 40), (100, 20), (200, 20)):
        ours, alone = [], []
        for seed in range(books // (4 if quick else 1)):
            (own, *_) = Ranges(*ranges(with_shares(seed, legs(seed, count)))).strategy().classes
            requirements = requirement_rules(kind, own.rules, cash=False)
            model = pairing_model(own.holdings, requirements)
            program = model.build()
            lower = np.zeros_like(program.upper)
            ours.append(1000 * seconds(partial(branch_and_bound.solve, program)))
            search = partial(HighspyEngine(program).search, lower, program.upper, 60.0)
            alone.append(1000 * seconds(search))
        share = median(ours) / median(alone)
        print(f"{count:<8}{median(ours):>9.1f} ms{median(alone):>11.1f} ms{share:>8.2f}")


def thousand_legs(books: int) -> None:
    for seed in range(books):
        book = ranges(with_shares(seed, legs(seed, 1000)))
        computing.forget()
        taken = seconds(lambda book=book: udfs.REGT_MAINTENANCE(*book))
        margin = Ranges(*book).strategy()
        kind = RequirementKind.MAINTENANCE
        asked = margin.maintenance
        bound = fsum(each.pairing(kind).lower_bound for each in margin.classes)
        gap = (asked - bound) / asked if asked else 0.0
        print(f"1,000 legs: {taken:.1f} s, {asked:,.0f}, proven to {gap:.3%}")


def beside_margin_estimator(books: int) -> None:
    try:
        from margin_estimator import Option, OptionType, Underlying, calculate_margin, margin
    except ImportError:
        print("margin-estimator is not installed: nothing to compare with")
        return
    print(f"\n{'legs':<8}{'ours':>10}{'peer':>10}{'peer asks more on':>20}{'less on':>10}"
          f"{'more in all':>14}{'median':>9}")  # fmt: skip
    premiums: list[float] = []
    of_spreads = margin._calculate_margin_spread

    def gross(pairs: list[Option]) -> object:
        premiums[0] += sum(-100 * p.quantity * float(p.price) for p in pairs if p.quantity < 0)
        return of_spreads(pairs)

    margin._calculate_margin_spread = gross
    for count in (2, 4, 10, 20):
        ours, peers, more = [], [], []
        asked_in_all = peer_in_all = 0.0
        for seed in range(books):
            rows = legs(seed, count, longest=86)
            computing.forget()
            book = ranges(rows)
            ours.append(1000 * seconds(lambda book=book: udfs.REGT_INITIAL(*book)))
            asked = Ranges(*book).strategy().initial
            options = [
                Option(
                    expiration=dt.date.fromisoformat(str(row[4])),
                    price=Decimal(str(round(float(str(row[5])), 2))),
                    quantity=int(str(row[2])),
                    strike=Decimal(str(row[3])),
                    type=OptionType.CALL if row[1] == "call" else OptionType.PUT,
                )
                for row in rows
            ]
            premiums.append(0.0)
            start = time.process_time()
            found = calculate_margin(options, Underlying(price=Decimal(100)))
            peers.append(1000 * (time.process_time() - start))
            theirs = float(found.margin_requirement) + premiums.pop(0)
            asked_in_all += asked
            peer_in_all += theirs
            more.append(theirs - asked)
        over, under = (sum(sign * m > 0.5 for m in more) for sign in (1, -1))
        print(
            f"{count:<8}{median(ours):>7.1f} ms{median(peers):>7.1f} ms{over:>16} of {books}"
            f"{under:>7}{peer_in_all / asked_in_all - 1:>14.1%}{median(more):>9,.0f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer books")
    parser.add_argument("--scipy", action="store_true", help="as on a host without highspy")
    arguments = parser.parse_args()
    if arguments.scipy:
        branch_and_bound._engine = lambda: ScipyEngine
    quick = arguments.quick
    table_of_sizes(quick)
    beside_the_engine_alone(quick)
    thousand_legs(1 if quick else 3)
    beside_margin_estimator(40 if quick else 200)
