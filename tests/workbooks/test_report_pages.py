"""The first page and the signed report: figures of the functions, sums that add up as printed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlmargin import udfs
from xlmargin.workbooks.sample_tables import tables_of_two_accounts

pytestmark = pytest.mark.filterwarnings("ignore:Print area", "ignore:.*extension is not")
COMMITTED = Path(__file__).parents[2] / "workbooks"
DAY = 46315.0
"""20 October 2026, with which the sample is compared."""


@cache
def sheet(name: str, book: str = "family-office") -> Worksheet:
    return openpyxl.load_workbook(COMMITTED / f"{book}.xlsx", data_only=True)[name]


def rows(name: str, book: str = "family-office") -> list[tuple[object, ...]]:
    return list(sheet(name, book).iter_rows(values_only=True))


def row_of(page: str, label: str, book: str = "family-office") -> tuple[object, ...]:
    return next(row for row in rows(page, book) if row[0] == label and any(row[1:]))


def messages() -> dict[str, str]:
    tables = tables_of_two_accounts()
    beside = (tables.more[name].rows for name in ("Broker", "DatedPositions", "DatedMarket"))
    return dict(udfs.XLM_MESSAGES(*tables.ranges, *beside, headers=False))


@pytest.mark.parametrize(
    ("label", "figure"),
    [
        ("Equity", "portfolio equity"), ("Long market value", "long market value"),
        ("Options, net", "option value"), ("Cash", "cash"),
        ("Portfolio margin", "portfolio requirement"),
        ("Strategy-based, maintenance", "strategy requirement"),
        ("Strategy-based, Reg T initial", "Reg T requirement"),
        ("Excess, portfolio margin", "portfolio excess"),
        ("Excess, strategy-based", "strategy excess"),
    ],
)  # fmt: skip
def test_key_figures_are_the_account_s_on_both_days(label: str, figure: str) -> None:
    tables = tables_of_two_accounts()
    now = udfs.MARGIN_ACCOUNT(*tables.ranges)
    dated = (tables.more[name].rows for name in ("DatedPositions", "DatedMarket"))
    then = udfs.MARGIN_ACCOUNT_ON(*dated, *tables.ranges[2:], DAY)
    before, after = (next(r for r in table if r[0] == figure) for table in (then, now))
    shown = row_of("Monthly report", label)
    expected = [after[2], before[2], after[2] - before[2], after[2] / before[2] - 1, *after[4:6]]
    assert shown[1:7] == pytest.approx(expected, abs=1e-6)


def test_what_moved_the_requirement_adds_up_as_printed() -> None:
    found = rows("Monthly report")
    first = next(i for i, row in enumerate(found) if row[0] == "What moved the requirement")
    table = found[first + 2 : first + 9]
    for column in (1, 2):
        opening, *parts, closing = (round(float(str(row[column]))) for row in table)
        assert opening + sum(parts) == closing
        assert all(row[column] == round(float(str(row[column]))) for row in table[1:-1])
    told = messages()["change"]
    assert f"fell by ${round(float(str(table[0][1]))) - round(float(str(table[-1][1]))):,} " in told
    for row in table[1:-1]:
        amount = abs(float(str(row[1])))
        assert not amount or f"(${amount:,.0f})" in told


def test_the_bullets_are_the_messages() -> None:
    said = messages()
    bullets = [str(row[0])[2:] for row in rows("Monthly report") if str(row[0]).startswith("• ")]
    assert bullets == [
        said["level"], said["change"], f"{said['calls']} {said['stress']}", said["broker"],
    ]  # fmt: skip
    assert sheet("Start")["A4"].value == said["start"]
    assert sheet("Reconciliation")["A2"].value == said["broker"]


def test_the_broker_s_requirements_stand_beside_ours() -> None:
    tables = tables_of_two_accounts()
    positions, *others = tables.ranges
    found = udfs.MARGIN_RECONCILE(positions, tables.more["Broker"].rows, *others)
    own = {
        row[0]: row for row in found if row[1] == "portfolio requirement" and not row[11]
    }  # fmt: skip
    page = rows("Monthly report")
    first = next(i for i, row in enumerate(page) if row[0] == "Reconciliation with the broker")
    holding, foundation, both = page[first + 2 : first + 5]
    for row, state in ((holding, "▲ Differs"), (foundation, "▲ Stale")):
        ours, theirs = own[row[0]][3:5]
        assert row[1:5] == pytest.approx((ours, theirs, theirs - ours, theirs / ours - 1))
        assert row[6] == state
    assert both[1] == pytest.approx(float(str(holding[1])) + float(str(foundation[1])))
    assert both[3] == pytest.approx(1_746_798 - float(str(both[1])))
    start = row_of("Start", "Broker’s requirement less ours")
    assert start[3] == f"+${float(str(both[3])):,.0f}"
    assert start[4] == "within 1.0%", "as the setting is empty"


def test_each_check_of_the_first_page_is_a_figure_s_worst_account() -> None:
    tables = tables_of_two_accounts()
    positions, *others = tables.ranges
    found = udfs.MARGIN_ALERTS(positions, tables.more["Limits"].rows, *others)[1:]
    names = list(dict.fromkeys(row[1] for row in found))
    first = next(i for i, row in enumerate(rows("Start")) if row[0] == "Checks") + 2
    shown = rows("Start")[first : first + 8]
    labels = [str(row[0]) for row in shown]
    assert len({label.partition(",")[0] for label in labels}) == len(labels) == len(names) + 2
    least = min((row for row in found if row[1] == "portfolio cushion"), key=lambda row: row[2])
    (cushion,) = (row for row in shown if str(row[0]).startswith("Portfolio cushion"))
    assert cushion[0] == f"Portfolio cushion, {least[0]}"
    assert cushion[3] == f"{100 * least[2]:.1f}%"
    (stress,) = (row for row in shown if row[0] == "Cushion after −20%, volatility ×2")
    worst = min(row[2] for row in found if row[1] == "stress cushion")
    assert (stress[3], stress[4], stress[5]) == (f"{100 * worst:.1f}%", "≥ 15.0%", "● OK")


def test_the_requirement_has_a_total_that_is_the_card_s() -> None:
    card = sheet("Start", "risk-array")["A7"].value
    found = row_of("Requirement", "Total", "risk-array")
    counted = [row[10] for row in rows("Requirement", "risk-array") if row[0] != "Total"]
    groups = [amount for amount in counted if isinstance(amount, float | int)]
    assert found[10] == card
    assert sum(groups) == pytest.approx(float(str(card)))
    assert re.fullmatch(r"[\d.]+", str(card))
