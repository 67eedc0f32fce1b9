"""Splits hidden in quantities: twice the shares at half the price, from one day to the next.

A history whose prices and quantities do not carry the same splits shows releases and calls that
never were; where both change together, the options beside the shares have changed too.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from xlmargin.book import Book

RATIOS: Final = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0)
"""New shares for each old one in usual splits; a reverse split is one divided by it."""

_SAME_QUANTITY: Final = 0.05
"""Share by which the quantity may miss the ratio: some of the holders trade that day."""
_SAME_PRICE: Final = 0.15
"""Share by which the price may miss it: a day's move comes on top."""


class HeldShares(NamedTuple):
    """Shares of one stock held by all accounts, long and short added up, and its price, $."""

    symbol: str
    shares: float
    price: float


def held_shares(book: Book) -> tuple[HeldShares, ...]:
    """The shares that a book holds of each stock, in the order of the market."""
    positions, market = book.positions, book.market
    stock = positions.is_stock
    held = positions.underlying[stock]
    shares = np.bincount(held, np.abs(positions.units[stock]), len(market.underlyings))
    return tuple(
        HeldShares(market.underlyings[i].symbol, float(shares[i]), market.underlyings[i].spot)
        for i in np.flatnonzero(shares).tolist()
    )


def hidden_splits(before: tuple[HeldShares, ...], after: tuple[HeldShares, ...]) -> list[str]:
    """A sentence for each stock whose quantity was multiplied, and price divided, as by a split."""
    earlier = {held.symbol: held for held in before}
    found = []
    for now in after:
        old = earlier.get(now.symbol)
        if old is None:
            continue
        ratio = _split_ratio(now.shares / old.shares, old.price / now.price)
        if ratio:
            found.append(
                f"{now.symbol}: {old.shares:,.10g} shares at {old.price:,.10g}, then"
                f" {now.shares:,.10g} at {now.price:,.10g}: a split of {_in_words(ratio)}?"
            )
    return found


def _split_ratio(quantity: float, price: float) -> float:
    """The usual ratio that quantities and prices both show; 0 where there is none."""
    for ratio in (*RATIOS, *(1.0 / ratio for ratio in RATIOS)):
        near = abs(quantity / ratio - 1.0) <= _SAME_QUANTITY
        if near and abs(price / ratio - 1.0) <= _SAME_PRICE:
            return ratio
    return 0.0


def _in_words(ratio: float) -> str:
    """A ratio as markets say it: "2 for 1", "3 for 2", "1 for 10"."""
    new, old = (ratio, 1.0) if ratio > 1 else (1.0, 1.0 / ratio)
    if round(2 * max(new, old)) % 2:
        new, old = 2 * new, 2 * old
    return f"{new:.0f} for {old:.0f}"
