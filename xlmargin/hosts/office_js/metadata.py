"""What Excel must know of each function before it runs: names, arguments, how it answers.

Every argument comes as rows of cells, one cell too, with errors in them: so a blank, a number and a
range mean what they mean in the other programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from xlmargin.excel.worksheet_function import WorksheetFunction

LIVE: Final = {
    "id": "XLM_LIVE",
    "name": "XLM_LIVE",
    "description": "One figure of an account that the service keeps, as it changes.",
    "parameters": [
        {
            "name": "account",
            "description": "The account as it is named in the positions.",
            "type": "string",
        },
        {
            "name": "figure",
            "description": "account_value, portfolio.requirement, portfolio.excess, "
            "portfolio.cushion, portfolio.buying_power, strategy.requirement, strategy.excess ...",
            "type": "string",
        },
    ],
    "result": {},
    "options": {"stream": True},
}
"""The one function that is no question and answer: it goes on until its cell is cleared."""


def metadata(functions: Sequence[WorksheetFunction]) -> dict[str, Any]:
    """The functions as the add-in's functions.json describes them."""
    return {
        "allowErrorForDataTypeAny": True,
        "allowCustomDataForDataTypeAny": True,
        "functions": [*map(_described, functions), LIVE],
    }


def _described(function: WorksheetFunction) -> dict[str, Any]:
    return {
        "id": function.name,
        "name": function.name,
        "description": function.doc,
        "parameters": [
            {
                "name": argument.name,
                "description": argument.doc,
                "type": "any",
                "dimensionality": "matrix",
                **({"optional": True} if argument.optional else {}),
            }
            for argument in function.arguments
        ],
        "result": {"dimensionality": "matrix"},
        "options": {"cancelable": True},
    }
