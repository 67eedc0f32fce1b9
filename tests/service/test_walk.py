"""The walk of docs/live.md, as a newcomer takes it: its own lines, in a terminal and in a page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, in_chromium
from tests.service.running import COMMAND, free_port

ROOT = Path(__file__).parents[2]
SECONDS = 60
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class Walk:
    """The walk's lines, at another port and with a journal elsewhere; what it has started."""

    def __init__(self, folder: Path) -> None:
        text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
        self.folder, self.port = folder, free_port()
        section = text.partition("## A walk\n")[2].partition("\n## ")[0]
        blocks = [block.replace(":8799", f":{self.port}") for block in BLOCK.findall(section)]
        self.serve, self.events, self.price, self.order = blocks
        self.started: list[subprocess.Popen[str]] = []

    def start(self) -> list[str]:
        """Start the service; what it says."""
        words = self.serve.replace("desk.db", str(self.folder / "desk.db")).split()[1:]
        self.service = subprocess.Popen(
            [COMMAND, *words, "--port", str(self.port)], cwd=ROOT, text=True, stderr=subprocess.PIPE
        )
        self.started.append(self.service)
        assert self.service.stderr is not None
        said = [self.service.stderr.readline()]
        while "Answering" not in said[-1]:
            assert said[-1], said
            said.append(self.service.stderr.readline())
        self.token, self.page = said[0].split()[-1], said[-1].split()[-1]
        end = time.monotonic() + SECONDS
        while '"accounts"' not in self.accounts():
            assert time.monotonic() < end
        return said

    def run(self, lines: str) -> str:
        """What lines of the terminal print."""
        environment = {**os.environ, "TOKEN": self.token}
        done = subprocess.run(
            ["bash", "-c", lines], env=environment, capture_output=True, text=True, check=False,
            timeout=SECONDS,
        )  # fmt: skip
        return done.stdout

    def follow(self) -> subprocess.Popen[str]:
        """The terminal with the events."""
        found = subprocess.Popen(
            ["bash", "-c", f"exec {self.events}"], env={**os.environ, "TOKEN": self.token},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(found)
        return found

    def accounts(self) -> str:
        """What the last line of the second block prints: the figures, and their version."""
        return self.run(self.price.rstrip().splitlines()[-1])


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    found = Walk(tmp_path)
    yield found
    for process in found.started:
        process.kill()
        process.communicate()


def next_state(terminal: subprocess.Popen[str]) -> dict[str, dict[str, float]]:
    assert terminal.stdout is not None
    while line := terminal.stdout.readline():
        if line.startswith("data: ") and "account.state" in line:
            found: dict[str, dict[str, float]] = json.loads(line[6:])["data"]
            return found
    raise AssertionError("the stream ended")


@in_chromium
def test_a_newcomer_sees_figures_change_and_loses_nothing(walk: Walk, tmp_path: Path) -> None:
    assert not [line for line in walk.start() if "keeps a book" in line]
    browser = Browser(tmp_path / "browser")
    try:
        browser.open(walk.page)
        terminal = walk.follow()
        first = next_state(terminal)
        shown = "[3, 6, 7].map((i) => document.querySelector('#accounts tr')?.cells[i].textContent)"
        browser.until(f"{shown}.join()", on_page(first))

        walk.run(walk.price)
        moved = next_state(terminal)
        for regime, figure in (
            ("portfolio", "requirement"),
            ("portfolio", "buying_power"),
            ("strategy", "requirement"),
        ):
            assert moved[regime][figure] != first[regime][figure]
        browser.until(f"{shown}.join()", on_page(moved))

        answer = json.loads(walk.run(walk.order))
        assert answer["verdict"] == "accepted"
        assert answer["figures"]["portfolio"]["before"] == pytest.approx(
            moved["portfolio"]["requirement"]
        )

        before = walk.accounts()
        walk.service.kill()
        walk.service.wait()
        assert [line for line in walk.start() if "keeps a book" in line]
        assert walk.accounts() == before
        assert json.loads(before)["accounts"] == [moved]
    finally:
        browser.close()


def on_page(state: dict[str, dict[str, float]]) -> str:
    portfolio, strategy = state["portfolio"], state["strategy"]
    figures = portfolio["requirement"], portfolio["buying_power"], strategy["requirement"]
    return ",".join(f"{figure:,.0f}" for figure in figures)
