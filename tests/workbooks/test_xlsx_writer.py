"""Formulas as XlsxWriter writes them, with fewer looks at each."""

import pytest
from xlsxwriter.worksheet import Worksheet

from xlmargin.workbooks.xlsx_writer import Sheet


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
def test_a_formula_stands_as_xlsxwriter_puts_it(formula, later):
    assert Sheet()._prepare_formula(formula, later) == Worksheet()._prepare_formula(formula, later)
