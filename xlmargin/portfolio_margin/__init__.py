"""Portfolio margin: the greatest theoretical loss of each unit of an account, or its minimum."""

from xlmargin.portfolio_margin.contribution import Contribution, contribution
from xlmargin.portfolio_margin.explanation import explained, loss_rule, point_label
from xlmargin.portfolio_margin.ineligible import AskStrategyBased, StrategyBased
from xlmargin.portfolio_margin.path import RequirementPath, requirement_path
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, portfolio_margin
from xlmargin.portfolio_margin.units import Level, Units

__all__ = [
    "AskStrategyBased",
    "Contribution",
    "Level",
    "PortfolioMargin",
    "RequirementPath",
    "StrategyBased",
    "Units",
    "contribution",
    "explained",
    "loss_rule",
    "point_label",
    "portfolio_margin",
    "requirement_path",
]
