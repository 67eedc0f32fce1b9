"""Marks at and below parity, taken at another price, beside a volatility, and off a forward."""

from __future__ import annotations

from math import exp, nan
from typing import Any

import numpy as np
import pytest

from xlmargin.arrays import Names
from xlmargin.book import Book, Positions
from xlmargin.contracts import Contracts, InstrumentKind
from xlmargin.errors import RefusedPosition
from xlmargin.market import Market, RateCurve, Underlying
from xlmargin.portfolio_margin import portfolio_margin
from xlmargin.pricing import implied_volatility, theoretical_value
from xlmargin.risk_array import ContractTable, contract_table, stress_grid
from xlmargin.risk_array.option_values import VolatilitySource
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import Settings, UnsolvedPrice

AS_OF = 46_346.0
CALL, PUT = InstrumentKind.CALL, InstrumentKind.PUT


def book(
    *rows: tuple[Any, ...],
    spot: float = 100.0,
    days: int = 30,
    rate: float = 0.03,
    settings: Settings | None = None,
    **underlying: Any,
) -> Book:
    """Options on one stock: (kind, quantity, strike, mark) and further columns by name."""
    n = len(rows)
    columns = {
        name: np.array([(row[4] if len(row) > 4 else {}).get(name, nan) for row in rows])
        for name in ("volatility", "mark_spot", "forward")
    }
    contracts = Contracts(
        root=Names.of(["XYZ"] * n),
        kind=np.array([row[0] for row in rows], dtype=np.int64),
        underlying=np.zeros(n, dtype=np.int64),
        strike=np.array([row[2] for row in rows], dtype=float),
        expiration=np.full(n, AS_OF + days),
        at_open=np.zeros(n, dtype=bool),
        american=np.full(n, underlying.pop("american", True)),
        multiplier=np.full(n, 100.0),
        deliverable=Names.of([""] * n),
    )
    mark = np.array([row[3] for row in rows], dtype=float)
    positions = Positions(
        contracts,
        quantity=np.array([row[1] for row in rows], dtype=float),
        mark=mark,
        cost=mark,
        account=np.zeros(n, dtype=np.int64),
        accounts=("",),
        group=np.full(n, -1),
        groups=(),
        row=np.arange(2, n + 2),
        origin=np.zeros(n, dtype=np.int64),
        origins=("positions",),
        **columns,
    )
    market = Market(AS_OF, (Underlying("XYZ", spot, **underlying),), RateCurve((0.0,), (rate,)))
    return Book(positions, market, settings or Settings())


def test_a_mark_a_little_below_parity_is_valued_without_volatility() -> None:
    table = contract_table(book((CALL, -1, 80, 19.90)))
    assert table.source[0] == VolatilitySource.NONE
    assert (table.volatility[0], table.base[0]) == (0.0, 19.90)
    up = np.array([[115.0]])
    # its value at 115 without volatility: 115 - 80 e^(-0.03 30/365)
    assert table.gains(up)[0, 0] == pytest.approx(115 - 80 * exp(-0.03 * 30 / 365) - 19.90)


def test_an_american_option_at_exactly_intrinsic_is_an_ordinary_case() -> None:
    margin = portfolio_margin(book((PUT, -1, 140, 40.0)))
    # at -15% it is worth 55: 15 a share
    assert margin.amount == pytest.approx(1_500)


def test_a_mark_far_below_parity_is_refused_by_how_much() -> None:
    with pytest.raises(RefusedPosition, match=r"0\.6\d* below"):
        contract_table(book((CALL, -1, 80, 19.50)))
    wide = Settings(parity_tolerance=0.02)
    assert contract_table(book((CALL, -1, 80, 19.50), settings=wide)).volatility[0] == 0.0


def test_the_setting_may_refuse_every_mark_without_a_volatility() -> None:
    strict = Settings(unsolved_price=UnsolvedPrice.REFUSE)
    with pytest.raises(RefusedPosition):
        contract_table(book((CALL, -1, 80, 19.90), settings=strict))


def test_a_price_of_0_is_worthless_or_no_quote() -> None:
    far = contract_table(book((CALL, -1, 160, 0.0), days=7))
    assert (far.volatility[0], far.mark[0]) == (0.0, 0.0)
    assert portfolio_margin(book((CALL, -1, 160, 0.0), days=7)).amount == pytest.approx(37.5)
    with pytest.raises(RefusedPosition, match="no quote"):
        contract_table(book((CALL, -1, 100, 0.0)))


def test_a_mark_taken_at_another_price_moves_with_the_model() -> None:
    still = portfolio_margin(book((CALL, -10, 100, 4.0), (PUT, 10, 95, 1.5)))
    for spot in (95.0, 100.5, 105.0):
        rows = [(k, q, s, m, {"mark_spot": 100.0}) for k, q, s, m in ((CALL, -10, 100, 4.0),)]
        moved = book(*rows, spot=spot)
        table = contract_table(moved)
        solved = implied_volatility(table.contracts, np.array([100.0]), np.array([4.0]))
        assert table.volatility[0] == pytest.approx(solved.volatility[0])
        value = theoretical_value(table.contracts, np.array([[spot, 100.0]]), table.volatility)[0]
        assert table.mark[0] == pytest.approx(4.0 + value[0] - value[1], abs=1e-6)
        assert portfolio_margin(moved).amount > 0
    stated = {"mark_spot": 100.0}
    same = book((CALL, -10, 100, 4.0, stated), (PUT, 10, 95, 1.5, stated))
    assert portfolio_margin(same).amount == still.amount


def test_beside_a_volatility_gains_are_counted_from_the_model_and_equity_from_the_price() -> None:
    both = book((CALL, -1, 100, 4.0, {"volatility": 0.25}))
    table = contract_table(both)
    assert table.mark[0] == 4.0
    assert table.base[0] == pytest.approx(table.model[0])
    assert table.base[0] != pytest.approx(4.0, abs=0.1)
    margin = portfolio_margin(both)
    assert margin.market_value[0] == -400.0
    alone = portfolio_margin(book((CALL, -1, 100, nan, {"volatility": 0.25})))
    assert margin.amount == pytest.approx(alone.amount)
    grid = stress_grid(both, table, np.array([0.0]), np.array([0.0]))
    assert grid[0, 0, 0] == pytest.approx(0.0, abs=1e-9)


def test_a_forward_stands_for_rate_and_yield() -> None:
    by_yield = book((PUT, -1, 100, 4.0), american=False, dividend_yield=0.08)
    forward = 100 * exp((0.03 - 0.08) * 30 / 365)
    by_forward = book((PUT, -1, 100, 4.0, {"forward": forward}), american=False)
    assert portfolio_margin(by_forward).amount == pytest.approx(portfolio_margin(by_yield).amount)
    of_itself = book((PUT, -1, 100, 4.0), american=False, spot_is_forward=True)
    by_rate = book((PUT, -1, 100, 4.0), american=False, dividend_yield=0.03)
    assert portfolio_margin(of_itself).amount == pytest.approx(portfolio_margin(by_rate).amount)


def test_yields_by_time_take_the_place_of_one() -> None:
    terms = RateCurve((0.2, 1.0), (0.0, 0.04))
    days = 219  # 0.6 years
    by_terms = book((CALL, -1, 100, 6.0), days=days, yields=terms)
    flat = book((CALL, -1, 100, 6.0), days=days, dividend_yield=0.02)
    assert contract_table(by_terms).volatility == pytest.approx(contract_table(flat).volatility)


def test_volatility_index_puts_are_valued_off_their_futures() -> None:
    """VIX, 25 June 2013, for 21 August: forward 20.0 by parity; off spot, 18.21, none is known."""
    quotes = {14: 0.125, 16: 0.575, 18: 1.475, 20: 2.675, 22: 4.1, 25: 6.5, 30: 10.9, 40: 20.25}
    market = {"spot": 18.21, "days": 57, "rate": 0.003, "american": False}

    def table(**more: Any) -> ContractTable:
        puts = [(PUT, -1, strike, mid, more) for strike, mid in quotes.items()]
        return contract_table(book(*puts, **market, underlying_class=UnderlyingClass.VOL_INDEX))

    volatility = table(forward=20.0).volatility
    assert (volatility > 0.5).all()
    with pytest.raises(RefusedPosition):
        table()
