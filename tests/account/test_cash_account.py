"""A cash account: nothing is lent in it, not on an option of nine months or more either."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from xlmargin import udfs

JANUARY, YEARS = "2027-01-15", "2028-01-21"
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
HELD: Range = [
    HEADINGS,
    ["XYZ", "stock", 100, None, None, 50.0, "A"],
    ["XYZ", "call", -1, 55, JANUARY, 1.0, "A"],
    ["XYZ", "call", 3, 45, YEARS, 10.0, "A"],
    ["USD", "cash", 10_000, None, None, None, "A"],
]
SETTINGS: Range = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "cash"]]
ORDERS: Range = [
    HEADINGS[:-1],
    ["XYZ", "stock", 1, None, None, 50.0],
    ["XYZ", "put", -1, 45, JANUARY, 1.0],
    ["XYZ", "call", 1, 50, JANUARY, 2.0],
    ["XYZ", "call", 1, 50, YEARS, 7.0],
]


def changed(trades: Range, settings: Range = SETTINGS) -> dict[str, list[Any]]:
    table = udfs.MARGIN_WHATIF(HELD, [ORDERS[0], *trades], None, settings)
    assert isinstance(table, list), table
    return {row[0]: row[1:4] for row in table[1:]}


@pytest.mark.parametrize("sma", [[], [["sma", 1_000_000]]], ids=["no SMA", "SMA stated"])
def test_what_fits_is_paid_out_of_free_cash(sma: Range) -> None:
    """10,000 buy 200 shares, 50 calls of 200, 14 of 700; a put's 4,500 less 100 fits twice."""
    table = udfs.MARGIN_CAPACITY(HELD, ORDERS, None, [*SETTINGS, *sma])
    found = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert [row["greatest"] for row in found] == [200, 2, 50, 14]
    assert {row["binds"] for row in found} == {"free cash"}
    after = [row["excess after greatest"] for row in found]
    assert after == pytest.approx([0, 10_000 - 2 * 4_400, 0, 10_000 - 14 * 700])


def test_trades_change_the_excess_that_the_account_has() -> None:
    """Bought for 700, an option that nothing is lent on takes 700 away."""
    own = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(HELD, None, SETTINGS)}
    found = changed([ORDERS[4]])
    assert found["strategy equity"] == pytest.approx([own["strategy equity"], 14_300, -700])
    assert found["strategy excess"] == pytest.approx([own["strategy excess"], 9_300, -700])
    assert own["strategy excess"] == pytest.approx(10_000)
    assert found["Reg T excess"] == ["not permitted"] * 3
    assert found["buying-power effect"][2] == pytest.approx(-700)


def test_no_balance_of_the_special_memorandum_account_pays_for_anything() -> None:
    many = [*ORDERS[4][:2], 15, *ORDERS[4][3:]]  # 10,500
    verdict = changed([many], [*SETTINGS, ["sma", 1_000_000]])["pre-trade check, strategy-based"]
    assert verdict[1] == "refused: short by $500.00"


def test_beside_net_liquidation_value_is_what_leaves_the_same_excess() -> None:
    """5,000 for the shares, and the 2,900 of options, of which nothing is lent: 17,900 - 7,900."""
    table = udfs.MARGIN_COMPARE(HELD, None, SETTINGS)
    total = dict(zip(table[0], table[-1], strict=True))
    assert total["maintenance net liquidation"] == pytest.approx(7_900)


@pytest.mark.parametrize("account_type", ["cash", "margin", "portfolio"])
def test_what_portfolio_margin_leaves_out_is_a_margin_accounts_there(account_type: str) -> None:
    """75% of the 2,000 that a call over nine months is worth, which that account's equity counts.

    Its value is not required a second time, whatever the account of the comparison is.
    """
    held: Range = [HEADINGS, ["XYZ", "call", 1, 50.0, YEARS, 20.0, None]]
    market: Range = [["symbol", "price", "eligible"], ["XYZ", 60.0, "no"]]
    settings: Range = [*SETTINGS[:2], ["account_type", account_type], ["cash", 0]]
    assert udfs.PM_REQUIREMENT(held, market, settings) == pytest.approx(1_500)
