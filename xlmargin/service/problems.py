"""Refusals over HTTP: problem details, with the range, row and column and the sentence of a cell.

Rule of rows: `row` counts as a sheet does, 2 is the first record; `pointer` finds the same place in
the JSON that was sent.

Source: RFC 9457.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from xlmargin.cells.problems import refusal
from xlmargin.computing import TimeLimitReached
from xlmargin.errors import InputError, MarginError, Problem, RefusedPosition, RulebookError

MEDIA_TYPE: Final = "application/problem+json"
_FIRST_RECORD: Final = 2
TITLES: Final = {
    400: ("malformed", "The request is no JSON object as it is wanted here"),
    401: ("unauthorized", "A token is wanted"),
    403: ("forbidden", "The token, or the page it comes from, may not do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method", "This is not asked so"),
    409: ("no-book", "No book has been put yet"),
    412: ("version", "What is kept is of another version"),
    413: ("too-large", "The request is too large"),
    415: ("media-type", "The request is not JSON"),
    422: ("input", "The input cannot be margined"),
    429: ("rate", "Too many requests"),
    500: ("internal", "A fault of xlmargin's own"),
    503: ("not-ready", "There are no figures, they are old, or the journal takes nothing"),
    504: ("too-slow", "The answer takes longer than is waited for"),
}
"""By its status, the type of a problem and its title."""


class Refusal(MarginError):
    """A refusal of the service's own, with the status that it is answered by."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


def problem_response(
    status: int,
    detail: str,
    problems: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    kind, title = TITLES.get(status, ("malformed", "The request is refused"))
    body: dict[str, Any] = {
        "type": f"urn:xlmargin:problem:{kind}", "title": title, "status": status, "detail": detail,
    }  # fmt: skip
    if problems is not None:
        body["problems"] = problems
    return Response(json.dumps(body), status, headers, MEDIA_TYPE)


def refused(error: Exception) -> Response:
    """A refusal, or a fault of our own, as a response."""
    match error:
        case InputError() | RefusedPosition():
            return problem_response(422, refusal(error), [placed(p) for p in error.problems])
        case Refusal():
            return problem_response(error.status, refusal(error))
        case ClientDisconnect():
            return problem_response(400, "body: it ended before it was whole.")
        case RequestValidationError():
            found = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
            return problem_response(422, f"{found}.")
        case HTTPException():
            return problem_response(error.status_code, str(error.detail), headers=error.headers)
        case TimeLimitReached():
            return problem_response(504, refusal(error))
        case RulebookError() | MarginError():
            return problem_response(422, refusal(error))
        case _:
            return problem_response(500, refusal(error))


def placed(problem: Problem) -> dict[str, Any]:
    """One problem, where it is, and what is wanted there."""
    pointer = f"/{problem.range}"
    if problem.row >= _FIRST_RECORD:
        pointer += f"/{problem.row - _FIRST_RECORD}"
        pointer += f"/{problem.column}" if problem.column else ""
    return {
        "severity": problem.severity.value,
        "range": problem.range,
        "row": problem.row,
        "pointer": pointer,
        "column": problem.column,
        "found": problem.found,
        "wanted": problem.wanted,
    }
