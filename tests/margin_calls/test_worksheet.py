"""MARGIN_CALL_DUE as a cell answers it."""

import datetime as dt

import pytest

from xlmargin import udfs

FRIDAY = 46_346.0  # 2026-11-20
WEDNESDAY, MONDAY_WEEK = 46_351.0, 46_356.0  # 2026-11-25, and 11-30 past Thanksgiving


@pytest.mark.parametrize("day", [FRIDAY, FRIDAY + 0.9, "2026-11-20", dt.date(2026, 11, 20)])
@pytest.mark.parametrize("kind", ["regt", "Reg T", "REGT", "portfolio", "Minimum Equity"])
def test_three_business_days(day, kind):
    assert udfs.MARGIN_CALL_DUE(day, kind) == WEDNESDAY


def test_other_kinds():
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "intraday") == MONDAY_WEEK
    assert udfs.MARGIN_CALL_DUE([[FRIDAY]], [["maintenance"]]) == 46_370.0  # 2026-12-14


def test_settings_ask_for_the_money_sooner():
    sooner = [["name", "value"], ["house", "custom"], ["days to meet portfolio", 2]]
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", sooner) == WEDNESDAY - 1
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", "") == WEDNESDAY
    later = [["as_of", FRIDAY], ["days_to_meet_portfolio", 4]]
    assert udfs.MARGIN_CALL_DUE(FRIDAY, "portfolio", later).startswith(
        "#XLM! settings, row 2, days_to_meet_portfolio: found 4, wanted what the rulebook allows"
    )


@pytest.mark.parametrize(
    ("day", "kind", "answer"),
    [
        (None, "regt", "day: found nothing, wanted a date"),
        ("soon", "regt", "day: found the text 'soon', wanted a date"),
        ("#REF!", "regt", "day: found the error #REF!, wanted a date"),
        (20_000, "regt", "day: found 20000, wanted a date"),
        ([[FRIDAY, FRIDAY]], "regt", "day: found 1 x 2 cells, wanted one cell"),
        (FRIDAY, "fed", "kind: found 'fed', wanted regt, maintenance, portfolio, minimum_equity"),
        (FRIDAY, None, "kind: found nothing, wanted a text"),
        ("2006-12-17", "regt", "settlement_days has no value on 2006-12-17: its first is in force"),
        ("2026-06-03", "intraday", "days_to_meet_intraday has no value on 2026-06-03"),
    ],
)
def test_refusals(day, kind, answer):
    assert udfs.MARGIN_CALL_DUE(day, kind).startswith(f"#XLM! {answer}")
