"""Inputs as people have them: what public reports and forum questions show of real sheets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from xlmargin import udfs

FUNCTIONS = ("PM_REQUIREMENT", "REGT_MAINTENANCE", "REGT_INITIAL")
FILE = Path(__file__).parent / "cases" / "field.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"))["cases"]}
READ_AS_SOLD = {"side-word-unknown-SLD", "side-word-unknown-Written"}
"""Words that are no longer unknown: both say sold, as the case's own other words do."""


def holds(expected: dict[str, Any], answers: dict[str, Any], severities: set[str]) -> bool:
    """Whether the answers are as one of the allowed outcomes says."""
    if expected.get("refused"):
        return all(str(answer).startswith("#XLM! ") for answer in answers.values())
    numbers = {name: a for name, a in answers.items() if isinstance(a, float)}
    if expected.get("answered") and len(numbers) < len(answers):
        return False
    if expected.get("warned") and "warning" not in severities:
        return False
    for name, value in expected.get("values", {}).items():
        tolerance = 0.005 * value if name == "PM_REQUIREMENT" else 0.01
        if name not in numbers or abs(numbers[name] - value) > tolerance:
            return False
    return all(
        name in numbers and numbers[name] >= least
        for name, least in expected.get("at_least", {}).items()
    )


@pytest.mark.parametrize("name", CASES)
def test_a_sheet_as_people_have_it(name: str) -> None:
    case = CASES[name]
    ranges = [case["input"].get(n) for n in ("positions", "market", "settings")]
    answers = {function: getattr(udfs, function)(*ranges) for function in FUNCTIONS}
    severities = {str(row[0]) for row in udfs.XLM_CHECK(*ranges)}
    allowed = list(case["expect_one_of"])
    if name in READ_AS_SOLD:
        allowed.append({"values": {"REGT_MAINTENANCE": 50_000}})
    assert any(holds(each, answers, severities) for each in allowed), answers


CALLS = ["XYZ", "call", 5, 510, "2026-12-18", 10.0]
SHARES = ["XYZ", "stock", 100, None, None, 500.0]
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
SETTINGS = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]


def maintenance(rows: Sequence[Sequence[object]]) -> object:
    return udfs.REGT_MAINTENANCE(rows, [["symbol", "price"], ["XYZ", 500]], SETTINGS)


@pytest.mark.parametrize(
    ("heading", "of_calls", "of_shares"),
    [
        ("What", "Sell", "Bougt"), ("Notes", "sold", "core"), ("Dir", -1, 1), ("Dir", "-1", "1"),
        ("Sign", "-", "+"), ("D/C", "Cr", "Dr"), ("Credit/Debit", "Credit", "Debit"),
        ("Short Qty", 5, 0), ("Contracts sold", 5, None), ("Status", "Closed", "Open"),
        ("Lot multiplier", 150, 1), ("Deliverable units", 150, 1), ("Curency", 1.5, 1.5),
        ("Acount", "A", "B"), ("Mulitplier", 150, 1),
    ],
)  # fmt: skip
def test_an_unknown_column_that_may_matter_is_never_passed_over(
    heading: str, of_calls: object, of_shares: object
) -> None:
    rows = [[*HEADINGS, heading], [*CALLS, of_calls], [*SHARES, of_shares]]
    refused = str(maintenance(rows))
    assert refused.startswith("#XLM! positions, row 1"), refused
    assert heading in refused


@pytest.mark.parametrize("nothing", ["n/a", "--", None])
def test_a_column_of_sides_may_have_gaps(nothing: object) -> None:
    rows = [[*HEADINGS, "What"], [*CALLS, "Sold"], [*SHARES, nothing]]
    # 100 shares cover one call at 25%; four are uncovered, at 10 + 20% of 500 - 10 out of the money
    assert maintenance(rows) == pytest.approx(12_500 + 4 * 100 * (10 + 100 - 10))


@pytest.mark.parametrize("heading", ["Term", "Holding period", "Gain type"])
def test_short_term_is_no_short_position(heading: str) -> None:
    rows = [[*HEADINGS, heading], [*CALLS, "Long"], [*SHARES, "Short"]]
    assert maintenance(rows) == maintenance([HEADINGS, CALLS, SHARES])


@pytest.mark.parametrize("heading", ["Price (€)", "Mark €", "Price £", "Price (EUR)", "Price¥"])
def test_a_heading_in_another_currency_is_no_price_in_dollars(heading: str) -> None:
    refused = maintenance([[*HEADINGS[:5], heading], [*CALLS[:5], 12.5]])
    assert str(refused).startswith("#XLM! positions, row 2, price"), refused


@pytest.mark.parametrize("heading", ["Price ($)", "Price [USD]", "Mark (US$)", "Mkt Price"])
def test_a_heading_in_dollars_is_one(heading: str) -> None:
    short = ["XYZ", "call", -5, 510, "2026-12-18", 10.0]
    assert maintenance([[*HEADINGS[:5], heading], short]) == pytest.approx(50_000)


@pytest.mark.parametrize("heading", ["-Quantity", "Quantity (-)", "Qty Sold", "Qty (lots)"])
def test_a_heading_that_turns_or_scales_the_quantity_is_not_quantity(heading: str) -> None:
    refused = maintenance([[*HEADINGS[:2], heading, *HEADINGS[3:]], CALLS])
    assert str(refused).startswith("#XLM! positions, row 1")


@pytest.mark.parametrize(
    "symbol",
    [
        "XYZ 510C 12/18", "XYZ 12/18 510C", "XYZ DEC 510 CALL", "XYZ1218C510", "XYZ Dec 510 C",
        "XYZ 510/520 call spread", "XYZ 510", "XYZ C", "XYZ P", "XYZ Call", "XYZ 510C",
        "XYZ 510 C DEC 18", "XYZ GR Equity", "XYZ - Sample Corp", "Page 2", "Pending activity",
    ],
)  # fmt: skip
def test_no_text_is_a_ticker_that_is_none(symbol: str) -> None:
    refused = maintenance([["symbol", "quantity", "price"], [symbol, -5, 10.0]])
    assert str(refused).startswith("#XLM! positions, row 2, symbol"), refused


@pytest.mark.parametrize("symbol", ["XYZ Total", "Total XYZ", "Total equities", "Gesamt"])
def test_a_total_of_some_rows_is_no_position(symbol: str) -> None:
    total = [symbol, None, 105, None, None, 510]
    assert maintenance([HEADINGS, CALLS, SHARES, total]) == pytest.approx(12_500)
