"""How far the options written on stocks may be scaled: to each factor, and up to what holds.

Scaled are the options written on what delivers shares, not on indexes: of each position so many
times its contracts, rounded to whole ones, are written, and sold at their marks. The market is as
it is, and once more after a move of every underlying.

Every factor is margined by itself, for a requirement need not rise with it: calls written on stock
that is held lower it first.

Rule: FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, numbered, sums_by_group
from xlmargin.book import Book, cash_of_accounts
from xlmargin.computing import check_time_limit
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.after_moves import along, refuse_unvalued
from xlmargin.portfolio_margin.group_changes import requirement_of_multiples

STEP: Final = 0.1
MOST: Final = 10.0
_CENT: Final = 0.005


class Keeps(Enum):
    """What is to hold as more is written."""

    COVERED = "calls without shares"
    """No more calls without shares than now."""
    EXCESS = "excess after the move"
    """No account's excess after the move is below 0."""
    REQUIREMENT = "requirement"
    """The requirement is not above an amount."""


@dataclass(frozen=True, eq=False)
class Writing:
    """The book at each factor; arrays of shape (factors,).

    `more` are contracts written in addition, `premium` what is received for them, $; `uncovered`
    calls written without shares of their account, contracts; `requirement`, $, is that of
    portfolio margin of all accounts, `excess_after`, $, the least of any account after the move:
    NaN where the cash of one is stated nowhere.
    `allowed` is the requirement that is not to be passed, $.
    """

    factor: FloatArray
    more: FloatArray
    premium: FloatArray
    uncovered: FloatArray
    requirement: FloatArray
    excess_after: FloatArray
    allowed: float

    def holds(self, keeps: Keeps) -> BoolArray:
        """At which factors something holds."""
        found: BoolArray = {
            Keeps.COVERED: self.uncovered <= self.uncovered[0],
            Keeps.EXCESS: self.excess_after >= -_CENT,
            Keeps.REQUIREMENT: self.requirement <= self.allowed + _CENT,
        }[keeps]
        return found

    def greatest(self, holds: BoolArray) -> int:
        """The index of the last factor before something ceases to hold; -1 where it never does."""
        if not holds.any():
            return -1
        first = int(np.argmax(holds))
        ceases = np.flatnonzero(~holds[first:])
        return first + int(ceases[0]) - 1 if ceases.size else len(holds) - 1


def scaled_writing(margin: PortfolioMargin, allowed: float, move: float) -> Writing:
    """A margined book with its options on stocks written at each factor from 1 to the most.

    `allowed`, $, is NaN for the requirement as it is; `move`, a fraction, is that of every
    underlying.
    """
    book = margin.book
    count = round((MOST - 1.0) / STEP) + 1
    factor = np.array([1.0 + round(i * STEP, 9) for i in range(count)])
    more = _more(book, factor)
    [there] = along(margin.inputs, np.array([move]))
    refuse_unvalued(margin.inputs, there.worth)
    after = there.portfolio_margin(0)
    mark = margin.unit_value * book.positions.multiplier
    held = np.where(book.positions.is_cash, 0.0, after.market_value)
    moved = after.unit_value * book.positions.multiplier
    cash = cash_of_accounts(book)
    received = _by_account(book, more * mark)
    excess = cash + book.by_account(held) - _by_account(book, more * moved) - _required(after, more)
    requirement = _required(margin, more).sum(axis=1)
    return Writing(
        factor,
        more.sum(axis=1),
        received.sum(axis=1),
        _uncovered(book, more),
        requirement,
        (excess + received).min(axis=1),
        float(requirement[0]) if np.isnan(allowed) else allowed,
    )


def _by_account(book: Book, amounts: FloatArray) -> FloatArray:
    """Amounts at each factor, shape (factors, positions), added up by account."""
    return book.by_account(amounts.T).T


def _more(book: Book, factor: FloatArray) -> FloatArray:
    """Contracts of each position written in addition, whole, halves up, (factors, positions)."""
    positions = book.positions
    written = positions.is_option & (positions.quantity < 0)
    written[written] = ~book.market.is_index[positions.underlying[written]]
    more = np.floor(-positions.quantity * (factor[:, None] - 1.0) * (1 + 1e-15) + 0.5)
    return np.where(written, more, 0.0)


def _required(margin: PortfolioMargin, more: FloatArray) -> FloatArray:
    """What each account requires with so many more written, $, shape (factors, accounts).

    What each contract is worth does not depend on how many are written, and is found once.
    """
    positions, outside = margin.book.positions, margin.not_eligible
    multiple = 1.0 - np.where(more > 0, more / np.where(more > 0, positions.quantity, 1.0), 0.0)
    required = requirement_of_multiples(margin, multiple)
    if not outside.size:
        return required
    first, own = np.unique(more[:, outside], axis=0, return_index=True, return_inverse=True)[1:]
    by_strategy: list[FloatArray] = []
    for row in more[first]:
        check_time_limit()
        scaled = replace(positions, quantity=positions.quantity - row)
        inputs = replace(margin.inputs, book=replace(margin.book, positions=scaled))
        found = replace(margin, inputs=inputs).strategy_based_of(outside).by_position
        added = np.bincount(positions.account[outside], found, required.shape[1])
        by_strategy.append(added.astype(np.float64))
    required += np.array(by_strategy)[own.ravel()]
    return required


def _uncovered(book: Book, more: FloatArray) -> FloatArray:
    """Calls written without shares of the same account and stock, contracts, shape (factors,)."""
    positions, is_index = book.positions, book.market.is_index
    calls = (positions.kind == InstrumentKind.CALL) & (positions.quantity < 0)
    held = np.flatnonzero(calls | positions.is_stock)
    held = held[~is_index[positions.underlying[held]]]
    key = positions.account[held] * len(is_index) + positions.underlying[held]
    first, own = numbered(key)
    units = (positions.quantity - more)[:, held] * positions.multiplier[held]
    lacking = -sums_by_group(units.T, own, len(first))
    whole: FloatArray = np.ceil(np.maximum(lacking, 0.0) / STANDARD_CONTRACT - 1e-9).sum(axis=0)
    return whole
