"""How a request is answered: its JSON read strictly, its work done in a thread, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xlmargin.service.problems import problem_response, refused
from xlmargin.service.strict_json import parsed

Given = dict[str, Any]


async def found(work: Callable[[], Any]) -> Any:
    """What some work answers, done in a thread; a response where it refuses."""

    def refusing() -> Any:
        try:
            return work()
        except Exception as error:
            return refused(error)

    return await anyio.to_thread.run_sync(refusing)


async def found_of(request: Request, work: Callable[[Given], Any]) -> Any:
    """What is answered to the JSON object of a request; a response where it is refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return problem_response(415, "Content-Type: wanted application/json.")
    body = await request.body()
    return await found(lambda: work(parsed(body)))


def response(answer: Any, status: int = 200, **headers: str) -> Response:
    """An answer as a response; one that is a response already stays as it is."""
    if isinstance(answer, Response):
        return answer
    return JSONResponse(answer, status, headers)
