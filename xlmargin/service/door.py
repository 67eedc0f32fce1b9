"""What a request passes before anything reads it: host, origin, token, rate, kind and size.

A page in a browser reaches programs on its own machine, by a name that it controls (so the host is
looked at) or across sites (so is the origin). A body is counted as it comes.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlmargin.service.problems import problem_response
from xlmargin.service.tokens import Tokens

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_NAMES: Final = 1000
"""Names whose rate is kept."""
_NEARLY: Final = 1e-9
"""What sums of parts of a request may lack of a whole one."""
OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json", "/asyncapi.json"})
"""What is answered without a token: that it is alive and ready, and what it can be asked."""


@dataclass(frozen=True)
class Allowed:
    """Hosts by which the service may be called, origins of pages that may, and requests a minute.

    The rate is that of each token.
    """

    hosts: frozenset[str]
    origins: frozenset[str] = frozenset()
    a_minute: int = 600
    most_bytes: int = MOST_BYTES


@dataclass
class Door:
    """Lets a request through to the application, or answers why not.

    `scope_of` a method and a path is what its token must have; the rights of the token go with the
    request, as `rights`. A WebSocket brings its token in a header or in its first message, and is
    let through to be asked for it. `answered` is told the route, the status and the seconds of each
    request.
    """

    app: ASGIApp
    tokens: Tokens
    allowed: Allowed
    scope_of: Callable[[str, str], str]
    open_paths: frozenset[str] = OPEN
    answered: Callable[[str, int, float], None] = lambda route, status, seconds: None
    _allowances: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["type"] == "websocket":
            if self._foreign(headers) is not None:
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._request(scope, headers, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self.answered(route, status, time.monotonic() - started)

    async def _request(
        self, scope: Scope, headers: dict[bytes, str], receive: Receive, send: Send
    ) -> None:
        """Answer a request, or say why not."""
        if (refusal := self._refusal(scope, headers)) is not None:
            await refusal(scope, receive, send)
            return
        body = await self._body(receive)
        if body is None:
            most = f"wanted at most {self.allowed.most_bytes:,} bytes"
            await problem_response(413, f"body: {most}.")(scope, receive, send)
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)

    def _foreign(self, headers: dict[bytes, str]) -> ASGIApp | None:
        """Why a request is refused whose host or page is not one of ours."""
        host = headers.get(b"host", "").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name not in self.allowed.hosts:
            return problem_response(400, "Host: not a name by which this service is called.")
        origin = headers.get(b"origin")
        is_own = origin is not None and origin.partition("://")[2] == host
        if origin is not None and not is_own and origin not in self.allowed.origins:
            return problem_response(403, "Origin: not a page that may ask.")
        return None

    def _refusal(self, scope: Scope, headers: dict[bytes, str]) -> ASGIApp | None:
        """Why a request is refused; its rights are put beside it where it is not."""
        if (foreign := self._foreign(headers)) is not None:
            return foreign
        if scope["path"] in self.open_paths:
            return None
        rights = self.tokens.of(bearer(headers.get(b"authorization", "")))
        if rights is None:
            wanted = "Authorization: wanted a bearer token that is known here."
            return problem_response(401, wanted, headers={"WWW-Authenticate": "Bearer"})
        if (wait := self._over_rate(rights.name)) > 0:
            says = f"wanted at most {self.allowed.a_minute} requests a minute."
            return problem_response(429, says, headers={"Retry-After": str(wait)})
        if (wanted := self.scope_of(scope["method"], scope["path"])) not in rights.scopes:
            return problem_response(403, f"token: wanted one of scope {wanted}.")
        scope["rights"] = rights
        return None

    def _over_rate(self, name: str) -> int:
        """Whole seconds to wait until the next request of a token is taken; 0 where it is now.

        A request that is not taken costs nothing.
        """
        now, most = time.monotonic(), float(self.allowed.a_minute)
        left, since = self._allowances.pop(name, (most, now))
        left = min(most, left + (now - since) * most / 60.0)
        taken = left >= 1.0 - _NEARLY
        self._allowances[name] = (max(left - 1.0, 0.0) if taken else left, now)
        if len(self._allowances) > MOST_NAMES:
            self._allowances.popitem(last=False)
        return 0 if taken else math.ceil((1.0 - left) * 60.0 / most)

    async def _body(self, receive: Receive) -> bytes | None:
        """The body, or None as soon as it is too large."""
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(pieces)
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self.allowed.most_bytes:
                return None
            if not message.get("more_body", False):
                return b"".join(pieces)


def bearer(authorization: str) -> str:
    """The token in a header; "" where there is none, which nobody has."""
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
