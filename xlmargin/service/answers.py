"""How a request is answered: its JSON read strictly, and a problem where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xlmargin.service.acceptance import Precondition
from xlmargin.service.problems import Refusal, refused
from xlmargin.service.strict_json import parsed
from xlmargin.service.tokens import Rights


class Answering(APIRoute):
    """A path whose refusals, and faults of our own, are answered as problems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        answered = super().get_route_handler()

        async def answered_or_refused(request: Request) -> Response:
            try:
                return await answered(request)
            except Exception as error:
                return refused(error)

        return answered_or_refused


async def _given(request: Request) -> dict[str, Any]:
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Content-Type: wanted application/json.")
    return await run_in_threadpool(parsed, body)


async def _rights(request: Request) -> Rights:
    rights = request.scope["rights"]
    assert isinstance(rights, Rights)
    return rights


OfBody = Annotated[dict[str, Any], Depends(_given)]
"""The JSON object that a request brings."""
OfToken = Annotated[Rights, Depends(_rights)]
"""The rights of the token of a request."""


async def _precondition(
    request: Request,
    rights: OfToken,
    if_match: Annotated[str | None, Header(pattern='^ *"?[0-9]{1,18}"? *$')] = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Precondition:
    version = None if if_match is None else int(if_match.strip(' "'))
    key = idempotency_key and f"{rights.name}:{idempotency_key}"
    return Precondition(version, key, f"{request.method} {request.scope['path']}")


async def _refuse_limited(rights: OfToken) -> None:
    if rights.accounts is not None:
        raise Refusal(403, "token: limited to some accounts, wanted one of all for a book.")


OfHeaders = Annotated[Precondition, Depends(_precondition)]
"""How a change is wanted, by the headers of its request."""
OF_ALL = [Depends(_refuse_limited)]
"""What a path has that no token of some accounts may use."""
