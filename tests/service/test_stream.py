"""The stream and the metrics: readers that are slow, what is forgotten, and who may know of it."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.service.running import BOOK, SECONDS, running
from xlmargin.service.journal import Journal, JournalEvent
from xlmargin.service.stream import MOST_WAITING, Stream, Subscription, TooSlow
from xlmargin.service.tokens import Tokens, new_token

STATE = "org.xlmargin.account.state.v1"


def event(sequence: int, account: str = "A") -> JournalEvent:
    return JournalEvent(sequence, time.time(), sequence, STATE, account, '{"account": "A"}')


def test_a_reader_whose_queue_is_full_gets_what_is_in_it_and_is_sent_away(tmp_path: Path) -> None:
    stream = Stream(Journal(tmp_path / "journal.db"), "/xlmargin/desk")

    async def read() -> list[dict[str, Any]]:
        found = []
        events = stream.events(Subscription())
        found.append(await anext(events))
        stream.tell([event(n) for n in range(1, MOST_WAITING + 50)])
        other = stream.events(Subscription(accounts=frozenset({"B"})))
        await anext(other)
        stream.tell([event(1000, "B")])
        assert (await anext(other))["subject"] == "B"
        await other.aclose()
        with pytest.raises(TooSlow):
            while True:
                found.append(await anext(events))
        return found

    found = asyncio.run(read())
    assert [int(each["sequence"]) for each in found] == [0, *range(1, MOST_WAITING + 1)]
    assert (stream.clients, stream.closed_slow) == (0, 1)


def test_what_is_older_than_it_is_kept_gives_a_reset(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db", keep=0.0) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        for price in (501.0, 502.0, 503.0):
            asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": price}})
        now = asking.states()["accounts"]
        reset, *states, live = asking.events(after=1)
        assert reset["type"] == "org.xlmargin.reset.v1"
        assert {s["subject"]: s["data"] for s in states}["A"] in now
        last = int(live["sequence"])
        assert asking.events(after=last)[0]["type"] == "org.xlmargin.live"
    with running(tmp_path / "journal.db") as asking:
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 504.0}})
        following, _ = asking.events(after=last)
        assert int(following["sequence"]) == last + 1


def test_readers_that_do_not_read_hold_up_nobody(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        idle = []
        for _ in range(20):
            client = connect(asking.socket, max_queue=1)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.send(json.dumps({"token": asking.token}))
            idle.append(client)
        with connect(asking.socket) as reader:
            reader.send(json.dumps({"token": asking.token, "accounts": ["A"]}))
            while json.loads(reader.recv(30))["type"] != "org.xlmargin.live":
                pass
            for n in range(60):
                price = 500.0 + n % 7 + 0.5
                asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": price}})
                told = json.loads(reader.recv(30))
                assert told["data"] == asking.state()
        for client in idle:
            client.close_socket()


def test_metrics_tell_how_late_the_figures_are_and_name_no_account(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 501.0, "ABC": 48.5}})
        asking.get("/v1/accounts/A/buying-power")
        told = 'xlmargin_revaluation_seconds_count{regime="portfolio"} 2.0'
        ends = time.monotonic() + SECONDS
        while told not in (text := asking.get("/metrics").text):  # after the figures are shown
            assert time.monotonic() < ends, text
    for line in (
        "xlmargin_prices_total 2.0", "xlmargin_figures_age_seconds 0.0",
        "xlmargin_stream_clients 0.0", "xlmargin_stale_accounts 0.0",
        'xlmargin_request_seconds_count{route="/v1/accounts/{account}/buying-power",status="200"}',
    ):  # fmt: skip
        assert line in text, line
    assert float(re.search(r"(?m)^xlmargin_journal_bytes (\S+)", text)[1]) > 4096
    assert "excess_dollars" not in text
    with running(tmp_path / "journal.db", metrics_of_accounts=True) as asking:
        text = asking.get("/metrics").text
        excess = asking.state()["portfolio"]["excess"]
    found = re.search(r'excess_dollars{account="A",regime="portfolio"} (\S+)', text)
    assert float(found[1]) == pytest.approx(excess)


def test_metrics_need_their_scope(tmp_path: Path) -> None:
    path = tmp_path / "tokens.toml"
    token, lines = new_token("desk")
    path.write_text(lines.replace(', "metrics"', ""))
    path.chmod(0o600)
    with running(tmp_path / "journal.db", tokens=Tokens(path)) as asking:
        assert asking.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert asking.get("/metrics", headers=headers).status_code == 403
