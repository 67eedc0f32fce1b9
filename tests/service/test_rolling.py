"""The day of a book over midnight, a change of the clocks and a holiday; never by itself."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.service.running import BOOK, running, until
from xlmargin.service.acceptance import Precondition
from xlmargin.service.app import Served
from xlmargin.service.journal import Journal
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.restated import with_records
from xlmargin.service.rolling import Roller, exchange_day

CHANGED = "org.xlmargin.as_of_changed.v1"
SETTINGS = [
    ["Name", "Value", "date"], ["As of", "2026-11-20", None], ["rate", 0.04, None],
    ["account type", "portfolio", None], ["house", "ibkr_like", "2026-11-23"],
]  # fmt: skip
"""A house from the Monday on."""


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-23 04:59:59", "2026-11-20"),  # Sunday 23:59:59 in New York, in winter UTC-5
        ("2026-11-23 05:00:00", "2026-11-23"),
        ("2026-07-14 03:59:59", "2026-07-13"), ("2026-07-14 04:00:00", "2026-07-14"),  # UTC-4
        ("2026-03-09 03:59:59", "2026-03-06"),  # on the Sunday the clocks went forward
        ("2026-03-09 04:00:00", "2026-03-09"),
        ("2026-11-02 04:59:59", "2026-10-30"),  # and back
        ("2026-11-02 05:00:00", "2026-11-02"),
        ("2026-11-26 20:00:00", "2026-11-25"),  # Thanksgiving
        ("2026-11-27 05:00:00", "2026-11-27"),  # the day after, an early close
        ("2026-12-25 20:00:00", "2026-12-24"), ("2026-12-28 05:00:00", "2026-12-28"),
        ("2027-01-01 20:00:00", "2026-12-31"),
    ],
)  # fmt: skip
def test_a_day_begins_at_midnight_in_new_york_where_the_exchange_trades(
    moment: str, day: str
) -> None:
    assert exchange_day(utc(moment)) == dt.date.fromisoformat(day)


class Desk:
    """Accounts that are kept, and a clock set by hand."""

    def __init__(
        self, path: Path, settings: list[list[Any]] | dict[str, Any] | None = SETTINGS
    ) -> None:
        self.events, self.said = [], []
        self.journal = Journal(path)
        self.kept = KeptAccounts(
            self.journal, Lock(), self.events.extend, window=0.0, seconds=60.0, keep=1e9
        )
        self.moment = utc("2026-11-20 15:00:00")
        self.roller = Roller(
            self.kept.acceptance, self.kept.published, self.said.append, lambda: self.moment
        )
        if settings is not None:
            self.kept.acceptance.put({**BOOK, "settings": settings}, Precondition())
        self.kept.start()
        self.settled()

    @property
    def is_settled(self) -> bool:
        """Whether the writer is done with all that was accepted, and has told it."""
        shown = self.kept.published.snapshot
        done = shown is not None and self.kept.pending.age(0) == 0
        return done and not shown.kept.to_prove

    def settled(self) -> None:
        until(lambda: self.is_settled)

    def at(self, moment: str) -> dict[str, dict[str, Any]]:
        self.moment = utc(moment)
        self.roller.look()
        self.settled()
        return self.states

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        return {name: dict(s) for name, s in self.kept.published.current.states.items()}

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [e.data for e in self.events if e.type == CHANGED]

    def close(self) -> None:
        self.kept.close()
        self.journal.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path / "j.db")
    yield found
    found.close()


def of_day(
    tmp_path: Path, day: str, prices: dict[str, float], settings: list[list[Any]]
) -> dict[str, dict[str, Any]]:
    """The states of the same book that was put on another day."""
    settings = [row if row[0] != "As of" else ["As of", day, None] for row in settings]
    twin = Desk(tmp_path / f"{len(settings)}.db", settings)
    twin.kept.acceptance.price(prices, {}, Precondition())
    twin.settled()
    states = twin.states
    twin.close()
    return states


def test_over_a_weekend_the_rules_are_those_of_the_monday_and_nobody_is_told_before(
    desk: Desk, tmp_path: Path
) -> None:
    friday = desk.at("2026-11-20 23:00:00")
    assert desk.at("2026-11-22 12:00:00") == friday and desk.changes == []
    desk.kept.acceptance.price({"XYZ": 505.0}, {}, Precondition())
    desk.settled()
    version = desk.kept.published.current.version
    monday = desk.at("2026-11-23 05:00:01")
    assert {s["as_of"] for s in monday.values()} == {"2026-11-23"}
    assert monday == of_day(tmp_path, "2026-11-23", {"XYZ": 505.0}, SETTINGS)
    rule = of_day(tmp_path, "2026-11-23", {"XYZ": 505.0}, SETTINGS[:-1])
    own, bare = (each["A"]["portfolio"]["requirement"] for each in (monday, rule))
    assert own > 1.5 * bare, "the house of that day"
    (told,) = desk.changes
    assert told == f'{{"as_of": "2026-11-23", "was": "2026-11-20", "version": {version + 1}}}'
    last = [e.type for e in desk.events if e.version == version + 1]
    assert last[0] == CHANGED, "before the states of the day"
    desk.at("2026-11-23 05:00:06")
    assert desk.kept.published.current.version == version + 1, "once a day"
    desk.at("2026-11-20 12:00:00")
    assert len(desk.changes) == 1, "never back"


def test_a_holiday_is_no_day_and_a_restart_neither_repeats_nor_forgets(
    desk: Desk, tmp_path: Path
) -> None:
    desk.at("2026-11-25 12:00:00")
    assert {s["as_of"] for s in desk.at("2026-11-26 23:00:00").values()} == {"2026-11-25"}
    desk.at("2026-11-27 06:00:00")
    assert [each[11:21] for each in desk.changes] == ["2026-11-25", "2026-11-27"]
    states = desk.states
    desk.kept.close()
    desk.journal.close()
    again = Desk(tmp_path / "j.db", None)
    assert again.states == states and again.changes == []
    again.at("2026-11-27 20:00:00")
    assert again.changes == []
    again.kept.close()
    desk.journal = again.journal
    desk.kept = again.kept


def test_what_has_expired_keeps_the_day_until_it_is_gone_and_that_is_said_once(desk: Desk) -> None:
    expired = [dict(each) for each in BOOK["positions"]]
    expired[1]["expiration"] = "2026-11-20"
    desk.kept.acceptance.put({**BOOK, "positions": expired, "settings": SETTINGS}, Precondition())
    desk.settled()
    before = desk.at("2026-11-23 06:00:00")
    assert {s["as_of"] for s in before.values()} == {"2026-11-20"}
    (said,) = desk.said
    assert said == desk.roller.problem and "2026-11-23" in said and "expir" in said
    desk.at("2026-11-23 06:00:10")
    assert len(desk.said) == 1
    gone = [{"id": "p2", "quantity": 0}]
    change = desk.kept.acceptance.change
    change(lambda stated, spots: with_records(stated, gone, spots), {}, Precondition())
    desk.settled()
    after = desk.at("2026-11-23 06:00:20")
    assert {s["as_of"] for s in after.values()} == {"2026-11-23"} and desk.roller.problem == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"rate": 0.04, "As Of": "2026-11-20 15:30", "account_type": "portfolio"},
        [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "portfolio"]],
    ],
)
def test_the_day_is_found_wherever_it_stands(
    tmp_path: Path, settings: dict[str, Any] | list[list[Any]]
) -> None:
    desk = Desk(tmp_path / "j.db", settings)
    desk.at("2026-11-24 12:00:00")
    stated = desk.kept.published.current.stated
    assert stated.read().book().market.as_of % 1 == 0
    assert {s["as_of"] for s in desk.states.values()} == {"2026-11-24"}
    assert len(stated.ranges["settings"]) == len(settings)
    desk.close()


def test_it_rolls_at_its_port_where_that_is_asked_for_and_else_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlmargin.service.app.Roller", partial(Roller, between=0.01))
    clock = lambda: utc("2026-11-24 12:00:00")  # noqa: E731
    for roll, day in ((False, "2026-11-20"), (True, "2026-11-24")):
        served = Served(window=0.01, roll=roll, clock=clock)
        with running(tmp_path / "j.db", served=served) as asking:
            if not roll:
                asking.put("/v1/book", json=BOOK).raise_for_status()
            assert ("xlmargin-roller" in [each.name for each in threading.enumerate()]) == roll
            until(lambda asking=asking, day=day: asking.state()["as_of"] == day)
    with running(tmp_path / "j.db") as asking:
        (told,) = [e for e in asking.events(after=0) if e["type"] == CHANGED]
    assert told["data"]["was"] == "2026-11-20" and "subject" not in told
