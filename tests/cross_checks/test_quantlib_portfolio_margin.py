"""Books of real quotes, with the carry stated as the check names it, against a QuantLib twin.

The twin takes the quotes and what was stated, and no figure of ours: QuantLib solves each
volatility from the quote and values the option at the ten points; loss and minimum are by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from QuantLib import BlackScholesMertonProcess, PricingEngine

from xlmargin import udfs
from xlmargin.arrays import FloatArray

ql = pytest.importorskip("QuantLib")

CHAINS = Path(__file__).parents[1] / "cases" / "chains"
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "forward"]
ACTUAL_365 = ql.Actual365Fixed()
NAMED = re.compile(r"a dividend_yield (\d+)d of (-?[\d.]+)% or a forward of ([\d,.]*\d)")
EQUITY_MOVES = [sign * step * 0.03 for sign in (-1, 1) for step in range(1, 6)]
INDEX_MOVES = [share * step / 5 for share in (-0.08, 0.06) for step in range(1, 6)]
MINIMUM = 0.375
NO_TIME_VALUE = 1e-6
"""Volatility below which a quote is at the value without volatility, or under it."""


class Twin:
    """One underlying: the value of its options by QuantLib, at any price and volatility."""

    def __init__(
        self,
        as_of: dt.date,
        spot: float,
        rate: float,
        american: bool,
        yields: Iterable[tuple[int, float]] = (),
        dividends: Sequence[tuple[int, float]] = (),
    ) -> None:
        self.as_of, self.spot, self.rate, self.american = as_of, spot, rate, american
        self.yields, self.dividends = dict(yields) or {0: 0.0}, dividends
        self.today = ql.Date(as_of.day, as_of.month, as_of.year)
        ql.Settings.instance().evaluationDate = self.today
        self.price, self.volatility = ql.SimpleQuote(spot), ql.SimpleQuote(0.2)

    def paid(self, days: int) -> list[tuple[int, float]]:
        """Day and amount of the dividends to be paid until then."""
        return [(when, amount) for when, amount in self.dividends if 0 < when <= days]

    def carry(self, days: int, forward: float | None) -> float:
        """The yield to a day: of a forward, else linear between the yields stated."""
        if forward:
            return self.rate - log(forward / self.spot) * 365 / days
        return np.interp(days, list(self.yields), list(self.yields.values()))

    def values(
        self, call: bool, strike: float, days: int, forward: float | None
    ) -> Callable[[float, float], float]:
        """A function of the price of the underlying and the volatility."""
        last = self.today + days
        flat = (float(self.carry(days, forward)), self.rate)
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(self.price),
            *(ql.YieldTermStructureHandle(ql.FlatForward(self.today, r, ACTUAL_365)) for r in flat),
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(
                    self.today, ql.NullCalendar(), ql.QuoteHandle(self.volatility), ACTUAL_365
                )
            ),
        )
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
        paid = [] if forward else self.paid(days)
        if not self.american:
            option = ql.VanillaOption(payoff, ql.EuropeanExercise(last))
            option.setPricingEngine(ql.AnalyticEuropeanEngine(process))
        else:
            option = ql.VanillaOption(payoff, ql.AmericanExercise(self.today, last))
            option.setPricingEngine(self.american_engine(process, paid, days))

        def value(spot: float, volatility: float) -> float:
            if volatility < NO_TIME_VALUE:
                return self.without_volatility(call, strike, days, flat[0], paid, spot)
            self.price.setValue(spot)
            self.volatility.setValue(volatility)
            return option.NPV()

        return value

    def american_engine(
        self, process: BlackScholesMertonProcess, paid: list[tuple[int, float]], days: int
    ) -> PricingEngine:
        if not paid:
            return ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.accurateScheme())
        dividends = ql.DividendVector([self.today + d for d, _ in paid], [a for _, a in paid])
        steps, spot_model = max(150, days // 4), ql.FdBlackScholesVanillaEngine.Spot
        return ql.FdBlackScholesVanillaEngine(
            process, dividends, steps, 400, 0, ql.FdmSchemeDesc.TrBDF2(), False, -1.0, spot_model
        )

    def without_volatility(
        self,
        call: bool,
        strike: float,
        days: int,
        dividend_yield: float,
        paid: list[tuple[int, float]],
        spot: float,
    ) -> float:
        """The most that a path which is certain pays, an American option on any day of it."""
        share, best = spot, 0.0
        dropped = dict(paid)
        for day in range(days + 1):
            share *= exp((self.rate - dividend_yield) / 365) if day else 1.0
            for ex_dividend in (False, True):
                share -= dropped.get(day, 0.0) if ex_dividend else 0.0
                pays = exp(-self.rate * day / 365) * (share - strike) * (1 if call else -1)
                if self.american or (day == days and ex_dividend):
                    best = max(best, pays)
        return best

    def profits(self, row: list[Any], moves: Sequence[float]) -> FloatArray:
        """What one unit of a position gains at each point, $."""
        _, kind, _, strike, expiration, mark, forward = row
        if kind == "stock":
            return np.array([self.spot * move for move in moves])
        days = (dt.date.fromisoformat(expiration) - self.as_of).days
        value = self.values(kind == "call", strike, days, forward)
        volatility = 0.0
        if mark > value(self.spot, 0.0) + 1e-9:
            volatility = ql.Brent().solve(
                lambda v: value(self.spot, v) - mark, 1e-10, 0.3, NO_TIME_VALUE, 8.0
            )
        return np.array([value(self.spot * (1 + move), volatility) - mark for move in moves])

    def requirement(
        self, rows: list[list[Any]], moves: Sequence[float]
    ) -> tuple[float, FloatArray]:
        """The requirement of a class, and of each of its rows by itself, $."""
        gains, minimums = np.zeros((len(rows), len(moves))), np.zeros(len(rows))
        for i, row in enumerate(rows):
            quantity, units = row[2], abs(row[2]) * (1 if row[1] == "stock" else 100)
            gains[i] = self.profits(row, moves) * units * np.sign(quantity)
            if row[1] != "stock":
                minimums[i] = MINIMUM * units
                if quantity > 0:
                    minimums[i] = min(minimums[i], row[5] * units)
        whole = max(-gains.sum(axis=0).min(), minimums.sum())
        return whole, np.maximum(-gains.min(axis=1), minimums)


def quotes(name: str) -> list[dict[str, str]]:
    """The quotes of a file, below the line of its source, and their day."""
    with (CHAINS / name).open(encoding="utf-8", newline="") as file:
        as_of = re.search(r"as_of ([\d-]+)", next(file))[1]
        return [{**row, "as_of": as_of} for row in csv.DictReader(file)]


def random_book(name: str, every: int, count: int, seed: int) -> tuple[list[list[Any]], float]:
    """A call and a put near the money of some expirations beyond a week, and more strikes; mids."""
    draw, rows, pairs = random.Random(seed), [], {}
    listed = quotes(name)
    spot = float(listed[0]["spot"])
    week = (dt.date.fromisoformat(listed[0]["as_of"]) + dt.timedelta(7)).isoformat()
    for quote in listed:
        bid, ask, strike = (float(quote[x]) for x in ("bid", "ask", "strike"))
        if quote["exp"] > week and bid > 0 and abs(strike / spot - 1) < 0.15:
            kind = {"C": "call", "P": "put"}[quote["right"]]
            rows.append([quote["root"], kind, 0, strike, quote["exp"], (bid + ask) / 2, None])
    by_strike = sorted(rows, key=lambda row: (abs(row[3] - spot), row[3], row[0]))
    for _, pair in groupby(by_strike, key=lambda row: (row[3], row[0])):
        for _, own in groupby(sorted(pair, key=lambda row: row[4]), key=lambda row: row[4]):
            both = list(own)
            if len(both) == 2 and abs(both[0][3] / spot - 1) < 0.03:
                pairs.setdefault(both[0][4], both)
    ends = sorted(pairs)[::-every]
    chosen = [row for end in ends for row in pairs[end]]
    chosen += draw.sample([row for row in rows if row[4] in ends and row not in chosen], count)
    return [[*row[:2], draw.choice((-5, -3, -1, 2)), *row[3:]] for row in chosen], spot


def named_carry(*ranges: Any) -> tuple[dict[int, float], dict[int, float]]:
    """Yields by days to run, and forwards, that the check names: what an analyst then states."""
    found = [NAMED.search(str(row[5])) for row in udfs.XLM_CHECK(*ranges) if row[0] == "warning"]
    days = [(int(m[1]), float(m[2]) / 100, float(m[3].replace(",", ""))) for m in found if m]
    return {day: named for day, named, _ in days}, {day: forward for day, _, forward in days}


def agrees(twin: Twin, moves: Sequence[float], *ranges: Any) -> None:
    """Whole within 0.1%, and each position by itself too; none with a carry that contradicts."""
    assert named_carry(*ranges) == ({}, {})
    whole, alone = twin.requirement(ranges[0][1:], moves)
    assert udfs.PM_REQUIREMENT(*ranges) == pytest.approx(whole, rel=0.001)
    ours = [row[1] for row in udfs.PM_CONTRIBUTION(*ranges)[1:]]
    assert ours == pytest.approx(alone, rel=0.001)


def test_a_book_on_the_index_with_the_yields_that_the_check_names() -> None:
    as_of, rate = dt.date(2019, 5, 31), 0.0242
    rows, spot = random_book("spx_20190531_cboe.csv", every=3, count=60, seed=11)
    settings = [["as_of", as_of.isoformat()], ["rate", rate], ["cash", 0]]
    market = [["symbol", "price", "class"], ["SPX", spot, "index_high_cap"]]
    yields, _ = named_carry([HEADINGS, *rows], market, settings)
    assert len(yields) > 2
    stated = [f"dividend_yield {days}d" for days in yields]
    market = [[*market[0], *stated], [*market[1], *yields.values()]]
    twin = Twin(as_of, spot, rate, american=False, yields=sorted(yields.items()))
    agrees(twin, INDEX_MOVES, [HEADINGS, *rows], market, settings)


def test_a_book_on_a_stock_with_cash_dividends_and_the_forwards_that_the_check_names() -> None:
    as_of, rate = dt.date(2026, 2, 11), 0.0365
    rows, spot = random_book("aapl_20260211_yahoo.csv", every=4, count=30, seed=1)
    with (CHAINS / "dividends_20260211.csv").open(encoding="utf-8", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["symbol"] == "AAPL"]
    dividends = [
        list(listed[0]),
        *([r["symbol"], r["ex_date"], float(r["amount"])] for r in listed),
    ]
    paid = [((dt.date.fromisoformat(day) - as_of).days, each) for _, day, each in dividends[1:]]
    settings = [["as_of", as_of.isoformat()], ["rate", rate], ["cash", 0]]
    market = [["symbol", "price"], ["AAPL", spot]]
    rows.append(["AAPL", "stock", 700, None, None, spot, None])
    _, forwards = named_carry([HEADINGS, *rows], market, settings, dividends)
    assert forwards
    for row in rows[:-1]:
        days = (dt.date.fromisoformat(row[4]) - as_of).days
        row[-1] = forwards.get(days)
    twin = Twin(as_of, spot, rate, american=True, dividends=paid)
    agrees(twin, EQUITY_MOVES, [HEADINGS, *rows], market, settings, dividends)
