"""The history in a few figures, from days whose sums are made by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from xlmargin.history import DayFigures, OnDay, summary
from xlmargin.reports import summary_table

MILLION = 1_000_000.0
DAY = DayFigures(
    day=46_037.0,
    accounts=1,
    long_market_value=15 * MILLION,
    initial=7.5 * MILLION,
    maintenance=3.75 * MILLION,
    deposit=5.25 * MILLION,
    portfolio_requirement=1.8 * MILLION,
    released=3.45 * MILLION,
    strategy_calls=0.0,
    portfolio_calls=1.0,
    problem="",
    warning="",
)


def test_the_pattern_of_the_article() -> None:
    # 35% and 12% of 15 million on average: 3.45 million released; here 30 and 40, 10 and 14%.
    low = dataclasses.replace(
        DAY, deposit=4.5 * MILLION, portfolio_requirement=1.5 * MILLION, released=3 * MILLION
    )
    high = dataclasses.replace(
        DAY,
        day=46_038.0,
        deposit=6 * MILLION,
        portfolio_requirement=2.1 * MILLION,
        released=3.9 * MILLION,
        portfolio_calls=2.0,
    )
    made = summary([high, low])
    assert made.days == made.account_days == 2
    assert made.deposit_share == pytest.approx(0.35)
    assert made.portfolio_share == pytest.approx(0.12)
    assert made.released == pytest.approx(3.45 * MILLION)
    assert made.released_share == pytest.approx(0.23)
    assert made.least_released == OnDay(3 * MILLION, 46_037.0)
    assert made.greatest_portfolio == OnDay(2.1 * MILLION, 46_038.0)
    assert (made.strategy_calls, made.portfolio_calls) == (0.0, 3.0)


def test_days_that_failed_are_listed_and_in_no_average() -> None:
    nothing = dict.fromkeys(
        ("long_market_value", "initial", "maintenance", "deposit", "portfolio_requirement",
         "released", "strategy_calls", "portfolio_calls"), np.nan,
    )  # fmt: skip
    failed = dataclasses.replace(DAY, day=46_036.0, accounts=0, problem="no prices", **nothing)
    made = summary([DAY, failed])
    assert made.days == 2
    assert made.failed == ((46_036.0, "no prices"),)
    assert made.released == DAY.released
    assert made.portfolio_calls == 1.0
    rows = summary_table(made).rows
    assert ["day that failed", None, 46_036.0, "no prices"] in rows
    assert ["days that failed", 1.0, None, ""] in rows


def test_what_is_unknown_on_one_day_is_unknown_in_the_sum_of_calls() -> None:
    unknown = dataclasses.replace(DAY, day=46_038.0, strategy_calls=np.nan)
    made = summary([DAY, unknown])
    assert np.isnan(made.strategy_calls)
    assert made.portfolio_calls == 2.0


def test_shares_are_of_days_with_long_market_value() -> None:
    without = dataclasses.replace(DAY, day=46_038.0, long_market_value=0.0)
    assert summary([DAY, without]).portfolio_share == pytest.approx(0.12)
    assert np.isnan(summary([without]).portfolio_share)
