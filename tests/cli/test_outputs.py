"""Where commands write: folders are made, and only a file that xlmargin wrote is replaced."""

from __future__ import annotations

import csv
import shutil
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from xlmargin.cli import app
from xlmargin.cli import book_report as report
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.errors import MarginError
from xlmargin.workbooks import TEMPLATES, write_margin_workbook

BOOK = "symbol,type,quantity,price\nXYZ,stock,100,500\n"
DATED = "date,symbol,type,quantity,price\n2026-11-20,XYZ,stock,100,501\n"
COMMANDS = {
    "demo -o out.xlsx": "out.xlsx",
    "report p.csv -o out.xlsx": "out.xlsx",
    "report books -o out": "out/p-margin.xlsx",
    "report books -o out ": "out/summary.csv",
    "market p.csv -o out.csv": "out.csv",
    "shadow dated.csv --workers 1 -o out.csv": "out.csv",
    "shadow dated.csv --workers 1 -o out.parquet": "out.parquet",
    "shadow dated.csv --workers 1 -o out.xlsx": "out.xlsx",
    "export-occ p.csv -o out.csv": "out.csv",
    "help-page -o out.html": "out.html",
    "build-oxt -o out.oxt": "out.oxt",
    "build-xlam -o out.xlam": "out.xlam",
}
"""Each command that writes, with a file that it writes."""

UNKNOWN = {"market p.csv -o out.csv", "export-occ p.csv -o out.csv"}
"""Their files are rows to be looked at and corrected, which do not say who wrote them."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (few,) = [template for template in TEMPLATES if template.name == "risk-array"]
    few_pages = partial(write_margin_workbook, template=few)
    monkeypatch.setattr(report, "write_margin_workbook", few_pages)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books").mkdir()
    for name, text in {"p.csv": BOOK, "books/p.csv": BOOK, "dated.csv": DATED}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(command: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, command.split())
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_only_our_own_file_is_replaced(command: str, folder: Path) -> None:
    output = folder / COMMANDS[command]
    output.parent.mkdir(exist_ok=True)
    output.write_text("precious, and another's\n")
    code, said = run(command)
    assert code == 1
    assert "--force" in said
    assert output.read_text() == "precious, and another's\n"
    assert run(f"{command} --force")[0] == 0
    written = output.read_bytes()
    assert b"precious" not in written
    assert run(command)[0] == (1 if command in UNKNOWN else 0)
    assert output.read_bytes()[:4] == written[:4]


@pytest.mark.parametrize("command", ["report p.csv -o", "shadow dated.csv --workers 1 -o"])
def test_folders_are_made(command: str, folder: Path) -> None:
    code, said = run(f"{command} new/folder/out.xlsx")
    assert code == 0, said
    assert [path.name for path in (folder / "new" / "folder").iterdir()] == ["out.xlsx"]


def test_reports_of_a_folder_make_theirs(folder: Path) -> None:
    assert run("report books -o new/folder")[0] == 0
    assert (folder / "new" / "folder" / "summary.csv").is_file()


def test_a_workbook_saved_by_another_program_stays(folder: Path) -> None:
    assert run("report p.csv -o out.xlsx")[0] == 0
    book = load_workbook("out.xlsx")
    book.save("out.xlsx")
    saved = (folder / "out.xlsx").read_bytes()
    assert run("report p.csv -o out.xlsx")[0] == 1
    assert (folder / "out.xlsx").read_bytes() == saved


def test_another_s_workbook_and_table_stay(folder: Path) -> None:
    pq.write_table(
        pq.read_table(
            _written("shadow dated.csv --workers 1 -o a.parquet", "a.parquet")
        ).replace_schema_metadata(None),
        "out.parquet",
    )
    assert run("shadow dated.csv --workers 1 -o out.parquet")[0] == 1
    shutil.copy(_written("demo -o demo.xlsx", "demo.xlsx"), "other.oxt")
    assert run("build-oxt -o other.oxt")[0] == 1


def _written(command: str, name: str) -> Path:
    assert run(command)[0] == 0
    return Path(name)


def test_an_input_stays_even_by_force(folder: Path) -> None:
    for command in ("report p.csv -o p.csv", "market p.csv -o p.csv", "export-occ p.csv -o p.csv"):
        assert run(f"{command} --force")[0] == 1
    assert (folder / "p.csv").read_text() == BOOK


def test_nobody_can_tell_whose_a_pdf_is_and_an_empty_file_holds_nothing(folder: Path) -> None:
    (folder / "out.pdf").touch()
    refuse_output(Path("out.pdf"), [".pdf"])
    (folder / "out.pdf").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(MarginError, match="--force"):
        refuse_output(Path("out.pdf"), [".pdf"])
    refuse_output(Path("out.pdf"), [".pdf"], force=True)


def test_what_fails_halfway_leaves_what_was_there(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(folder / "p.csv") as whole:
        whole.write_text("half")
        raise ZeroDivisionError
    assert (folder / "p.csv").read_text() == BOOK
    assert not list(folder.glob(".xlmargin-*"))


def test_a_summary_with_a_column_of_the_user_s_stays(folder: Path) -> None:
    assert run("report books -o out")[0] == 0
    summary = folder / "out" / "summary.csv"
    with summary.open(newline="") as file:
        rows = [[*row, "mine"] for row in csv.reader(file)]
    with summary.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert run("report books -o out")[0] == 1
