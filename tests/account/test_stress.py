"""The accounts after a stress: shares by hand, options against a book at the moved prices."""

from __future__ import annotations

import pytest

from tests.account.two_accounts import BOOK, MARKET, SETTINGS, alerts
from tests.books import Range
from xlmargin import udfs

LIMITS: Range = [["figure", "warn", "alert"], ["stress cushion", 0.65, 0.3]]


def test_the_cushion_of_shares_by_hand() -> None:
    a, b = alerts(LIMITS)
    # 80,000 less 50,000; 15% of 80,000
    assert (a["account"], a["light"], a["value"]) == ("A", "amber", pytest.approx(18 / 30))
    assert b["value"] == pytest.approx((170_000 - 18_000) / 170_000)
    assert a["rule"] == "after −20%, volatility ×2"
    assert a["says"] == "Stress cushion is 60.0%, below the warning of 65.0%."
    assert [each["worst"] for each in (a, b)] == ["worst", ""]


def test_the_stress_is_that_of_the_settings() -> None:
    a, _ = alerts(LIMITS, more=[["stress_move", -0.4], ["Stress volatility", 0]])
    # 60,000 less 50,000; 15% of 60,000
    assert a["value"] == pytest.approx(0.1)
    assert a["rule"] == "after −40%, volatility unchanged"


def test_an_account_that_has_nothing_left_is_past_every_limit() -> None:
    positions = [BOOK[0], ["XYZ", "stock", 1_000, "A"], ["", "cash", -90_000, "A"]]
    first = alerts(LIMITS, positions)[0]
    assert (first["light"], first["value"]) == ("red", "none")
    assert first["says"] == "Stress cushion: nothing is left of the account's value."


def test_without_limits_it_is_told_of_that_the_stress_leaves_a_call() -> None:
    """B keeps 152,000; A has 80,000 - 69,000 = 11,000 of equity for a requirement of 12,000."""
    loan = [BOOK[0], BOOK[1], ["", "cash", -69_000, "A"], *BOOK[3:]]
    found = [row for row in alerts(None, loan) if row["figure"] == "stress cushion"]
    assert [(row["account"], row["light"], row["worst"]) for row in found] == [
        ("A", "amber", "worst"), ("B", "green", ""),
    ]  # fmt: skip
    assert found[0]["value"] == pytest.approx((11_000 - 12_000) / 11_000)
    assert found[0]["says"] == "Stress cushion is -9.1%, below the warning of 0.0%."
    assert (found[0]["warn"], found[0]["alert"]) == (0.0, "none")


def test_without_limits_no_stress_is_told_of_by_strategy() -> None:
    """The stress is that of portfolio margin."""
    rows = alerts(None, more=[["account_type", "margin"]])
    assert "stress cushion" not in [row["figure"] for row in rows]


@pytest.mark.parametrize("cell", [-1.5, "much", 20, "-20%"])
def test_a_stress_that_is_no_fraction_is_refused(cell: object) -> None:
    answer = udfs.MARGIN_ALERTS(BOOK, LIMITS, MARKET, [*SETTINGS, ["stress_move", cell]])
    assert str(answer).startswith("#XLM! settings, row 4, stress_move: found"), answer
    assert "a fraction from -1 to 10" in str(answer)


OPTIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "volatility", "style"],
    ["XYZ", "stock", 1_000, None, None, None, None],
    ["XYZ", "call", -12, 110, "2027-03-19", 0.30, "american"],
    ["XYZ", "put", 8, 90, "2027-01-15", 0.35, "american"],
    ["ABC", "put", -20, 45, "2026-12-18", 0.40, "european"],
    ["", "cash", 40_000, None, None, None, None],
]


@pytest.mark.parametrize(("move", "volatility"), [(-0.2, 1.0), (0.1, -0.5), (-0.35, 0.0)])
def test_options_are_those_of_a_book_at_the_moved_prices(move: float, volatility: float) -> None:
    """Without marks values are the model's, so that a book at the moved ones is the same."""
    stress = [["stress_move", move], ["stress_volatility", volatility]]
    (found,) = alerts(LIMITS, OPTIONS, more=stress)
    market = [MARKET[0], *([name, float(price) * (1 + move)] for name, price in MARKET[1:])]
    moved = [[*row[:5], row[5] and float(row[5]) * (1 + volatility), row[6]] for row in OPTIONS[1:]]
    account = udfs.MARGIN_ACCOUNT([OPTIONS[0], *moved], market, SETTINGS)
    (cushion,) = (row[2] for row in account if row[0] == "portfolio cushion")
    assert found["value"] == pytest.approx(cushion, rel=1e-9)
