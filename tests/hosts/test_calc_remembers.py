"""Many functions on one table are one reading and one computation, inside LibreOffice itself."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.hosts import counting_functions  # noqa: F401
from tests.hosts.calc_book import CallBook, in_calc

pytestmark = in_calc

POSITIONS: list[list[object]] = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 100, "", "", 100.0],
    ["XYZ", "call", -1, 110, "2027-01-15", 3.0],
    ["XYZ", "put", 1, 90, "2027-01-15", 2.0],
]
SETTINGS: list[list[object]] = [["as_of", "2026-11-20"], ["rate", 0.04]]
ASKED = (
    "PM_REQUIREMENT", "PM_RISK_ARRAY", "PM_GROUPS", "PM_STRESS", "PM_PATH", "PM_CONTRIBUTION",
    "REGT_INITIAL", "REGT_MAINTENANCE", "REGT_STRATEGIES", "MARGIN_EFFICIENCY", "MARGIN_COMPARE",
    "XLM_CHECK", "XLM_EXPLAIN",
)  # fmt: skip


def test_twenty_functions_on_one_table_are_one_computation(tmp_path: Path) -> None:
    import_module("xlmargin.udfs")
    book = CallBook(tmp_path / "book.xlsx")
    table, settings = book.place(POSITIONS), book.place(SETTINGS)
    asked = [*ASKED, *ASKED][:20]
    for name in asked:
        book.formula(f"{name}({table},,{settings})")
    book.formula(f"COUNTED_BOOKS(A1:A{2 * len(asked)})", 1, 3)
    *answers, counted = book.answers()
    assert not [answer for answer in answers if str(answer).startswith(("#", "<"))]
    assert counted == [[1.0, 1.0, 1.0]]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which program this is")
def test_functions_run_inside_the_program_and_without_pandas(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "book.xlsx")
    book.formula("RUNS_IN(B1:B1)")
    assert book.answers() == ["soffice.bin, False"]
