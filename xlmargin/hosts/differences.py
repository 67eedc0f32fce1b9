"""Where the programs that show cells differ, all of it: the same call, another answer.

In all else the same arguments give the same answer. The tests of each program hold it to this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Difference:
    """One thing that is not alike in all programs."""

    what: str
    excel: str
    """Excel on Windows, through the classic half of xlwings."""
    office_js: str
    """Excel on the Mac and the web, through the Office.js half of xlwings."""
    calc: str
    """LibreOffice Calc, through the add-in."""


EMPTY_CELL: Final = Difference(
    "one empty cell as an argument",
    "counts as left out",
    "counts as left out",
    "comes as 0: counts as left out where a range, a date or a text is wanted, and for rate,"
    " dividend_yield and style; as FALSE where TRUE or FALSE is wanted; is refused elsewhere."
    " A range of one cell, B2:B2, is empty as in Excel",
)
ZERO: Final = Difference(
    "0 typed as an argument that wants a number",
    "is the number",
    "is the number",
    "is refused as an empty cell is, but for rate and dividend_yield: type {0}",
)
ERROR_IN_RANGE: Final = Difference(
    "an error cell in a range that may be left out, or of moves or values",
    "is reported by row and column",
    "is reported by row and column",
    "makes the answer Err:504; the function is not called: Fit answers, in the menu xlmargin, names"
    " the cell in a note. In a table that must be given, such as positions, it is reported as in"
    " Excel",
)
LONE_ERROR: Final = Difference(
    "one error cell as an argument that may be left out, or that is no table",
    "is reported by the name of the argument",
    "is reported by the name of the argument",
    "is the answer; the function is not called",
)
NO_CELLS: Final = Difference(
    "a value, or an array that a formula computes, for a table that must be given",
    "is read as a table, or refused by name",
    "is read as a table, or refused by name",
    "makes the answer Err:504; the function is not called: put it into cells, and give their range"
    " (INDEX, OFFSET, INDIRECT, IF and CHOOSE may choose it)",
)
TRUTH: Final = Difference(
    "TRUE or FALSE, in a range and in an answer",
    "is TRUE or FALSE",
    "is TRUE or FALSE",
    "is 1 or 0",
)
DATE_AS_NUMBER: Final = Difference(
    "a date under a heading of numbers, in a range",
    "is refused",
    "comes as a number, and is read as one",
    "comes as a number, and is read as one",
)
TEXT: Final = Difference(
    "a text among the cells of an answer, looked for by =, MATCH or COUNTIF",
    "is found",
    "is found",
    'is not found by LibreOffice 7 until it is joined to nothing, as in B2&""',
)
NO_VALUE: Final = Difference(
    "no value in an answer",
    "is the text #N/A",
    "is the error #N/A",
    "is the text #N/A",
)
SPILLING: Final = Difference(
    "a table as the answer of one formula",
    "spills, in Excel 2021 and later",
    "spills",
    "spills from the cell of an array formula (Ctrl+Shift+Enter), and grows and shrinks with its"
    " tables; what is in the way is named in a note. A refusal takes one cell",
)
CATEGORY: Final = Difference(
    "category in the function wizard",
    "xlmargin",
    "xlmargin, by the name of the add-in",
    "Add-In",
)
IMPORT: Final = Difference(
    "a workbook that another program has saved",
    "is read as it is, but shows #NAME? for functions that LibreOffice saved",
    "needs its formulas entered again",
    "shows #NAME? in LibreOffice 7 until its formulas are entered again; xlmargin calc reads it",
)

DIFFERENCES: Final = (
    EMPTY_CELL, ZERO, ERROR_IN_RANGE, LONE_ERROR, NO_CELLS, TRUTH, DATE_AS_NUMBER, TEXT, NO_VALUE,
    SPILLING, CATEGORY, IMPORT,
)  # fmt: skip

IN_CALC: Final = tuple(f"{difference.what}: {difference.calc}." for difference in DIFFERENCES)
"""What a user of Calc should know."""
