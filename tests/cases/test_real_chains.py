"""Real quotes: what they are refused for, what their carry is, and what it does."""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xlmargin import udfs
from xlmargin.dates import serial_of
from xlmargin.risk_array.option_values import LEAST_TOLERANCE, PARITY_TOLERANCE

FOLDER = Path(__file__).parent / "chains"
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
KIND = {"C": "call", "P": "put"}
SPX_RATE = 0.0242
SPX_SPOT = 2756.04
SPX = [["symbol", "price", "class"], ["SPX", SPX_SPOT, "index_high_cap"]]
SPX_SETTINGS = [["as_of", "2019-05-31"], ["rate", SPX_RATE], ["cash", 0]]
NAMED = re.compile(r"a dividend_yield (\d+d) of (-?[\d.]+)% or a forward of ([\d,.]*\d)")


def chain(name: str) -> list[dict[str, str]]:
    """The quotes of a file, whose first line is its source."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        next(file)
        return list(csv.DictReader(file))


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mid(quote: dict[str, str]) -> float:
    return (float(quote["bid"]) + float(quote["ask"])) / 2


def last(quote: dict[str, str]) -> float:
    return float(quote["last"])


def position(quote: dict[str, str], quantity: int, price: float) -> list[object]:
    kind, strike = KIND[quote["right"]], float(quote["strike"])
    return [quote["root"], kind, quantity, strike, quote["exp"], price]


def named_yields(*ranges: object) -> dict[str, float]:
    """The yields that the check names, by the heading that takes them."""
    warnings = [row[5] for row in udfs.XLM_CHECK(*ranges) if row[0] == "warning"]
    found = [match for text in warnings if (match := NAMED.search(str(text)))]
    return {f"dividend_yield {m[1]}": float(m[2]) / 100 for m in found}


def with_yields(market: list[list[object]], yields: dict[str, float]) -> list[list[object]]:
    return [[*market[0], *yields], [*market[1], *yields.values()]]


@pytest.mark.parametrize(
    ("expiration", "left_out", "requirement"),
    # reference: short one SPX 2750 straddle, yield by parity, and without any
    [("2019-12-20", 0.30, 4_197), ("2020-12-18", 0.75, 3_307), ("2021-12-17", 1.09, 3_118)],
)
def test_a_straddle_has_its_requirement_once_the_carry_named_is_stated(
    expiration: str, left_out: float, requirement: float
) -> None:
    prices = {
        row["pos"].split()[-1]: float(row["mid"])
        for row in table("spx_dividend_yield_effect.csv")
        if row["exp"] == expiration and "ATM" in row["pos"]
    }
    legs = [["SPX", kind, -1, 2750, expiration, prices[kind]] for kind in ("call", "put")]
    ranges = [HEADINGS, *legs], SPX, SPX_SETTINGS
    assert udfs.PM_REQUIREMENT(*ranges) / requirement - 1 == pytest.approx(left_out, abs=0.01)
    by_time = with_yields(SPX, named_yields(*ranges))
    by_yield = udfs.PM_REQUIREMENT(ranges[0], by_time, SPX_SETTINGS)
    assert by_yield == pytest.approx(requirement, rel=0.002)
    told = " ".join(str(row[5]) for row in udfs.XLM_CHECK(*ranges))
    forward = float(NAMED.search(told)[3].replace(",", ""))
    forwards = [[*HEADINGS, "forward"], *([*leg, forward] for leg in legs)]
    assert udfs.PM_REQUIREMENT(forwards, SPX, SPX_SETTINGS) == pytest.approx(requirement, rel=0.002)
    assert {row[0] for row in udfs.XLM_CHECK(ranges[0], by_time, SPX_SETTINGS)[2:]} == {"note"}


def test_a_pasted_chain_agrees_with_the_vendor_once_its_yields_are_stated() -> None:
    quotes = chain("spx_20190531_cboe.csv")
    positions = [HEADINGS, *(position(quote, 1, mid(quote)) for quote in quotes)]
    ranges = positions, SPX, SPX_SETTINGS
    assert udfs.PM_REQUIREMENT(*ranges).startswith("#XLM!")  # deep calls, far below parity
    by_time = with_yields(SPX, named_yields(*ranges))
    rows = udfs.PM_CONTRACTS(positions, by_time, SPX_SETTINGS)
    assert isinstance(rows, list)
    found = {tuple(row[:4]): row[7] for row in rows[1:] if row[8] == "solved"}
    apart = []
    for quote, row in zip(quotes, positions[1:], strict=True):
        expires = serial_of(dt.date.fromisoformat(quote["exp"]))
        ours = found.get((row[0], row[1], row[3], expires))
        if ours is not None and float(quote["viv"]) > 0:
            apart.append(abs(ours - float(quote["viv"])))
    assert len(apart) > 2_200
    assert np.median(apart) < 0.0005


def test_options_on_vix_are_all_valued_off_their_future() -> None:
    quotes = [quote for quote in chain("vix_20130625_close.csv") if mid(quote) > 0]
    market = [["symbol", "price", "class"], ["VIX", 18.21, "vol_index"]]
    settings = [["as_of", "2013-06-25"], ["rate", 0.003], ["cash", 0]]
    call, put = (
        mid(quote) for quote in quotes if (quote["strike"], quote["exp"]) == ("20", "2013-08-21")
    )
    future = udfs.OPT_FORWARD(call, put, 20, "2013-08-21", "2013-06-25", 0.003)
    assert future == pytest.approx(20.0)
    for quote in quotes:
        row = [*position(quote, -1, mid(quote)), future]
        answer = udfs.PM_REQUIREMENT([[*HEADINGS, "forward"], row], market, settings)
        assert isinstance(answer, float), answer
    rows = [[*HEADINGS, "forward"], *([*position(q, -1, mid(q)), future] for q in quotes)]
    assert isinstance(udfs.PM_REQUIREMENT(rows, market, settings), float)
    without = udfs.PM_REQUIREMENT([row[:-1] for row in rows], market, settings)
    assert "forward" in without


def near_the_money(quotes: list[dict[str, str]], as_of: str, price: object) -> list[list[object]]:
    """Strikes within 12% of spot, 1 to 120 days to run, an open interest of 100."""
    day, chosen = dt.date.fromisoformat(as_of), []
    for quote in quotes:
        days = (dt.date.fromisoformat(quote["exp"]) - day).days
        near = abs(float(quote["strike"]) / float(quote["spot"]) - 1) <= 0.12
        if near and 1 <= days <= 120 and float(quote["oi"] or 0) >= 100 and price(quote) > 0:
            chosen.append(position(quote, 0, price(quote)))
    return chosen


def aapl() -> tuple[list[dict[str, str]], tuple[object, ...]]:
    market = [["symbol", "price"], ["AAPL", 279.51]]
    paid = [[r["symbol"], r["ex_date"], r["amount"]] for r in table("dividends_20260211.csv")]
    dividends = [["symbol", "ex_date", "amount"], *(row for row in paid if row[0] == "AAPL")]
    settings = [["as_of", "2026-02-11"], ["rate", 0.0365], ["cash", 0]]
    return chain("aapl_20260211_yahoo.csv"), (market, settings, dividends)


def spx() -> tuple[list[dict[str, str]], tuple[object, ...]]:
    return chain("spx_20190531_cboe.csv"), (SPX, SPX_SETTINGS, None)


def books(rows: list[list[object]], count: int, seed: int = 11) -> list[list[list[object]]]:
    """Random books of 80 of the rows, long and short."""
    draw = random.Random(seed)
    return [
        [
            HEADINGS,
            *([*r[:2], draw.choice((-5, -1, 1, 3)), *r[3:]] for r in draw.sample(rows, 80)),
        ]
        for _ in range(count)
    ]


def told_rows(checked: list[list[object]]) -> int:
    """How many rows the check says are valued without a volatility."""
    rows = [str(row[2]) for row in checked if "it is valued without" in str(row[5])]
    return sum(len(expanded(text)) for text in rows)


def expanded(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.replace(".0", "").split(","):
        first, _, end = part.strip().partition("-")
        numbers += range(int(first), int(end or first) + 1)
    return numbers


@pytest.mark.parametrize("quotes_of", [aapl, spx])
def test_books_of_real_mids_are_not_refused_and_every_treatment_is_told(
    quotes_of: Callable[..., Any],
) -> None:
    quotes, ranges = quotes_of()
    as_of = ranges[1][0][1]
    for book in books(near_the_money(quotes, as_of, mid), 4):
        assert isinstance(udfs.PM_REQUIREMENT(book, *ranges), float)
        sources = [row[8] for row in udfs.PM_CONTRACTS(book, *ranges)[1:]]
        assert told_rows(udfs.XLM_CHECK(book, *ranges)) == sources.count("least value")


@pytest.mark.parametrize(("quotes_of", "stale"), [(aapl, 1), (spx, 0)])
def test_of_last_prices_those_beyond_the_tolerance_alone_are_refused(
    quotes_of: Callable[..., Any], stale: int
) -> None:
    quotes, ranges = quotes_of()
    as_of = ranges[1][0][1]
    whole = [HEADINGS, *([*r[:2], 1, *r[3:]] for r in near_the_money(quotes, as_of, last))]
    refused = [row for row in udfs.XLM_CHECK(whole, *ranges) if row[0] == "error"]
    assert len(refused) == stale  # of 145 and 364
    spot = float(quotes[0]["spot"])
    for row in refused:
        below = float(re.search(r"it is ([\d.,]+) below", row[5])[1])
        assert below > max(PARITY_TOLERANCE * spot, LEAST_TOLERANCE)


def below_parity() -> list[dict[str, str]]:
    """The rows of the sample within the tolerance."""
    rows = table("below_parity_sample.csv")
    least = LEAST_TOLERANCE
    return [r for r in rows if float(r["gap"]) <= max(PARITY_TOLERANCE * float(r["S"]), least)]


AS_OF = {
    "SPX 20190425": "2019-04-25", "SPX 20190531": "2019-05-31", "SPX 20190628": "2019-06-28",
    "MSFT 20211122": "2021-11-22", "AAPL 20140606 close": "2014-06-06",
    "TWX 20140606 close": "2014-06-06", "GOOG 20151224 close": "2015-12-24",
    "NWSA 20130628 close": "2013-06-28", "SPY 20250925 close": "2025-09-25",
}  # fmt: skip
PAID = table("dividends_20260211.csv")


Ranges = tuple[list[list[object]], list[list[object]], list[list[object]]]


def market_of(name: str, spot: float) -> Ranges:
    """Market, settings and dividends of one day of the sample."""
    symbol, as_of = name.split()[0], AS_OF.get(name, "2026-02-11")
    if symbol == "SPX":
        return [SPX[0], ["SPX", spot, SPX[1][2]]], [["as_of", as_of], ["rate", SPX_RATE]], []
    in_2026 = as_of == "2026-02-11"
    paid = [["XYZ", r["ex_date"], r["amount"]] for r in PAID if r["symbol"] == symbol and in_2026]
    settings = [["as_of", as_of], ["rate", 0.0365 if in_2026 else 0.002]]
    dividends = [["symbol", "ex_date", "amount"], *paid] if paid else []
    return [["symbol", "price"], ["XYZ", spot]], settings, dividends


def forward_of(row: dict[str, str], as_of: str) -> float | None:
    """The forward that gives an index option its bound; None of an American option."""
    if not row["set"].startswith("SPX"):
        return None
    days = (dt.date.fromisoformat(row["exp"]) - dt.date.fromisoformat(as_of)).days
    side = 1 if row["right"] == "C" else -1
    return float(row["K"]) + side * float(row["least"]) * math.exp(SPX_RATE * days / 365)


def bounds_of(
    rows: list[dict[str, str]], as_of: str, spot: float, dividends: list[list[object]]
) -> list[float]:
    """The values without volatility in the market that is assumed for rows."""
    if rows[0]["set"].startswith("SPX"):
        return [float(row["least"]) for row in rows]  # the forward is made of it
    rate = 0.0365 if as_of == "2026-02-11" else 0.002
    kinds, strikes, days = ([[row[name]] for row in rows] for name in ("right", "K", "exp"))
    paid = [row[1:] for row in dividends] or None
    answer = udfs.OPT_PRICE(kinds, spot, strikes, days, as_of, 0, rate, None, None, paid)
    return [row[0] for row in answer] if isinstance(answer, list) else [answer]


def test_prices_below_parity_are_valued_as_well_as_measured() -> None:
    """Single shorts within 0.5% at the 95th percentile, single longs never too low.

    Where the bound is not that of the sample, rates or dividends of that day are not told: such a
    row says nothing of a long.
    """
    rows, short, long = below_parity(), [], []
    assert len(rows) == 539
    for name, spot in {row["set"]: float(row["S"]) for row in rows}.items():
        own = [row for row in rows if row["set"] == name]
        market, settings, dividends = market_of(name, spot)
        held = [
            [market[1][0], KIND[row["right"]], quantity, float(row["K"]), row["exp"],
             float(row["mid"]), forward_of(row, settings[0][1])]
            for quantity in (1, -1)
            for row in own
        ]  # fmt: skip
        ranges = [[*HEADINGS, "forward"], *held], market, settings, dividends
        alone = [row[1] for row in udfs.PM_CONTRIBUTION(*ranges)[1:]]
        bounds = bounds_of(own, settings[0][1], spot, dividends)
        for i, row in enumerate(own):
            short.append(alone[len(own) + i] / float(row["R_short"]) - 1)
            if abs(bounds[i] - float(row["least"])) < 0.01:
                long.append(alone[i] / float(row["R_long"]) - 1)
    assert np.quantile(np.abs(short), 0.95) < 0.005
    assert len(long) > 500
    assert min(long) > -1e-4
