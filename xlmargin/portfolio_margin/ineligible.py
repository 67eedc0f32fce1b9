"""Positions that portfolio margin does not cover: they keep their strategy-based requirement.

What that is belongs to the other regime; here it is asked for and added up. Portfolio margin counts
options and short stock in the account's equity at their market value, so the requirement counts
beside that equity. Notes, and options on them, are outside since 16 August 2019, whatever else is
said of them; Treasury securities and money market funds, which the array knows nothing of, always.

Rule: FINRA 4210(g)(6)(B), (7)(D); Regulatory Notice 19-21.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import RefusedPosition
from xlmargin.market import Market
from xlmargin.requirement import Requirement


@dataclass(frozen=True, eq=False)
class StrategyBased:
    """What the positions of a book require by strategy: $ by position, and why, by account.

    `raised` is the part of it that brings an account back to nothing, which what else it has
    outside would take up. The reasons are worked out when they are asked for; there are
    none without positions.
    """

    by_position: FloatArray
    raised: FloatArray
    by_account: Callable[[], tuple[Requirement, ...]]

    @property
    def unraised(self) -> FloatArray:
        """What each position adds to its account's sum, below which nothing is required, $."""
        return self.by_position - self.raised


StrategyRequirements = Callable[[Book, FloatArray], StrategyBased]
"""Answers the strategy-based requirement of a book whose positions have these marks, $ per unit."""


def refused(book: Book, mark: FloatArray) -> StrategyBased:
    """Refuse the positions by row: for callers that have no strategy-based requirement."""
    positions, wanted = book.positions, "positions that are eligible for portfolio margin"
    found = [f"{positions.label(i)}, not eligible" for i in range(len(positions))]
    raise RefusedPosition(
        [positions.problem(i, "symbol", each, wanted) for i, each in enumerate(found)]
    )


def outside_rule(book: Book, rule: str) -> str:
    """Why the positions of a book are outside: the rule, and the reports that leave them out."""
    held = {book.market.underlyings[i] for i in book.positions.underlying.tolist()}
    reports = {u.published.products_report for u in held if u.published.eligible is False}
    return "; ".join([rule, *(f"not eligible by {report}" for report in sorted(reports))])


def repriced(book: Book, spot: FloatArray) -> Book:
    """The book with its underlyings at other prices, $ per unit, shape (underlyings,)."""
    market = book.market
    moved = [replace(u, spot=s) for u, s in zip(market.underlyings, spot.tolist(), strict=True)]
    return replace(book, market=Market(market.as_of, tuple(moved), market.curve))
