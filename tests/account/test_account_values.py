"""What accounts are worth, against sums made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.reading import read_book
from xlmargin.account import account_values
from xlmargin.account.account_values import AccountValues, cash_of_accounts
from xlmargin.book import rules_of_accounts
from xlmargin.errors import InputError
from xlmargin.regimes import under_portfolio_margin
from xlmargin.rulebook import strategy_rules

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
AS_OF = ["as_of", "2026-11-20"]
LONG = ["XYZ", "stock", 100, None, None, 50.0, "one"]
SHORT = ["ABC", "stock", -200, None, None, 10.0, "one"]
WRITTEN = ["XYZ", "call", -2, 55, "2026-12-18", 1.5, "one"]
BOUGHT = ["XYZ", "put", 1, 45, "2026-12-18", 0.8, "one"]
LASTING = ["XYZ", "call", 1, 50, "2027-12-17", 9.0, "one"]
CASH = ["USD", "cash", 4_000, None, None, None, "one"]
OTHER = ["XYZ", "stock", 10, None, None, 50.0, "two"]


def values(*rows: list[Any], settings: Sequence[Any] = ()) -> AccountValues:
    book = read_book([HEADINGS, *rows], None, [AS_OF, *settings])
    worth = under_portfolio_margin(book).unit_value
    return account_values(book, worth, rules_of_accounts(book, strategy_rules))


def test_each_side_is_a_magnitude_and_both_equities_follow() -> None:
    found = values(LONG, SHORT, WRITTEN, BOUGHT, LASTING, CASH)
    assert found.long_market_value == [5_000]
    assert found.short_market_value == [2_000]
    assert found.long_option_value == [80 + 900]
    assert found.short_option_value == [300]
    assert found.net_liquidation_value == [4_000 + 5_000 - 2_000 + 980 - 300]
    # only the call of more than nine months has value in the strategy-based book
    assert found.strategy_equity == [4_000 + 5_000 - 2_000 + 900]


def test_accounts_are_kept_apart() -> None:
    found = values(LONG, CASH, OTHER, ["USD", "cash", -100, None, None, None, "two"])
    assert found.accounts == ("one", "two")
    assert found.net_liquidation_value.tolist() == [9_000, 400]


def test_cash_stated_nowhere_is_unknown() -> None:
    found = values(LONG, CASH, OTHER)
    assert found.cash[0] == 4_000
    assert np.isnan(found.cash[1])
    assert np.isnan(found.net_liquidation_value[1])


def test_rows_and_setting_of_cash_add_up() -> None:
    assert values(LONG, CASH, settings=[["cash", 1_000]]).cash == [5_000]
    assert values(LONG, settings=[["cash", 0]]).cash == [0]


def test_a_setting_of_cash_does_not_say_whose_it_is() -> None:
    book = read_book([HEADINGS, LONG, OTHER], None, [AS_OF, ["cash", 1_000]])
    with pytest.raises(InputError, match=r"settings, cash: found 1,000.00 for 2 accounts"):
        cash_of_accounts(book)
