"""Explanations of several accounts: a subtotal each, and very many of them still readable."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import read_book
from xlmargin import portfolio_margin, strategy_margin, udfs
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind

HEADINGS = ["symbol", "type", "quantity", "price", "account"]
SETTINGS = [["as_of", "2026-11-20"]]


def accounts(count: int) -> list[list[Any]]:
    """Accounts a1, a2, ... with as many hundreds of shares at 10."""
    return [HEADINGS, *(["XYZ", "stock", 100 * i, 10.0, f"a{i}"] for i in range(1, count + 1))]


def labels(rows: list[list[Any]]) -> list[str]:
    return [row[0].strip() for row in rows]


@pytest.mark.parametrize(
    # 15%, 50% and 25% of 1,000 and of 2,000
    ("regime", "amounts"),
    [("portfolio", [150, 300]), ("initial", [500, 1_000]), ("maintenance", [250, 500])],
)
def test_each_account_has_its_subtotal(regime: str, amounts: list[int]) -> None:
    rows = udfs.XLM_EXPLAIN(accounts(2), None, SETTINGS, None, regime)
    found = {row[0].strip(): row[1] for row in rows}
    assert [found["Account a1"], found["Account a2"]] == pytest.approx(amounts)
    assert rows[1][1] == pytest.approx(sum(amounts))
    assert "all accounts" in rows[1][0]


@pytest.mark.parametrize("regime", ["portfolio", "initial", "maintenance"])
def test_of_very_many_accounts_the_rest_is_told_in_amounts(regime: str) -> None:
    hundred = labels(udfs.XLM_EXPLAIN(accounts(100), None, SETTINGS, None, regime))
    assert not any("more, by their amounts alone" in label for label in hundred)
    rows = udfs.XLM_EXPLAIN(accounts(102), None, SETTINGS, None, regime)
    names = labels(rows)
    assert names[: len(hundred)][2:] == hundred[2:]
    assert len(names) == len(hundred) + 3
    assert names[-3].startswith("2 more, by their amounts alone")
    assert names[-2:] == ["Account a101", "Account a102"]
    rate = {"portfolio": 0.15, "initial": 0.5, "maintenance": 0.25}[regime]
    assert rows[-1][1] == pytest.approx(rate * 102_000)
    assert rows[-3][1] == pytest.approx(rate * 203_000)
    # 1 + 2 + ... + 102 = 5,253
    assert rows[1][1] == pytest.approx(rate * 5_253_000)


def test_the_root_still_recomputes() -> None:
    book = read_book(accounts(102), None, SETTINGS)
    trees = [
        portfolio_margin.explained(under_portfolio_margin(book)),
        strategy_margin.explained(strategy_margin.strategy_margin(book), RequirementKind.INITIAL),
    ]
    assert [tree.recomputed() for tree in trees] == pytest.approx([787_950, 2_626_500])


def test_what_is_not_eligible_is_explained_by_its_strategies_in_each_account() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 10.0, "no"]]
    rows = udfs.XLM_EXPLAIN(accounts(2), market, SETTINGS)
    # stock that is not margin stock requires all of its value
    found = [(r[0].strip(), r[1]) for r in rows if r[0].strip().startswith("Strategy-based")]
    label = "Strategy-based maintenance requirement"
    assert found == [(label, pytest.approx(1_000)), (label, pytest.approx(2_000))]
