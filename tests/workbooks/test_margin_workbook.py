"""The workbook: every function stands in it as a live formula, with the function's own answer."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

from xlmargin.errors import InputError
from xlmargin.workbooks import Functions, Host, InputTables, input_tables, write_margin_workbook

SHOWN = (
    "PM_REQUIREMENT", "PM_RISK_ARRAY", "PM_GROUPS", "PM_STRESS", "PM_PATH", "PM_CONTRIBUTION",
    "OPT_PRICE", "OPT_IV", "OPT_GREEKS", "XLM_CHECK", "XLM_EXPLAIN", "XLM_RULE", "XLM_SYMBOL",
    "XLM_VERSION", "REGT_INITIAL", "REGT_MAINTENANCE", "REGT_STRATEGIES", "MARGIN_EFFICIENCY",
    "MARGIN_COMPARE",
)  # fmt: skip
pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)

INPUT_SHEETS = ("Positions", "Market", "Dividends", "Settings")
HOSTILE = (
    '=HYPERLINK("http://evil.example","click")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)",
    "http://evil.example", "{=1+1}", "\t=1+1",
)  # fmt: skip


def formulas(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Sheet, cell, reach and text of every formula."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, ArrayFormula):
                    yield sheet.title, cell.coordinate, cell.value.ref, str(cell.value.text)
                elif cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cell.coordinate, str(cell.value)


def test_every_function_is_a_live_formula(demo: Path, functions: Functions) -> None:
    texts = [text for _, _, _, text in formulas(demo)]
    for name in SHOWN:
        assert name in functions
        assert any(f"{name}(" in text for text in texts), name


def test_formulas_refer_to_whole_tables(demo: Path) -> None:
    arguments = ",".join(
        f"{name}[[#All]]" for name in ("Positions", "Market", "Settings", "Dividends")
    )
    for _, _, _, text in formulas(demo):
        if match := re.search(r"(PM_\w+|REGT_\w+|MARGIN_\w+|XLM_CHECK|XLM_EXPLAIN)\(", text):
            assert f"{match[0]}{arguments}" in text.replace(" ", "")


@pytest.mark.parametrize("host", list(Host))
def test_the_answers_beside_the_formulas_are_the_functions_own(
    host: Host, tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    answered: dict[str, list[list[list[object]]]] = {name: [] for name in functions}

    def recorded(name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = functions[name](*arguments)
            answered[name].append(answer if isinstance(answer, list) else [[answer]])
            return answer

        return call

    path = tmp_path / "recorded.xlsx"
    write_margin_workbook(path, tables, {name: recorded(name) for name in functions}, host=host)
    values = openpyxl.load_workbook(path, data_only=True)
    compared = set()
    for sheet, cell, ref, text in formulas(path):
        match = re.fullmatch(r"=?([A-Z]+_[A-Z_]+)\(.*\)", text)
        if match:
            first = values[sheet][cell]
            assert any(same(first, rows) for rows in answered[match[1]]), (sheet, cell)
            compared.add(match[1])
        if match and host is Host.EXCEL:
            left, top, right, bottom = range_boundaries(ref)
            sizes = {(len(rows), len(rows[0])) for rows in answered[match[1]]}
            assert (bottom - top + 1, right - left + 1) in sizes
    assert compared == set(SHOWN)


def same(first: Cell, rows: list[list[object]]) -> bool:
    """Whether an answer stands in the cells from the first one on, to 15 digits."""
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            there = first.offset(i, j).value
            if isinstance(there, datetime):
                there = to_excel(there)
            if isinstance(value, float) and there is not None:
                if there != pytest.approx(value, rel=1e-14, abs=1e-12):
                    return False
            elif (there if there is not None else "") != value:
                return False
    return True


def test_spills_do_not_overlap(demo: Path) -> None:
    taken: set[tuple[str, int, int]] = set()
    for sheet, _, ref, _ in formulas(demo):
        left, top, right, bottom = range_boundaries(ref)
        cells = {(sheet, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        assert not cells & taken
        taken |= cells


def test_no_error_stands_in_a_cell(demo: Path) -> None:
    for cell in cells(demo):
        assert cell.data_type != "e"
        assert not str(cell.value).startswith("#")


def cells(path: Path) -> Iterator[Cell]:
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from row


def test_the_same_book_gives_the_same_file_to_the_byte(
    demo: Path, tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    if demo.stem != "excel":
        return
    again = tmp_path / "again.xlsx"
    write_margin_workbook(again, tables, functions)
    assert again.read_bytes() == demo.read_bytes()


def test_inputs_are_tables_with_lists_and_unlocked(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    for name in INPUT_SHEETS:
        sheet = book[name]
        table = sheet.tables[name]
        left, top, _, bottom = range_boundaries(table.ref)
        assert bottom > top
        assert not sheet.cell(top + 1, left).protection.locked
        assert sheet.cell(top + 1, left).font.color.rgb == "FF0000FF"
        assert not sheet.protection.sheet
    offered = {
        v.formula1 for name in INPUT_SHEETS for v in book[name].data_validations.dataValidation
    }
    lists = " ".join(str(f) for f in offered)
    for word in ("stock,call,put,cash", "etf_broad", "american", "schwab", "sticky_moneyness"):
        assert word in lists


def test_what_is_printed_grows_with_the_book(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        names = packed.read("xl/workbook.xml").decode()
    areas = re.findall(r'"_xlnm.Print_Area"[^>]*>([^<]*)<', names)
    assert len(areas) == len(openpyxl.load_workbook(demo).sheetnames)
    assert all(re.fullmatch(r".+!\$A:\$[A-Z]", area) for area in areas)


def test_answers_are_locked_without_a_password_and_print_on_one_width(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight == 0
        assert "4210(g)" in str(sheet.oddFooter.left.text)
        if sheet.title not in INPUT_SHEETS:
            assert sheet.protection.sheet
            assert not sheet.protection.password
            assert not sheet.sheet_view.showGridLines


def test_answers_are_kept_on_opening(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        calculation = re.findall("<calcPr[^>]*>", packed.read("xl/workbook.xml").decode())
    assert calculation == ['<calcPr calcId="191029"/>']


def test_for_excel_formulas_spill(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        dynamic = "xl/metadata.xml" in packed.namelist()
    assert dynamic == (demo.stem == "excel")


def hostile_tables() -> InputTables:
    """A book that is right, with hostile text in headings and columns that are ignored."""
    headings = ["symbol", "type", "quantity", "price", "note", *HOSTILE]
    stock = ["XYZ", "stock", 100.0, 50.0]
    rows = [[*stock, text, *HOSTILE] for text in HOSTILE]
    market = [["symbol", "price", "=1+1"], ["XYZ", 50.0, HOSTILE[0]]]
    settings = [["name", "value", "note"], ["as_of", "2026-11-20", HOSTILE[0]]]
    return input_tables([headings, *rows], market, settings, None)


def test_hostile_text_never_becomes_a_formula(functions: Functions, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    write_margin_workbook(path, hostile_tables(), functions, title=HOSTILE[0], note=HOSTILE[1])
    ours = re.compile(r"=?(INDEX\(|LARGE\(|as_of$|Requirement!|COUNTIF\(|[A-Z]+_[A-Z_]+\()")
    for _, _, _, text in formulas(path):
        assert ours.match(text)
        assert "HYPERLINK" not in text
        assert "cmd" not in text
    book = openpyxl.load_workbook(path)
    texts = [c for s in book.worksheets for r in s.iter_rows() for c in r if c.value in HOSTILE]
    assert len(texts) > len(HOSTILE) ** 2
    assert {cell.data_type for cell in texts} == {"s"}
    links = [c.hyperlink for s in book.worksheets for r in s.iter_rows() for c in r if c.hyperlink]
    assert all(link.target is None for link in links)


def test_a_refused_book_writes_no_file(functions: Functions, tmp_path: Path) -> None:
    tables = input_tables([["symbol", "quantity"], ["=1+1", 5.0]], None, None, None)
    with pytest.raises(InputError):
        write_margin_workbook(tmp_path / "refused.xlsx", tables, functions)
    assert not list(tmp_path.iterdir())


def test_a_book_of_positions_alone_is_enough(functions: Functions, tmp_path: Path) -> None:
    rows = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100.0, 500.0]]
    tables = input_tables(rows, None, [["as_of", "2026-11-20"]], None)
    path = tmp_path / "small.xlsx"
    write_margin_workbook(path, tables, functions)
    values = openpyxl.load_workbook(path, data_only=True)
    assert values["Start"]["B6"].value == pytest.approx(7_500)
    assert values["Requirement"]["B4"].value == pytest.approx(7_500)


def test_a_book_of_cash_has_no_empty_charts(functions: Functions, tmp_path: Path) -> None:
    rows = [["symbol", "type", "quantity"], ["USD", "cash", 1_000.0]]
    tables = input_tables(rows, None, [["as_of", "2026-11-20"]], None)
    path = tmp_path / "cash.xlsx"
    write_margin_workbook(path, tables, functions)
    with zipfile.ZipFile(path) as packed:
        charts = [packed.read(n).decode() for n in packed.namelist() if "charts/chart" in n]
    for reach in re.findall(r"\$[A-Z]+\$(\d+):\$[A-Z]+\$(\d+)", " ".join(charts)):
        assert int(reach[0]) <= int(reach[1])


def test_pages_by_strategy_are_left_out_where_these_are_refused(
    functions: Functions, tables: InputTables, tmp_path: Path
) -> None:
    def refused(*arguments: object) -> str:
        return "#XLM! positions, row 3, price: found nothing, wanted a price."

    path = tmp_path / "portfolio_only.xlsx"
    without = {**functions, "MARGIN_COMPARE": refused}
    assert "row 3" in write_margin_workbook(path, tables, without)
    book = openpyxl.load_workbook(path)
    assert not {"Comparison", "Strategies", "Rules by strategy"} & set(book.sheetnames)
    links = [c.hyperlink.location for row in book["Start"].iter_rows() for c in row if c.hyperlink]
    for link in links:
        assert link.split("!")[0].strip("'") in book.sheetnames
    for _, _, _, text in formulas(path):
        assert "REGT_" not in text
        assert "MARGIN_" not in text


def test_headings_that_repeat_are_told_apart() -> None:
    tables = input_tables([["symbol", "note", "NOTE", None, "note"], ["XYZ"] * 5], None, None, None)
    headings = [str(h).casefold() for h in tables.positions.rows[0]]
    assert len(set(headings)) == 5
    assert all(headings)
