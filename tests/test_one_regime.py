"""Where one regime refuses a book, the rows of the other still answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.reading import ranges_of
from xlmargin import udfs
from xlmargin.cli import app
from xlmargin.excel.range_checks import problems_of

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "underlying", "group"]
MARKET = [["symbol", "price"], ["XYZ", 100.0], ["ABC", 50.0]]
SHARES = ["ABC", "stock", 100, None, None, 50.0, None, None]
CASH = ["USD", "cash", 20_000.0, None, None, None, None, None]

BELOW = ["XYZ", "put", -1, 120.0, "2026-12-18", 12.0, "XYZ", None]
"""8 below its exercise value of 20: portfolio margin has no volatility for it.

By strategy, uncovered: its mark and 20% of 100, 1,200 + 2,000.
"""

APART = [
    ["XYZ", "call", -1, 120.0, "2026-12-18", 1.0, "XYZ", "g"],
    ["ABC", "stock", 100, None, None, 50.0, None, "g"],
]
"""One forced group of two underlyings, which no strategy holds together."""


def ranges(
    *rows: Any, as_of: str = "2026-11-20", **settings: str
) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    named = [["as_of", as_of], ["rate", 0.04], *map(list, settings.items())]
    return [HEADINGS, *rows], MARKET, named


def by_name(table: list[list[Any]]) -> dict[str, dict[str, Any]]:
    headings, *rows = table
    return {row[0]: dict(zip(headings, row, strict=True)) for row in rows}


def says_why(cell: float | str, *words: str) -> bool:
    return isinstance(cell, str) and cell.startswith("#XLM! ") and all(w in cell for w in words)


def test_portfolio_margin_refuses_and_the_comparison_answers_by_strategy() -> None:
    rows = by_name(udfs.MARGIN_COMPARE(*ranges(BELOW, SHARES, CASH)))
    assert rows["XYZ"]["maintenance"] == pytest.approx(3_200.0)
    assert rows["ABC"]["maintenance"] == pytest.approx(1_250.0)
    assert rows["total"]["maintenance"] == pytest.approx(4_450.0)
    for row in rows.values():
        assert says_why(row["portfolio requirement"], "row 2", "price")
        assert (row["gain $"], row["gain %"]) == ("#N/A", "#N/A")


@pytest.mark.parametrize("level", ["underlying", "strategy", "account"])
def test_gains_answer_by_strategy(level: str) -> None:
    rows = udfs.MARGIN_GAINS(*ranges(BELOW, SHARES, CASH), None, level)
    total = by_name(rows)["total"]
    assert total["maintenance"] == pytest.approx(4_450.0)
    assert says_why(total["portfolio requirement"], "row 2")
    assert total["capital released"] == "#N/A"


def test_strategy_based_margin_refuses_and_portfolio_margin_answers() -> None:
    book = ranges(*APART, CASH)
    assert udfs.REGT_MAINTENANCE(*book).startswith("#XLM!")
    rows = by_name(udfs.MARGIN_COMPARE(*book))
    total = rows["total"]
    assert total["portfolio requirement"] == pytest.approx(udfs.PM_REQUIREMENT(*book))
    for figure in ("initial", "maintenance", "deposit"):
        assert says_why(total[figure], "group")
    accounts = by_name(udfs.MARGIN_ACCOUNT(*book))
    assert accounts["portfolio requirement"]["total"] == pytest.approx(udfs.PM_REQUIREMENT(*book))
    assert accounts["account value"]["total"] == pytest.approx(24_900.0)
    assert says_why(accounts["strategy requirement"]["total"], "group")
    assert says_why(accounts["option buying power"]["total"], "group")


@pytest.mark.parametrize("account_type", ["margin", "portfolio"])
def test_an_account_answers_by_strategy_from_its_marks(account_type: str) -> None:
    """Equity 20,000 + 5,000; the put counts with its mark alone, whatever it is worth."""
    book = ranges(BELOW, SHARES, CASH, account_type=account_type)
    rows = by_name(udfs.MARGIN_ACCOUNT(*book))
    known = by_name(udfs.MARGIN_ACCOUNT(*ranges([*BELOW[:5], 22.0, *BELOW[6:]], SHARES, CASH)))
    assert list(rows) == list(known)  # the same rows, in their order
    assert rows["account value"]["total"] == pytest.approx(23_800.0)
    assert rows["strategy equity"]["total"] == pytest.approx(25_000.0)
    assert rows["strategy requirement"]["total"] == pytest.approx(4_450.0)
    assert rows["strategy excess"]["total"] == pytest.approx(20_550.0)
    assert rows["Reg T excess"]["total"] == pytest.approx(25_000 - 3_200 - 2_500)
    for name, row in rows.items():
        refused = name.startswith("portfolio ") or "move" in name
        assert says_why(row["total"], "row 2") is refused, name


def test_a_cash_account_answers_too() -> None:
    """A short put secured by 12,000 beside 5,000 of shares; no matter of a model."""
    rows = by_name(udfs.MARGIN_ACCOUNT(*ranges(BELOW, SHARES, CASH, account_type="cash")))
    assert rows["strategy requirement"]["total"] == pytest.approx(17_000.0)
    assert rows["portfolio requirement"]["total"] == "not permitted"


def test_what_needs_both_regimes_is_refused() -> None:
    assert says_why(udfs.MARGIN_EFFICIENCY(*ranges(BELOW, SHARES)), "row 2")


def test_where_neither_answers_the_function_refuses() -> None:
    answer = udfs.MARGIN_COMPARE(*ranges(BELOW, *APART))
    assert isinstance(answer, str)
    assert answer.startswith("#XLM!")


def test_day_by_day_a_regime_refused_on_one_day_loses_that_days_figures_alone() -> None:
    headings = ["date", *HEADINGS]
    days = [f"2026-11-{day}" for day in (18, 19, 20)]
    rows = [[day, *row] for day in days for row in (SHARES, CASH)]
    rows += [[days[0], *BELOW[:5], 21.0, *BELOW[6:]], [days[1], *BELOW]]
    positions, market = [headings, *rows], [["date", *MARKET[0]]]
    market += [[day, *row] for day in days for row in MARKET[1:]]
    settings = [["rate", 0.04]]
    table = udfs.MARGIN_HISTORY(positions, market, settings)
    at = {heading: i for i, heading in enumerate(table[0])}
    first, second, third = table[1:]
    assert [row[at["maintenance"]] for row in (first, second, third)] == pytest.approx(
        [2_100 + 2_000 + 1_250, 4_450, 1_250]
    )
    assert second[at["portfolio requirement"]] == "#N/A"
    assert "portfolio margin refused: positions, row" in second[at["problem"]]
    assert not first[at["problem"]]
    figures = {row[0]: row[1] for row in udfs.MARGIN_HISTORY_SUMMARY(positions, market, settings)}
    assert figures["days that failed"] == 1
    assert figures["greatest maintenance requirement"] == pytest.approx(5_350.0)
    assert figures["portfolio margin calls"] == 0  # of the days on which it is known
    both = [first[at["portfolio requirement"]], third[at["portfolio requirement"]]]
    shares = [share / 5_000 for share in both]
    assert figures["average portfolio share"] == pytest.approx(sum(shares) / 2)


def test_a_report_has_the_pages_of_the_regime_that_answers(tmp_path: Path) -> None:
    book, settings = tmp_path / "book.csv", tmp_path / "settings.csv"
    rows = [HEADINGS, BELOW, SHARES, CASH, ["XYZ", "stock", 1, None, None, 100.0, None, None]]
    book.write_text(
        "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows) + "\n"
    )
    settings.write_text("name,value\nas_of,2026-11-20\nrate,0.04\n")
    output = tmp_path / "report.xlsx"
    arguments = ["report", str(book), "--settings", str(settings), "-o", str(output), "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["strategy maintenance"] == pytest.approx(4_450.0 + 25.0)
    assert not {"requirement", "groups", "efficiency gain"} & told.keys()
    assert says_why(told["comparison"][1][4], "row 2")
    assert re.search(r"Left out: .*\bRequirement, ", done.stderr)
    sheets = openpyxl.load_workbook(output).sheetnames
    assert {"Start", "Check", "Account", "Strategies", "Explain by strategy"} <= set(sheets)
    assert not {"Requirement", "Risk array", "Risk", "Contribution", "Explain"} & set(sheets)


def test_a_check_lists_what_refuses_one_regime() -> None:
    first, *_ = problems_of(ranges_of(*ranges(BELOW, SHARES, CASH)))
    assert (first.severity, first.row, first.column) == ("error", 2, "price")


@pytest.mark.parametrize(("kind", "strike", "price"), [("call", 280, 815), ("put", 250, 251)])
def test_a_price_above_all_that_exercise_pays_is_no_premium_either(
    kind: str, strike: float, price: float
) -> None:
    """A price of a contract instead of a unit would count a hundredfold in equity and premium."""
    positions = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", kind, -1, strike, "2026-12-18", price],
    ]
    found = udfs.REGT_INITIAL(positions, [["symbol", "price"], ["XYZ", 270]], ranges()[2])
    assert isinstance(found, str), found
    assert "row 2, price" in found
    assert "the most it can be worth" in found
