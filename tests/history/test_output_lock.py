"""One run at a time for an output, and no lock that outlives its run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.history.output_lock import only_run_for

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from xlmargin.history.output_lock import only_run_for
with only_run_for(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_until_the_first_has_ended_or_is_killed(tmp_path: Path) -> None:
    output = tmp_path / "ö out.parquet"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOLD, str(output)]
    pipe = subprocess.PIPE
    first = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(MarginError, match="another run is writing it"), only_run_for(output):
            pass
        with only_run_for(tmp_path / "other.parquet"):
            pass
        first.kill()
    assert len([*tmp_path.iterdir()]) == 1  # what the killed run left
    with only_run_for(output):
        pass
    assert not [*tmp_path.iterdir()]


def test_it_is_let_go_where_the_work_fails(tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    with pytest.raises(ZeroDivisionError), only_run_for(output):
        raise ZeroDivisionError
    assert not [*tmp_path.iterdir()]


def test_a_file_of_the_user_s_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / "out.parquet.work.lock"
    mine.write_text("mine")
    with only_run_for(tmp_path / "out.parquet"):
        pass
    assert mine.read_text() == "mine"
