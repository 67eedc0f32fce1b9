"""Numbers and dates as brokers print them; what is not plainly one has no value."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.importers.brokers.printed_values import cleaned, day, number

XMAS_EXPIRATION = dt.date(2026, 12, 18)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.23", 1.23),
        ("$1,234.50", 1234.5),
        ("1,300", 1300),
        ("1,234,567", 1234567),
        ("(1.23)", -1.23),
        ("($1.23)", -1.23),
        ("-$1.23", -1.23),
        ("$-1.23", -1.23),
        ("+$0.40", 0.4),
        ("+300", 300),
        (".00", 0),
        ("-.31", -0.31),
        ("16.1%", 16.1),
        ("$ 1.50", 1.5),
        ("5.", 5),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "-", "--", "N/A", "n/a"])
def test_nothing_is_unknown_and_not_zero(text: str) -> None:
    value = number(text)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    "text",
    ["1,23", "1.234,50", "12,34,567", "(1.23", "1.23)", "--1", "+-1", "(-1)", "1e5", "abc", "$",
     "1.2.3", "=1+1", "１２", "nan", "inf", "1" * 60],
)  # fmt: skip
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert number(text) is None


@given(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)))
def test_a_number_is_the_same_however_it_is_printed(value: float) -> None:
    size = f"{abs(value):,.2f}"
    spellings = [f"({size})", f"(${size})", f"-${size}", f"$-{size}", f"-{size}"]
    if value >= 0:
        spellings = [size, f"${size}", f"+{size}", f"+${size}", size.replace(",", "")]
    assert {number(text) for text in spellings} == {value}


@pytest.mark.parametrize(
    "text",
    ["2026-12-18", "20261218", "12/18/2026", "12/18/26", "2026/12/18", "18 DEC 26", "18DEC26",
     "18 Dec 2026", "Dec 18 2026", "Dec 18, 2026", "December 18, 2026", "Dec-18-2026",
     "20261218;162000", "20261218;162000 EST", "2026-12-18, 16:20:00", "2026-12-18T16:20:00",
     "2026-12-18 16:20:00", "46374", "46374.5"],
)  # fmt: skip
def test_dates(text: str) -> None:
    assert day(text) == XMAS_EXPIRATION


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-18", "2/30/2026", "18.12.2026", "18 DEZ 26", "1", "1234567", "2026", "soon",
     "12/18", "99999"],
)  # fmt: skip
def test_what_is_no_date_has_no_value(text: str) -> None:
    assert day(text) is None


def test_invisible_signs_are_cleaned_away() -> None:
    assert cleaned("\ufeff XY\u200bZ\u00a0 ") == "XYZ"
