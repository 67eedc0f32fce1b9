"""A house's add-ons for concentration: figures by hand from the bands of the ladder.

Quantity beside 20-day volume: over 1, 2, 3, 5 days 10, 20, 30, 50 points. Ownership of the shares
outstanding: over 1, 3, 5% 10, 25, 100 points. The rule alone asks 25% long, 30% short.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.intraday.answers import levels
from tests.intraday.answers import rows as intraday_rows
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account", "group"]
FIDELITY: Range = [["as_of", "2026-11-30"], ["house", "fidelity"], ["account_type", "margin"]]
LADDER = {"volume_add_on_second": 0.20, "volume_add_on_third": 0.30, "volume_add_on_fourth": 0.50}


def stock(quantity: float, account: str = "A", group: str | None = None) -> list[Any]:
    return ["XYZ", "stock", quantity, None, None, 50.0, account, group]


def option(right: str, quantity: float, strike: float, price: float) -> list[Any]:
    return ["XYZ", right, quantity, strike, "2026-12-18", price, "A", None]


def book(
    *rows: list[Any],
    adv: float | None = 10_000,
    issued: float | None = 10_000_000,
    settings: Range = FIDELITY,
) -> tuple[Range, Range, Range]:
    market = [["symbol", "price", "adv", "shares_outstanding"], ["XYZ", 50.0, adv, issued]]
    return [HEADINGS, *rows], market, settings


def maintenance(*rows: list[Any], **columns: Any) -> Any:
    return udfs.REGT_MAINTENANCE(*book(*rows, **columns))


@pytest.mark.parametrize(
    ("shares", "points"),
    [(10_000, 0), (10_001, 10), (20_000, 10), (20_001, 20), (30_000, 20), (30_001, 30),
     (50_000, 30), (50_001, 50)],
)  # fmt: skip
def test_days_of_volume(shares: int, points: int) -> None:
    expected = (0.25 + points / 100) * shares * 50
    assert maintenance(stock(shares)) == pytest.approx(expected)
    short = (0.30 + points / 100) * shares * 50
    assert maintenance(stock(-shares)) == pytest.approx(short)


@pytest.mark.parametrize(
    ("shares", "points"),
    [(1_000, 0), (1_001, 10), (3_000, 10), (3_001, 25), (5_000, 25), (5_001, 100)],
)
def test_share_of_the_shares_outstanding(shares: int, points: int) -> None:
    found = maintenance(stock(shares), adv=1e9, issued=100_000)
    assert found == pytest.approx((0.25 + points / 100) * shares * 50)


def test_both_measures_add_up() -> None:
    # 25,000 shares: 2.5 days 20 points, 2.5% of the issue 10: 55% of 1,250,000
    assert maintenance(stock(25_000), issued=1_000_000) == pytest.approx(687_500)


def test_initial_is_never_below_maintenance() -> None:
    # 55% of 1,250,000; with 20 points the law's 50% is more
    assert udfs.REGT_INITIAL(*book(stock(25_000), issued=1_000_000)) == pytest.approx(687_500)
    assert udfs.REGT_INITIAL(*book(stock(25_000))) == pytest.approx(625_000)
    # short 25,000: the value, and the greater of 50% and 30 + 20 + 10%
    found = udfs.REGT_INITIAL(*book(stock(-25_000), issued=1_000_000))
    assert found == pytest.approx(1_250_000 + 750_000)


def test_the_low_price_of_a_short_has_it_on_top() -> None:
    rows, market, settings = book(stock(-25_000))
    rows[1][5] = market[1][1] = 4.0
    # at 4: the greater of 2.50 a share and 100%, and 20 points of 100,000
    assert udfs.REGT_MAINTENANCE(rows, market, settings) == pytest.approx(120_000)


def test_the_rule_alone_and_other_houses_add_nothing() -> None:
    for house in ("rule", "schwab", "custom"):
        settings = [*FIDELITY[:1], ["house", house], FIDELITY[2]]
        assert maintenance(stock(60_000), settings=settings) == pytest.approx(750_000)


def test_settings_make_a_ladder_and_move_its_bands() -> None:
    settings = [["as_of", "2026-11-30"], *map(list, LADDER.items())]
    assert maintenance(stock(60_000), settings=settings) == pytest.approx(0.75 * 3_000_000)
    assert maintenance(stock(15_000), settings=settings) == pytest.approx(0.25 * 750_000)
    sooner = [*settings, ["volume_days_second", 1.2]]
    assert maintenance(stock(15_000), settings=sooner) == pytest.approx(0.45 * 750_000)
    lower = maintenance(stock(15_000), settings=[*FIDELITY, ["volume_add_on_first", 0.05]])
    assert "volume_add_on_first" in lower


def test_each_account_has_its_own_and_its_forced_groups_count_together() -> None:
    # A: 25,000 in two parts, 45%; B: 5,000, 25%
    rows = [stock(15_000), stock(10_000, group="g"), stock(5_000, "B")]
    assert maintenance(*rows) == pytest.approx(0.45 * 1_250_000 + 0.25 * 250_000)


def test_what_is_held_both_ways_counts_net() -> None:
    # net 5,000 long: no add-on; 5% of the box's 1,000,000, 25% of 250,000
    assert maintenance(stock(25_000), stock(-20_000)) == pytest.approx(50_000 + 62_500)


def test_a_covered_call_has_the_stock_s_add_on() -> None:
    # 45% of 1,250,000, the calls at 55 ask nothing
    rows = [stock(25_000), option("call", -250, 55, 1.5)]
    assert maintenance(*rows) == pytest.approx(562_500)
    # uncovered options are no shares: 20% less out of the money and the premium, 250 times
    alone = maintenance(option("call", -250, 55, 1.5))
    assert alone == pytest.approx(250 * (150 + 1_000 - 500))


def test_a_cash_account_pays_in_full() -> None:
    settings = [*FIDELITY[:2], ["account_type", "cash"]]
    assert maintenance(stock(60_000), settings=settings) == pytest.approx(3_000_000)


def test_portfolio_margin_has_none_but_by_strategy_outside_it() -> None:
    rows, market, settings = book(stock(25_000))
    assert udfs.PM_REQUIREMENT(rows, market, settings) == pytest.approx(187_500)
    market[0].append("class")
    market[1].append("etn")
    # a note: 25% by strategy and 20 points
    assert udfs.PM_REQUIREMENT(rows, market, settings) == pytest.approx(562_500)


def test_the_account_and_its_rule_alone() -> None:
    rows, market, settings = book(stock(25_000))
    rows.append(["USD", "cash", -300_000, None, None, None, "A", None])
    found = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(rows, market, settings)[1:]}
    assert found["strategy requirement"] == pytest.approx(562_500)
    assert found["strategy requirement, rule alone"] == pytest.approx(312_500)


def test_accounts_of_one_move_keep_their_own_rates() -> None:
    # B: (1 - 25%) of 250,000 (1 + m) is 60,000 at -68%; A: (1 - 45%) of 1,250,000 (1 + m) is
    # 300,000 at -56.36%, the nearer one, whichever is asked first
    rows = [
        stock(5_000, "B"),
        ["USD", "cash", -60_000, None, None, None, "B", None],
        stock(25_000),
        ["USD", "cash", -300_000, None, None, None, "A", None],
    ]
    table = udfs.MARGIN_ACCOUNT(*book(*rows))
    found = {row[0]: row[2] for row in table[1:]}
    assert found["strategy move down"] == pytest.approx(300_000 / 687_500 - 1, abs=1e-6)


def test_a_trade_crosses_a_band() -> None:
    # 20,000 shares at 35% are 350,000, 20,100 at 45% 452,250
    rows, market, settings = book(stock(20_000), ["USD", "cash", 0, None, None, None, "A", None])
    trades = [HEADINGS, stock(100)]
    table = udfs.MARGIN_WHATIF(rows, trades, market, settings)
    (found,) = (row for row in table if row[0] == "maintenance requirement")
    assert found[1:4] == pytest.approx([350_000, 452_250, 102_250])


def test_a_sale_frees_what_the_add_on_asked() -> None:
    # 25,000 shares at 45% are 562,500; 5,000 sold leave 20,000 at 35%
    rows, market, settings = book(stock(25_000), ["USD", "cash", 0, None, None, None, "A", None])
    sold = ["XYZ", "stock", -5_000, None, None, 50.0, "A", None]
    table = udfs.MARGIN_WHATIF(rows, [HEADINGS, sold], market, settings)
    (found,) = (row for row in table if row[0] == "maintenance requirement")
    assert found[1:4] == pytest.approx([562_500, 350_000, -212_500])


def test_within_the_day_each_holding_has_its_own() -> None:
    # 15,000 bought with 1,000,000: 35% of 750,000; 10,000 of them left: 25% of 500,000
    _, market, settings = book()
    activity = [
        ["time", "symbol", "type", "quantity", "price"],
        ["10:00", "XYZ", "stock", 15_000, 50.0],
        ["11:00", "XYZ", "stock", -5_000, 50.0],
    ]
    held = [["symbol", "type", "quantity"], ["USD", "cash", 1_000_000]]
    found = levels(intraday_rows(activity, held, settings, market))
    assert found == pytest.approx([1_000_000, 737_500, 875_000])


def test_one_more_counts_forced_groups_together() -> None:
    rows, market, settings = book(stock(20_000), stock(50, group="g"))
    table = udfs.MARGIN_ONE_MORE(rows, market, settings)
    at = table[0].index("maintenance")
    # 20,050 shares at 45%: 100 more 45% of 5,000
    assert [row[at] for row in table[1:]] == pytest.approx([2_250, 2_250])


def test_the_worksheet_says_the_add_on() -> None:
    told = str(udfs.XLM_EXPLAIN(*book(stock(25_000)), regime="maintenance"))
    assert "25% of 1,250,000, and the house's 20% for concentration, 250,000" in told
    # initially the law's half is more: nothing of the house is in it
    told = str(udfs.XLM_EXPLAIN(*book(stock(25_000)), regime="initial"))
    assert "50% of 1,250,000" in told
    assert "for concentration" not in told


def test_what_is_not_stated_is_said() -> None:
    found = str(udfs.XLM_CHECK(*book(stock(25_000), adv=None)))
    assert "no add-on for its concentration is counted" in found
    rule = [["as_of", "2026-11-30"]]
    assert "not used by any requirement" in str(udfs.XLM_CHECK(*book(stock(1), settings=rule)))
