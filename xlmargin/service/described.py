"""How the service describes itself to programs: the paths of OpenAPI, from JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.service.problems import MEDIA_TYPE
from xlmargin.service.sent import RANGES

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
_KEPT: Final = (404, 409, 412, 503)
"""Statuses of paths of accounts that are kept."""
NUMBERS: Final = {"type": "object", "additionalProperties": {"type": "number"}}
"""Numbers by name."""


def of_book(more: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """What the description of the service says of a path that takes a book."""
    ranges = dict.fromkeys(RANGES, _RANGE)
    settings = {"anyOf": [*_RANGE["anyOf"], {"type": "object", "additionalProperties": _CELL}]}
    schema = {
        "type": "object",
        "required": ["positions", *required],
        "properties": {**ranges, "settings": settings, **more},
        "additionalProperties": False,
    }
    return of_path(schema)


def range_of() -> Mapping[str, Any]:
    """A range: rows of cells with headings first, or records."""
    return _RANGE


def of_function(functions: Mapping[str, WorksheetFunction]) -> dict[str, Any]:
    """Of the path of a worksheet function, by its name."""
    found = of_path({"type": "object"})
    found["openapi_extra"]["parameters"] = [
        {"name": "name", "in": "path", "required": True, "schema": {"enum": [*functions]}}
    ]
    found["responses"][404] = found["responses"][400]
    return found


def of_change(properties: Mapping[str, Any], *, is_closed: bool = False) -> dict[str, Any]:
    """Of a path that changes what is kept: answered at once, or once it is in the figures."""
    closed = {"additionalProperties": False} if is_closed else {}
    found = of_path({"type": "object", "properties": properties, **closed})
    found["responses"][202] = found["responses"][200]
    return found


def of_orders(*others: str) -> dict[str, Any]:
    """Of a path that takes orders of an account, and what stands beside them."""
    properties = {"orders": _RANGE, **{name: {} for name in others}}
    return of_path({"type": "object", "properties": properties, "additionalProperties": False})


def of_reading(media_type: str = "application/json", schema: Any = None) -> dict[str, Any]:
    """Of a path that reads what is kept."""
    found = of_path({})
    del found["openapi_extra"]["requestBody"]
    found["responses"][200] = {"content": {media_type: {"schema": schema or {"type": "object"}}}}
    return found


def of_events() -> dict[str, Any]:
    """Of the path of events, which has no end."""
    found = of_reading("text/event-stream", {"type": "string"})
    names = ("after", "accounts", "types")
    found["openapi_extra"]["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in names
    ]
    return found


def of_path(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a path that takes an object of this schema, and answers one."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    problem = {"description": "a problem", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    return {
        "openapi_extra": {"requestBody": body, "security": [{"token": []}]},
        "responses": {
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            **dict.fromkeys((*_STATUSES, *_KEPT), problem),
        },
        "response_class": Response,
    }
