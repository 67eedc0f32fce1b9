"""What happens between two statements of the service, at the moment that is the worst for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Never

import pytest

from tests.service.running import BOOK, SECONDS, Asking, running
from tests.service.test_rolling import Desk
from xlmargin.service import pre_trade
from xlmargin.service.acceptance import Precondition
from xlmargin.service.deliveries import NOTICES, CloudEvent, Delivery, NotTaken, Receiver
from xlmargin.service.journal import Journal, JournalEvent, JournalUnwritten
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.stream import LIVE, RESET, Stream, Subscription

ALERT = "org.xlmargin.account.alert.v1"
STATE = "org.xlmargin.account.state.v1"
LIMIT = [{"figure": "portfolio excess", "account": "A", "alert": 1e9}]


def kept_accounts(journal: Journal, **own: Any) -> KeptAccounts:
    stated = {"window": 0.0, "seconds": SECONDS, "keep": SECONDS, **own}
    return KeptAccounts(journal, Lock(), lambda _: None, **stated)


def receiver(send: Callable[[CloudEvent], None]) -> Receiver:
    return Receiver("own", "own", Subscription(types=NOTICES), send)


class Taken:
    """The events that a receiver takes."""

    def __init__(self) -> None:
        self.events: list[CloudEvent] = []
        self.came = Event()

    def __call__(self, event: CloudEvent) -> None:
        self.events.append(event)
        self.came.set()

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


def refuses(_: CloudEvent) -> Never:
    raise NotTaken("status 500")


def unwritten(*_: Any) -> Never:
    raise JournalUnwritten("journal: database is locked.")


def with_an_alert(path: Path) -> None:
    """A journal in which a book and its limit are accepted, and nothing is told of them."""
    with closing(Journal(path)) as journal:
        acceptance = kept_accounts(journal).acceptance
        acceptance.put(BOOK, Precondition())
        limited = lambda stated, _: stated.with_range("thresholds", LIMIT)  # noqa: E731
        acceptance.change(limited, None, Precondition())


def test_a_new_receiver_is_told_of_a_book_that_is_margined_as_the_service_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_an_alert(tmp_path / "j.db")
    start, told = KeptAccounts.start, Taken()

    def at_once(kept: KeptAccounts) -> None:
        start(kept)
        kept.published.when(2).result(SECONDS)

    monkeypatch.setattr(KeptAccounts, "start", at_once)
    with running(tmp_path / "j.db", receivers=[receiver(told)]):
        assert told.came.wait(SECONDS)
    assert told.types == [ALERT]


def test_what_a_new_receiver_has_not_taken_when_the_service_ends_is_told_after_it(
    tmp_path: Path,
) -> None:
    with_an_alert(tmp_path / "j.db")
    said, told = Taken(), Taken()
    with running(tmp_path / "j.db", receivers=[receiver(refuses)], say=said):
        assert said.came.wait(SECONDS)
    with running(tmp_path / "j.db", receivers=[receiver(told)]):
        assert told.came.wait(SECONDS)
    assert told.types == [ALERT]


def test_a_delivery_that_is_ended_as_it_looks_for_more_ends(tmp_path: Path) -> None:
    closing_it: list[Thread] = []

    class More(Event):
        """Before the delivery goes on it is ended, up to where that waits."""

        def clear(self) -> None:
            if not closing_it:
                closing_it.append(Thread(target=delivery.close))
                closing_it[0].start()
                assert self.wait(SECONDS)
            super().clear()

    with closing(Journal(tmp_path / "j.db")) as journal:
        delivery = Delivery(receiver(refuses), Stream(journal, "/"), print, _more=More())
        delivery.start()
        assert delivery._thread is not None
        delivery._thread.join(SECONDS)
        assert not delivery._thread.is_alive()
        closing_it[0].join()


def events(first: int, last: int) -> list[JournalEvent]:
    now = time.time()
    return [JournalEvent(n, now, n, STATE, "A", "{}") for n in range(first, last + 1)]


def forgets_before(monkeypatch: pytest.MonkeyPatch, reading: int) -> None:
    """The journal forgets all but its last event just before events are read for the n-th time."""
    read, count = Journal.events_after, iter(range(1, 1000))

    def after(journal: Journal, *given: Any) -> Any:
        if next(count) == reading:
            journal.forget(time.time() + 1, 0.0)
        return read(journal, *given)

    monkeypatch.setattr(Journal, "events_after", after)


def told_to_a_reader(stream: Stream, wanted: Subscription) -> list[tuple[str, int]]:
    """What a reader is told up to what is live, by type and sequence."""

    async def read() -> list[tuple[str, int]]:
        found, coming = [], stream.events(wanted)
        async for each in coming:
            found.append((each["type"], int(each["sequence"])))
            if each["type"] == LIVE:
                break
        await coming.aclose()
        return found

    return asyncio.run(read())


def test_events_that_are_forgotten_while_a_reader_catches_up_are_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,200 events it has had 500 when the others go."""
    with closing(Journal(tmp_path / "j.db")) as journal:
        journal.tell(events(1, 1200))
        forgets_before(monkeypatch, 2)
        found = told_to_a_reader(Stream(journal, "/"), Subscription(0))
    had = [(STATE, n) for n in range(1, 501)]
    assert found == [*had, (RESET, 1200), (STATE, 1200), (LIVE, 1200)]


def test_events_that_are_forgotten_before_a_receiver_gets_them_are_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Taken()
    with closing(Journal(tmp_path / "j.db")) as journal:
        journal.tell(events(1, 9))
        journal.keep_place("own", 3)
        forgets_before(monkeypatch, 1)
        delivery = Delivery(receiver(told), Stream(journal, "/"), print)
        delivery.start()
        assert told.came.wait(SECONDS)
        delivery.close()
    assert told.types == [RESET]
    assert told.events[0]["data"] == {"after": 3, "first": 9, "last": 9}


def test_an_event_that_comes_while_a_reader_gets_the_latest_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Journal.last_events

    def one_more(journal: Journal, *given: Any) -> Any:
        journal.tell([JournalEvent(3, time.time(), 3, STATE, "B", "{}")])
        return read(journal, *given)

    with closing(Journal(tmp_path / "j.db")) as journal:
        journal.tell(events(1, 2))
        monkeypatch.setattr(Journal, "last_events", one_more)
        found = told_to_a_reader(Stream(journal, "/"), Subscription())
    assert found == [(STATE, 2), (STATE, 3), (LIVE, 3)]


def test_there_is_no_verdict_by_late_figures_that_are_replaced_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The orders are judged by the figures of before, beside which the price was late."""
    tell, may_tell = Journal.tell, Event()
    orders = {"orders": [{"symbol": "XYZ", "type": "stock", "quantity": 1, "price": 500}]}

    def slowly(journal: Journal, *told: Any) -> None:
        assert may_tell.wait(SECONDS)
        tell(journal, *told)

    def judged(asking: Asking) -> dict[str, Any]:
        found: dict[str, Any] = asking.post("/v1/accounts/A/whatif", json=orders).json()
        return found

    with running(tmp_path / "j.db", stale=0.01) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        monkeypatch.setattr(Journal, "tell", slowly)
        asking.patch("/v1/market", json={"prices": {"XYZ": 505.0}}).raise_for_status()
        ends = time.monotonic() + SECONDS
        while judged(asking)["verdict"] != "unknown":
            assert time.monotonic() < ends
        counted = pre_trade.working_trades

        def shown_meanwhile(*given: Any) -> Any:
            may_tell.set()
            while asking.get("/v1/accounts").json()["version"] != 2:
                assert time.monotonic() < ends
            return counted(*given)

        monkeypatch.setattr(pre_trade, "working_trades", shown_meanwhile)
        found = judged(asking)
    assert (found["version"], found["verdict"]) == (1, "unknown")
    assert [reason["code"] for reason in found["reasons"]] == ["stale"]


def test_a_journal_that_cannot_forget_makes_the_service_not_unready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are there, and it forgets with a later batch."""
    forgotten: list[bool] = []

    def forget(*_: Any) -> None:
        forgotten.append(len(forgotten) > 0)
        if not forgotten[-1]:
            unwritten()

    monkeypatch.setattr(Journal, "forget", forget)
    with closing(Journal(tmp_path / "j.db")) as journal:
        kept = kept_accounts(journal)
        kept.start()
        kept.acceptance.put(BOOK, Precondition())
        kept.published.when(1).result(SECONDS)
        kept.acceptance.price({"XYZ": 505.0}, None, Precondition())
        kept.close()
    assert forgotten == [False, True]
    assert kept.published.problem == ""


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    found = Desk(tmp_path / "j.db")
    yield found
    found.close()


def test_a_day_that_the_journal_does_not_take_is_tried_at_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as locked:
        locked.setattr(Journal, "accept", unwritten)
        assert desk.at("2026-11-23 06:00:00")["A"]["as_of"] == "2026-11-20"
        desk.at("2026-11-23 06:00:05")
    assert desk.said == [desk.roller.problem] and "locked" in desk.roller.problem
    assert desk.at("2026-11-23 06:00:10")["A"]["as_of"] == "2026-11-23"
    assert desk.roller.problem == ""


def test_the_day_does_not_go_back_where_a_book_of_a_later_one_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = desk.kept.acceptance.change

    def put_before(*given: Any) -> Any:
        settings = {**BOOK["settings"], "as_of": "2026-11-24"}
        desk.kept.acceptance.put({**BOOK, "settings": settings}, Precondition())
        return change(*given)

    monkeypatch.setattr(desk.kept.acceptance, "change", put_before)
    assert desk.at("2026-11-23 06:00:00")["A"]["as_of"] == "2026-11-24"
    assert desk.roller.problem == "" and desk.said == []
