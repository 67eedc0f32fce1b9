"""All functions at once in sixteen threads answer what they answer one after the other."""

from __future__ import annotations

import os
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from tests.hosts.calls import Range
from tests.hosts.example_calls import CALLS, bits, in_python

THREADS = 16
ROUNDS = int(os.environ.get("XLMARGIN_ROUNDS", "1"))
"""How often each thread asks every function."""
BOOKS = 2
"""Books at prices of their own, so that not all is remembered from one call to the next."""


def at(book: int, argument: object) -> object:
    """An argument, its market a little dearer in each book."""
    if not isinstance(argument, Range) or argument.rows[0][:2] != ["symbol", "price"]:
        return argument
    headings, *rows = argument.rows
    moved = [[row[0], row[1] * (1 + book / 1000), *row[2:]] for row in rows if row[1] != ""]
    return Range([headings, *moved])


def asked(number: int, book: int) -> object:
    """The answer of one function to its example, by its bits."""
    name, arguments = CALLS[number]
    return bits(in_python(name, [at(book, argument) for argument in arguments]))


def test_functions_at_once_in_many_threads_answer_as_one_after_the_other() -> None:
    calls = [(number, book) for number in range(len(CALLS)) for book in range(BOOKS)]
    wrong: list[str] = []

    def ask(seed: int) -> None:
        for _ in range(ROUNDS):
            own = random.Random(seed).sample(calls, len(calls))
            for number, book in own[: len(CALLS) // 3]:
                found = asked(number, book)
                if answers.setdefault((number, book), found) != found:
                    wrong.append(CALLS[number][0])

    answers: dict[tuple[int, int], object] = {}
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(ask, range(THREADS)))
    assert wrong == []
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:  # which remembers nothing of it
        serial = alone.map(asked, *zip(*answers, strict=True))
        for (number, _), found, own in zip(answers, answers.values(), serial, strict=True):
            assert found == own, CALLS[number][0]
