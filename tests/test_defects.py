"""A defect leaves its trace in a log, and its id in the cell; the log never quotes a cell."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xlmargin import defects
from xlmargin.cells.problems import refusal
from xlmargin.defects import internal_error, log_file
from xlmargin.errors import MarginError
from xlmargin.history.executors import Workers
from xlmargin.history.shadow_day import margined_day

ROOT = Path(__file__).parents[1]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log of a test alone."""
    path = tmp_path / "logs" / "xlmargin.log"
    monkeypatch.setenv("XLMARGIN_LOG", str(path))
    monkeypatch.setattr(defects, "_LOGGED", set())
    before = list(logging.getLogger("xlmargin").handlers)
    yield path
    logging.getLogger("xlmargin").handlers[:] = before
    defects._log.cache_clear()


def broken(price: float = 4321.5) -> None:
    """Fail as the code itself may, on the content of a cell."""
    held = {"XYZ": price}
    key = f"SECRET-{price}"
    held[key]


def raised(fail: type[Exception] | None = None) -> Exception:
    """The error of a defect, whose cause quotes a cell too."""
    try:
        try:
            broken()
        except KeyError as cause:
            raise ValueError(f"cannot use {cause}") from cause
    except ValueError as error:
        return error
    raise AssertionError


def test_a_cell_has_the_id_by_which_the_log_has_the_trace(log: Path) -> None:
    said = refusal(raised())
    number = re.fullmatch(
        r"#XLM! internal error ([0-9A-F]{4}) \(ValueError\), see " + re.escape(str(log)), said
    )[1]
    text = log.read_text(encoding="utf-8")
    assert f"internal error {number}, 0." in text
    assert "in broken" in text
    assert "KeyError" in text
    assert refusal(raised()) == said


def test_the_log_holds_no_cell(log: Path) -> None:
    internal_error(raised())
    text = log.read_text(encoding="utf-8")
    assert "held[key]" in text
    assert not [cell for cell in ("SECRET", "XYZ", "4321.5") if cell in text]


def test_at_debug_level_it_says_what_the_error_says(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("xlmargin"), "level", logging.DEBUG)
    logging.getLogger("xlmargin")._cache.clear()
    internal_error(raised())
    logging.getLogger("xlmargin")._cache.clear()
    assert "SECRET-4321.5" in log.read_text(encoding="utf-8")


def test_the_same_defect_is_traced_once(log: Path) -> None:
    said = {internal_error(raised()) for _ in range(5)}
    assert len(said) == 1
    assert log.read_text(encoding="utf-8").count(", 0.") == 1


def test_a_refusal_is_no_defect(log: Path) -> None:
    assert refusal(MarginError("no price")) == "#XLM! no price"
    assert not log.exists()


def test_where_nothing_can_be_written_the_cell_has_its_id_still(
    log: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    log.parent.write_text("a file where the folder would be")
    assert re.fullmatch(r"internal error [0-9A-F]{4} \(ValueError\)", internal_error(raised()))
    monkeypatch.setenv("XLMARGIN_LOG", "/dev/full")
    assert re.fullmatch(r"internal error [0-9A-F]{4} \(ValueError\)", internal_error(raised()))
    assert capfd.readouterr() == ("", "")


def test_in_debugging_a_defect_is_raised(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLMARGIN_DEBUG", "1")
    with pytest.raises(ValueError, match="SECRET"):
        refusal(raised())
    assert refusal(MarginError("no price")) == "#XLM! no price"


def test_the_log_lies_where_programs_of_the_user_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLMARGIN_LOG", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    monkeypatch.setattr(sys, "platform", "linux")
    assert log_file() == Path("/state/xlmargin/xlmargin.log")


def test_a_long_log_begins_anew(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.parent.mkdir()
    log.write_text("x" * 600_000)
    internal_error(raised())
    assert log.stat().st_size < 10_000
    assert log.with_name("xlmargin.log.1").stat().st_size == 600_000


def test_a_worker_logs_the_defect_of_a_day(log: Path) -> None:
    class Content:
        day = 46_037.0

        def book(self) -> None:
            broken()

    assert re.match("internal error [0-9A-F]{4} ", margined_day(Content()).problem)
    assert "in broken" in log.read_text(encoding="utf-8")


def test_what_a_worker_could_not_answer_for_is_logged(log: Path) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(MarginError, match="A worker"):
        list(Workers(executor, 1).answers(broken, [4321.5]))
    assert "KeyError" in log.read_text(encoding="utf-8")


def test_the_command_line_logs_its_defect_and_shows_no_trace(log: Path) -> None:
    code = (
        "import sys; from xlmargin import importers; from xlmargin.cli import main\n"
        "importers.read_book_files = lambda *paths: 1 / 0\n"
        "sys.argv = ['xlmargin', 'check', 'positions.csv']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "XLMARGIN_LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(
        r"xlmargin failed: internal error [0-9A-F]{4} \(ZeroDivisionError\), see .*\.\n",
        done.stderr,
    )
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_no_log_is_made_ready_before_there_is_a_defect() -> None:
    code = "import sys, xlmargin.defects; sys.exit('logging' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
