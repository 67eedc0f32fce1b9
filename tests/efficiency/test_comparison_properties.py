"""Whatever the accounts: every level divides the same requirements, and loses nothing of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading import read_book
from xlmargin.efficiency import ComparisonLevel, RegimeComparison, compared, strategy_figure
from xlmargin.errors import MarginError
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.settings import Basis
from xlmargin.strategy_margin import strategy_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "volatility", "account"]
MARKET = [
    ["symbol", "price", "marginable"], ["XYZ", 100.0, "yes"], ["ABC", 50.0, "yes"],
    ["OTC", 20.0, "no"],
]  # fmt: skip
SPOT = {"XYZ": 100, "ABC": 50}


@st.composite
def rows(draw: st.DrawFn) -> list:
    symbol = draw(st.sampled_from([*SPOT, "OTC", "USD"]))
    account = draw(st.sampled_from(["one", "two", "three"]))
    if symbol == "USD":
        return [symbol, "cash", 5_000, None, None, None, account]
    kind = draw(st.sampled_from(["stock", "call", "put"]))
    if symbol == "OTC" or kind == "stock":
        return [symbol, "stock", draw(st.sampled_from([100, 250, -300])), None, None, None, account]
    strike = SPOT[symbol] + draw(st.integers(-3, 3)) * 5
    expiration = draw(st.sampled_from(["2026-12-18", "2027-03-19", "2028-01-21"]))
    return [symbol, kind, draw(st.sampled_from([-4, -1, 2, 5])), strike, expiration, 0.4, account]


def by_account(comparison: RegimeComparison, amounts: np.ndarray) -> dict[int, float]:
    found: dict[int, float] = {}
    for account, amount in zip(comparison.rows.account, amounts.tolist(), strict=True):
        found[account] = found.get(account, 0.0) + amount
    return found


@settings(max_examples=60, deadline=None)
@given(held=st.lists(rows(), min_size=1, max_size=9))
def test_every_level_adds_up_to_the_regimes_own_requirements(held: list[list]) -> None:
    book = read_book([HEADINGS, *held], MARKET, [["as_of", "2026-11-20"], ["rate", 0.03]])
    regimes = both_regimes(book, under_portfolio_margin, strategy_margin)
    portfolio, strategy = regimes.portfolio, regimes.strategy
    assert not isinstance(portfolio, MarginError)
    assert not isinstance(strategy, MarginError)
    totals = {
        "initial": strategy.initial,
        "maintenance": strategy.maintenance,
        "deposit": strategy.deposit,
        "portfolio": portfolio.amount,
    }
    accounts = compared(regimes, ComparisonLevel.ACCOUNT)
    assert accounts.amounts.portfolio == pytest.approx(portfolio.by_account, abs=0.005)
    for level in ComparisonLevel:
        comparison = compared(regimes, level)
        rows = comparison.rows
        assert len(set(zip(rows.account, rows.names, strict=True))) == len(rows.names)
        for name, whole in totals.items():
            amounts = getattr(comparison.amounts, name)
            assert amounts.sum() == pytest.approx(whole, abs=0.005)
            own = by_account(accounts, getattr(accounts.amounts, name))
            for account, amount in by_account(comparison, amounts).items():
                assert amount == pytest.approx(own[account], abs=0.005)
        for basis in Basis:
            assert np.isfinite(strategy_figure(comparison.amounts, basis)).all()
