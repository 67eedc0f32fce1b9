"""The add-in and workbooks with macros, read back by programs that did not write them."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from xlsxwriter import Workbook

from tests.excel_rules.rule_book import broken_rules
from tests.hosts.vba_reader import cells, parts, sheet_names, vba_in, without_attributes
from tests.hosts.vba_text import code_only, lines_of, procedures
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.errors import MarginError
from xlmargin.excel.registrable import VBA_WORDS
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.classic.add_in import add_in, made_now
from xlmargin.hosts.classic.shipped import FILE, Made, made_of
from xlmargin.hosts.classic.vba_project import BUTTONS, add_macros
from xlmargin.hosts.classic.wrappers import wrappers
from xlmargin.macros.buttons import BUTTONS as BUTTONS_OF_PYTHON

pytestmark = pytest.mark.dependencies

FUNCTIONS = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
SOFFICE = shutil.which("soffice")
UI = "{http://schemas.microsoft.com/office/2006/01/customui}"


@pytest.fixture(scope="module")
def xlam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("add-in") / FILE
    path.write_bytes(add_in(FUNCTIONS))
    return path


def write_xlsm(path: Path) -> Path:
    workbook = Workbook(str(path))
    workbook.set_properties({"created": dt.datetime(2026, 11, 20)})
    for name in ("Start", "Formulas", "Check"):
        workbook.add_worksheet(name)
    workbook.worksheets()[1].write_dynamic_array_formula(
        "A1:B2", "=PM_GROUPS(Start!A1:B2)", None, "group"
    )
    add_macros(workbook, FUNCTIONS)
    workbook.close()
    return path


@pytest.fixture(scope="module")
def xlsm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_xlsm(tmp_path_factory.mktemp("macros") / "book.xlsm")


def test_the_same_functions_make_the_same_files(xlam: Path, xlsm: Path, tmp_path: Path) -> None:
    assert add_in(FUNCTIONS) == xlam.read_bytes()
    assert write_xlsm(tmp_path / "again.xlsm").read_bytes() == xlsm.read_bytes()


@pytest.mark.parametrize("which", ["xlam", "xlsm"])
def test_the_file_breaks_no_rule_of_excel(which: str, request: pytest.FixtureRequest) -> None:
    assert broken_rules(request.getfixturevalue(which)) == []


def test_the_modules_are_those_that_were_written(xlam: Path, xlsm: Path) -> None:
    for path, more in ((xlam, {"xlmargin_ribbon"}), (xlsm, set[str]())):
        found = vba_in(path)
        sheets = {f"Sheet{i + 1}" for i in range(len(sheet_names(path)))}
        assert found.keys() == {
            "ThisWorkbook", *sheets, "xlwings", "xlwings_udfs", "xlmargin_macros", *more,
        }  # fmt: skip
        assert found["xlwings_udfs"] == without_attributes(wrappers(FUNCTIONS))
        assert {found[name] for name in ("ThisWorkbook", *sheets)} == {""}


def test_xlwings_module_is_that_of_the_installed_package(xlam: Path) -> None:
    origin = find_spec("xlwings").origin  # type: ignore[union-attr]
    installed = Path(str(origin)).with_name("xlwings.bas").read_text(encoding="ascii")
    assert vba_in(xlam)["xlwings"] == without_attributes(installed)
    assert "BSD 3-clause" in vba_in(xlam)["xlwings"]


@pytest.mark.parametrize("which", ["xlam", "xlsm"])
def test_sheets_have_the_names_of_their_modules(which: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(which)
    for name, part in parts(path).items():
        if sheet := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
            assert f'<sheetPr codeName="Sheet{sheet[1]}"'.encode() in part
    assert b'codeName="ThisWorkbook"' in parts(path)["xl/workbook.xml"]


def test_the_file_says_that_it_is_an_add_in_with_a_ribbon(xlam: Path) -> None:
    found = parts(xlam)
    assert b"addin.macroEnabled" in found["[Content_Types].xml"]
    assert b"sheet.macroEnabled" not in found["[Content_Types].xml"]
    related = ElementTree.fromstring(found["_rels/.rels"])
    targets = {r.get("Target"): r.get("Type", "") for r in related}
    assert targets["customUI/customUI.xml"].endswith("relationships/ui/extensibility")


def test_every_button_of_the_ribbon_has_its_macro(xlam: Path) -> None:
    buttons = list(ElementTree.fromstring(parts(xlam)["customUI/customUI.xml"]).iter(f"{UI}button"))
    labels = [button.get("label") for button in buttons]
    assert labels == [
        "Refresh", "Check", "Settings", "Import", "Snapshot", "Reconcile", "Report", "Run all",
        "Undo", "Help", "About",
    ]  # fmt: skip
    assert len({button.get("id") for button in buttons}) == len(buttons)
    macros = procedures(vba_in(xlam)["xlmargin_ribbon"])
    for button in buttons:
        first = macros[str(button.get("onAction"))][0]
        assert first.startswith("Public Sub"), first
        assert first.endswith("(control As Object)"), first


def test_every_button_of_a_sheet_has_its_macro(xlsm: Path) -> None:
    drawn = parts(xlsm)["xl/drawings/vmlDrawing1.vml"].decode()
    macros = procedures(vba_in(xlsm)["xlmargin_macros"])
    for caption, macro in BUTTONS:
        assert f"<x:FmlaMacro>[0]!{macro}</x:FmlaMacro>" in drawn
        assert caption in drawn
        assert macros[macro][0] == f"Public Sub {macro}()"


@pytest.mark.parametrize("which", ["xlam", "xlsm"])
def test_procedures_call_only_what_is_there(which: str, request: pytest.FixtureRequest) -> None:
    """Names that no module declares would stop VBA from compiling any of them."""
    modules = vba_in(request.getfixturevalue(which))
    known = {name.casefold() for text in modules.values() for name in procedures(text)}
    of_vba = {"application", "thisworkbook", "activeworkbook", "msgbox", "array", "err", "xlpy"}
    for module in modules.keys() & {"xlmargin_macros", "xlmargin_ribbon", "xlwings_udfs"}:
        for name, lines in procedures(modules[module]).items():
            own = {w.casefold() for w in re.findall(r"\w+", code_only(" ".join(lines[:1])))}
            for line in lines[1:]:
                code = code_only(line).strip()
                if begun := re.match(r"(\w+)(?=\s+[\"\w]|\.|\(|$)", code):
                    word = begun[1].casefold()
                    keyword = word in VBA_WORDS | {"isaddin", "failed", "absent"}
                    assert keyword or word in known | of_vba | own | {name.casefold()}, line


def test_only_texts_are_asked_to_run_python(xlsm: Path) -> None:
    """What a button has Python do is written down here, and takes nothing from a cell.

    The one thing that is not in the line itself is which button: a name that is written down, too.
    """
    module = vba_in(xlsm)["xlmargin_macros"]
    (line,) = [line for line in lines_of(module) if "RunPython" in line]
    assert re.fullmatch(r'RunPython (("[^"]*"|button)( &\s+)?)+', line.strip()), line
    used = [line.strip() for line in lines_of(module) if re.search(r"\bXlmRun\b", line)]
    *pressed, declared = used
    assert declared == "Private Sub XlmRun(button As String, doing As String)"
    buttons = [re.fullmatch(r'XlmRun "([a-z_]+)", "[a-z ]+"', line) for line in pressed]
    assert {found[1] for found in buttons if found} == BUTTONS_OF_PYTHON.keys()
    assert None not in buttons


def settings_of(path: Path) -> dict[str, str]:
    return dict(row[:2] for row in cells(path, "xlwings.conf"))


def test_settings_stand_where_xlwings_reads_them(xlam: Path, xlsm: Path) -> None:
    common = settings_of(xlam)
    assert settings_of(xlsm) == common
    assert common["INTERPRETER_WIN"] == r"%LOCALAPPDATA%\xlmargin\python\Scripts\python.exe"
    assert common["PYTHONPATH"] == r"%LOCALAPPDATA%\xlmargin\python\Lib\site-packages"
    assert (common["UDF MODULES"], common["USE UDF SERVER"]) == ("xlmargin.udfs", "True")
    assert common["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    assert openpyxl.load_workbook(xlsm)["xlwings.conf"].sheet_state == "hidden"


def test_no_file_beside_a_workbook_is_asked_for_a_setting(xlam: Path) -> None:
    """What the sheet lacks, xlwings reads from xlwings.conf in the workbook's folder."""
    asked = set(re.findall(r'GetConfig\("([^"]+)"', vba_in(xlam)["xlwings"]))
    assert len(asked) > 15
    assert {name for name in asked if not name.endswith("_MAC")} == settings_of(xlam).keys()


def test_settings_are_read_from_the_file_with_the_macros_alone(xlam: Path) -> None:
    """Never from the workbook that happens to be open, which could name a program to run."""
    modules = vba_in(xlam)
    assert "GetConfigFromSheet(ThisWorkbook)" in modules["xlwings"]
    assert "GetConfigFromSheet(ActiveWorkbook)" not in modules["xlwings"]
    assert not any("xlwings.conf" in line for line in lines_of(modules["xlmargin_macros"]))


def test_names_of_folders_are_filled_in_wherever_xlwings_reads_a_setting(xlam: Path) -> None:
    """From the sheet, before the library is loaded and before the command is made."""
    found = procedures(vba_in(xlam)["xlwings"])
    read = "\n".join(found["GetConfig"])
    assert read.count("GetConfig = ExpandEnvironmentStrings(GetConfig)") >= 4
    for name in ("XLPyCommand", "XLPyLoadDLL"):
        assert any('PYTHON_WIN = GetConfig("INTERPRETER_WIN"' in line for line in found[name])


def test_help_has_every_function_and_argument(xlam: Path) -> None:
    shown = {cell.strip() for row in cells(xlam, "Help") for cell in row}
    for function in FUNCTIONS:
        assert function.doc in shown
        assert any(cell.startswith(f"{function.name}(") for cell in shown)
        assert {argument.doc for argument in function.arguments} <= shown
    assert "MARGIN_CALL_DUE(day, kind, [settings])" in shown
    assert any(cell.startswith("=PM_REQUIREMENT(Positions[[#All]], ") for cell in shown)


def test_an_add_in_knows_what_it_was_made_of(xlam: Path, xlsm: Path, tmp_path: Path) -> None:
    made = made_of(xlam)
    assert made == made_now(FUNCTIONS)
    assert isinstance(made, Made)
    assert made != made_now(FUNCTIONS[:-1])
    assert made_of(xlsm) is None
    (tmp_path / "text.xlam").write_text("not a packed file")
    assert made_of(tmp_path / "text.xlam") is None
    assert made_of(tmp_path / "missing.xlam") is None


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("which", ["xlam", "xlsm"])
def test_libreoffice_opens_it(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path: Path = request.getfixturevalue(which)
    done = subprocess.run(
        [
            str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--infilter=Calc MS Excel 2007 VBA XML", "--convert-to", "pdf",
            "--outdir", str(tmp_path), str(path),
        ],
        check=True, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert "convert" in done.stdout
    assert (tmp_path / path.with_suffix(".pdf").name).stat().st_size > 1_000


def test_without_its_writer_of_vba_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyopenvba", None)
    with pytest.raises(MarginError, match="pip install 'pyOpenVBA"):
        add_in(FUNCTIONS)
