"""The button Report, up to Excel's door: the open workbook is a file that Excel would copy."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook

from tests.hosts.open_book import FakeBook, FakeExcel
from xlmargin import udfs
from xlmargin.commands import excel_report
from xlmargin.commands.excel_report import report, write_report

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)
TODAY = dt.date(2026, 1, 20)
POSITIONS = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 100.0],
    ["XYZ", "put", -5, 95, "2026-12-18", 2.5],
]
SETTINGS = [["name", "value"], ["as_of", "2026-01-15"], ["rate", 0.04]]


def write_book(path: Path, positions: list[list[object]] = POSITIONS) -> Path:
    workbook = Workbook(str(path))
    for name, rows in (("Positions", positions), ("Settings", SETTINGS)):
        sheet = workbook.add_worksheet(name)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    workbook.close()
    return path


@pytest.fixture
def book(tmp_path: Path) -> FakeBook:
    return FakeBook(write_book(tmp_path / "family.xlsx"), FakeExcel())


def test_the_report_has_what_the_functions_answer(book: FakeBook) -> None:
    written = write_report(book, TODAY)
    assert written == book.path.with_name("family-margin-2026-01-20.xlsx")
    cells = {
        cell
        for row in openpyxl.load_workbook(written, data_only=True)["Start"].iter_rows(
            values_only=True
        )
        for cell in row
        if isinstance(cell, float | int)
    }
    assert udfs.PM_REQUIREMENT(POSITIONS, None, SETTINGS) in cells
    assert udfs.REGT_MAINTENANCE(POSITIONS, None, SETTINGS) in cells


def test_the_report_is_opened_and_its_pages_printed(
    book: FakeBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = book.path.read_bytes()
    report(book)
    (written,) = book.app.opened
    assert written.exists()
    pages = book.app.printed[written.with_suffix(".pdf")]
    assert {"Start", "Check", "Requirement", "Risk", "Comparison", "Strategies"} <= set(pages)
    assert "Formulas" not in pages
    assert book.app.said == []
    assert book.path.read_bytes() == before


def test_no_file_is_ever_written_over(book: FakeBook) -> None:
    names = [write_report(book, TODAY).name for _ in range(3)]
    assert names == [
        "family-margin-2026-01-20.xlsx",
        "family-margin-2026-01-20-2.xlsx",
        "family-margin-2026-01-20-3.xlsx",
    ]


def test_a_refused_book_is_left_as_it_was_and_told_why(tmp_path: Path) -> None:
    wrong = [*POSITIONS, ["XYZ", "putt", 1, 95, "2026-12-18", 2.5]]
    book = FakeBook(write_book(tmp_path / "wrong.xlsx", wrong), FakeExcel())
    before = book.path.read_bytes()
    report(book)
    ((mode, said),) = book.app.said
    assert mode == "critical"
    assert "row 4" in said
    assert "putt" in said
    assert "no file is written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.xlsx"]
    assert book.path.read_bytes() == before


def test_a_fault_is_told_and_writes_nothing(
    book: FakeBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(excel_report, "read_book_files", fails)
    report(book)
    [(icon, said)] = book.app.said
    assert icon == "critical"
    assert said.startswith("No report is written: internal error ")
    assert "ZeroDivisionError" in said
    assert [path.name for path in book.path.parent.iterdir()] == ["family.xlsx"]


def test_a_report_that_cannot_be_opened_is_still_told_of(book: FakeBook) -> None:
    book.app.fails_to_open = True
    report(book)
    ((mode, said),) = book.app.said
    assert mode == "info"
    assert str(book.path.with_name("family-margin-")) in said
    assert "Excel is busy" in said


@pytest.mark.parametrize("fullname", ["https://d.docs.live.net/1/family.xlsx", "Book1", "/no/b.x"])
def test_a_book_without_a_folder_here_is_reported_among_the_documents(
    fullname: str, book: FakeBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "Documents").mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    book.fullname = fullname
    assert write_report(book, TODAY).parent == home / "Documents"


def test_a_name_leads_to_no_other_folder(
    book: FakeBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with a path in it is only a name."""
    monkeypatch.setattr(FakeBook, "name", property(lambda self: r"..\..\evil/family.xlsx"))
    assert write_report(book, TODAY) == tmp_path / "family-margin-2026-01-20.xlsx"


def test_a_book_that_was_never_saved_is_read_too(book: FakeBook, tmp_path: Path) -> None:
    book.path = book.path.rename(tmp_path / "Book1")
    assert write_report(book, TODAY).name == "Book1-margin-2026-01-20.xlsx"


def through_com(path: Path) -> Any:
    """What Excel is told when the button is pressed, by the real xlwings with COM stubbed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.classic_run_python", str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_what_vba_hands_over_reports_on_the_active_workbook(book: FakeBook) -> None:
    told = through_com(book.path)
    (opened,) = told["opened"]
    assert Path(opened).exists()
    assert Path(opened).name.startswith("family-margin-")
    assert told["printed"] == [str(Path(opened).with_suffix(".pdf"))]
    assert told["said"] == []


def test_what_vba_hands_over_says_why_there_is_no_report(tmp_path: Path) -> None:
    path = write_book(tmp_path / "wrong.xlsx", [*POSITIONS, ["XYZ", "putt", 1, 95, "2026", 2.5]])
    told = through_com(path)
    assert told["opened"] == []
    ((title, said),) = told["said"]
    assert title == "xlmargin"
    assert "putt" in said
