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
from xlmargin.workbooks import Functions, InputTables, input_tables, styles, write_margin_workbook
from xlmargin.workbooks.figures import as_written

SHOWN = (
    "PM_REQUIREMENT", "PM_RISK_ARRAY", "PM_GROUPS", "PM_STRESS", "PM_PATH", "PM_CONTRIBUTION",
    "PM_CONTRACTS", "PM_GREEKS", "PM_PROFILE", "OPT_FORWARD", "OPT_YIELD", "OPT_PRICE",
    "OPT_IV", "OPT_GREEKS", "XLM_CHECK", "XLM_EXPLAIN", "XLM_RULE", "XLM_SYMBOL",
    "XLM_VERSION", "REGT_INITIAL", "REGT_MAINTENANCE", "REGT_STRATEGIES",
    "MARGIN_ACCOUNT", "MARGIN_GAINS", "MARGIN_WHATIF", "MARGIN_HEDGE",
    "MARGIN_ONE_MORE", "MARGIN_CALL_DUE", "MARGIN_INTRADAY", "PM_ELIGIBILITY", "MARGIN_HISTORY",
    "MARGIN_HISTORY_SUMMARY", "MARGIN_ALERTS", "MARGIN_CALENDAR",
    "XLM_MESSAGES", "PM_HOLDINGS", "MARGIN_CHANGE", "MARGIN_CAPACITY", "MARGIN_WRITING",
    "MARGIN_ACCOUNT_ON",
)  # fmt: skip
pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)

FORMULAS = "Formulas"
CELL = r"Formulas!([A-Z]+\d+)"
UNLESS_REFUSED = rf'IF\(LEFT\({CELL.replace("(", "(?:", 1)},5\)="#XLM!",[^,]+,'
WRITTEN = r"(?:UPPER\(LEFT\(|IFERROR\(ROUND\()?"
PAGE_CELL = rf'=?(?:{CELL}|(?:{UNLESS_REFUSED})?{WRITTEN}IF\({CELL}="".*)'
BOOK_SHEETS = ("Positions", "Market", "Dividends", "Settings")
INPUT_SHEETS = (
    *BOOK_SHEETS, "Trades", "Candidates", "Activity", "Facts", "Limits",
    "Dated positions", "Dated market",
)  # fmt: skip
WITHOUT_PLAIN_CELLS = (
    "Comparison",
    "Deployment",
    "Deployment positions",
    "What-if",
    "Alternatives",
)
"""Sheets whose cells all look up, or count with, what they show."""
OF_SPREADSHEETS = (
    "ABS", "AND", "CHOOSE", "COLUMNS", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "DAY",
    "ERROR.TYPE", "FIXED", "IF", "IFERROR",
    "INDEX", "INT", "ISNA", "ISNUMBER", "ISTEXT", "LARGE", "LEFT", "LEN", "LOWER", "MATCH", "MAX",
    "MID", "MIN", "MONTH", "NOT", "OR", "RIGHT", "ROUND", "ROUNDUP", "ROW", "ROWS", "SEARCH",
    "SUBSTITUTE", "SUM", "SUMIFS", "SUMPRODUCT", "UPPER", "YEAR", "_xlfn.NUMBERVALUE",
)  # fmt: skip
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


def test_every_function_is_called_once_on_its_own_sheet_and_on_no_other(
    demo: Path, functions: Functions
) -> None:
    every = list(formulas(demo))
    calls = [text for sheet, _, _, text in every if sheet == FORMULAS]
    assert len(calls) == len(set(calls))
    assert {re.match(r"=?(\w+)\(", text)[1] for text in calls} == set(SHOWN) <= set(functions)
    for sheet, _, _, text in every:
        if sheet != FORMULAS:
            assert not any(f"{name}(" in text for name in functions), (sheet, text)


def test_formulas_is_the_last_sheet_and_shows_each_formula_as_text(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    assert book.sheetnames[-1] == FORMULAS
    assert book[FORMULAS].sheet_state == "visible"
    for sheet, cell, _, text in formulas(demo):
        if sheet == FORMULAS:
            above, name = (book[sheet][cell].offset(-n, 0) for n in (1, 2))
            assert (above.value, above.data_type) == (f"={text.lstrip('=')}", "s")
            assert text.lstrip("=").startswith(f"{name.value}(")


def test_formulas_have_all_rows_below_them_to_themselves(demo: Path) -> None:
    taken: dict[int, str] = {}
    for sheet, cell, ref, _ in formulas(demo):
        if sheet == FORMULAS:
            left, _, right, _ = range_boundaries(ref)
            assert not {left - 1, *range(left, right + 1)} & taken.keys()
            taken |= dict.fromkeys(range(left, right + 1), cell)


def test_each_cell_of_a_page_shows_the_cell_that_it_refers_to(demo: Path) -> None:
    values = openpyxl.load_workbook(demo, data_only=True)
    seen = set()
    for sheet, cell, ref, text in formulas(demo):
        if (match := re.fullmatch(PAGE_CELL, text)) and ")-ROUND(" not in text:
            there = values[FORMULAS][next(filter(None, match.groups()))].value
            shown = values[sheet][cell].value
            assert equal(number(shown), number(there)), (sheet, cell)
            assert ref == cell
            seen.add(sheet)
    assert seen == set(values.sheetnames) - {FORMULAS, *WITHOUT_PLAIN_CELLS, *INPUT_SHEETS}


def equal(first: object, second: object) -> bool:
    """Whether two cells are the same: numbers to a cent, words as people write them."""
    if isinstance(first, int | float) and isinstance(second, int | float):
        return first == pytest.approx(second, rel=1e-14, abs=0.00501)
    return first in (second, as_written(str(second)))


def number(value: object) -> object:
    """A cell as a number or text; nothing is the empty text."""
    if isinstance(value, datetime):
        return to_excel(value)
    return "" if value is None else value


def test_each_table_has_blank_rows_to_grow_into_and_says_when_they_are_too_few(
    demo: Path,
) -> None:
    book = openpyxl.load_workbook(demo)
    values = openpyxl.load_workbook(demo, data_only=True)
    told = dict.fromkeys(book.sheetnames, 0)
    for sheet, cell, _, text in formulas(demo):
        if "COUNTA(" in text:
            assert " rows" not in str(values[sheet][cell].value)
            assert re.search(r'" more rows: sheet Formulas, column [A-Z]+, from row \d+"', text)
            told[sheet] += 1
    growing = ("Requirement", "Risk array", "Risk array by position", "Contribution",
               "Strategies", "Explain", "Explain by strategy", "Check", "Rules",
               "Rules by strategy", "By strategy", "Blotter", "Hedges", "One more", "Intraday",
               "Eligibility", "Contracts", "Exposure", "Holdings",
               "Holdings by line")  # fmt: skip
    assert {sheet for sheet, n in told.items() if n} == set(growing)


def test_spare_rows_are_printed_only_where_a_page_has_room(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    values = openpyxl.load_workbook(demo, data_only=True)
    for name in ("Contribution", "Explain", "Strategies", "Risk array by position"):
        _, _, _, printed = range_boundaries(book[name].print_area.split("!")[1])
        used = [row[0].row for row in values[name].iter_rows(max_col=1) if row[0].value]
        assert max(used) <= printed <= max(used) + 20
        beyond = [f for s, _, _, f in formulas(demo) if s == name and "print area" in f]
        assert bool(beyond) == (printed < max(used) + 20)


def test_no_column_is_cut_from_a_printed_page(demo: Path) -> None:
    book = openpyxl.load_workbook(demo, data_only=True)
    for sheet in book.worksheets:
        if sheet.title not in (FORMULAS, "Deployment positions", *INPUT_SHEETS):
            _, _, last, _ = range_boundaries(sheet.print_area.split("!")[1])
            used = [c.column for row in sheet.iter_rows() for c in row if c.value is not None]
            assert max(used) <= last, sheet.title


def test_the_answer_of_a_formula_keeps_the_spaces_that_it_begins_with(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        sheets = [packed.read(n).decode() for n in packed.namelist() if "worksheets/sheet" in n]
    answers = re.findall(r"<v( [^>]*)?>( +\S)", "".join(sheets))
    assert len(answers) > 100
    assert {attribute for attribute, _ in answers} == {' xml:space="preserve"'}


def test_an_empty_answer_of_a_formula_is_text(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        sheets = [packed.read(n).decode() for n in packed.namelist() if "worksheets/sheet" in n]
    empty = re.findall(r"<c ([^>]*)><f>[^<]*</f><v></v>", "".join(sheets))
    assert len(empty) > 100
    assert all('t="str"' in attributes for attributes in empty)


def test_columns_of_one_account_are_left_out(
    tables: InputTables, functions: Functions, demo: Path, tmp_path: Path
) -> None:
    headings = [
        cell.value for cell in openpyxl.load_workbook(demo, data_only=True)["Strategies"][5]
    ]
    assert headings[-1] == "Rule"
    rows = [["symbol", "type", "quantity", "price", "account"]]
    rows += [["XYZ", "stock", 100.0, 500.0, account] for account in ("one", "two")]
    path = tmp_path / "accounts.xlsx"
    write_margin_workbook(
        path, input_tables(rows, None, [["as_of", "2026-11-20"]], None), functions
    )
    headings = [
        cell.value for cell in openpyxl.load_workbook(path, data_only=True)["Strategies"][5]
    ]
    assert headings[-2:] == ["Account", "Class"]


def test_formulas_refer_to_whole_tables(demo: Path) -> None:
    arguments = ",".join(("Positions", "Market", "Settings", "Dividends"))
    for _, _, _, text in formulas(demo):
        if match := re.search(r"(PM_\w+|REGT_\w+|MARGIN_\w+|XLM_CHECK|XLM_EXPLAIN)\(", text):
            own = re.sub(
                r"(Trades|Candidates|Activity|Limits)\[\[#All\]\],", "", text.replace(" ", "")
            )
            own = own.replace("[[#All]]", "").replace("Dated", "")
            sheets = "What-if|Alternatives|Greatestquantity|Deploymentpositions"
            of_page = rf"'({sheets})'!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+"
            own = re.sub(rf"(?<=Positions,){of_page},", "", own)
            own = re.sub(of_page, "Positions", own)
            if match[1] not in ("MARGIN_CALL_DUE", "PM_ELIGIBILITY"):
                assert f"{match[0]}{arguments}" in own
            assert re.search(r"[A-Z]\w+\[\[#All\]\]", text)


def test_the_answers_beside_the_formulas_are_the_functions_own(
    tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    answered: dict[str, list[list[list[object]]]] = {name: [] for name in functions}

    def recorded(name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = functions[name](*arguments)
            answered[name].append(answer if isinstance(answer, list) else [[answer]])
            return answer

        return call

    path = tmp_path / "recorded.xlsx"
    write_margin_workbook(path, tables, {name: recorded(name) for name in functions})
    values = openpyxl.load_workbook(path, data_only=True)
    compared = set()
    for sheet, cell, ref, text in formulas(path):
        match = re.fullmatch(r"=?([A-Z]+_[A-Z_]+)\(.*\)", text)
        if match:
            first = values[sheet][cell]
            assert any(same(first, rows) for rows in answered[match[1]]), (sheet, cell)
            compared.add(match[1])
        if match:
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
        if cell.parent.title != FORMULAS or cell.value != "#N/A":
            assert not str(cell.value).startswith("#"), (cell.parent.title, cell.coordinate)


def cells(path: Path) -> Iterator[Cell]:
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from row


def test_the_same_book_gives_the_same_file_to_the_byte(
    demo: Path, tables: InputTables, functions: Functions, tmp_path: Path
) -> None:
    again = tmp_path / "again.xlsx"
    write_margin_workbook(again, tables, functions)
    assert again.read_bytes() == demo.read_bytes()


def test_inputs_are_tables_with_lists_and_unlocked(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    for name in INPUT_SHEETS:
        sheet = book[name]
        table = sheet.tables[name.title().replace(" ", "")]
        left, top, _, bottom = range_boundaries(table.ref)
        assert bottom > top
        first = sheet.cell(top + 1, left)
        if name == "Settings":  # below the title of their first group, and beside their name
            first = sheet.cell(top + 2, left + 1)
        assert not first.protection.locked
        assert first.font.color.rgb == f"FF{styles.INPUT[1:]}"
        assert not sheet.protection.sheet
    offered = {
        v.formula1 for name in INPUT_SHEETS for v in book[name].data_validations.dataValidation
    }
    lists = " ".join(str(f) for f in offered)
    for word in ("stock,call,put,cash", "etf_broad", "american", "Schwab", "Sticky moneyness"):
        assert word in lists


def test_tables_of_inputs_print_however_long_they_grow(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        names = packed.read("xl/workbook.xml").decode()
    areas = re.findall(r'"_xlnm.Print_Area"[^>]*>([^<]*)<', names)
    assert len(areas) == len(openpyxl.load_workbook(demo).sheetnames)
    whole = {area.split("!")[0] for area in areas if re.fullmatch(r".+!\$A:\$[A-Z]", area)}
    assert whole == {name for name in INPUT_SHEETS if not name.startswith("Dated")}


def test_answers_are_locked_without_a_password_and_print_on_one_width(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight == (None if sheet.title == "Start" else 0)
        assert "4210(g)" in str(sheet.oddFooter.left.text)
        if sheet.title not in INPUT_SHEETS:
            # Where a sheet is protected its outline cannot be folded.
            assert bool(sheet.protection.sheet) == (sheet.title != "Holdings by line")
            assert not sheet.protection.password
            assert not sheet.sheet_view.showGridLines


def test_answers_are_kept_on_opening(demo: Path) -> None:
    with zipfile.ZipFile(demo) as packed:
        calculation = re.findall("<calcPr[^>]*>", packed.read("xl/workbook.xml").decode())
    assert calculation == ['<calcPr calcId="191029"/>']


def test_only_calls_spill(demo: Path) -> None:
    book = openpyxl.load_workbook(demo)
    with zipfile.ZipFile(demo) as packed:
        assert "xl/metadata.xml" in packed.namelist()
        for i, name in enumerate(book.sheetnames, start=1):
            sheet = packed.read(f"xl/worksheets/sheet{i}.xml").decode()
            assert ('t="array"' in sheet) == (' cm="1"' in sheet) == (name == FORMULAS)


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
    for _, _, _, text in formulas(path):
        bare = re.sub(r'"(?:[^"]|"")*"', '""', text)
        assert set(re.findall(r"([A-Za-z_.]+)\(", bare)) <= {*OF_SPREADSHEETS, *functions}, text
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
    assert values["Start"]["A7"].value == pytest.approx(7_500)
    assert "$7,500" in values["Requirement"]["A2"].value


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
    without = {**functions, "REGT_MAINTENANCE": refused}
    left_out = write_margin_workbook(path, tables, without)
    assert left_out.keys() == {
        "Comparison", "By strategy", "Strategies", "Hedges", "Explain by strategy",
        "Rules by strategy", "What-if", "Alternatives", "Greatest quantity", "Blotter", "Intraday",
        "Monthly report", "Deployment", "Deployment positions",
    }  # fmt: skip
    assert all("row 3" in why for why in left_out.values())
    book = openpyxl.load_workbook(path)
    assert not {"Strategies", "Rules by strategy"} & set(book.sheetnames)
    links = [c.hyperlink.location for row in book["Start"].iter_rows() for c in row if c.hyperlink]
    for link in links:
        assert link.split("!")[0].strip("'") in book.sheetnames
    for _, _, _, text in formulas(path):
        assert "REGT_" not in text
        assert "MARGIN_COMPARE" not in text


def test_the_account_is_left_out_where_its_cash_is_stated_nowhere(
    functions: Functions, tmp_path: Path
) -> None:
    rows = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100.0, 500.0]]
    tables = input_tables(rows, None, [["as_of", "2026-11-20"]], None)
    path = tmp_path / "no_cash.xlsx"
    left_out = write_margin_workbook(path, tables, functions)
    assert list(left_out) == ["Monthly report", "Account", "Calls"]
    assert all("cash" in why for why in left_out.values())
    assert "Account" not in openpyxl.load_workbook(path).sheetnames


def test_headings_that_repeat_are_told_apart() -> None:
    tables = input_tables([["symbol", "note", "NOTE", None, "note"], ["XYZ"] * 5], None, None, None)
    headings = [str(h).casefold() for h in tables.positions.rows[0]]
    assert len(set(headings)) == 5
    assert all(headings)
