"""A report that is printed by LibreOffice: what becomes of a print that takes too long."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.hosts.calc import office


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups of processes")
def test_a_print_that_takes_too_long_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As LibreOffice does, the program starts another one and waits for it."""
    known = tmp_path / "started"
    program = tmp_path / "soffice"
    program.write_text(
        f"#!/bin/sh\nsleep 600 &\necho $! > {known}.new\nmv {known}.new {known}\nwait\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(office, "office_program", lambda: program)
    monkeypatch.setattr(office, "_PRINTING", 5.0)
    with pytest.raises(MarginError, match=r"out\.pdf: LibreOffice had not printed it after 5 sec"):
        office.print_pages(b"", tmp_path / "out.pdf")
    started = int(known.read_text())
    until = time.monotonic() + 30.0
    while _runs(started) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _runs(started)


def test_a_program_that_prints_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "office_program", lambda: Path(sys.executable))
    with pytest.raises(MarginError, match=r"out\.pdf: LibreOffice did not print it: it ended with"):
        office.print_pages(b"", tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


def _runs(number: int) -> bool:
    """Whether a process runs; one that has ended may wait to be noticed."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{number}/stat")
    return not status.exists() or ") Z " not in status.read_text()
