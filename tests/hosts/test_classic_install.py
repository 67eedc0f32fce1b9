"""Installing writes our files and no others, whatever stands in their place."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.hosts.vba_reader import cells
from xlmargin.cli import app
from xlmargin.hosts.classic import installation, places, user_settings

Run = Callable[..., Result]


@pytest.fixture
def xlam(tmp_path: Path) -> Path:
    return tmp_path / "Excel" / "XLSTART" / "xlmargin.xlam"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".xlwings" / "xlwings.conf"


@pytest.fixture
def run(xlam: Path, conf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    python = tmp_path / "Scripts" / "python.exe"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(places.sys, "executable", str(python))

    def run_command(command: str, *options: str) -> Result:
        named = ["--startup", str(xlam.parent), "--settings", str(conf)]
        return CliRunner().invoke(app, [command, *named, *options])

    return run_command


def rows_of(conf: Path) -> dict[str, str]:
    with conf.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file))


def test_the_add_in_and_the_settings_name_this_python(
    run: Run, xlam: Path, conf: Path, tmp_path: Path
) -> None:
    assert run("install").exit_code == 0
    python = str(tmp_path / "Scripts" / "python.exe")
    code = str(Path(places.__file__).parents[3])
    on_sheet = dict(row[:2] for row in cells(xlam, "xlwings.conf"))
    assert (on_sheet["INTERPRETER_WIN"], on_sheet["PYTHONPATH"]) == (python, code)
    in_file = rows_of(conf)
    assert (in_file["INTERPRETER_WIN"], in_file["PYTHONPATH"]) == (python, code)
    assert conf.read_bytes().startswith(b'"XLMARGIN","')


def test_a_dry_run_says_and_does_nothing(run: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run("install", "--dry-run")
    assert done.exit_code == 0
    assert done.output.count("would be written") == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_second_time_changes_nothing(run: Run, xlam: Path, conf: Path) -> None:
    run("install")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (xlam, conf)}
    done = run("install")
    assert done.output.count("unchanged") == 2
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (xlam, conf)}


def test_uninstalling_leaves_nothing_and_may_be_repeated(run: Run, xlam: Path, conf: Path) -> None:
    run("install")
    assert "would be removed" in run("uninstall", "--dry-run").output
    assert xlam.exists()
    done = run("uninstall")
    assert done.output.count("removed") == 2
    assert not xlam.exists()
    assert not conf.exists()
    again = run("uninstall")
    assert again.exit_code == 0
    assert again.output.count("not there") == 2


def test_another_s_add_in_is_never_touched(run: Run, xlam: Path, conf: Path) -> None:
    xlam.parent.mkdir(parents=True)
    xlam.write_bytes(b"precious")
    done = run("install")
    assert done.exit_code == 1
    assert "did not write" in done.output
    assert not conf.exists()
    assert "left as it is" in run("uninstall").output
    assert xlam.read_bytes() == b"precious"


def test_another_s_settings_are_never_touched(run: Run, xlam: Path, conf: Path) -> None:
    conf.parent.mkdir(parents=True)
    conf.write_text('"INTERPRETER_WIN","C:\\other\\python.exe"\n')
    done = run("install")
    assert done.exit_code == 0
    assert "left as it is" in done.output
    assert "INTERPRETER_WIN there must be" in " ".join(done.output.split())
    assert xlam.exists()
    run("uninstall")
    assert conf.read_text() == '"INTERPRETER_WIN","C:\\other\\python.exe"\n'
    assert not xlam.exists()


def test_what_the_user_added_to_our_settings_stays(run: Run, conf: Path) -> None:
    run("install")
    with conf.open("a", newline="") as file:
        file.write('"SHOW CONSOLE","True"\r\n')
    run("install")
    assert rows_of(conf)["SHOW CONSOLE"] == "True"
    run("uninstall")
    assert rows_of(conf) == {"SHOW CONSOLE": "True"}


def test_an_older_add_in_of_ours_is_replaced(
    run: Run, xlam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlmargin.__version__", "0.0.1")
    run("install")
    old = xlam.read_bytes()
    monkeypatch.undo()
    monkeypatch.setattr("xlmargin.__version__", "9.0.0")
    options = ["--startup", str(xlam.parent), "--settings", str(xlam.parent / "x.conf")]
    assert CliRunner().invoke(app, ["install", *options]).exit_code == 0
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


def test_on_windows_excel_s_own_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(tmp_path))
    found = places.places()
    assert found.add_in == tmp_path / "Microsoft" / "Excel" / "XLSTART" / "xlmargin.xlam"
    assert found.settings == Path.home() / ".xlwings" / "xlwings.conf"


def test_a_setting_that_vba_cannot_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(installation.MarginError, match="quotation mark"):
        user_settings.settings_text({"INTERPRETER_WIN": 'C:\\a"b\\python.exe'})
    monkeypatch.setattr(user_settings.locale, "getencoding", lambda: "cp1252")
    assert user_settings.settings_text({"A": "C:\\Jürgen"}) == b'"A","C:\\J\xfcrgen"\r\n'
    with pytest.raises(installation.MarginError, match="no letter of this Windows"):
        user_settings.settings_text({"A": "C:\\Дмитрий"})
