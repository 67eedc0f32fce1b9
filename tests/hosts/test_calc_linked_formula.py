"""Formulas as LibreOffice must read them."""

from __future__ import annotations

import pytest

from xlmargin.hosts.calc.uno_side.linked import (
    arguments_of,
    call_pattern,
    linked_formula,
    without_texts_joined,
)

PM, OPT = "ORG.XLMARGIN.CALCADDIN.PM_PATH", "ORG.XLMARGIN.CALCADDIN.OPT_IV"
PATTERN = call_pattern(["PM_PATH", "OPT_IV"])

LINKED = {
    "PM_PATH(A1:B2)": f"{PM}(A1:B2)",
    "pm_path(A1:B2)": f"{PM}(A1:B2)",
    "1+PM_PATH(A1:B2)/OPT_IV(1)": f"1+{PM}(A1:B2)/{OPT}(1)",
    "SUM(PM_PATH(A1:B2),A1,0)": f"SUM({PM}(A1:B2),A1,0)",
    "PM_PATH(OPT_IV(A1,0),0)": f"{PM}({OPT}(A1:A1,{{0}}),{{0}})",
    "PM_PATH(SUM(A1,0),IF(0,A1))": f"{PM}(SUM(A1,0),IF(0,A1))",
    # A lone cell, and one on another sheet.
    "PM_PATH(A1)": f"{PM}(A1:A1)",
    "PM_PATH( $B$7 ,B7)": f"{PM}($B$7:$B$7,B7:B7)",
    "PM_PATH(Market!A1,'My, (book)'!A$1)": f"{PM}(Market!A1:A1,'My, (book)'!A$1:A$1)",
    "of:=PM_PATH([.A1];[$Sheet1.B2];0)": f"of:={PM}([.A1:.A1];[$Sheet1.B2:.B2];{{0}})",
    "of:=PM_PATH([.A1:.B2])": f"of:={PM}([.A1:.B2])",
    # Typed numbers: only 0 is in doubt.
    "PM_PATH(0,0.0,10,0.5,00)": f"{PM}({{0}},{{0}},10,0.5,{{0}})",
    "PM_PATH({0,1},,)": f"{PM}({{0,1}},,)",
    # Tables: the whole of one, and a part.
    "PM_PATH(Book[#All])": f"{PM}(Book[[#All]])",
    "PM_PATH(Book[[#All]],Book[price])": f"{PM}(Book[[#All]],Book[price])",
    "PM_PATH(Book[[#Headers],[a]:[b]])": f"{PM}(Book[[#Headers],[a]:[b]])",
    # As other programs store a call.
    "[1]!PM_PATH(A1:B2)": f"{PM}(A1:B2)",
    "_xldudf_PM_PATH(A1:B2)": f"{PM}(A1:B2)",
    f"{PM}(A1:B2)": f"{PM}(A1:B2)",
    # Neither texts, nor sheets, nor other functions.
    '"PM_PATH(A1)"&A1': '"PM_PATH(A1)"&A1',
    'PM_PATH("a ""PM_PATH(A1)"", 0",A1)': f'{PM}("a ""PM_PATH(A1)"", 0",A1:A1)',
    "'PM_PATH(A1)'!B1": "'PM_PATH(A1)'!B1",
    "MY_PM_PATH(A1)+PM_PATHS(A1)+my.PM_PATH(A1)": "MY_PM_PATH(A1)+PM_PATHS(A1)+my.PM_PATH(A1)",
    "SUM(Book[#All],A1,0)": "SUM(Book[#All],A1,0)",
    # Not well formed: handed on for LibreOffice to refuse.
    "PM_PATH(A1": f"{PM}(A1",
    ")PM_PATH(A1)))": f"){PM}(A1:A1)))",
}  # fmt: skip


@pytest.mark.parametrize("formula", LINKED)
def test_calls_are_linked(formula: str) -> None:
    assert linked_formula(formula, PATTERN) == LINKED[formula]


def test_an_array_formula_joins_its_texts_to_nothing() -> None:
    call = f"{PM}(A1:B2)"
    linked = linked_formula("PM_PATH(A1:B2)", PATTERN, fills_cells=True)
    assert linked == f'IF(ISTEXT({call}),{call}&"",{call})'
    of_odf = f"{PM}([.A1:.B2])"
    linked = linked_formula("of:=PM_PATH([.A1:.B2])", PATTERN, fills_cells=True)
    assert linked == f'of:=IF(ISTEXT({of_odf});{of_odf}&"";{of_odf})'
    assert linked_formula(call, PATTERN, fills_cells=True) == f'IF(ISTEXT({call}),{call}&"",{call})'
    assert linked_formula("TRANSPOSE(A1:B2)", PATTERN, fills_cells=True) == "TRANSPOSE(A1:B2)"


@pytest.mark.parametrize("formula", ["PM_PATH(A1:B2)", "=PM_PATH(A1:B2;1)", "=1+PM_PATH(A1:B2)"])
def test_what_was_joined_to_texts_is_found_again(formula: str) -> None:
    linked = linked_formula(formula, PATTERN, fills_cells=True)
    assert without_texts_joined(linked) == linked_formula(formula, PATTERN)
    assert without_texts_joined(formula) == formula
    assert without_texts_joined(f"{linked}+1") == f"{linked}+1"


def test_cells_as_calc_writes_them_are_made_ranges() -> None:
    formula = "=PM_PATH($Sheet1.A1;$'My; sheet'.$B$2;0)"
    linked = f"={PM}($Sheet1.A1:A1;$'My; sheet'.$B$2:$B$2;{{0}})"
    assert linked_formula(formula, PATTERN) == linked


def test_arguments_are_told_apart() -> None:
    formula = '=SUM(1;PM_PATH(A1:B2; SUM(C1;2);;"a;b";OPT_IV(D1)))'
    assert list(arguments_of(formula, PATTERN)) == [
        "A1:B2", "SUM(C1;2)", "", '"a;b"', "D1", "OPT_IV(D1)",
    ]  # fmt: skip
