"""The workbook of several accounts: pages that show them together, and each in its place."""

from __future__ import annotations

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
def risk(several: Path) -> list[list]:
    sheet = openpyxl.load_workbook(several, data_only=True)["Risk"]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_heat_map_is_of_all_accounts_together(risk: list[list]) -> None:
    at = next(i for i, row in enumerate(risk) if row[6] == "Prices ↓")
    moves = [row[6] for row in risk[at + 1 : at + 12]]
    answer = udfs.PM_STRESS(
        POSITIONS, None, SETTINGS, None, [[m] for m in moves], [risk[at][7:12]], False
    )
    total = [row[1:6] for row in answer if row[-1] == "total"]
    assert [row[7:12] for row in risk[at + 1 : at + 12]] == [pytest.approx(r) for r in total]


def test_the_profile_draws_each_account_from_cells_of_the_page(
    several: Path, risk: list[list]
) -> None:
    at = next(i for i, row in enumerate(risk) if row[6] == "Prices ↓")
    whole, one, two = (risk[at + 1][column] for column in (8, 12, 13))
    # 20% more on 100 shares at 50, and on 40 sold short.
    assert (whole, one, two) == pytest.approx((600, 1_000, -400))


def test_each_position_of_each_account_has_its_quantity_beside_what_it_is(several: Path) -> None:
    book = openpyxl.load_workbook(several, data_only=True)
    rows = {row[0]: row[1] for row in book["Contribution"].iter_rows(values_only=True) if row[0]}
    held = {name: rows[name] for name in rows if ": " in name and name.startswith(("one", "two"))}
    assert held == {"one: XYZ": 100, "one: USD": 1_000, "two: XYZ": -40, "two: USD": 9_000}


def test_an_underlying_of_two_accounts_stands_with_the_account(several: Path) -> None:
    book = openpyxl.load_workbook(several, data_only=True)
    names = [row[0] for row in book["Start"].iter_rows(values_only=True)]
    at = names.index("Largest underlyings")
    # 15% of 5,000, and of 2,000 sold short.
    assert names[at + 2 : at + 4] == ["XYZ, one", "XYZ, two"]
    assert book["Start"].cell(at + 1, 6).value == "of an account, portfolio margin, $"
    named = openpyxl.load_workbook(several)["Requirement"]._charts[0].series[0].cat
    cells = (named.strRef or named.numRef).f.partition("!")[2]
    shown = [cell.value for (cell,) in book["Requirement"][cells.replace("$", "")]]
    assert shown == ["XYZ, one", "XYZ, two"]


def test_the_comparison_adds_up_by_account(several: Path) -> None:
    sheet = openpyxl.load_workbook(several, data_only=True)["Comparison"]
    rows = {row[0]: row[2:6] for row in sheet.iter_rows(values_only=True)}
    assert [sum(pair) for pair in zip(rows["one"], rows["two"], strict=True)] == pytest.approx(
        list(rows["All accounts"])
    )


def test_the_account_has_a_column_for_each_account(several: Path) -> None:
    sheet = openpyxl.load_workbook(several, data_only=True)["Account"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["Every figure"][:5] == ("Total", "one", "two", "Unit", "Rule")
    # 100 shares at 50 and 1,000 in cash; 40 short at 50 and 9,000 in cash.
    assert rows["Account value"][:3] == (13_000, 6_000, 7_000)


@pytest.mark.parametrize("rows", [POSITIONS[1:3], []], ids=["one of two", "both"])
def test_an_account_of_nothing_but_cash_has_its_place(
    rows: list[list[object]], functions: Functions, tmp_path: Path
) -> None:
    held = [POSITIONS[0], *rows, *([["USD", "cash", 500, None, a] for a in ("one", "two")])]
    path = tmp_path / "cash.xlsx"
    write_margin_workbook(path, input_tables(held, None, SETTINGS, None), functions)
    sheet = openpyxl.load_workbook(path, data_only=True)["Comparison"]
    shown = {row[0]: row[2:5] for row in sheet.iter_rows(values_only=True)}
    # By strategy 50% of 5,000 at first, 25% later; by portfolio 15%, and nothing on cash.
    one = (2_500, 1_250, 750) if rows else (0, 0, 0)
    assert (shown["one"], shown["two"]) == (one, (0, 0, 0))
