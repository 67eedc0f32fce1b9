"""A service that runs: uvicorn in a thread, or as a process of its own that may be killed."""

from __future__ import annotations

import json
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from benchmarks.accounts import book
from xlmargin.cli.registered import registered
from xlmargin.service.app import Served, service
from xlmargin.service.deliveries import Receiver
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.records import records_of
from xlmargin.service.tokens import Tokens

COMMAND = str(Path(sys.executable).with_name("xlmargin"))
SECONDS = 60.0
BOOK = {
    "positions": [
        {"id": "p1", "symbol": "XYZ", "type": "stock", "quantity": 500, "account": "A"},
        {"id": "p2", "symbol": "XYZ", "type": "call", "quantity": -5, "strike": 500,
         "expiration": "2026-12-18", "price": 10.0, "account": "A"},
        {"id": "p3", "symbol": "ABC", "type": "put", "quantity": 2, "strike": 48,
         "expiration": "2027-01-15", "price": 2.5, "account": "B"},
        {"id": "p4", "symbol": "ABC", "type": "stock", "quantity": 100, "account": "A"},
        {"symbol": "USD", "type": "cash", "quantity": 50_000, "account": "A"},
        {"symbol": "USD", "type": "cash", "quantity": 9_000, "account": "B"},
    ],
    "market": [{"symbol": "XYZ", "price": 500.0}, {"symbol": "ABC", "price": 48.0}],
    "settings": {"as_of": "2026-11-20", "rate": 0.04, "account_type": "portfolio"},
}  # fmt: skip


def book_of_many(accounts: int) -> dict[str, Any]:
    """A book of so many invented accounts, as a program sends it."""
    rows, market, settings = ([list(map(_sent, row)) for row in each] for each in book(accounts))
    named = dict(settings[1:] if settings[0][0] == "name" else settings)
    return {"positions": records_of("positions", rows), "market": market, "settings": named}


def _sent(cell: object) -> object:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def free_port() -> int:
    """A port at which nobody listens.

    It is below those that systems give to connections: none of these has it before its listener.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def until(done: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.01)


def delivering() -> list[threading.Thread]:
    """The threads of receivers."""
    return [each for each in threading.enumerate() if each.name == "xlmargin-delivery"]


class Asking(httpx.Client):
    """A client of a service at a port, with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        headers = {"Authorization": f"Bearer {token}"}
        super().__init__(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=SECONDS)

    @property
    def socket(self) -> str:
        """The address of the stream."""
        return f"ws://127.0.0.1:{self.port}/v1/stream"

    def state(self, account: str = "A") -> dict[str, Any]:
        """The state of an account, once its figures are proven."""
        return self._proven(f"/v1/accounts/{account}/buying-power", lambda answer: [answer])

    def states(self) -> dict[str, Any]:
        """The version and the states of all accounts, once their figures are proven."""
        return self._proven("/v1/accounts", lambda answer: answer["accounts"])

    def _proven(self, path: str, states: Callable[[Any], list[Any]]) -> dict[str, Any]:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            answer = self.get(path)
            assert answer.status_code == 200, answer.text
            if all(s["strategy"]["bound"] != "at_most" for s in states(answer.json())):
                return answer.json()
            time.sleep(0.01)
        raise AssertionError("not proven")

    def until_ready(self) -> Asking:
        """Wait until its figures are there."""
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            try:
                if self.get("/readyz").status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError("not ready")

    def events(
        self,
        *,
        until: Callable[[Any], bool] = lambda event: event["type"] == "org.xlmargin.live",
        **query: Any,
    ) -> list[Any]:
        """Events of SSE, up to the one that ends them."""
        headers = {}
        if "last" in query:
            headers["Last-Event-ID"] = str(query.pop("last"))
        found = []
        with self.stream("GET", "/v1/events", params=query, headers=headers) as answer:
            assert answer.status_code == 200
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line.removeprefix("data: ")))
                    if until(found[-1]):
                        return found
        raise AssertionError("the stream ended")


@contextmanager
def running(
    path: Path,
    *,
    copy: Path | None = None,
    tokens: Tokens | None = None,
    allowed: Allowed | None = None,
    served: Served | None = None,
    receivers: Sequence[Receiver] = (),
    say: Callable[[str], None] = print,
    **own: Any,
) -> Iterator[Asking]:
    """A service in a thread of this process; its journal is closed after it."""
    token = ""
    if tokens is None:
        tokens, token = Tokens.of_this_run()
    journal = Journal(path, copy)
    allowed = allowed or Allowed(frozenset({"127.0.0.1"}), a_minute=10**6)
    served = served or Served(window=0.01, **own)
    door = service(registered(), tokens, allowed, served, journal, receivers=receivers, say=say)
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(door, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    try:
        with Asking(bound.getsockname()[1], token) as asking:
            until(lambda: server.started)
            yield asking.until_ready() if token else asking
    finally:
        server.should_exit = True
        thread.join()
        for each in delivering():  # one that is sending is not waited for by the service
            each.join(SECONDS)
        journal.close()


class Process:
    """`xlmargin serve` as a process of its own, on a journal."""

    def __init__(self, journal: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0", "--journal", str(journal), *words],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        for line in self.process.stderr:
            if page := re.search(r":([0-9]+)/#token=(\S+)", line):
                break
        self.asking = Asking(int(page[1]), page[2])

    def kill(self) -> None:
        """End it as the operating system would in need."""
        self.process.kill()
        self.process.communicate()
        self.asking.close()
