"""The article: four cases in a stock XYZ, what it says both regimes ask, and its family office.

The article calls its figures illustrative: it names no volatility, and of the strangle no quantity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class CaseLeg:
    """A position in XYZ or in an option on it; a quantity below 0 is written."""

    kind: str
    quantity: float
    strike: float | None = None


@dataclass(frozen=True)
class ArticleCase:
    """A case by its name, with the article's figures in $; None where it states none."""

    name: str
    legs: tuple[CaseLeg, ...]
    reg_t: float | None
    portfolio: float | None


ARTICLE_PRICE: Final = 500.0
"""Of a share of XYZ, $."""

_STRANGLE: Final = (CaseLeg("call", -1.0, 520.0), CaseLeg("put", -1.0, 480.0))

ARTICLE_CASES: Final = (
    ArticleCase("Shares", (CaseLeg("stock", 100.0),), 25_000.0, 7_500.0),
    ArticleCase("Calls written", (CaseLeg("call", -10.0, 510.0),), 60_000.0, 15_000.0),
    ArticleCase(
        "Shares and put", (CaseLeg("stock", 100.0), CaseLeg("put", 1.0, 480.0)), 25_000.0, 3_500.0
    ),
    ArticleCase("Strangle", _STRANGLE, 70_000.0, 18_000.0),
    ArticleCase(
        "Ten strangles",
        tuple(CaseLeg(leg.kind, 10 * leg.quantity, leg.strike) for leg in _STRANGLE),
        None,
        None,
    ),
)
"""The article's four, and the last of them ten times."""

INDEX_HEDGES: Final = "index hedges"
OPTION_WRITING: Final = "option-writing strategies"
CASH_RESERVE: Final = "cash reserve"


@dataclass(frozen=True)
class ArticleScenario:
    """The scenario's inputs: $ of long market value, average shares of it, and uses by share.

    A family office's positions were asked 35% of their long market value by strategy and 12% by
    portfolio margin; the capital released went to hedges, to more option writing and to cash.
    """

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
