"""Paths of the stream: a WebSocket, and events that a browser or curl reads."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from xlmargin.errors import MarginError
from xlmargin.service.answers import OfToken
from xlmargin.service.described import of_events
from xlmargin.service.door import bearer
from xlmargin.service.problems import Refusal
from xlmargin.service.stream import HEARTBEAT, Stream, Subscription, TooSlow
from xlmargin.service.strict_json import parsed
from xlmargin.service.tokens import Rights, Tokens

SECONDS: Final = 10.0
"""How long the first message of a WebSocket is waited for, and a reader to take one from us."""
MOST_CLIENTS: Final = 200
MALFORMED, UNKNOWN, TOO_SLOW, TOO_MANY = 4400, 4401, 4408, 4429
"""Why a WebSocket is closed."""
_AFTER: Final = re.compile(r"((?P<journal>[0-9a-f]{1,40})-)?(?P<sequence>[0-9]{1,20})")
_NO_CACHE: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def add_stream(app: FastAPI, stream: Stream, tokens: Tokens) -> None:
    """Add the paths."""

    @app.get("/v1/events", **of_events())
    async def events(request: Request, rights: OfToken) -> Response:
        """Events as they come, after `Last-Event-ID` or `after`, of `accounts` and `types`."""
        query: dict[str, Any] = {
            name: value.split(",") if name in ("accounts", "types") else value
            for name, value in request.query_params.items()
        }
        if (last := request.headers.get("last-event-id")) is not None:
            query["after"] = last
        wanted = wanted_of(query, rights)
        if stream.clients >= MOST_CLIENTS:
            raise Refusal(429, f"events: wanted at most {MOST_CLIENTS} readers.")
        return _Events(stream, wanted)

    @app.websocket("/v1/stream")
    async def socket(client: WebSocket) -> None:
        """Events as they come, after a first message: token, after, accounts, types."""
        await client.accept()
        try:
            first = parsed((await asyncio.wait_for(client.receive_text(), SECONDS)).encode())
            token = first.pop("token", None) or bearer(client.headers.get("authorization", ""))
            rights = tokens.of(str(token))
            if rights is None or "read" not in rights.scopes:
                await client.close(UNKNOWN, "a token that is known")
                return
            wanted = wanted_of(first, rights)
        except (MarginError, TimeoutError, KeyError) as error:
            await client.close(MALFORMED, str(error)[:100])
            return
        except WebSocketDisconnect:
            return
        if stream.clients >= MOST_CLIENTS:
            await client.close(TOO_MANY, "too many readers")
            return
        await _sent_to(client, stream, wanted)


def wanted_of(given: Mapping[str, Any], rights: Rights) -> Subscription:
    """What a reader asks for, of what its token may see."""
    for name in given:
        if name not in ("after", "accounts", "types"):
            raise MarginError(f"{name}: not known here, wanted after, accounts, types.")
    after = given.get("after")
    last = None if after is None else _AFTER.fullmatch(str(after))
    if after is not None and last is None:
        raise MarginError("after: wanted the sequence of an event, such as 1234, or its id.")
    accounts = _names(given, "accounts")
    if rights.accounts is not None:
        accounts = rights.accounts if accounts is None else accounts & rights.accounts
    return Subscription(
        None if last is None else int(last["sequence"]),
        accounts,
        _names(given, "types"),
        None if last is None else last["journal"],
    )


def _names(given: Mapping[str, Any], name: str) -> frozenset[str] | None:
    found = given.get(name)
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise MarginError(f"{name}: wanted a list of names.")
    return frozenset(found)


class _Events(StreamingResponse):
    """Events as a browser's EventSource reads them; one that takes none in time is left."""

    def __init__(self, stream: Stream, wanted: Subscription) -> None:
        self._stream = stream
        lines = _lines(stream, wanted)
        super().__init__(lines, media_type="text/event-stream", headers=_NO_CACHE)

    async def stream_response(self, send: Send) -> None:
        """Send them, as long as they are taken."""

        async def in_time(message: Message) -> None:
            try:
                await asyncio.wait_for(send(message), SECONDS)
            except TimeoutError:
                raise self._stream.too_slow() from None

        with suppress(TooSlow):
            await super().stream_response(in_time)


async def _lines(stream: Stream, wanted: Subscription) -> AsyncIterator[str]:
    """Events as a browser's EventSource reads them."""
    with suppress(TooSlow):
        async for event in stream.events(wanted):
            if event["type"] == HEARTBEAT:
                yield ": heartbeat\n\n"
            else:
                last = f"{stream.journal.id}-{int(event['sequence'])}"
                yield f"id: {last}\ndata: {json.dumps(event)}\n\n"


async def _sent_to(client: WebSocket, stream: Stream, wanted: Subscription) -> None:
    """Send events until the client goes, or is too slow for them."""

    async def send() -> None:
        async for event in stream.events(wanted):
            try:
                await asyncio.wait_for(client.send_text(json.dumps(event)), SECONDS)
            except TimeoutError:
                raise stream.too_slow() from None

    async def listen() -> None:
        while True:
            await client.receive_text()

    tasks = [asyncio.create_task(send()), asyncio.create_task(listen())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        failed = next(iter(done)).exception()
        if isinstance(failed, TooSlow):
            await asyncio.wait_for(client.close(TOO_SLOW, "too slow: come back"), SECONDS)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
