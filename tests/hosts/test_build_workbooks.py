"""The command that writes the templates for one kind of program."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.hosts.vba_reader import vba_in
from xlmargin.cli import app
from xlmargin.cli.build_workbooks import ENDINGS, Host
from xlmargin.cli.build_workbooks import build_workbooks as command
from xlmargin.workbooks import TEMPLATES


@pytest.fixture(autouse=True)
def one_template(monkeypatch: pytest.MonkeyPatch) -> str:
    """The smallest of the templates alone, to be quick."""
    (template,) = [t for t in TEMPLATES if t.name == "risk-array"]
    monkeypatch.setitem(command.__globals__, "TEMPLATES", (template,))
    return template.name


def run(folder: Path, host: str, *more: str) -> str:
    command = ["build-workbooks", "-o", str(folder), "--host", host, *more]
    done = CliRunner().invoke(app, command)
    return f"{done.exit_code} {done.output}"


@pytest.mark.parametrize("host", Host)
def test_it_writes_the_workbooks_and_what_belongs_to_them(
    host: Host, one_template: str, tmp_path: Path
) -> None:
    assert run(tmp_path, host.value).startswith("0 Written")
    names = {path.name for path in tmp_path.iterdir()}
    beside = {
        Host.PLAIN: set[str](),
        Host.CLASSIC: {"xlmargin.xlam"},
        Host.LINKED: {"xlmargin.xlam"},
        Host.LITE: {"lite-main.py", "lite-requirements.txt", "lite-guide.txt", "lite-personal"},
    }
    assert names == {f"{one_template}{ENDINGS[host]}"} | beside[host]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(tmp_path, host.value).startswith("0 Written")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_the_one_with_macros_has_them(one_template: str, tmp_path: Path) -> None:
    run(tmp_path, "classic")
    assert "XlmReport" in vba_in(tmp_path / f"{one_template}.xlsm")["xlmargin_macros"]


def test_a_workbook_that_was_saved_since_is_not_written_over(
    one_template: str, tmp_path: Path
) -> None:
    run(tmp_path, "plain")
    path = tmp_path / f"{one_template}.xlsx"
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    core = "docProps/core.xml"
    head, _, tail = parts[core].partition(b"<dcterms:modified")
    parts[core] = head + b"<dcterms:modified" + tail.replace(b"2026-", b"2027-")
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    saved = path.read_bytes()
    assert "saved since" in run(tmp_path, "plain")
    assert path.read_bytes() == saved


@pytest.mark.parametrize(
    ("host", "name"),
    [("classic", ""), ("classic", "xlmargin.xlam"), ("lite", "lite-main.py")],
)
def test_a_file_of_another_kind_is_not_written_over(
    host: str, name: str, one_template: str, tmp_path: Path
) -> None:
    path = tmp_path / (name or f"{one_template}.xlsm")
    path.write_text("precious")
    assert run(tmp_path, host).startswith("1 ")
    assert path.read_text() == "precious"
    assert run(tmp_path, host, "--force").startswith("0 ")
    assert path.read_bytes() != b"precious"


def test_a_folder_with_files_of_others_is_not_written_over(tmp_path: Path) -> None:
    run(tmp_path, "lite")
    folder = tmp_path / "lite-personal" / "xlmargin"
    (tmp_path / "lite-personal" / "mine.py").write_text("precious")
    (folder / "gone.py").write_text("of an older version")
    assert run(tmp_path, "lite").startswith("0 ")
    assert not (folder / "gone.py").exists()
    for name, text in (("notes.txt", "precious"), ("__init__.py", "# mine")):
        (folder / name).write_text(text)
        assert "did not write" in run(tmp_path, "lite")
        assert (folder / name).read_text() == text
        assert run(tmp_path, "lite", "--force").startswith("0 ")
    assert (tmp_path / "lite-personal" / "mine.py").read_text() == "precious"
