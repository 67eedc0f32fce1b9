"""MARGIN_CALL_DUE as a cell answers it."""

import datetime as dt

import pytest

from tests.refusals import assert_refused
from xlmargin import udfs

FRIDAY = 46_346.0  # 2026-11-20
WEDNESDAY, MONDAY_WEEK = 46_351.0, 46_356.0  # 2026-11-25, and 11-30 past Thanksgiving


@pytest.mark.parametrize("day", [FRIDAY, FRIDAY + 0.9, "2026-11-20", dt.date(2026, 11, 20)])
@pytest.mark.parametrize("kind", ["regt", "Reg T", "REGT", "portfolio", "Minimum Equity"])
def test_three_business_days(day: dt.date | float | str, kind: str) -> None:
    assert udfs.MARGIN_CALL_DUE(day, kind) == WEDNESDAY


def test_other_kinds() -> None:
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "intraday") == MONDAY_WEEK
    assert udfs.MARGIN_CALL_DUE([[FRIDAY]], [["maintenance"]]) == 46_370.0  # 2026-12-14


def test_settings_ask_for_the_money_sooner() -> None:
    sooner = [["name", "value"], ["house", "custom"], ["days to meet portfolio", 2]]
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", sooner) == WEDNESDAY - 1
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", "") == WEDNESDAY
    later = [["as_of", FRIDAY], ["days_to_meet_portfolio", 4]]
    answer = udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", later)
    assert_refused(answer, ("settings", 2, "days_to_meet_portfolio"), "what the rulebook allows")


@pytest.mark.parametrize(
    ("day", "kind", "argument", "wanted"),
    [
        (None, "regt", "day", "date"),
        ("soon", "regt", "day", "date"),
        ("#REF!", "regt", "day", "date"),
        (20_000, "regt", "day", "date"),
        ([[FRIDAY, FRIDAY]], "regt", "day", "one cell"),
        (FRIDAY, "fed", "kind", "minimum_equity"),
        (FRIDAY, None, "kind", "text"),
    ],
)
def test_refusals(
    day: float | list[list[float]] | str | None, kind: str | None, argument: str, wanted: str
) -> None:
    assert_refused(udfs.MARGIN_CALL_DUE(day, kind), (argument, 0, ""), wanted)


@pytest.mark.parametrize(
    ("day", "kind", "parameter"),
    [
        ("2006-12-17", "regt", "settlement_days"),
        ("2026-06-03", "intraday", "days_to_meet_intraday"),
    ],
)
def test_days_without_a_rule_are_refused(day: str, kind: str, parameter: str) -> None:
    answer = udfs.MARGIN_CALL_DUE(day, kind)
    assert answer.startswith(f"#XLM! {parameter} has no value on {day}")
