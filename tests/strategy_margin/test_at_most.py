"""The pairing of earlier prices requires the least at new ones, or more: never less."""

from __future__ import annotations

import random

import pytest

from tests.account import test_known_pairings as known
from tests.reading import read_book
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.at_most import pairing_at_most

KINDS = tuple(RequirementKind)


def moved(seed: int, house: str, account_type: str, most: float) -> StrategyMargin:
    """The book of the seed with each price, of an underlying or an option, moved by its own."""
    dice = random.Random(seed + 1)
    earlier = known.book(seed, house, account_type)
    spot = earlier.market.spot * [1 + dice.uniform(-most, most) for _ in earlier.market.spot]
    market = [known.MARKET[0], *([*row] for row in known.MARKET[1:])]
    for row, price in zip(market[1:], spot, strict=True):
        row[1] = float(price)
    rows = known.rows_of(seed, account_type)
    settings = known.settings_of(house, account_type)
    book = read_book([known.HEADINGS, *rows], market, settings)
    margin = strategy_margin(book)
    mark = margin.mark * [1 + dice.uniform(-most, most) for _ in margin.mark]
    return strategy_margin(book, mark)


@pytest.mark.parametrize("most", [0.0, 0.01, 0.3])
@pytest.mark.parametrize(
    ("seed", "house", "account_type"),
    [*((i, house, "margin") for i, house in enumerate(known.HOUSES)), (7, "rule", "cash")],
)
def test_never_below_the_least(seed: int, house: str, account_type: str, most: float) -> None:
    earlier = moved(seed, house, account_type, 0.0)
    now = moved(seed, house, account_type, most)
    bounded = 0
    for before, own in zip(earlier.classes, now.classes, strict=True):
        for kind in KINDS:
            bound = pairing_at_most(own, before, kind)
            if bound is None:
                continue
            least = own.pairing(kind)
            over = bound.amount - bound.value_added - (least.amount - least.value_added)
            assert over >= -0.005
            assert most or over == pytest.approx(0.0, abs=0.005)
            bounded += 1
    assert bounded > len(now.classes)


def test_a_call_that_was_cheaper_uncovered_is_bounded_so() -> None:
    """At 50 its least share, 0.05 + 10% of 50, is less than the 20 to the long call's strike.

    At 110 uncovered it requires 12 + 20% of 110, the spread 20.
    """
    margins = []
    for spot, short, long in ((50, 0.05, 0.01), (110, 12, 5)):
        rows = [["XYZ", "call", -1, 100, "2026-12-18", short]]
        rows += [["XYZ", "call", 1, 120, "2026-12-18", long]]
        headings = ["symbol", "type", "quantity", "strike", "expiration", "price"]
        settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "margin"]]
        book = read_book([headings, *rows], [["symbol", "price"], ["XYZ", spot]], settings)
        margins.append(strategy_margin(book).classes[0])
    before, now = margins
    kind = RequirementKind.MAINTENANCE
    assert before.requirement(kind) == pytest.approx(505.0)
    bound = pairing_at_most(now, before, kind)
    assert bound is not None
    assert bound.amount == pytest.approx(3400.0)
    assert not bound.is_proven
    assert now.requirement(kind) == pytest.approx(2000.0)


def test_other_rows_or_rules_are_not_bounded() -> None:
    one, other = known.book(1, "rule", "margin"), known.book(2, "rule", "margin")
    house = known.book(1, "schwab", "margin")
    first = strategy_margin(one).classes[0]
    for book in (other, house):
        for own in strategy_margin(book).classes:
            assert pairing_at_most(own, first, RequirementKind.MAINTENANCE) is None
