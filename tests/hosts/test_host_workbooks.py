"""One book as a workbook for each kind of program: the same figures, each in its own way."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.excel_rules.rule_book import broken_rules
from tests.hosts.stub_book import StubBook
from tests.hosts.vba_reader import parts, sheet_names, vba_in
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.cli.build_workbooks import (
    ENDINGS,
    Host,
    adapt_to,
    finish_for,
    folders_beside,
    written_beside,
)
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.classic.shipped import FILE, shipped
from xlmargin.importers import read_book_files
from xlmargin.macros.buttons import write_report
from xlmargin.macros.excel_book import ExcelBook
from xlmargin.samples import family_office_book
from xlmargin.workbooks import input_tables, write_margin_workbook

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)
REGISTERED = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
FUNCTIONS = {entry.name: entry.function for entry in REGISTERED}
SOFFICE = shutil.which("soffice")
Built = dict[Host, Path]


def build(host: Host, folder: Path) -> Path:
    path = folder / f"book{ENDINGS[host]}"
    book = family_office_book()
    tables = input_tables(book.positions, book.market, book.settings, book.dividends)
    write_margin_workbook(path, tables, FUNCTIONS, finish=finish_for(host, REGISTERED))
    adapt_to(host, path, REGISTERED)
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("hosts")
    return {host: build(host, folder) for host in Host}


def formulas(path: Path) -> dict[tuple[str, str], str]:
    """Every formula that calls one of our functions, by sheet and cell."""
    called = re.compile(rf"(?:{'|'.join(FUNCTIONS)})\(")
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                text = getattr(cell.value, "text", cell.value)
                if cell.data_type == "f" and called.search(str(text)):
                    found[sheet.title, cell.coordinate] = str(text)
    return found


def values(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the cells of every sheet show, but for xlwings' settings."""
    workbook = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: list(sheet.iter_rows(values_only=True))
        for sheet in workbook.worksheets
        if sheet.title != "xlwings.conf"
    }


def test_every_kind_shows_the_same_figures(built: Built) -> None:
    plain = values(built[Host.PLAIN])
    assert any(cell for rows in plain.values() for row in rows for cell in row)
    assert values(built[Host.CLASSIC]) == plain
    assert values(built[Host.LINKED]) == plain
    assert values(built[Host.LITE]) == plain


def test_a_file_built_again_is_the_same_to_the_byte(built: Built, tmp_path: Path) -> None:
    for host, path in built.items():
        assert build(host, tmp_path).read_bytes() == path.read_bytes(), host


@pytest.mark.parametrize("host", Host)
def test_a_workbook_breaks_no_rule_of_excel(host: Host, built: Built) -> None:
    assert broken_rules(built[host]) == []


def test_only_the_prefix_of_the_functions_differs(built: Built) -> None:
    plain = formulas(built[Host.PLAIN])
    assert len(plain) > 10
    assert formulas(built[Host.CLASSIC]) == plain
    linked = formulas(built[Host.LINKED])
    assert {at: text.replace("[1]!", "") for at, text in linked.items()} == plain
    assert all(text.count("[1]!") == text.count("(") for text in linked.values())
    lite = formulas(built[Host.LITE])
    assert {at: text.replace("_xldudf_", "") for at, text in lite.items()} == plain
    bare = re.compile(rf"(?<!_xldudf_)\b(?:{'|'.join(FUNCTIONS)})\(")
    assert not any(bare.search(text) for text in lite.values())
    assert "_xldudf_" not in str([*plain.values()])


def test_the_workbook_with_macros_has_a_module_for_each_sheet(built: Built) -> None:
    path = built[Host.CLASSIC]
    names = sheet_names(path)
    assert names[0] == "Start"
    assert names[-1] == "xlwings.conf"
    documents = {f"Sheet{i + 1}" for i in range(len(names))}
    assert documents <= vba_in(path).keys()
    assert b"sheet.macroEnabled" in parts(path)["[Content_Types].xml"]
    assert "xl/vbaProject.bin" not in parts(built[Host.PLAIN])
    assert {"Check", "Settings"} <= set(names)  # where the buttons lead


def test_the_linked_workbook_names_the_add_in_and_no_folder(built: Built) -> None:
    made = parts(built[Host.LINKED])
    added = made.keys() - parts(built[Host.PLAIN]).keys()
    assert added == {
        "xl/externalLinks/externalLink1.xml", "xl/externalLinks/_rels/externalLink1.xml.rels"
    }  # fmt: skip
    link = made["xl/externalLinks/_rels/externalLink1.xml.rels"].decode()
    assert f'xlExternalLinkPath/xlStartup" Target="{FILE}" TargetMode="External"' in link
    named = re.findall(
        r'<definedName name="(\w+)"/>', made["xl/externalLinks/externalLink1.xml"].decode()
    )
    assert named == [entry.name for entry in REGISTERED]


def test_the_report_reads_the_workbook_with_macros(built: Built, tmp_path: Path) -> None:
    copy = Path(shutil.copy(built[Host.CLASSIC], tmp_path / "mine.xlsm"))
    written = write_report(ExcelBook(StubBook(copy)), dt.date(2026, 11, 23))
    assert written.name == "mine-margin-2026-11-23.xlsx"
    assert broken_rules(written) == []
    before, after = read_book_files(built[Host.PLAIN]), read_book_files(written)
    assert after.positions == before.positions
    assert values(written)["Requirement"] == values(built[Host.PLAIN])["Requirement"]


def test_beside_the_workbooks_lies_what_their_program_needs() -> None:
    assert written_beside(Host.PLAIN) == {}
    assert written_beside(Host.LINKED) == {FILE: shipped()}
    assert written_beside(Host.CLASSIC) == {FILE: shipped()}
    main, requirements, guide = written_beside(Host.LITE).values()
    assert b"from xlmargin.udfs import *" in main
    assert b"xlmargin" not in requirements
    assert b"Personal Modules" in guide
    ((folder, files),) = folders_beside(Host.LITE).items()
    assert folder == "lite-personal/xlmargin"
    assert "udfs.py" in files
    assert folders_beside(Host.CLASSIC) == folders_beside(Host.LINKED) == {}


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("host", [Host.CLASSIC, Host.LITE])
def test_libreoffice_opens_it_without_error(host: Host, built: Built, tmp_path: Path) -> None:
    subprocess.run(
        [
            str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir",
            str(tmp_path), str(built[host]),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    (start,) = tmp_path.glob("*.csv")
    assert "Portfolio margin requires $" in start.read_text(encoding="utf-8")
