"""What an account holds of one class, at other prices than those it was paired at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlmargin.account.shocked_prices import Worth
from xlmargin.arrays import FloatArray
from xlmargin.market import Underlying
from xlmargin.strategy_margin.pairing.class_positions import (
    ClassPositions,
    HeldOption,
    HeldStock,
    Lot,
)
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg


def shocked_holdings(holdings: ClassPositions, there: Worth, move: int) -> ClassPositions:
    """The holdings after one of the moves, by index, their rows worth as much there."""
    known: dict[tuple[str, float], Underlying] = {}

    def moved(leg: OptionLeg | StockLeg) -> Underlying:
        key = leg.underlying.symbol, float(there.spot[leg.position, move])
        if key not in known:
            known[key] = replace(leg.underlying, spot=key[1])
        return known[key]

    def option(held: HeldOption) -> HeldOption:
        worth = _average(there.worth[:, move], held.lots)
        leg = replace(held.leg, value=worth, underlying=moved(held.leg))
        return HeldOption(leg, held.cost, held.instrument, held.lots)

    def stock(held: HeldStock) -> HeldStock:
        underlying = moved(held.leg)
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
