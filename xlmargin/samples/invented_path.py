"""An invented path of the market over the days of the sample history: the same on every machine.

Every price ends at the sample's own. A day moves all underlyings by the market's move, and each by
one of its own on top; what follows one index moves by that index's.
"""

from __future__ import annotations

import datetime as dt
from math import sqrt
from random import Random
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.margin_calls import is_business_day
from xlmargin.market import Market, Underlying

_SEED: Final = 7
_MARKET_MOVE: Final = 0.007
"""Standard deviation of a day's move of the market, a fraction."""
_DRIFT: Final = 0.0008
_OWN_MOVE: Final = {True: 0.0015, False: 0.010}
"""Standard deviation of a day's own move: of an index, and of a stock."""
_FOLLOWS: Final = {"TQQQ": "NDX"}
"""Leveraged funds, which stand in no class group, and the index they follow."""


def trading_days_to(last: dt.date, number: int) -> list[dt.date]:
    """So many days on which the exchange trades, in the order of time, up to the last."""
    days: list[dt.date] = []
    day = last
    while len(days) < number:
        if is_business_day(day):
            days.append(day)
        day -= dt.timedelta(days=1)
    return days[::-1]


def spot_path(market: Market, number: int) -> FloatArray:
    """Price of each underlying on each day, $ to the cent, shape (underlyings, days)."""
    leaders = [_FOLLOWS.get(u.symbol, u.group) for u in market.underlyings]
    indexes = {
        leader for leader, u in zip(leaders, market.underlyings, strict=True) if _on_index(u)
    }
    random = Random(_SEED)
    common = _moves(random, number, _MARKET_MOVE) + _DRIFT
    own = {
        leader: _moves(random, number, _OWN_MOVE[leader in indexes])
        for leader in dict.fromkeys(leaders)
    }
    moves = np.array([common + own[leader] for leader in leaders]) * market.leverage[:, None]
    later = np.cumprod(1.0 + moves[:, :0:-1], axis=1)[:, ::-1]
    prices = market.spot[:, None] / np.hstack([later, np.ones((len(leaders), 1))])
    return np.round(prices, 2)


def _on_index(underlying: Underlying) -> bool:
    return underlying.underlying_class.is_index or bool(underlying.product_group)


def _moves(random: Random, number: int, deviation: float) -> FloatArray:
    """Moves of this standard deviation, even between their bounds; their mean is taken out."""
    half = deviation * sqrt(3.0)
    moves = np.array([random.uniform(-half, half) for _ in range(number)], dtype=np.float64)
    return moves - float(moves[1:].mean())
