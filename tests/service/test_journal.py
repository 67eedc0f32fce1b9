"""The journal: nothing that was answered is lost, however the process or the disk ends."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Never

import httpx
import pytest

from tests.service.running import BOOK, COMMAND, SECONDS, Asking, Process, running
from tests.service.test_kept_accounts import close, expected
from xlmargin import udfs
from xlmargin.errors import MarginError
from xlmargin.importers import read_one_range
from xlmargin.service.copies import copied
from xlmargin.service.journal import SECONDS as LOCKED
from xlmargin.service.journal import Accepted, Journal, JournalEvent, JournalUnwritten, Stored

KILLS = int(os.environ.get("XLMARGIN_KILLS", "5"))
"""Times that the process is killed."""


def stored_in(path: Path, folder: Path) -> Stored:
    """What a journal keeps that a process has: read in a copy of one moment."""
    with (
        closing(sqlite3.connect(path)) as own,
        closing(sqlite3.connect(folder / "looked_at.db")) as looked_at,
    ):
        own.backup(looked_at)
    with closing(Journal(folder / "looked_at.db")) as journal:
        return journal.stored()


def every_event(asking: Asking) -> list[Any]:
    """The events of a journal, of which none is missing."""
    *events, live = asking.events(after=0)
    assert [int(event["sequence"]) for event in events] == [*range(1, len(events) + 1)]
    assert int(live["sequence"]) == len(events)
    return events


def test_a_restart_gives_the_same_figures_and_goes_on_with_the_events(tmp_path: Path) -> None:
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
        assert len(every_event(asking)) == len(told)


def test_no_price_that_was_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    moments = random.Random(20261130)
    path = tmp_path / "journal.db"
    service = Process(path)
    service.asking.until_ready().put("/v1/book", json=BOOK).raise_for_status()
    acknowledged = 1
    for _ in range(KILLS):
        taken: dict[int, tuple[str, float]] = {}
        asking = service.asking

        def send(asking: Asking = asking, taken: dict[int, tuple[str, float]] = taken) -> None:
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
        stored = stored_in(path, tmp_path)
        last = max(taken, default=acknowledged)
        assert stored.version in (last, last + 1)
        for symbol in ("XYZ", "ABC"):
            own = [version for version, (name, _) in taken.items() if name == symbol]
            if own and stored.version == last:
                assert stored.prices[symbol] == taken[max(own)][1]
        acknowledged = stored.version
        listed = asking.states()
        assert listed["version"] == stored.version
        for state in listed["accounts"]:
            close(state, expected(state["account"], stored.prices))
        latest = {event["subject"]: event["data"] for event in every_event(asking)}
        for state in listed["accounts"]:
            close(state, latest[state["account"]])
    service.kill()


def test_one_command_keeps_the_sample_book_and_its_kill_loses_nothing(tmp_path: Path) -> None:
    words = ["examples/positions.csv", "--market", "examples/market.csv", "--settings",
             "examples/settings.csv"]  # fmt: skip
    first = Process(tmp_path / "journal.db", *words)
    asking = first.asking.until_ready()
    (before,) = asking.states()["accounts"]
    cells = [read_one_range(Path(words[i]), n) for i, n in ((0, "positions"), (2, "market"),
                                                             (4, "settings"))]  # fmt: skip
    of = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(*cells)[1:]}
    assert before["account_value"] == pytest.approx(of["account value"])
    assert before["portfolio"]["requirement"] == pytest.approx(of["portfolio requirement"])
    assert before["strategy"]["requirement"] == pytest.approx(of["strategy requirement"])
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
    now = asking.states()
    first.kill()
    again = Process(tmp_path / "journal.db", *words)
    after = again.asking.until_ready().states()
    assert after["version"] == now["version"] == 2
    close(after["accounts"][0], now["accounts"][0])
    again.kill()


def refuses_at_once(asking: Asking) -> None:
    """That no change is taken, long before the lock goes, and that figures are read as before."""
    assert LOCKED < 1
    before = asking.state()
    for change in (
        lambda: asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}}),
        lambda: asking.put("/v1/book", json=BOOK),
        lambda: asking.patch("/v1/positions", json={"positions": [{"id": "p1", "quantity": 1}]}),
    ):
        answer = change()
        assert answer.status_code == 503, answer.text
        assert asking.state() == before


def takes_again(asking: Asking) -> None:
    """That prices are taken, and count."""
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
    close(asking.state(), expected("A", {"XYZ": 505.0}))
    every_event(asking)


def test_a_journal_that_another_process_locks_takes_nothing_and_the_figures_stay(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refuses_at_once(asking)
            other.execute("ROLLBACK")
        takes_again(asking)


def test_a_journal_that_may_not_be_written_takes_nothing_and_the_figures_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    own = Journal.__init__

    def init(journal: Journal, *words: Any) -> None:
        own(journal, *words)
        opened.append(journal)

    monkeypatch.setattr(Journal, "__init__", init)
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        connections = opened[0]._accepting, opened[0]._finding
        for db in connections:
            db.execute("PRAGMA query_only = ON")
        refuses_at_once(asking)
        for db in connections:
            db.execute("PRAGMA query_only = OFF")
        takes_again(asking)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_service_whose_disk_is_full_takes_nothing_and_goes_on_once_there_is_room(
    tmp_path: Path,
) -> None:
    import resource

    path = tmp_path / "journal.db"
    service = Process(path)
    try:
        asking, pid = service.asking.until_ready(), service.process.pid
        asking.put("/v1/book", json=BOOK).raise_for_status()
        unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (path.stat().st_size, unlimited[1]))
        refuses_at_once(asking)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        takes_again(asking)
    finally:
        service.kill()


def test_a_journal_has_one_process(tmp_path: Path) -> None:
    """Two would each take the other's versions for its own, and lose prices."""
    path = tmp_path / "journal.db"
    first = Process(path)
    try:
        first.asking.until_ready()
        command = [COMMAND, "serve", "--port", "0", "--journal", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        assert "journal.db: another process keeps this journal" in done.stderr
    finally:
        first.kill()
    with closing(Journal(path)), pytest.raises(MarginError, match="another process"):
        Journal(path)


def test_what_could_not_be_told_is_told_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        before, tries = asking.state(), threading.Semaphore(0)

        def fails(*_: Any) -> Never:
            tries.release()
            raise JournalUnwritten("journal: database or disk is full.")

        with monkeypatch.context() as full:
            full.setattr(Journal, "tell", fails)
            answer = asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}})
            assert answer.status_code == 202
            for _ in range(2):  # with the second one it has said why the first one failed
                assert tries.acquire(timeout=SECONDS)
            assert asking.state() == before
            assert asking.get("/readyz").status_code == 503
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}}).raise_for_status()
        close(asking.state(), expected("A", {"XYZ": 505.0, "ABC": 49.0}))
        every_event(asking)


def test_there_is_no_verdict_on_figures_that_are_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is accepted and cannot be told: orders have none until it is in the figures."""
    order = {"symbol": "XYZ", "type": "stock", "quantity": 1, "price": 500}
    sent = ({"orders": [order]}, {"alternatives": [{"name": "x", "orders": [order]}]})

    def verdicts(asking: Asking) -> list[tuple[str, list[str]]]:
        answers = [asking.post("/v1/accounts/A/whatif", json=each).json() for each in sent]
        return [(own["verdict"], [reason["code"] for reason in own["reasons"]])
                for own in (answers[0], answers[1]["alternatives"][0])]  # fmt: skip

    def fails(*_: Any) -> Never:
        raise JournalUnwritten("journal: database or disk is full.")

    with running(tmp_path / "journal.db", stale=0.3) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        with monkeypatch.context() as full:
            full.setattr(Journal, "tell", fails)
            asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}}).raise_for_status()
            ends = time.monotonic() + SECONDS
            while (found := verdicts(asking)) != [("unknown", ["stale"])] * 2:
                assert time.monotonic() < ends, found
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}}).raise_for_status()
        assert verdicts(asking) == [("accepted", [])] * 2


def test_a_full_disk_takes_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    (pages,) = journal._accepting.execute("PRAGMA page_count").fetchone()
    journal._accepting.execute(f"PRAGMA max_page_count = {pages + 2}")
    records = {place: {"symbol": "X" * 500} for place in range(1000)}
    with pytest.raises(JournalUnwritten, match="full"):
        journal.accept(Accepted(1, positions=records))
    assert journal.stored().version == 0
    journal.accept(Accepted(1, prices={"XYZ": 1.0}))
    assert journal.stored().prices == {"XYZ": 1.0}


PAGE = 4096
LEFT = ("main", "log", "main alone")
"""What is cut off at each page: the file, its log, or the file of which the log is lost."""


@pytest.mark.parametrize("cut", LEFT)
@pytest.mark.parametrize("version", [3, 220])
def test_a_journal_cut_off_anywhere_opens_or_is_refused_with_its_last_version(
    tmp_path: Path, cut: str, version: int
) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with closing(Journal(path)) as journal:
        for n in range(1, version + 1):
            records = {p: {"id": str(p), "quantity": n, "x": "x" * 60} for p in range(40)}
            journal.accept(Accepted(n, {"settings": {}}, records, {"XYZ": float(n)}))
            journal.tell([JournalEvent(n, 0.0, n, "state", "A", "{}")])
        main = path.read_bytes()
        log = path.with_name("journal.db-wal").read_bytes()
    beside = [copy.with_name(f"copy.db-{ending}") for ending in ("wal", "shm", "owner")]
    found = set()
    size = len(log if cut == "log" else main)
    step = 7 * PAGE if size > 200 * PAGE else PAGE
    for end in range(0, size + 1, step):
        copy.write_bytes(main if cut == "log" else main[:end])
        for each in beside:
            each.unlink(missing_ok=True)
        if cut != "main alone":
            beside[0].write_bytes(log[:end] if cut == "log" else log)
        try:
            opened = Journal(copy)
        except MarginError as refusal:
            named = re.search(
                r"the journal is damaged \(.+?\); (.+?)\. Wanted a copy", str(refusal)
            )
            assert named, refusal
            last = re.fullmatch("its last version is ([0-9]+)", named[1])
            assert last or named[1] == "no version can be read in it"
            assert last is None or int(last[1]) <= version
            found.add("refused")
            continue
        with closing(opened):
            stored = opened.stored()
            assert stored.version <= version
            if stored.version:
                assert stored.prices == {"XYZ": float(stored.version)}
                quantities = {record["quantity"] for record in stored.positions.values()}
                assert quantities == {stored.version}
                assert len(stored.positions) == 40
            found.add("opened")
    assert "opened" in found
    assert cut == "log" or version < 220 or "refused" in found


def test_a_damaged_journal_names_its_last_version_and_that_of_its_copy(tmp_path: Path) -> None:
    path, target = tmp_path / "journal.db", tmp_path / "journal.copy"
    with closing(Journal(path)) as journal:
        journal.accept(Accepted(1, {"settings": {}}, {0: {"id": "p"}}, {"XYZ": 1.0}))
        journal.tell([JournalEvent(1, 0.0, 1, "state", "A", "{}")])
        journal.copy_to(target)
        journal.accept(Accepted(2, prices={"XYZ": 2.0}))
        first = journal.id
        assert stat.S_IMODE(target.stat().st_mode) == 0o600 or os.name == "nt"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE position SET body = '{'")
    with closing(Journal(path, target)) as journal:
        says = "its last version is 2, that of journal.copy is 1. Wanted a copy as journal.db"
        with pytest.raises(MarginError, match=says):
            journal.stored()
    target.replace(path)
    with closing(Journal(path)) as journal:
        assert (journal.stored().version, journal.bounds()) == (1, (1, 1))
        assert journal.id != first


def test_a_copy_is_written_while_prices_come_and_each_day(tmp_path: Path) -> None:
    path, target = tmp_path / "journal.db", tmp_path / "copies" / "journal.db"
    with closing(Journal(path)) as journal, copied(journal, target, every=0.05):
        journal.accept(Accepted(1, {"settings": {}}, {n: {"x": n} for n in range(2000)}))
        time.sleep(0.1)
        target.parent.mkdir()  # what cannot be written is tried again
        ends, version = time.monotonic() + 30, 1
        while not target.exists() and time.monotonic() < ends:
            version += 1
            journal.accept(Accepted(version, prices={"XYZ": float(version)}))
    with closing(Journal(target)) as copy:
        stored = copy.stored()
        assert 1 <= stored.version <= version
        assert len(stored.positions) == 2000
        assert stored.version == 1 or stored.prices == {"XYZ": float(stored.version)}


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
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
