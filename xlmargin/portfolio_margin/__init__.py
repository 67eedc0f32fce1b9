"""Portfolio margin: the greatest theoretical loss of each group of an account, or its minimum."""

from xlmargin.portfolio_margin.after_moves import margin_at_moves
from xlmargin.portfolio_margin.contribution import Contribution, contribution, shares
from xlmargin.portfolio_margin.explanation import explained, loss_rule, minimum_rule, point_label
from xlmargin.portfolio_margin.given_arrays import (
    ArrayComparison,
    GroupsOfClasses,
    OfficialMargin,
    Required,
    Theirs,
    official_margin,
)
from xlmargin.portfolio_margin.ineligible import StrategyBased, outside_rule
from xlmargin.portfolio_margin.path import requirement_path
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_PARENT,
    MarginGroups,
    MarginInputs,
    PortfolioMargin,
    portfolio_margin,
)
from xlmargin.portfolio_margin.price_warnings import carry_warnings, price_warnings
from xlmargin.portfolio_margin.priced_together import price_together

__all__ = [
    "NO_PARENT",
    "ArrayComparison",
    "Contribution",
    "GroupsOfClasses",
    "MarginGroups",
    "MarginInputs",
    "OfficialMargin",
    "PortfolioMargin",
    "Required",
    "StrategyBased",
    "Theirs",
    "carry_warnings",
    "contribution",
    "explained",
    "loss_rule",
    "margin_at_moves",
    "minimum_rule",
    "official_margin",
    "outside_rule",
    "point_label",
    "portfolio_margin",
    "price_together",
    "price_warnings",
    "requirement_path",
    "shares",
]
