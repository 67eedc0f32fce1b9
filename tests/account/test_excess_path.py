"""What is left along moves of the market: by hand, and as a book that is typed at moved prices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
AS_OF, JANUARY = "2026-11-20", "2027-01-15"
SETTINGS = [["as_of", AS_OF], ["rate", 0.04]]
MARGIN = [*SETTINGS, ["account_type", "margin"]]
CASH = [*SETTINGS, ["account_type", "cash"]]
SHARES = ["XYZ", "stock", 100, None, None, 500.0, "A"]
DEBIT = ["USD", "cash", -36_000, None, None, None, "A"]


def path(rows: list[list[Any]], setting: list[list[Any]], *moves: float) -> list[list[Any]]:
    answer = udfs.MARGIN_PATH([HEADINGS, *rows], None, setting, None, [[*moves]])
    assert isinstance(answer, list), answer
    assert answer[0][:6] == ["move", "account value", "equity", "requirement", "excess", "cushion"]
    return answer[1:]


@pytest.mark.parametrize(
    ("setting", "required"), [(SETTINGS, 0.15), (MARGIN, 0.25)], ids=["portfolio", "strategy"]
)
def test_shares_on_margin(setting: list[list[Any]], required: float) -> None:
    """An account under portfolio margin as `PM_PATH` has it; by strategy 25% of what is left."""
    for move, value in ((-0.15, 42_500), (0.0, 50_000), (0.1, 55_000)):
        (found,) = path([SHARES, DEBIT], setting, move)
        equity, requirement = value - 36_000, required * value
        left = equity - requirement
        assert found == pytest.approx([move, equity, equity, requirement, left, left / equity])


def test_accounts_stand_below_their_total() -> None:
    other = [
        ["XYZ", "stock", -10, None, None, 500.0, "B"],
        ["USD", "cash", 9_000, *[None] * 3, "B"],
    ]
    found = path([SHARES, DEBIT, *other], MARGIN, -0.1)
    assert [row[6] for row in found] == ["total", "A", "B"]
    # 9,000 - 4,500, of which 30% of 4,500 is required
    assert found[2][1:5] == pytest.approx([4_500, 4_500, 1_350, 3_150])
    assert found[0][4] == pytest.approx(found[1][4] + found[2][4])


@pytest.mark.parametrize("setting", [MARGIN, CASH], ids=["margin", "cash"])
@pytest.mark.parametrize("move", [-0.2, -0.05, 0.0, 0.15])
def test_it_is_the_account_of_a_book_typed_at_the_moved_prices(
    setting: list[list[Any]], move: float
) -> None:
    """Options by their volatility at the new price; what is paired with what may be another."""
    options: list[tuple[str, int, int, float]] = [
        ("call", -1, 510, 12.0), ("put", -1 if setting is MARGIN else 1, 480, 9.0),
        ("put", 2, 450, 3.5), ("call", 1, 540, 4.5),
    ]  # fmt: skip
    spot = 500 * (1 + move)

    def book(at: float) -> list[list[Any]]:
        rows: list[list[Any]] = [["XYZ", "stock", 100, None, None, at, "A"]]
        for kind, quantity, strike, price in options:
            then = (kind, 500, strike, JANUARY, AS_OF)
            volatility = udfs.OPT_IV(*then, price, 0.04)
            now = udfs.OPT_PRICE(kind, at, strike, JANUARY, AS_OF, volatility, 0.04)
            rows.append(["XYZ", kind, quantity, strike, JANUARY, now, "A"])
        return [*rows, ["USD", "cash", 30_000, None, None, None, "A"]]

    figures = {
        row[0]: row[2] for row in udfs.MARGIN_ACCOUNT([HEADINGS, *book(spot)], None, setting)
    }
    names = ("account value", "strategy equity", "strategy requirement", "strategy excess")
    (found,) = path(book(500), setting, move)
    assert found[1:5] == pytest.approx([figures[name] for name in names], abs=0.01)


@pytest.mark.parametrize("setting", [SETTINGS, MARGIN, CASH])
def test_what_is_left_without_cash_that_is_stated_nobody_knows(setting: list[list[Any]]) -> None:
    refused = udfs.MARGIN_PATH([HEADINGS, SHARES], None, setting, None, [[-0.1]])
    assert_refused(refused, ("settings", 0, "cash"), "its cash (0 if none)")


def test_what_cannot_be_read_is_refused() -> None:
    refused = udfs.MARGIN_PATH([HEADINGS, SHARES], None, MARGIN, None, [["x"]])
    assert refused.startswith("#XLM! moves")
