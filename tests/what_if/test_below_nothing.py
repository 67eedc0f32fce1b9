"""What portfolio margin does not cover requires nothing at the least, counted by the account.

By hand: 100 OTC at 30 under a call written at 12 of strike 30 require 25% of 3,000 less the 1,200
that equity owes, 450 below nothing; 100 OTD at 12 beside them 300. The account requires nothing,
and is 150 below it: so much of what is added requires nothing too.
"""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
MARKET = [["symbol", "price", "eligible"], ["OTC", 30, False], ["OTD", 12, False]]
SETTINGS = [["name", "value"], ["as_of", "2026-12-01"], ["rate", 0.04]]
OTHER = ["OTD", "stock", 100, None, None, 12, "A"]
HELD = [
    HEADINGS,
    ["OTC", "stock", 100, None, None, 30, "A"],
    ["OTC", "call", -1, 30, "2027-12-17", 12.0, "A"],
    OTHER,
    ["USD", "cash", 1_000, None, None, None, "A"],
]


def rows(answer: Any) -> list[dict[str, Any]]:
    assert isinstance(answer, list), answer
    return [dict(zip(answer[0], row, strict=True)) for row in answer[1:]]


def test_the_account_requires_nothing() -> None:
    assert udfs.PM_REQUIREMENT(HELD, MARKET, SETTINGS) == 0


def test_contribution_is_the_account_with_a_position_less_without() -> None:
    # without the shares the call stands alone: 20% of 3,000, and 300; without the call 750 and 300
    found = rows(udfs.PM_CONTRIBUTION(HELD, MARKET, SETTINGS))
    assert [row["marginal"] for row in found] == pytest.approx([-900, -1_050, 0, 0])


def test_one_more_uses_up_what_is_below_nothing_first() -> None:
    # 100 shares more: 750 - 150; one call more, uncovered: 600 - 150; 100 OTD more: 300 - 150
    found = rows(udfs.MARGIN_ONE_MORE(HELD, MARKET, SETTINGS))
    assert [row["portfolio requirement"] for row in found] == pytest.approx([600, 450, 150])


def test_nothing_is_freed_of_an_account_that_requires_nothing() -> None:
    sold = [HEADINGS, [*OTHER[:2], -100, *OTHER[3:]]]
    (found,) = rows(udfs.MARGIN_HEDGE(HELD, sold, MARKET, SETTINGS))
    assert (found["quantity"], found["freed"], found["requirement after"]) == (0, 0, 0)


def test_so_many_fit_as_the_account_bears() -> None:
    # 1,000 + 3,000 - 1,200 + 1,200 = 4,000 of excess; x shares more at 12 require 3x - 150
    (found,) = rows(udfs.MARGIN_CAPACITY(HELD, [HEADINGS, OTHER], MARKET, SETTINGS))
    assert found["excess after order"] == pytest.approx(4_000 - (300 - 150))
    assert found["greatest portfolio"] == (4_000 + 150) // 3
