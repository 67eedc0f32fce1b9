"""The pairing beside an exhaustive search that shares no code with it, on small random accounts."""

from __future__ import annotations

import random

import pytest

from tests.strategy_margin.accounts import Row, book_of
from tests.strategy_margin.exhaustive import MULTIPLIER, Account, Held, Reading, least
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    strategy_lines,
    strategy_margin,
)
from xlmargin.strategy_margin.pairing import formulation

ACCOUNTS = 800
LONG_LIVED = 276
"""Days from which the options below are more than nine months away on the tests' date."""

READINGS = {
    "pair by pair": Reading(),
    "one expiration": Reading(same_expiry_only=True),
    "shorts before longs": Reading(all_shorts_before_nearest_long=True),
}


def random_account(seed: int, most_contracts: int = 10) -> Account:
    """Ten contracts at most in a few series, with or without stock; a quarter European."""
    rng = random.Random(seed)
    european = rng.random() < 0.25
    spot = rng.choice([4.0, 30.0, 100.0])
    options: dict[tuple[str, float, int], Held] = {}
    for _ in range(rng.randint(1, max(6, most_contracts // 3))):
        contracts = rng.choice([-3, -2, -1, -1, 1, 1, 2, 3])
        if sum(abs(o.contracts) for o in options.values()) + abs(contracts) > most_contracts:
            break
        right, days = rng.choice(["call", "put"]), rng.choice([10, 40, 100, 400])
        strike = round(spot * (1 + rng.randint(-5, 5) / 20), 2)
        intrinsic = max(spot - strike if right == "call" else strike - spot, 0.0)
        price = round(intrinsic + rng.choice([0.0, 0.01, 0.02, 0.05, 0.1]) * spot, 2)
        options[right, strike, days] = Held(right, strike, days, contracts, price)
    shares = 0 if european else rng.choice([0, 0, 100, 200, 150, 300, -100, -200, -130])
    rate = 0.15 if european else 0.20
    return Account(spot, shares, tuple(options.values()), rate, european, LONG_LIVED - 1)


def margined(account: Account, reading: Reading) -> StrategyMargin:
    kind = UnderlyingClass.INDEX_BROAD if account.european else UnderlyingClass.STOCK
    rows = [
        Row(o.right, o.contracts, o.price, o.strike, o.expiration, american=not account.european)
        for o in account.options
    ]
    if account.shares:
        rows.append(Row("stock", account.shares, account.spot))
    overrides = {
        name: 1.0
        for name in ("same_expiry_only", "all_shorts_before_nearest_long")
        if getattr(reading, name)
    }
    book, mark = book_of(rows, [Underlying("XYZ", account.spot, kind)], overrides=overrides)
    return strategy_margin(book, mark)


def counted_options(account: Account) -> float:
    """Value of long options with loan value, which the equity of maintenance counts, $."""
    return sum(
        MULTIPLIER * o.contracts * o.price
        for o in account.options
        if o.contracts > 0 and o.expiration >= LONG_LIVED
    )


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("kind", RequirementKind)
def test_no_pairing_is_asked_less(name: str, kind: RequirementKind) -> None:
    for seed in range(ACCOUNTS):
        account = random_account(seed)
        initial, law = kind is not RequirementKind.MAINTENANCE, kind is RequirementKind.DEPOSIT
        expected = least(account, READINGS[name], initial, law)
        if kind is RequirementKind.MAINTENANCE:
            expected += counted_options(account)
        margin = margined(account, READINGS[name])
        found = margin.requirement(kind)
        counted = margin.value_added(kind).sum()
        assert found - counted == pytest.approx(expected, abs=0.005), (seed, account)
        assert found >= 0.0
        lines = list(strategy_lines(margin, kind))
        shown = sum(getattr(leg, kind.value) for line in lines for leg in line.legs)
        assert shown == pytest.approx(found, abs=0.005), (seed, lines)


@pytest.mark.parametrize("name", READINGS)
def test_large_sets_are_written_otherwise_and_asked_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulation, "MANY_LEGS", 0)
    for seed in range(200):
        account = random_account(seed)
        expected = least(account, READINGS[name], initial=True)
        found = margined(account, READINGS[name]).initial
        assert found == pytest.approx(expected, abs=0.005), (seed, account)
