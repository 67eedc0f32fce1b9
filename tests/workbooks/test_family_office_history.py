"""The sample history: every day reads without a warning, and money comes from somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from tests.reading import read_book
from tests.workbooks.test_family_office_sample import chains_hold
from xlmargin import udfs
from xlmargin.account import values_under_portfolio
from xlmargin.importers import BookRanges
from xlmargin.margin_calls import business_day_after
from xlmargin.regimes import under_portfolio_margin
from xlmargin.samples import ARTICLE_SCENARIO, family_office_book, family_office_history
from xlmargin.strategy_margin import strategy_margin

ASSIGNED = "2026-10-16"
Rows = list[dict]


@pytest.fixture(scope="module")
def history() -> BookRanges:
    return family_office_history()


def by_day(rows: list[list]) -> dict[str, Rows]:
    headings, *body = rows
    days: dict[str, Rows] = {}
    for row in body:
        days.setdefault(row[0], []).append(dict(zip(headings, row, strict=True)))
    return days


def without_dates(rows: Rows) -> list[list]:
    return [list(rows[0])[1:], *(list(row.values())[1:] for row in rows)]


def ranges_by_day(history: BookRanges) -> Iterator[tuple[str, tuple]]:
    """Each day's four ranges, without the column of dates."""
    market = by_day(history.market)
    for day, rows in by_day(history.positions).items():
        settings = [*history.settings, ["as_of", day]]
        yield day, (without_dates(rows), without_dates(market[day]), settings, history.dividends)


def cash(rows: Rows, account: str) -> float:
    (amount,) = [r["quantity"] for r in rows if r["type"] == "cash" and r["account"] == account]
    return float(amount)


def contracts(rows: Rows) -> dict[tuple, float]:
    key = ("account", "symbol", "type", "strike", "expiration", "quantity")
    return {tuple(r[k] for k in key): r["price"] for r in rows if r["type"] != "cash"}


def test_it_is_the_same_every_time(history: BookRanges) -> None:
    assert family_office_history() == history


def test_days_are_sixty_business_days_up_to_the_sample_s(history: BookRanges) -> None:
    days = [dt.date.fromisoformat(day) for day in by_day(history.positions)]
    assert days[-1] == dt.date(2026, 11, 20)
    assert days == sorted(set(days))
    assert len(days) == 60
    assert all(business_day_after(day, 1) == later for day, later in pairwise(days))
    assert dt.date(2026, 9, 7) not in days
    assert list(by_day(history.market)) == list(by_day(history.positions))


def test_every_day_reads_without_a_warning_and_contradicts_nothing(history: BookRanges) -> None:
    for day, ranges in ranges_by_day(history):
        assert {row[0] for row in udfs.XLM_CHECK(*ranges)[2:]} <= {"note"}, day
        book = read_book(*ranges)
        assert book.positions.accounts == ("Holding", "Foundation")
        assert chains_hold(book), day


def test_nothing_is_held_on_the_day_it_expires_or_later(history: BookRanges) -> None:
    for day, rows in by_day(history.positions).items():
        assert all(row["expiration"] is None or row["expiration"] > day for row in rows)


def test_the_last_day_is_the_sample(history: BookRanges) -> None:
    *_, last = by_day(history.positions).values()
    names = ["symbol", "type", "quantity", "strike", "expiration", "price", "style"]
    sample = family_office_book().positions
    at = [sample[0].index(name) for name in names]
    wanted = [[row[i] for i in at] for row in sample[1:] if row[1] != "cash"]
    found = [[row[name] for name in names] for row in last if row["type"] != "cash"]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert cash(last, "Holding") + cash(last, "Foundation") == 1_450_000


def test_calls_are_rolled_and_hedges_stay(history: BookRanges) -> None:
    days = by_day(history.positions)
    expirations = [
        next(r["expiration"] for r in rows if (r["symbol"], r["quantity"]) == ("AAPL", -40))
        for rows in days.values()
    ]
    assert list(dict.fromkeys(expirations)) == [
        "2026-09-18", "2026-10-16", "2026-11-20", "2026-12-18",
    ]  # fmt: skip
    assert all(
        any((r["symbol"], r["quantity"], r["strike"]) == ("SPX", 6, 6_400) for r in rows)
        for rows in days.values()
    )


def test_cash_moves_only_with_trades(history: BookRanges) -> None:
    days = list(by_day(history.positions).values())
    moved = 0
    for before, after in pairwise(days):
        for account in ("Holding", "Foundation"):
            held = [{k for k in contracts(rows) if k[0] == account} for rows in (before, after)]
            changed = cash(after, account) != cash(before, account)
            assert changed == (held[0] != held[1])
            moved += changed
    assert 8 <= moved <= 20


def test_what_comes_is_paid_for_at_its_price(history: BookRanges) -> None:
    days = by_day(history.positions)
    before, after = days["2026-09-30"], days["2026-10-01"]
    (bought,) = contracts(after).keys() - contracts(before).keys()
    assert bought[1:4] == ("GOOGL", "call", 300)
    paid = cash(before, "Holding") - cash(after, "Holding")
    assert paid == pytest.approx(10 * 100 * contracts(after)[bought], abs=0.005)


def test_a_put_is_assigned_at_its_strike(history: BookRanges) -> None:
    days = by_day(history.positions)
    before, after = days["2026-10-15"], days[ASSIGNED]
    gone, came = contracts(before).keys() - contracts(after), contracts(after)
    assert [key[1:4] for key in gone] == [("CRM", "put", 230)]
    (stock,) = [price for key, price in came.items() if key[1:3] == ("CRM", "stock")]
    assert stock < 230
    (written,) = [price for key, price in came.items() if key[1:3] == ("CRM", "call")]
    # 800 shares at 230 paid for, and calls on them written the same day
    change = cash(after, "Foundation") - cash(before, "Foundation")
    assert change == pytest.approx(-800 * 230 + 8 * 100 * written, abs=0.005)


def test_a_roll_costs_what_the_old_contract_is_worth_and_brings_what_the_new_one_is(
    history: BookRanges,
) -> None:
    # the second account rolls its calls on NFLX alone: the old ones are bought back at about what
    # their volatility of the day before makes them worth
    days, market = by_day(history.positions), by_day(history.market)
    dates = ("2026-11-11", "2026-11-12")
    before, after = (days[date] for date in dates)
    spots = [next(r["price"] for r in market[d] if r["symbol"] == "NFLX") for d in dates]
    old, new = (
        next(r for r in rows if (r["symbol"], r["type"]) == ("NFLX", "call"))
        for rows in (before, after)
    )
    assert (old["expiration"], new["expiration"]) == ("2026-11-20", "2026-12-18")
    assert new["cost"] == new["price"]
    change = cash(after, "Foundation") - cash(before, "Foundation")
    bought_back = new["price"] - change / (10 * 100)
    terms = ("call", spots[0], old["strike"], old["expiration"], dates[0])
    volatility = udfs.OPT_IV(*terms, old["price"], 0.0385)
    terms = ("call", spots[1], old["strike"], old["expiration"], dates[1])
    assert bought_back == pytest.approx(udfs.OPT_PRICE(*terms, volatility, 0.0385), rel=0.03)
    assert bought_back == pytest.approx(round(bought_back, 2), abs=1e-6)


@pytest.fixture(scope="module")
def shares(history: BookRanges) -> np.ndarray:
    """Long market value, $, and shares of it by strategy and by portfolio margin, every week."""
    found = []
    for _, ranges in list(ranges_by_day(history))[4::5]:
        book = read_book(*ranges)
        margin = under_portfolio_margin(book)
        long_market_value = values_under_portfolio(margin).long_market_value.sum()
        asked = np.array([strategy_margin(book).maintenance, margin.amount])
        found.append([long_market_value, *(asked / long_market_value)])
    return np.array(found)


def test_the_pattern_is_the_article_s(shares: np.ndarray) -> None:
    # the article: on average 35% by strategy and 12% by portfolio margin of about 15 million
    long_market_value, strategy, portfolio = shares.mean(axis=0)
    assert long_market_value == pytest.approx(15e6, rel=0.1)
    assert 0.30 < strategy < 0.37
    assert portfolio == pytest.approx(0.12, abs=0.01)


def test_from_positions_to_what_is_released(shares: np.ndarray) -> None:
    long_market_value, strategy, portfolio = shares.mean(axis=0)
    assert 2_500_000 < (strategy - portfolio) * long_market_value < 3_500_000
    assert sum(ARTICLE_SCENARIO.uses.values()) == 1.0
