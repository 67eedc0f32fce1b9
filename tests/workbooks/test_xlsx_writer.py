"""Formulas and many cells as XlsxWriter writes them, with fewer looks at each."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from xlsxwriter.worksheet import Worksheet

from xlmargin.workbooks.answer_table import AnswerTable, AnswerWords
from xlmargin.workbooks.formulas import AnswerArea, Call, FormulaBlock, said_of_growth
from xlmargin.workbooks.xlsx_writer import Sheet, Workbook, hold_as_text


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(A1:A3)",
        "=SORT(UNIQUE(A1:A9))",
        '=IF(Formulas!B9="","",Formulas!B9)',
        "=MY.SORT(A1)&SORT(A2)",
        "=LET(x,FILTER(A1:A9,A1:A9>0),SUM(x))",
        "=A1+1",
        '="SORT("&A1',
        "=SINGLE(A1)",
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_a_formula_stands_as_xlsxwriter_puts_it(formula: str, later: bool) -> None:
    assert Sheet()._prepare_formula(formula, later) == Worksheet()._prepare_formula(formula, later)


@pytest.mark.parametrize("heights", [{}, {12: 30}])
def test_rows_below_all_others_are_the_cells_that_xlsxwriter_writes(
    tmp_path: Path, heights: dict[int, int]
) -> None:
    """The twin writes the same cells one by one."""
    short = [["name", "much"], ["a & b", 1.5], ["", True], [" c", -2.0e-17], ["a & b", False]]
    long = [["one"], *([float(i) if i % 3 else f"row {i}"] for i in range(40))]
    sheets, words = [], AnswerWords()
    for at_once in (True, False):
        path = tmp_path / f"{at_once}.xlsx"
        workbook = Workbook(str(path))
        sheet = workbook.add_worksheet("Answers", Sheet)
        bold, plain = workbook.add_format({"bold": True}), workbook.add_format({"italic": True})
        sheet.write_string(5, 1, "answers", bold)
        for row, points in heights.items():
            sheet.set_row(row, points)
        for column, rows in ((1, short), (4, long)):
            formats = [plain] * len(rows[0])
            sheet.write_spilling(8, column, "=F()", bold, rows)
            for j, text in enumerate(rows[0][1:], start=1):
                sheet.write_string(8, column + j, text, bold)
            if at_once:
                sheet.write_below(9, column, AnswerTable.of(rows, words)[1:], formats)
                continue
            for i, cells in enumerate(rows[1:], start=9):
                for j, value in enumerate(cells, start=column):
                    sheet.write(i, j, value, plain)
        workbook.close()
        with zipfile.ZipFile(path) as parts:
            sheets.append(
                [parts.read(f"xl/{name}.xml") for name in ("worksheets/sheet1", "sharedStrings")]
            )
    assert sheets[0] == sheets[1]
    assert b'ref="B9:C13"' in sheets[0][0]


def _book_of_two_sheets(path: Path, hold: bool) -> Workbook:
    """Two sheets with formats, a link and a chart that follows below; held as text, or not."""
    workbook = Workbook(str(path))
    bold, plain = workbook.add_format({"bold": True}), workbook.add_format({"italic": True})
    chart = workbook.add_chart({"type": "column"})
    for name in ("First", "Second"):
        sheet = workbook.add_worksheet(name, Sheet)
        sheet.set_column(0, 3, 20, plain)
        sheet.set_row(2, 30)
        sheet.write_string(0, 0, f"names & {name}", bold)
        for row in range(1, 20):
            sheet.write_formula(row, 0, f'=B{row + 1}&""', bold, f"row {row}")
            sheet.write_number(row, 1, row / 3)
        sheet.write_url(20, 0, "internal:First!A1", bold, "back")
        if name == "First":
            series = {"values": ["Second", 1, 1, 9, 1], "categories": ["First", 1, 0, 9, 0]}
            chart.add_series({"name": ["First", 0, 0], **series})
            sheet.insert_chart(2, 4, chart)
        if hold:
            hold_as_text(workbook)
    return workbook


def test_sheets_held_as_text_make_the_same_file(tmp_path: Path) -> None:
    parts = []
    for hold in (True, False):
        path = tmp_path / f"{hold}.xlsx"
        _book_of_two_sheets(path, hold).close()
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if name != "docProps/core.xml"]
            parts.append({name: packed.read(name) for name in names})
    assert parts[0] == parts[1]
    assert b"names &amp; First" in parts[0]["xl/charts/chart1.xml"]


def test_nothing_is_lost_on_a_sheet_that_is_held_as_text(tmp_path: Path) -> None:
    workbook = _book_of_two_sheets(tmp_path / "late.xlsx", hold=True)
    sheet = workbook.worksheets()[0]
    for row in (0, 20, 50):
        with pytest.raises((TypeError, KeyError)):
            sheet.write_number(row, 0, 1.0)
    late = workbook.add_chart({"type": "line"})
    late.add_series({"values": ["First", 1, 1, 12, 1]})
    sheet.insert_chart(2, 4, late)
    with pytest.raises(AssertionError, match="follows the sheet First"):
        workbook.close()


def test_a_page_says_how_many_rows_it_does_not_show() -> None:
    rows = [["heading"], *([float(i)] for i in range(29))]
    placed = FormulaBlock(Call("F"), 2, AnswerTable.of(rows, AnswerWords()), ["plain"], "plain")
    shown = AnswerArea(placed, 4, 0, 0, 12, 3)
    said = said_of_growth(shown, 20)
    assert said.value == "18 more rows: sheet Formulas, column C, from row 21"
    assert "more rows: sheet Formulas, column C, from row 21" in said.formula
    value = str(said_of_growth(shown, 13).value)
    assert value.startswith("2 rows are not printed: below the print area. 18 more rows")
    assert said_of_growth(replace(shown, rows=40), 60, "$").value == "$"
