"""Excel as far as Office.js goes: the add-in's code in Node, a service that it asks."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import uvicorn

from tests.hosts.calls import LEFT_OUT
from tests.hosts.office_js import js_argument
from xlmargin.cli.registered import registered
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.office_js.add_in import add_in
from xlmargin.service.app import Served, service
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.pages import office_pages, status_page
from xlmargin.service.tokens import Tokens

NODE = shutil.which("node")
SECONDS = 60

in_node = pytest.mark.skipif(NODE is None, reason="node is not installed: no stand-in for Excel")


def wait_for(port: int) -> None:
    """Wait until something listens on a port of this machine."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), SECONDS).close()
            return
        except OSError:
            assert time.monotonic() < end, f"nothing listens on {port}"
            time.sleep(0.05)


@contextmanager
def running(
    functions: Sequence[WorksheetFunction] | None = None, a_minute: int = 10**6
) -> Iterator[tuple[str, str]]:
    """A service with the add-in, in a thread: its address and its token."""
    tokens, token = Tokens.of_this_run()
    bound = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    functions = functions or registered()
    allowed = Allowed(frozenset({"127.0.0.1"}), a_minute=a_minute)
    pages = status_page() | office_pages(functions, address)
    with TemporaryDirectory() as folder, closing(Journal(Path(folder) / "journal.db")) as journal:
        door = service(functions, tokens, allowed, Served(SECONDS), journal, pages)
        server = uvicorn.Server(uvicorn.Config(door, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield address, token
        server.should_exit = True
        thread.join(SECONDS)


class Excel:
    """A workbook of Excel's with the add-in, of which each line says what happened."""

    def __init__(
        self, folder: Path, address: str, token: str = "", by_hand: bool = False,
        functions: Sequence[WorksheetFunction] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        code = folder / "functions.js"
        code.write_bytes(add_in(functions or registered(), address)["/office/functions.js"])
        script = Path(__file__).with_name("office_runtime.mjs")
        command = [str(NODE), "--no-warnings", "--experimental-websocket", str(script), str(code)]
        self.process = subprocess.Popen(
            [*command, token, *(["by hand"] if by_hand else [])], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.associated: list[str] = self.line()["associated"]
        self.told: list[dict[str, Any]] = []

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def tell(self, **told: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def call(self, name: str, *given: object) -> Any:
        """The answer of a function; arguments as `calls` has them."""
        sent = [None if a == LEFT_OUT else js_argument(a) for a in given]
        self.tell(id=name, call=name, given=sent)
        while "answer" not in (line := self.line()):
            self.told.append(line)
        return line["answer"]

    def does(self, **told: object) -> list[dict[str, Any]]:
        """What happened at once after something."""
        self.tell(**told)
        lines = []
        while not (line := self.line()).get("done"):
            lines.append(line)
        return lines

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(SECONDS)
