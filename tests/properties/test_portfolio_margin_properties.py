"""What must hold for every book under portfolio margin."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.books import Range
from tests.reading import read_book
from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, contribution, explained, portfolio_margin

AS_OF = "2026-11-20"
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "volatility", "underlying"]
UNDERLYINGS = ("AAA", "BBB", "III", "FFF", "LLL")
NO_GROUPS: Range = [
    ["symbol", "price", "class", "leverage", "class_group", "product_group", "portfolio_group"],
    ["AAA", 100.0, "stock", 1, None, None, None],
    ["BBB", 40.0, "stock", 1, None, None, None],
    ["III", 500.0, "index_high_cap", 1, "III", None, None],
    ["FFF", 50.0, "etf_broad", -2, "III", None, None],
    ["LLL", 80.0, "index_high_cap", 1, None, None, None],
]
GROUPS: Range = [
    NO_GROUPS[0],
    [*NO_GROUPS[1][:5], "P1", "F"],
    [*NO_GROUPS[2][:5], "P2", "F"],
    [*NO_GROUPS[3][:5], "P3", None],
    [*NO_GROUPS[4][:5], "P3", None],
    [*NO_GROUPS[5][:5], "P3", None],
]


@st.composite
def position(draw: st.DrawFn) -> list[Any]:
    underlying = draw(st.sampled_from(UNDERLYINGS))
    spot = next(row[1] for row in NO_GROUPS[1:] if row[0] == underlying)
    kinds = ["call", "put"] if underlying in {"III", "LLL"} else ["stock", "call", "put"]
    kind = draw(st.sampled_from(kinds))
    quantity = draw(st.integers(-20, 20).filter(bool))
    if kind == "stock":
        return [underlying, kind, 10 * quantity, None, None, None, None]
    strike = round(spot * draw(st.sampled_from([0.8, 0.9, 1.0, 1.1, 1.2])), 2)
    expiration = draw(st.sampled_from(["2026-12-18", "2027-06-18"]))
    volatility = draw(st.sampled_from([0.15, 0.3, 0.6]))
    return [underlying, kind, quantity, strike, expiration, volatility, None]


books = st.lists(position(), min_size=1, max_size=8)
some = settings(max_examples=40, deadline=None)


def margin(rows: Range, market: Range = GROUPS, **chosen: object) -> PortfolioMargin:
    named = [["as_of", AS_OF], ["rate", 0.04], *([k, v] for k, v in chosen.items())]
    return portfolio_margin(read_book([HEADINGS, *rows], market, [["name", "value"], *named]))


@some
@given(rows=books, seed=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[list[Any]], seed: Random) -> None:
    shuffled, market = list(rows), GROUPS[1:]
    seed.shuffle(shuffled)
    seed.shuffle(market)
    found = margin(shuffled, [GROUPS[0], *market]).amount
    assert found == pytest.approx(margin(rows).amount, abs=1e-6)


@some
@given(rows=books)
def test_split_rows_do_not_matter(rows: list[list[Any]]) -> None:
    split = [
        [*row[:2], part, *row[3:]]
        for row in rows
        for part in (np.sign(row[2]), row[2] - np.sign(row[2]))
        if part
    ]
    assert margin(split).amount == pytest.approx(margin(rows).amount, abs=1e-6)


@some
@given(rows=books, factor=st.integers(2, 50))
def test_requirement_scales_with_the_book(rows: list[list[Any]], factor: int) -> None:
    many = [[*row[:2], factor * row[2], *row[3:]] for row in rows]
    assert margin(many).amount == pytest.approx(factor * margin(rows).amount, rel=1e-9)


@some
@given(one=books, other=books)
def test_two_books_together_never_need_more_than_apart(
    one: list[list[Any]], other: list[list[Any]]
) -> None:
    assert margin(one + other).amount <= margin(one).amount + margin(other).amount + 1e-6


@some
@given(one=books, other=books)
def test_accounts_do_not_offset_each_other(one: list[list[Any]], other: list[list[Any]]) -> None:
    headings = [*HEADINGS, "account"]
    rows = [[*row, "a"] for row in one] + [[*row, "b"] for row in other]
    named = [["name", "value"], ["as_of", AS_OF], ["rate", 0.04]]
    both = portfolio_margin(read_book([headings, *rows], GROUPS, named))
    assert both.by_account == pytest.approx([margin(one).amount, margin(other).amount])


def class_arrays(rows: Range) -> dict[str, FloatArray]:
    """The risk array of each class group by name."""
    classes = margin(rows).levels[0]
    return dict(zip(classes.names, classes.risk_array, strict=True))


@some
@given(one=books, other=books)
def test_risk_array_of_a_sum_is_the_sum(one: list[list[Any]], other: list[list[Any]]) -> None:
    both, first, second = class_arrays(one + other), class_arrays(one), class_arrays(other)
    assert both.keys() == first.keys() | second.keys()
    for name, array in both.items():
        assert array == pytest.approx(first.get(name, 0.0) + second.get(name, 0.0), abs=1e-6)


@some
@given(rows=books)
def test_offsets_never_raise_the_requirement(rows: list[list[Any]]) -> None:
    assert margin(rows, GROUPS).amount <= margin(rows, NO_GROUPS).amount + 1e-6


@some
@given(rows=books, house=st.sampled_from(["schwab", "tastytrade_calm", "tastytrade_stressed"]))
def test_a_house_and_its_added_points_never_lower_the_requirement(
    rows: list[list[Any]], house: str
) -> None:
    assert margin(rows, house=house).amount >= margin(rows).amount - 1e-6


@some
@given(rows=books)
def test_requirement_is_never_below_the_minimum_of_its_shorts(rows: list[list[Any]]) -> None:
    shorts = sum(-row[2] for row in rows if row[1] != "stock" and row[2] < 0)
    assert margin(rows).amount >= 37.5 * shorts - 1e-6  # $37.50 a contract, FIDELITY-PM


@some
@given(rows=books, house=st.sampled_from(["rule", "tastytrade_calm"]))
def test_explanation_recomputes_from_its_leaves(rows: list[list[Any]], house: str) -> None:
    found = margin(rows, house=house)
    tree = explained(found)
    assert tree.amount == pytest.approx(found.amount, abs=1e-6)
    assert tree.recomputed() == pytest.approx(found.amount, abs=1e-6)


@some
@given(rows=books, house=st.sampled_from(["rule", "tastytrade_calm"]))
def test_shares_add_up_to_the_requirement(rows: list[list[Any]], house: str) -> None:
    found = margin(rows, house=house)
    assert contribution(found).share.sum() == pytest.approx(found.amount, abs=1e-6)


@some
@given(rows=books, house=st.sampled_from(["rule", "tastytrade_calm"]))
def test_standalone_and_marginal_equal_margining_again(rows: list[list[Any]], house: str) -> None:
    found = margin(rows, house=house)
    made = contribution(found)
    for i, row in enumerate(rows):
        alone = margin([row], house=house).amount
        rest = rows[:i] + rows[i + 1 :]
        without = margin(rest, house=house).amount if rest else 0.0
        assert made.standalone[i] == pytest.approx(alone, abs=1e-6)
        assert made.marginal[i] == pytest.approx(found.amount - without, abs=1e-6)


@some
@given(rows=books, house=st.sampled_from(["rule", "schwab"]))
def test_netting_equals_the_slow_reading_of_the_rule(rows: list[list[Any]], house: str) -> None:
    found = margin(rows, house=house)
    assert found.amount == pytest.approx(slow_requirement(found, rows), abs=1e-6)


def slow_requirement(found: PortfolioMargin, rows: list[list[Any]]) -> float:
    """The netting and the minimum as the rule reads, in loops, from the positions' arrays."""
    groups = {"AAA": ("AAA", 0.0), "BBB": ("BBB", 0.0), "III": ("P3", 0.9)}  # stocks stand alone
    groups |= {"FFF": groups["III"], "LLL": groups["III"]}  # rates: 15c3-1a(b)(1)(iv)(B)
    losses = {}
    for point in range(found.risk_array.shape[1]):
        by_class, by_top = {}, {}
        for row, gains in zip(rows, found.risk_array, strict=True):
            name = "III" if row[0] == "FFF" else row[0]
            by_class[name] = by_class.get(name, 0.0) + gains[point]
        for name, gain in by_class.items():
            top, rate = groups[name]
            by_top[top] = by_top.get(top, 0.0) + gain * (rate if gain > 0 else 1)
        for top, gain in by_top.items():
            losses[top] = max(losses.get(top, 0.0), -gain)
    minimums = {}
    for row, value in zip(rows, found.market_value, strict=True):
        top, _ = groups[row[0]]
        own = 0.0 if row[1] == "stock" else 37.5 * abs(row[2])
        own = min(own, value) if row[2] > 0 else own
        minimums[top] = minimums.get(top, 0.0) + own
    return sum(max(losses[top], minimums[top]) for top in losses)
