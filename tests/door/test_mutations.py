"""Thousands of damaged and respelled ranges, each answered as the door promises.

The suite draws a few of each kind; `XLMARGIN_MUTATIONS=20000` draws that many in all.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest

from tests.door.good_books import (
    BOOK,
    BOOKS,
    FIGURES,
    GoodBook,
    answers_to,
    functions_on,
    ranges_of,
)
from tests.door.mutations import KINDS, Draw, Mutation
from tests.door.verdicts import Check, checked, verdict
from xlmargin.excel.worksheet_function import REGISTRY

MUTATIONS: Final = int(os.environ.get("XLMARGIN_MUTATIONS", "0"))
"""How many in all."""

pytestmark = pytest.mark.skipif(not MUTATIONS, reason="no XLMARGIN_MUTATIONS")

CASES: Final = [
    (kind, book, range_)
    for kind, (_, ranges) in KINDS.items()
    for book in BOOKS
    for range_ in ranges
    if range_ in book.ranges and functions_on(book, range_)
    if book.name != "orders" or range_ not in BOOK
]
EACH: Final = max(1, round(MUTATIONS / len(CASES)))
BY_NAME: Final = {book.name: book for book in BOOKS}


def test_every_range_of_every_function_has_a_good_book() -> None:
    ranges = {range_ for name in REGISTRY for range_ in ranges_of(name)}
    assert ranges <= {range_ for book in BOOKS for range_ in book.ranges}


@cache
def _before(book: str, function: str) -> Any:
    return answers_to(function, BY_NAME[book], BY_NAME[book].ranges)


@cache
def _check_before(book: str) -> Check:
    return checked(BY_NAME[book], BY_NAME[book].ranges)


def _functions(book: GoodBook, range_: str, turn: int) -> list[str]:
    """The three figures, where the range goes into them, and each other function in turn."""
    all_ = functions_on(book, range_)
    figures = [name for name in all_ if name in FIGURES]
    others = [name for name in all_ if name not in FIGURES]
    return [*figures, *([others[turn % len(others)]] if others else [])]


def _failure(kind: str, book: GoodBook, range_: str, turn: int) -> tuple[str, bool]:
    """What is wrong with one mutation, and whether there was one to be made."""
    draw = Draw(range_, book.ranges[range_], random.Random(f"{kind}/{book.name}/{range_}/{turn}"))
    mutation = KINDS[kind][0](draw)
    if mutation is None:
        return "", False
    ranges = {**book.ranges, range_: mutation.rows}
    functions = _functions(book, range_, turn)
    before = {name: _before(book.name, name) for name in functions}
    if mutation.like is not None:
        like = {**book.ranges, range_: mutation.like}
        before = {name: answers_to(name, book, like) for name in functions}
    after = {name: answers_to(name, book, ranges) for name in functions}
    check = checked(book, ranges)
    wrong = verdict(mutation, range_, before, after, check, _check_before(book.name))
    return (_described(mutation, wrong, before, after, check) if wrong else ""), True


def _described(
    mutation: Mutation,
    wrong: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    check: Check,
) -> str:
    """The smallest account of a failure: change, wanted, found, what XLM_CHECK says."""
    name = wrong.split()[0]
    lines = [
        f"{mutation.change}",
        f"  wanted {mutation.fate.value}: {mutation.rows_named} {mutation.columns_named}",
        f"  {wrong}",
        f"  before {str(before.get(name))[:150]}",
        f"  after  {str(after.get(name))[:250]}",
        *(f"  check  {str(problem)[:250]}" for problem in check[:4]),
    ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("kind", "book", "range_"),
    [(kind, book, range_) for kind, book, range_ in CASES],
    ids=[f"{kind}-{book.name}-{range_}" for kind, book, range_ in CASES],
)
def test_what_a_mutation_is_answered_with(kind: str, book: GoodBook, range_: str) -> None:
    failures = [
        failure for turn in range(EACH) if (failure := _failure(kind, book, range_, turn)[0])
    ]
    shortest = sorted(failures, key=len)[:3]
    assert not failures, f"{len(failures)} of {EACH}:\n" + "\n".join(shortest)
