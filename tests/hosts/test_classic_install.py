"""Installing writes our files and no others, whatever stands in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.hosts.vba_reader import cells
from xlmargin.cli import app
from xlmargin.hosts.classic import places

Run = Callable[..., Result]


@pytest.fixture
def xlam(tmp_path: Path) -> Path:
    return tmp_path / "Excel" / "XLSTART" / "xlmargin.xlam"


@pytest.fixture
def run(xlam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    python = tmp_path / "Scripts" / "python.exe"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(places.sys, "executable", str(python))

    def run_command(command: str, *options: str) -> Result:
        return CliRunner().invoke(app, [command, "--startup", str(xlam.parent), *options])

    return run_command


def test_the_add_in_names_this_python(run: Run, xlam: Path, tmp_path: Path) -> None:
    done = run("install")
    assert done.exit_code == 0
    python = str(tmp_path / "Scripts" / "python.exe")
    assert python in done.output
    code = str(Path(places.__file__).parents[3])
    settings = dict(row[:2] for row in cells(xlam, "xlwings.conf"))
    assert (settings["INTERPRETER_WIN"], settings["PYTHONPATH"]) == (python, code)
    assert list(xlam.parent.iterdir()) == [xlam]


def test_a_dry_run_says_and_does_nothing(run: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run("install", "--dry-run")
    assert done.exit_code == 0
    assert "would be written" in done.output
    assert sorted(tmp_path.rglob("*")) == before


def test_a_second_time_changes_nothing(run: Run, xlam: Path) -> None:
    run("install")
    before = xlam.read_bytes(), xlam.stat().st_mtime_ns
    assert "unchanged" in run("install").output
    assert (xlam.read_bytes(), xlam.stat().st_mtime_ns) == before


def test_uninstalling_leaves_nothing_and_may_be_repeated(run: Run, xlam: Path) -> None:
    run("install")
    assert "would be removed" in run("uninstall", "--dry-run").output
    assert xlam.exists()
    assert ": removed" in run("uninstall").output
    assert not xlam.exists()
    again = run("uninstall")
    assert again.exit_code == 0
    assert "not there" in again.output


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_another_s_add_in_is_never_touched(command: str, run: Run, xlam: Path) -> None:
    xlam.parent.mkdir(parents=True)
    xlam.write_bytes(b"precious")
    done = run(command)
    assert done.exit_code == 1
    assert "did not write" in done.output
    assert xlam.read_bytes() == b"precious"


def test_an_older_add_in_of_ours_is_replaced(
    run: Run, xlam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("install")
    old = xlam.read_bytes()
    monkeypatch.setattr("xlmargin.__version__", "9.0.0")
    assert ": written" in run("install").output
    assert xlam.read_bytes() != old


def test_an_add_in_that_excel_has_open_is_told(
    run: Run, xlam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(self: Path, target: Path) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "replace", locked)
    done = run("install")
    assert done.exit_code == 1
    assert "close Excel" in done.output
    assert list(xlam.parent.iterdir()) == []


def test_elsewhere_than_on_windows_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.sys, "platform", "linux")
    for command in ("install", "uninstall"):
        done = CliRunner().invoke(app, [command])
        assert done.exit_code == 1
        assert "wanted Windows" in done.output
        assert "xlwings Lite" in done.output


def test_a_python_whose_files_excel_does_not_see_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.sys, "base_prefix", str(tmp_path / "WindowsApps" / "Python.3.11"))
    done = run("install")
    assert done.exit_code == 1
    assert "store" in done.output
    assert not (tmp_path / "Excel").exists()


def test_on_windows_excel_s_own_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(tmp_path))
    found = places.places()
    assert found.add_in == tmp_path / "Microsoft" / "Excel" / "XLSTART" / "xlmargin.xlam"
