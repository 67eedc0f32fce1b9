"""The service: each worksheet function, and what orders would change, for programs over HTTP.

Nothing is kept between requests. Books are margined one after the other: what is remembered of a
class for its next pairing is not made for two at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import xlmargin
from xlmargin.cells.records import rows_of_records
from xlmargin.computing import time_limit
from xlmargin.errors import MarginError, Severity
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.worksheet_function import Kind, WorksheetFunction
from xlmargin.service.door import OPEN, Allowed, Door
from xlmargin.service.pages import Pages
from xlmargin.service.problems import MEDIA_TYPE, placed, problem_response, refused
from xlmargin.service.strict_json import Malformed, parsed
from xlmargin.service.tokens import Tokens
from xlmargin.service.what_if_answer import ORDERS, what_if_answer

RANGES: Final = ("positions", "market", "settings", "dividends")
FIGURES: Final = {
    "account": "MARGIN_ACCOUNT",
    "groups": "PM_GROUPS",
    "strategies": "REGT_STRATEGIES",
    "compare": "MARGIN_COMPARE",
}
"""What `/v1/margin` may be asked for, and the function that answers it."""
PATHS: Final = {"/v1/whatif": "trade"}
"""Paths whose token needs another scope than read."""

_CELL: Final = {"type": ["string", "number", "boolean", "null"]}
_RANGE: Final = {
    "anyOf": [
        {"type": "array", "items": {"type": "array", "items": _CELL}},
        {"type": "array", "items": {"type": "object", "additionalProperties": _CELL}},
    ]
}
_ROWS: Final = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": _ROWS,
    },
}
_STATUSES: Final = (400, 401, 403, 413, 415, 422, 429, 504)


def service(
    functions: Sequence[WorksheetFunction],
    tokens: Tokens,
    allowed: Allowed,
    seconds: float,
    pages: Pages | None = None,
) -> Door:
    """The application, behind its door. Each answer may take so many seconds of computing."""
    by_name = {function.name: function for function in functions}
    app = FastAPI(
        title="xlmargin", version=xlmargin.__version__, docs_url=None, redoc_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    one_at_a_time = Lock()

    async def answered(request: Request, answer: Callable[[dict[str, Any]], Any]) -> Response:
        """The answer to a JSON object, computed apart from the others."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return problem_response(415, "Content-Type: wanted application/json.")
        body = await request.body()

        def compute() -> Response:
            try:
                given = parsed(body)
                with one_at_a_time, time_limit(seconds):
                    return JSONResponse(answer(given))
            except Malformed as error:
                return problem_response(400, str(error))
            except Exception as error:
                return refused(error)

        return await anyio.to_thread.run_sync(compute)

    async def margin(request: Request) -> Response:
        """The figures of a book, as records."""

        def answer(given: dict[str, Any]) -> Any:
            asked = given.pop("figures", "account")
            if not isinstance(asked, str) or asked not in FIGURES:
                raise MarginError(f"figures: wanted one of {', '.join(FIGURES)}.")
            _refuse_unknown(given, (*RANGES, "figures"))
            ranges = _ranges(given)
            table = by_name[FIGURES[asked]].refusing(**_cells(given))
            assert isinstance(table, list)
            headings, *rows = table
            return {
                "figures": asked,
                "rows": [dict(zip(headings, row, strict=True)) for row in rows],
                "warnings": _warnings(ranges),
            }

        return await answered(request, answer)

    async def what_if(request: Request) -> Response:
        """What orders would change, by account, and whether they may be done."""

        def answer(given: dict[str, Any]) -> Any:
            orders = rows_of_records(ORDERS, given.pop(ORDERS, None))
            _refuse_unknown(given, (*RANGES, ORDERS))
            ranges = _ranges(given, {"trades": orders})
            return {"accounts": what_if_answer(ranges), "warnings": _warnings(ranges)}

        return await answered(request, answer)

    async def function(name: str, request: Request) -> Response:
        """The answer of a worksheet function, as its cell shows it."""
        found = by_name.get(name)
        if found is None:
            return problem_response(404, "function: not one of those that there are.")

        def answer(given: dict[str, Any]) -> Any:
            _refuse_unknown(given, [argument.name for argument in found.arguments])
            kinds = {argument.name: argument.kind for argument in found.arguments}
            cells = {
                key: rows_of_records(key, value) if kinds[key] is Kind.RANGE else value
                for key, value in given.items()
            }
            missing = [a.name for a in found.arguments if not a.optional and a.name not in given]
            if missing:
                raise MarginError(f"{missing[0]}: found nothing, wanted it for {name}.")
            return {"answer": found.refusing(**cells)}

        return await answered(request, answer)

    async def version() -> dict[str, str]:
        """The version that answers."""
        return {"version": xlmargin.__version__}

    async def healthy() -> dict[str, str]:
        """That the service is alive."""
        return {"status": "alive"}

    async def unanswered(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_response(error.status_code, str(error.detail), headers=error.headers)

    described = _described({"figures": {"enum": [*FIGURES]}})
    app.add_api_route("/v1/margin", margin, methods=["POST"], **described)
    described = _described({ORDERS: _RANGE}, ORDERS)
    app.add_api_route("/v1/whatif", what_if, methods=["POST"], **described)
    described = _of_function(by_name)
    app.add_api_route("/v1/functions/{name}", function, methods=["POST"], **described)
    app.add_api_route("/v1/version", version, methods=["GET"])
    app.add_api_route("/healthz", healthy, methods=["GET"])
    for path, page in (pages or {}).items():
        app.add_route(path, page.answer, methods=["GET"], include_in_schema=False)
    app.add_exception_handler(HTTPException, unanswered)
    return Door(app, tokens, allowed, PATHS, OPEN | (pages or {}).keys())


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise MarginError(f"{name}: not known here, wanted {', '.join(known)}.")


def _cells(given: Mapping[str, Any]) -> dict[str, Any]:
    """The four ranges as rows; settings may be an object of names and values."""
    settings = given.get("settings")
    if isinstance(settings, dict):
        given = {**given, "settings": [["name", "value"], *map(list, settings.items())]}
    return {name: rows_of_records(name, given.get(name)) for name in RANGES}


def _ranges(given: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> Ranges:
    return Ranges(**_cells(given), extra=extra or {}, today=dt.date.today())


def _warnings(ranges: Ranges) -> list[dict[str, Any]]:
    return [placed(p) for p in ranges.problems() if p.severity is Severity.WARNING]


def _described(more: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """What the description of the service says of a path that takes a book."""
    ranges = dict.fromkeys(RANGES, _RANGE)
    settings = {"anyOf": [*_RANGE["anyOf"], {"type": "object", "additionalProperties": _CELL}]}
    schema = {
        "type": "object",
        "required": ["positions", *required],
        "properties": {**ranges, "settings": settings, **more},
        "additionalProperties": False,
    }
    return _path(schema)


def _of_function(functions: Mapping[str, WorksheetFunction]) -> dict[str, Any]:
    found = _path({"type": "object"})
    found["openapi_extra"]["parameters"] = [
        {"name": "name", "in": "path", "required": True, "schema": {"enum": [*functions]}}
    ]
    found["responses"][404] = found["responses"][400]
    return found


def _path(schema: Mapping[str, Any]) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    problem = {"description": "a problem", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    return {
        "openapi_extra": {"requestBody": body, "security": [{"token": []}]},
        "responses": {
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            **dict.fromkeys(_STATUSES, problem),
        },
        "response_class": Response,
    }
