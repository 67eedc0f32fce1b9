"""The journal: nothing that was answered is lost, however the process or the disk ends."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import stat
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.service.running import BOOK, Process, running
from tests.service.test_kept_accounts import close, expected
from xlmargin import udfs
from xlmargin.errors import MarginError
from xlmargin.importers import read_one_range
from xlmargin.service.journal import Accepted, Journal, JournalUnwritten

KILLS = int(os.environ.get("XLMARGIN_KILLS", "5"))
"""Times that the process is killed."""


def sequences(asking):
    *events, live = asking.events(after=0)
    found = [int(event["sequence"]) for event in events]
    assert int(live["sequence"]) == len(events)
    return found


def test_a_restart_gives_the_same_figures_and_goes_on_with_the_events(tmp_path):
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 511.0}}).raise_for_status()
        before = asking.get("/v1/accounts").json()
        told = asking.events(after=0)
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with running(path) as asking:
        assert asking.get("/v1/accounts").json() == before
        assert asking.events(after=0)[:-1] == told[:-1]
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 512.0}}).raise_for_status()
        assert sequences(asking) == [*range(1, len(told) + 1)]


def test_no_price_that_was_acknowledged_is_lost_when_the_process_is_killed(tmp_path):
    moments = random.Random(20261130)
    path = tmp_path / "journal.db"
    service = Process(path)
    service.asking.until_ready().put("/v1/book", json=BOOK).raise_for_status()
    acknowledged = 1
    for _ in range(KILLS):
        taken: dict[int, tuple[str, float]] = {}
        asking = service.asking

        def send(asking=asking, taken=taken):
            try:
                for n in range(5_000):
                    symbol, price = ("XYZ", 500.0 + n % 40) if n % 3 else ("ABC", 48.0 + n % 5)
                    answer = asking.patch("/v1/market", json={"prices": {symbol: price}})
                    taken[answer.json()["version"]] = symbol, price
            except httpx.TransportError:
                return

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(moments.uniform(0.05, 1.0))
        service.process.kill()
        sender.join()
        service.kill()
        service = Process(path)
        asking = service.asking.until_ready()
        stored = Journal(path).stored()
        last = max(taken, default=acknowledged)
        assert stored.version in (last, last + 1)
        for symbol in ("XYZ", "ABC"):
            own = [version for version, (name, _) in taken.items() if name == symbol]
            if own and stored.version == last:
                assert stored.prices[symbol] == taken[max(own)][1]
        acknowledged = stored.version
        listed = asking.get("/v1/accounts").json()
        assert listed["version"] == stored.version
        for state in listed["accounts"]:
            close(state, expected(state["account"], stored.prices))
        found = sequences(asking)
        assert found == [*range(1, len(found) + 1)]
        latest = {event["subject"]: event["data"] for event in asking.events(after=0)[:-1]}
        for state in listed["accounts"]:
            close(state, latest[state["account"]])
    service.kill()


def test_one_command_keeps_the_sample_book_and_its_kill_loses_nothing(tmp_path):
    words = ["examples/positions.csv", "--market", "examples/market.csv", "--settings",
             "examples/settings.csv"]  # fmt: skip
    first = Process(tmp_path / "journal.db", *words)
    asking = first.asking.until_ready()
    (before,) = asking.get("/v1/accounts").json()["accounts"]
    cells = [read_one_range(Path(words[i]), n) for i, n in ((0, "positions"), (2, "market"),
                                                             (4, "settings"))]  # fmt: skip
    of = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(*cells)[1:]}
    assert before["account_value"] == pytest.approx(of["account value"])
    assert before["portfolio"]["requirement"] == pytest.approx(of["portfolio requirement"])
    assert before["strategy"]["requirement"] == pytest.approx(of["strategy requirement"])
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
    now = asking.get("/v1/accounts").json()
    first.kill()
    again = Process(tmp_path / "journal.db", *words)
    after = again.asking.until_ready().get("/v1/accounts").json()
    assert after["version"] == now["version"] == 2
    close(after["accounts"][0], now["accounts"][0])
    again.kill()


def test_a_journal_that_another_process_holds_takes_nothing_and_the_figures_stay(tmp_path):
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        before = asking.state()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}})
        assert answer.status_code == 503
        assert asking.state() == before
        other.execute("ROLLBACK")
        other.close()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
        close(asking.state(), expected("A", {"XYZ": 505.0}))


def test_what_could_not_be_told_is_told_later(tmp_path, monkeypatch):
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        before = asking.state()
        full = iter([True, True])
        tell = Journal.tell

        def fails(journal, events):
            if next(full, False):
                raise JournalUnwritten("journal: database or disk is full.")
            tell(journal, events)

        monkeypatch.setattr(Journal, "tell", fails)
        answer = asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}})
        assert answer.status_code == 202
        time.sleep(0.3)
        assert asking.state() == before
        assert asking.get("/readyz").status_code == 503
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}}).raise_for_status()
        close(asking.state(), expected("A", {"XYZ": 505.0, "ABC": 49.0}))
        assert sequences(asking) == [*range(1, len(sequences(asking)) + 1)]


def test_a_full_disk_takes_nothing(tmp_path):
    journal = Journal(tmp_path / "journal.db")
    (pages,) = journal._accepting.execute("PRAGMA page_count").fetchone()
    journal._accepting.execute(f"PRAGMA max_page_count = {pages + 2}")
    records = {place: {"symbol": "X" * 500} for place in range(1000)}
    with pytest.raises(JournalUnwritten, match="full"):
        journal.accept(Accepted(1, positions=records))
    assert journal.stored().version == 0
    journal.accept(Accepted(1, prices={"XYZ": 1.0}))
    assert journal.stored().prices == {"XYZ": 1.0}


def test_a_journal_cut_off_anywhere_opens_or_is_refused(tmp_path):
    path = tmp_path / "journal.db"
    journal = Journal(path)
    for version in range(1, 30):
        records = {place: {"id": str(place), "quantity": version} for place in range(40)}
        journal.accept(Accepted(version, {"settings": {}}, records, {"XYZ": float(version)}))
    main = path.read_bytes()
    log = (tmp_path / "journal.db-wal").read_bytes()
    journal.close()
    for end in range(0, len(log) + 1, 4096):
        copy = tmp_path / "copy.db"
        copy.write_bytes(main)
        (tmp_path / "copy.db-wal").write_bytes(log[:end])
        (tmp_path / "copy.db-shm").unlink(missing_ok=True)
        try:
            opened = Journal(copy)
        except MarginError as refusal:
            assert "journal" in str(refusal)
            continue
        stored = opened.stored()
        if stored.version:
            assert stored.prices == {"XYZ": float(stored.version)}
            assert {record["quantity"] for record in stored.positions.values()} == {stored.version}
        opened.close()


def test_a_damaged_journal_is_refused(tmp_path):
    path = tmp_path / "journal.db"
    journal = Journal(path)
    records = {place: {"symbol": "X" * 100} for place in range(2000)}
    journal.accept(Accepted(1, positions=records))
    journal.close()
    content = bytearray(path.read_bytes())
    content[4096 * 4 : -4096] = os.urandom(len(content) - 4096 * 5)
    path.write_bytes(content)
    with pytest.raises(MarginError, match="journal"):
        Journal(path)
    path.write_text(json.dumps({"no": "journal"}) * 50)
    with pytest.raises(MarginError, match="journal"):
        Journal(path)
