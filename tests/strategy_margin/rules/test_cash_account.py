"""What a cash account deposits, and what it refuses by position and reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.strategy_margin.spread_definition import may_spread
from xlmargin.arrays import Names
from xlmargin.book import Positions
from xlmargin.contracts import Contracts
from xlmargin.contracts import InstrumentKind as Kind
from xlmargin.errors import Problem
from xlmargin.market import Market, Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.cash_account import (
    cash_spread,
    long_option_in_full,
    secured_put,
    short_call_refusals,
    short_stock_refusals,
    stock_in_full,
)
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind


def test_paid_in_full(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    assert 100 * stock_in_full(47.38, rules) == pytest.approx(4_738)
    leap = option("long call", 80, 12.0, underlying(78.0), date(2027, 7, 16))
    assert 100 * long_option_in_full(leap, INITIAL, rules) == pytest.approx(1_200)
    assert long_option_in_full(leap, MAINTENANCE, rules) == 0.0


@pytest.mark.parametrize(
    ("strike", "leverage", "deposit"), [(80, 1.0, 8_000), (430, 1.0, 43_000), (390, 1.5, 39_000)]
)
def test_a_short_put_is_secured_by_its_strike(
    strike: int,
    leverage: float,
    deposit: int,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    put = option("short put", strike, 2.0, underlying(433.35, leverage=leverage))
    assert 100 * secured_put(put, rules) == pytest.approx(deposit)


def test_which_spreads(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    index = underlying(433.35, Class.INDEX_BROAD)
    short = option("short put", 430, 7.8, index, american=False)
    long = option("long put", 425, 6.4, index, american=False)
    units = [-100.0, 100.0]
    assert may_spread([short, long], units, rules)
    assert cash_spread([short, long], units) == pytest.approx(500)
    later = replace(long, expiration=long.expiration + 28)
    assert not may_spread([short, later], units, rules)
    american = [replace(leg, american=True) for leg in (short, long)]
    assert not may_spread(american, units, rules)
    fund = underlying(433.35, Class.ETF_BROAD)
    assert not may_spread([replace(leg, underlying=fund) for leg in (short, long)], units, rules)
    assert not may_spread([short, long], [-100.0, 50.0], rules)


def positions(*rows: tuple[str, Kind, float, int]) -> Positions:
    """Positions from (symbol, kind, quantity, underlying) each."""
    n = len(rows)
    option = [r[1] is not Kind.STOCK for r in rows]
    contracts = Contracts(
        root=Names.of([r[0] for r in rows]),
        kind=np.array([r[1] for r in rows]),
        underlying=np.array([r[3] for r in rows]),
        strike=np.where(option, 100.0, np.nan),
        expiration=np.where(option, 46_129.0, np.nan),
        at_open=np.zeros(n, dtype=bool),
        american=np.ones(n, dtype=bool),
        multiplier=np.where(option, 100.0, 1.0),
        deliverable=Names.of([""] * n),
    )
    return Positions(
        contracts,
        quantity=np.array([float(r[2]) for r in rows]),
        mark=np.ones(n),
        cost=np.ones(n),
        volatility=np.full(n, np.nan),
        account=np.zeros(n, dtype=np.int64),
        accounts=("",),
        group=np.full(n, -1),
        groups=(),
        row=np.arange(2, n + 2),
        origin=np.zeros(n, dtype=np.int64),
        origins=("positions",),
    )


MARKET = Market(
    46_037.0, (Underlying("XYZ", 100.0), Underlying("SPX", 6_000.0, Class.INDEX_HIGH_CAP))
)
HELD = positions(
    ("XYZ", Kind.STOCK, -250, 0),
    ("XYZ", Kind.CALL, -3, 0),
    ("SPX", Kind.CALL, -2, 1),
    ("XYZ", Kind.STOCK, 100, 0),
)


def test_stock_sold_short_is_refused() -> None:
    wanted = "no stock sold short in a cash account: use a margin account or leave it out"
    assert short_stock_refusals(HELD) == (Problem("positions", 2, "quantity", "-250 XYZ", wanted),)


def test_less_than_a_share_is_not_sold_short() -> None:
    assert short_stock_refusals(positions(*(("XYZ", Kind.STOCK, n, 0) for n in (0, 0.5)))) == ()


def test_uncovered_calls_are_refused_by_position_and_reason() -> None:
    assert short_call_refusals(HELD, MARKET, [0, 1, 2, 0]) == (
        Problem(
            "positions",
            3,
            "quantity",
            "-3 XYZ 17 Apr 2026 100 call, 1 of them uncovered",
            "100 more shares of the underlying, or a margin account",
        ),
        Problem(
            "positions",
            4,
            "quantity",
            "-2 SPX 17 Apr 2026 100 call, 2 of them uncovered",
            "escrow, which cannot be told here, or a spread of one expiration and European style",
        ),
    )
    assert short_call_refusals(HELD, MARKET, [0, 0, 0, 0]) == ()
