"""Paths that keep nothing: the figures of a book, what orders would change, each function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from xlmargin.cells.table import refuse_unknown, rows_of_records
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.service.answers import Given, found_of, response
from xlmargin.service.described import of_book, of_function, range_of
from xlmargin.service.problems import problem_response
from xlmargin.service.sent import RANGES, cells_of, ranges_of, warnings_of
from xlmargin.service.what_if_answer import ORDERS, what_if_answer

FIGURES: Final = {
    "account": "MARGIN_ACCOUNT",
    "groups": "PM_GROUPS",
    "strategies": "REGT_STRATEGIES",
    "compare": "MARGIN_COMPARE",
}
"""What `/v1/margin` may be asked for, and the function that answers it."""

Work = Callable[[Given], Any]


def add_stateless(
    app: FastAPI, functions: Sequence[WorksheetFunction], computed: Callable[[Work], Work]
) -> None:
    """Add the paths; what they compute is done as `computed` does it: alone, and in time."""
    by_name = {function.name: function for function in functions}

    async def margin(request: Request) -> Response:
        """The figures of a book, as records."""

        def answer(given: dict[str, Any]) -> Any:
            wanted = given.pop("figures", "account")
            if not isinstance(wanted, str) or wanted not in FIGURES:
                raise MarginError(f"figures: wanted one of {', '.join(FIGURES)}.")
            refuse_unknown(given, (*RANGES, "figures"))
            ranges = ranges_of(given)
            table = by_name[FIGURES[wanted]].refusing(**cells_of(given))
            assert isinstance(table, list)
            headings, *rows = table
            return {
                "figures": wanted,
                "rows": [dict(zip(headings, row, strict=True)) for row in rows],
                "warnings": warnings_of(ranges),
            }

        return response(await found_of(request, computed(answer)))

    async def what_if(request: Request) -> Response:
        """What orders would change, by account, and whether they may be done."""

        def answer(given: dict[str, Any]) -> Any:
            orders = rows_of_records(ORDERS, given.pop(ORDERS, None))
            refuse_unknown(given, (*RANGES, ORDERS))
            ranges = ranges_of(given, {"trades": orders})
            return {"accounts": what_if_answer(ranges), "warnings": warnings_of(ranges)}

        return response(await found_of(request, computed(answer)))

    async def function(name: str, request: Request) -> Response:
        """The answer of a worksheet function, as its cell shows it."""
        own = by_name.get(name)
        if own is None:
            return problem_response(404, "function: not one of those that there are.")

        def answer(given: dict[str, Any]) -> Any:
            return {"answer": own.answer(given)}

        return response(await found_of(request, computed(answer)))

    app.add_api_route(
        "/v1/margin", margin, methods=["POST"], **of_book({"figures": {"enum": [*FIGURES]}})
    )
    app.add_api_route(
        "/v1/whatif", what_if, methods=["POST"], **of_book({ORDERS: range_of()}, ORDERS)
    )
    app.add_api_route("/v1/functions/{name}", function, methods=["POST"], **of_function(by_name))
