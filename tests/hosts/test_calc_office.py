"""LibreOffice that is missing, or that runs another Python: said, with what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin.cli import app
from xlmargin.errors import MarginError
from xlmargin.hosts.calc import office

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


on_posix = pytest.mark.skipif(
    sys.platform == "win32", reason="not tested: LibreOffice is not started on Windows"
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of the name, in a folder without any Python."""
    path = tmp_path / "soffice"
    path.touch()
    monkeypatch.setattr(office.shutil, "which", lambda _: str(path))
    monkeypatch.setattr(office, "_SYSTEM_PYTHON", tmp_path / "none")
    return path


def python_in(folder: Path, version: str) -> Path:
    """A Python that has `uno`, by its own account."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


@on_posix
def test_a_missing_program_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(office.shutil, "which", lambda _: None)
    monkeypatch.setattr(office, "_ON_MAC", tmp_path / "none")
    with pytest.raises(MarginError, match=r"found no LibreOffice on this machine.*apt-get"):
        office.installed_office()
    (tmp_path / "book.xlsx").touch()
    done = CliRunner().invoke(app, ["calc", str(tmp_path / "book.xlsx")])
    assert done.exit_code == 2
    assert "found no LibreOffice" in done.output


@on_posix
def test_libreoffice_s_own_python_comes_first(program: Path) -> None:
    python = python_in(program.parent, HERE)
    assert office.installed_office() == office.LibreOffice(program, python)


@on_posix
def test_another_python_is_said_with_what_to_do(program: Path) -> None:
    python = python_in(program.parent, "3.8")
    with pytest.raises(MarginError) as refused:
        office.installed_office()
    assert "LibreOffice runs Python 3.8, this is 3." in str(refused.value)
    assert f"{python} -m venv" in str(refused.value)


@on_posix
def test_a_missing_bridge_is_said(program: Path) -> None:
    with pytest.raises(MarginError, match=r"without its Python module uno, wanted .*python3-uno"):
        office.installed_office()


def test_windows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.sys, "platform", "win32")
    with pytest.raises(MarginError, match="found Windows"):
        office.installed_office()
