"""What an account holds of one class, at other prices than those it was paired at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.market import Underlying
from xlmargin.risk_array.valuation_points import WHOLE_PRICE
from xlmargin.strategy_margin.pairing.class_positions import (
    ClassPositions,
    HeldOption,
    HeldStock,
    Lot,
)


def moved_underlying(underlying: Underlying, move: float) -> Underlying:
    """The underlying after a move of the market, a fund by its factor times that."""
    own = max(underlying.leverage * move, WHOLE_PRICE)
    return replace(underlying, spot=underlying.spot * (1.0 + own))


def moved_holdings(holdings: ClassPositions, move: float, value: FloatArray) -> ClassPositions:
    """The holdings after a move of the market, their rows worth what `value` says.

    `value`, $ per unit, has shape (positions,).
    """
    underlyings: dict[str, Underlying] = {}

    def moved(underlying: Underlying) -> Underlying:
        if underlying.symbol not in underlyings:
            underlyings[underlying.symbol] = moved_underlying(underlying, move)
        return underlyings[underlying.symbol]

    def option(held: HeldOption) -> HeldOption:
        worth = _average(value, held.lots)
        leg = replace(held.leg, value=worth, underlying=moved(held.leg.underlying))
        return HeldOption(leg, held.cost, held.instrument, held.lots)

    def stock(held: HeldStock) -> HeldStock:
        underlying = moved(held.leg.underlying)
        return replace(held, leg=replace(held.leg, value=underlying.spot, underlying=underlying))

    return replace(
        holdings,
        options=tuple(option(held) for held in holdings.options),
        stocks=tuple(stock(held) for held in holdings.stocks),
    )


def _average(value: FloatArray, lots: tuple[Lot, ...]) -> float:
    """Average value of the pieces, $ per unit: rows of one price may differ in volatility."""
    if len(lots) == 1:
        return float(value[lots[0].position])
    quantity = np.array([lot.quantity for lot in lots])
    return float(np.average(value[[lot.position for lot in lots]], weights=quantity))
