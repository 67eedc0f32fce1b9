"""Readers over sockets of a real process: those that read nothing, or a byte now and then."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets.asyncio.client
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.service.running import Process
from xlmargin.arrays import FloatArray
from xlmargin.service.journal import Journal, JournalEvent
from xlmargin.service.stream import LIVE, RESET, Stream, Subscription
from xlmargin.service.stream_paths import SECONDS

READERS = int(os.environ.get("XLMARGIN_READERS", "8"))
TICKS = int(os.environ.get("XLMARGIN_TICKS", "30"))


def shares(accounts: int) -> dict[str, Any]:
    """A book of which each price tells so many accounts another state."""
    positions = [
        {"symbol": "XYZ", "type": "stock", "quantity": 100 + n, "account": f"A{n:03}"}
        for n in range(accounts)
    ]
    positions.append({"symbol": "USD", "type": "cash", "quantity": 9_000, "account": "A000"})
    return {
        "positions": positions,
        "market": [{"symbol": "XYZ", "price": 500.0}],
        "settings": {"as_of": "2026-11-20", "rate": 0.04, "account_type": "portfolio"},
    }


EVERY = float(os.environ.get("XLMARGIN_EVERY", "0.05"))
"""Seconds from one price to the next."""
MOST_LATER = float(os.environ.get("XLMARGIN_LATER", "1.0"))
"""By how much slow readers may make the others later, s at the median."""
WAITED_FOR = SECONDS / 2
"""The same at the 99th percentile: a slow reader that is waited for would take twice as long.

A machine that stands still for a moment makes the others later too.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    found = Process(tmp_path_factory.mktemp("slow") / "journal.db", "--rate", "1000000",
                    "--window", "0.01")  # fmt: skip
    found.asking.until_ready().put("/v1/book", json=shares(10)).raise_for_status()
    yield found
    found.kill()


def narrow(port: int) -> socket.socket:
    """A connection of which little can wait to be read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    return client


def asked_as_sse(service: Process, after: int | None = None) -> str:
    """The request of a reader of SSE."""
    last = "" if after is None else f"Last-Event-ID: {after}\r\n"
    return (
        "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {service.asking.token}\r\n{last}\r\n"
    )


async def opened(service: Process, **words: Any) -> ClientConnection:
    client = await websockets.asyncio.client.connect(service.asking.socket, **words)
    await client.send(json.dumps({"token": service.asking.token, "types": ["state"]}))
    return client


async def late(client: ClientConnection, found: list[float], live: asyncio.Event) -> None:
    """Note how late the first state of each version comes, s, until the connection ends."""
    told = set()
    with contextlib.suppress(ConnectionClosed):
        async for text in client:
            now, event = time.time(), json.loads(text)
            if event["type"] == LIVE:
                live.set()
            if live.is_set() and "subject" in event:
                version = event["subject"], event["data"]["version"]
                if version in told:
                    continue
                told.add(version)
                found.append(now - dt.datetime.fromisoformat(event["time"]).timestamp())


def tick(service: Process, n: int) -> None:
    """Another price, in the figures once this is over."""
    answer = service.asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 501.0 + n % 9}})
    assert answer.status_code == 200, answer.text


async def delays(service: Process, ticks: int = TICKS) -> FloatArray:
    """How late the events of so many ticks come to each of the readers that read, s."""
    clients = [await opened(service, max_queue=None) for _ in range(READERS)]
    found, live = [list[float]() for _ in clients], [asyncio.Event() for _ in clients]
    readers = zip(clients, found, live, strict=True)
    reading = [asyncio.create_task(late(*reader)) for reader in readers]
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in live)), 60)
    for n in range(ticks):
        await asyncio.gather(asyncio.to_thread(tick, service, n), asyncio.sleep(EVERY))
    ends = time.monotonic() + 60
    while min(map(len, found)) < 10 * ticks and time.monotonic() < ends:
        await asyncio.sleep(0.1)
    for client in clients:
        await client.close()
    await asyncio.gather(*reading)
    assert {len(own) for own in found} == {10 * ticks}
    return np.concatenate(found)


async def a_byte_now_and_then(client: socket.socket) -> None:
    """Read a byte a second."""
    while True:
        await asyncio.to_thread(client.recv, 1)
        await asyncio.sleep(1)


def test_slow_readers_make_the_others_no_later(service: Process) -> None:
    async def measured() -> tuple[FloatArray, FloatArray]:
        alone = await delays(service)
        idle = await opened(service, max_queue=1, sock=narrow(service.asking.port))
        idle.transport.pause_reading()
        slow = narrow(service.asking.port)
        slow.sendall(asked_as_sse(service).encode())
        slowly = asyncio.create_task(a_byte_now_and_then(slow))
        beside = await delays(service)
        slowly.cancel()
        slow.close()
        idle.transport.abort()
        return alone, beside

    alone, beside = asyncio.run(measured())
    ways = [1e3 * np.percentile(each, [50, 99]) for each in (alone, beside)]
    print(f"alone {ways[0].round(1)} ms, beside slow ones {ways[1].round(1)} ms")
    assert np.median(beside) <= np.median(alone) + MOST_LATER
    assert np.percentile(beside, 99) <= np.percentile(alone, 99) + WAITED_FOR


def until_one_more_is_closed(service: Process, before: float) -> None:
    """Send prices until a reader more was sent away."""
    ends, n = time.monotonic() + 120, 0
    while closed(service) == before and time.monotonic() < ends:
        tick(service, n)
        n += 1
    assert closed(service) == before + 1


def comes_back(service: Process, last: int) -> None:
    """That a reader is told all that came after the last event that it had."""
    found = service.asking.events(last=last)
    sequences = [int(event["sequence"]) for event in found[:-1]]
    assert sequences == [*range(last + 1, int(found[-1]["sequence"]) + 1)]
    assert sequences


def test_a_reader_of_a_socket_that_reads_nothing_is_sent_away_and_comes_back(
    service: Process,
) -> None:
    """Before it is missed for not answering whether it is there, after 40 s."""
    service.asking.put("/v1/book", json=shares(300)).raise_for_status()
    before = closed(service)

    async def read() -> tuple[int | None, list[dict[str, Any]]]:
        idle = await opened(service, max_queue=1, sock=narrow(service.asking.port))
        idle.transport.pause_reading()
        await asyncio.to_thread(until_one_more_is_closed, service, before)
        idle.transport.resume_reading()
        told = []
        try:
            while True:
                told.append(json.loads(await idle.recv()))
        except ConnectionClosed as end:
            return end.rcvd and end.rcvd.code, told

    code, told = asyncio.run(read())
    assert code == 4408
    comes_back(service, int(told[-1]["sequence"]))


def test_a_reader_of_sse_that_takes_a_byte_a_second_is_left_and_comes_back(
    service: Process,
) -> None:
    before = closed(service)

    async def read() -> socket.socket:
        slow = narrow(service.asking.port)
        slow.sendall(asked_as_sse(service).encode())
        slowly = asyncio.create_task(a_byte_now_and_then(slow))
        await asyncio.to_thread(until_one_more_is_closed, service, before)
        slowly.cancel()
        return slow

    slow = asyncio.run(read())
    slow.settimeout(30)
    comes_back(service, read_to_the_end(slow)[-1])


def closed(service: Process) -> float:
    """Readers that were sent away."""
    text = service.asking.get("/metrics").text
    (line,) = [x for x in text.splitlines() if x.startswith("xlmargin_stream_closed_slow_total ")]
    return float(line.rpartition(" ")[2])


def read_to_the_end(client: socket.socket) -> list[int]:
    """The sequences that a reader of SSE has had in whole, once it reads what waits for it."""
    text = b""
    with contextlib.suppress(OSError):
        while piece := client.recv(65536):
            text += piece
    blocks = text.decode(errors="replace").split("\n\n")[:-1]
    ids = [line for block in blocks for line in block.splitlines() if line.startswith("id: ")]
    return [int(line.rpartition("-")[2]) for line in ids]


def event(n: int) -> JournalEvent:
    account = "ABCDEFGHIJ"[n % 10]
    return JournalEvent(n, time.time(), n, "org.xlmargin.account.state.v1", account, "{}")


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Stream]:
    journal = Journal(tmp_path / "journal.db")
    yield Stream(journal, "/xlmargin/desk")
    journal.close()


async def missed(stream: Stream, after: int, journal: str | None = None) -> list[tuple[str, int]]:
    """What a reader of one account is told first when it comes back, up to what is live."""
    found = []
    wanted = Subscription(after, frozenset({"A"}), None, journal)
    events = stream.events(wanted)
    async for each in events:
        if each["type"] == LIVE:
            break
        found.append((each["type"].split(".")[-2], int(each["sequence"])))
    await events.aclose()
    return found


def test_a_reader_that_comes_back_at_any_of_a_thousand_events_has_missed_none(
    stream: Stream,
) -> None:
    """What the journal has no more, or never had, is all told anew, after a reset."""
    journal = stream.journal
    journal.tell([event(n) for n in range(1, 1001)])
    own = [n for n in range(1, 1001) if n % 10 == 0]
    anew = [(RESET.split(".")[-2], 1000), ("state", 1000)]

    async def all_of_them() -> None:
        for after in range(1001):
            assert await missed(stream, after) == [("state", n) for n in own if n > after]
        for after in (1001, 5000, 2**63, 10**20 - 1):
            assert await missed(stream, after) == anew
        assert await missed(stream, 995, journal.id) == [("state", 1000)]
        assert await missed(stream, 995, "another") == anew
        journal._finding.execute("DELETE FROM event WHERE sequence <= 500")
        for after in (*range(0, 1001, 50), *range(495, 505)):
            wanted = anew if after < 500 else [("state", n) for n in own if n > after]
            assert await missed(stream, after) == wanted

    asyncio.run(all_of_them())
