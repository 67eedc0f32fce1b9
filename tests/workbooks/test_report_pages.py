"""The first page and the signed report: figures of the functions, sums that add up as printed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlmargin import udfs
from xlmargin.workbooks.templates import sample_tables, tables_of_two_accounts

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
        ("Reg T on today’s prices", "Reg T requirement"),
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
    assert both[3] == pytest.approx(1_771_630 - float(str(both[1])))
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
    lines = [amount for amount in counted if isinstance(amount, float | int)]
    assert found[10] == pytest.approx(float(str(card)), abs=0.005)
    assert all(amount == round(amount, 2) for amount in lines)
    assert round(sum(lines), 2) == found[10], "to the cent"
    assert re.fullmatch(r"[\d.]+", str(card))


REQUIRED, BY_STRATEGY, RELEASED, EQUITY, EXCESS = "A7", "C7", "E7", "H7", "J7"
"""Cards of Start."""


@pytest.mark.parametrize(
    ("book", "page", "label", "column", "card"),
    [
        ("family-office", "Holdings", "All accounts", 10, REQUIRED),
        ("family-office", "Comparison", "All accounts", 3, BY_STRATEGY),
        ("family-office", "Comparison", "All accounts", 4, REQUIRED),
        ("family-office", "Comparison", "All accounts", 5, RELEASED),
        ("family-office", "Monthly report", "Equity", 1, EQUITY),
        ("family-office", "Monthly report", "Portfolio margin", 1, REQUIRED),
        ("family-office", "Monthly report", "Strategy-based, maintenance", 1, BY_STRATEGY),
        ("family-office", "Monthly report", "Released, on maintenance", 1, RELEASED),
        ("family-office", "Monthly report", "Excess, portfolio margin", 1, EXCESS),
        ("family-office", "Account", "Account value", 1, EQUITY),
        ("family-office", "Account", "Portfolio requirement", 1, REQUIRED),
        ("margin-efficiency", "Comparison", "All accounts", 5, RELEASED),
        ("margin-efficiency", "By strategy", "Total", 5, REQUIRED),
        ("margin-efficiency", "By strategy", "Total", 12, RELEASED),
        ("what-if", "What-if", None, 4, EQUITY),
        ("house-profiles", "Houses", "Rule", 1, REQUIRED),
        ("house-profiles", "Houses by underlying", "Total", 1, REQUIRED),
    ],
)
def test_totals_of_pages_are_the_cards_of_the_first(
    book: str, page: str, label: str | None, column: int, card: str
) -> None:
    found = sheet(page, book)["E9"].value if label is None else row_of(page, label, book)[column]
    assert found == pytest.approx(sheet("Start", book)[card].value, abs=0.01)


def test_what_groups_offset_is_a_line_of_its_own() -> None:
    """The class groups by themselves, less the requirement of the whole."""
    tables = sample_tables()
    head, *groups = udfs.PM_GROUPS(*tables.ranges)
    alone = sum(r[head.index("requirement")] for r in groups if r[0] == "class group")
    offsets = row_of("Requirement", "Offsets", "risk-array")[10]
    assert offsets == pytest.approx(udfs.PM_REQUIREMENT(*tables.ranges) - alone, abs=0.11)
    assert float(str(offsets)) < 0
    shown = {row[1]: row[10] for row in rows("Requirement", "risk-array")}
    assert shown["High cap broad based"] is None, "its parts count"


def test_assigned_alternatives_are_shares_of_equity() -> None:
    """MSFT held, and 10 x 100 x 470 more, of equity after it; of an index nothing."""
    tables = sample_tables()
    held = {row[0]: row[1] for row in udfs.PM_GREEKS(*tables.ranges)}
    shown = row_of("Alternatives", "If all are assigned: of equity", "what-if")
    equity = row_of("Alternatives", "Equity", "what-if")
    assert shown[3] == pytest.approx((held["MSFT"] + 470_000) / float(str(equity[3])), abs=1e-6)
    now = held["MSFT"] / float(str(equity[1]))
    assert shown[2] == pytest.approx(100 * (float(str(shown[3])) - now), abs=1e-3)
    assert shown[5] == pytest.approx(held["SPX"] / float(str(equity[5])), abs=1e-6)
    assert shown[1] is None


def test_days_with_figures_stand_beside_the_days_between() -> None:
    """From 20 October to 20 November: 31 days, of them 8 and 15 weekdays after the first."""
    [row] = [row for row in rows("Monthly report") if row[0] == "Calls and deadlines"]
    assert "days with figures since: 23 of 31 days" in row


def test_each_initial_figure_says_at_which_prices_it_is() -> None:
    cards = [cell for row in rows("Start") for cell in row if "initial at " in str(cell)]
    [card] = map(str, cards)
    assert card.startswith("maint.; initial at cost $")
    shown = row_of("Account", "Reg T requirement")
    assert "12 CFR 220.4(b), 220.12; on today's prices" in shown
