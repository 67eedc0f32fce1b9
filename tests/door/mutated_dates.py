"""Dates in words and figures, of both orders, unreadable, impossible."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from tests.door.mutated_numbers import WIDE
from tests.door.mutations import CONTRACTS, TABLES, Draw, Fate, Meaning, Mutation, kind, listed

MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_of(cell: object) -> dt.date:
    if isinstance(cell, str):
        return dt.date.fromisoformat(cell)
    assert isinstance(cell, int)
    return dt.date(1899, 12, 30) + dt.timedelta(cell)


def serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def dates_in_words(day: dt.date) -> list[object]:
    """Ways to write a date that have one reading, whatever the day."""
    month = MONTHS[day.month - 1]
    year, short = day.year, day.year % 100
    noon = dt.datetime.combine(day, dt.time())
    return [
        *(day.isoformat(), f"{day:%Y%m%d}", f"{day.day}-{month}-{short}", f"{day:%Y/%m/%d}"),
        *(f"{day.day:02}{month.upper()}{short}", f"{month} {day.day} {year}"),
        *(f"{month} {day.day}, {year}", f"{day.day:02}-{month.upper()}-{year}"),
        *(f"{day.day} {month} {year}", f"{day:%B} {day.day}, {year}", f"{day.isoformat()} 00:00"),
        *(f"{month} {day.day} '{short}", f"{month} {day.day} \u2019{short}"),
        *(serial(day), float(serial(day)), str(serial(day)), int(f"{day:%Y%m%d}")),
        *(day, noon, np.datetime64(day), f" {day.isoformat()}\u00a0"),
        day.isoformat().translate(WIDE),
    ]


def dates_in_figures(day: dt.date) -> list[str]:
    """Month first, as in the United States."""
    return [
        *(f"{day.month}/{day.day}/{day.year}", f"{day.month:02}/{day.day:02}/{day.year}"),
        *(f"{day.month}/{day.day}/{day.year % 100}", f"{day.month:02}-{day.day:02}-{day.year}"),
    ]


def undecided(day: dt.date) -> bool:
    return day.day <= 12 and day.day != day.month


@kind(*TABLES)
def date_in_other_spelling(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.DATE)
    if place is None:
        return None
    day = day_of(draw.cell(*place))
    written = dates_in_words(day) + ([] if undecided(day) else list(dates_in_figures(day)))
    return draw.of_cell(Fate.SAME, *place, draw.put(*place, draw.dice.choice(written)))


@kind(*TABLES)
def column_of_dates_month_first(draw: Draw) -> Mutation | None:
    """Read where one of them has one reading, else refused with both."""
    headings = [h for h in draw.columns(Meaning.DATE) if draw.filled(h)]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    form = draw.dice.randrange(4)
    days = [day_of(draw.cell(row, heading)) for row in draw.filled(heading)]
    written = [
        draw.put(row, heading, dates_in_figures(day)[form])
        for row, day in zip(draw.filled(heading), days, strict=True)
    ]
    fate = Fate.REFUSED if all(map(undecided, days)) else Fate.SAME
    return draw.of_column(fate, heading, "; ".join(written))


@kind(*TABLES)
def date_that_fits_both_ways(draw: Draw) -> Mutation | None:
    """Refused where nothing in the column decides."""
    cells = [(row, h) for h in draw.columns(Meaning.DATE) for row in draw.untouched(h)]
    cells = [place for place in cells if undecided(day_of(draw.cell(*place)))]
    if not cells:
        return None
    place = draw.dice.choice(cells)
    written = dates_in_figures(day_of(draw.cell(*place)))
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(written)))


@kind(*TABLES)
def column_of_dates_day_first(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.columns(Meaning.DATE) if draw.filled(h)]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    days = [day_of(draw.cell(row, heading)) for row in draw.filled(heading)]
    sign = draw.dice.choice("/.-")
    written = [
        draw.put(row, heading, f"{day:%d}{sign}{day:%m}{sign}{day:%Y}")
        for row, day in zip(draw.filled(heading), days, strict=True)
    ]
    return draw.of_column(Fate.SAME_OR_REFUSED, heading, "; ".join(written))


@kind(*TABLES)
def dates_of_two_orders(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.columns(Meaning.DATE) if len(draw.filled(h)) > 1]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    days = [day_of(draw.cell(row, heading)) for row in draw.filled(heading)]
    if any(map(undecided, days)):
        return None
    orders = ("%m/%d/%Y", "%d/%m/%Y")
    written = [
        draw.put(row, heading, day.strftime(orders[i % 2]))
        for i, (row, day) in enumerate(zip(draw.filled(heading), days, strict=True))
    ]
    return draw.of_column(Fate.SAME_OR_REFUSED, heading, "; ".join(written))


NO_DATES: Final = (
    *listed(
        "2026-13-45|32/13/2026|2026-02-30|2/30/2026|soon|Dec 2026|Dec|18|0|2026|18-Foo-26|"
        "Q4 2026|12/18|tomorrow|20261318|W51|2026-12|Dec 18|99/99/9999|1/2/3/4|31-Feb-26|"
        "12/18/126"
    ),
    0,
    -5,
    1.5,
    5e6,
    True,
    [1],
    float("inf"),
)


@kind(*TABLES)
def date_that_cannot_be_read(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.DATE)
    if place is None:
        return None
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(NO_DATES)))


@kind(*CONTRACTS)
def expiration_on_a_day_without_trading(draw: Draw) -> Mutation | None:
    rows = draw.filled("expiration")
    row = draw.dice.choice(rows)
    day = day_of(draw.cell(row, "expiration")) + dt.timedelta(draw.dice.choice([1, 2]))
    return draw.of_cell(Fate.TOLD, row, "expiration", draw.put(row, "expiration", day.isoformat()))
