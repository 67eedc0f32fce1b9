"""The last day to meet each call, counted on a calendar by hand and by a second calendar."""

import ast
import datetime as dt
from pathlib import Path

import exchange_calendars
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin import margin_calls
from xlmargin.errors import RulebookError
from xlmargin.margin_calls import CallKind, last_day_to_meet
from xlmargin.rulebook import call_rules, look_up

REGT, MAINTENANCE, PORTFOLIO, MINIMUM_EQUITY, INTRADAY = CallKind
FIRST, TODAY = dt.date(2006, 12, 18), dt.date(2026, 11, 20)
UNCONFIRMED = "(unconfirmed: check against the rule text)"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "found", "due"),
    [
        # T+1 and two: three business days after the trade date.
        (REGT, "2026-11-20", "2026-11-25"),  # Fri: Mon, Tue, Wed
        (REGT, "2026-11-24", "2026-11-30"),  # Tue: Wed, (Thanksgiving), Fri, Mon
        (REGT, "2026-04-01", "2026-04-07"),  # Wed: Thu, (Good Friday), Mon, Tue
        (REGT, "2025-01-08", "2025-01-14"),  # Wed: (day of mourning), Fri, Mon, Tue
        (REGT, "2024-06-18", "2024-06-24"),  # Tue: (Juneteenth), Thu, Fri, Mon
        (REGT, "2026-10-08", "2026-10-13"),  # Thu: Fri, Columbus Day, Tue
        (REGT, "2026-11-10", "2026-11-13"),  # Tue: Veterans Day, Thu, Fri
        (REGT, "2026-12-30", "2027-01-05"),  # Wed: Thu, (New Year), Mon, Tue
        # The settlement cycle by trade date.
        (REGT, "2017-09-01", "2017-09-11"),  # Fri, T+3: (Labor Day), Tue, Wed, Thu, Fri, Mon
        (REGT, "2017-09-05", "2017-09-11"),  # Tue, T+2: Wed, Thu, Fri, Mon
        (REGT, "2024-05-24", "2024-05-31"),  # Fri, T+2: (Memorial Day), Tue, Wed, Thu, Fri
        (REGT, "2024-05-28", "2024-05-31"),  # Tue, T+1: Wed, Thu, Fri
        (REGT, "2006-12-18", "2006-12-26"),  # Mon, T+3: Tue to Fri, (Christmas), Tue
        # Fifteen business days from the day after the deficiency.
        (MAINTENANCE, "2026-11-20", "2026-12-14"),  # 4 that week, then 5, 5, and Mon
        (MAINTENANCE, "2026-06-01", "2026-06-23"),  # Mon: 4, 5, 4 with Juneteenth off, Mon, Tue
        (MAINTENANCE, "2021-06-01", "2021-06-22"),  # Tue: 3, 5, 5 with Juneteenth on, Mon, Tue
        (PORTFOLIO, "2026-11-20", "2026-11-25"),
        (PORTFOLIO, "2026-11-23", "2026-11-27"),  # Mon: Tue, Wed, (Thanksgiving), Fri
        (MINIMUM_EQUITY, "2026-11-20", "2026-11-25"),
        (MINIMUM_EQUITY, "2026-12-23", "2026-12-29"),  # Wed: Thu, (Christmas), Mon, Tue
        (INTRADAY, "2026-11-20", "2026-11-30"),  # Mon to Wed, (Thanksgiving), Fri, Mon
        (INTRADAY, "2026-06-04", "2026-06-11"),  # Thu: Fri, Mon to Thu
    ],
)
def test_by_hand(kind: CallKind, found: str, due: str) -> None:
    assert last_day_to_meet(kind, day(found)) == day(due)


def sessions_after(number: int) -> list[tuple[dt.date, dt.date]]:
    """Every session from 2006-12-18 on, and the one that comes `number` sessions later."""
    calendar = exchange_calendars.get_calendar("XNYS", start="2006-01-01")
    sessions = np.array([s.date() for s in calendar.sessions if s.date() >= FIRST])
    return list(zip(sessions[:-number], sessions[number:], strict=True))


@pytest.mark.parametrize(
    ("kind", "number", "since"),
    [
        (MAINTENANCE, 15, FIRST),
        (PORTFOLIO, 3, FIRST),
        (MINIMUM_EQUITY, 3, FIRST),
        (INTRADAY, 5, day("2026-06-04")),
    ],
)
def test_all_sessions_against_the_other_calendar(
    kind: CallKind, number: int, since: dt.date
) -> None:
    pairs = [(found, due) for found, due in sessions_after(number) if found >= since]
    assert len(pairs) > 100
    assert [found for found, due in pairs if last_day_to_meet(kind, found) != due] == []


def test_all_trade_dates_against_the_other_calendar() -> None:
    wrong = []
    for number, first, last in [
        (5, FIRST, day("2017-09-04")),  # T+3
        (4, day("2017-09-05"), day("2024-05-27")),  # T+2
        (3, day("2024-05-28"), day("2027-12-31")),  # T+1
    ]:
        pairs = [(found, due) for found, due in sessions_after(number) if first <= found <= last]
        assert len(pairs) > 300
        wrong += [found for found, due in pairs if last_day_to_meet(REGT, found) != due]
    assert wrong == []


@pytest.mark.parametrize("kind", CallKind)
@pytest.mark.parametrize(
    "closed", ["2026-11-21", "2026-11-22", "2026-11-26", "2026-12-25", "2026-07-03"]
)
def test_a_day_without_trading_answers_as_the_business_day_before(
    kind: CallKind, closed: str
) -> None:
    before = {"2026-11-26": "2026-11-25", "2026-12-25": "2026-12-24", "2026-07-03": "2026-07-02"}
    friday = day(before.get(closed, "2026-11-20"))
    assert last_day_to_meet(kind, day(closed)) == last_day_to_meet(kind, friday)


@given(
    kind=st.sampled_from([REGT, MAINTENANCE, PORTFOLIO, MINIMUM_EQUITY]),
    found=st.dates(day("2024-05-28"), day("2040-12-31")),
)
def test_a_later_day_is_never_due_sooner(kind: CallKind, found: dt.date) -> None:
    following = found + dt.timedelta(days=1)
    assert found < last_day_to_meet(kind, found) <= last_day_to_meet(kind, following)


def test_not_before_the_rulebook_and_not_before_the_rule() -> None:
    with pytest.raises(RulebookError, match="no value on 2006-12-17"):
        last_day_to_meet(MAINTENANCE, day("2006-12-17"))
    with pytest.raises(RulebookError, match=r"days_to_meet_intraday .* from 2026-06-04"):
        last_day_to_meet(INTRADAY, day("2026-06-03"))


def test_a_setting_may_ask_for_the_money_sooner_only() -> None:
    sooner = {"days_to_meet_portfolio": 2, "payment_days_after_settlement": 1}
    assert last_day_to_meet(PORTFOLIO, TODAY, "custom", sooner) == day("2026-11-24")
    assert last_day_to_meet(REGT, TODAY, "custom", sooner) == day("2026-11-24")
    assert last_day_to_meet(MAINTENANCE, TODAY, "custom", sooner) == day("2026-12-14")
    assert last_day_to_meet(PORTFOLIO, TODAY, "schwab", {}) == day("2026-11-25")
    with pytest.raises(RulebookError, match="days_to_meet_portfolio: found 4"):
        last_day_to_meet(PORTFOLIO, TODAY, "custom", {"days_to_meet_portfolio": 4})
    with pytest.raises(RulebookError, match="override: found 'settlement_days'"):
        last_day_to_meet(REGT, TODAY, "custom", {"settlement_days": 1})


def test_a_house_in_any_spelling_and_no_unknown_one() -> None:
    assert call_rules(TODAY, " Schwab ").house == "schwab"
    with pytest.raises(RulebookError, match="found 'schwap', wanted schwab"):
        last_day_to_meet(PORTFOLIO, TODAY, "schwap")


def test_the_numbers_of_the_rules() -> None:
    rules = call_rules(TODAY)
    period = rules.payment_period
    assert (period.settlement_days, period.payment_days_after_settlement) == (1, 2)  # 220.2
    assert look_up("extension_amount", TODAY)[0].value == 1_000  # 59 FR
    assert rules.margin_calls.days_to_meet == {
        "maintenance": 15,  # 4210(f)(6)
        "portfolio": 3,
        "minimum_equity": 3,
        "intraday": 5,  # 4210(d)(2)
        "intraday_outstanding": 15,
    }
    before = call_rules(day("2026-06-03")).margin_calls.days_to_meet
    assert set(before) == {"maintenance", "portfolio", "minimum_equity"}
    with pytest.raises(RulebookError, match="days_to_meet_intraday has no value on 2026-06-03"):
        before["intraday"]


@pytest.mark.parametrize(
    ("eve", "first", "before", "after"),
    [("2017-09-04", "2017-09-05", 3, 2), ("2024-05-27", "2024-05-28", 2, 1)],
)
def test_settlement_by_date(eve: str, first: str, before: int, after: int) -> None:
    assert call_rules(day(eve)).payment_period.settlement_days == before
    assert call_rules(day(first)).payment_period.settlement_days == after


def test_what_is_unconfirmed_says_so() -> None:
    marked = {row.key: UNCONFIRMED in row.remark for row in look_up("days_to_meet", TODAY)}
    assert [key for key, is_marked in marked.items() if is_marked] == ["minimum_equity"]
    assert UNCONFIRMED in call_rules(TODAY).remarks["days_to_meet_minimum_equity"]
    (settlement,) = look_up("settlement_days", TODAY)
    assert UNCONFIRMED not in settlement.remark


def test_no_number_of_law_stands_in_the_code() -> None:
    tree = ast.parse(Path(margin_calls.__file__).read_text("utf-8"))
    numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert [n for n in numbers if isinstance(n, int | float)] == []
