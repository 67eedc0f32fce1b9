"""What a request is taken for: at which rate, once, of which version, and by which names."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import pytest

from tests.service.running import BOOK, running, until
from tests.service.test_rolling import Desk
from xlmargin.service import door, rolling
from xlmargin.service.acceptance import Acceptance
from xlmargin.service.door import Allowed, Door
from xlmargin.service.strict_json import parsed
from xlmargin.service.tokens import Tokens

NAME = "desk"


def renamed(accounts: dict[str, str]) -> dict[str, Any]:
    rows = [each | {"account": accounts[each["account"]]} for each in BOOK["positions"]]
    return BOOK | {"positions": rows}


class Clock:
    """A clock that is set by hand, s."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(door, "time", own)
    return own


def rated(a_minute: int) -> Callable[..., Any]:
    tokens, _ = Tokens.of_this_run()
    allowed = Allowed(frozenset(), a_minute=a_minute)
    return Door(lambda *_: None, tokens, allowed, lambda *_: "read")._over_rate


@pytest.mark.parametrize("a_minute", [7, 20, 600])
def test_who_waits_as_told_is_admitted(clock: Clock, a_minute: int) -> None:
    wait = rated(a_minute)
    for _ in range(a_minute):
        assert wait(NAME) == 0
    for _ in range(50):
        seconds = wait(NAME)
        assert seconds >= 1
        clock.seconds += seconds
        assert wait(NAME) == 0
        while wait(NAME) == 0:
            pass


def test_who_asks_too_often_gets_the_rate_and_not_less(clock: Clock) -> None:
    wait, admitted = rated(600), 0
    while wait(NAME) == 0:
        pass
    for _ in range(12 * 60):
        clock.seconds += 1 / 12
        admitted += wait(NAME) == 0
    assert 599 <= admitted <= 600


def test_a_key_is_of_one_path(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        key = {"Idempotency-Key": "k1"}
        first = asking.put("/v1/broker-figures", json={}, headers=key)
        other = asking.put("/v1/thresholds", json={}, headers=key)
        again = asking.put("/v1/broker-figures", json={}, headers=key)
    assert other.status_code == 422, other.text
    assert "used for another request" in other.json()["detail"]
    assert again.json() == first.json()


def test_another_version_is_refused_before_anything_is_margined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        monkeypatch.setattr(Acceptance, "_live", None)
        late = {"If-Match": '"7"'}
        put = asking.put("/v1/book", json=BOOK, headers=late)
        change = {"positions": [{"id": "p1", "quantity": 1}]}
        patched = asking.patch("/v1/positions", json=change, headers=late)
    assert (put.status_code, patched.status_code) == (412, 412)


@pytest.mark.parametrize(
    "accounts", [{"A": "account", "B": ""}, {"A": "A/B", "B": "B"}, {"A": "..", "B": "B"}],
    ids=["account", "slash", "dots"],
)  # fmt: skip
def test_an_account_that_no_path_has_is_refused(tmp_path: Path, accounts: dict[str, str]) -> None:
    with running(tmp_path / "journal.db") as asking:
        answer = asking.put("/v1/book", json=renamed(accounts))
    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["column"] == "account"


def test_long_ids_stay_integers_and_huge_ones_do_not() -> None:
    assert parsed(b'{"id": 1234567890123456}') == {"id": 1234567890123456}
    assert parsed(b'{"id": -9007199254740993}') == {"id": -9007199254740993}
    huge = parsed(b'{"id": ' + b"9" * 20 + b"}")["id"]
    assert isinstance(huge, float)


def test_a_book_has_ids_of_16_digits(tmp_path: Path) -> None:
    first, *others = BOOK["positions"]
    own = 9007199254740993  # no float is this
    book = BOOK | {"positions": [first | {"id": own}, *others]}
    with running(tmp_path / "journal.db") as asking:
        assert asking.put("/v1/book", json=book).status_code == 200
        change = {"positions": [{"id": own, "quantity": 400}]}
        assert asking.patch("/v1/positions?wait=true", json=change).status_code == 200
        # 400 x 500, less 500 x 10, 100 x 48, and 50,000 cash
        assert asking.state()["account_value"] == 249_800.0


def test_a_clock_without_zones_is_a_problem_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []

    def no_zones(name: str) -> Never:
        looked.append(name)
        raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {name}")

    desk = Desk(tmp_path / "journal.db")
    monkeypatch.setattr(rolling, "ZoneInfo", no_zones)
    desk.roller.between = 0.01
    desk.roller.start()
    until(lambda: len(looked) >= 3)
    assert "the day is not known" in desk.roller.problem
    assert desk.said == [desk.roller.problem]
    monkeypatch.undo()
    until(lambda: desk.roller.problem == "")
    assert len(desk.said) == 1
    desk.roller.close()
    desk.close()
