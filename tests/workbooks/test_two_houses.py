"""Accounts at two brokers in one workbook: each as in a workbook of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlmargin.workbooks import Functions, input_tables, write_margin_workbook
from xlmargin.workbooks.templates import WHAT_IF

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)

POSITIONS = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "account"],
    ["XYZ", "stock", 1_000, None, None, 50.0, "Holding"],
    ["XYZ", "call", -8, 55, "2027-01-15", 1.2, "Holding"],
    ["XYZ", "put", -5, 45, "2027-01-15", 0.9, "Holding"],
    ["USD", "cash", 30_000, None, None, None, "Holding"],
    ["XYZ", "stock", 600, None, None, 50.0, "Trust"],
    ["XYZ", "call", -9, 60, "2027-01-15", 0.4, "Trust"],
    ["USD", "cash", 25_000, None, None, None, "Trust"],
]
HOUSES = {"Holding": "rule", "Trust": "tastytrade_calm"}
BROKER = [
    ["figure", "amount", "as_of", "source", "account"],
    ["portfolio requirement", 9_100, "2026-11-20", "first broker", "Holding"],
    ["portfolio requirement", 7_000, "2026-11-20", "second broker", "Trust"],
]
LIMITS = [["figure", "warn", "alert"], ["portfolio excess", 10_000, 0]]


def written(functions: Functions, path: Path, accounts: list[str]) -> dict[str, list[list[Any]]]:
    """Every sheet of the workbook of some accounts, each under its house."""
    settings: list[list[Any]] = [
        ["name", "value", "account"], ["as_of", "2026-11-20", None], ["rate", 0.04, None],
        *(["house", HOUSES[name], name] for name in accounts),
    ]  # fmt: skip
    of, by = POSITIONS[0].index("account"), BROKER[0].index("account")
    positions = [POSITIONS[0], *(row for row in POSITIONS[1:] if row[of] in accounts)]
    broker = [BROKER[0], *(row for row in BROKER[1:] if row[by] in accounts)]
    tables = input_tables(positions, None, settings, None, {"Broker": broker, "Limits": LIMITS})
    write_margin_workbook(path, tables, functions)
    book = openpyxl.load_workbook(path, data_only=True)
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book.worksheets}


@pytest.fixture(scope="module")
def books(
    functions: Functions, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[list[Any]]]]:
    folder = tmp_path_factory.mktemp("houses")
    return {
        name: written(functions, folder / f"{name}.xlsx", accounts)
        for name, accounts in (("both", [*HOUSES]), *((a, [a]) for a in HOUSES))
    }


def of_account(sheet: list[list[Any]], account: str) -> dict[str, Any]:
    """Every figure of an account on the page Account, which alone has no column of its own."""
    at = next(i for i, row in enumerate(sheet) if row[0] == "Every figure")
    headings = sheet[at]
    column = headings.index(account) if account in headings else headings.index("Total")
    return {row[0]: row[column] for row in sheet[at + 1 :] if row[0]}


@pytest.mark.parametrize("account", HOUSES)
def test_the_figures_of_an_account_are_those_of_a_workbook_of_its_own(
    books: dict[str, dict[str, list[list[Any]]]], account: str
) -> None:
    together, alone = (of_account(books[b]["Account"], account) for b in ("both", account))
    compared = 0
    for name, figure in alone.items():
        if isinstance(figure, int | float):
            assert together[name] == pytest.approx(figure, abs=1e-6), name
            compared += 1
    assert compared > 20
    assert together["Portfolio requirement"] > 0


def test_each_house_asks_its_own_of_its_account(
    books: dict[str, dict[str, list[list[Any]]]],
) -> None:
    """By hand: of 600 shares at 50 with 9 calls short the house asks 20% down, the rule 15%."""
    figures = {a: of_account(books["both"]["Account"], a) for a in HOUSES}
    assert figures["Trust"]["Portfolio requirement"] == pytest.approx(
        0.20 * 30_000 - 9 * 100 * 0.4, abs=20
    )
    assert figures["Holding"]["Portfolio requirement"] > 0.15 * 50_000 - 8 * 100 * 1.2


def test_the_broker_s_figures_are_compared_by_account(
    books: dict[str, dict[str, list[list[Any]]]],
) -> None:
    for account, theirs in (("Holding", 9_100), ("Trust", 7_000)):
        ours = of_account(books["both"]["Account"], account)["Portfolio requirement"]
        for name in ("both", account):
            totals = {"subtotal", "grand total"}
            rows = [r for r in books[name]["Formulas"] if totals.intersection(map(str, r))]
            found = [
                row for row in rows
                if theirs in row and any(
                    isinstance(v, float) and v == pytest.approx(ours, abs=0.006) for v in row
                )
            ]  # fmt: skip
            assert found, (name, account)


def test_the_terms_of_the_broker_s_figures_are_the_settings(
    functions: Functions, tmp_path: Path
) -> None:
    """Ours may differ by 30% of 9,100; of 7,000 the day is two before."""
    by_hand = {
        "Holding": ("● Agrees", 9_100, "2026-11-20"),
        "Trust": ("■ Overdue", 7_000, "2026-11-18"),
    }
    broker = [
        BROKER[0],
        *(
            ["portfolio requirement", amount, day, "", name]
            for name, (_, amount, day) in by_hand.items()
        ),
    ]
    settings = [
        ["name", "value"],
        ["as_of", "2026-11-20"],
        ["rate", 0.04],
        ["tolerance_share", 0.3],
        ["tolerance_dollars", 250],
        ["overdue_days", 1],
    ]
    tables = input_tables(POSITIONS, None, settings, None, {"Broker": broker})
    write_margin_workbook(tmp_path / "terms.xlsx", tables, functions)
    page = openpyxl.load_workbook(tmp_path / "terms.xlsx", data_only=True)["Reconciliation"]
    rows = list(page.iter_rows(values_only=True))
    assert "agree within 30.0% of them or $250, and are overdue after 1 day (page" in str(
        rows[2][0]
    )
    found = {row[0]: row[7] for row in rows if row[0] in by_hand}
    assert found == {name: state for name, (state, *_) in by_hand.items()}


@pytest.mark.parametrize("regimes", ["own", "both"])
def test_the_greatest_quantity_by_strategy_or_why_there_is_none(
    functions: Functions, tmp_path: Path, regimes: str
) -> None:
    market = [["symbol", "price"], ["XYZ", 50.0], ["ABC", 20.0]]
    rows = [row[:6] for row in POSITIONS[:5]]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04],
                ["capacity_regimes", regimes]]  # fmt: skip
    trades = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100.0, 50.0]]
    tables = input_tables(rows, market, settings, None, {"Trades": trades})
    path = tmp_path / "greatest.xlsx"
    write_margin_workbook(path, tables, functions, template=WHAT_IF)
    page = openpyxl.load_workbook(path, data_only=True)["Greatest quantity"]
    shown = {r[0]: r for r in page.iter_rows(min_row=10, max_row=11, values_only=True)}
    orders = [["symbol", "type", "side"], ["XYZ", "stock", "buy"], ["ABC", "stock", "buy"]]
    found = functions["MARGIN_CAPACITY"](rows, orders, market, settings)
    assert isinstance(found, list)
    for row in found[1:]:
        assert shown[row[0]][2] == row[4]
        assert shown[row[0]][4] == (row[6] if regimes == "both" else "none")
    said = str(page["A7"].value or "")
    assert said.startswith("None by strategy:") == (regimes == "own")


def test_start_names_the_house_of_each_account(
    books: dict[str, dict[str, list[list[Any]]]],
) -> None:
    band = str(books["both"]["Start"][1][0])
    assert band.endswith("house: Rule for Holding; Tastytrade, calm for Trust")
    assert str(books["Trust"]["Start"][1][0]).endswith("house: Tastytrade, calm")
    assert str(books["Holding"]["Start"][1][0]).endswith("house: none (rule only)")
