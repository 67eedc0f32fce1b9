"""Reg T and FINRA 4210 strategy-based margin: the least requirement over all pairings."""

from xlmargin.strategy_margin.display.explanation import (
    explained,
    explained_by_account,
    leg_label,
    unproven,
)
from xlmargin.strategy_margin.display.lines import (
    StrategyLeg,
    StrategyLine,
    class_lines,
    strategy_lines,
)
from xlmargin.strategy_margin.requirement import (
    ClassMargin,
    StrategyMargin,
    strategy_margin,
)
from xlmargin.strategy_margin.rules.legs import Phase

__all__ = [
    "ClassMargin",
    "Phase",
    "StrategyLeg",
    "StrategyLine",
    "StrategyMargin",
    "class_lines",
    "explained",
    "explained_by_account",
    "leg_label",
    "strategy_lines",
    "strategy_margin",
    "unproven",
]
