"""Business days against a second source of the exchange's calendar, and against known closings."""

import datetime as dt
import subprocess
import sys

import exchange_calendars
import holidays
import pytest

from xlmargin import margin_calls
from xlmargin.margin_calls import business_day_after, is_business_day

pytestmark = pytest.mark.dependencies

DAY = dt.timedelta(days=1)


def test_every_day_against_the_other_calendar() -> None:
    first = dt.date(2006, 1, 1)
    calendar = exchange_calendars.get_calendar("XNYS", start=first)
    last = min(calendar.last_session.date(), dt.date(2027, 12, 31))
    assert last >= dt.date(2025, 12, 31)
    theirs = {session.date() for session in calendar.sessions}
    days = [first + n * DAY for n in range((last - first).days + 1)]
    assert [day for day in days if is_business_day(day) != (day in theirs)] == []


@pytest.mark.parametrize(
    "closed",
    [
        dt.date(2007, 1, 2),  # mourning for President Ford
        dt.date(2012, 10, 29),  # hurricane Sandy
        dt.date(2018, 12, 5),  # mourning for President Bush
        dt.date(2025, 1, 9),  # mourning for President Carter
        dt.date(2022, 6, 20),  # Juneteenth, observed on Monday
        dt.date(2026, 4, 3),  # Good Friday
        dt.date(2026, 7, 3),  # Independence Day, observed on Friday
        dt.date(2026, 11, 26),  # Thanksgiving
        dt.date(2035, 12, 25),  # years ahead
        dt.date(2026, 11, 21),  # Saturday
        dt.date(2026, 11, 22),  # Sunday
    ],
)
def test_closings(closed: dt.date) -> None:
    assert not is_business_day(closed)


@pytest.mark.parametrize(
    "trading",
    [
        dt.date(2021, 6, 18),  # the year before the exchange kept Juneteenth
        dt.date(2021, 12, 31),  # New Year's Day 2022, a Saturday, was not observed on Friday
        dt.date(2026, 10, 12),  # Columbus Day: banks are closed
        dt.date(2026, 11, 11),  # Veterans Day: banks are closed
        dt.date(2026, 11, 27),  # an early close
    ],
)
def test_trading_days(trading: dt.date) -> None:
    assert is_business_day(trading)


def test_the_first_day_after_is_the_next_session() -> None:
    assert business_day_after(dt.date(2026, 11, 25), 1) == dt.date(2026, 11, 27)
    assert business_day_after(dt.date(2026, 11, 26), 1) == dt.date(2026, 11, 27)
    assert business_day_after(dt.date(2026, 11, 27), 1) == dt.date(2026, 11, 30)


def test_importing_loads_no_calendar() -> None:
    code = "import sys, xlmargin.margin_calls; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_day_loads_the_exchange_alone() -> None:
    code = (
        "import datetime, sys\n"
        "from xlmargin.margin_calls import is_business_day\n"
        "assert not is_business_day(datetime.date(2026, 12, 25))\n"
        "sys.exit(any(name.startswith('holidays.countries') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_its_closings_are_those_of_the_library(
    monkeypatch: pytest.MonkeyPatch, is_elsewhere: bool
) -> None:
    if is_elsewhere:
        monkeypatch.setattr(margin_calls.PathFinder, "find_spec", lambda *_: None)
    closings, library = margin_calls._closings.__wrapped__(), holidays.financial_holidays("NYSE")
    days = [dt.date(1990, 1, 1) + dt.timedelta(days=i) for i in range(25_000)]
    assert [closings.get(day) for day in days] == [library.get(day) for day in days]
