"""Pattern day trading, both sides of its numbers; day trades counted by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.intraday.answers import MARKET, STOCK, cash, of_kind, rows, until

DATED = ["date", *STOCK]
REGIME = ["day_trading_regime", "pattern_day_trader"]
DAY = "2026-11-19"


def settings(as_of: str = "2026-11-20") -> list[list[str]]:
    return [["as_of", as_of], ["account_type", "margin"], REGIME]


def trades(day: str, *quantities: int, symbol: str = "XYZ") -> list[list[Any]]:
    price = dict(MARKET[1:])[symbol]
    return [[day, symbol, "stock", quantity, price] for quantity in quantities]


def of_day(found: list[dict[str, Any]], kind: str, day: str) -> dict[str, Any]:
    serial = (dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days
    (row,) = [row for row in of_kind(found, kind) if row["date"] == serial]
    return row


def is_pattern(found: list[dict[str, Any]], day: str = DAY) -> bool:
    return of_day(found, "pattern day trader", day)["transaction"] == "yes"


@pytest.mark.parametrize(
    ("overnight", "quantities", "count"),
    [
        (0, [100, -100], 1),
        (0, [-100, 100], 1),
        (0, [100, 100, -200], 1),
        (0, [100, -50, -50], 1),
        (0, [100, -100, 100, -100], 2),
        (0, [100, -50, 100, -150], 2),
        (0, [100, -200, 100], 2),  # sells what was bought and 100 short; the short is bought back
        (0, [100, 100], 0),
        (100, [-100, 100], 0),  # the night's shares sold before anything was bought
        (100, [-100, 100, -100], 1),
        (100, [100, -100], 1),
        (100, [100, -200], 1),
        (100, [100, -200, 100], 1),  # 100 bought and sold; the night's sold; 100 bought anew
        (-100, [100, -100], 0),
        (-100, [150, -50], 1),  # 100 closes the night's short; 50 are bought and sold
        (50, [-100, 50], 1),
        (100, [-50, -50, -100, 100], 1),  # the night's in two sales, then 100 short
    ],
)
def test_day_trades_of_one_stock(overnight: int, quantities: list[int], count: int) -> None:
    held = [["symbol", "type", "quantity"], ["USD", "cash", 50_000]]
    held += [["XYZ", "stock", overnight]] if overnight else []
    found = rows([DATED, *trades(DAY, *quantities)], held, settings())
    (row,) = of_kind(found, "day trades")
    assert row["transaction"].startswith(f"{count} on the day; {count} of {len(quantities)} trades")


def test_day_trades_follow_the_times_and_else_the_rows_and_say_so() -> None:
    # held overnight: sold first it makes no day trade, bought first it does
    held = [["symbol", "type", "quantity"], ["USD", "cash", 50_000], ["XYZ", "stock", 100]]
    sold, bought = trades(DAY, -100, 100)
    untimed = rows([DATED, bought, sold], held, settings())
    timed = rows([[*DATED, "time"], [*bought, "10:00"], [*sold, "9:31"]], held, settings())
    texts = [of_kind(found, "day trades")[0]["transaction"] for found in (untimed, timed)]
    assert texts[0].startswith("1 on the day")
    assert texts[0].endswith("in the order of the rows")
    assert texts[1].startswith("0 on the day")
    assert texts[1].endswith("in the order of the times")


def test_contracts_and_accounts_are_counted_apart() -> None:
    activity = [[*DATED, "strike", "expiration", "account"]]
    activity += [[*row, None, None, "one"] for row in trades(DAY, 100, symbol="XYZ")]
    activity += [[*row, None, None, "one"] for row in trades(DAY, -100, symbol="ABC")]
    activity += [[*row, None, None, "two"] for row in trades(DAY, -100, symbol="XYZ")]
    activity.append([DAY, "XYZ", "call", 1, 2.0, 50, "2026-12-18", "one"])
    activity.append([DAY, "XYZ", "call", -1, 2.0, 50, "2027-01-15", "one"])
    held = [["symbol", "type", "quantity", "account"]]
    held += [["USD", "cash", 50_000, name] for name in ("one", "two")]
    texts = [r["transaction"] for r in of_kind(rows(activity, held, settings()), "day trades")]
    assert [text[:8] for text in texts] == ["0 on the", "0 on the"]


def test_the_hour_of_an_expiration_makes_no_other_contract() -> None:
    activity = [[*DATED, "strike", "expiration"]]
    activity += [
        [DAY, "XYZ", "call", q, 2.0, 50, 46_374 + hour] for q, hour in ((1, 0.0), (-1, 0.6))
    ]
    (row,) = of_kind(rows(activity, cash(50_000), settings()), "day trades")
    assert row["transaction"].startswith("1 on the day")


@pytest.mark.parametrize(("times", "pattern"), [(3, False), (4, True)])
def test_four_day_trades(times: int, pattern: bool) -> None:
    found = rows([DATED, *trades(DAY, *[100, -100] * times)], cash(50_000), settings())
    assert is_pattern(found) is pattern


@pytest.mark.parametrize(
    ("day_trades", "others", "pattern"),
    [
        (4, 58, True),  # 4 of 66 trades: 6.06%
        (4, 59, False),  # 4 of 67: 5.97%
        (6, 87, True),  # 6 of 99
        (6, 88, False),  # 6 of 100: 6% and no more
    ],
)
def test_more_than_six_percent_of_trades(day_trades: int, others: int, pattern: bool) -> None:
    activity = [
        DATED,
        *trades(DAY, *[1, -1] * day_trades),
        *trades(DAY, *[1] * others, symbol="ABC"),
    ]
    assert is_pattern(rows(activity, cash(50_000), settings())) is pattern


@pytest.mark.parametrize(
    ("first", "last", "pattern"),
    [
        ("2026-11-13", "2026-11-19", True),  # Friday, Monday to Thursday: five business days
        ("2026-11-12", "2026-11-19", False),
        ("2026-11-20", "2026-11-27", True),  # 20, 23, 24, 25 and, after Thanksgiving, 27
        ("2026-11-20", "2026-11-30", False),
    ],
)
def test_five_business_days(first: str, last: str, pattern: bool) -> None:
    activity = [DATED, *trades(first, 1, -1), *trades(last, *[1, -1] * 3)]
    found = rows(activity, cash(50_000), settings("2026-11-30"))
    assert not is_pattern(found, first)
    assert is_pattern(found, last) is pattern


def test_once_a_pattern_day_trader_always_one() -> None:
    activity = [DATED, *trades("2026-11-02", *[1, -1] * 4), *trades("2026-11-19", 1)]
    assert is_pattern(rows(activity, cash(50_000), settings()), "2026-11-19")


@pytest.mark.parametrize(("equity", "call"), [(25_000, 0), (24_999, 1)])
def test_least_equity(equity: int, call: int) -> None:
    found = rows([DATED, *trades(DAY, *[1, -1] * 4)], cash(equity), settings())
    (row,) = of_kind(found, "least equity")
    assert row["deficit"] == call
    assert len(of_kind(found, "freeze")) == call
    if call:
        # 20, 23, 24, 25, 27 November; 90 days on: 3 + 31 + 31 + 25 of February
        assert until(found, "least equity") == dt.date(2026, 11, 27)
        assert until(found, "freeze") == dt.date(2027, 2, 25)


def test_what_short_options_brought_in_is_no_equity() -> None:
    # 24,000 paid in and 2,000 received, still owed: 1,000 missing; a long call of 500 adds nothing
    headings = ["symbol", "type", "quantity", "strike", "expiration", "price"]
    short = ["XYZ", "put", -10, 45, "2026-12-18", 2.0]
    money = ["USD", "cash", 26_000, None, None, None]
    activity = [DATED, *trades(DAY, *[1, -1] * 4)]
    (row,) = of_kind(rows(activity, [headings, money, short], settings()), "least equity")
    assert row["deficit"] == pytest.approx(1_000)
    assert row["transaction"].startswith("24,000.00 at the opening")
    long = ["ABC", "call", 10, 20, "2026-12-18", 0.5]
    money = ["USD", "cash", 24_000, None, None, None]
    (row,) = of_kind(rows(activity, [headings, money, long], settings()), "least equity")
    assert row["deficit"] == pytest.approx(1_000)


@pytest.mark.parametrize(
    ("quantities", "count"),
    [
        ([-100, 100], 0),  # what was moved in is sold, then bought anew
        ([-100, -100, 100], 1),
        ([100, -100], 1),
    ],
)
def test_what_is_moved_in_is_as_if_held_overnight(quantities: list[int], count: int) -> None:
    moved = [[DAY, "XYZ", "deposit", 50, None]] * 2
    activity = timed([*moved, *trades(DAY, *quantities)])
    (row,) = of_kind(rows([TIMED, *activity], cash(50_000), settings()), "day trades")
    assert row["transaction"].startswith(f"{count} on the day; {count} of {len(quantities)}")


def test_a_day_trade_of_several_purchases_costs_all_of_them() -> None:
    found = rows([DATED, *trades(DAY, *[1, 1, -2] * 4)], cash(50_000), settings())
    assert power(found)["transaction"].endswith("400.00 used, of all day trades")


@pytest.mark.parametrize(
    ("name", "value"), [("pattern_rate", 0.5), ("pattern_portfolio_rate", 0.3)]
)
def test_a_house_s_higher_rate_counts(name: str, value: float) -> None:
    # 4,000 shares at 50: 200,000 of day trades
    account_type = "portfolio" if "portfolio" in name else "margin"
    stated = [["as_of", "2026-11-20"], ["account_type", account_type], REGIME, [name, value]]
    activity = [DATED, *trades(DAY, *[1_000, -1_000] * 4)]
    for money, call in ((200_000 * value, 0), (200_000 * value - 1, 1)):
        assert power(rows(activity, cash(money), stated))["deficit"] == pytest.approx(call)


TIMED = [*DATED, "time"]


def timed(activity: list[list[Any]]) -> list[list[Any]]:
    """The same, each row a minute after the one before."""
    return [[*row, 0.4 + i / 1_440] for i, row in enumerate(activity)]


def power(found: list[dict[str, Any]], day: str = DAY) -> dict[str, Any]:
    return of_day(found, "day-trading buying power", day)


@pytest.mark.parametrize(("shares", "call"), [(2_394, 0), (2_396, 25)])
def test_buying_power_is_four_times_the_excess_of_the_close_before(shares: int, call: int) -> None:
    # 30,000 of cash: 120,000 = 2,400 shares at 50; six of them in three small day trades
    activity = [DATED, *trades(DAY, *[2, -2] * 3), *trades(DAY, shares, -shares)]
    row = power(rows(activity, cash(30_000), settings()))
    assert row["transaction"].startswith("120,000.00, 4 times the excess")
    assert row["transaction"].endswith("used, of all day trades")
    assert row["deficit"] == call


def test_with_the_times_what_is_open_at_one_time_in_day_trades_counts() -> None:
    # XYZ 50,000 and ABC 20,000 open together; what is bought to be held does not count
    held_over = [DAY, "XYZ", "call", 10, 2.0]
    legs = [("XYZ", 1_000), ("ABC", 1_000), ("ABC", -1_000), ("XYZ", -1_000)]
    legs += [("XYZ", 10), ("XYZ", -10)] * 2
    made = [[*row, None, None] for s, q in legs for row in trades(DAY, q, symbol=s)]
    made = [[*held_over, 50, "2026-12-18"], *made]
    headings = [*DATED, "strike", "expiration"]
    found = rows([[*headings, "time"], *timed(made)], cash(30_000), settings())
    assert power(found)["transaction"].endswith("70,000.00 used, open at one time")
    # without them, or with two at one time, all day trades: 500 each of the small ones too
    found = rows([headings, *made], cash(30_000), settings())
    assert power(found)["transaction"].endswith("71,000.00 used, of all day trades")
    at_once = timed(made)
    at_once[2][-1] = at_once[1][-1]
    found = rows([[*headings, "time"], *at_once], cash(30_000), settings())
    assert power(found)["transaction"].endswith("71,000.00 used, of all day trades")


EXCEEDED = [
    quantity
    for shares in (3_500, 1_500, 1_000, 1_000)
    for quantity in (shares, -shares)
]  # fmt: skip
"""Day trades of 350,000 in all at 50, at most 175,000 of them open."""


def test_buying_power_exceeded_is_margined_on_all_day_trades_of_the_day() -> None:
    found = rows([TIMED, *timed(trades(DAY, *EXCEEDED))], cash(30_000), settings())
    row = power(found)
    assert row["transaction"].endswith("175,000.00 used, open at one time")
    # 25% of 350,000 less 30,000; by the milder reading 25% of 175,000
    assert row["deficit"] == pytest.approx(57_500)
    (made_of,) = of_kind(found, "special maintenance")
    assert made_of["transaction"] == (
        "87,500.00 for 350,000.00 of all day trades, less the excess of 30,000.00; by the milder "
        "reading of (iv)c., 13,750.00"
    )
    assert until(found, "day-trading buying power") == dt.date(2026, 11, 27)
    assert until(found, "freeze") == dt.date(2027, 2, 25)


NEXT, AFTER = "2026-11-20", "2026-11-23"


@pytest.mark.parametrize(
    ("paid_in", "multiple", "power_left"),
    [(57_499, "2", 2 * 87_499.0), (57_500, "4", 4 * 87_500.0)],
)
def test_until_the_call_is_met_buying_power_is_twice_the_excess(
    paid_in: int, multiple: str, power_left: float
) -> None:
    activity = timed([*trades(DAY, *EXCEEDED), *trades(NEXT, 1_000, -1_000)])
    activity.append([NEXT, "", "deposit", paid_in, None, 0.9])
    activity += timed(trades(AFTER, 1_000, -1_000))
    found = rows([TIMED, *activity], cash(30_000), settings("2026-11-30"))
    row = power(found, NEXT)
    assert row["transaction"].startswith("60,000.00, 2 times the excess at the previous close, for")
    # no record of the times may be used
    assert row["transaction"].endswith("50,000.00 used, of all day trades")
    assert row["deficit"] == 0
    row = power(found, AFTER)
    assert row["transaction"].startswith(f"{power_left:,.2f}, {multiple} times the excess")
    assert len(of_kind(found, "met")) == (paid_in == 57_500)


def test_twice_the_excess_may_be_exceeded_again() -> None:
    activity = timed([*trades(DAY, *EXCEEDED), *trades(NEXT, 700, -700, 700, -700)])
    found = rows([TIMED, *activity], cash(30_000), settings("2026-11-30"))
    # 70,000 of day trades, half of them required, less 30,000
    assert power(found, NEXT)["deficit"] == pytest.approx(5_000)
    # what is paid in meets the first call, and the second only beside it
    for paid_in, met in ((57_500, 1), (62_499, 1), (62_500, 2)):
        deposit = [AFTER, "", "deposit", paid_in, None, 0.4]
        found = rows([TIMED, *activity, deposit], cash(30_000), settings("2026-11-30"))
        assert len(of_kind(found, "met")) == met
    later = [["2026-12-02", "ABC", "stock", 1, 20, 0.4]]
    found = rows([TIMED, *activity, *later], cash(30_000), settings("2026-12-02"))
    assert [row["transaction"][-24:] for row in of_kind(found, "frozen")] == [
        f"of {day} is not met" for day in (DAY, NEXT)
    ]


def test_shares_moved_in_meet_a_call_at_their_margin() -> None:
    # 1,534 shares at 50: 76,700 less 25% is 57,525; 1,533 are 57,487.50
    for shares, met in ((1_533, 0), (1_534, 1)):
        activity = timed(trades(DAY, *EXCEEDED))
        activity.append([NEXT, "XYZ", "deposit", shares, None, 0.9])
        found = rows([TIMED, *activity], cash(30_000), settings("2026-11-30"))
        assert len(of_kind(found, "met")) == met


@pytest.mark.parametrize(("cash_in", "met"), [(63_999, 0), (64_000, 1)])
def test_a_short_position_moved_in_takes_its_value_and_its_margin(cash_in: int, met: int) -> None:
    # 100 shares short at 50: 5,000 that are owed and 30% of them; the call is 57,500
    activity = timed(trades(DAY, *EXCEEDED))
    activity.append([NEXT, "", "deposit", cash_in, None, 0.7])
    activity.append([NEXT, "XYZ", "withdrawal", 100, None, 0.8])
    found = rows([TIMED, *activity], cash(30_000), settings("2026-11-30"))
    assert len(of_kind(found, "met")) == met


@pytest.mark.parametrize(("cash_in", "met"), [(50_999, 0), (51_000, 1)])
def test_a_short_position_moved_out_gives_them_back(cash_in: int, met: int) -> None:
    # 57,500 of the call less 6,500; the excess of 30,000 is cash less 6,500
    activity = timed(trades(DAY, *EXCEEDED))
    activity.append([NEXT, "", "deposit", cash_in, None, 0.7])
    activity.append([NEXT, "QRS", "deposit", 100, None, 0.8])
    held = [["symbol", "type", "quantity", "price"], ["QRS", "stock", -100, 50]]
    held.append(["USD", "cash", 36_500, None])
    found = rows([TIMED, *activity], held, settings("2026-11-30"))
    assert len(of_kind(found, "met")) == met


def test_one_share_moved_in_meets_a_call_too() -> None:
    # of 57,500; a share at 76,700 counts at 57,525
    for price, met in ((76_600, 0), (76_700, 1)):
        activity = timed(trades(DAY, *EXCEEDED))
        activity.append([NEXT, "ONE", "deposit", 1, None, 0.9])
        market = [*MARKET, ["ONE", price]]
        found = rows([TIMED, *activity], cash(30_000), settings("2026-11-30"), market)
        assert len(of_kind(found, "met")) == met


def test_deposits_add_up_less_what_is_taken_out_and_count_from_the_next_day_on() -> None:
    for first, rest, met in ((NEXT, 17_500, 1), (NEXT, 17_499, 0), (DAY, 17_500, 0)):
        activity = timed(trades(DAY, *EXCEEDED))
        activity.append([first, "", "deposit", 50_000, None, 0.7])
        activity.append([NEXT, "", "deposit", rest, None, 0.7])
        # 200 shares out are 10,000 less 25%
        activity.append([NEXT, "XYZ", "withdrawal", 200, None, 0.8])
        activity.append([NEXT, "", "withdrawal", 2_500, None, 0.8])
        held = [["symbol", "type", "quantity"], ["XYZ", "stock", 200], ["USD", "cash", 22_500]]
        found = rows([TIMED, *activity], held, settings("2026-11-30"))
        assert len(of_kind(found, "met")) == met


def test_unmet_after_five_business_days_cash_alone_until_it_is_met() -> None:
    activity = timed(trades(DAY, *EXCEEDED))
    later = [["2026-11-30", "ABC", "stock", 1, 20, 0.4], ["2026-12-01", "ABC", "stock", 1, 20, 0.4]]
    paid = ["2026-11-30", "", "deposit", 57_500, None, 0.5]
    found = rows([TIMED, *activity, *later, paid], cash(30_000), settings("2026-12-01"))
    assert until(found, "freeze") == dt.date(2026, 11, 30)
    assert len(of_kind(found, "frozen")) == 1
    found = rows([TIMED, *activity, *later], cash(30_000), settings("2026-12-01"))
    assert until(found, "freeze") == dt.date(2027, 2, 25)
    assert len(of_kind(found, "frozen")) == 2
    paid[0] = "2026-11-27"  # the fifth
    found = rows([TIMED, *activity, *later, paid], cash(30_000), settings("2026-12-01"))
    assert not of_kind(found, "freeze")
    assert not of_kind(found, "frozen")


@pytest.mark.parametrize("market", [None, False])
def test_what_is_not_margin_eligible_requires_its_whole_cost(market: bool | None) -> None:
    # 500 shares at 50 in all: 25,000, or 6,250 of margin stock; an option its premium of 200
    listed = [["symbol", "price", "marginable"], ["XYZ", 50.0, market], ["ABC", 20.0, None]]
    activity = [[*DATED, "strike", "expiration"]]
    activity += [[*row, None, None] for row in trades(DAY, *[125, -125] * 4)]
    activity += [[DAY, "ABC", "call", q, 2.0, 20, "2026-12-18"] for q in (1, -1)]
    required = 6_250 + 200 if market is None else 25_000 + 200
    for excess, call in ((required, 0), (required - 1, 1)):
        found = rows(activity, cash(excess), settings(), listed)
        assert power(found)["deficit"] == call


def portfolio(
    activity: list[list[Any]], money: float, market: list[list[Any]] = MARKET
) -> dict[str, Any]:
    stated = [["as_of", "2026-11-20"], ["account_type", "portfolio"], REGIME]
    return power(rows(activity, cash(money), stated, market))


@pytest.mark.parametrize(("money", "call"), [(30_000, 0), (29_999, 1)])
def test_equities_in_a_portfolio_margin_account_require_fifteen_percent(
    money: int, call: int
) -> None:
    # 4,000 shares at 50 in all
    row = portfolio([DATED, *trades(DAY, *[1_000, -1_000] * 4)], money)
    assert row["deficit"] == pytest.approx(call)
    assert "the excess at the previous close over 15%" in row["transaction"]


@pytest.mark.parametrize(
    ("kind", "first", "required"),
    [
        ("stock", 1, 200),  # the premium
        ("stock", -1, 750),  # 15% of 5,000
        ("index_high_cap", -1, 400),
        ("index_broad", -1, 500),
        ("etf_broad", -1, 750),
    ],
)
def test_options_in_a_portfolio_margin_account(kind: str, first: int, required: int) -> None:
    listed = [["symbol", "price", "class"], ["XYZ", 50.0, kind]]
    activity = [[*DATED, "strike", "expiration"]]
    activity += [
        [DAY, "XYZ", "call", q, 2.0, 50, "2026-12-18"] for q in [100 * first, -100 * first] * 4
    ]
    for money, call in ((400 * required, 0), (400 * required - 1, 1)):
        assert portfolio(activity, money, listed)["deficit"] == pytest.approx(call)


def test_options_of_a_low_underlying_require_a_least_amount_a_contract() -> None:
    # 15% of 2 is 0.30 a unit: 0.375 is more
    listed = [["symbol", "price"], ["XYZ", 2.0]]
    activity = [[*DATED, "strike", "expiration"]]
    activity += [[DAY, "XYZ", "call", q, 0.1, 2, "2026-12-18"] for q in [-200, 200] * 4]
    for money, call in ((800 * 37.5, 0), (800 * 37.5 - 1, 1)):
        assert portfolio(activity, money, listed)["deficit"] == pytest.approx(call)


def test_a_customer_who_is_no_pattern_day_trader_is_asked_nothing() -> None:
    found = rows([DATED, *trades(DAY, 1, -1)], cash(100), settings())
    assert [row["kind"] for row in found] == ["opening", "day trades", "pattern day trader"]
