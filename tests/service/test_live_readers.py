"""A cell of Excel and the status page, following a service that is killed and starts again."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.browser import Browser, in_chromium
from tests.hosts.example_calls import bits
from tests.hosts.office_excel import Excel, in_node
from tests.service.running import BOOK, COMMAND, Asking, free_port
from xlmargin.service.tokens import new_token

ROOT = Path(__file__).parents[2]
SECONDS = 60
STATE = "org.xlmargin.account.state.v1"


class Desk:
    """`xlmargin serve` on a journal, with a token that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.token, lines = new_token("desk")
        tokens = folder / "tokens.toml"
        tokens.write_text(lines)
        tokens.chmod(0o600)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = [
            COMMAND, "serve", "--port", str(self.port), "--tokens", str(tokens),
            "--journal", str(folder / "desk.db"),
        ]  # fmt: skip
        self.asking = Asking(self.port, self.token)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        self.asking.until_ready()

    def price(self, price: float) -> float:
        """The portfolio excess of account A after a price of XYZ."""
        self.asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": price}})
        return float(self.asking.state()["portfolio"]["excess"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    assert found.asking.put("/v1/book", json=BOOK).status_code == 200
    yield found
    found.kill()
    found.asking.close()


def until_shown(excel: Excel, cell: str, value: object) -> None:
    """Wait for what a cell shows."""
    end, line = time.monotonic() + SECONDS, {}
    while time.monotonic() < end:
        if (line := excel.line()) == {"id": cell, "shown": bits(value)}:
            return
    raise AssertionError(f"{cell} shows {line}, wanted {value}")


def test_an_account_that_a_new_book_has_not_is_gone_for_every_reader(desk: Desk) -> None:
    """Its last figures would else be told to each new reader as those of now."""
    desk.asking.events()
    of_a = {**BOOK, "positions": [p for p in BOOK["positions"] if p["account"] == "A"]}
    assert desk.asking.put("/v1/book", json=of_a).json()["accounts"] == ["A"]
    for query in ({}, {"types": "state"}, {"after": 1}):
        told = desk.asking.events(**query)
        last = [event["type"] for event in told if event.get("subject") == "B"][-1]
        assert last == "org.xlmargin.account.gone.v1"
    before = told[-1]["sequence"]
    desk.kill()
    desk.start()
    assert desk.asking.events()[-1]["sequence"] == before
    desk.asking.put("/v1/book", json=BOOK)
    told = desk.asking.events()
    assert [event["data"]["account"] for event in told if event["type"] == STATE] == ["A", "B"]


def test_the_power_query_asks_for_what_is_answered(desk: Desk) -> None:
    query = (ROOT / "docs" / "hosts.md").read_text(encoding="utf-8")
    query = query.partition("```powerquery\n")[2].partition("```")[0]
    answer = desk.asking.get("/" + re.findall(r'RelativePath = "(.*?)"', query)[0]).json()
    first, portfolio, strategy = (
        set(re.findall(r'"(\w+)"', names))
        for names in (
            re.findall(r"Answer\[accounts\],\s*\{(.*?)\}", query)
            + re.findall(r'ExpandRecordColumn\(\w+, "\w+", \{(.*?)\}', query)
        )
    )
    for state in answer["accounts"]:
        assert {*state, "problem"} == first
        assert set(state["portfolio"]) == portfolio
        assert set(state["strategy"]) - {"bound"} == strategy


def test_a_page_of_our_own_may_open_the_stream_and_one_of_another_port_not(desk: Desk) -> None:
    with connect(desk.asking.socket, origin=Origin(desk.address)) as socket:
        socket.send(json.dumps({"token": desk.token}))
        assert json.loads(socket.recv())["type"] == STATE
    with pytest.raises(InvalidStatus):
        connect(desk.asking.socket, origin=Origin("http://127.0.0.1:1"))


@in_node
def test_a_cell_follows_prices_and_goes_on_after_the_service_is_killed(
    desk: Desk, tmp_path: Path
) -> None:
    excel = Excel(tmp_path, desk.address, desk.token)
    excel.tell(id="B2", live=["A", "portfolio.excess"])
    until_shown(excel, "B2", desk.asking.state()["portfolio"]["excess"])
    for price in (501.0, 490.0, 512.5):
        until_shown(excel, "B2", desk.price(price))
    excel.tell(id="B3", live=["A", "portfolio.nothing"])
    until_shown(excel, "B3", "#N/A")
    before = desk.asking.state()
    desk.kill()
    desk.start()
    assert desk.asking.state() == before
    until_shown(excel, "B2", desk.price(520.0))
    excel.does(cancel="B2")
    excel.does(cancel="B3")
    excel.close()


@in_chromium
def test_the_page_shows_a_price_s_effect_and_the_same_after_the_service_is_killed(
    desk: Desk, tmp_path: Path
) -> None:
    browser = Browser(tmp_path / "browser")
    try:
        browser.open(f"{desk.address}/#token={desk.token}")
        excess = "document.querySelector('#accounts tr')?.cells[4].textContent"
        shown = f"{desk.asking.state()['portfolio']['excess']:,.0f}"
        browser.until(excess, shown)
        moved = f"{desk.price(490.0):,.0f}"
        assert moved != shown
        browser.until(excess, moved)
        known = "document.body.className === ''"
        browser.until(known)
        desk.kill()
        browser.until(known, False)
        desk.start()
        browser.until(known)
        assert browser.value(excess) == moved
    finally:
        browser.close()
