"""Chromium without a window, told by its own protocol through two pipes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import pytest

CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
SECONDS: Final = 60

in_chromium = pytest.mark.skipif(
    CHROMIUM is None or os.name == "nt", reason="chromium is not installed: no page was shown"
)


class Browser:
    """One page."""

    def __init__(self, folder: Path) -> None:
        told, tells = os.pipe()
        says, said = os.pipe()
        options = (
            "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
            "--ignore-certificate-errors --remote-debugging-pipe "
            "--disable-background-networking --no-proxy-server"
        )
        # The browser reads from 3 and writes to 4, whatever these pipes are called here.
        command = f'exec "{CHROMIUM}" {options} --user-data-dir="{folder}" 3<&{told} 4>&{said}'
        self.process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(told, said), stderr=subprocess.DEVNULL
        )
        os.close(told)
        os.close(said)
        self.to, self.of = os.fdopen(tells, "wb", 0), os.fdopen(says, "rb", 0)
        self.number, self.rest, self.session = 0, b"", ""
        target = self.asked("Target.createTarget", url="about:blank")["targetId"]
        attached = self.asked("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        self.asked("Page.enable")

    def asked(self, method: str, **parameters: object) -> Any:
        """What the browser answers."""
        self.number += 1
        sent = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            sent["sessionId"] = self.session
        self.to.write(json.dumps(sent).encode() + b"\0")
        while (message := self.message()).get("id") != self.number:
            pass
        assert "error" not in message, message
        return message["result"]

    def message(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            piece = os.read(self.of.fileno(), 1 << 16)
            assert piece, "the browser has ended"
            self.rest += piece
        first, _, self.rest = self.rest.partition(b"\0")
        found: dict[str, Any] = json.loads(first)
        return found

    def open(self, address: str, first: str = "") -> None:
        """Load a page, with a script of the test's own before those of the page."""
        if first:
            self.asked("Page.addScriptToEvaluateOnNewDocument", source=first)
        self.asked("Page.navigate", url=address)
        self.until("document.readyState", "complete")

    def value(self, expression: str) -> Any:
        """The value of an expression on the page."""
        found = self.asked(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str, wanted: object = True) -> None:
        """Wait until an expression has a value."""
        end = time.monotonic() + SECONDS
        while (found := self.value(expression)) != wanted:
            assert time.monotonic() < end, f"{expression}: {found!r}, wanted {wanted!r}"
            time.sleep(0.05)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        self.to.close()
        self.of.close()
