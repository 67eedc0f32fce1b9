"""Many accounts at once, beside each of them alone: the same dollars, whatever they hold."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.account.test_known_pairings import HEADINGS, HOUSES, MARKET
from tests.reading import read_book
from xlmargin.account import account_state
from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.computing import forget
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing import many_pairings

ACCOUNTS = 30


def rows_of(account: str, dice: random.Random, account_type: str) -> list[list[Any]]:
    """Stock and options of an account, American and European, some bought as a box, and cash."""
    rows = []
    for symbol, price, kind, *_ in MARKET[1:]:
        is_index = kind.startswith("index")
        if not is_index and dice.random() < 0.6:
            least = 100 if account_type == "cash" else -300
            shares = dice.randrange(least, 500, 50) or 100
            rows.append([account, symbol, "stock", shares, None, None, None, price])
        for _ in range(0 if kind == "money_market" else dice.randrange(5)):
            strike = round(price * dice.choice([0.8, 0.9, 1.0, 1.1]), 2)
            days = dice.choice(["2026-12-18", "2027-01-15", "2028-01-21"])
            right, number = dice.choice(["call", "put"]), dice.choice([-3, -1, 1, 2, 4])
            if account_type == "cash":
                number = abs(number)
            rows.append([account, symbol, right, number, strike, days, 0.3, None])
        if is_index and account_type == "margin" and dice.random() < 0.5:
            for right, strike, number in (
                ("call", 480, 2), ("put", 480, -2), ("put", 520, 2), ("call", 520, -2),
            ):  # fmt: skip
                rows.append([account, symbol, right, number, strike, "2026-12-18", 0.3, None])
    rows.append([account, "USD", "cash", dice.choice([-20_000, 10_000, 60_000]), *[None] * 4])
    return rows


def read(accounts: list[int] | range, house: str, account_type: str) -> Book:
    rows = [
        row for seed in accounts for row in rows_of(f"a{seed}", random.Random(seed), account_type)
    ]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["house", house]]
    return read_book([HEADINGS, *rows], MARKET, [*settings, ["account_type", account_type]])


def figures(book: Book) -> FloatArray:
    """Requirements of each kind, and what the equity counts beside them, (accounts,)."""
    forget()
    margin = strategy_margin(book)
    found = [margin.deposit_by_account]
    for kind in (RequirementKind.INITIAL, RequirementKind.MAINTENANCE):
        found += [margin.by_account(kind), margin.value_added(kind)]
    return np.array(found)


@pytest.mark.parametrize(
    ("house", "account_type"), [*((house, "margin") for house in HOUSES), ("rule", "cash")]
)
def test_each_requires_what_it_requires_alone(
    monkeypatch: pytest.MonkeyPatch, house: str, account_type: str
) -> None:
    solved = []
    own = many_pairings.side_by_side
    monkeypatch.setattr(
        many_pairings,
        "side_by_side",
        lambda programs: solved.append(len(programs)) or own(programs),
    )
    whole = figures(read(range(ACCOUNTS), house, account_type))
    assert max(solved) >= many_pairings.FEW
    solved.clear()
    alone = [figures(read([seed], house, account_type))[:, 0] for seed in range(ACCOUNTS)]
    assert not solved
    assert whole == pytest.approx(np.array(alone).T, abs=1e-6, rel=0)


def test_each_bears_the_moves_that_it_bears_alone() -> None:
    def state(accounts: list[int] | range) -> tuple[FloatArray, FloatArray, FloatArray]:
        forget()
        book = read(accounts, "rule", "margin")
        regimes = both_regimes(book, under_portfolio_margin, strategy_margin)
        found = account_state(regimes).strategy
        return found.regime.now.excess, found.regime.moves.down, found.regime.moves.up

    whole = state(range(ACCOUNTS))
    alone = [state([seed]) for seed in range(ACCOUNTS)]
    for i, figure in enumerate(whole):
        own = np.array([each[i][0] for each in alone])
        assert figure == pytest.approx(own, abs=1e-6, rel=0, nan_ok=True)
    assert np.isfinite(whole[1]).sum() > ACCOUNTS / 3


def test_asked_one_by_one_each_is_paired_as_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_pairings, "side_by_side", lambda programs: pytest.fail("together"))
    forget()
    book = read(range(ACCOUNTS), "rule", "margin")
    assert strategy_margin(book, one_by_one=True).by_account(RequirementKind.INITIAL).size
