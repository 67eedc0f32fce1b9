"""A program that is started with an event; no shell reads it, no text of an event is its word."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xlmargin.errors import MarginError

HOOK_SECONDS: Final = 30.0
"""How long a hook may take."""
STANDARD_ERROR: Final = 2


@dataclass(frozen=True)
class Hook:
    """A program and its words, as a system starts them; Windows splits these itself."""

    words: str | tuple[str, ...]

    @classmethod
    def of(cls, command: str) -> Hook:
        """The hook of a command as it is typed; refused where it is none, or a quote is open."""
        if os.name == "nt" and command.strip():
            return cls(command)
        try:
            words = tuple(shlex.split(command))
        except ValueError:
            words = ()
        if not words:
            raise MarginError(f"--hook: found {command!r}, wanted a program and its words.")
        return cls(words)

    def run(self, event: Mapping[str, Any]) -> str:
        """Run it with an event on its standard input; how it failed, or "".

        What it prints goes where errors go.
        """
        try:
            done = subprocess.run(
                self.words,
                input=json.dumps(event, allow_nan=False).encode(),
                stdout=STANDARD_ERROR,
                timeout=HOOK_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"was ended after {HOOK_SECONDS:.0f} s"
        except OSError as error:
            return f"could not be started: {error.strerror}"
        return f"ended with code {done.returncode}" if done.returncode else ""
