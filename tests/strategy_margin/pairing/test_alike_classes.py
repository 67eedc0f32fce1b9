"""Classes paired by one model for all that differ in prices alone, beside each paired by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.account.test_known_pairings import HEADINGS, MARKET, rows_of, settings_of
from tests.reading import read_book
from xlmargin.arrays import NotAlike, alike, beside, column
from xlmargin.book import Book
from xlmargin.computing import forget
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing.alike_classes import PairedClass, alike_classes
from xlmargin.strategy_margin.pairing.least_pairing import least_pairing
from xlmargin.strategy_margin.pairing.many_pairings import FEW, least_pairings, least_strategies

DAYS = 16


def classes_of(books: Iterator[Any] | list[Book], kind: RequirementKind) -> list[PairedClass]:
    forget()
    return [own.to_pair(kind) for book in books for own in strategy_margin(book).classes]


def on_days(seed: int, house: str, account_type: str) -> Iterator[Book]:
    """The same accounts on several days, each of which has moved every price otherwise."""
    rows, (headings, *market) = rows_of(seed, account_type), MARKET
    dice = np.random.default_rng(seed)
    for day in range(DAYS):
        settings = [["as_of", f"2026-11-{10 + day}"], *settings_of(house, account_type)[1:]]
        moves = 1 + dice.uniform(-0.04, 0.04, len(market))
        moved = [
            [name, price * move, *of]
            for (name, price, *of), move in zip(market, moves, strict=True)
        ]
        yield read_book([HEADINGS, *rows], [headings, *moved], settings)


@pytest.mark.parametrize("kind", RequirementKind)
@pytest.mark.parametrize(
    ("house", "account_type"),
    [("rule", "margin"), ("ibkr_like", "margin"), ("fidelity", "margin"), ("rule", "cash")],
)
def test_each_is_paired_as_it_is_by_itself(
    house: str, account_type: str, kind: RequirementKind
) -> None:
    classes = classes_of(on_days(5, house, account_type), kind)
    assert len(classes) > FEW
    assert sum(1 for _ in alike_classes(classes)) < len(classes) / 2
    found, strategies = least_pairings(classes), least_strategies(classes)
    for own, pairing, matched in zip(classes, found, strategies, strict=True):
        alone = least_pairing(*own)
        assert pairing.amount - pairing.value_added == pytest.approx(
            alone.amount - alone.value_added, abs=1e-7
        )
        assert pairing.is_proven
        assert matched == pairing.strategies
        assert sum(pairing.not_permitted.values()) == sum(alone.not_permitted.values())


def straddled(spot: int, call: int, put: int) -> tuple[list[list[Any]], list[list[Any]]]:
    """A day on which a call and a put are short, the greater of which is by itself."""
    rows = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "call", -2, 100, "2028-01-21", call],
        ["XYZ", "put", -2, 100, "2028-01-21", put],
        ["XYZ", "call", 1, 130, "2028-01-21", 1.5],
    ]
    return rows, [["symbol", "price"], ["XYZ", spot]]


def models(
    *days: tuple[int, int, int, list[str]], as_of: str = "2026-11-20"
) -> list[tuple[int, ...]]:
    """The members of each model of days that are given as spot, call, put and perhaps a date."""
    books = [
        read_book(*straddled(*prices), [["as_of", *(date or [as_of])], ["rate", 0.04]])
        for *prices, date in days
    ]
    found = alike_classes(classes_of(books, RequirementKind.MAINTENANCE))
    return [each.members for each in found]


def test_classes_are_parted_where_another_short_option_requires_most() -> None:
    by_call, by_put = (110, 15, 5, []), (90, 5, 15, [])
    assert models(by_call, (111, 16, 4, [])) == [(0, 1)]
    assert models(by_call, by_put, (111, 16, 4, [])) == [(0, 2), (1,)]


def test_classes_are_apart_where_an_option_has_loan_value_on_one_day_alone() -> None:
    # Nine months before 21 January 2028 are over after 20 April 2027.
    days = ["2027-04-19"], ["2027-04-20"], ["2027-04-21"], ["2027-04-22"]
    assert models(*((110, 15, 5, day) for day in days)) == [(0, 1), (2, 3)]


def test_classes_of_other_quantities_or_symbols_are_apart() -> None:
    rows, market = straddled(110, 15, 5)
    settings = [["as_of", "2026-11-20"], ["rate", 0.04]]
    more = [rows[0], [*rows[1][:2], -3, *rows[1][3:]], *rows[2:]]
    other = [rows[0], *(["ABC", *row[1:]] for row in rows[1:])]
    books = [
        read_book(rows, market, settings),
        read_book(more, market, settings),
        read_book(other, [market[0], ["ABC", 110]], settings),
    ]
    found = alike_classes(classes_of(books, RequirementKind.INITIAL))
    assert [each.members for each in found] == [(0,), (1,), (2,)]


def test_a_condition_that_holds_for_some_parts_them() -> None:
    assert alike(True)
    assert not alike(column([1, 2]) > 2)
    with pytest.raises(NotAlike) as parts:
        alike(column([1, 2, 3]) > 1)
    assert parts.value.holds.tolist() == [False, True, True]


def test_amounts_beside_columns_count_for_each() -> None:
    assert beside([1, 2.5]).tolist() == [1, 2.5]
    assert beside([1, column([2, 3])]).tolist() == [[1, 2], [1, 3]]


def test_one_by_one_no_class_knows_what_others_were_paired_with() -> None:
    kind, book = RequirementKind.MAINTENANCE, spreads_on(FEW + 1)
    forget()
    together = strategy_margin(book)
    assert together.maintenance > 0
    apart = strategy_margin(book, one_by_one=True)
    assert all(own.known(kind) is None for own in apart.classes)
    assert apart.maintenance == pytest.approx(together.maintenance, abs=1e-7)


def test_holdings_alike_know_one_pairing_wherever_their_rows_stand() -> None:
    kind, book = RequirementKind.MAINTENANCE, spreads_on(3)
    forget()
    margin = strategy_margin(book)
    assert margin.maintenance > 0
    later = strategy_margin(book.only(np.array([2, 3, 4, 5])))
    for own, before in zip(later.classes, margin.classes[1:], strict=True):
        assert own.holdings is not before.holdings
        assert own.known(kind) is before.known(kind)
    assert strategy_margin(book.only(np.array([3, 4, 5]))).classes[0].known(kind) is None


def spreads_on(count: int) -> Book:
    """A spread on each of so many underlyings, one after another."""
    names = [f"S{i:02d}" for i in range(count)]
    headings = ["symbol", "type", "quantity", "strike", "expiration", "price"]
    rows = [
        [name, "call", contracts, strike, "2026-12-18", price]
        for name in names
        for contracts, strike, price in ((-1, 100, 4.0), (1, 105, 2.0))
    ]
    market = [["symbol", "price"], *([name, 100] for name in names)]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "margin"]]
    return read_book([headings, *rows], market, settings)
