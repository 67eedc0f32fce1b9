"""Installing writes our files and no others, whatever stands in their place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.excel_rules.rule_book import broken_rules
from tests.hosts.vba_reader import cells, parts
from xlmargin.cli import app
from xlmargin.errors import MarginError
from xlmargin.hosts.classic import installation
from xlmargin.hosts.classic.shipped import parts_of, shipped

INTERPRETER = sys.executable
Run = Callable[..., Result]


@pytest.fixture
def xlam(tmp_path: Path) -> Path:
    return tmp_path / "Excel" / "XLSTART" / "xlmargin.xlam"


@pytest.fixture
def run(xlam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    python = tmp_path / "Scripts" / "python.exe"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(installation.sys, "executable", str(python))

    def run_command(command: str, *options: str) -> Result:
        return CliRunner().invoke(app, [command, "--startup", str(xlam.parent), *options])

    return run_command


def test_the_add_in_is_that_which_is_shipped(run: Run, xlam: Path) -> None:
    done = run("install")
    assert done.exit_code == 0
    assert r"%LOCALAPPDATA%\xlmargin\python\Scripts\python.exe" in done.output
    assert xlam.read_bytes() == shipped()
    assert list(xlam.parent.iterdir()) == [xlam]


def test_two_users_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = []
    for user in ("Annabel", "Jörg Müller & co"):
        home = tmp_path / user
        monkeypatch.setenv("APPDATA", str(home / "Roaming"))
        monkeypatch.setenv("LOCALAPPDATA", str(home / "Local"))
        monkeypatch.setattr(installation.sys, "executable", str(home / "python.exe"))
        startup = home / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
        assert CliRunner().invoke(app, ["install", "--startup", str(startup)]).exit_code == 0
        installed.append((startup / "xlmargin.xlam").read_bytes())
    assert installed[0] == installed[1]
    for said in (b"Annabel", "Jörg".encode(), str(tmp_path).encode()):
        assert said not in installed[0]


def test_for_one_machine_it_names_another_python(run: Run, xlam: Path) -> None:
    python = INTERPRETER
    done = run("install", "--python", python)
    assert done.exit_code == 0, done.output
    assert python in done.output
    code = str(Path(installation.__file__).parents[3])
    settings = dict(row[:2] for row in cells(xlam, "xlwings.conf"))
    assert (settings["INTERPRETER_WIN"], settings["PYTHONPATH"]) == (python, code)
    own, common = parts(xlam), parts_of(shipped())
    assert own.keys() == common.keys()
    assert [name for name in own if own[name] != common[name]] == ["xl/worksheets/sheet2.xml"]
    assert broken_rules(xlam) == []


def test_a_python_that_cannot_answer_is_not_named(run: Run, xlam: Path, tmp_path: Path) -> None:
    absent = tmp_path / "no" / "python.exe"
    assert "does not run" in run("install", "--python", str(absent)).output
    empty = tmp_path / "python"
    empty.write_text("#!/bin/sh\necho no module named xlmargin >&2\nexit 1\n")
    older = tmp_path / "older"
    older.write_text("#!/bin/sh\nprintf '0.0.1\\n/xlmargin/udfs.py\\n'\n")
    for path, said in ((empty, "has no xlmargin"), (older, "has xlmargin 0.0.1, wanted")):
        path.chmod(0o755)
        done = run("install", "--python", str(path))
        assert done.exit_code == 1
        assert said in " ".join(done.output.split())
    assert not xlam.exists()


def test_on_windows_a_python_that_the_add_in_does_not_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(installation.sys, "platform", "win32")
    found = installation.places(tmp_path)
    with pytest.raises(MarginError, match="--python"):
        installation.refuse_unnamed(found)
    installation.refuse_unnamed(replace(found, interpreter=installation.named_python()))
    assert installation.expanded("%LOCALAPPDATA% %NOT THERE% 5%") == f"{tmp_path} %NOT THERE% 5%"


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


def test_an_older_add_in_of_ours_is_replaced(run: Run, xlam: Path) -> None:
    run("install", "--python", INTERPRETER)
    assert ": written" in run("install").output
    assert xlam.read_bytes() == shipped()


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
    monkeypatch.setattr(installation.sys, "platform", "linux")
    for command in ("install", "uninstall"):
        done = CliRunner().invoke(app, [command])
        assert done.exit_code == 1
        assert "wanted Windows" in done.output
        assert "xlwings Lite" in done.output


def test_a_python_whose_files_excel_does_not_see_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        installation.sys, "base_prefix", str(tmp_path / "WindowsApps" / "Python.3.11")
    )
    done = run("install")
    assert done.exit_code == 1
    assert "store" in done.output
    assert not (tmp_path / "Excel").exists()


def test_on_windows_excel_s_own_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(tmp_path))
    found = installation.places()
    assert found.add_in == tmp_path / "Microsoft" / "Excel" / "XLSTART" / "xlmargin.xlam"
