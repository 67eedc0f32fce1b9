"""Capital efficiency: how much less portfolio margin asks than strategy-based margin."""

from xlmargin.efficiency.comparison import (
    Comparison,
    ComparisonLevel,
    compared,
    efficiency_gain,
    strategy_figure,
)
from xlmargin.efficiency.released_capital import (
    allocation_of_released_capital,
    released_capital,
)

__all__ = [
    "Comparison",
    "ComparisonLevel",
    "allocation_of_released_capital",
    "compared",
    "efficiency_gain",
    "released_capital",
    "strategy_figure",
]
