"""Time to expiration by the clock, and series that settled at the open of the day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.reading import check_book, ranges_of, read_book
from xlmargin import udfs
from xlmargin.dates import serial_of
from xlmargin.errors import InputError, Severity
from xlmargin.excel.range_checks import problems_of
from xlmargin.risk_array import contract_table
from xlmargin.strategy_margin import RequirementKind, strategy_lines

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "underlying"]
MARKET = [
    ["symbol", "price", "class", "dividend_yield"],
    ["SPX", 6000.0, "index_high_cap", 0.013],
    ["XYZ", 100.0, "stock", 0.0],
]
FRIDAY = "2026-11-20"
"""The third of its month: SPX settles at its open, SPXW at its close."""


def ranges(
    *rows: list[Any], as_of: str = FRIDAY, headings: list[str] = HEADINGS, **settings: str
) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]], None]:
    named = [["as_of", as_of], ["rate", 0.04], ["cash", 0.0], *map(list, settings.items())]
    return [headings, *map(list, rows)], MARKET, named, None


def spx(
    quantity: int,
    kind: str,
    strike: float,
    price: float | None,
    root: str = "SPX",
    expiration: str = FRIDAY,
) -> list[Any]:
    return [root, kind, quantity, strike, expiration, price, "SPX"]


@pytest.mark.parametrize(
    ("as_of", "expiration", "root", "days"),
    [
        ("2026-11-18", FRIDAY, "SPXW", 2.0),  # a plain date: whole days
        ("2026-11-18", f"{FRIDAY} 16:00", "SPXW", 2.0),
        ("2026-11-18 10:00", FRIDAY, "SPXW", 2.25),  # 16:00 is 6 hours later, two days on
        ("2026-11-18 10:00", FRIDAY, "SPX", 2.0 - 0.5 / 24),  # 9:30
        ("2026-11-18 10:00", FRIDAY, "XYZ", 2.25),
        ("2026-11-18 10:00", f"{FRIDAY} 13:00", "XYZ", 2.125),  # an early close, stated
        ("2026-11-20 15:00", FRIDAY, "XYZ", 1.0 / 24),
        ("2026-11-20 16:30", FRIDAY, "XYZ", 0.0),
    ],
)
def test_years_run_to_the_hour_at_which_the_series_ends(
    as_of: str, expiration: str, root: str, days: float
) -> None:
    underlying = "XYZ" if root == "XYZ" else "SPX"
    row = [root, "call", 1, 100.0 if root == "XYZ" else 6000.0, expiration, 5.0, underlying]
    table = contract_table(read_book(*ranges(row, as_of=as_of)))
    assert table.contracts.years[0] == pytest.approx(days / 365, abs=1e-9)


def test_a_volatility_does_not_lose_the_hours_of_the_last_day() -> None:
    """Two days at 45.2% from 10:00: to midnight the same price needs 53.9%."""
    now = serial_of(datetime(2026, 11, 18, 10))
    option = ["call", 6000.0, 6000.0, serial_of(datetime(2026, 11, 20))]
    price = udfs.OPT_PRICE(*option, now, 0.452, 0.04, 0.0, "european")
    assert udfs.OPT_IV(*option, now, price, 0.04, 0.0, "european") == pytest.approx(0.452)
    midnight = [*option[:3], serial_of(datetime(2026, 11, 20, 0, 1))]
    stated = udfs.OPT_IV(*midnight, now, price, 0.04, 0.0, "european")
    assert stated == pytest.approx(0.539, abs=2e-3)


@pytest.mark.parametrize("as_of", [FRIDAY, f"{FRIDAY} 10:00"])
def test_a_series_settled_at_the_open_is_cash(as_of: str) -> None:
    """Short 1 SPX 5,950 put marked 3: it can lose nothing more, its minimum of 37.50 stays.

    By strategy it is the 300 owed, whatever stands beside it.
    """
    book = ranges(spx(-1, "put", 5950.0, 3.0), as_of=as_of)
    assert udfs.PM_REQUIREMENT(*book) == pytest.approx(37.5)
    assert udfs.REGT_MAINTENANCE(*book) == pytest.approx(300.0)
    lines = strategy_lines(ranges_of(*book).strategy(), RequirementKind.MAINTENANCE)
    assert [line.strategy for line in lines] == ["Settled put"]
    headings, row = udfs.REGT_STRATEGIES(*book)[:2]
    assert row[headings.index("how")] == "settled at the open: what it is worth, 300"


def test_before_its_open_it_is_an_option() -> None:
    book = ranges(spx(-1, "put", 5950.0, 3.0), as_of=f"{FRIDAY} 9:00")
    assert udfs.PM_REQUIREMENT(*book) > 30_000


def test_a_settled_long_covers_nothing() -> None:
    """Short SPXW 5,950 put beside long SPX 5,950 put, settled at 3: uncovered in both regimes."""
    short = spx(-1, "put", 5950.0, 3.0, "SPXW", "2026-11-27")
    alone = ranges(short)
    both = ranges(short, spx(1, "put", 5950.0, 3.0))
    assert udfs.REGT_MAINTENANCE(*both) == pytest.approx(udfs.REGT_MAINTENANCE(*alone))
    assert udfs.PM_REQUIREMENT(*both) == pytest.approx(udfs.PM_REQUIREMENT(*alone))


def test_two_settled_series_are_two_amounts_of_cash() -> None:
    book = ranges(spx(-1, "put", 6050.0, 52.0), spx(1, "put", 5950.0, 0.0))
    assert udfs.REGT_MAINTENANCE(*book) == pytest.approx(5_200.0)
    assert udfs.PM_REQUIREMENT(*book) == pytest.approx(37.5)  # the long one is worth nothing
    cash = ranges(spx(-1, "call", 5990.0, 12.0), account_type="cash")
    assert udfs.REGT_MAINTENANCE(*cash) == pytest.approx(1_200.0)


@pytest.mark.parametrize(
    ("price", "forward", "value"), [(12.0, None, 12.0), (0.0, None, 10.0), (None, None, 10.0),
                                    (12.0, 5_996.5, 6.5), (None, 5_996.5, 6.5)],
)  # fmt: skip
def test_it_is_worth_its_settlement_where_stated_else_its_mark_else_intrinsic(
    price: float | None, forward: float | None, value: float
) -> None:
    row = [*spx(-2, "call", 5990.0, price), forward]
    book = ranges(row, headings=[*HEADINGS, "forward"])
    accounts = {figure: value for figure, _, value, *_ in udfs.MARGIN_ACCOUNT(*book)}
    assert accounts["account value"] == pytest.approx(-200 * value)
    assert udfs.REGT_MAINTENANCE(*book) == pytest.approx(200 * value)
    told = [p for p in problems_of(ranges_of(*book)) if "settled this morning" in p.found]
    assert len(told) == (forward is None)


def test_one_warning_a_series_names_value_and_spot() -> None:
    book = ranges(spx(-1, "put", 5950.0, 3.0), spx(1, "call", 5990.0, 12.0))
    told = [p for p in problems_of(ranges_of(*book)) if "settled this morning" in p.found]
    assert [(p.row, p.column, p.severity) for p in told] == [(2, "expiration", Severity.WARNING)]
    assert "6,000" in told[0].found
    assert "settlement unknown" in told[0].found


def test_its_stale_price_does_not_bend_the_smile_of_what_still_trades() -> None:
    """SPX and SPXW of one day are two series: one is cash, the other moves by its own."""
    rows = [spx(1, "call", 5990.0, 12.0), spx(-1, "call", 6000.0, 15.0, "SPXW")]
    settings = {"as_of": f"{FRIDAY} 10:00", "smile": "sticky_moneyness"}
    alone = udfs.PM_REQUIREMENT(*ranges(rows[1], **settings))
    assert udfs.PM_REQUIREMENT(*ranges(*rows, **settings)) == pytest.approx(alone)


@pytest.mark.parametrize(
    ("stated", "zone", "hour"),
    [
        ("2026-11-18 15:30", "Europe/London", 10.5),
        ("2026-07-15 15:30", "Europe/London", 10.5),
        ("2026-11-04 15:30", "America/New_York", 15.5),
        ("2026-10-28 14:30", "Europe/London", 10.5),  # London back on winter time, New York not yet
        ("2026-11-18 15:30Z", None, 10.5),
    ],
)
def test_an_hour_is_new_yorks_unless_the_setting_says_otherwise(
    stated: str, zone: str | None, hour: float
) -> None:
    row = ["XYZ", "call", 1, 100.0, "2026-12-18", 5.0, "XYZ"]
    settings = {"time_zone": zone} if zone else {}
    book = read_book(*ranges(row, as_of=stated, **settings))
    assert book.market.as_of % 1 * 24 == pytest.approx(hour)


def test_the_zone_is_noted_and_an_odd_hour_is_a_warning() -> None:
    row = ["XYZ", "call", 1, 100.0, "2026-12-18", 5.0, "XYZ"]
    at = {
        as_of: [p for p in check_book(*ranges(row, as_of=as_of)) if p.column == "as_of"]
        for as_of in (FRIDAY, f"{FRIDAY} 10:00", f"{FRIDAY} 16:15", f"{FRIDAY} 18:20")
    }
    kinds = [[p.severity for p in found] for found in at.values()]
    note, warning = Severity.NOTE, Severity.WARNING
    assert kinds == [[], [note], [note], [warning, note]]
    assert "10:00 in New York" in at[f"{FRIDAY} 10:00"][0].found
    with pytest.raises(InputError, match="time zone"):
        read_book(*ranges(row, as_of=f"{FRIDAY} 10:00", time_zone="London town"))


@pytest.mark.parametrize(
    ("as_of", "before"),
    [("2026-11-21", "2026-11-20"), ("2026-11-26", "2026-11-25"), ("2026-11-20", "")],
)
def test_a_day_without_trading_names_the_trading_day_before(as_of: str, before: str) -> None:
    row = ["XYZ", "call", 1, 100.0, "2026-12-18", 5.0, "XYZ"]
    told = [p for p in problems_of(ranges_of(*ranges(row, as_of=as_of))) if p.column == "as_of"]
    assert [before in p.wanted for p in told] == ([True] if before else [])
    assert all((p.severity, p.row) == (Severity.WARNING, 1) for p in told)


def test_a_moment_left_out_is_a_warning_that_names_the_day_taken() -> None:
    row = ["XYZ", "call", 1, 100.0, "2026-12-18", 5.0, "XYZ"]
    positions, market, (_, *settings), _ = ranges(row)
    today = lambda: datetime(2026, 11, 20, tzinfo=UTC).date()  # noqa: E731
    told = problems_of(ranges_of(positions, market, settings, today=today))
    assert [p.wanted for p in told if p.column == "as_of"] == [
        "the day of the prices: 2026-11-20 is taken"
    ]
