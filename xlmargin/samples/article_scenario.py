"""A family office that converts to portfolio margin: the scenario of the article, as figures.

Its existing positions were asked, on average, 35% of their long market value by strategy and 12%
by portfolio margin; the capital released went to hedges, to more option writing and to cash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

INDEX_HEDGES: Final = "index hedges"
OPTION_WRITING: Final = "option-writing strategies"
CASH_RESERVE: Final = "cash reserve"


@dataclass(frozen=True)
class ArticleScenario:
    """The scenario's inputs: $ of long market value, average shares of it, and uses by share."""

    long_market_value: float = 15_000_000.0
    strategy_share: float = 0.35
    portfolio_share: float = 0.12
    uses: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {INDEX_HEDGES: 0.25, OPTION_WRITING: 0.50, CASH_RESERVE: 0.25}
        )
    )


ARTICLE_SCENARIO: Final = ArticleScenario()
"""The figures as the article states them."""
