"""What the pages say in words: conventions of both regimes, headings, and what error texts mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlmargin.cells import words
from xlmargin.cells.values import Headings
from xlmargin.excel.facts_reader import FACTS
from xlmargin.packaged import packaged_toml

_TEXTS: Final = packaged_toml("xlmargin.help", "texts.toml")

GROUPS: Final[Mapping[str, str]] = _TEXTS["groups"]
"""Functions belong together by how their names begin."""

CONVENTIONS: Final[Mapping[str, list[str]]] = _TEXTS["conventions"]
"""Conventions by subject."""

CELL_ERRORS: Final[Mapping[str, str]] = _TEXTS["cell_errors"]
"""What stands in a cell instead of a number, and what it means."""

INPUT: Final[Mapping[str, Any]] = _TEXTS["input"]
"""Examples of cells and symbols, and what the page of the input says."""

HEADINGS: Final[Mapping[str, Headings]] = {
    "Positions": words.POSITIONS,
    "Market": words.MARKET,
    "Dividends": words.DIVIDENDS,
    "Trades": words.TRADES,
    "Candidates": words.CANDIDATES,
    "Orders": words.ORDERS,
    "Thresholds": words.THRESHOLDS,
    "BrokerFigures": words.BROKER_FIGURES,
    "Activity": words.ACTIVITY,
    "Facts (names in the first column)": FACTS,
}
"""Headings by range."""
