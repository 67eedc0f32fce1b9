"""The committed templates with macros: the same pages as those without, and the macros of today."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import olefile
import pytest
from xlsxwriter import Workbook

from tests.excel_rules.rule_book import broken_rules
from tests.hosts.test_host_workbooks import REGISTERED, formulas, values
from tests.hosts.vba_reader import parts, vba_in
from xlmargin.hosts.classic.vba_project import add_macros
from xlmargin.workbooks.templates import TEMPLATES

WORKBOOKS = Path(__file__).parents[2] / "workbooks"
NAMES = [template.name for template in TEMPLATES]
SOMEONES_PATH = re.compile(rb"[A-Za-z]:\\\\?Users|/home/|/Users/|/root/|/tmp/", re.IGNORECASE)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)


def macros_in(path: Path) -> dict[str, str]:
    """The modules of a workbook that belong to no sheet."""
    return {k: v for k, v in vba_in(path).items() if not re.fullmatch(r"Sheet\d+|This.*", k)}


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The modules as they are put into any workbook today."""
    path = tmp_path_factory.mktemp("macros") / "book.xlsm"
    book = Workbook(str(path))
    for name in ("Start", "Check", "Settings"):
        book.add_worksheet(name)
    add_macros(book, REGISTERED)
    book.close()
    return macros_in(path)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_pages_of_the_one_without(name: str) -> None:
    with_macros, without = WORKBOOKS / f"{name}.xlsm", WORKBOOKS / f"{name}.xlsx"
    assert values(with_macros) == values(without)
    assert formulas(with_macros) == formulas(without)


@pytest.mark.parametrize("name", NAMES)
def test_its_macros_are_those_of_today(name: str, macros: dict[str, str]) -> None:
    assert len(macros) > 2
    assert macros_in(WORKBOOKS / f"{name}.xlsm") == macros


@pytest.mark.parametrize("name", NAMES)
def test_it_breaks_no_rule_of_excel_and_names_nobody_s_path(name: str) -> None:
    path = WORKBOOKS / f"{name}.xlsm"
    assert broken_rules(path) == []
    for part, content in parts(path).items():
        assert not SOMEONES_PATH.search(content), part
    assert b"%LOCALAPPDATA%" in b"".join(parts(path).values())


@pytest.mark.parametrize("name", NAMES)
def test_its_project_holds_source_alone(name: str) -> None:
    """Version FFFF and nothing behind it: no program's compiled code."""
    with zipfile.ZipFile(WORKBOOKS / f"{name}.xlsm") as packed:
        project = packed.read("xl/vbaProject.bin")
    with olefile.OleFileIO(io.BytesIO(project)) as ole:
        assert ole.openstream("VBA/_VBA_PROJECT").read()[:4] == bytes.fromhex("CC61FFFF")
        assert ole.get_size("VBA/_VBA_PROJECT") == 7
