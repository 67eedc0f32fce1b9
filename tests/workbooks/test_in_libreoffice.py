"""The workbook in a real spreadsheet program: it opens, prints, and shows every figure."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import MergedCell
from openpyxl.worksheet.formula import ArrayFormula

from xlmargin.importers import read_book_files
from xlmargin.workbooks import Functions, InputTables, input_tables

SOFFICE = shutil.which("soffice")
FORMULAS = "Formulas"
FIRST_ROW = 9
"""Row of the formulas on their sheet, counted from 1."""

pytestmark = [
    pytest.mark.skipif(
        SOFFICE is None, reason="LibreOffice (soffice) is not installed: workbooks were not opened"
    ),
    pytest.mark.filterwarnings(
        "ignore:Print area cannot be set", "ignore:.*extension is not supported"
    ),
]

Cells = dict[str, list[list[str]]]


def convert(path: Path, to: str, folder: Path) -> list[Path]:
    """The file as LibreOffice saves it in another format, with a profile of its own."""
    command = [
        str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", to, "--outdir", str(folder / "out"), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return sorted((folder / "out").iterdir())


def shown(path: Path, folder: Path) -> Cells:
    """The cells of every sheet as LibreOffice has them, unformatted, by the sheet's name."""
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    sheets: Cells = {}
    for sheet in convert(path, every_sheet, folder):
        with sheet.open(encoding="utf-8", newline="") as lines:
            sheets[sheet.stem.removeprefix(f"{path.stem}-")] = list(csv.reader(lines))
    return sheets


def differences(path: Path, sheets: Cells) -> list[str]:
    """Cells of the pages with another value in LibreOffice than in the file."""
    found = []
    for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
        for row in sheet.iter_rows() if sheet.title != FORMULAS else ():
            for cell in row:
                rows = sheets[sheet.title]
                here = rows[cell.row - 1] if cell.row <= len(rows) else []
                there = here[cell.column - 1] if cell.column <= len(here) else ""
                if not alike(cell.value, there):
                    found.append(f"{sheet.title}!{cell.coordinate}: {cell.value!r}, {there!r}")
    return found


def alike(value: object, text: str) -> bool:
    """Whether a text is how LibreOffice writes a value; dates are left to the importer's tests."""
    if isinstance(value, bool):
        return text == str(value).upper()
    if isinstance(value, int | float):
        try:
            there = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
            return there == pytest.approx(value, rel=1e-9, abs=1e-9)
        except ValueError:
            return False
    if value is None or isinstance(value, str):
        return text == (value or "")
    return bool(text) and not text.startswith(("#", "Err:"))


def test_it_prints_without_an_error_or_a_blank_page(demo: Path, tmp_path: Path) -> None:
    (pdf,) = convert(demo, "pdf", tmp_path)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    pages = content.count(b"/Type/Page") - content.count(b"/Type/Pages")
    assert pages > 15
    if to_text := shutil.which("pdftotext"):
        done = subprocess.run([to_text, str(pdf), "-"], check=True, capture_output=True, text=True)
        *printed, formulas, _ = done.stdout.split("\f")
        assert len(printed) == pages - 1
        assert "without the add-in" in formulas.lower()
        for page in printed:
            assert len(page.split()) > 40, page
            assert "#NAME?" not in page
            assert "Err:" not in page


def test_every_page_shows_the_figures_of_the_file(demo: Path, tmp_path: Path) -> None:
    sheets = shown(demo, tmp_path)
    assert not differences(demo, sheets)
    for name, rows in sheets.items():
        cells = [cell for row in rows for cell in row]
        assert any(cells)
        if name != FORMULAS:
            assert not [cell for cell in cells if cell.startswith(("#", "Err:"))]


def as_values(demo: Path, path: Path, more: int = 0) -> None:
    """A copy that keeps no answers and calls no function: the values of the calls stand there.

    The last row of each answer is repeated so many times more.
    """
    book = openpyxl.load_workbook(demo)
    values = openpyxl.load_workbook(demo, data_only=True)[FORMULAS]
    sheet = book[FORMULAS]
    for cells in sheet.iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW):
        for cell in cells:
            if not isinstance(cell.value, ArrayFormula):
                continue
            area = values[cell.value.ref]
            rows = area if isinstance(area, tuple) else ((area,),)
            for row in rows:
                for there in row:
                    sheet[there.coordinate].value = there.value
            for i in range(1, more + 1):
                for last in rows[-1]:
                    below = sheet.cell(last.row + i, last.column)
                    assert not isinstance(below, MergedCell)
                    below.value = last.value
    book.save(path)


def test_the_formulas_of_the_pages_give_the_answers_beside_them(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "values.xlsx"
    as_values(demo, copy)
    assert not differences(demo, shown(copy, tmp_path))


def test_pages_show_what_an_answer_grows_by_and_say_what_they_leave_out(
    demo: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "longer.xlsx"
    as_values(demo, copy, more=23)
    before = openpyxl.load_workbook(demo, data_only=True)
    sheets = shown(copy, tmp_path)
    for name in ("Contribution", "Strategies", "Explain", "Risk array by position", "Check"):
        rows = sheets[name]
        used = [i for i, row in enumerate(rows) if row[0] and i > 3]
        was = [row[0].row - 1 for row in before[name].iter_rows(max_col=1) if row[0].value]
        assert max(used) == max(was) + 20
        assert rows[max(used)] == rows[max(was)]
        said = [cell for row in rows[1:4] for cell in row]
        assert any("3 more rows: sheet Formulas, column " in cell for cell in said)


def test_a_workbook_saved_by_libreoffice_is_read_back(
    demo: Path, tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    (saved,) = convert(demo, "ods", tmp_path)
    ranges = read_book_files(saved)
    again = input_tables(ranges.positions, ranges.market, ranges.settings, ranges.dividends)
    requirement = functions["PM_REQUIREMENT"]
    assert requirement(*again.ranges) == requirement(*tables.ranges)
