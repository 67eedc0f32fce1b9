"""Snapshot, Reconcile, Report and Run all, with a stand-in of `xlwings.Book`."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.hosts.button_books import TABLES, facts, open_book, press, write_book
from tests.hosts.schwab_files import ACCOUNT, write_december, write_november
from tests.hosts.stub_book import StubBook
from xlmargin import udfs
from xlmargin.macros import buttons
from xlmargin.macros.buttons import write_report
from xlmargin.macros.excel_book import ExcelBook

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)
TODAY = dt.date(2026, 1, 20)


@pytest.fixture
def book(tmp_path: Path) -> StubBook:
    return open_book(write_book(tmp_path / "family.xlsx"))


@pytest.fixture
def two_days(book: StubBook, tmp_path: Path) -> StubBook:
    for write in (write_november, write_december):
        press(book, "import_file", write(tmp_path))
        press(book, "snapshot")
    return book


def test_a_snapshot_is_the_book_with_its_day_and_prices(book: StubBook, tmp_path: Path) -> None:
    press(book, "import_file", write_november(tmp_path))
    said = press(book, "snapshot")
    assert said.startswith("2026-11-20 added: 4 positions, 2 prices; 1 day in all.")
    day = {"date": 46346.0}
    assert facts(book, "DatedPositions") == [day | row for row in facts(book, "Positions")]
    assert facts(book, "DatedMarket") == [
        day | {"symbol": "XYZ", "price": 51.2, "dividend_yield": 0.01},
        day | {"symbol": "SPY", "price": 668.2, "class": "etf_broad"},
    ]


def test_cash_that_is_a_setting_belongs_to_no_day(book: StubBook) -> None:
    assert "The setting cash counts on every day of the history" in press(book, "snapshot")


def test_no_day_is_added_twice(book: StubBook) -> None:
    press(book, "snapshot")
    before = book.excel.content()
    said = press(book, "snapshot")
    assert "2026-01-15 is in Dated positions already, 2 rows: a day is added once" in said
    assert book.excel.content() == before


def test_the_history_has_the_figures_of_each_day(two_days: StubBook, tmp_path: Path) -> None:
    """As each day's book alone has them."""
    dated = [two_days.excel.table(name) for name in ("DatedPositions", "DatedMarket")]
    settings = [["name", "value"], ["rate", 0.04]]
    headings, *rows = udfs.MARGIN_HISTORY(*dated, settings)
    history = [dict(zip(headings, row, strict=True)) for row in rows]
    found = [row["portfolio requirement"] for row in history if row["account"] == ACCOUNT]
    alone = []
    for write in (write_november, write_december):
        other = open_book(write_book(tmp_path / "other.xlsx"))
        press(other, "import_file", write(tmp_path))
        alone.append(
            udfs.PM_REQUIREMENT(
                *(other.excel.table(n) for n in ("Positions", "Market", "Settings"))
            )
        )
    assert found == pytest.approx(alone, abs=0.005)
    assert len(found) == 2


def test_the_monthly_report_compares_with_a_day_that_is_there(two_days: StubBook) -> None:
    (since,) = [r["value"] for r in facts(two_days, "Settings") if r["name"] == "compared_with"]
    assert since == 46346.0
    assert "compares with 2026-11-20" in two_days.app.said[-1][1]


def test_a_day_to_compare_with_that_is_there_stays(book: StubBook) -> None:
    press(book, "snapshot")
    settings = book.excel.Worksheets("Settings")
    (row,) = [row for (row, _), cell in settings.cells.items() if cell == "as_of"]
    for day in (46100.0, 46101.0):
        settings.cells[row, 2] = day
        press(book, "snapshot")
    values = {r["name"]: r.get("value") for r in facts(book, "Settings")}
    assert values["compared_with"] == 46037.0


def test_undo_takes_a_snapshot_back(two_days: StubBook) -> None:
    press(two_days, "undo")
    assert {row["date"] for row in facts(two_days, "DatedPositions")} == {46346.0}
    assert "2026-12-21 added" in press(two_days, "snapshot")


def test_a_book_that_is_refused_gets_into_no_history(tmp_path: Path) -> None:
    wrong = [*TABLES["Positions"], ["XYZ", "putt", 1, 95, "2026-12-18", 2.5, None, "Own"]]
    book = open_book(write_book(tmp_path / "wrong.xlsx", Positions=wrong))
    said = press(book, "snapshot")
    assert "row 9" in said
    assert "putt" in said
    assert facts(book, "DatedPositions") == [{}]


def broker_file(folder: Path, *rows: str) -> Path:
    path = folder / "broker.csv"
    path.write_text("\n".join(["figure,amount,source", *rows]) + "\n")
    return path


def test_the_broker_s_figures_stand_beside_ours(book: StubBook, tmp_path: Path) -> None:
    said = press(book, "reconcile", broker_file(tmp_path, 'equity,"50,500",=1+1', "sma,1,x"))
    assert facts(book, "Broker") == [
        {"figure": "equity", "amount": 50500.0, "source": "=1+1"},
        {"figure": "sma", "amount": 1.0, "source": "x"},
    ]
    assert said.startswith("broker.csv: 2 figures of the broker now stand on the sheet Broker.")
    assert "figure account value; broker's word equity" in said


def test_figures_that_are_refused_change_nothing(book: StubBook, tmp_path: Path) -> None:
    before = book.excel.content()
    for text, why in (
        ("a,b\n1,2\n", "found no figure and no amount"),
        ("figure,amount\nequity,sofa\n", "sofa"),
        ("figure,amount\nequity,1\nequity,2\n", "equity"),
    ):
        path = tmp_path / "bad.csv"
        path.write_text(text)
        said = press(book, "reconcile", path)
        assert said.startswith("Nothing is changed")
        assert why in said
        assert book.excel.content() == before


def numbers(path: Path, sheet: str) -> set[float]:
    rows = openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True)
    return {cell for row in rows for cell in row if isinstance(cell, float | int)}


def test_the_report_has_what_the_functions_answer(book: StubBook) -> None:
    written = write_report(ExcelBook(book), TODAY)
    assert written == book.path.with_name("family-margin-2026-01-20.xlsx")
    ranges = [book.excel.table(name) for name in ("Positions", "Market", "Settings")]
    figures = {udfs.PM_REQUIREMENT(*ranges), udfs.REGT_MAINTENANCE(*ranges)}
    assert figures <= numbers(written, "Start")


def test_the_report_has_the_pages_of_what_stands_beside_the_book(
    two_days: StubBook, tmp_path: Path
) -> None:
    press(two_days, "reconcile", broker_file(tmp_path, "equity,160000,x"))
    sheets = openpyxl.load_workbook(write_report(ExcelBook(two_days), TODAY)).sheetnames
    assert {"Shadow", "Monthly report", "Reconciliation"} <= set(sheets)


def test_the_report_is_opened_and_its_pages_printed(book: StubBook) -> None:
    before = book.excel.content(), book.path.read_bytes()
    said = press(book, "report")
    (written,) = book.app.opened
    assert said.startswith(f"Written: {written}")
    pages = book.app.printed[written.with_suffix(".pdf")]
    assert {"Start", "Requirement", "Risk"} <= set(pages)
    assert not {"Formulas", "Positions"} & set(pages)
    after = {n: c for n, c in book.excel.content().items() if n != "xlmargin notes"}
    assert (after, book.path.read_bytes()) == before


def test_no_file_is_ever_written_over(book: StubBook) -> None:
    names = [write_report(ExcelBook(book), TODAY).name for _ in range(3)]
    day = "family-margin-2026-01-20"
    assert names == [f"{day}.xlsx", f"{day}-2.xlsx", f"{day}-3.xlsx"]


def test_a_refused_book_is_left_as_it_was_and_told_why(tmp_path: Path) -> None:
    wrong = [*TABLES["Positions"], ["XYZ", "putt", 1, 95, "2026-12-18", 2.5, None, "Own"]]
    book = open_book(write_book(tmp_path / "wrong.xlsx", Positions=wrong))
    before = book.excel.content()
    said = press(book, "report")
    assert "row 9" in said
    assert "putt" in said
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.xlsx"]
    assert book.excel.content() == before


def test_a_fault_is_told_and_writes_nothing(
    book: StubBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(buttons, "with_own", fails)
    said = press(book, "report")
    assert said.startswith("Nothing is changed, for this reason:\ninternal error ")
    assert "ZeroDivisionError" in said
    assert [path.name for path in book.path.parent.iterdir()] == ["family.xlsx"]


def test_a_report_that_cannot_be_opened_is_still_told_of(book: StubBook) -> None:
    book.app.fails_to_open = True
    said = press(book, "report")
    assert said.startswith(f"Written: {book.path.with_name('family-margin-')}")
    assert "Excel is busy" in said


def test_where_no_file_can_be_written_the_report_is_a_sheet(
    book: StubBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "family-margin.xlsx")

    monkeypatch.setattr(buttons, "write_report", refused)
    assert "The report is the sheet Report 2026-01-15" in press(book, "report")
    press(book, "report")
    names = [page.Name for page in book.excel.pages]
    assert names[-3:] == ["Report 2026-01-15", "Report 2026-01-15 (2)", "xlmargin notes"]
    page = book.excel.Worksheets("Report 2026-01-15")
    ranges = [book.excel.table(name) for name in ("Positions", "Market", "Settings")]
    shown = set(map(str, page.cells.values()))
    for function in (udfs.PM_REQUIREMENT, udfs.REGT_MAINTENANCE, udfs.REGT_INITIAL):
        assert str(function(*ranges)) in shown
    assert not any(type(cell).__name__ == "Formula" for cell in page.cells.values())


@pytest.mark.parametrize("fullname", ["https://d.docs.live.net/1/family.xlsx", "Book1", "/no/b.x"])
def test_a_book_without_a_folder_here_is_reported_among_the_documents(
    fullname: str, book: StubBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "Documents").mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    book.fullname = fullname
    assert write_report(ExcelBook(book), TODAY).parent == home / "Documents"


def test_a_name_leads_to_no_other_folder(book: StubBook, tmp_path: Path) -> None:
    """A name with a path in it is only a name."""
    book.name = r"..\..\evil/family.xlsx"
    assert write_report(ExcelBook(book), TODAY) == tmp_path / "family-margin-2026-01-20.xlsx"


def test_a_book_that_was_never_saved_is_read_too(book: StubBook) -> None:
    book.name = "Book1"
    assert write_report(ExcelBook(book), TODAY).name == "Book1-margin-2026-01-20.xlsx"


def test_run_all_says_what_failed_and_why(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write_november(folder)
    shutil.copy(write_december(folder), folder / "twice.csv")
    (folder / "=bad.csv").write_text("nonsense\n")
    said = buttons.report_all(folder, TODAY)
    output = folder / "reports-2026-01-20"
    assert said[0] == f"3 of 4 books reported, in {output}."
    assert said[1].startswith("Refused: =bad.csv: ")
    assert said[2].startswith("december.csv: account value 162,470.10; initial ")
    names = {path.name for path in output.iterdir()}
    assert {"november-margin.xlsx", "twice-margin.xlsx", "summary.csv"} <= names
    assert buttons.report_all(folder, TODAY)[0].endswith("reports-2026-01-20-2.")
