"""Reg T and FINRA 4210 strategy-based margin: the least requirement over all pairings."""

from xlmargin.strategy_margin.display_lines import StrategyLeg, StrategyLine
from xlmargin.strategy_margin.explanation import (
    explained,
    explained_by_account,
    leg_label,
    unproven,
)
from xlmargin.strategy_margin.legs import Phase
from xlmargin.strategy_margin.strategy_requirement import (
    ClassMargin,
    StrategyMargin,
    strategy_margin,
)

__all__ = [
    "ClassMargin",
    "Phase",
    "StrategyLeg",
    "StrategyLine",
    "StrategyMargin",
    "explained",
    "explained_by_account",
    "leg_label",
    "strategy_margin",
    "unproven",
]
