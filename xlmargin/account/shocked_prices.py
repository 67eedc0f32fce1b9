"""A book after moves of the market, its options valued at all of them together.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
Options keep their volatility, or follow moneyness where the setting says so; no time passes. Each
contract's model is solved once for all moves and all valuation points around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.contracts import NO_UNDERLYING
from xlmargin.market import Market
from xlmargin.portfolio_margin.after_moves import AfterMoves, at_spots, refuse_unvalued
from xlmargin.portfolio_margin.portfolio_requirement import MarginInputs, margin_inputs
from xlmargin.risk_array import spot_after
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable


class Worth(NamedTuple):
    """What a unit of each position is worth after moves, and the price of its underlying.

    $, shape (positions, moves). A dollar of cash is worth 1.
    """

    worth: FloatArray
    spot: FloatArray

    def each(self, moves: IntArray) -> Worth:
        """The same after some of the moves, by their indexes for each position, both 2-D."""
        return Worth(*(np.take_along_axis(own, moves, axis=1) for own in self))


@dataclass(frozen=True, eq=False)
class ShockedPrices:
    """A book ready to be moved: all accounts together, or some of them apart, each by itself."""

    inputs: MarginInputs

    def worth_along(self, moves: Sequence[float], mark: FloatArray) -> Worth:
        """What positions are worth after each of these moves of the whole market: mark and gain.

        `mark`, $ per unit, shape (positions,), is what each option is worth before the move; an
        option is worth no less than nothing.
        """
        return _worth(self.inputs, spot_after(self.inputs.book.market, np.array(moves)), mark)

    def apart(self, accounts: BoolArray) -> AccountsApart:
        """Some of the accounts, shape (accounts,), ready to be moved each by itself."""
        book, positions = self.inputs.book, self.inputs.book.positions
        own = np.flatnonzero(accounts[positions.account])
        if len(own) == len(positions):
            held = positions.underlying != NO_UNDERLYING
            account_of = np.zeros(len(book.market.underlyings), dtype=np.int64)
            account_of[positions.underlying[held]] = positions.account[held]
            if (account_of[positions.underlying[held]] == positions.account[held]).all():
                # a table of its own: what it is valued by is kept no longer than the moves are
                inputs = replace(self.inputs, contracts=replace(self.inputs.contracts))
                return AccountsApart(inputs, own, account_of, len(own))
        some, account_of = _apart(book.only(own))
        contracts = _contracts_apart(self.inputs.contracts, own, some.positions.underlying)
        inputs = margin_inputs(some, self.inputs.strategy_requirements, contracts)
        return AccountsApart(inputs, own, account_of, len(positions))


@dataclass(frozen=True, eq=False)
class AccountsApart:
    """Some accounts of a book, on underlyings that no two of them share: each moves by itself.

    `inputs` holds their positions alone, which are the book's of these indexes, `own`; `account_of`
    is the account that holds each underlying. The book has so many `positions`.
    """

    inputs: MarginInputs
    own: IntArray
    account_of: IntArray
    positions: int

    def each(self, moves: FloatArray) -> AfterMoves:
        """The accounts, each after moves of its own, shape (accounts, moves); NaN is none."""
        return at_spots(self.inputs, self._spot(moves), remembered=False)

    def worth_each(self, moves: FloatArray, mark: FloatArray) -> Worth:
        """What the book's positions are worth, each account's after moves of its own.

        Shape (positions, moves), NaN for those of other accounts; `mark` as in `worth_along`.
        """
        there = _worth(self.inputs, self._spot(moves), mark[self.own], remembered=False)
        every = np.full((2, self.positions, moves.shape[1]), np.nan)
        every[:, self.own] = there
        return Worth(*every)

    def _spot(self, moves: FloatArray) -> FloatArray:
        """Prices of the underlyings, each after its account's moves, shape (underlyings, moves)."""
        return spot_after(self.inputs.book.market, np.nan_to_num(moves)[self.account_of])


def shocked_prices(inputs: MarginInputs) -> ShockedPrices:
    """A book ready to be moved.

    Refuses, by row, options that have a price and no volatility to value them with after a move.
    """
    refuse_unvalued(inputs, inputs.contracts.volatility)
    return ShockedPrices(inputs)


def _worth(
    inputs: MarginInputs, spot: FloatArray, mark: FloatArray, *, remembered: bool = True
) -> Worth:
    """What positions are worth at these prices of the underlyings, shape (underlyings, moves)."""
    positions, of_position = inputs.book.positions, inputs.contracts.of_position
    at = np.hstack([inputs.book.market.spot[:, None], spot])
    values = inputs.contracts.values(at, remembered=remembered)
    gained = values[:, 1:] - values[:, :1]
    of_none = np.ones((1, spot.shape[1]))
    of_underlying = np.vstack([spot, of_none])[positions.underlying]
    worth, options = of_underlying.copy(), of_position != NO_CONTRACT
    moved = mark[options, None] + gained[of_position[options]]
    worth[options] = np.maximum(moved, 0.0)
    return Worth(worth, of_underlying)


def _apart(book: Book) -> tuple[Book, IntArray]:
    """The book on underlyings that no two accounts share, and the account that holds each.

    What nobody holds stands once behind them, under the first account: an index still decides the
    range of a fund that follows it.
    """
    positions, market = book.positions, book.market
    held = positions.underlying != NO_UNDERLYING
    count = max(len(market.underlyings), 1)
    keys = positions.account[held] * count + positions.underlying[held]
    present, own = np.unique(keys, return_inverse=True)
    account_of, index = np.divmod(present, count)
    nobodys = np.setdiff1d(np.arange(len(market.underlyings)), index)
    account_of, index = np.append(account_of, np.zeros_like(nobodys)), np.append(index, nobodys)
    underlying = positions.underlying.copy()
    underlying[held] = own
    apart = replace(
        book,
        positions=replace(positions, contracts=replace(positions.contracts, underlying=underlying)),
        market=Market(
            market.as_of, tuple(market.underlyings[i] for i in index.tolist()), market.curve
        ),
    )
    return apart, account_of


def _contracts_apart(table: ContractTable, own: IntArray, underlying: IntArray) -> ContractTable:
    """The contracts of some positions, one on each `underlying`, shape (positions,), of theirs."""
    shared = table.of_position[own]
    options = np.flatnonzero(shared != NO_CONTRACT)
    keys = np.column_stack([underlying[options], shared[options]])
    present, number = np.unique(keys, axis=0, return_inverse=True)
    of_position = np.full(len(own), NO_CONTRACT, dtype=np.int64)
    of_position[options] = number.ravel()
    return table.held_apart(present[:, 1], present[:, 0], of_position)
