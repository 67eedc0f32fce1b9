"""What the page says in words: conventions of both regimes, headings, and what error texts mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlmargin.cells import words
from xlmargin.cells.values import Headings
from xlmargin.excel.facts_reader import FACTS

GROUPS: Final[Mapping[str, str]] = {
    "PM_": "Portfolio margin",
    "REGT_": "Strategy-based margin",
    "MARGIN_": "Both regimes",
    "OPT_": "Options",
    "XLM_": "Checks and reasons",
}
"""Functions belong together by how their names begin."""

CONVENTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Amounts": (
        "Money is in dollars, fractions are fractions (0.04 is 4%), dates are serial days: give"
        " their cells a date format.",
        "Short quantities are negative. Prices are per unit: an option at 2.60 on 100 shares is"
        " worth 260.",
        "Nothing is rounded below the cell.",
        "An amount is an estimate of the regulatory minimum. A broker may ask more.",
    ),
    "Portfolio margin": (
        "Each contract is valued at ten moves of its underlying, five down and five up, to the"
        " ends of its class's range, with its own volatility held.",
        "Gains offset losses in full inside a class group, and at an offset rate between the class"
        " groups of a product group and between the product groups of a portfolio group.",
        "A group needs its worst loss or its minimum per contract, whichever is greater. The"
        " account needs the sum.",
        "Each underlying is a class group of its own unless the market range files it in another.",
    ),
    "Strategy-based margin": (
        "REGT_INITIAL and REGT_MAINTENANCE are each the least over all permitted pairings of the"
        " legs, found separately: the two pairings may differ.",
        "Initial includes premiums of short options, the cost of long ones, and short stock at its"
        " whole value with the margin on it, before any proceeds. The deposit is initial less these"
        " proceeds.",
        "Maintenance holds short options with their market value inside; long options of nine"
        " months or less have neither value nor requirement; the value of short stock is not in"
        " it.",
        "Where a rule values stock at no more than the strike, the difference is part of the"
        " requirement, and equity keeps the whole value.",
        "Contracts are whole, stock pairs in lots, odd lots stand alone. Rows that share a group"
        " are paired with each other and with nothing else.",
    ),
    "Ranges": (
        "The first row holds headings, in any order, any case, with spaces, underscores or hyphens."
        " Unknown columns are ignored, and XLM_CHECK lists them.",
        "An empty cell is a value left out; it never becomes 0. Blank rows are skipped.",
        "An option symbol such as XYZ 1/15/27 P95 stands for underlying, expiration, right and"
        " strike.",
        "Where decimals are written with a comma, arguments are separated by semicolons.",
        "Several accounts in one range, told apart by the column account, are answered each and in"
        " total.",
    ),
}
"""Conventions by subject."""

CELL_ERRORS: Final = (
    ("#XLM! \u2026", "The input was refused. The text names range, row, column, what was found and"
     " what is wanted; XLM_CHECK lists every problem."),
    ("#N/A", "There is no value here: no volatility gives the price, nothing to divide by, or cash"
     " is not known."),
    ("#NAME?", "The program does not know the function: the add-in is not installed or loaded."),
    ("#SPILL!", "Cells that the table needs are not empty. Clear them, or enter the formula where"
     " there is room."),
    ("#XLM! internal error \u2026", "A fault of xlmargin itself: its id, and the file where it is"
     " logged. No number is answered then."),
)  # fmt: skip
"""What stands in a cell instead of a number, and what it means."""

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
