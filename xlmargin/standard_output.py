"""Standard output is for what a command answers; whatever else writes there goes to standard error.

A solver's banner from C on the first line would make an answer unreadable to the program that
asked for it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import Final, TextIO

SCHEMA: Final = "xlmargin/1"
"""The shape of every JSON answer, as `docs/json.md` describes it; a key may come, none goes."""

_kept: list[TextIO] = []


def claim() -> None:
    """Keep standard output for this program's own text: descriptor 1 becomes that of errors."""
    out = sys.stdout
    if not isinstance(out, TextIOWrapper):
        return
    with suppress(OSError, ValueError):  # closed, or none at all
        out.flush()
        own = os.dup(out.fileno())
        os.dup2(sys.stderr.fileno(), out.fileno())
        sys.stdout = os.fdopen(own, "w", encoding=out.encoding, errors="replace")


def claim_for_json(wanted: bool) -> bool:
    """Keep it for one JSON answer alone, so that what other packages print goes elsewhere too."""
    if wanted:
        _kept[:] = [sys.stdout]
        sys.stdout = sys.stderr
    return wanted


class JsonLines:
    """Writes answers that come one after another, a line each; as `write_json` writes one."""

    def __init__(self) -> None:
        self._out = _kept[-1] if _kept else sys.stdout

    def __call__(self, answer: Mapping[str, object]) -> None:
        """Write one answer."""
        print(_json(answer), file=self._out, flush=True)


def write_json(answer: Mapping[str, object]) -> None:
    """Write an answer, with the version of its shape; dates as texts, and no NaN."""
    out = _kept[-1] if _kept else sys.stdout
    print(_json(answer), file=out, flush=True)
    _kept.clear()
    sys.stdout = out


def has_no_reader() -> bool:
    """Whether the reader of what is written here has ended, as `head` does after ten lines.

    The rest of it then goes nowhere, so that it does not fail again where the program ends.
    """
    unread = False
    for stream in (*_kept, sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            unread = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
    return unread


def _json(answer: Mapping[str, object]) -> str:
    return json.dumps({"schema": SCHEMA, **answer}, default=str, allow_nan=False)
