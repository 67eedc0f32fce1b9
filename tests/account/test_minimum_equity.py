"""The least equity of a margin account, and what waives it, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.account.two_accounts import BOOK, alerts
from tests.books import Range
from tests.strategy_margin.accounts import Row, book_of
from xlmargin.account import StrategyState, account_state
from xlmargin.market import Underlying
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.strategy_margin import strategy_margin

SHARES = Row("stock", 100, 15.0, cost=15.0)
CALL = Row("call", -1, 0.4, 17.5, 30, cost=0.4)
PUT = Row("put", -1, 0.3, 10, 30, cost=0.3)


def state_of(rows: list[Row], cash: float) -> StrategyState:
    book, _ = book_of(rows, [Underlying("XYZ", 15.0)], cash=cash)
    regimes = both_regimes(book, under_portfolio_margin, strategy_margin)
    state = account_state(regimes).strategy
    assert isinstance(state, StrategyState)
    return state


@pytest.mark.parametrize(
    ("rows", "cash", "least"),
    [
        ([SHARES], 0.0, 0.0),
        ([SHARES], -1.0, 1_500.0),  # never more than the cost
        ([SHARES, CALL], 40.0, 0.0),  # the shares cover the call
        ([SHARES, CALL], -1.0, 1_500.0),  # a debit needs it still
        ([SHARES, CALL._replace(quantity=-2)], 40.0, 2_000.0),  # one call is not covered
        ([PUT], 1_040.0, 0.0),  # cash covers the put
        ([PUT], 1_000.0, 0.0),
        ([PUT], 999.99, 2_000.0),
        ([SHARES, CALL, PUT], 1_000.0, 0.0),
        ([SHARES, CALL, PUT._replace(quantity=-2)], 1_999.0, 2_000.0),
        ([SHARES._replace(quantity=-100)], 5_000.0, 2_000.0),  # short sales are never waived
        ([PUT, PUT._replace(quantity=1, strike=9)], 100.0, 2_000.0),  # a spread is no deposit
        ([SHARES._replace(cost=np.nan)], -1.0, 1_500.0),  # no cost: what it is worth
        ([SHARES._replace(cost=12.0)], -1.0, 1_200.0),
        ([SHARES._replace(quantity=200)], -1.0, 2_000.0),  # 3,000 of cost, and no more than 2,000
        ([CALL._replace(quantity=1, cost=4.0)], -1.0, 400.0),  # one contract is a purchase too
        ([SHARES._replace(quantity=-0.05)], 5_000.0, 2_000.0),  # $0.75 of it is a short sale
        ([PUT._replace(strike=0.01, price=0.005)], -1.0, 2_000.0),  # a debit secures no put
    ],
)
def test_least_equity(rows: list[Row], cash: float, least: float) -> None:
    margin = state_of(rows, cash).margin
    assert margin is not None
    assert margin.minimum_equity == pytest.approx([least])


def test_a_covered_sale_leaves_no_deficiency() -> None:
    margin = state_of([SHARES, CALL], 40.0).margin
    assert margin is not None
    assert margin.minimum_equity_deficiency == pytest.approx([0.0])


def test_options_are_bought_with_the_cash_that_no_put_is_secured_by() -> None:
    assert state_of([PUT], 1_040.0).buying_power.options == pytest.approx([40.0])
    assert state_of([SHARES, CALL], 40.0).buying_power.options == pytest.approx([40.0])


@pytest.mark.parametrize(
    ("equity", "light", "value"),
    [(15_000, "red", 85_000.0), (99_999, "red", 1.0), (100_000, "grey", "none"),
     (600_000, "grey", "none")],
)  # fmt: skip
def test_a_portfolio_minimum_that_nobody_states_is_never_green(
    equity: float, light: str, value: float | str
) -> None:
    """FINRA 4210 interpretation (b)(4)/034: no firm may set less than 100,000."""
    [row] = _portfolio_minimum(equity)
    assert (row["light"], row["value"]) == (light, value)
    for least in ("100,000", "150,000", "500,000", "state equity_to_keep"):
        assert least in str(row["rule"])
    if light == "grey":
        assert "portfolio margin minimum is not stated" in str(row["says"])


@pytest.mark.parametrize(
    ("stated", "value"), [(100_000, 0.0), (150_000, 30_000.0), (50_000, 0.0), (500_000, 380_000.0)]
)
def test_a_portfolio_minimum_is_stated_by_a_setting(stated: float, value: float) -> None:
    [row] = _portfolio_minimum(120_000, ["equity_to_keep", stated])
    assert (row["light"], row["value"]) == ("red" if value else "green", value)


def test_a_setting_below_the_least_of_any_firm_does_not_lower_it() -> None:
    [row] = _portfolio_minimum(15_000, ["equity_to_keep", 50_000])
    assert (row["light"], row["value"]) == ("red", 85_000.0)


def test_the_least_of_firms_asks_nothing_of_an_account_by_strategy() -> None:
    assert not _portfolio_minimum(15_000, ["account_type", "margin"])


def _portfolio_minimum(equity: float, *settings: list[object]) -> list[dict[str, object]]:
    """What the alerts of 10 shares of XYZ at 100 and cash say of the least equity."""
    positions: Range = [BOOK[0], ["XYZ", "stock", 10, "A"], ["", "cash", equity - 1_000, "A"]]
    found = alerts(None, positions, more=list(settings))
    return [row for row in found if row["figure"] == "portfolio minimum equity deficiency"]
