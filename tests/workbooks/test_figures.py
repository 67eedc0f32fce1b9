"""Figures of pages: the formula that is written, and the value that a spreadsheet finds of it."""

from __future__ import annotations

import pytest

from xlmargin.workbooks.figures import (
    ABS,
    AND,
    COUNT,
    COUNTIF,
    COUNTIFS,
    FAULT,
    IF,
    IFERROR,
    INT,
    ISNUMBER,
    LEFT,
    MAX,
    MIN,
    OR,
    ROUND,
    SUMIFS,
    Cells,
    Figure,
    at_extreme,
    change_share,
    exactly,
    is_number,
    less,
    look_up,
    points,
    share,
    state_of,
    state_of_excess,
)

A, B, C = Figure("A1", 6.0), Figure("B1", 4.0), Figure("C1", 2.0)
WORD, BLANK, NOTHING = Figure("D1", "none"), Figure("E1", ""), Figure("F1", 0.0)


@pytest.mark.parametrize(
    ("figure", "formula", "value"),
    [
        (A - B - C, "A1-B1-C1", 0.0),
        (A - (B - C), "A1-(B1-C1)", 4.0),
        (A - (B + C), "A1-(B1+C1)", 0.0),
        (A + (B + C), "A1+B1+C1", 12.0),
        ((A - B) / C, "(A1-B1)/C1", 1.0),
        (A / (B * C), "A1/(B1*C1)", 0.75),
        (A / B * C, "A1/B1*C1", 3.0),
        (-A * B, "-A1*B1", -24.0),
        (-(A - B), "-(A1-B1)", -2.0),
        (100 * (A - B), "100*(A1-B1)", 200.0),
        (A - WORD, "A1-D1", FAULT),
        (BLANK * A, "E1*A1", FAULT),
        (A / NOTHING, "A1/F1", FAULT),
        (A < B, "A1<B1", False),
        (WORD > A, "D1>A1", True),
        (WORD.equals("NONE"), 'D1="NONE"', True),
        (A.differs(""), 'A1<>""', True),
        (A.is_at_most(6.0), "A1<=6", True),
        ((A - WORD) < B, "A1-D1<B1", FAULT),
        (IF(A > B, C, "no"), 'IF(A1>B1,C1,"no")', 2.0),
        (IF(WORD - A > 0, 1.0, 2.0), "IF(D1-A1>0,1,2)", FAULT),
        (IF(A > B, 1.0, WORD - A), "IF(A1>B1,1,D1-A1)", 1.0),
        (IFERROR(A / NOTHING, "none"), 'IFERROR(A1/F1,"none")', "none"),
        (IFERROR(A, "none"), 'IFERROR(A1,"none")', 6.0),
        (AND(ISNUMBER(A), ISNUMBER(WORD)), "AND(ISNUMBER(A1),ISNUMBER(D1))", False),
        (OR(ISNUMBER(A - WORD), A > B), "OR(ISNUMBER(A1-D1),A1>B1)", True),
        (ROUND(Figure("A1", 2.5), 0), "ROUND(A1,0)", 3.0),
        (ROUND(Figure("A1", -2.5), 0), "ROUND(A1,0)", -3.0),
        (INT(Figure("A1", -2.5)), "INT(A1)", -3.0),
        (MAX(0.0, B - A), "MAX(0,B1-A1)", 0.0),
        (ABS(B - A), "ABS(B1-A1)", 2.0),
        (LEFT(Figure("A1", "refused: why"), 7), "LEFT(A1,7)", "refused"),
        (less(A, WORD), 'IFERROR(A1-D1,"none")', "none"),
        (less(A, Figure("B1", 1 / 3), digits=2), 'IFERROR(ROUND(A1-B1,2),"none")', 5.67),
        (share(A, B), 'IFERROR(IF(B1>0,A1/B1,"none"),"none")', 1.5),
        (share(A, NOTHING), 'IFERROR(IF(F1>0,A1/F1,"none"),"none")', "none"),
        (share(A, WORD), 'IFERROR(IF(D1>0,A1/D1,"none"),"none")', "none"),
        (change_share(A, B), 'IFERROR(A1/B1-1,"")', 0.5),
        (change_share(A, BLANK), 'IFERROR(A1/E1-1,"")', ""),
        (points(B, C), 'IFERROR(100*(B1-C1),"")', 200.0),
        (state_of(ISNUMBER(A), A < B, B > C),
         'IF(ISNUMBER(A1),IF(A1<B1,"■ Act",IF(B1>C1,"▲ Watch","● OK")),"none")', "▲ Watch"),
        (state_of_excess(-A), 'IF(ISNUMBER(-A1),IF(-A1<0,"■ Act","● OK"),"none")', "■ Act"),
        (state_of_excess(WORD), 'IF(ISNUMBER(D1),IF(D1<0,"■ Act","● OK"),"none")', "none"),
    ],
)  # fmt: skip
def test_a_formula_and_its_value_follow_from_one_expression(
    figure: Figure, formula: str, value: float | str
) -> None:
    assert figure.formula == formula
    assert figure.value == pytest.approx(value) if is_number(value) else figure.value == value


MET = Cells("$A$2:$A$9", ("met", "Met", "not met", "", 3.0, -1.0))
AMOUNTS = Cells("$B$2:$B$9", (5.0, 6.0, 7.0, "", 8.0, "none"))


@pytest.mark.parametrize(
    ("criterion", "count"),
    [("met", 2), ("<>met", 4), ("?*", 3), ("*met", 3), (">0", 1), ("<0", 1), ("<>", 5), ("x", 0)],
)
def test_cells_are_counted_as_spreadsheets_count_them(criterion: str, count: int) -> None:
    found = COUNTIF(MET, criterion)
    assert found.formula == f'COUNTIF($A$2:$A$9,"{criterion}")'
    assert found.value == count


NAMES = ("IRA [1]", "IRA 1", ">growth", "growth", "=A1", "A*", "AB", "why?", "whys", "a~*b", "")


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_an_account_are_its_own_whatever_its_name_has_in_it(name: str) -> None:
    """As a criterion of its own ">growth" asks for texts after it, and "A*" for what begins so."""
    whose = Cells("$A$2:$A$12", NAMES)
    amounts = Cells("$B$2:$B$12", tuple(float(i) for i in range(len(NAMES))))
    found = SUMIFS(amounts, whose, exactly(Figure("C1", name, "text")))
    assert found.value == float(NAMES.index(name))
    assert is_number(found.value)
    label = exactly(Figure("C1", name, "text"))
    assert look_up(label, whose, amounts).value == float(NAMES.index(name))


def test_nothing_added_up_is_the_number_0() -> None:
    """It may be added to another one: of no row it is no fault."""
    assert (SUMIFS(AMOUNTS, MET, "x") + A).value == 6.0


def test_a_text_in_a_formula_stays_a_text() -> None:
    quoted = '"A""&B1&""C"'
    assert A.equals('A"&B1&"C').formula == f"A1={quoted}"
    assert IF(A > B, 'A"&B1&"C', "").formula == f'IF(A1>B1,{quoted},"")'


def test_cells_are_added_up_and_looked_up() -> None:
    assert SUMIFS(AMOUNTS, MET, "met").formula == 'SUMIFS($B$2:$B$9,$A$2:$A$9,"met")'
    assert SUMIFS(AMOUNTS, MET, "met").value == 11.0
    assert COUNTIFS(MET, "met", AMOUNTS, ">5").value == 1.0
    assert (COUNT(AMOUNTS).value, MIN(AMOUNTS).value, MAX(AMOUNTS, 9.0).value) == (4.0, 5.0, 9.0)
    least = at_extreme(MET, AMOUNTS, MIN)
    assert least.formula == "INDEX($A$2:$A$9,MATCH(MIN($B$2:$B$9),$B$2:$B$9,0))"
    assert least.value == "met"
    assert at_extreme(MET, Cells("$C$2:$C$9", ("",)), MIN).value == FAULT


def test_true_is_no_number_and_a_call_is_more_than_an_act() -> None:
    assert ISNUMBER(Figure("A1", True)).value is False
    assert state_of_excess(-A, B).value == "■ Call"
    assert state_of_excess(A, WORD).value == "● OK"
