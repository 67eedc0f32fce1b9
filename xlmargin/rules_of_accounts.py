"""The rules of every account of a book: each is under its own house and its own settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.rulebook.parameters import joined


class Rules(Protocol):
    """The rules in force on a date, under a house."""

    @property
    def house(self) -> str:
        """The house that may have raised them."""

    @property
    def citations(self) -> Mapping[str, str]:
        """Where their numbers are stated, by name."""


R = TypeVar("R", bound=Rules)


@dataclass(frozen=True, eq=False)
class RulesOfAccounts(Generic[R]):
    """The distinct rules of a book, and by index those of each account, shape (accounts,)."""

    distinct: tuple[R, ...]
    of_account: IntArray

    def of(self, account: int) -> R:
        """The rules of one account."""
        return self.distinct[int(self.of_account[account])]

    def heading(self, account: int, name: str) -> str:
        """What heads the figures of one account, its house where not all are under the same."""
        houses = {rules.house for rules in self.distinct}
        return f"Account {name}" + (f", house {self.of(account).house}" if len(houses) > 1 else "")

    def amounts(self, amount: Callable[[R], float]) -> FloatArray:
        """A number of the rules of each account, shape (accounts,)."""
        return np.array([amount(rules) for rules in self.distinct])[self.of_account]

    def apart(self, account: IntArray) -> Iterator[tuple[R, IntArray]]:
        """Each of the distinct rules with the indexes of what is under them.

        `account` tells whose each thing is.
        """
        own = self.of_account[account]
        for k, rules in enumerate(self.distinct):
            yield rules, np.flatnonzero(own == k)

    @cached_property
    def citations(self) -> Mapping[str, str]:
        """Citations by name, of several houses one after another."""
        if len(self.distinct) == 1:
            return self.distinct[0].citations
        names = dict.fromkeys(name for rules in self.distinct for name in rules.citations)
        return {
            name: joined((rules.citations.get(name, "") for rules in self.distinct), "; ")
            for name in names
        }


def rules_of_accounts(
    book: Book, rules: Callable[[dt.date, str, Mapping[str, float]], R]
) -> RulesOfAccounts[R]:
    """The rules in force on the day of the book, as `rules` answers them for a house."""
    index: dict[tuple[str, tuple[tuple[str, float], ...]], int] = {}
    made: list[R] = []
    of_account = []
    for settings in book.settings_of_accounts or (book.settings,):
        key = settings.house, tuple(sorted(settings.overrides.items()))
        if key not in index:
            index[key] = len(made)
            made.append(rules(book.as_of, settings.house, settings.overrides))
        of_account.append(index[key])
    return RulesOfAccounts(tuple(made), np.array(of_account, dtype=np.int64))
