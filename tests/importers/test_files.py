"""Files of every kind: which sheets are taken, how cells arrive, what is refused."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from xlmargin.cells.values import Day
from xlmargin.errors import MarginError
from xlmargin.importers import read_book_files, read_one_range, workbook_files

pytestmark = pytest.mark.dependencies

HEADINGS = ["symbol", "type", "quantity"]


def save(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheets_are_found_by_name_in_any_case(tmp_path: Path) -> None:
    path = save(
        tmp_path / "book.xlsx",
        Other=[["x"]],
        POSITIONS=[HEADINGS, ["XYZ", "stock", 5]],
        market=[["symbol", "price"], ["XYZ", 100]],
    )
    ranges = read_book_files(path)
    assert ranges.positions == [HEADINGS, ["XYZ", "stock", 5.0]]
    assert ranges.market == [["symbol", "price"], ["XYZ", 100.0]]
    assert ranges.settings is None


def test_the_first_sheet_is_the_positions_where_no_sheet_has_a_name(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", Export=[HEADINGS, ["XYZ", "stock", 5]], More=[["x"]])
    assert read_book_files(path).positions[1] == ["XYZ", "stock", 5.0]


@pytest.mark.parametrize("title", [[], [["My accounts"], []]])
def test_positions_on_two_sheets_are_refused_as_a_part_of_the_book(
    tmp_path: Path, title: list[list[object]]
) -> None:
    headings = ["symbol", "quantity", "price"]
    held = {name: [*title, headings, [name, 1, 5]] for name in ("Stocks", "Options")}
    with pytest.raises(MarginError, match=r"sheets Stocks, Options, wanted .* named Positions"):
        read_book_files(save(tmp_path / "two.xlsx", **held))
    blank = held | {"Options": [*title, headings, [None]]}
    assert read_book_files(save(tmp_path / "one.xlsx", **blank)).positions[-1][0] == "Stocks"
    named = {"Stocks": held["Stocks"], "positions": held["Options"]}
    assert read_book_files(save(tmp_path / "named.xlsx", **named)).positions[-1][0] == "Options"


def test_a_workbook_of_other_ranges_is_not_taken_for_positions(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", Market=[["symbol", "price"], ["XYZ", 100]])
    with pytest.raises(MarginError, match="wanted positions"):
        read_book_files(path)


def test_a_table_goes_before_a_sheet_of_its_name(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", Positions=[["title"], [], HEADINGS, ["XYZ", "stock", 5]])
    book = openpyxl.load_workbook(path)
    book["Positions"].add_table(Table(displayName="Positions", ref="A3:C4"))
    book.save(path)
    assert read_book_files(path).positions == [HEADINGS, ["XYZ", "stock", 5.0]]


def test_titles_above_the_headings_of_a_sheet_are_passed_over(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", Positions=[["My book"], [], HEADINGS, ["XYZ", "stock", 5]])
    assert read_book_files(path).positions[0] == HEADINGS


def test_dates_times_and_switches_become_plain_cells(tmp_path: Path) -> None:
    cells = [dt.date(2026, 12, 18), dt.datetime(2026, 12, 18, 12), dt.time(6), True, "text", 3]
    path = save(tmp_path / "book.xlsx", Positions=[[str(i) for i in range(6)], cells])
    row = read_one_range(path, "positions")[1]
    assert row == [Day(46374.0), Day(46374.5), 0.25, True, "text", 3.0]


def test_a_formula_is_read_as_the_value_it_had(tmp_path: Path) -> None:
    path = save(tmp_path / "book.xlsx", Positions=[["symbol", "price"], ["XYZ", "=1+1"]])
    assert read_one_range(path, "positions")[1][0] == "XYZ"
    assert read_one_range(path, "positions")[1][1:] in ([None], [])


def test_files_of_their_own_go_before_the_first_file(tmp_path: Path) -> None:
    path = save(
        tmp_path / "book.xlsx",
        Positions=[HEADINGS, ["XYZ", "stock", 5]],
        Market=[["symbol", "price"], ["XYZ", 100]],
    )
    market = tmp_path / "market.csv"
    market.write_text("symbol,price\nXYZ,200\n")
    assert read_book_files(path, market=market).market == [["symbol", "price"], ["XYZ", 200.0]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("book.pdf", b"x", "type .pdf"),
        ("book", b"x", "type unknown"),
        ("book.xlsx", b"no zip", "not a workbook"),
        ("book.xls", b"no ole", "not a workbook"),
        ("book.ods", b"PK\x03\x04", "not a workbook"),
        ("book.xlsx", b"", "not a workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MarginError, match=message):
        read_book_files(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MarginError, match="no such file"):
        read_book_files(tmp_path / "book.csv")
    with pytest.raises(MarginError, match="found a folder"):
        read_book_files(tmp_path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(MarginError, match="50,000,001 bytes"):
        read_book_files(path)


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 100_000)
    monkeypatch.setattr(workbook_files, "MOST_UNPACKED_BYTES", 99_999)
    with pytest.raises(MarginError, match="100,000 bytes unpacked"):
        read_book_files(path)
