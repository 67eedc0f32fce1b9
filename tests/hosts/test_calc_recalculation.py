"""Workbooks recalculated in LibreOffice: equal to the cent, or what differs; never a leftover."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from xlsxwriter import Workbook

from tests.hosts.calc_book import PATIENT, in_calc
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.cli import app
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import compared, installed_office, recalculate

pytestmark = in_calc
ROOT = Path(__file__).parents[2]
SECONDS = 60.0
IN_DEMO = 10_000
"""The demo workbook has more formulas than that."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    assert CliRunner().invoke(app, ["demo", "-o", str(path)]).exit_code == 0
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the throw-away profiles of the test are, so that what is left over can be seen."""
    folder = tmp_path / "throw-away"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["calc", "--timeout", str(PATIENT), *map(str, arguments)])


def processes(folder: Path) -> list[str]:
    """Processes that were started with something in the folder: number, name, state and group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                found.append(" ".join(entry.with_name("stat").read_text().split()[:5]))
        except OSError:
            continue
    return found


def left(folder: Path) -> list[str]:
    """Processes of the folder that do not end.

    A killed LibreOffice was gone in a tenth of a second wherever it was measured, even where it
    took a minute and a half to start; what stays for a minute was not killed.
    """
    end = time.monotonic() + SECONDS
    while (found := processes(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def changed(book: Path, copy: Path, part: str, change: Callable[[str], str]) -> Path:
    """A copy of a workbook with one part changed."""
    with zipfile.ZipFile(book) as read, zipfile.ZipFile(copy, "w") as write:
        for entry in read.infolist():
            content = read.read(entry)
            if entry.filename == part:
                text = content.decode()
                assert change(text) != text
                content = change(text).encode()
            write.writestr(entry, content)
    return copy


def written(path: Path, *formulas: tuple[str, object]) -> Path:
    """A workbook of formulas, one below the other, with the values it keeps of them."""
    book = Workbook(path)
    sheet = book.add_worksheet("Sheet")
    for row, (formula, value) in enumerate(formulas):
        sheet.write_formula(row, 0, f"={formula}", None, value)
    book.close()
    return path


def test_the_demo_workbook_is_equal_to_the_cent_and_prints(
    demo: Path, tmp_path: Path, folder: Path
) -> None:
    pdf = tmp_path / "demo.pdf"
    before = demo.read_bytes()
    done = run(demo, "--pdf", pdf, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["differences"] == said["errors"] == []
    assert sum(said["formulas"].values()) > IN_DEMO
    assert {"Start", "Requirement", "Risk", "Explain", "Formulas"} <= said["formulas"].keys()
    assert pdf.read_bytes().startswith(b"%PDF")
    assert demo.read_bytes() == before
    assert list(folder.iterdir()) == []
    assert left(folder) == []


def test_another_python_first_in_the_search_path_is_not_libreoffice_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, version = tmp_path / "other", f"python{sys.version_info.major}.{sys.version_info.minor}"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python3").symlink_to(sys.executable)
    library = other / "lib" / version
    (library / "lib-dynload").mkdir(parents=True)
    (library / "os.py").touch()  # by which a Python knows its library, here an empty one
    monkeypatch.setenv("PATH", f"{other / 'bin'}{os.pathsep}{os.environ['PATH']}")
    book = written(tmp_path / "book.xlsx", ("ISTEXT(XLM_VERSION())", True))
    done = run(book, "--json")
    assert done.exit_code == 0, done.output


def test_the_pdf_shows_what_was_recalculated(tmp_path: Path) -> None:
    to_text = shutil.which("pdftotext")
    if to_text is None:
        pytest.skip("pdftotext is not installed: the PDF was not read")
    book = written(tmp_path / "book.xlsx", ('"answered "&40+2', "kept"))
    assert run(book, "--pdf", tmp_path / "book.pdf").exit_code == 1
    done = subprocess.run([to_text, tmp_path / "book.pdf", "-"], capture_output=True, text=True)
    assert "answered 42" in done.stdout


def test_an_input_that_was_changed_is_found_in_all_that_hangs_on_it(
    demo: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(demo) as packed:
        sheets = re.findall(
            r'name="(\w+)" sheetId="(\d+)"', packed.read("xl/workbook.xml").decode()
        )
    number = dict(sheets)["Market"]
    book = changed(
        demo,
        tmp_path / "moved.xlsx",
        f"xl/worksheets/sheet{number}.xml",
        lambda xml: re.sub(
            r"<v>(\d{3}\.\d+)</v>", lambda m: f"<v>{float(m[1]) * 1.01}</v>", xml, count=1
        ),
    )
    done = run(book, "--json")
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert {cell["sheet"] for cell in said["differences"]} >= {"Requirement", "Risk", "Formulas"}
    assert said["errors"] == []


def test_differences_and_errors_are_listed_by_sheet_and_cell(tmp_path: Path) -> None:
    book = written(
        tmp_path / "book.xlsx",
        ("100+200", 300),
        ("100.004+0", 100),
        ("1/0", 1),
        ('"a"&"b"', "ba"),
        ("NA()", "#N/A"),
        ("1=1", True),
    )
    done = run(book)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0].startswith("6 formulas recalculated in ")
    assert lines[1:] == [
        "2 answer an error:",
        "  Sheet!A3: kept 1, recalculated '#DIV/0!'",
        "  Sheet!A5: kept nothing, recalculated '#N/A'",
        "2 differ from the values in the file:",
        "  Sheet!A2: kept 100, recalculated 100.004",
        "  Sheet!A4: kept 'ba', recalculated 'ab'",
    ]


@pytest.mark.parametrize(
    ("kept", "answer", "alike"),
    [
        ("10000000", "10000000.0049", True),  # half a cent
        ("10000000", "10000000.0051", False),
        ("100", "100.00009", True),  # a millionth of a smaller number
        ("100", "100.00011", False),
        ("0.15", "0.1500001", True),
        ("0.15", "0.1500002", False),
        ("0", "0.0000000009", True),
        ("0", "0.0000000011", False),
    ],
)
def test_money_is_equal_to_the_cent_and_small_numbers_to_a_millionth(
    kept: str, answer: str, alike: bool, tmp_path: Path
) -> None:
    from xlmargin.hosts.calc.recalculation import CellAnswer

    book = written(tmp_path / "book.xlsx", (answer, float(kept)))
    comparison = compared(book, {"Sheet": {(0, 0): CellAnswer(float(answer), is_error=False)}})
    assert comparison.is_equal is alike


def test_two_at_once_do_not_disturb_one_another(tmp_path: Path, folder: Path) -> None:
    books = [
        written(
            tmp_path / f"{i}.xlsx", (f'XLM_SYMBOL("XYZ 12/18/26 P{i}00")', "XYZ"), (f"{i}+0", i)
        )
        for i in (1, 2)
    ]
    with ThreadPoolExecutor() as pool:
        done = list(
            pool.map(lambda book: recalculate(book, REGISTRY.values(), seconds=PATIENT), books)
        )
    assert [d.answers["Sheet"][1, 0].value for d in done] == [1.0, 2.0]
    assert [d.answers["Sheet"][0, 0].value for d in done] == ["XYZ", "XYZ"]
    assert left(folder) == []


def test_a_workbook_that_takes_too_long_is_refused_and_nothing_is_left(
    tmp_path: Path, folder: Path
) -> None:
    book = written(tmp_path / "book.xlsx", ("1+1", 2))
    done = run(book, "--timeout", "0.7", "--pdf", tmp_path / "book.pdf")
    assert done.exit_code == 2
    assert "book.xlsx: LibreOffice was not done after 0.7 seconds." in done.output
    assert not (tmp_path / "book.pdf").exists()
    assert left(folder) == []
    assert list(folder.iterdir()) == []


def test_nothing_is_left_when_the_asker_is_killed(tmp_path: Path, folder: Path) -> None:
    book = written(tmp_path / "book.xlsx", ("1+1", 2))
    main = "from xlmargin.cli import main; main()"
    command = [sys.executable, "-c", main, "calc", str(book)]
    asker = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TMPDIR": str(folder)})
    end = time.monotonic() + SECONDS
    while len(processes(folder)) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    assert left(folder) == []


def test_what_is_no_workbook_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "text.xlsx").write_text("symbol,type")
    (tmp_path / "text.csv").write_text("symbol,type")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as packed:
        packed.writestr("other.txt", "no workbook")
    for name in ("text.xlsx", "text.csv", "other.xlsx", "missing.xlsx"):
        done = run(tmp_path / name)
        assert done.exit_code == 2, name
        assert name in done.output
    book = written(tmp_path / "book.xlsx", ("1+1", 2))
    assert run(book, "--pdf", tmp_path / "book.xlsx").exit_code == 2
    assert left(folder) == []


def test_a_workbook_that_libreoffice_saved_without_the_add_in_is_linked(tmp_path: Path) -> None:
    symbol = 'XLM_SYMBOL("XYZ 12/18/26 P500")'
    book = written(tmp_path / "book.xlsx", (symbol, "XYZ"), ("1+1", 2))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "ods", "--outdir", str(tmp_path), str(book)]
    command = [str(installed_office().program), profile, *convert]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(tmp_path / "book.ods") as packed:
        assert "of:=xlm_symbol(" in packed.read("content.xml").decode()
    done = recalculate(tmp_path / "book.ods", REGISTRY.values(), seconds=PATIENT)
    assert {cell: answer.value for cell, answer in done.answers["Sheet"].items()} == {
        (0, 0): "XYZ",
        (1, 0): 2.0,
    }
