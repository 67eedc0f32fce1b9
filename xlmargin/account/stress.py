"""What a stress of the settings leaves each account: one move of the market, one of volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, requirement_path
from xlmargin.settings import Settings


@dataclass(frozen=True, eq=False)
class Stressed:
    """Value and portfolio margin requirement of each account after a stress, $, shape (accounts,).

    `move` is that of the whole market, `volatility_move` that of every volatility, a fraction of
    itself.
    """

    move: float
    volatility_move: float
    account_value: FloatArray
    requirement: FloatArray

    @property
    def excess(self) -> FloatArray:
        """What is left beyond the requirement, $, signed."""
        return self.account_value - self.requirement

    @property
    def cushion(self) -> FloatArray:
        """Excess as a fraction of the account value; -inf where nothing of that is left."""
        left = self.account_value > 0
        nothing = np.full(len(self.account_value), -np.inf)
        share: FloatArray = np.divide(self.excess, self.account_value, out=nothing, where=left)
        return share


def stressed(margin: PortfolioMargin) -> Stressed:
    """The accounts after the stress of their settings, volatilities held at the moved ones.

    Cash that is stated nowhere counts none.
    """
    settings = margin.book.settings
    move, volatility = settings.stress_move, settings.stress_volatility
    path = requirement_path(margin, np.array([move]), volatility)
    return Stressed(move, volatility, path.account_value[:, 0], path.requirement[:, 0])


def stress_named(settings: Settings) -> str:
    """The stress of the settings in short: -20%, volatility x2."""
    move, volatility = settings.stress_move, settings.stress_volatility
    same = "volatility unchanged"
    moved = same if not volatility else f"volatility ×{1.0 + volatility:g}"
    return f"{100 * move:+.4g}%, {moved}".replace("-", "−")
