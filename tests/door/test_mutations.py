"""Thousands of damaged and respelled ranges, each answered as the door promises.

The suite draws a few of each kind; `XLMARGIN_MUTATIONS=20000` draws that many in all.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

import pytest

from tests.door import (
    mutated_dates,
    mutated_layout,
    mutated_names,
    mutated_numbers,
    mutated_symbols,
    mutated_together,
    mutated_words,
)
from tests.door.good_books import (
    BOOK,
    BOOKS,
    FIGURES,
    GoodBook,
    answers_to,
    functions_on,
    ranges_of,
)
from tests.door.mutations import KINDS, Draw, Fate, Mutation
from tests.door.verdicts import Check, checked, verdict
from xlmargin.excel.worksheet_function import REGISTRY

MUTATIONS: Final = int(os.environ.get("XLMARGIN_MUTATIONS", "1400"))
"""How many in all."""

WRITTEN_IN: Final = (
    *(mutated_numbers, mutated_dates, mutated_words, mutated_symbols, mutated_layout),
    *(mutated_names, mutated_together),
)
"""The modules of the kinds, each of which enters its own."""

OF_OPTIONS: Final = (mutated_numbers.__name__, mutated_dates.__name__)
"""What can befall the dividends of a lone option, of which no symbol is needed."""

CASES: Final = [
    (kind, book, range_)
    for kind, (_, ranges) in KINDS.items()
    for book in BOOKS
    for range_ in ranges
    if range_ in book.ranges and functions_on(book, range_)
    if book.name != "orders" or range_ not in BOOK
    if book.name != "options" or KINDS[kind][0].__module__ in OF_OPTIONS
]
EACH: Final = max(1, round(MUTATIONS / len(CASES)))
UNVALUED: Final = ("XLM_MARKET",)
"""Functions that need no price, and so refuse less: asked of other spellings alone."""
EVERY_CHECK: Final = 4
"""XLM_CHECK is asked of each so many mutations, and wherever it must tell of one."""
MOST_DRAWS: Final = 4
"""Draws for each mutation that is wanted."""
BY_NAME: Final = {book.name: book for book in BOOKS}


SAID_OF: Final = frozenset({"dated_positions", "dated_market"})
"""Positions and market by date beside a book, read as those of the book of days are: XLM_MESSAGES
refuses nothing for them, and says in a sentence what is wrong (tests/reports/test_messages.py)."""


def test_every_range_of_every_function_has_a_good_book() -> None:
    ranges = {range_ for name in REGISTRY for range_ in ranges_of(name)} - SAID_OF
    assert ranges <= {range_ for book in BOOKS for range_ in book.ranges}


@cache
def _before(book: str, function: str) -> Any:
    return answers_to(function, BY_NAME[book], BY_NAME[book].ranges)


@cache
def _check_before(book: str) -> Check:
    return checked(BY_NAME[book], BY_NAME[book].ranges)


def _functions(book: GoodBook, range_: str, turn: int) -> list[str]:
    """One of the three figures, where the range goes into them, and another function: in turn."""
    all_ = functions_on(book, range_)
    figures = [name for name in all_ if name in FIGURES]
    others = [name for name in all_ if name not in FIGURES]
    return [each[turn % len(each)] for each in (figures, others) if each]


@dataclass(frozen=True)
class Turn:
    """One mutation of one kind of one range of a book, drawn by its number."""

    kind: str
    book: GoodBook
    range_: str
    number: int

    def mutation(self) -> Mutation | None:
        """What is drawn; None where the kind finds nothing to mutate."""
        dice = random.Random(f"{self.kind}/{self.book.name}/{self.range_}/{self.number}")
        return KINDS[self.kind][0](Draw(self.range_, self.book.ranges[self.range_], dice))

    def failure(self, mutation: Mutation) -> str:
        """What is wrong with the answers to the mutation, "" where nothing is."""
        book, range_ = self.book, self.range_
        ranges = {**book.ranges, range_: mutation.rows}
        functions = _functions(book, range_, self.number)
        if mutation.fate is not Fate.SAME:
            functions = [name for name in functions if name not in UNVALUED]
        before = {name: _before(book.name, name) for name in functions}
        if mutation.like is not None:
            like = {**book.ranges, range_: mutation.like}
            before = {name: answers_to(name, book, like) for name in functions}
        after = {name: answers_to(name, book, ranges) for name in functions}
        check = cache(lambda: checked(book, ranges))
        wrong = verdict(mutation, range_, before, after, check, _check_before(book.name))
        if not wrong and self.number % EVERY_CHECK == 0 and check() and check()[0][0] == "fault":
            wrong = str(check())
        return _described(mutation, wrong, before, after, check()) if wrong else ""


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


def drawn(kind: str, book: GoodBook, range_: str, wanted: int) -> Iterator[tuple[Turn, Mutation]]:
    """As many mutations as are wanted, of a kind that may find nothing in some draws."""
    turns = (Turn(kind, book, range_, number) for number in range(MOST_DRAWS * wanted))
    made = ((turn, mutation) for turn in turns if (mutation := turn.mutation()) is not None)
    return islice(made, wanted)


@pytest.mark.parametrize(
    ("kind", "book", "range_"),
    [(kind, book, range_) for kind, book, range_ in CASES],
    ids=[f"{kind}-{book.name}-{range_}" for kind, book, range_ in CASES],
)
def test_what_a_mutation_is_answered_with(kind: str, book: GoodBook, range_: str) -> None:
    found = [turn.failure(mutation) for turn, mutation in drawn(kind, book, range_, EACH)]
    failures = sorted(filter(None, found), key=len)
    assert not failures, f"{len(failures)} of {len(found)}:\n" + "\n".join(failures[:3])
