"""Splits hidden in quantities, on both sides of every threshold."""

from __future__ import annotations

import pytest

from xlmargin.history import HeldShares, ShadowDay, failed_day, hidden_splits, warned


def found(quantity: float, price: float) -> list[str]:
    """What is found where 100 shares at 60 become so many at so much."""
    return hidden_splits((HeldShares("XYZ", 100, 60.0),), (HeldShares("XYZ", quantity, price),))


@pytest.mark.parametrize(
    ("quantity", "price", "words"),
    [
        (200, 30, "2 for 1"),
        (300, 20, "3 for 1"),
        (1_000, 6, "10 for 1"),
        (150, 40, "3 for 2"),
        (50, 120, "1 for 2"),
        (10, 600, "1 for 10"),
    ],
)
def test_quantity_and_price_show_a_split(quantity: float, price: float, words: str) -> None:
    (sentence,) = found(quantity, price)
    assert sentence.startswith("XYZ: 100 shares at 60, then ")
    assert f"a split of {words}?" in sentence


@pytest.mark.parametrize(
    ("quantity", "price", "is_split"),
    [
        (209.9, 30, True),  # some holders traded too, less than 5%
        (210.1, 30, False),
        (190.1, 30, True),
        (189.9, 30, False),
        (200, 60 / 2.29, True),  # the price moved too, less than 15%
        (200, 60 / 2.31, False),
        (200, 60 / 1.71, True),
        (200, 60 / 1.69, False),
        (200, 60, False),  # bought
        (100, 30, False),  # fallen
        (100, 60, False),
    ],
)
def test_how_near_a_split_has_to_be(quantity: float, price: float, is_split: bool) -> None:
    assert bool(found(quantity, price)) is is_split


def test_a_stock_that_appears_or_goes_is_no_split() -> None:
    one, other = (HeldShares("ONE", 100, 60.0),), (HeldShares("TWO", 200, 30.0),)
    assert hidden_splits(one, other) == []


def day(number: float, *shares: HeldShares) -> ShadowDay:
    made = failed_day(number, "x")
    return ShadowDay(number, made.basis, (), *[made.initial] * 7, shares=shares, problem="")


def test_days_are_looked_at_beside_the_last_one_margined() -> None:
    days = [
        day(1, HeldShares("XYZ", 100, 60.0)),
        failed_day(2, "no prices"),
        day(3, HeldShares("XYZ", 200, 30.0)),
        day(4, HeldShares("XYZ", 200, 30.0)),
    ]
    assert [bool(warning) for _, warning in warned(days)] == [False, False, True, False]
