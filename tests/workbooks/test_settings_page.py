"""The settings by the names and words that people read: the reader takes them for its own."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.cells.problems import ProblemLog
from xlmargin.excel.settings_fields import SYNONYMS, TEXTS
from xlmargin.excel.settings_reader import setting_name, stated_settings
from xlmargin.rulebook import overridable_names
from xlmargin.workbooks import Functions, input_tables, write_margin_workbook
from xlmargin.workbooks.pages.input_sheet import LISTS
from xlmargin.workbooks.pages.settings import arranged, display_name, display_words
from xlmargin.workbooks.templates import RISK_ARRAY

pytestmark = pytest.mark.filterwarnings("ignore:Print area", "ignore:.*extension is not")
POSITIONS = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 300, None, None, 100], ["XYZ", "call", -3, 110, "2027-03-19", 4.0],
    ["", "cash", 5_000, None, None, None],
]  # fmt: skip
SETTINGS = [
    ["name", "value"], ["house", "tastytrade_calm"], ["as_of", "2026-11-20"], ["rate 91d", 0.04],
    ["account_type", "portfolio"], ["contract_minimum", 0.5], ["client", "rule"],
]  # fmt: skip


@pytest.mark.parametrize("name", [*SYNONYMS, *TEXTS, *overridable_names()[:40], "rate 30d",
                                  "rate 2w", "rate 1m", "rate 10y"])  # fmt: skip
def test_what_people_read_is_read_as_the_setting(name: str) -> None:
    shown = display_name(name)
    assert setting_name(shown) == name
    assert "_" not in shown
    assert shown[0].isupper()


@pytest.mark.parametrize(
    "name", ["house", "account_type", "basis", "smile", "base_value", "day_trading_regime"]
)
def test_the_words_offered_are_read_as_the_machine_s(name: str) -> None:
    book = [["name", "value"], ["as_of", "2026-11-20"]]
    for own, shown in zip(LISTS[name], display_words(name), strict=True):
        answers = [
            udfs.PM_REQUIREMENT(POSITIONS, None, [*book, [name, word]]) for word in (own, shown)
        ]
        assert answers[0] == answers[1], shown
        assert not str(answers[0]).startswith("#XLM!"), shown


def test_settings_stand_in_groups_and_say_the_same() -> None:
    table = input_tables(POSITIONS, None, SETTINGS, None).settings
    rows = arranged(table).rows
    names = [row[0] for row in rows]
    assert names == [
        "name", "Report", "Client", "Logo", "As of", "Compared with", "Prepared by", "Prepared on",
        "Paper",
        "Limits of the checks", "Stress", "Volatility under stress",
        "Tolerance as a share", "Tolerance in dollars", "Overdue after", "Rules", "House",
        "Account type", "Basis of released capital", "Equity to keep", "Rate 91 days",
        "Contract minimum",
    ]  # fmt: skip
    values = dict(zip(names, (row[1] for row in rows), strict=True))
    assert values["House"] == "Tastytrade calm"
    assert values["Client"] == "rule", "a name is no word of a list"
    before, after = (
        {name: cell.value for name, cell in stated_settings(each, ProblemLog()).of_all}
        for each in (table.rows, rows)
    )
    assert {**after, "house": "tastytrade_calm", "account_type": "portfolio"} == before
    own, shown = (udfs.PM_REQUIREMENT(POSITIONS, None, each) for each in (SETTINGS, rows))
    assert own == shown
    assert arranged(arranged(table)).rows == rows


def test_settings_by_account_and_unknown_ones_stay_rows_of_their_own() -> None:
    cells = [["name", "value", "account"], ["as_of", "2026-11-20", None], ["cash", 5.0, "A"],
             ["cash", 6.0, "B"], ["hause", None, None]]  # fmt: skip
    rows = arranged(input_tables(POSITIONS, None, cells, None).settings).rows
    assert [row for row in rows if row[0] == "Cash"] == [["Cash", 5.0, "A"], ["Cash", 6.0, "B"]]
    assert rows[-1] == ["hause", None, None]


def test_without_a_date_the_page_says_which_day_is_taken(
    functions: Functions, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    tables = input_tables(POSITIONS, None, SETTINGS, None)
    write_margin_workbook(path, tables, functions, template=RISK_ARRAY)
    sheet = openpyxl.load_workbook(path)["Settings"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "As of")
    formula = str(sheet.cell(row, 4).value)
    assert f'IF(ISNUMBER(B{row}),"the day of all prices' in formula
    assert '"▲ Empty. "&' in formula
    lists = {str(v.formula1) for v in sheet.data_validations.dataValidation}
    assert '"Margin,Cash,Portfolio"' in lists
    book = openpyxl.load_workbook(path)
    assert book.defined_names["as_of"].attr_text == f"Settings!$B${row}"


@pytest.mark.parametrize(("paper", "size"), [("A4", 9), ("letter", 1), (None, 1)])
def test_the_paper_is_that_of_the_settings(
    functions: Functions, tmp_path: Path, paper: str | None, size: int
) -> None:
    tables = input_tables(POSITIONS, None, [*SETTINGS, ["paper", paper]], None)
    write_margin_workbook(tmp_path / "book.xlsx", tables, functions, template=RISK_ARRAY)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert {int(sheet.page_setup.paperSize) for sheet in book.worksheets} == {size}


def test_a_paper_or_a_day_that_is_none_is_refused() -> None:
    answer = udfs.PM_REQUIREMENT(POSITIONS, None, [*SETTINGS, ["paper", "A5"]])
    assert_refused(answer, ("settings", 8, "paper"), "letter or A4")
    answer = udfs.PM_REQUIREMENT(POSITIONS, None, [*SETTINGS, ["compared_with", "last month"]])
    assert_refused(answer, ("settings", 8, "compared_with"), "a date")


def test_a_file_in_the_cell_of_the_logo_is_told_of() -> None:
    listed = udfs.XLM_CHECK(POSITIONS, None, [*SETTINGS, ["logo", "logo.png"]])
    (row,) = (row for row in listed if row[1] == "settings" and row[3] == "logo")
    assert row[0] == "warning"
    assert "a cell names no file" in str(row[5])
