"""A requirement: an amount of money, the rule that asks for it, and the parts it is made of.

Every rule answers with a `Requirement`, never with a bare number, so that the total in a cell can
be followed down to the position, the price move and the paragraph it comes from. The root
recomputes from its leaves (`recomputed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MOST_IN_DETAIL: Final = 100
"""Accounts whose requirement is explained to the last leaf; of more, only the amounts."""


class How(StrEnum):
    """How the parts of a requirement make its amount."""

    STATED = "stated"
    """A leaf: the amount stands for itself."""
    SUM = "sum of"
    GREATEST = "greatest of"
    LEAST = "least of"
    SHARE = "share of"
    """`share` times the sum of the parts."""


@dataclass(frozen=True)
class Requirement:
    """An amount in dollars, with its rule and its parts.

    A positive amount is asked for; a negative amount inside a sum is a gain that reduces it.
    `share` counts only where `how` is `How.SHARE`.
    """

    label: str
    amount: float
    rule: str = ""
    how: How = How.STATED
    parts: tuple[Requirement, ...] = ()
    share: float = 1.0

    @property
    def how_in_words(self) -> str:
        """How the parts make the amount, as a reader would say it: "90% of", "greatest of"."""
        if self.how is How.STATED:
            return ""
        return f"{self.share:.4g} times" if self.how is How.SHARE else self.how.value

    def recomputed(self) -> float:
        """The amount in dollars, worked out again from the leaves alone."""
        amounts = [part.recomputed() for part in self.parts]
        match self.how:
            case How.STATED:
                return self.amount
            case How.SUM:
                return sum(amounts)
            case How.GREATEST:
                return max(amounts)
            case How.LEAST:
                return min(amounts)
            case How.SHARE:
                return self.share * sum(amounts)

    def walk(self) -> Iterator[tuple[int, Requirement]]:
        """This requirement and all its parts, top down, each with its depth below the root."""
        to_come = [(0, self)]
        while to_come:
            depth, part = to_come.pop()
            yield depth, part
            to_come += [(depth + 1, below) for below in reversed(part.parts)]


def total(label: str, parts: tuple[Requirement, ...], rule: str = "") -> Requirement:
    """The sum of the parts, in dollars; 0 where there are none."""
    return Requirement(label, sum(p.amount for p in parts), rule, How.SUM, parts)


def of_accounts(label: str, parts: tuple[Requirement, ...], rule: str) -> Requirement:
    """What each account requires, added up; of a lone account itself.

    Of very many accounts the first are explained in detail, the others by their amounts alone.
    """
    if len(parts) == 1:
        return replace(parts[0], label=label)
    first, others = parts[:MOST_IN_DETAIL], parts[MOST_IN_DETAIL:]
    if others:
        amounts = tuple(Requirement(part.label, part.amount, part.rule) for part in others)
        more = f"{len(others):,} more, by their amounts alone: explain them by themselves for"
        first = (*first, total(f"{more} reasons", amounts))
    return total(f"{label}, all accounts", first, rule)


def greatest(label: str, parts: tuple[Requirement, ...], rule: str = "") -> Requirement:
    """The greatest of the parts, in dollars; at least one part."""
    return Requirement(label, max(p.amount for p in parts), rule, How.GREATEST, parts)


def share_of(label: str, share: float, part: Requirement, rule: str = "") -> Requirement:
    """A fraction of a part, in dollars."""
    return Requirement(label, share * part.amount, rule, How.SHARE, (part,), share)
