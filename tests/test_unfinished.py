"""A file is whole or not there, and a run that was killed leaves nothing for long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xlmargin.unfinished import SECONDS_TO_LOCK, unfinished_folder

KILLED = """
import os, sys
from pathlib import Path
from xlmargin.unfinished import unfinished_folder
with unfinished_folder(Path(sys.argv[1])) as folder:
    (folder / "half.xlsx").write_text("half")
    os._exit(9)
"""


def aged(folder: Path) -> None:
    """Let it be long ago that all in a folder was written."""
    long_ago = time.time() - 2 * SECONDS_TO_LOCK
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder that a killed run has left behind."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == 9
    (folder,) = tmp_path.iterdir()
    return folder


def test_what_a_killed_run_left_is_removed_by_the_next(left: Path, tmp_path: Path) -> None:
    assert (left / "half.xlsx").exists()
    aged(tmp_path)
    with unfinished_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert not list(tmp_path.iterdir())


def test_a_folder_of_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    with unfinished_folder(tmp_path) as one:
        aged(tmp_path)
        with unfinished_folder(tmp_path) as other:
            assert {*tmp_path.iterdir()} == {one, other}


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    theirs, link = tmp_path / ".xlmargin-notes", tmp_path / ".xlmargin-link"
    theirs.mkdir()
    (theirs / "mine.txt").write_text("mine")
    link.symlink_to(theirs, target_is_directory=True)
    (tmp_path / ".xlmargin-file").write_text("mine")
    aged(tmp_path)
    with unfinished_folder(tmp_path):
        pass
    assert len(list(tmp_path.iterdir())) == 3
    assert (theirs / "mine.txt").read_text() == "mine"
