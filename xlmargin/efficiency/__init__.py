"""Capital efficiency: how much less portfolio margin asks than strategy-based margin."""

from xlmargin.efficiency.comparison import (
    Comparison,
    ComparisonLevel,
    compared,
    efficiency_gain,
    released_capital,
    strategy_figure,
)

__all__ = [
    "Comparison",
    "ComparisonLevel",
    "compared",
    "efficiency_gain",
    "released_capital",
    "strategy_figure",
]
