"""The workbook in a real spreadsheet program: it opens, prints, and shows every figure."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from xlmargin.importers import read_book_files
from xlmargin.workbooks import Functions, Host, InputTables, input_tables, write_margin_workbook

SOFFICE = shutil.which("soffice")

pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice (soffice) is not installed: workbooks were not opened"
)


def convert(path: Path, to: str, folder: Path) -> list[Path]:
    """The file as LibreOffice saves it in another format, with a profile of its own."""
    command = [
        str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", to, "--outdir", str(folder / "out"), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return sorted((folder / "out").iterdir())


@pytest.fixture(scope="module")
def workbook(
    tmp_path_factory: pytest.TempPathFactory, tables: InputTables, functions: Functions
) -> Path:
    path = tmp_path_factory.mktemp("libreoffice") / "demo.xlsx"
    write_margin_workbook(path, tables, functions, host=Host.LIBREOFFICE)
    return path


def test_it_prints(workbook: Path, tmp_path: Path) -> None:
    (pdf,) = convert(workbook, "pdf", tmp_path)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type/Page") - content.count(b"/Type/Pages") > 15


def test_every_sheet_shows_its_figures(workbook: Path, tmp_path: Path) -> None:
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    sheets = convert(workbook, every_sheet, tmp_path)
    assert len(sheets) > 12
    for sheet in sheets:
        with sheet.open(encoding="utf-8") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert any(cells)
        for cell in cells:
            assert not cell.startswith(("#", "Err:")), f"{sheet.name}: {cell}"


def test_a_workbook_saved_by_libreoffice_is_read_back(
    workbook: Path, tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    (saved,) = convert(workbook, "ods", tmp_path)
    ranges = read_book_files(saved)
    again = input_tables(ranges.positions, ranges.market, ranges.settings, ranges.dividends)
    requirement = functions["PM_REQUIREMENT"]
    assert requirement(*again.ranges) == requirement(*tables.ranges)
