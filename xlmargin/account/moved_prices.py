"""A book after moves of the market, its options valued at all of them together.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
Options keep their volatility, or follow moneyness where the setting says so; no time passes. Each
contract's model is solved once for all moves and all valuation points around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.contracts import NO_UNDERLYING
from xlmargin.errors import RefusedPosition
from xlmargin.market import Market
from xlmargin.portfolio_margin import PortfolioMargin, portfolio_margin
from xlmargin.portfolio_margin.portfolio_requirement import MarginFrame, margin_with_values
from xlmargin.risk_array import spot_after
from xlmargin.risk_array.marked_contracts import NO_CONTRACT
from xlmargin.risk_array.valuation_points import WHOLE_PRICE

MOST_VALUES: Final = 2_000_000
"""Option values held at once: moves are taken in runs of no more."""


@dataclass(frozen=True, eq=False)
class AfterMove:
    """A book at the prices after a move.

    `spot` has shape (underlyings,). `gained`, $ per unit, shape (contracts,), is each contract's
    gain in theoretical value by the move; `at_points` its value at the valuation points around the
    moved price, shape (contracts, points).
    """

    frame: MarginFrame
    spot: FloatArray
    gained: FloatArray
    at_points: FloatArray

    def portfolio_margin(self) -> PortfolioMargin:
        """The book under portfolio margin there, arrays re-based."""
        base = np.maximum(self.frame.contracts.base + self.gained, 0.0)
        return margin_with_values(self.frame, self.spot, base, self.at_points)


class Worth(NamedTuple):
    """What a unit of each position is worth after moves, and the price of its underlying.

    $, shape (positions, moves). A dollar of cash is worth 1.
    """

    worth: FloatArray
    spot: FloatArray

    def each(self, move: IntArray) -> Worth:
        """The same after one of the moves, by its index for each position; the last one beyond."""
        column = np.minimum(move, self.worth.shape[1] - 1)[:, None]
        return Worth(*(np.take_along_axis(own, column, axis=1) for own in self))


@dataclass(frozen=True, eq=False)
class MovedPrices:
    """A book ready to be moved: all accounts together, or each by itself.

    `apart` is the same book on underlyings that no two accounts share; `account_of` is the account
    that holds each of them.
    """

    frame: MarginFrame
    apart: MarginFrame
    account_of: IntArray

    def along(self, moves: Sequence[float]) -> Iterator[AfterMove]:
        """The book after each of these moves of the whole market."""
        points = self.frame.points.moves.shape[1]
        columns = (points + 1) * max(len(self.frame.contracts.spot), 1)
        run = max(MOST_VALUES // columns, 1)
        for start in range(0, len(moves), run):
            some = np.array(moves[start : start + run])
            yield from _after(self.frame, spot_after(self.frame.book.market, some))

    def each(self, moves: FloatArray) -> AfterMove:
        """The accounts, each after a move of its own, shape (accounts,); NaN is none."""
        return next(_after(self.apart, self._own(moves)))

    def worth_along(self, moves: Sequence[float], mark: FloatArray) -> Worth:
        """What positions are worth after each of these moves of the whole market: mark and gain.

        `mark`, $ per unit, shape (positions,), is what each option is worth before the move; an
        option is worth no less than nothing.
        """
        return _worth(self.frame, spot_after(self.frame.book.market, np.array(moves)), mark)

    def worth_each(self, moves: FloatArray, mark: FloatArray) -> Worth:
        """What positions are worth, each account's after a move of its own: one move is told."""
        return _worth(self.apart, self._own(moves), mark)

    def _own(self, moves: FloatArray) -> FloatArray:
        """Prices of the underlyings held apart, each after its account's move, (underlyings, 1)."""
        market = self.apart.book.market
        own = np.maximum(market.leverage * np.nan_to_num(moves)[self.account_of], WHOLE_PRICE)
        moved: FloatArray = (market.spot * (1.0 + own))[:, None]
        return moved


def moved_prices(margin: PortfolioMargin) -> MovedPrices:
    """A book under portfolio margin, ready to be moved.

    Refuses, by row, options that have a price and no volatility to value them with after a move.
    """
    book, frame = margin.book, margin.frame
    _refuse_unvalued(frame)
    if len(book.positions.accounts) == 1:
        return MovedPrices(frame, frame, np.zeros(len(book.market.underlyings), dtype=np.int64))
    apart, account_of = _apart(book)
    return MovedPrices(frame, portfolio_margin(apart, frame.ask_strategy_based).frame, account_of)


def _after(frame: MarginFrame, spot: FloatArray) -> Iterator[AfterMove]:
    """The book at these prices, shape (underlyings, moves), valued together."""
    market, points, count = frame.book.market, 1.0 + frame.points.moves, spot.shape[1]
    around = spot[:, :, None] * points[:, None, :]
    around = around.reshape(len(spot), count * points.shape[1])
    values = frame.contracts.values(np.hstack([market.spot[:, None], spot, around]))
    now, moved = values[:, :1], values[:, 1 : 1 + count]
    at_points = values[:, 1 + count :].reshape(len(values), count, points.shape[1])
    for i in range(count):
        yield AfterMove(frame, spot[:, i], moved[:, i] - now[:, 0], at_points[:, i])


def _worth(frame: MarginFrame, spot: FloatArray, mark: FloatArray) -> Worth:
    """What positions are worth at these prices of the underlyings, shape (underlyings, moves)."""
    positions, of_position = frame.book.positions, frame.contracts.of_position
    values = frame.contracts.values(np.hstack([frame.book.market.spot[:, None], spot]))
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


def _refuse_unvalued(frame: MarginFrame) -> None:
    positions, contracts = frame.book.positions, frame.contracts
    unvalued = np.flatnonzero(np.isnan(contracts.volatility))
    rows = np.flatnonzero(np.isin(contracts.of_position, unvalued)).tolist()
    if rows:
        wanted = "a price that a volatility can give, or a volatility"
        raise RefusedPosition(
            [positions.problem(i, "price", positions.label(i), wanted) for i in rows]
        )
