"""Settings by account: each account is margined under its own house, as if it stood alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.rulebook import house_names

Cells = list[list[Any]]

AS_OF = ["as_of", "2026-11-20"]
HOUSES = ", ".join(house_names()[:-1])
POSITIONS = [
    ["symbol", "type", "quantity", "price", "account"],
    ["XYZ", "stock", 100, 50, "A"],
    ["XYZ", "stock", 100, 50, "B"],
]
"""A long share position in two accounts: 15% down by the rule, 20% by tastytrade's."""
BY_ROW = [["name", "value", "account"], [*AS_OF, None], ["house", "tastytrade_calm", "B"]]
BY_COLUMN = [["name", "A", "B"], [*AS_OF, None], ["house", "rule", "tastytrade_calm"]]


@pytest.mark.parametrize("settings", [BY_ROW, BY_COLUMN])
def test_each_account_has_its_own_range(settings: list[list[Any]]) -> None:
    assert udfs.PM_REQUIREMENT(POSITIONS, None, settings) == pytest.approx(750 + 1_000)
    _, *rows = udfs.PM_GROUPS(POSITIONS, None, settings)
    assert [(row[3], row[4], row[5]) for row in rows] == [
        ("A", "-15.00%", pytest.approx(750)),
        ("B", "-20.00%", pytest.approx(1_000)),
    ]


@pytest.mark.parametrize(
    ("settings", "row", "column", "kind"),
    [
        ([["name", "value", "account"], AS_OF, ["house", "schwab", "C"]],
         3, "account", "A, B"),
        ([["name", "A", "D"], [*AS_OF, None], ["house", "rule", "schwab"]],
         3, "account", "A, B"),
        ([["name", "value", "account"], AS_OF, ["house", "schwap", "B"]],
         3, "house of B", f"{HOUSES} or custom"),
        ([["name", "value", "account"], AS_OF, ["smile", "sticky_strike", "B"]],
         3, "smile of B", "one value"),
        ([["name", "value", "account"], ["smile", "sticky_strike", "B"]],
         2, "smile of B", "one value"),
        ([["name", "value", "account"], AS_OF, ["account_type", "margin", "B"]],
         3, "account_type of B", "positions of each account_type into a file or sheet"),
        ([["name", "A", "B"], [*AS_OF, None], ["account_type", "portfolio", "margin"]],
         3, "account_type of B", "positions of each account_type into a file or sheet"),
        ([["name", "Choice"], AS_OF, ["house", "schwab"]],
         3, "account", "A, B"),
        ([["name", "A", "B"], [*AS_OF, None], ["rate", 0.03, 0.04]],
         3, "rate of B", "one value"),
        ([["name", "value", "B"], AS_OF, ["house", "rule", "schwab"]],
         3, "B", "column account"),
        ([["name", "value", "B"], AS_OF, ["account_type", "portfolio", "margin"]],
         3, "B", "positions of each account_type into a file or sheet"),
        ([["name", "value", "B"], AS_OF, ["rate", 0.03, 0.04]],
         3, "B", "one value"),
        ([["name", "value", "account"], AS_OF, ["house", "rule", "A"], ["house", "schwab", "A"]],
         4, "name", "one row"),
        ([["name", "value", "account"], AS_OF, ["house", "tastytrade_calm", "B"],
          ["valuation_range_up_stock", 0.18, "B"]],
         4, "valuation_range_up_stock of B", "what the rulebook allows"),
        ([["name", "value", "account"], AS_OF, ["house", "tastytrade_calm", "B"],
          ["valuation_range_up_stock", 0.18, None]],
         4, "valuation_range_up_stock", "what the rulebook allows"),
    ],
)  # fmt: skip
def test_what_nobody_can_read_is_refused_by_row(
    settings: list[list[Any]], row: int, column: str, kind: str
) -> None:
    answer = udfs.PM_REQUIREMENT(POSITIONS, None, settings)
    assert_refused(answer, ("settings", row, column), kind)


def test_an_empty_column_and_remarks_say_nothing() -> None:
    for heading, cell in (("account", None), ("note", "as agreed"), ("default", 0.02)):
        settings = [["name", "value", heading], [*AS_OF, cell]]
        assert udfs.PM_REQUIREMENT(POSITIONS, None, settings) == pytest.approx(1_500)


def test_a_lone_column_of_a_lone_account_may_have_any_heading() -> None:
    for heading in ("Choice", "A"):
        settings = [["Parameter", heading], AS_OF, ["house", "tastytrade_calm"]]
        alone_ = [POSITIONS[0][:-1], POSITIONS[1][:-1]]
        assert udfs.PM_REQUIREMENT(alone_, None, settings) == pytest.approx(1_000)
        assert udfs.PM_REQUIREMENT(POSITIONS[:2], None, settings) == pytest.approx(1_000)
        dated = [["date", *POSITIONS[0]], ["2026-11-20", *POSITIONS[1]]]
        table = udfs.MARGIN_HISTORY(dated, None, settings)
        assert table[1][table[0].index("portfolio requirement")] == pytest.approx(1_000)


def test_a_setting_of_all_holds_for_the_others_and_is_replaced_by_an_accounts_own() -> None:
    settings = [["name", "value", "account"], AS_OF, ["valuation_range_down_stock", 0.18],
                ["valuation_range_down_stock", 0.3, "B"]]  # fmt: skip
    assert udfs.PM_REQUIREMENT(POSITIONS, None, settings) == pytest.approx(900 + 1_500)


def test_the_worksheet_names_the_house_of_each_account() -> None:
    labels = [row[0].strip() for row in udfs.XLM_EXPLAIN(POSITIONS, None, BY_ROW)]
    assert "Account A, house rule" in labels
    assert "Account B, house tastytrade_calm" in labels
    rows = udfs.XLM_EXPLAIN(POSITIONS, None, BY_ROW, None, "maintenance")
    assert "Account B, house tastytrade_calm" in [row[0].strip() for row in rows]
    notes = [row for row in udfs.XLM_CHECK(POSITIONS, None, BY_ROW) if row[0] == "note"]
    assert notes[0] == ["note", "settings", 3.0, "house of B", "margined under tastytrade_calm", ""]


# Three accounts under three houses, each beside the same account alone.
BOOK: Cells = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "account"],
    ["SPX", "put", -2, 5_800, "2027-01-15", 60, "family"],
    ["SPX", "put", 2, 5_600, "2027-01-15", 35, "family"],
    ["DJX", "call", 3, 440, "2027-01-15", 9, "family"],
    ["XYZ", "stock", 1_000, None, None, 50, "family"],
    ["XYZ", "call", -10, 55, "2027-01-15", 1.2, "family"],
    ["XYZ", "stock", 30_000, None, None, 50, "trust"],
    ["XYZ", "put", 20, 45, "2027-01-15", 0.9, "trust"],
    ["SPX", "put", -1, 5_800, "2027-01-15", 60, "trust"],
    ["NTE", "stock", 500, None, None, 40, "trust"],
    ["XYZ", "call", -20, 60, "2027-01-15", 0.4, "fund"],
    ["SPX", "put", -1, 5_800, "2027-01-15", 60, "fund"],
    ["LEV", "stock", 400, None, None, 30, "fund"],
    ["family", "cash", 300_000, None, None, None, "family"],
    ["trust", "cash", -200_000, None, None, None, "trust"],
]
MARKET: Cells = [
    ["symbol", "price", "class", "leverage", "class_group", "product_group", "portfolio_group",
     "dividend_yield", "adv", "shares_outstanding"],
    ["SPX", 6_000, "index_high_cap", None, None, "high cap", "indexes", 0.013, None, None],
    ["DJX", 430, "index_high_cap", None, None, "high cap", "indexes", 0.015, None, None],
    ["XYZ", 50, None, None, None, None, None, None, 10_000, 2_000_000],
    ["NTE", 40, "etn", None, None, None, None, None, None, None],
    ["LEV", 30, None, 2, None, None, None, None, 1_000, None],
]  # fmt: skip
OWN: dict[str, list[list[Any]]] = {
    "family": [["house", "schwab"], ["contract_minimum", 1.0], ["portfolio_group_offset", 0.2]],
    "trust": [["house", "fidelity"], ["days_to_meet_portfolio", 1]],
    "fund": [
        ["house", "tastytrade_stressed"], ["cash", 150_000.0], ["sma", 5_000.0],
        ["margin_minimum_equity", 5_000],
    ],
}  # fmt: skip
FOR_ALL = [AS_OF, ["rate", 0.04]]
TOGETHER: Cells = [
    ["name", "value", "account"],
    *FOR_ALL,
    *([*setting, account] for account, own in OWN.items() for setting in own),
]
ACCOUNTS = tuple(OWN)


def alone(rows: Cells, account: str) -> Cells:
    """The rows of one account, all others left out."""
    column = rows[0].index("account")
    return [rows[0], *(row for row in rows[1:] if row[column] == account)]


def settings_alone(account: str) -> Cells:
    return [["name", "value"], *FOR_ALL, *OWN[account]]


def one_by_one(function: Callable[..., Any], *more: Any) -> dict[str, Any]:
    return {
        account: function(alone(BOOK, account), MARKET, settings_alone(account), None, *more)
        for account in ACCOUNTS
    }


def test_requirements_are_the_sums_of_accounts_alone() -> None:
    for function in (udfs.PM_REQUIREMENT, udfs.REGT_INITIAL, udfs.REGT_MAINTENANCE):
        apart = sum(one_by_one(function).values())
        assert function(BOOK, MARKET, TOGETHER) == pytest.approx(apart, abs=1e-6)
        other = [row for row in TOGETHER if row[0] != "house"]
        if function is not udfs.REGT_INITIAL:
            assert function(BOOK, MARKET, other) < apart - 1


def test_every_figure_of_an_account_is_as_it_is_alone() -> None:
    headings, *rows = udfs.MARGIN_ACCOUNT(BOOK, MARKET, TOGETHER)
    for account, table in one_by_one(udfs.MARGIN_ACCOUNT).items():
        column = headings.index(account)
        for own, (figure, unit, total, *_) in zip(rows, table[1:], strict=True):
            no_least = unit == "$" and total == "none"  # which other accounts have
            assert same([own[column]], [0.0 if no_least else total]), (account, figure)


@pytest.mark.parametrize(
    ("function", "more"),
    [
        (udfs.PM_GROUPS, ()),
        (udfs.PM_CONTRIBUTION, ()),
        (udfs.REGT_STRATEGIES, ()),
        (udfs.MARGIN_ONE_MORE, ()),
        (udfs.PM_RISK_ARRAY, ("position", (-0.1, 0.1))),
    ],
)
def test_the_rows_of_an_account_are_as_they_are_alone(
    function: Callable[..., Any], more: tuple[Any, ...]
) -> None:
    found = numbers(function(BOOK, MARKET, TOGETHER, None, *more))
    apart = [row for table in one_by_one(function, *more).values() for row in numbers(table)]
    assert sorted(found) == [pytest.approx(row, rel=1e-9, abs=1e-6) for row in sorted(apart)]


def same(ours: list[Any], theirs: list[Any]) -> bool:
    """Whether two rows say the same, amounts but for rounding."""
    return len(ours) == len(theirs) and all(
        one == (pytest.approx(other, rel=1e-9, abs=1e-6) if isinstance(other, float) else other)
        for one, other in zip(ours, theirs, strict=True)
    )


def numbers(table: Cells) -> list[list[float]]:
    """The amounts of each row, its number of the line left out."""
    skip = 1 if table[0][0] == "line" else 0
    return [[cell for cell in row[skip:] if isinstance(cell, float)] for row in table[1:]]


def test_trades_and_hedges_are_judged_under_the_accounts_house() -> None:
    trades: Cells = [
        ["symbol", "type", "quantity", "strike", "expiration", "price", "account"],
        *(["XYZ", "put", 5, 40, "2027-01-15", 0.3, account] for account in ACCOUNTS),
        *(["XYZ", "stock", 2_000, None, None, 50, account] for account in ACCOUNTS),
    ]
    rows = udfs.MARGIN_WHATIF(BOOK, trades, MARKET, TOGETHER)
    hedges = udfs.MARGIN_HEDGE(BOOK, trades, MARKET, TOGETHER)
    for account in ACCOUNTS:
        own = alone(BOOK, account), alone(trades, account), MARKET, settings_alone(account)
        expected = [row[1:4] for row in udfs.MARGIN_WHATIF(*own)[1:]]
        found = [row[1:4] for row in rows if row[4] == account]
        assert all(same(*rows) for rows in zip(found, expected, strict=True))
        found = [row for row in hedges if row[-1] == account]
        expected = udfs.MARGIN_HEDGE(*own)[1:]
        assert all(same(*rows) for rows in zip(found, expected, strict=True))


def test_activity_is_judged_under_the_accounts_house_and_regime() -> None:
    day_trades: Cells = [
        ["symbol", "type", "quantity", "price", "date", "time", "account"],
        *(
            ["XYZ", "stock", quantity, price, "2026-11-20", time, account]
            for account in ACCOUNTS
            for quantity, price, time in ((4_000, 50, "10:00"), (-4_000, 50, "11:00"))
        ),
    ]
    own = {**OWN, "trust": [*OWN["trust"], ["day_trading_regime", "pattern_day_trader"]]}
    regime = ["account_type", "margin"]
    together = [
        *TOGETHER, regime, ["day_trading_regime", "pattern_day_trader", "trust"],
    ]  # fmt: skip
    rows = udfs.MARGIN_INTRADAY(day_trades, BOOK, MARKET, together)
    apart = []
    for account in ACCOUNTS:
        settings = [["name", "value"], *FOR_ALL, *own[account], regime]
        held, traded = alone(BOOK, account), alone(day_trades, account)
        apart += udfs.MARGIN_INTRADAY(traded, held, MARKET, settings)[1:]
    text = rows[0].index("transaction")
    kept = [[cell for i, cell in enumerate(row) if i != text] for row in (*rows[1:-1], *apart)]
    ours, theirs = kept[: len(apart)], kept[len(apart) :]
    assert all(same(*pair) for pair in zip(ours, theirs, strict=True))
    assert "pattern day trader" in [row[2] for row in rows if row[0] == "trust"]


def test_a_history_takes_each_day_the_accounts_that_are_there() -> None:
    dated = [
        ["date", *POSITIONS[0]],
        ["2026-11-19", *POSITIONS[1]],
        ["2026-11-20", *POSITIONS[1]],
        ["2026-11-20", *POSITIONS[2]],
    ]
    settings = [["name", "value", "account"], ["house", "tastytrade_calm", "B"]]
    table = udfs.MARGIN_HISTORY(dated, None, settings)
    column = table[0].index("portfolio requirement")
    assert [row[column] for row in table[1:]] == pytest.approx([750, 750, 1_000, 1_750])
    refused = udfs.MARGIN_HISTORY(dated, None, [settings[0], ["house", "schwab", "C"]])
    assert_refused(refused, ("settings", 2, "account"), "A, B")


def test_days_to_meet_a_call_that_differ_by_account_are_refused() -> None:
    settings = [["name", "value", "account"], AS_OF, ["days_to_meet_portfolio", 1, "A"]]
    answer = udfs.MARGIN_CALL_DUE("2026-11-20", "portfolio", settings)
    assert_refused(answer, ("settings", 0, "account"), "one account")
    assert isinstance(udfs.MARGIN_CALL_DUE("2026-11-20", "maintenance", settings), float)


def test_eligibility_asks_each_account_by_its_house() -> None:
    facts = [["name", "A", "B"], ["equity", 160_000, 160_000], ["status", "applying", "applying"]]
    settings = [["name", "value", "account"], AS_OF, ["house", "tastytrade_calm", "B"]]
    table = udfs.PM_ELIGIBILITY(facts, settings)
    equity = [row for row in table if row[-1] in ("A", "B") and 175_000.0 in row]
    assert {row[-1] for row in equity} == {"B"}
    refused = udfs.PM_ELIGIBILITY(facts, [*settings[:2], ["house", "schwab", "C"]])
    assert_refused(refused, ("settings", 0, "account"), "A, B")
