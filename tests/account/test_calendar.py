"""The dates ahead, by hand: what changes hands at the prices of the day."""

from __future__ import annotations

from typing import Any

from xlmargin import udfs

HEADINGS = [
    "symbol", "type", "quantity", "strike", "expiration", "price", "account", "deliverable",
    "style",
]  # fmt: skip
MARKET = [
    ["symbol", "price", "class"],
    ["XYZ", 100, "stock"],
    ["ABC", 50, "stock"],
    ["SPX", 6000, "index_high_cap"],
]
DECEMBER, JANUARY = 46374.0, 46402.0  # 18 December 2026, 15 January 2027
CASH = ["USD", "cash", 1_000_000]


def calendar(
    *rows: list[Any],
    dividends: list[list[Any]] | None = None,
    market: list[list[Any]] = MARKET,
    **settings: str,
) -> list[dict[str, Any]]:
    positions = [HEADINGS, *([*row, *[None] * (len(HEADINGS) - len(row))] for row in rows)]
    named = [["as_of", "2026-11-20"], ["rate", 0.04], *map(list, settings.items())]
    table = udfs.MARGIN_CALENDAR(positions, market, named, dividends)
    assert isinstance(table, list), table
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def of_kind(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["kind"] == kind]


def figures(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_what_is_in_the_money_is_exercised_and_assigned() -> None:
    rows = calendar(
        ["XYZ", "call", -3, 90, "2026-12-18", 11],  # delivers 300 for 27,000
        ["XYZ", "call", 2, 95, "2026-12-18", 6.5],  # receives 200 for 19,000
        ["XYZ", "put", -1, 105, "2026-12-18", 6],  # receives 100 for 10,500
        ["ABC", "put", 4, 55, "2026-12-18", 5.5],  # delivers 400 for 22,000
        ["XYZ", "put", -2, 80, "2026-12-18", 0.5],  # out of the money
        ["XYZ", "call", -1, 100, "2027-01-15", 3],  # at the money
        CASH,
    )
    december, january = of_kind(rows, "expiration")
    assert figures(december, "day", "days", "lines") == [DECEMBER, 28, 5]
    written = ("calls written", "puts written", "calls bought", "puts bought")
    assert figures(december, *written) == [3, 3, 2, 4]
    assert december["contracts"] == 3 + 2 + 1 + 4
    assert december["shares"] == -300 + 200 + 100 - 400
    assert december["cash"] == 27_000 - 19_000 - 10_500 + 22_000
    assert figures(december, "written in the money", "shares called away", "proceeds") == [
        4, 300, 27_000,
    ]  # fmt: skip
    assert december["cash if puts are put"] == -(10_500 + 2 * 8_000)
    assert december["what"] == (
        "Expiration: 5 lines, written in the money 4 contracts, 300 shares called away"
    )
    assert figures(january, "day", "contracts", "shares", "cash") == [JANUARY, 0, 0, 0]
    assert january["what"] == "Expiration: 1 line, written in the money none"


def test_an_index_moves_cash_and_no_shares() -> None:
    [row] = of_kind(
        calendar(
            ["SPX", "put", -1, 6100, "2026-12-18", 130],  # pays 100 x 100
            ["SPX", "put", 2, 6050, "2026-12-18", 90],  # receives 2 x 50 x 100
            CASH,
        ),
        "expiration",
    )
    assert figures(row, "contracts", "shares", "cash") == [3, 0, 0]
    one = of_kind(calendar(["SPX", "put", -1, 6100, "2026-12-18", 130], CASH), "expiration")[0]
    assert figures(one, "contracts", "shares", "cash") == [1, 0, -10_000]
    assert figures(one, "shares called away", "proceeds", "cash if puts are put") == [0, 0, 0]


def test_what_an_adjusted_contract_delivers_is_not_counted_and_said() -> None:
    delivers = "100 ABC and $50 cash"
    row = ["ABC1", "call", -2, 40, "2026-12-18", 11, None, delivers]
    found = of_kind(calendar(row, CASH, market=[*MARKET, ["ABC1", 50, "stock"]]), "expiration")[0]
    assert figures(found, "calls written", "contracts", "shares", "cash") == [2, 2, 0, 0]
    assert found["what"].endswith("; deliverable of 2 adjusted contracts not counted")


DIVIDENDS = [
    ["symbol", "ex_date", "amount"],
    ["XYZ", "2026-12-11", 0.6],
    ["XYZ", "2026-11-20", 9.0],  # trades without it today
    ["ABC", "2026-12-14", 0.5],
    ["SPX", "2026-12-15", 0.5],
]


def test_a_written_call_whose_time_value_is_below_the_dividend_may_be_exercised_early() -> None:
    rows = calendar(
        ["XYZ", "stock", 500],
        ["XYZ", "call", -1, 90, "2026-12-18", 10.59],  # 0.59 of time value: at risk
        ["XYZ", "call", -2, 91, "2026-12-18", 9.6],  # 0.60: not below the dividend
        ["XYZ", "call", -4, 102, "2026-12-18", 0.1],  # out of the money
        ["XYZ", "call", -8, 80, "2026-12-10", 20.1],  # gone before the day
        ["XYZ", "call", -16, 80, "2026-12-18", 20.3, None, None, "european"],
        ["XYZ", "call", 32, 80, "2026-12-18", 20.2],  # bought
        CASH,
        dividends=DIVIDENDS[:3],
    )
    [row] = of_kind(rows, "ex-dividend")
    assert figures(row, "day", "days", "symbol", "dividend") == [46367, 21, "XYZ", 0.6]
    assert figures(row, "shares", "cash") == [500, 300]
    assert figures(row, "calls written", "written in the money", "contracts") == [7, 3, 1]
    assert figures(row, "shares called away", "proceeds") == [100, 9_000]
    assert row["what"] == (
        "Ex-dividend: XYZ, $300.00 on 500 shares; 1 written call at risk of early exercise"
    )


def test_short_shares_pay_the_dividend_and_what_nobody_holds_has_no_row() -> None:
    rows = calendar(["ABC", "stock", -200], CASH, dividends=DIVIDENDS)
    [row] = of_kind(rows, "ex-dividend")
    assert figures(row, "symbol", "shares", "cash") == ["ABC", -200, -100]
    assert row["what"] == "Ex-dividend: ABC, -$100.00 on -200 shares"


def test_two_dividends_of_one_day_are_one() -> None:
    twice = [*DIVIDENDS[:2], ["XYZ", "2026-12-11", 0.4]]
    rows = calendar(["XYZ", "stock", 100], CASH, dividends=twice)
    [row] = of_kind(rows, "ex-dividend")
    assert figures(row, "dividend", "cash") == [1.0, 100.0]


def test_calls_due_are_those_of_the_account_s_regime() -> None:
    # 1,000 shares at 100, all but 5,000 borrowed; portfolio margin 15%, maintenance 25%
    rows = [["XYZ", "stock", 1000, None, None, None, "First"]]
    rows += [["USD", "cash", -95_000, None, None, None, "First"]]
    rows += [["XYZ", "stock", 100, None, None, None, "Second"]]
    rows += [["USD", "cash", 0, None, None, None, "Second"]]
    call, *least = of_kind(calendar(*rows), "call")
    assert figures(call, "account", "cash") == ["First", 10_000]
    # 5,000 and 10,000, of which no firm may set less than 100,000
    assert [figures(row, "account", "day", "cash") for row in least] == [
        ["First", 46351, 95_000], ["Second", 46351, 90_000],
    ]  # fmt: skip
    assert call["day"] == 46351  # Wednesday: three business days after Friday
    assert call["what"] == "Portfolio margin call: $10,000.00 to be paid in"
    [call] = of_kind(calendar(*rows, account_type="margin"), "call")
    assert figures(call, "account", "day", "cash") == ["First", 46370, 20_000]  # 14 December
    [call] = of_kind(calendar(*rows, account_type="cash"), "call")
    assert figures(call, "account", "cash") == ["First", 95_000]


def test_equity_below_the_house_s_least_is_a_call_too() -> None:
    rows = calendar(["XYZ", "stock", 100], ["USD", "cash", 80_000], house="schwab")
    [call] = of_kind(rows, "call")
    assert call["what"].startswith("Portfolio minimum equity: $")
    assert call["cash"] > 0


def test_a_call_that_nobody_can_tell_says_why() -> None:
    [call] = of_kind(calendar(["XYZ", "stock", 100]), "call")
    assert figures(call, "day", "cash") == [46346, ""]
    assert call["what"] == "Portfolio margin call: not known, its cash is stated nowhere"
    below = ["XYZ", "put", -1, 120, "2026-12-18", 12]  # 8 below its exercise value
    [call] = of_kind(calendar(below, CASH), "call")
    assert call["what"].startswith("Portfolio margin call: not known, positions, row 2, price")
    assert of_kind(calendar(below, CASH), "expiration")[0]["cash if puts are put"] == -12_000


def test_holidays_of_a_year_by_their_names() -> None:
    rows = of_kind(calendar(["XYZ", "stock", 100], CASH), "holiday")
    assert [row["day"] for row in rows] == [  # by the exchange's own list for 2026 and 2027
        46352, 46381, 46388, 46405, 46433, 46472, 46538, 46556, 46573, 46636,
    ]  # fmt: skip
    assert rows[0]["what"] == "Market closed: Thanksgiving Day"


def test_rows_stand_in_the_order_of_time() -> None:
    rows = calendar(
        ["XYZ", "stock", 100], ["XYZ", "call", -1, 90, "2026-12-11", 11], CASH, dividends=DIVIDENDS
    )
    days = [row["day"] for row in rows]
    assert days == sorted(days)
    assert [row["kind"] for row in rows if row["day"] == 46367] == ["expiration", "ex-dividend"]
    assert all(row["days"] == row["day"] - 46346 for row in rows)


def test_accounts_are_named_where_something_is_theirs() -> None:
    call = ["XYZ", "call", -1, 90, "2026-12-18", 11]
    rows = calendar(
        [*call, "First"],
        [*call, "Third"],
        *(["USD", "cash", 90_000, None, None, None, name] for name in ("First", "Second", "Third")),
    )
    [row] = of_kind(rows, "expiration")
    assert figures(row, "account", "lines", "calls written") == ["First, Third", 2, 2]


def test_refused_by_row() -> None:
    positions = [HEADINGS[:6], ["XYZ", "putt", 1, 90, "2026-12-18", 1]]
    answer = udfs.MARGIN_CALENDAR(positions, MARKET, [["as_of", "2026-11-20"]])
    assert answer.startswith("#XLM! positions, row 2, type: found 'putt'")
