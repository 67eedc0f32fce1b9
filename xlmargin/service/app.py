"""The service: what cells answer, and accounts that are kept, for programs over HTTP.

Books are margined one after the other: what is remembered of a class for its next pairing is not
made for two at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import xlmargin
from xlmargin.computing import time_limit
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.service.acceptance import Precondition
from xlmargin.service.accounts import add_accounts
from xlmargin.service.answers import Answering
from xlmargin.service.deliveries import SOONEST, Delivery, Receiver
from xlmargin.service.described import async_api, of_reading
from xlmargin.service.door import OPEN, Allowed, Door
from xlmargin.service.journal import Journal, JournalEvent
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.metrics import Metrics
from xlmargin.service.pages import Pages
from xlmargin.service.pre_trade import add_pre_trade
from xlmargin.service.problems import Refusal, refused
from xlmargin.service.rolling import Roller, now_utc
from xlmargin.service.stateless import add_stateless
from xlmargin.service.stream import Stream
from xlmargin.service.stream_paths import add_stream
from xlmargin.service.tokens import Tokens

_CHANGES: Final = {
    "/v1/market": "feed",
    "/v1/book": "book",
    "/v1/positions": "book",
    "/v1/thresholds": "book",
    "/v1/broker-figures": "feed",
}
"""Paths by which what is kept is changed, and the scope that this needs."""
METRICS: Final = "/metrics"
LATE: Final = 10.0
"""Seconds after which what was accepted must be in the figures for the service to be ready."""

STALE: Final = 60.0
"""Seconds after which figures of an account that stay old make the service not ready."""


@dataclass(frozen=True)
class Served:
    """How the service works: seconds of computing for one answer, and for one part of a book;
    seconds for which the writer gathers what comes, and for which events are kept; its name in
    events; whether accounts are labels of metrics; seconds until a receiver is tried again; seconds
    after which the service is not ready for figures of an account that stay old (0: never);
    whether the day of a book moves on with that of the exchange, by which clock (None: this
    machine's).
    """

    seconds: float = 5.0
    window: float = 0.05
    name: str = "desk"
    keep: float = 7 * 24 * 3600.0
    metrics_of_accounts: bool = False
    soonest: float = SOONEST
    stale: float = STALE
    roll: bool = False
    clock: Callable[[], dt.datetime] | None = None


def service(
    functions: Sequence[WorksheetFunction],
    tokens: Tokens,
    allowed: Allowed,
    served: Served,
    journal: Journal,
    pages: Pages | None = None,
    first: Mapping[str, Any] | None = None,
    receivers: Sequence[Receiver] = (),
    say: Callable[[str], None] = print,
) -> Door:
    """The application, behind its door, with the accounts of a journal.

    `first` is a book for a journal that has none, as a program would put it. `receivers` are told
    of what happens; `say` is told where one of them does not take it.
    """
    computing = Lock()
    stream = Stream(journal, f"/xlmargin/{served.name}")
    deliveries = [Delivery(receiver, stream, say, served.soonest) for receiver in receivers]

    def emit(events: list[JournalEvent]) -> None:
        stream.tell(events)
        for delivery in deliveries if events else ():
            delivery.wake(events[-1].sequence)

    kept = KeptAccounts(
        journal, computing, emit,
        window=served.window, seconds=served.seconds, keep=served.keep,
        stale=served.stale,
    )  # fmt: skip
    if first is not None:
        kept.acceptance.put(first, Precondition())
    roller = Roller(kept.acceptance, kept.published, say, served.clock or now_utc)
    metrics = Metrics(kept, stream, deliveries, of_accounts=served.metrics_of_accounts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for delivery in deliveries:  # before anything is told: a new receiver misses nothing
            delivery.start()
        kept.start()
        if served.roll:
            roller.start()
        yield
        roller.close()
        kept.close()
        for delivery in deliveries:
            delivery.close()

    app = FastAPI(
        title="xlmargin", version=xlmargin.__version__, docs_url=None, redoc_url=None,
        redirect_slashes=False, lifespan=lifespan,
    )  # fmt: skip

    app.router.route_class = Answering

    @contextmanager
    def alone() -> Iterator[None]:
        with computing, time_limit(served.seconds):
            yield

    add_stateless(app, functions, alone)
    add_accounts(app, kept)
    add_pre_trade(app, kept, alone)
    add_stream(app, stream, tokens)

    @app.get("/v1/version")
    async def version() -> dict[str, str]:
        """The version that answers."""
        return {"version": xlmargin.__version__}

    @app.get("/healthz")
    async def healthy() -> dict[str, str]:
        """That the service is alive."""
        return {"status": "alive"}

    @app.get("/readyz", **of_reading())
    async def ready() -> Response:
        """Whether the figures contain what was accepted."""
        problem = kept.published.problem or roller.problem or kept.old
        if problem or kept.age > LATE:
            raise Refusal(503, problem or "the figures are late.")
        return JSONResponse({"status": "ready"})

    @app.exception_handler(HTTPException)
    async def unanswered(request: Request, error: Exception) -> Response:
        return refused(error)

    files: dict[str, Any] = {
        **(pages or {}),
        "/asyncapi.json": JSONResponse(async_api()),
        METRICS: metrics.answer,
    }
    for path, answer in files.items():
        app.router.routes.append(Route(path, answer, methods=["GET"], include_in_schema=False))
    return Door(app, tokens, allowed, scope_of, OPEN | (pages or {}).keys(), metrics.answered)


def scope_of(method: str, path: str) -> str:
    """The scope that a request needs."""
    if path.endswith(("/whatif", "/max-quantity")) or (
        method == "PUT" and path.endswith("/orders")
    ):
        return "trade"
    if path == METRICS:
        return "metrics"
    return "read" if method == "GET" else _CHANGES.get(path, "read")
