"""Pattern day trading, both sides of its numbers; day trades counted by hand."""

import datetime as dt

import pytest

from tests.intraday.answers import MARKET, STOCK, cash, of_kind, rows, until

DATED = ["date", *STOCK]
REGIME = ["day_trading_regime", "pattern_day_trader"]
DAY = "2026-11-19"


def settings(as_of="2026-11-20"):
    return [["as_of", as_of], ["account_type", "margin"], REGIME]


def trades(day, *quantities, symbol="XYZ"):
    price = dict(MARKET[1:])[symbol]
    return [[day, symbol, "stock", quantity, price] for quantity in quantities]


def of_day(found, kind, day):
    serial = (dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days
    (row,) = [row for row in of_kind(found, kind) if row["date"] == serial]
    return row


def is_pattern(found, day=DAY):
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
    ],
)
def test_day_trades_of_one_stock(overnight, quantities, count):
    held = [["symbol", "type", "quantity"], ["USD", "cash", 50_000]]
    held += [["XYZ", "stock", overnight]] if overnight else []
    found = rows([DATED, *trades(DAY, *quantities)], held, settings())
    (row,) = of_kind(found, "day trades")
    assert row["transaction"].startswith(f"{count} on the day; {count} of {len(quantities)} trades")


def test_day_trades_follow_the_times_and_else_the_rows_and_say_so():
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


def test_contracts_and_accounts_are_counted_apart():
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


def test_the_hour_of_an_expiration_makes_no_other_contract():
    activity = [[*DATED, "strike", "expiration"]]
    activity += [
        [DAY, "XYZ", "call", q, 2.0, 50, 46_374 + hour] for q, hour in ((1, 0.0), (-1, 0.6))
    ]
    (row,) = of_kind(rows(activity, cash(50_000), settings()), "day trades")
    assert row["transaction"].startswith("1 on the day")


@pytest.mark.parametrize(("times", "pattern"), [(3, False), (4, True)])
def test_four_day_trades(times, pattern):
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
def test_more_than_six_percent_of_trades(day_trades, others, pattern):
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
def test_five_business_days(first, last, pattern):
    activity = [DATED, *trades(first, 1, -1), *trades(last, *[1, -1] * 3)]
    found = rows(activity, cash(50_000), settings("2026-11-30"))
    assert not is_pattern(found, first)
    assert is_pattern(found, last) is pattern


def test_once_a_pattern_day_trader_always_one():
    activity = [DATED, *trades("2026-11-02", *[1, -1] * 4), *trades("2026-11-19", 1)]
    assert is_pattern(rows(activity, cash(50_000), settings()), "2026-11-19")


@pytest.mark.parametrize(("equity", "call"), [(25_000, 0), (24_999, 1)])
def test_least_equity(equity, call):
    found = rows([DATED, *trades(DAY, *[1, -1] * 4)], cash(equity), settings())
    (row,) = of_kind(found, "least equity")
    assert row["deficit"] == call
    assert len(of_kind(found, "freeze")) == call
    if call:
        # 20, 23, 24, 25, 27 November; 90 days on: 3 + 31 + 31 + 25 of February
        assert until(found, "least equity") == dt.date(2026, 11, 27)
        assert until(found, "freeze") == dt.date(2027, 2, 25)


def test_what_short_options_brought_in_is_no_equity():
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


@pytest.mark.parametrize(("shares", "call"), [(2_400, 0), (2_402, 25)])
def test_buying_power_is_four_times_the_excess_of_the_close_before(shares, call):
    # 30,000 of cash: 120,000 = 2,400 shares at 50; 100 more would have needed 25 of excess
    activity = [DATED, *trades(DAY, *[1, -1] * 3), *trades(DAY, shares, -shares)]
    (row,) = of_kind(rows(activity, cash(30_000), settings()), "day-trading buying power")
    assert row["transaction"].startswith("120,000.00, 4 times the excess")
    assert row["deficit"] == call


def test_buying_power_counts_what_is_open_at_one_time_in_day_trades():
    # XYZ 50,000 and ABC 20,000 open together; what is bought to be held does not count
    held_over = [DAY, "XYZ", "call", 10, 2.0]
    activity = [[*DATED, "strike", "expiration"], [*held_over, 50, "2026-12-18"]]
    legs = [("XYZ", 1_000), ("ABC", 1_000), ("ABC", -1_000), ("XYZ", -1_000)]
    legs += [("XYZ", 10), ("XYZ", -10)] * 2
    activity += [[*row, None, None] for s, q in legs for row in trades(DAY, q, symbol=s)]
    (row,) = of_kind(rows(activity, cash(30_000), settings()), "day-trading buying power")
    assert row["transaction"].endswith("70,000.00 used")


def test_a_customer_who_is_no_pattern_day_trader_is_asked_nothing():
    found = rows([DATED, *trades(DAY, 1, -1)], cash(100), settings())
    assert [row["kind"] for row in found] == ["opening", "day trades", "pattern day trader"]
