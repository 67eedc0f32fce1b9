"""Workbooks for xlwings Lite, and the code that is pasted into them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter import Workbook

from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.formulas import prefix_functions, prefixed_formula
from xlmargin.hosts.lite.personal import GUIDE, MAIN, PREFIX, REQUIREMENTS

NAMES = [name for name, e in REGISTRY.items() if e.function.__module__ == "xlmargin.udfs"]


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("PM_REQUIREMENT(A1:B2)", "_xldudf_PM_REQUIREMENT(A1:B2)"),
        ("ROUND(PM_REQUIREMENT(A1)/XLM_VERSION(),2)",
         "ROUND(_xldudf_PM_REQUIREMENT(A1)/_xldudf_XLM_VERSION(),2)"),
        ('IF(A1="PM_REQUIREMENT(",1,PM_GROUPS(B1))', 'IF(A1="PM_REQUIREMENT(",1,'
         "_xldudf_PM_GROUPS(B1))"),
        ('"say ""PM_GROUPS("" "&PM_GROUPS(A1)', '"say ""PM_GROUPS("" "&_xldudf_PM_GROUPS(A1)'),
        ("'PM_GROUPS('!A1", "'PM_GROUPS('!A1"),
        ("MY_PM_GROUPS(A1)", "MY_PM_GROUPS(A1)"),
        ("[1]!PM_GROUPS(A1)", "[1]!PM_GROUPS(A1)"),
        ("_xldudf_PM_GROUPS(A1)", "_xldudf_PM_GROUPS(A1)"),
        ("PM_GROUPSX(A1)", "PM_GROUPSX(A1)"),
        ("PM_GROUPS", "PM_GROUPS"),
        ("SUM(A1:A3)", "SUM(A1:A3)"),
    ],
)  # fmt: skip
def test_only_calls_get_the_prefix(formula: str, wanted: str) -> None:
    assert prefixed_formula(formula, NAMES, PREFIX) == wanted


def test_a_name_that_begins_another_is_not_mistaken_for_it() -> None:
    assert prefixed_formula("OPT_IV(1)", ["OPT", "OPT_IV"], PREFIX) == f"{PREFIX}OPT_IV(1)"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    workbook = Workbook(str(path))
    sheet = workbook.add_worksheet()
    sheet.write_string("A1", "=PM_GROUPS(Positions)")
    sheet.write_dynamic_array_formula("B1:C2", '=PM_GROUPS(A1:A2,"a<b & c")', None, "group")
    sheet.write_formula("D1", "=SUM(C1:C2)", None, 7)
    workbook.close()
    return path


def test_a_workbook_differs_in_the_prefix_alone(book: Path) -> None:
    before = zipfile.ZipFile(book)
    with before:
        old = {name: before.read(name) for name in before.namelist()}
    prefix_functions(book, NAMES, PREFIX)
    with zipfile.ZipFile(book) as after:
        new = {name: after.read(name) for name in after.namelist()}
    assert new.keys() == old.keys()
    changed = [name for name in new if new[name] != old[name]]
    assert changed == ["xl/worksheets/sheet1.xml"]
    assert new[changed[0]].replace(PREFIX.encode(), b"") == old[changed[0]]
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert sheet["A1"].value == "=PM_GROUPS(Positions)"
    assert sheet["B1"].value.text == '=_xldudf_PM_GROUPS(A1:A2,"a<b & c")'
    assert sheet["D1"].value == "=SUM(C1:C2)"


def test_the_same_workbook_gives_the_same_bytes_and_is_not_prefixed_twice(book: Path) -> None:
    prefix_functions(book, NAMES, PREFIX)
    once = book.read_bytes()
    prefix_functions(book, NAMES, PREFIX)
    assert book.read_bytes() == once
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]


def test_the_pasted_code_has_every_function() -> None:
    """Run as it stands, with the decorators that xlwings has outside a spreadsheet program."""
    pasted: dict[str, object] = {}
    exec(compile(MAIN, "main.py", "exec"), pasted)
    assert {name: pasted[name] for name in NAMES} == {name: getattr(udfs, name) for name in NAMES}
    for name in ("import_sheet", "snapshot", "reconcile", "report", "undo", "check", "settings"):
        assert callable(pasted[name])
    sheets = set(re.findall(r'book\.sheets\["(\w+)"\]', MAIN))
    assert sheets == {"Check", "Settings"}


def test_the_pasted_requirements_are_registered_packages_and_none_of_ours() -> None:
    assert REQUIREMENTS.split() == ["xlwings", "numpy", "scipy", "pandas", "holidays"]


def test_the_guide_says_what_will_be_asked() -> None:
    said = " ".join(GUIDE.split())
    for word in ("Personal Modules", "Trust:", "starts by itself only", "Lost files", "main.py"):
        assert word in said
    assert all(len(line) <= 100 for line in GUIDE.splitlines())
