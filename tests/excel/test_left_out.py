"""What is left out and changes a figure is told: by the check, and where the figure stands."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from xlmargin import udfs
from xlmargin.excel.left_out import NOTED_HERE
from xlmargin.settings import Settings

AS_OF = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]
HELD = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 100, None, None, 50.0],
    ["XYZ", "call", -1, 55, "2027-01-15", 1.2],
]
STATED: dict[str, Any] = {
    "account_type": "margin", "house": "rule", "basis": "initial", "smile": "sticky_strike",
    "sma": 0,
}  # fmt: skip


NOTED_ELSEWHERE = {
    "cash": "a warning of the check: account values count none",
    "base_value": "a warning of the check where a price and a volatility are stated that differ",
    "unsolved_price": "a warning of the check at each such price",
    "parity_tolerance": "a warning of the check, or a refusal, that says by how much",
    "known_underlyings": "notes of the check: what was applied, and what stating the rest gives",
    "day_trading_regime": "the rule beside each figure of MARGIN_INTRADAY",
    "capacity_regimes": "the column of the regime in MARGIN_CAPACITY",
    "tolerance_share": "the argument of MARGIN_RECONCILE in the wizard and its help",
    "tolerance_dollars": "nothing: none counts",
    "overdue_days": "the age beside the state in MARGIN_RECONCILE",
    "stress_move": "the sentence of the stress",
    "stress_volatility": "the sentence of the stress",
}
"""Where the defaults of the other settings are told."""


def notes(positions: list[list[Any]], market: Any = None, *settings: list[Any]) -> dict[str, str]:
    """The notes on what is left out, by column."""
    found = udfs.XLM_CHECK(positions, market, [*AS_OF, *settings])
    return {row[3]: row[4] for row in found if row[0] == "note" and "left out" in row[4]}


def test_a_bare_book_says_what_it_rests_on() -> None:
    assert notes(HELD) == {
        "": "left out, so that these count: account_type portfolio, house rule (nothing a broker"
        " asks above it), basis deposit, smile sticky_strike, sma the Reg T excess",
        "cost": "left out: initial requirements take the price for it",
        "class": "left out and not known: XYZ taken for stock",
        "dividend_yield": "left out: options on XYZ are valued without dividends",
    }


def test_the_default_is_the_figure_that_is_answered() -> None:
    """Each default stated gives the same figures and is told no more."""
    ranges = (HELD, None)
    bare = udfs.MARGIN_ACCOUNT(*ranges, AS_OF)
    stated = udfs.MARGIN_ACCOUNT(*ranges, [*AS_OF, ["account_type", "portfolio"]])
    assert [row[2] for row in bare] == [row[2] for row in stated]
    assert "account_type" not in notes(HELD, None, ["account_type", "portfolio"])[""]


@pytest.mark.parametrize("name", STATED)
def test_what_is_stated_is_not_told(name: str) -> None:
    assert name in notes(HELD)[""]
    assert name not in notes(HELD, None, [name, STATED[name]])[""]


def test_a_book_that_states_all_has_no_note() -> None:
    held = [[*HELD[0], "cost"], [*HELD[1], 40.0], [*HELD[2], 1.1]]
    market = [["symbol", "price", "class", "dividend_yield"], ["XYZ", 50.0, "stock", 0]]
    assert notes(held, market, *([name, value] for name, value in STATED.items())) == {}


def test_rows_without_a_trade_price_are_named_among_others() -> None:
    held = [[*HELD[0], "cost"], [*HELD[1], 40.0], [*HELD[2], None]]
    found = udfs.XLM_CHECK(held, None, AS_OF)
    assert [row[2] for row in found if row[3] == "cost"] == [3.0]


def test_what_pays_by_another_column_is_not_told() -> None:
    market = [["symbol", "price", "class"], ["XYZ", 50.0, "stock"]]
    assert "dividend_yield" in notes(HELD, market)
    assert "class" not in notes(HELD, market)
    paid = [["symbol", "ex_date", "amount"], ["XYZ", "2026-12-15", 0.5]]
    found = udfs.XLM_CHECK(HELD, market, AS_OF, paid)
    assert not [row for row in found if row[3] == "dividend_yield"]
    by_term = [[*market[0], "dividend_yield 90d"], [*market[1], 0.01]]
    assert "dividend_yield" not in notes(HELD, by_term)


def test_indexes_whose_options_are_valued_without_dividends_are_named_first() -> None:
    """They are a percent and more of it a year; a forward that is stated has them in it."""
    option = [-1, 5_000, "2027-01-15", 60.0]
    held = [*HELD, ["SPX", "put", *option], ["VIX", "call", -1, 20, "2027-01-15", 2.0]]
    market = [["symbol", "price"], ["XYZ", 50.0], ["SPX", 5_000.0], ["VIX", 18.0]]
    text = "left out: options on SPX, XYZ are valued without dividends"
    assert notes(held, market)["dividend_yield"] == text
    paying = [
        [*row, paid] for row, paid in zip(market, ("dividend_yield", 0, 0.013, None), strict=True)
    ]
    assert "dividend_yield" not in notes(held, paying)
    forward = [
        [*row, at] for row, at in zip(held, ("forward", None, 50.2, 5_010.0, 18.5), strict=True)
    ]
    assert "dividend_yield" not in notes(forward, market)


def test_an_account_of_its_own_house_leaves_none_out() -> None:
    held = [[*row, account] for row, account in zip(HELD, ("account", "A", "B"), strict=True)]
    some = [["name", "value", "account"], *([*row, None] for row in AS_OF[:2])]
    own = [["house", "schwab", "A"], ["house", "schwab", "B"]]
    told = [row[4] for row in udfs.XLM_CHECK(held, None, [*some, *own]) if "count:" in row[4]]
    assert "house" not in told[0]
    told = [row[4] for row in udfs.XLM_CHECK(held, None, [*some, own[0]]) if "count:" in row[4]]
    assert "house rule" in told[0]


def test_the_account_says_that_its_type_was_left_out() -> None:
    def of_type(*settings: list[Any]) -> str:
        rows = udfs.MARGIN_ACCOUNT(HELD, None, [*AS_OF, *settings])
        return next(row[3] for row in rows if row[0] == "account type")

    assert of_type() == "setting account_type, left out: portfolio is taken"
    assert of_type(["account_type", "portfolio"]) == "setting account_type"


def test_every_setting_is_told_somewhere() -> None:
    """By the note, or as this file says elsewhere: a new setting has to find its place."""
    own = {field.name for field in fields(Settings)} - {"overrides", "of_accounts", "left_out"}
    assert own == {*NOTED_HERE, *NOTED_ELSEWHERE}
