"""Reg T and FINRA 4210 strategy-based margin: the least requirement over all pairings."""

from xlmargin.strategy_margin.display.explanation import (
    explained,
    explained_by_account,
    leg_quantity,
    optimality_gap_note,
)
from xlmargin.strategy_margin.display.lines import StrategyLine, class_lines, strategy_lines
from xlmargin.strategy_margin.requirement import (
    StrategyMargin,
    UnderlyingMargin,
    pair_together,
    strategy_margin,
)
from xlmargin.strategy_margin.rules.kinds import RequirementKind

__all__ = [
    "RequirementKind",
    "StrategyLine",
    "StrategyMargin",
    "UnderlyingMargin",
    "class_lines",
    "explained",
    "explained_by_account",
    "leg_quantity",
    "optimality_gap_note",
    "pair_together",
    "strategy_lines",
    "strategy_margin",
]
