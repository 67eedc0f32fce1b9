"""What a stress of the settings leaves each account: one move of the market, one of volatility."""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import Excess
from xlmargin.portfolio_margin import PortfolioMargin, requirement_path
from xlmargin.settings import Settings


def stressed(margin: PortfolioMargin) -> Excess:
    """The accounts after the stress of their settings, volatilities held at the moved ones.

    Their value beside what portfolio margin requires there; cash that is stated nowhere counts
    none.
    """
    settings = margin.book.settings
    path = requirement_path(margin, np.array([settings.stress_move]), settings.stress_volatility)
    return Excess(path.account_value[:, 0], path.requirement[:, 0])


def stress_named(settings: Settings) -> str:
    """The stress of the settings in short: -20%, volatility x2."""
    move, volatility = settings.stress_move, settings.stress_volatility
    same = "volatility unchanged"
    moved = same if not volatility else f"volatility ×{1.0 + volatility:g}"
    return f"{100 * move:+.4g}%, {moved}".replace("-", "−")
