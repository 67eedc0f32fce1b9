"""The workbook of several accounts: the page Stress shows them together, in its place."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from xlmargin import udfs
from xlmargin.workbooks import Functions, input_tables, write_margin_workbook

POSITIONS = [
    ["symbol", "type", "quantity", "price", "account"],
    ["XYZ", "stock", 100, 50.0, "one"],
    ["USD", "cash", 1_000, None, "one"],
    ["XYZ", "stock", -40, 50.0, "two"],
    ["USD", "cash", 9_000, None, "two"],
]
SETTINGS = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, functions: Functions) -> Path:
    path: Path = tmp_path_factory.mktemp("several") / "several.xlsx"
    write_margin_workbook(path, input_tables(POSITIONS, None, SETTINGS, None), functions)
    return path


@pytest.fixture(scope="module")
def stress(several: Path) -> list[list]:
    sheet = openpyxl.load_workbook(several, data_only=True)["Stress"]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def below(rows: list[list], heading: str) -> list[list]:
    """The rows under a heading of the first column, up to one that is empty."""
    first = next(i for i, row in enumerate(rows) if row[0] == heading) + 1
    end = next((i for i in range(first, len(rows)) if rows[i][0] is None), len(rows))
    return rows[first:end]


@pytest.mark.parametrize(
    ("heading", "function", "width"), [("Spot move", "PM_STRESS", 7), ("Move", "PM_PATH", 5)]
)
def test_the_total_s_rows_are_shown_and_nothing_runs_over(stress, heading, function, width):
    answer = getattr(udfs, function)(POSITIONS, None, SETTINGS, headers=False)
    total = [row[:-1] for row in answer if row[-1] == "total"]
    assert len(answer) == 3 * len(total)
    shown = below(stress, heading)
    assert [row[:width] for row in shown] == [pytest.approx(row) for row in total]
    assert {cell for row in shown for cell in row[width:]} == {None}


def test_the_page_says_that_accounts_are_together(stress):
    notes = [cell for row in stress for cell in row if "all accounts together" in str(cell)]
    assert len(notes) == 2


def test_the_comparison_draws_each_account_once_and_no_underlying_beside_its_total(several):
    with zipfile.ZipFile(several) as packed:
        charts = "".join(packed.read(n).decode() for n in packed.namelist() if "charts/chart" in n)
    drawn_from = re.findall(r"<c:cat><c:\w+><c:f>Comparison!([^<]*)</c:f>", charts)
    (reach,) = set(drawn_from)
    sheet = openpyxl.load_workbook(several, data_only=True)["Comparison"]
    drawn = [cell.value for (cell,) in sheet[reach.replace("$", "")]]
    assert drawn == ["one: total", "two: total"]


def test_the_account_has_a_column_for_each_account(several):
    sheet = openpyxl.load_workbook(several, data_only=True)["Account"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["Every figure"][:5] == ("Total", "one", "two", "Unit", "Rule")
    # 100 shares at 50 and 1,000 in cash; 40 short at 50 and 9,000 in cash.
    assert rows["Account value"][:3] == (13_000, 6_000, 7_000)


@pytest.mark.parametrize("rows", [POSITIONS[1:3], []], ids=["one of two", "both"])
def test_an_account_of_nothing_but_cash_has_its_place(
    rows: list[list[object]], functions: Functions, tmp_path: Path
):
    held = [POSITIONS[0], *rows, *([["USD", "cash", 500, None, a] for a in ("one", "two")])]
    path = tmp_path / "cash.xlsx"
    write_margin_workbook(path, input_tables(held, None, SETTINGS, None), functions)
    sheet = openpyxl.load_workbook(path, data_only=True)["Comparison"]
    shown = {row[0]: row[1:5] for row in sheet.iter_rows(values_only=True)}
    # By strategy 50% of 5,000 at first, 25% later; by portfolio 15%, and nothing on cash.
    one = (2_500, 1_250, 2_500, 750) if rows else (0, 0, 0, 0)
    assert (shown["One: total"], shown["Two: total"]) == (one, (0, 0, 0, 0))
