"""Paths that keep nothing: the figures of a book, what orders would change, each function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from xlmargin.cells.json_ranges import refuse_unknown, rows_of_records
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.service.answers import OfBody
from xlmargin.service.described import RANGE, of_book, of_function
from xlmargin.service.problems import Refusal
from xlmargin.service.records import RANGES, cells_of, ranges_of, warnings_of
from xlmargin.service.what_if_answer import ORDERS, what_if_answer

FIGURES: Final = {
    "account": "MARGIN_ACCOUNT",
    "groups": "PM_GROUPS",
    "strategies": "REGT_STRATEGIES",
    "compare": "MARGIN_COMPARE",
}
"""What `/v1/margin` may be asked for, and the function that answers it."""

Alone = Callable[[], AbstractContextManager[None]]
"""Within which one answer is computed, by itself and in time."""


def add_stateless(app: FastAPI, functions: Sequence[WorksheetFunction], alone: Alone) -> None:
    """Add the paths; what they compute is done `alone`."""
    by_name = {function.name: function for function in functions}

    @app.post("/v1/margin", **of_book({"figures": {"enum": [*FIGURES]}}))
    def margin(given: OfBody) -> Response:
        """The figures of a book, as records."""
        wanted = given.pop("figures", "account")
        if not isinstance(wanted, str) or wanted not in FIGURES:
            raise MarginError(f"figures: wanted one of {', '.join(FIGURES)}.")
        refuse_unknown(given, (*RANGES, "figures"))
        with alone():
            table = by_name[FIGURES[wanted]].refusing(**cells_of(given))
            warnings = warnings_of(ranges_of(given))
        assert isinstance(table, list)
        headings, *rows = table
        named = [dict(zip(headings, row, strict=True)) for row in rows]
        return JSONResponse({"figures": wanted, "rows": named, "warnings": warnings})

    @app.post("/v1/whatif", **of_book({ORDERS: RANGE}, ORDERS))
    def what_if(given: OfBody) -> Response:
        """What orders would change, by account, and whether they may be done."""
        orders = rows_of_records(ORDERS, given.pop(ORDERS, None))
        refuse_unknown(given, (*RANGES, ORDERS))
        with alone():
            ranges = ranges_of(given, {"trades": orders})
            answer = {"accounts": what_if_answer(ranges), "warnings": warnings_of(ranges)}
        return JSONResponse(answer)

    @app.post("/v1/functions/{name}", **of_function(by_name))
    def function(name: str, given: OfBody) -> Response:
        """The answer of a worksheet function, as its cell shows it."""
        if name not in by_name:
            raise Refusal(404, "function: not one of those that there are.")
        with alone():
            return JSONResponse({"answer": by_name[name].answer(given)})
