"""How the service describes itself to programs, in JSON Schema: OpenAPI, and AsyncAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.service.alerts import ALERT
from xlmargin.service.problems import MEDIA_TYPE
from xlmargin.service.records import RANGES
from xlmargin.service.stream import HEARTBEAT, LIVE, RESET
from xlmargin.service.writer import AS_OF_CHANGED, GONE, STATE

_TEXT: Final = {"type": "string"}
_INTEGER: Final = {"type": "integer"}
_NUMBER: Final = {"type": ["number", "null"]}
_CELL: Final = {"type": ["string", "number", "boolean", "null"]}
RANGE: Final = {
    "anyOf": [
        {"type": "array", "items": {"type": "array", "items": _CELL}},
        {"type": "array", "items": {"type": "object", "additionalProperties": _CELL}},
    ]
}
"""Rows of cells with headings first, or records."""
NUMBERS: Final = {"type": "object", "additionalProperties": {"type": "number"}}
"""Numbers by name."""
_STATUSES: Final = (400, 401, 403, 413, 415, 422, 429, 504)
_KEPT: Final = (404, 409, 412, 503)
"""Statuses of paths of accounts that are kept."""


def _object(
    required: Mapping[str, Any], optional: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": [*required], "properties": properties}


_PROBLEM: Final = _object(
    {"type": _TEXT, "title": _TEXT, "status": _INTEGER, "detail": _TEXT},
    {"problems": {"type": "array", "items": {"type": "object", "additionalProperties": True}}},
)


def of_book(more: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """What the description of the service says of a path that takes a book."""
    settings = {"anyOf": [*RANGE["anyOf"], {"type": "object", "additionalProperties": _CELL}]}
    properties = {**dict.fromkeys(RANGES, RANGE), "settings": settings, **more}
    return _of_path({"required": ["positions", *required], "properties": properties, **_CLOSED})


def of_orders(*others: str) -> dict[str, Any]:
    """Of a path that takes orders of an account, and what stands beside them."""
    properties = {"orders": RANGE, **{name: {} for name in others}}
    return _of_path({"properties": properties, **_CLOSED})


def of_function(functions: Mapping[str, WorksheetFunction]) -> dict[str, Any]:
    """Of the path of a worksheet function, by its name."""
    found = _of_path({})
    found["openapi_extra"]["parameters"] = [
        {"name": "name", "in": "path", "required": True, "schema": {"enum": [*functions]}}
    ]
    found["responses"][404] = found["responses"][400]
    return found


def of_change(properties: Mapping[str, Any], *, is_closed: bool = False) -> dict[str, Any]:
    """Of a path that changes what is kept: answered at once, or once it is in the figures."""
    found = _of_path({"properties": properties, **(_CLOSED if is_closed else {})})
    found["responses"][202] = found["responses"][200]
    return found


def of_reading(media_type: str = "application/json", schema: Any = None) -> dict[str, Any]:
    """Of a path that reads what is kept."""
    found = _of_path({})
    del found["openapi_extra"]["requestBody"]
    found["responses"][200] = {"content": {media_type: {"schema": schema or {"type": "object"}}}}
    return found


def of_events() -> dict[str, Any]:
    """Of the path of events, which has no end."""
    found = of_reading("text/event-stream", _TEXT)
    found["openapi_extra"]["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": _TEXT}
        for name in ("after", "accounts", "types")
    ]
    return found


_CLOSED: Final = {"additionalProperties": False}


def _of_path(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a path that takes an object of this schema, and answers one."""
    taken = {"application/json": {"schema": {"type": "object", **schema}}}
    problem = {"description": "a problem", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    return {
        "openapi_extra": {
            "requestBody": {"required": True, "content": taken},
            "security": [{"token": []}],
        },
        "responses": {
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            **dict.fromkeys((*_STATUSES, *_KEPT), problem),
        },
        "response_class": Response,
    }


_REGIME: Final = dict.fromkeys(("requirement", "excess", "cushion"), _NUMBER)
_PORTFOLIO: Final = _object({**_REGIME, "buying_power": _NUMBER})
_STRATEGY: Final = _object({**_REGIME, "reg_t_excess": _NUMBER, "bound": _TEXT})
STATE_SCHEMA: Final = _object(
    {
        "account": _TEXT,
        "version": _INTEGER,
        "regime": {"enum": ["portfolio", "strategy"]},
        "account_value": _NUMBER,
        "portfolio": {"anyOf": [_PORTFOLIO, {"type": "null"}]},
        "strategy": _STRATEGY,
        "stale": {"type": "boolean"},
    },
    {"problem": _TEXT, "as_of": _TEXT},
)
"""The state of an account; null is an amount not known, and a regime not permitted."""
_LIGHT: Final = {"enum": ["green", "amber", "red", "grey"]}
ALERT_SCHEMA: Final = _object(
    {
        "account": _TEXT, "figure": _TEXT, "light": _LIGHT, "was": _LIGHT, "threshold": _NUMBER,
        "value": _NUMBER, "warn": _NUMBER, "alert": _NUMBER, "reason": _TEXT,
        "version": _INTEGER,
    },
    {"problem": _TEXT, "broker": _NUMBER, "difference": _NUMBER},
)  # fmt: skip
"""A light that changed, of a figure of an account."""
_DATA: Final = {
    STATE: STATE_SCHEMA,
    GONE: _object({"account": _TEXT, "version": _INTEGER}),
    ALERT: ALERT_SCHEMA,
    AS_OF_CHANGED: _object({"as_of": _TEXT, "was": _TEXT, "version": _INTEGER}),
    RESET: _object(dict.fromkeys(("after", "first", "last"), _INTEGER)),
    LIVE: None,
    HEARTBEAT: None,
}
_OF_ACCOUNTS: Final = (STATE, GONE, ALERT)


def event_schema(type_: str) -> dict[str, Any]:
    """The schema of events of a type: a CloudEvent with its sequence."""
    names = ("specversion", "id", "source", "time")
    required: dict[str, Any] = dict.fromkeys(names, _TEXT)
    required |= {"type": {"const": type_}, "sequence": {"type": "string", "pattern": "^[0-9]{20}$"}}
    if type_ in _OF_ACCOUNTS:
        required["subject"] = _TEXT
    if (data := _DATA[type_]) is not None:
        required["data"] = data
    return _object(required)


def async_api() -> dict[str, Any]:
    """The stream as AsyncAPI describes one."""
    names = {"type": "array", "items": _TEXT}
    first = {"token": _TEXT, "after": _INTEGER, "accounts": names, "types": names}
    hello = {"type": "object", "properties": first}
    messages: dict[str, Any] = {
        type_: {"contentType": "application/json", "payload": event_schema(type_)}
        for type_ in _DATA
    }
    channel = "#/channels/stream"
    references = [{"$ref": f"{channel}/messages/{type_}"} for type_ in messages]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "xlmargin", "version": xlmargin.__version__},
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "messages": {**messages, "hello": {"payload": hello}},
            }
        },
        "operations": {
            "tell": {"action": "send", "channel": {"$ref": channel}, "messages": references},
            "listen": {
                "action": "receive",
                "channel": {"$ref": channel},
                "messages": [{"$ref": f"{channel}/messages/hello"}],
            },
        },
    }
