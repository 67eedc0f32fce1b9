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

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlmargin.service.problems import refused
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
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            try:
                self._refuse_foreign(headers)
            except HTTPException:
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, receive, send)
            return
        started, status, size = time.monotonic(), 500, 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.allowed.most_bytes:
                wanted = f"wanted at most {self.allowed.most_bytes:,} bytes"
                raise HTTPException(413, f"body: {wanted}.")
            return message

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            self._admit(scope, headers)
            await self.app(scope, bounded, counted)
        except HTTPException as error:
            await refused(error)(scope, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self.answered(route, status, time.monotonic() - started)

    def _refuse_foreign(self, headers: Headers) -> None:
        """Refuse a request whose host or page is not one of ours."""
        host = headers.get("host", "").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name not in self.allowed.hosts:
            raise HTTPException(400, "Host: not a name by which this service is called.")
        origin = headers.get("origin")
        is_own = origin is not None and origin.partition("://")[2] == host
        if origin is not None and not is_own and origin not in self.allowed.origins:
            raise HTTPException(403, "Origin: not a page that may ask.")

    def _admit(self, scope: Scope, headers: Headers) -> None:
        """Put the rights of a request beside it, or refuse it."""
        self._refuse_foreign(headers)
        if scope["path"] in self.open_paths:
            return
        rights = self.tokens.of(bearer(headers.get("authorization", "")))
        if rights is None:
            wanted = "Authorization: wanted a bearer token that is known here."
            raise HTTPException(401, wanted, {"WWW-Authenticate": "Bearer"})
        if (wait := self._over_rate(rights.name)) > 0:
            says = f"wanted at most {self.allowed.a_minute} requests a minute."
            raise HTTPException(429, says, {"Retry-After": str(wait)})
        if (wanted := self.scope_of(scope["method"], scope["path"])) not in rights.scopes:
            raise HTTPException(403, f"token: wanted one of scope {wanted}.")
        scope["rights"] = rights

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


def bearer(authorization: str) -> str:
    """The token in a header; "" where there is none, which nobody has."""
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
