"""The calls that every host must answer alike, in LibreOffice Calc; and where Calc differs."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.hosts import sample_functions
from tests.hosts.calc_book import CallBook, Formula, in_calc, only_in_calc_7
from tests.hosts.calls import CALLS, LEFT_OUT, SETTINGS, Range
from xlmargin.dates import serial_of
from xlmargin.excel.worksheet_function import REGISTRY, ArgumentKind
from xlmargin.hosts.calc import recalculation
from xlmargin.hosts.differences import DIFFERENCES

pytestmark = in_calc


def as_calc_has_it(value: Any) -> Any:
    """TRUE and FALSE as 1 and 0, dates as numbers: the differences `truth`, `date_as_number`."""
    if isinstance(value, Range):
        return Range(as_calc_has_it(value.rows))
    if isinstance(value, list):
        return [as_calc_has_it(part) for part in value]
    if isinstance(value, dt.date):
        return serial_of(value)
    return float(value) if isinstance(value, bool) else value


def in_python(name: str, arguments: list[object]) -> Any:
    """The answer in plain Python; one row of one is no table."""
    given = {
        argument.name: value.rows if isinstance(value, Range) else value
        for argument, value in zip(REGISTRY[name].arguments, arguments, strict=False)
        if value != LEFT_OUT
    }
    answer = getattr(sample_functions, name)(**given)
    is_table = isinstance(answer, list) and (len(answer) > 1 or len(answer[0]) > 1)
    return answer[0][0] if isinstance(answer, list) and not is_table else answer


def has_no_cells(name: str, given: list[object]) -> bool:
    """Whether a table that must be given is no range of cells: the difference `no_cells`."""
    return any(
        argument.kind is ArgumentKind.RANGE
        and not argument.optional
        and not isinstance(value, Range)
        for argument, value in zip(REGISTRY[name].arguments, given, strict=False)
    )


EXPECTED = [
    "<error Err:504>"
    if has_no_cells(name, given)
    else as_calc_has_it(
        in_python(name, [as_calc_has_it(a) if isinstance(a, Range) else a for a in given])
    )
    for name, given in CALLS
]


@pytest.fixture(scope="module")
def through_calc(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    book = CallBook(tmp_path_factory.mktemp("contract") / "calls.xlsx")
    for (name, arguments), expected in zip(CALLS, EXPECTED, strict=True):
        rows = expected if isinstance(expected, list) else [[expected]]
        book.call(name, arguments, len(rows), len(rows[0]))
    return book.answers()


@pytest.mark.parametrize("number", range(len(CALLS)), ids=lambda n: f"{n}-{CALLS[n][0]}")
def test_calc_answers_as_python_does(number: int, through_calc: list[Any]) -> None:
    assert through_calc[number] == EXPECTED[number]


REFUSED_ZERO = (
    "#XLM! number: found 0 or an empty cell, which LibreOffice Calc does not tell apart, "
    "wanted {0} for the number, a range such as B2:B2 for a cell, or no argument."
)
LONE_EMPTY = 'INDIRECT("Cells!Z99")'
"""A lone cell that is not seen to be one in the file: as when it is typed in Calc."""
TYPED_ZERO = "(1-1)"
ERROR = Formula("NA()")
DAY = dt.date(2026, 1, 15)
ERRORS = {"NA()": "#N/A", "1/0": "#DIV/0!", '"a"+1': "#VALUE!", "SQRT(-1)": "Err:502"}
"""What answers an error, and its name."""

DATED = Range([["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, DAY]])

DIFFERENT: list[tuple[str, str, Any]] = [
    ("empty_cell", "SAMPLE_SCALARS(empty)", ["left out", 7.0, "", 1.0]),
    ("empty_cell", 'SAMPLE_SCALARS("a",1.5,empty)', ["a", 1.5, "", 1.0]),
    ("empty_cell", 'SAMPLE_SCALARS("a",1.5,46037,empty)', ["a", 1.5, 46037.0, 0.0]),
    ("empty_cell", 'SAMPLE_SCALARS("a",empty)', REFUSED_ZERO),
    ("empty_cell", 'SAMPLE_SCALARS("a",Z99:Z99,46037)', ["a", 7.0, 46037.0, 1.0]),
    ("zero", 'SAMPLE_SCALARS("a",zero)', REFUSED_ZERO),
    ("zero", 'SAMPLE_SCALARS("a",{0},46037)', ["a", 0.0, 46037.0, 1.0]),
    ("error_in_range", "SAMPLE_VALUES(wrong)", ["<error Err:504>"] * 4),
    ("error_in_range", "SAMPLE_TABLE(dated,wrong)", ["<error Err:504>"] * 4),
    ("lone_error", "SAMPLE_SCALARS(NA())", ["<error #N/A>"] * 4),
    ("no_cells", 'SAMPLE_TABLE({"symbol","type"})', ["<error Err:504>"] * 4),
    ("no_cells", "SAMPLE_TABLE(1)", ["<error Err:504>"] * 4),
    ("truth", "SAMPLE_SCALARS(TRUE,1.5,46037,TRUE)", ["1", 1.5, 46037.0, 1.0]),
    ("date_as_number", "SAMPLE_VALUE(dated,,settings)", 4_603_700.0),
    ("no_value", "SAMPLE_ODD(2)", "#N/A"),
]


@pytest.fixture(scope="module")
def different(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    book = CallBook(tmp_path_factory.mktemp("different") / "calls.xlsx")
    wrong, dated = book.place([[1.0, ERROR]]), book.place(DATED.rows)
    settings = book.place(SETTINGS.rows)
    for _, formula, expected in DIFFERENT:
        typed = formula.replace("empty", LONE_EMPTY).replace("zero", TYPED_ZERO)
        typed = typed.replace("dated", dated).replace("settings", settings)
        width = len(expected) if isinstance(expected, list) else 1
        book.formula(typed.replace("wrong", wrong), 1, width)
    return book.answers()


@pytest.mark.parametrize("number", range(len(DIFFERENT)), ids=lambda n: DIFFERENT[n][1])
def test_calc_differs_as_the_table_says(number: int, different: list[Any]) -> None:
    expected = DIFFERENT[number][2]
    assert different[number] == ([expected] if isinstance(expected, list) else expected)


def test_an_error_cell_in_a_table_is_named(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "errors.xlsx")
    market, settings = [["symbol", "price"], ["XYZ", 100.0]], SETTINGS.rows
    headings = ["symbol", "type", "quantity", "price"]
    expected = []
    for formula, error in ERRORS.items():
        rows = [headings, ["XYZ", "stock", 5.0, 100.0], [""] * 4, ["XYZ", "stock", error, 100.0]]
        in_cells = [*rows[:3], ["XYZ", "stock", Formula(formula), 100.0]]
        book.call("SAMPLE_VALUE", [Range(in_cells), Range(market), SETTINGS])
        expected.append(sample_functions.SAMPLE_VALUE(rows, market, settings))
    book.formula(f"SAMPLE_VALUE(INDEX({book.place([headings, [ERROR] * 4])},0,0))")
    book.formula(f"SAMPLE_VALUE({book.place([[ERROR]])})")
    expected.append(sample_functions.SAMPLE_VALUE([headings, ["#N/A"] * 4]))
    expected.append(sample_functions.SAMPLE_VALUE("#N/A"))
    assert "row 4, quantity: found the error #N/A" in expected[0]
    assert book.answers() == expected


TABLE = 'SAMPLE_SCALARS("a",1.5,46037,TRUE)'
ONLY_IN_CALC_7 = {"text", "spilling", "import"}


def test_every_difference_is_tested() -> None:
    tested = {difference for difference, _, _ in DIFFERENT} | ONLY_IN_CALC_7
    assert tested == set(DIFFERENCES) - {"category"}


def test_a_text_of_an_answer_is_found_where_an_array_formula_is_linked(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "texts.xlsx")
    book.formula(TABLE, 1, 4)
    book.formula('MATCH("a",A1:D1,0)')
    assert book.answers() == [[["a", 1.5, 46037.0, 1.0]], 1.0]


@only_in_calc_7
def test_a_fresh_text_of_an_answer_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculation, "_FILLS_CELLS", ())
    book = CallBook(tmp_path / "texts.xlsx")
    book.formula(TABLE, 1, 4)
    book.formula('A1="a"')
    book.formula('A1&""="a"')
    assert book.answers()[1:] == [0.0, 1.0]


@only_in_calc_7
def test_a_table_fills_the_cells_of_an_array_formula_only(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "one.xlsx")
    book.formula(TABLE)
    assert book.answers() == ["a"]
    assert list(book.answered) == [(0, 0)]


@only_in_calc_7
def test_a_workbook_of_excel_has_to_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        recalculation, "write_relinked", lambda book, copy, _: shutil.copy(book, copy)
    )
    book = CallBook(tmp_path / "unlinked.xlsx")
    book.formula(TABLE)
    assert book.answers() == ["<error #NAME?>"]


def test_what_calc_reads_as_a_number_is_a_date_elsewhere() -> None:
    answer = in_python("SAMPLE_VALUE", [DATED, LEFT_OUT, SETTINGS])
    assert "row 2, price: found the date 2026-01-15, wanted a number" in answer
