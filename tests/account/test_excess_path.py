"""What is left along moves of the market: by hand, and as a book that is typed at moved prices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.strategy_margin.pairing import many_pairings
from xlmargin.strategy_margin.pairing.least_pairing import PairingResult, least_pairing

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
        assert found.pop() == "exact"
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


def test_portfolio_margin_has_no_account_value_without_cash_that_is_stated() -> None:
    """The requirement, 15% of 42,500, is known; nothing that counts cash is."""
    answer = udfs.PM_PATH([HEADINGS, SHARES], None, SETTINGS, None, [[-0.15]])
    assert answer[1] == [-0.15, "#N/A", pytest.approx(6_375), "#N/A", "#N/A"]


def test_no_factor_of_writing_is_said_to_leave_an_excess_that_nobody_knows() -> None:
    written = ["XYZ", "call", -1, 510.0, JANUARY, 12.0, "A"]
    answer = udfs.MARGIN_WRITING([HEADINGS, SHARES, written], None, SETTINGS)
    found = {row[0]: row[1:] for row in answer[1:]}
    for until in ("excess after the move", "all of them"):
        assert found[until] == ["unknown: cash is stated nowhere", *["#N/A"] * 5]
    factor, *_, excess = found["calls without shares"]
    assert (factor, excess) == (pytest.approx(1.4), "#N/A")  # 1.5 calls would be 2


def test_a_group_that_only_portfolio_margin_refuses_is_no_matter_by_strategy() -> None:
    """One product group of a share and an index, whose ranges differ: prices do not hang on it."""
    market = [["symbol", "price", "class", "product_group"], ["XYZ", 500.0, "stock", "G"],
              ["SPX", 6_000.0, "index_high_cap", "G"]]  # fmt: skip
    held = [SHARES, ["SPX", "put", 1, 5_000, JANUARY, 20.0, "A"], DEBIT]
    assert udfs.PM_REQUIREMENT([HEADINGS, *held], market, MARGIN).startswith("#XLM! market")
    found = udfs.MARGIN_PATH([HEADINGS, *held], market, MARGIN, None, [[0.0]])[1]
    # 14,000 and a put without value; 25% of 50,000
    assert found[2:5] == pytest.approx([14_000, 12_500, 1_500])
    rows = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT([HEADINGS, *held], market, MARGIN)}
    # 50,000 u - 36,000 = 12,500 u, u = 0.96
    assert rows["strategy move down"] == pytest.approx(-0.04, abs=1e-6)


def test_a_search_that_its_time_limit_ended_leaves_at_least_what_it_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unproven(*of_class: Any) -> PairingResult:
        found = least_pairing(*of_class)
        return replace(found, lower_bound=found.lower_bound - 1.0)

    monkeypatch.setattr(many_pairings, "least_pairing", unproven)
    other = [["USD", "cash", 9_000, *[None] * 3, "B"]]
    found = path([SHARES, DEBIT, *other], MARGIN, -0.1)
    assert [row[-1] for row in found] == ["at least", "at least", "exact"]


def test_what_cannot_be_read_is_refused() -> None:
    refused = udfs.MARGIN_PATH([HEADINGS, SHARES], None, MARGIN, None, [["x"]])
    assert refused.startswith("#XLM! moves")
