"""A house's add-ons for concentration: figures by hand from the bands of the ladder.

Quantity beside 20-day volume: over 1, 2, 3, 5 days 10, 20, 30, 50 points. Ownership of the shares
outstanding: over 1, 3, 5% 10, 25, 100 points. Share of the account's gross: over 10, 20, 40, 50,
75% 5, 10, 15, 20, 30 points long, 10, 15, 20, 30, 35 short. An industry's net share of it: over 30,
70% 5, 10 points, where no position is above 40%. The rule alone asks 25% long, 30% short.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.intraday.answers import levels
from tests.intraday.answers import rows as intraday_rows
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account", "group"]
BY_VOLUME_AND_ISSUE: Range = [
    ["as_of", "2026-11-30"],
    ["house", "custom"],
    ["account_type", "margin"],
    *([f"volume_add_on_{band}", add_on]
      for band, add_on in (("first", 0.1), ("second", 0.2), ("third", 0.3), ("fourth", 0.5))),
    *([f"ownership_add_on_{band}", add_on]
      for band, add_on in (("first", 0.1), ("second", 0.25), ("third", 1.0))),
]  # fmt: skip
"""The two measures of the ladder that depend on a symbol alone."""
LADDER = {"volume_add_on_second": 0.20, "volume_add_on_third": 0.30, "volume_add_on_fourth": 0.50}


def stock(quantity: float, account: str = "A", group: str | None = None) -> list[Any]:
    return ["XYZ", "stock", quantity, None, None, 50.0, account, group]


def option(right: str, quantity: float, strike: float, price: float) -> list[Any]:
    return ["XYZ", right, quantity, strike, "2026-12-18", price, "A", None]


def book(
    *rows: list[Any],
    adv: float | None = 10_000,
    issued: float | None = 10_000_000,
    settings: Range = BY_VOLUME_AND_ISSUE,
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
        settings = [["as_of", "2026-11-30"], ["house", house], ["account_type", "margin"]]
        assert maintenance(stock(60_000), settings=settings) == pytest.approx(750_000)


def test_settings_make_a_ladder_and_move_its_bands() -> None:
    settings = [["as_of", "2026-11-30"], *map(list, LADDER.items())]
    assert maintenance(stock(60_000), settings=settings) == pytest.approx(0.75 * 3_000_000)
    assert maintenance(stock(15_000), settings=settings) == pytest.approx(0.25 * 750_000)
    sooner = [*settings, ["volume_days_second", 1.2]]
    assert maintenance(stock(15_000), settings=sooner) == pytest.approx(0.45 * 750_000)
    below = [["as_of", "2026-11-30"], ["house", "fidelity"], ["volume_add_on_first", 0.05]]
    lower = maintenance(stock(15_000), settings=below)
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
    settings = [["as_of", "2026-11-30"], ["house", "fidelity"], ["account_type", "cash"]]
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
    assert "25% of 1,250,000, and the house's 20% for concentration, 250,000: 20% for 2.5" in told
    # initially the law's half is more: nothing of the house is in it
    told = str(udfs.XLM_EXPLAIN(*book(stock(25_000)), regime="initial"))
    assert "50% of 1,250,000" in told
    assert "for concentration" not in told


def test_what_is_not_stated_is_said() -> None:
    found = str(udfs.XLM_CHECK(*book(stock(25_000), adv=None)))
    assert "no add-on for its concentration is counted" in found
    rule = [["as_of", "2026-11-30"]]
    assert "not used by any requirement" in str(udfs.XLM_CHECK(*book(stock(1), settings=rule)))


# By share of the account's gross: everything at 100 a share, some of it in one industry.
FIDELITY: Range = [["as_of", "2026-11-30"], ["house", "fidelity"], ["account_type", "margin"]]


def holding(**value: float) -> tuple[Range, Range, Range]:
    """Shares worth so much of each symbol; those that begin with E are of one industry."""
    rows: Range = [["symbol", "type", "quantity"]]
    rows += [[symbol, "stock", worth / 100] for symbol, worth in value.items()]
    market: Range = [["symbol", "price", "industry"]]
    market += [[s, 100.0, "Energy" if s.startswith("E") else None] for s in value]
    return rows, market, FIDELITY


def spread(total: float, among: int) -> dict[str, float]:
    """A value divided among symbols, each a small share."""
    return {f"R{i}": total / among for i in range(among)}


@pytest.mark.parametrize(
    ("share", "long", "short"),
    [(10, 0, 0), (10.1, 5, 10), (20, 5, 10), (20.1, 10, 15), (40, 10, 15), (40.1, 15, 20),
     (50, 15, 20), (50.1, 20, 30), (75, 20, 30), (75.1, 30, 35), (100, 30, 35)],
)  # fmt: skip
def test_share_of_the_account_s_gross(share: float, long: int, short: int) -> None:
    worth = share * 1_000
    rest = spread(100_000 - worth, 10) if share < 100 else {}
    others = 0.25 * (100_000 - worth)
    found = udfs.REGT_MAINTENANCE(*holding(XYZ=worth, **rest))
    assert found == pytest.approx((0.25 + long / 100) * worth + others)
    found = udfs.REGT_MAINTENANCE(*holding(XYZ=-worth, **rest))
    assert found == pytest.approx((0.30 + short / 100) * worth + others)


def test_share_of_an_industry() -> None:
    # 60% in energy, each 20%: 25 + 5 + 5%; the rest 25%
    three = {f"E{i}": 20_000.0 for i in range(3)}
    found = udfs.REGT_MAINTENANCE(*holding(**three, **spread(40_000, 5)))
    assert found == pytest.approx(0.35 * 60_000 + 0.25 * 40_000)
    # one position of 35%: 25 + 10%, and 5% of its industry
    found = udfs.REGT_MAINTENANCE(*holding(E1=35_000, **spread(65_000, 10)))
    assert found == pytest.approx(0.40 * 35_000 + 0.25 * 65_000)
    # 80%: 25 + 5 + 10%
    four = {f"E{i}": 20_000.0 for i in range(4)}
    found = udfs.REGT_MAINTENANCE(*holding(**four, **spread(20_000, 4)))
    assert found == pytest.approx(0.40 * 80_000 + 0.25 * 20_000)
    # 76%, but one position is above 40%: 25 + 15% of it, 25 + 10% of the other
    found = udfs.REGT_MAINTENANCE(*holding(E1=41_000, E2=35_000, **spread(24_000, 4)))
    assert found == pytest.approx(0.40 * 41_000 + 0.35 * 35_000 + 0.25 * 24_000)
    # 40% long, 20% short: net 20% is none; the short is 30 + 10%
    found = udfs.REGT_MAINTENANCE(*holding(E1=20_000, E2=20_000, E3=-20_000, **spread(40_000, 5)))
    assert found == pytest.approx(0.30 * 40_000 + 0.40 * 20_000 + 0.25 * 40_000)


def test_what_does_not_move_and_options_are_not_in_the_gross() -> None:
    rows, market, settings = holding(XYZ=20_000, **spread(30_000, 5))
    bill = ["912797AB1", "treasury", 1_000_000, 99.0, "2027-02-01", None]
    put = ["XYZ", "put", 10, 1.0, "2026-12-18", 90]
    held = [["symbol", "type", "quantity", "price", "expiration", "strike"]]
    held += [[*row, None, None, None] for row in rows[1:]]
    # 40% of 50,000: 25 + 10%; the others 12% each: 25 + 5%; 1% of the bill's 990,000
    found = udfs.REGT_MAINTENANCE([*held, bill], market, settings)
    assert found == pytest.approx(0.35 * 20_000 + 0.30 * 30_000 + 9_900)
    # the puts are beside 1,000 shares that nobody has: 200 of them, and 8 puts alone
    found = udfs.REGT_MAINTENANCE([*held, put], market, settings)
    assert found == pytest.approx(200 * min(9 + 10, 35) + 0.30 * 30_000)


def test_trades_hedges_and_one_more_count_the_whole_account() -> None:
    # 60% at 25 + 20%, 40% at 25 + 10%
    rows, market, settings = holding(XYZ=60_000, QRS=40_000)
    assert udfs.REGT_MAINTENANCE(rows, market, settings) == pytest.approx(41_000)
    sold = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", -200, 100.0]]
    rows.append(["USD", "cash", 0])
    table = udfs.MARGIN_WHATIF(rows, sold, market, settings)
    (found,) = (row for row in table if row[0] == "maintenance requirement")
    # 40,000 of each, 50%: 25 + 15%
    assert found[1:4] == pytest.approx([41_000, 32_000, -9_000])
    table = udfs.MARGIN_HEDGE(rows, sold, market, settings, None, 9_000)
    quantity, after, freed = (table[0].index(n) for n in ("quantity", "requirement after", "freed"))
    assert table[1][quantity] == -200
    assert [table[1][after], table[1][freed]] == pytest.approx([32_000, 9_000])
    table = udfs.MARGIN_ONE_MORE(rows, market, settings)
    at = table[0].index("maintenance")
    # 70 and 40 of 110: 45 and 35%; 60 and 50 of 110: 45 and 40%
    assert [row[at] for row in table[1:]] == pytest.approx([4_500, 6_000])


def test_a_protective_put_frees_the_add_on_of_volume() -> None:
    # 45% of 1,250,000; protected by puts at 45: 10% of 45 and 5 out of the money
    rows, market, settings = book(stock(25_000), ["USD", "cash", 0, None, None, None, "A", None])
    puts = [HEADINGS, option("put", 250, 45, 1.0)]
    table = udfs.MARGIN_HEDGE(rows, puts, market, settings, None, 325_000)
    after, freed = (table[0].index(n) for n in ("requirement after", "freed"))
    assert [table[1][after], table[1][freed]] == pytest.approx([237_500, 325_000])


def test_a_hedge_in_forced_groups_counts_their_shares_together() -> None:
    # 20,150 shares at 45%; the group's 150 sold leave 20,000 at 35%
    rows, market, settings = book(stock(20_000), stock(150, group="g"))
    rows.append(["USD", "cash", 0, None, None, None, "A", None])
    sold = [HEADINGS, ["XYZ", "stock", -200, None, None, 50.0, "A", "g"]]
    table = udfs.MARGIN_HEDGE(rows, sold, market, settings, None, 103_000)
    freed = table[0].index("freed")
    assert table[1][freed] == pytest.approx(0.45 * 20_150 * 50 - 0.35 * 20_000 * 50)


def test_within_the_day_the_whole_account_counts() -> None:
    _, market, settings = holding(XYZ=1, QRS=1)
    activity = [
        ["time", "symbol", "type", "quantity", "price"],
        ["10:00", "XYZ", "stock", 1_000, 100.0],
        ["11:00", "QRS", "stock", 1_000, 100.0],
        ["12:00", "XYZ", "stock", -1_000, 100.0],
    ]
    held = [["symbol", "type", "quantity"], ["USD", "cash", 1_000_000]]
    found = levels(intraday_rows(activity, held, settings, market))
    # 55% of 100,000; 25 + 15% of 200,000; 55% of 100,000
    assert found == pytest.approx([1_000_000, 945_000, 920_000, 945_000])


def test_outside_portfolio_margin_shares_of_the_account_do_not_count() -> None:
    rows, market, settings = holding(XYZ=50_000, NTE=50_000)
    market = [[*row, "class"] if row is market[0] else [*row, None] for row in market]
    market[2][3] = "etn"
    settings = [*settings[:2], ["account_type", "portfolio"]]
    # 15% of the shares; 25% of the note
    assert udfs.PM_REQUIREMENT(rows, market, settings) == pytest.approx(7_500 + 12_500)


def test_a_missing_industry_is_said() -> None:
    rows, market, settings = holding(XYZ=50_000)
    said = [row for row in udfs.XLM_CHECK(rows, market, settings) if row[3] == "industry"]
    assert said == [["warning", "market", 2.0, "industry", "nothing",
                     "one for XYZ: no add-on for its concentration is counted by it"]]  # fmt: skip


def test_the_worksheet_says_what_an_add_on_is_made_of() -> None:
    three = {f"E{i}": 20_000.0 for i in range(2)}
    told = str(udfs.XLM_EXPLAIN(*holding(E9=35_000, **three, R=25_000), regime="maintenance"))
    # 35% of the gross, 75% of it in energy; 35% of 35,000 and of 25,000, 30% of 20,000 twice
    assert (
        "25% of 35,000, and the house's 20% for concentration, 7,000: 10% for 35% of the account's"
        " gross, 10% for 75% of it in energy"
    ) in told
