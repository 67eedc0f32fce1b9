"""One example of each function: what is typed, and how its answer is to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import TableCell
from xlmargin.errors import REFUSED, MarginError
from xlmargin.help.example_book import AS_OF, EXAMPLE_BOOK

Answer = list[list[str | float | bool]]
"""An answer as rows; one value is one row of one cell."""


@dataclass(frozen=True)
class Range:
    """An argument that is a range of the example book, by its name."""

    name: str


@dataclass(frozen=True)
class Example:
    """A call on the example book.

    `columns` names the columns of an answer that has no headings of its own; `dates` are the
    columns whose numbers are dates.
    """

    arguments: tuple[Range | TableCell, ...]
    columns: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    def formula(self, function: str) -> str:
        """The call as it is typed into a cell."""
        return f"={function}({', '.join(map(_typed, self.arguments))})"

    def answer(self, function: Callable[..., object]) -> Answer:
        """What the function answers, headings first; a refusal is raised."""
        values = [EXAMPLE_BOOK[a.name] if isinstance(a, Range) else a for a in self.arguments]
        answer = function(*values)
        rows: Answer = answer if isinstance(answer, list) else [[answer]]  # type: ignore[list-item]
        if str(rows[0][0]).startswith(REFUSED):
            raise MarginError(f"{self.formula(function.__name__)}: {rows[0][0]}")
        return [list(self.columns), *rows] if self.columns else rows


def _typed(argument: Range | TableCell) -> str:
    if isinstance(argument, Range):
        return f"{argument.name}[[#All]]"
    if argument is None:
        return ""
    if isinstance(argument, bool):
        return str(argument).upper()
    return f'"{argument}"' if isinstance(argument, str) else f"{argument:.15g}"


_POSITIONS: Final = Range("Positions")
_REST: Final = (Range("Market"), Range("Settings"), Range("Dividends"))
_BOOK: Final = (_POSITIONS, *_REST)
_HISTORY: Final = (Range("DatedPositions"), Range("DatedMarket"), Range("Settings"))
_DAY: Final = AS_OF.isoformat()
_OPTION: Final = ("put", 100.0, 95.0, "2027-01-15", _DAY)

EXAMPLES: Final[Mapping[str, Example]] = {
    "PM_REQUIREMENT": Example(_BOOK, columns=("requirement, $",)),
    "PM_RISK_ARRAY": Example((*_BOOK, "class")),
    "PM_GROUPS": Example(_BOOK),
    "PM_OFFICIAL": Example(
        (_POSITIONS, Range("Arrays"), Range("ProductGroups"), Range("Settings"))
    ),
    "PM_STRESS": Example(_BOOK),
    "PM_PATH": Example(_BOOK),
    "PM_CONTRIBUTION": Example(_BOOK),
    "PM_CONTRACTS": Example(_BOOK, dates=("expiration",)),
    "PM_GREEKS": Example(_BOOK),
    "PM_HOLDINGS": Example(_BOOK),
    "PM_PROFILE": Example((*_BOOK, None, "2027-01-15")),
    "REGT_INITIAL": Example(_BOOK, columns=("initial requirement, $",)),
    "REGT_MAINTENANCE": Example(_BOOK, columns=("maintenance requirement, $",)),
    "REGT_STRATEGIES": Example(_BOOK),
    "MARGIN_EFFICIENCY": Example(_BOOK, columns=("efficiency gain, a fraction",)),
    "MARGIN_COMPARE": Example(_BOOK),
    "MARGIN_ACCOUNT": Example(_BOOK),
    "MARGIN_ACCOUNT_ON": Example((*_HISTORY, None, "2026-11-19")),
    "MARGIN_ALERTS": Example((_POSITIONS, Range("Thresholds"), *_REST), dates=("due",)),
    "MARGIN_GAINS": Example((*_BOOK, "strategy")),
    "MARGIN_WHATIF": Example((_POSITIONS, Range("Trades"), *_REST)),
    "MARGIN_ONE_MORE": Example(_BOOK),
    "MARGIN_PATH": Example(_BOOK),
    "MARGIN_CAPACITY": Example((_POSITIONS, Range("Orders"), *_REST)),
    "MARGIN_WRITING": Example(_BOOK),
    "MARGIN_HEDGE": Example((_POSITIONS, Range("Candidates"), *_REST, 1000.0)),
    "MARGIN_CALL_DUE": Example((_DAY, "portfolio"), columns=("due",), dates=("due",)),
    "MARGIN_RECONCILE": Example(
        (_POSITIONS, Range("BrokerFigures"), *_REST), dates=("as of",)
    ),
    "MARGIN_RECONCILE_LINES": Example(
        (_POSITIONS, Range("BrokerFigures"), *_REST), dates=("as of",)
    ),
    "MARGIN_CHANGE": Example((*_HISTORY, None, "2026-11-19", _DAY), dates=("day",)),
    "MARGIN_CALENDAR": Example(_BOOK, dates=("day",)),
    "MARGIN_HISTORY": Example(
        _HISTORY, dates=("date", "strategy call due", "portfolio call due")
    ),
    "MARGIN_HISTORY_SUMMARY": Example(_HISTORY, dates=("date",)),
    "PM_ELIGIBILITY": Example((Range("Facts"), Range("Settings"))),
    "MARGIN_INTRADAY": Example((Range("Activity"), *_BOOK), dates=("date", "until")),
    "OPT_FORWARD": Example(
        (190.0, 125.0, 5000.0, "2027-03-19", _DAY, 0.04), columns=("forward, $ per unit",)
    ),
    "OPT_YIELD": Example(
        (190.0, 125.0, 5000.0, 5000.0, "2027-03-19", _DAY, 0.04),
        columns=("dividend yield, a fraction a year",),
    ),
    "OPT_PRICE": Example((*_OPTION, 0.3, 0.04), columns=("price, $ per unit",)),
    "OPT_IV": Example((*_OPTION, 2.1, 0.04), columns=("volatility, a fraction a year",)),
    "OPT_GREEKS": Example((*_OPTION, 0.3, 0.04)),
    "XLM_CHECK": Example(_BOOK),
    "XLM_MESSAGES": Example(_BOOK),
    "XLM_EXPLAIN": Example(_BOOK),
    "XLM_RULE": Example(
        ("contract_minimum", _DAY, None, True), dates=("effective", "checked")
    ),
    "XLM_MARKET": Example((_POSITIONS,)),
    "XLM_MARKET_GROUPS": Example(
        (
            _POSITIONS, Range("Products"), Range("ProductGroups"), Range("PortfolioGroups"),
            Range("Market"),
        )
    ),
    "XLM_SYMBOL": Example(
        ("XYZ 1/15/27 P95",),
        columns=("underlying", "expiration", "right", "strike"),
        dates=("expiration",),
    ),
    "XLM_VERSION": Example(
        (),
        columns=("rules", "version, or in force since", "checked", "title"),
        dates=("version, or in force since", "checked"),
    ),
}  # fmt: skip
"""The examples by function."""
