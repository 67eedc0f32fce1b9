"""The ranges whose headings the page lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlmargin.cells.values import Headings
from xlmargin.cells.words import ACTIVITY, CANDIDATES, DIVIDENDS, MARKET, POSITIONS, TRADES
from xlmargin.excel.facts_reader import FACTS

HEADINGS: Final[Mapping[str, Headings]] = {
    "Positions": POSITIONS,
    "Market": MARKET,
    "Dividends": DIVIDENDS,
    "Trades": TRADES,
    "Candidates": CANDIDATES,
    "Activity": ACTIVITY,
    "Facts (names in the first column)": FACTS,
}
"""Headings by range."""
