"""What the service tells, described for programs: schemas of states and alerts, AsyncAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import xlmargin
from xlmargin.service.alerts import ALERT
from xlmargin.service.stream import HEARTBEAT, LIVE, RESET
from xlmargin.service.writer import AS_OF_CHANGED, GONE, STATE

_NUMBER: Final = {"type": ["number", "null"]}
_TEXT: Final = {"type": "string"}


def _object(
    required: Mapping[str, Any], optional: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": [*required], "properties": properties}


_REGIME: Final = dict.fromkeys(("requirement", "excess", "cushion"), _NUMBER)
_PORTFOLIO: Final = _object({**_REGIME, "buying_power": _NUMBER})
_STRATEGY: Final = _object({**_REGIME, "reg_t_excess": _NUMBER, "bound": _TEXT})
STATE_SCHEMA: Final = _object(
    {
        "account": _TEXT,
        "version": {"type": "integer"},
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
        "version": {"type": "integer"},
    },
    {"problem": _TEXT, "broker": _NUMBER, "difference": _NUMBER},
)  # fmt: skip
"""A light that changed, of a figure of an account."""
_GONE: Final = _object({"account": _TEXT, "version": {"type": "integer"}})
_RESET: Final = _object({name: {"type": "integer"} for name in ("after", "first", "last")})
_DATA: Final = {
    STATE: STATE_SCHEMA,
    GONE: _GONE,
    ALERT: ALERT_SCHEMA,
    AS_OF_CHANGED: _object({"as_of": _TEXT, "was": _TEXT, "version": {"type": "integer"}}),
    RESET: _RESET,
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
    names = ("token", "after", "accounts", "types")
    lists = {"type": "array", "items": _TEXT}
    kinds = (_TEXT, {"type": "integer"}, lists, lists)
    hello = {"type": "object", "properties": dict(zip(names, kinds, strict=True))}
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
