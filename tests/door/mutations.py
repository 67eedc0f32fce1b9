"""Damage to a range, and other ways to write the same: each says what it must be answered with.

A mutation is drawn from a good range at random; the same seed draws the same. What is right stands
here, in words and values of its own, and is taken from nothing that the readers use.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import numpy as np

Range = list[list[Any]]


class Fate(Enum):
    """What a mutation must be answered with."""

    SAME = "the answers of the book before"
    REFUSED = "a refusal that names range, row and column"
    SAME_OR_REFUSED = "the answers of the book before, or a refusal that names the cell"
    TOLD = "where the answers differ, a problem or a refusal that names the cell"


@dataclass(frozen=True)
class Mutation:
    """A range with something in it changed.

    `rows_named` and `columns_named` are those of which a refusal names one; empty where any will
    do.
    """

    rows: Range
    fate: Fate
    change: str
    rows_named: tuple[int, ...] = ()
    columns_named: tuple[str, ...] = ()
    like: Range | None = None
    """The well-formed range that says the same; the good range itself where not given."""


class Meaning(Enum):
    """What the cells of a column are."""

    SYMBOL = "symbol"
    TYPE = "type"
    COUNT = "number"
    MONEY = "dollars"
    FRACTION = "fraction"
    DATE = "date"
    TIME = "time"
    WORD = "word"
    NAME = "name"


_M = Meaning
MEANING: Final = {
    "symbol": _M.SYMBOL, "underlying": _M.NAME, "type": _M.TYPE, "quantity": _M.COUNT,
    "strike": _M.MONEY, "expiration": _M.DATE, "price": _M.MONEY, "cost": _M.MONEY,
    "fee": _M.MONEY, "mark": _M.MONEY, "amount": _M.MONEY, "multiplier": _M.COUNT,
    "style": _M.WORD, "class": _M.WORD, "action": _M.WORD, "marginable": _M.WORD,
    "dividend_yield": _M.FRACTION, "rate": _M.FRACTION, "volatility": _M.FRACTION,
    "account": _M.NAME, "group": _M.NAME, "date": _M.DATE, "ex_date": _M.DATE, "time": _M.TIME,
}  # fmt: skip
"""By heading."""

NUMBERS: Final = (_M.COUNT, _M.MONEY, _M.FRACTION)

NEEDED: Final = {
    "positions": ("symbol", "type", "quantity", "strike", "expiration", "price"),
    "market": ("symbol", "price"),
    "dividends": ("symbol", "ex_date", "amount"),
    "trades": ("symbol", "strike", "expiration"),
    "candidates": ("symbol", "strike", "expiration"),
    "activity": ("symbol", "quantity", "strike", "expiration", "price"),
}
"""Headings without which the range has no meaning."""

ERRORS: Final = (
    *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    *("#GETTING_DATA", "#N/A N/A", "#FIELD!", "Err:502", "Err:508", -2146826246, -2146826265),
)


@dataclass
class Draw:
    """A good range to be mutated, and the dice: `rows[0]` are the headings' own names."""

    range: str
    rows: Range
    dice: random.Random

    def __post_init__(self) -> None:
        self.rows = [list(row) for row in self.rows]

    @property
    def headings(self) -> list[str]:
        return [str(heading) for heading in self.rows[0]]

    def column(self, heading: str) -> int:
        return self.headings.index(heading)

    def columns(self, *meanings: Meaning) -> list[str]:
        """The headings of these meanings."""
        return [h for h in self.headings if MEANING.get(h) in meanings]

    def filled(self, heading: str) -> list[int]:
        """The row numbers with something in the column, 2 for the first below the headings."""
        at = self.column(heading)
        return [n for n, row in enumerate(self.rows[1:], start=2) if row[at] is not None]

    def empty(self, heading: str) -> list[int]:
        """The row numbers with nothing in the column."""
        filled = self.filled(heading)
        return [n for n in range(2, len(self.rows) + 1) if n not in filled]

    def cell(self, row: int, heading: str) -> Any:
        return self.rows[row - 1][self.column(heading)]

    def put(self, row: int, heading: str, cell: object) -> str:
        """Put something into a cell; answers what was done."""
        before = self.cell(row, heading)
        self.rows[row - 1][self.column(heading)] = cell
        return f"row {row}, {heading}: {before!r} -> {cell!r}"

    def some_cell(self, *meanings: Meaning) -> tuple[int, str] | None:
        """A filled cell of one of these meanings."""
        cells = [(row, h) for h in self.columns(*meanings) for row in self.untouched(h)]
        return self.dice.choice(cells) if cells else None

    def untouched(self, heading: str) -> list[int]:
        """The row numbers whose cell is as a good book has it: a number, a day, a word."""
        rows, meaning = self.filled(heading), MEANING.get(heading)
        if meaning in NUMBERS:
            return [row for row in rows if isinstance(self.cell(row, heading), int | float)]
        if meaning is Meaning.DATE:
            return [row for row in rows if _is_day(self.cell(row, heading))]
        return rows

    def is_option(self, row: int) -> bool:
        """Whether the row is an option with a strike of its own."""
        return "strike" in self.headings and self.cell(row, "strike") is not None

    def of_cell(self, fate: Fate, row: int, heading: str, change: str) -> Mutation:
        return Mutation(self.rows, fate, change, (row,), (heading,))

    def of_column(self, fate: Fate, heading: str, change: str, *also: str) -> Mutation:
        return Mutation(self.rows, fate, change, (), (heading, *also))

    def whole(self, fate: Fate, change: str) -> Mutation:
        return Mutation(self.rows, fate, change)

    def add_column(self, heading: object, cells: Sequence[object], at: int | None = None) -> None:
        """A column beside the others; `cells` are those below the heading."""
        for row, cell in zip(self.rows, [heading, *cells], strict=True):
            row.insert(len(row) if at is None else at, cell)


Kind = Callable[[Draw], Mutation | None]

TABLES: Final = ("positions", "market", "dividends", "trades", "candidates", "activity")
CONTRACTS: Final = ("positions", "trades", "candidates", "activity")
NAMED: Final = ("settings", "facts")

KINDS: Final[dict[str, tuple[Kind, tuple[str, ...]]]] = {}
"""Each kind of mutation by its name, with the ranges it is for."""


def kind(*ranges: str) -> Callable[[Kind], Kind]:
    """Enter a kind of mutation under its function's name."""

    def enter(made: Kind) -> Kind:
        KINDS[made.__name__] = (made, ranges)
        return made

    return enter


# ---------------------------------------------------------------------------- numbers

WIDE: Final = str.maketrans("0123456789.,-$%()+", "０１２３４５６７８９．，－＄％（）＋")


def plain(number: float) -> str:
    """A number without grouping: 1500, 2.5."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def grouped(number: float) -> str:
    whole, _, decimals = plain(number).partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def spellings(number: float, meaning: Meaning) -> list[object]:
    """Other ways to write a number, each with one meaning."""
    size, minus = abs(number), number < 0
    texts = [plain(size), grouped(size)]
    if round(size, 2) == size:
        texts.append(f"{size:,.2f}")
    if meaning is Meaning.MONEY:
        texts += [f"${grouped(size)}", f"${size:,.4f}", f"{grouped(size)} USD"]
    if minus:
        ways = ("-{}", "({})", "\u2212{}", "{}-")
        texts = [way.format(text) for text in texts for way in ways if text[-1] != "D"]
        texts += [f"$({grouped(size)})", f"-${grouped(size)}"] * (meaning is Meaning.MONEY)
    else:
        texts.append(f"+{grouped(size)}")
    if meaning is Meaning.FRACTION:
        texts += [f"{plain(number * 100)}%", f"{plain(number * 100)} %"]
    pasted = [f" {texts[0]} ", f"\u00a0{texts[0]}\u00a0", f"\u200b{texts[0]}", f"\ufeff{texts[0]}"]
    others: list[object] = [np.float64(number), Decimal(str(number))]
    if number == int(number):
        others += [int(number), np.int64(number)]
    return [*texts, *pasted, texts[0].translate(WIDE), texts[1].translate(WIDE), *others]


def unusual_spellings(number: float, meaning: Meaning) -> list[str]:
    """Ways to write a number that may be refused, but not misread."""
    size, sign = grouped(abs(number)), "-" if number < 0 else ""
    texts = [f"{sign} {size}", f"{sign}{size.replace(',', ' ')}", f"{sign}{size}.", f"{number:e}"]
    texts += [f"{sign}{size.replace(',', chr(0x2019))}", f"'{sign}{size}", f"{sign}00{size}"]
    if meaning is Meaning.MONEY:
        texts += [f"{sign}$ {size}", f"USD {sign}{size}", f"US${sign}{size}", f"{sign}{size}$"]
    if number < 0:
        texts += [f"\u2013{size}", f"- {size}", f"({size}", f"-({size})", f"[{size}]", f"{size} DR"]
    return texts


def european(number: float) -> str:
    """Thousands by a point, decimals by a comma."""
    return grouped(number).translate(str.maketrans(",.", ".,"))


@kind(*TABLES)
def number_in_other_spelling(draw: Draw) -> Mutation | None:
    place = draw.some_cell(*NUMBERS)
    if place is None:
        return None
    written = spellings(draw.cell(*place), MEANING[place[1]])
    return draw.of_cell(Fate.SAME, *place, draw.put(*place, draw.dice.choice(written)))


@kind(*TABLES)
def number_in_unusual_spelling(draw: Draw) -> Mutation | None:
    place = draw.some_cell(*NUMBERS)
    if place is None:
        return None
    written = unusual_spellings(draw.cell(*place), MEANING[place[1]])
    change = draw.put(*place, draw.dice.choice(written))
    return draw.of_cell(Fate.SAME_OR_REFUSED, *place, change)


@kind(*TABLES)
def column_of_numbers_in_other_spelling(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.columns(*NUMBERS) if draw.untouched(h)]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    for row in draw.untouched(heading):
        written = spellings(draw.cell(row, heading), MEANING[heading])
        draw.put(row, heading, draw.dice.choice(written))
    cells = [draw.cell(row, heading) for row in draw.filled(heading)]
    return draw.of_column(Fate.SAME, heading, f"{heading}: {cells}")


@kind(*TABLES)
def number_in_european_spelling(draw: Draw) -> Mutation | None:
    """Read where something decides; what is read as another number is damage."""
    place = draw.some_cell(*NUMBERS)
    if place is None:
        return None
    number = draw.cell(*place)
    written = [european(number), plain(number).replace(".", ",")]
    if abs(number) < 1000:
        written.append(f"{number:.3f}")
    return draw.of_cell(Fate.SAME_OR_REFUSED, *place, draw.put(*place, draw.dice.choice(written)))


@kind(*TABLES)
def column_of_european_numbers(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.columns(*NUMBERS) if draw.filled(h)]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    written = [
        draw.put(row, heading, european(draw.cell(row, heading))) for row in draw.filled(heading)
    ]
    return draw.of_column(Fate.SAME_OR_REFUSED, heading, "; ".join(written))


@kind(*TABLES)
def numbers_of_two_locales(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.columns(*NUMBERS) if len(draw.filled(h)) > 1]
    if not headings:
        return None
    heading = draw.dice.choice(headings)
    ways = [lambda n: f"{n:,.2f}", european]
    written = [
        draw.put(row, heading, ways[i % 2](draw.cell(row, heading)))
        for i, row in enumerate(draw.filled(heading))
        if round(draw.cell(row, heading), 2) == draw.cell(row, heading)
    ]
    return draw.of_column(Fate.TOLD, heading, "; ".join(written))


UNREADABLE: Final = (
    *("abc", "12abc", "1 2 3", "1..2", "5--", "1/2", "O.5", "l00", "1,2,3", "1,00,0", "(5", "5)"),
    *("#", "?", "ten", "1e", "0x1F", "1_000", "TRUE", True, "£5", "€5", "5 EUR", "CHF 5", "¥500"),
    *("12.5x", "1;5", "1:5", "~5", ">5", "<0.01", "5 or 6", "*", "=1+1", "5 5", "½", "٥٠٠"),
    *("1e400", float("inf"), 1e300, [1], 1j, b"5", "(-5)", "-5-", "--5", "+-5"),
)


@kind(*TABLES)
def number_that_cannot_be_read(draw: Draw) -> Mutation | None:
    place = draw.some_cell(*NUMBERS)
    if place is None:
        return None
    cell = draw.dice.choice(UNREADABLE)
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, cell))


@kind(*TABLES)
def number_in_another_unit(draw: Draw) -> Mutation | None:
    """Percent of what is no fraction, dollars of what is no money."""
    place = draw.some_cell(Meaning.COUNT, Meaning.MONEY)
    if place is None:
        return None
    number = plain(draw.cell(*place))
    written = [f"{number}%", f"{number} EUR", f"€{number}", f"{number} bp", f"{number}k"]
    if MEANING[place[1]] is Meaning.COUNT:
        written += [f"{number} CHF", f"{number}m"]
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(written)))


@kind("positions", "market")
def fraction_as_a_whole_number(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.FRACTION)
    if place is None:
        return None
    return draw.of_cell(Fate.TOLD, *place, draw.put(*place, draw.cell(*place) * 100))


NOTHING: Final = ("--", "-", "n/a", "N/A", "", " ", "\u00a0", "\u200b", "\u2014", float("nan"))


@kind(*TABLES)
def nothing_in_other_spelling(draw: Draw) -> Mutation | None:
    cells = [(row, h) for h in draw.columns(*NUMBERS, Meaning.DATE) for row in draw.empty(h)]
    if not cells:
        return None
    place = draw.dice.choice(cells)
    change = draw.put(*place, draw.dice.choice(NOTHING))
    return draw.of_cell(Fate.SAME, *place, change)


@kind(*TABLES)
def nothing_where_something_is_needed(draw: Draw) -> Mutation | None:
    needed = {
        "positions": ("symbol", "quantity", "strike", "expiration"),
        "market": ("symbol", "price"),
        "dividends": ("symbol", "ex_date", "amount"),
        "trades": ("symbol", "strike", "expiration"),
        "candidates": ("symbol", "strike", "expiration"),
        "activity": ("quantity", "strike", "expiration", "price", "time"),
    }[draw.range]
    cells = [
        (row, h)
        for h in needed
        if h in draw.headings
        for row in draw.filled(h)
        if not (h == "symbol" and "type" in draw.headings and draw.cell(row, "type") == "cash")
    ]
    row, heading = draw.dice.choice(cells)
    if draw.range == "activity" and heading == "strike" and draw.cell(row, "type") is None:
        return None
    is_symbol = len(str(draw.cell(row, "symbol") or "")) > 10
    nothing = [None, "", " ", "\u00a0"] if heading == "symbol" else [None, *NOTHING]
    change = draw.put(row, heading, draw.dice.choice(nothing))
    fate = Fate.SAME if is_symbol and heading in ("strike", "expiration") else Fate.REFUSED
    return Mutation(draw.rows, fate, change, (row,), (heading, "type"))


@kind("positions")
def no_price_and_no_volatility(draw: Draw) -> Mutation | None:
    heading = "price" if "cost" in draw.headings else "volatility"
    if heading not in draw.headings:
        return None
    rows = [row for row in draw.filled(heading) if draw.is_option(row)]
    row = draw.dice.choice(rows)
    change = draw.put(row, heading, draw.dice.choice([None, *NOTHING]))
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), ("price", "volatility"))


@kind("positions", "market", "dividends", "activity")
def zero_that_cannot_be(draw: Draw) -> Mutation | None:
    """A link to an empty cell is 0 in a spreadsheet."""
    headings = [h for h in draw.columns(Meaning.MONEY) if h in ("strike", "price", "amount")]
    cells = [
        (row, h)
        for h in headings
        for row in draw.filled(h)
        if not (draw.range == "activity" and h == "price" and draw.is_option(row))
    ]
    if not cells:
        return None
    place = draw.dice.choice(cells)
    change = draw.put(*place, draw.dice.choice([0, 0.0, "0", "0.00", "$0.00"]))
    return draw.of_cell(Fate.REFUSED, *place, change)


@kind(*TABLES)
def sign_that_cannot_be(draw: Draw) -> Mutation | None:
    headings = ("strike", "price", "cost", "fee", "mark", "amount", "multiplier", "volatility")
    cells = [(row, h) for h in headings if h in draw.headings for row in draw.filled(h)]
    if not cells:
        return None
    row, heading = draw.dice.choice(cells)
    number = -draw.cell(row, heading)
    written = draw.dice.choice([number, f"({plain(-number)})", f"\u2212{plain(-number)}"])
    return draw.of_cell(Fate.REFUSED, row, heading, draw.put(row, heading, written))


@kind(*TABLES)
def error_of_the_spreadsheet(draw: Draw) -> Mutation | None:
    """In any cell, a filled one or an empty one."""
    cells = [(row, h) for h in draw.headings for row in range(2, len(draw.rows) + 1)]
    place = draw.dice.choice(cells)
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(ERRORS)))


@kind(*TABLES)
def error_in_an_unknown_column(draw: Draw) -> Mutation | None:
    cells: list[object] = [None] * (len(draw.rows) - 1)
    at = draw.dice.randrange(len(cells))
    cells[at] = draw.dice.choice(ERRORS)
    heading = draw.dice.choice(["sector", "notes", "day change", "P/L"])
    draw.add_column(heading, cells)
    change = f"row {at + 2}, an unknown column {heading}: {cells[at]!r}"
    return draw.of_cell(Fate.SAME_OR_REFUSED, at + 2, heading, change)


@kind(*TABLES)
def date_in_a_column_of_numbers(draw: Draw) -> Mutation | None:
    place = draw.some_cell(*NUMBERS)
    if place is None:
        return None
    cell = draw.dice.choice([dt.datetime(2026, 12, 18), dt.date(2026, 12, 18), "12/18/2026"])
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, cell))


# ---------------------------------------------------------------------------- dates

MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_of(cell: object) -> dt.date:
    if isinstance(cell, str):
        return dt.date.fromisoformat(cell)
    assert isinstance(cell, int)
    return dt.date(1899, 12, 30) + dt.timedelta(cell)


def serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def _is_day(cell: object) -> bool:
    if isinstance(cell, str):
        return len(cell) == 10 and cell[4] + cell[7] == "--"
    return isinstance(cell, int)


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


def _undecided(day: dt.date) -> bool:
    return day.day <= 12 and day.day != day.month


@kind(*TABLES)
def date_in_other_spelling(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.DATE)
    if place is None:
        return None
    day = day_of(draw.cell(*place))
    written = dates_in_words(day) + ([] if _undecided(day) else list(dates_in_figures(day)))
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
    fate = Fate.REFUSED if all(map(_undecided, days)) else Fate.SAME
    return draw.of_column(fate, heading, "; ".join(written))


@kind(*TABLES)
def date_that_fits_both_ways(draw: Draw) -> Mutation | None:
    """Refused where nothing in the column decides."""
    cells = [(row, h) for h in draw.columns(Meaning.DATE) for row in draw.untouched(h)]
    cells = [place for place in cells if _undecided(day_of(draw.cell(*place)))]
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
    if any(map(_undecided, days)):
        return None
    orders = ("%m/%d/%Y", "%d/%m/%Y")
    written = [
        draw.put(row, heading, day.strftime(orders[i % 2]))
        for i, (row, day) in enumerate(zip(draw.filled(heading), days, strict=True))
    ]
    return draw.of_column(Fate.SAME_OR_REFUSED, heading, "; ".join(written))


NO_DATES: Final = (
    *("2026-13-45", "32/13/2026", "2026-02-30", "2/30/2026", "soon", "Dec 2026", "Dec", "18", "0"),
    *(
        0,
        -5,
        1.5,
        5e6,
        "2026",
        "18-Foo-26",
        "Q4 2026",
        "12/18",
        "tomorrow",
        "20261318",
        True,
        "W51",
    ),
    *("2026-12", "Dec 18", "99/99/9999", "1/2/3/4", "31-Feb-26", "12/18/126", [1], float("inf")),
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


# ---------------------------------------------------------------------------- words

WORDS: Final[dict[str, tuple[object, ...]]] = {
    "stock": (
        *("stock", "Stock", "STK", "ETF", "Common Stock", "equity", "EQUITY", "Mutual Fund", "ADR"),
        *("Closed End Fund", "us_equity", "Shares", "stocks", "fund", "closed-end fund"),
    ),
    "call": ("call", "CALL", "Calls", "C", "c", "Call ", "call\u00a0", "Ｃａｌｌ", "Call Option"),
    "put": ("put", "PUT", "Puts", "P", "p", " Put", "\u200bput", "Ｐｕｔ", "Put Option"),
    "cash": ("cash", "CASH", "Cash", "Money Market", "sweep", "Sweep"),
    "american": ("American", "AMERICAN", "american "),
    "european": ("European", "EUROPEAN", "european "),
    "index_high_cap": ("Index High Cap", "INDEX-HIGH-CAP", "index_high_cap "),
    "trade": ("Trade", "TRADE"),
    "close": ("Close", "CLOSE"),
    "deposit": ("Deposit", "DEPOSITS"),
    "True": ("TRUE", "yes", "Y", "true", 1),
}
"""Other words for the same."""

NO_WORDS: Final = (
    *(
        "putt",
        "xyz",
        "warrant",
        "future",
        "FUT",
        "bond",
        "crypto",
        "CFD",
        "swap",
        "?",
        "0",
        "1",
        "-1",
    ),
    *("call/put", "both", "straddle", "x" * 300, "calll", "option call put", "=call"),
)


@kind(*TABLES)
def word_in_other_spelling(draw: Draw) -> Mutation | None:
    cells = [
        (row, h)
        for h in draw.columns(Meaning.TYPE, Meaning.WORD)
        for row in draw.filled(h)
        if str(draw.cell(row, h)) in WORDS
    ]
    if not cells:
        return None
    place = draw.dice.choice(cells)
    word = str(draw.cell(*place))
    if draw.range == "market" and word == "stock":
        others: Sequence[object] = ("Stock", "STOCK", "stock ")
    else:
        others = WORDS[word]
    return draw.of_cell(Fate.SAME, *place, draw.put(*place, draw.dice.choice(others)))


@kind(*TABLES)
def word_that_is_not_known(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.TYPE, Meaning.WORD)
    if place is None:
        return None
    words = [w for w in NO_WORDS if place[1] != "marginable" or w not in ("0", "1")]
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(words)))


@kind(*CONTRACTS)
def type_left_out(draw: Draw) -> Mutation | None:
    """Of stock it says itself, of an option it is refused unless its symbol says it."""
    rows = draw.filled("type")
    row = draw.dice.choice(rows)
    word, symbol = draw.cell(row, "type"), str(draw.cell(row, "symbol"))
    change = draw.put(row, "type", draw.dice.choice([None, "", " "]))
    if word == "stock" or len(symbol) > 10:
        return draw.of_cell(Fate.SAME, row, "type", change)
    return draw.of_cell(Fate.REFUSED if word in ("call", "put") else Fate.TOLD, row, "type", change)


def _rights(draw: Draw, words: dict[str, str]) -> list[object]:
    """A column of rights, taken out of the column of types."""
    cells: list[object] = []
    for row in range(2, len(draw.rows) + 1):
        word = draw.cell(row, "type")
        cells.append(words.get(word or ""))
        if word in words:
            draw.put(row, "type", draw.dice.choice(["Option", "OPT", "Equity Option", "us_option"]))
    return cells


RIGHTS: Final = (
    {"call": "C", "put": "P"},
    {"call": "Call", "put": "Put"},
    {"call": "CALL", "put": "PUT"},
)


@kind(*CONTRACTS)
def right_in_a_column_of_its_own(draw: Draw) -> Mutation | None:
    cells = _rights(draw, draw.dice.choice(RIGHTS))
    heading = draw.dice.choice(["Put/Call", "call/put", "right", "C/P", "cp", "Option Type"])
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings) + 1))
    return draw.whole(Fate.SAME, f"type says Option, {heading}: {cells}")


@kind(*CONTRACTS)
def right_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = _rights(draw, draw.dice.choice(RIGHTS))
    heading = draw.dice.choice(["what", "zz", "col7"])
    draw.add_column(heading, cells)
    change = f"type says Option, {heading}: {cells}"
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), (heading, "type"))


@kind(*CONTRACTS)
def right_that_contradicts(draw: Draw) -> Mutation | None:
    """Beside a type that says the other, or an option symbol that does."""
    other = {"call": "P", "put": "C"}
    rows = [row for row in draw.filled("type") if draw.cell(row, "type") in other]
    row = draw.dice.choice(rows)
    cells: list[object] = [
        other[draw.cell(n, "type")] if n == row else None for n in range(2, len(draw.rows) + 1)
    ]
    heading = draw.dice.choice(["Put/Call", "right", "c/p"])
    draw.add_column(heading, cells)
    change = f"row {row}, {heading}: {cells[row - 2]!r} beside {draw.cell(row, 'type')!r}"
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), (heading, "type", "right"))


# ---------------------------------------------------------------------------- sides

LONG: Final = (
    *("long", "L", "buy", "Bought", "B", "BOT", "BTO", "Buy to Open", "BUY_TO_OPEN", "buy open"),
    *("held", "Purchase", "LONG "),
)
SHORT: Final = (
    *("short", "S", "sell", "Sold", "SLD", "STO", "Sell to Open", "SELL-TO-OPEN", "written", "SS"),
    *("sell short", "Write", "sold short", "Ｓｅｌｌ"),
)
CLOSING: Final = ("BTC", "Buy to Close", "STC", "sell to close", "cover", "buy to cover")
NO_SIDES: Final = ("Ask", "Credit", "Verkauf", "xx", "-1", "0", "neutral", "sellbuy", "debit", "?")
SIDE_HEADINGS: Final = (
    *(
        "side",
        "Action",
        "Transaction",
        "Trans",
        "Trade Type",
        "Buy/Sell",
        "B/S",
        "L/S",
        "Direction",
    ),
    *("Way", "Long/Short", "Pos", "Open/Close", "Order", "Buy or Sell"),
)


def _sides(draw: Draw, unsigned: bool) -> list[object]:
    """A word for each quantity of securities; where unsigned, the signs are taken away."""
    cells: list[object] = []
    one_way = draw.dice.random() < 0.5
    words = [draw.dice.choice(LONG), draw.dice.choice(SHORT)]
    for row in range(2, len(draw.rows) + 1):
        quantity = draw.cell(row, "quantity")
        is_cash = draw.cell(row, "type") in ("cash", "deposit")
        if quantity is None or is_cash:
            cells.append(None)
            continue
        cells.append(
            words[quantity < 0] if one_way else draw.dice.choice((LONG, SHORT)[quantity < 0])
        )
        if unsigned:
            draw.put(row, "quantity", abs(quantity))
    return cells


def _free_side_heading(draw: Draw) -> str:
    if draw.range == "positions":
        return draw.dice.choice(SIDE_HEADINGS)
    return draw.dice.choice(["side", "B/S", "Buy/Sell"])


@kind("positions", "trades", "activity")
def side_beside_a_signed_quantity(draw: Draw) -> Mutation | None:
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=False)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    return draw.whole(Fate.SAME, f"a column {heading}: {cells}")


@kind("positions", "trades", "activity")
def side_beside_an_unsigned_quantity(draw: Draw) -> Mutation | None:
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=True)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    return draw.whole(Fate.SAME, f"unsigned quantities, a column {heading}: {cells}")


@kind("positions", "trades", "activity")
def side_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = _sides(draw, unsigned=True)
    heading = draw.dice.choice(["what", "zz", "column 7", "Typ", "", "Seite"])
    draw.add_column(heading, cells)
    change = f"unsigned quantities, a column {heading!r}: {cells}"
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), (heading, "side", "quantity"))


def _one_side(draw: Draw, words: Sequence[str], sign: int) -> Mutation | None:
    """One row's word changed, in a column of sides that is right."""
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=False)
    rows = [
        i for i, cell in enumerate(cells)
        if cell is not None and draw.cell(i + 2, "quantity") * sign >= 0
    ]  # fmt: skip
    if not rows:
        return None
    at = draw.dice.choice(rows)
    cells[at] = draw.dice.choice(words)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    quantity = draw.cell(at + 2, "quantity")
    change = f"row {at + 2}, {heading}: {cells[at]!r} beside a quantity of {quantity!r}"
    return Mutation(draw.rows, Fate.REFUSED, change, (at + 2,), (heading, "side", "quantity"))


@kind("positions", "trades", "activity")
def side_that_contradicts(draw: Draw) -> Mutation | None:
    """Bought, with a negative quantity; sold with a positive one is only unsigned."""
    return _one_side(draw, LONG, -1)


@kind("positions", "trades", "activity")
def side_that_is_not_known(draw: Draw) -> Mutation | None:
    return _one_side(draw, NO_SIDES, 0)


@kind("positions")
def side_that_closes(draw: Draw) -> Mutation | None:
    """In positions nothing is closed."""
    return _one_side(draw, CLOSING, 0)


@kind("activity")
def side_that_closes_in_a_trade(draw: Draw) -> Mutation | None:
    cells: list[object] = []
    for row in range(2, len(draw.rows) + 1):
        quantity, trades = draw.cell(row, "quantity"), draw.cell(row, "type") != "deposit"
        ways = ("STC", "sell to close") if quantity < 0 else ("BTC", "Buy to Close", "cover")
        cells.append(draw.dice.choice(ways) if trades else None)
        draw.put(row, "quantity", abs(quantity))
    draw.add_column("side", cells)
    return draw.whole(Fate.SAME, f"unsigned quantities, a column side: {cells}")


@kind("positions")
def closing_side_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = [
        draw.dice.choice(CLOSING) if isinstance(draw.cell(row, "quantity"), int) else None
        for row in range(2, len(draw.rows) + 1)
    ]
    draw.add_column("zz", cells)
    return draw.of_column(Fate.REFUSED, "zz", f"a column zz: {cells}", "side")


# ---------------------------------------------------------------------------- currency, multiplier

CURRENCY_HEADINGS: Final = ("currency", "Ccy", "CurrencyPrimary", "Currency Code")


def _where_priced(draw: Draw, word: str) -> list[object]:
    return [word] * (len(draw.rows) - 1)


@kind("positions", "trades", "activity", "market")
def dollars_in_a_column_of_currencies(draw: Draw) -> Mutation | None:
    word = draw.dice.choice(["USD", "usd", "$", "US Dollar", "USD "])
    heading = draw.dice.choice([*CURRENCY_HEADINGS, "zz"] if word == "USD" else CURRENCY_HEADINGS)
    draw.add_column(heading, _where_priced(draw, word))
    return draw.whole(Fate.SAME, f"a column {heading} of {word!r}")


@kind("positions", "trades", "activity", "market")
def another_currency_in_one_row(draw: Draw) -> Mutation | None:
    cells = _where_priced(draw, "USD")
    at = draw.dice.randrange(len(cells))
    cells[at] = draw.dice.choice(
        ["EUR", "CHF", "JPY", "GBP", "cad", "GBp", "Euro", "€", "BRL", "KRW"]
    )
    heading = draw.dice.choice([*CURRENCY_HEADINGS, "zz", "col 9"])
    if heading in ("zz", "col 9") and cells[at] in ("€", "Euro", "GBp", "cad"):
        cells[at] = "EUR"
    draw.add_column(heading, cells)
    change = f"row {at + 2}, a column {heading} of 'USD': {cells[at]!r}"
    return draw.of_cell(Fate.REFUSED, at + 2, heading, change)


@kind("positions", "trades", "activity")
def multiplier_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    """A column of 10 and 100 beside options may be their multiplier: never passed over."""
    if "multiplier" in draw.headings:
        return None
    cells = [
        draw.dice.choice([10, 10, 100]) if draw.is_option(row) else None
        for row in range(2, len(draw.rows) + 1)
    ]
    heading = draw.dice.choice(["what", "zz", "per", "Lot Size", "Trade Unit", "Point Value"])
    draw.add_column(heading, cells)
    like = [[*draw.rows[0][:-1], "multiplier"], *draw.rows[1:]]
    change = f"a column {heading}: {cells}"
    columns = (heading, "multiplier")
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), columns, like)


# ---------------------------------------------------------------------------- symbols

CLASS_SHARES: Final = ("BRK.B", "BRK/B", "BRK B", "BRK-B", "brk.b", "BRK.B ", "BRKB")


def _as_pasted(dice: random.Random, symbol: str) -> str:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in symbol)
    ways = [
        *(symbol.lower(), f" {symbol} ", f"{symbol}\u00a0", f"\u200b{symbol}", f"\ufeff{symbol}"),
        wide,
    ]
    return dice.choice(ways)


@kind(*TABLES)
def symbol_as_pasted(draw: Draw) -> Mutation | None:
    row = draw.dice.choice(draw.filled("symbol"))
    symbol = draw.cell(row, "symbol")
    written = _as_pasted(draw.dice, symbol)
    if len(symbol) > 10 and draw.dice.random() < 0.5:
        written = symbol.replace(" ", "\u00a0")
    return draw.of_cell(Fate.SAME, row, "symbol", draw.put(row, "symbol", written))


@kind("positions", "market")
def class_share_in_other_spelling(draw: Draw) -> Mutation | None:
    rows = [row for row in draw.filled("symbol") if draw.cell(row, "symbol") == "BRK.B"]
    if not rows:
        return None
    row = draw.dice.choice(rows)
    change = draw.put(row, "symbol", draw.dice.choice(CLASS_SHARES))
    return draw.of_cell(Fate.SAME, row, "symbol", change)


def option_symbols(root: str, day: dt.date, right: str, strike: float) -> list[str]:
    """Every usual spelling of one option."""
    letter, month = right[0].upper(), MONTHS[day.month - 1]
    ymd, short, dollars = f"{day:%y%m%d}", day.year % 100, plain(strike)
    us = f"{day.month:02}/{day.day:02}"
    occ = f"{letter}{round(strike * 1000):08}"
    word = right.title()
    return [
        *(f"{root:6}{ymd}{occ}", f"{root}{ymd}{occ}", f"{root} {ymd}{occ}", f"{root}_{ymd}{occ}"),
        *(f"{root}{ymd}{letter}{dollars}", f".{root}{ymd}{letter}{dollars}"),
        *(f" -{root}{ymd}{letter}{dollars}", f"{root} {us}/{short} {letter}{dollars}"),
        *(
            f"{root} {us}/{day.year} {strike:.2f} {letter}",
            f"{root} {us}/{day.year} {word} ${strike:.2f}",
        ),
        *(f"{root} {day.day:02}{month.upper()}{short} {dollars} {letter}",),
        *(f"{root} {month} {day.day} '{short} ${strike:.2f} {word}",),
        *(f"{root} {month} {day.day} \u2019{short} ${dollars} {word}",),
        *(f"{root} {month.upper()} {day.day} {day.year} ${dollars} {right.upper()}",),
        *(f"{root}\u00a0\u00a0\u00a0{ymd}{occ}", f"{root:6}{ymd}{occ}".lower()),
    ]


def _option_of(draw: Draw, row: int) -> list[str]:
    symbol = draw.cell(row, "symbol")
    root = "BRKB" if symbol == "BRK.B" else symbol
    day, strike = day_of(draw.cell(row, "expiration")), draw.cell(row, "strike")
    return option_symbols(root, day, draw.cell(row, "type"), strike)


@kind(*CONTRACTS)
def option_by_its_symbol(draw: Draw) -> Mutation | None:
    """In any spelling, beside its terms or instead of them."""
    rows = [row for row in draw.filled("strike") if len(draw.cell(row, "symbol")) < 6]
    if not rows:
        return None
    row = draw.dice.choice(rows)
    symbol = draw.dice.choice(_option_of(draw, row))
    if draw.dice.random() < 0.5:
        for heading in ("type", "strike", "expiration"):
            draw.put(row, heading, None)
    return draw.of_cell(Fate.SAME, row, "symbol", draw.put(row, "symbol", symbol))


@kind(*CONTRACTS)
def option_symbol_that_is_none(draw: Draw) -> Mutation | None:
    """Strikes of six or seven digits, dates that do not exist, spellings that are not known."""
    row = draw.dice.choice(draw.filled("strike"))
    symbols = [
        *("XYZ261218C110000", "XYZ261218P1100000", "XYZ261318C00110000", "XYZ260230C00110000"),
        *(
            "XYZ 20261218 110 C",
            "XYZ 110C 12/18/26",
            "XYZ261218X00110000",
            "XYZ261218C",
            "261218C110",
        ),
        *(
            "XYZ261218C00110000X",
            "C XYZ 20261218 110 M",
            "./ESZ6EW3Z6 261218P5800",
            "=XYZ",
            "x" * 5000,
        ),
        *("XYZ1  261218C00110000", "XYZ261218C00000000", "12345678901234", "@XYZ", "XYZ;ABC", "-"),
    ]
    change = draw.put(row, "symbol", draw.dice.choice(symbols))
    for heading in ("type", "strike", "expiration"):
        draw.put(row, heading, None)
    columns = ("symbol", "type", "underlying", "price", "deliverable", "multiplier")
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), columns)


@kind(*CONTRACTS)
def option_text_typed_as_stock(draw: Draw) -> Mutation | None:
    rows = [row for row in draw.filled("type") if draw.cell(row, "type") == "stock"]
    row = draw.dice.choice(rows)
    texts = ["XYZ 20261218 110 C", "XYZ 110C 12/18/26", "CALL XYZ CORP $110 EXP 12/18/26"]
    texts += ["XYZ   261218C00110000", "XYZ Dec26 110 Call", "XYZ 261218C110000"]
    change = draw.put(row, "symbol", draw.dice.choice(texts))
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), ("symbol", "type"))


@kind(*CONTRACTS)
def term_that_contradicts_the_symbol(draw: Draw) -> Mutation | None:
    rows = [row for row in draw.filled("strike") if len(draw.cell(row, "symbol")) < 6]
    if not rows:
        return None
    row = draw.dice.choice(rows)
    draw.put(row, "symbol", _option_of(draw, row)[0])
    heading = draw.dice.choice(["strike", "expiration", "type"])
    other: object = {
        "strike": (draw.cell(row, "strike") or 0) + 5,
        "expiration": "2026-09-18",
        "type": {"call": "put", "put": "call"}.get(draw.cell(row, "type")),
    }[heading]
    return draw.of_cell(Fate.REFUSED, row, heading, draw.put(row, heading, other))


@kind("positions", "trades", "activity", "dividends")
def symbol_without_a_price(draw: Draw) -> Mutation | None:
    rows = [
        row for row in draw.filled("symbol")
        if draw.range == "dividends" or draw.cell(row, "type") in ("call", "put")
    ]  # fmt: skip
    row = draw.dice.choice(rows)
    fate = Fate.TOLD if draw.range == "dividends" else Fate.REFUSED
    if "underlying" in draw.headings and draw.cell(row, "underlying") is not None:
        return None
    change = draw.put(row, "symbol", draw.dice.choice(["QQZ", "XYY", "XYZ.X", "Q"]))
    return Mutation(draw.rows, fate, change, (row,), ("symbol", "underlying", "action", "quantity"))


# ---------------------------------------------------------------------------- headings

SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "symbol": ("Ticker", "Symbol"),
    "type": ("Security Type", "Asset Class", "Instrument Type", "asset_type", "secType"),
    "quantity": ("Qty", "Quantity", "Position", "Contracts"),
    "strike": ("Strike Price", "Exercise Price"),
    "expiration": ("Expiry", "Exp. Date", "Expiration Date", "Maturity", "ExpDate"),
    "price": ("Price", "Last Price", "Market Price"),
    "cost": ("Trade Price", "Average Price", "Unit Cost", "Price Paid", "avg_entry_price"),
    "multiplier": ("Mult", "Contract Size", "Contract Multiplier", "Shares per Contract"),
    "volatility": ("IV", "Implied Volatility", "Imp Vol", "Vol"),
    "account": ("Acct", "Account Number", "Account Name"),
    "underlying": ("Underlying Symbol", "Underlier"),
    "fee": ("Fees", "Commission"),
    "dividend_yield": ("Div Yield", "Dividend Yield"),
    "ex_date": ("Ex Date", "Ex-Dividend Date"),
    "amount": ("Amount", "Dividend"),
    "class": ("Class",),
    "time": ("Time", "Trade Time"),
    "date": ("Date", "DATE"),
}
"""Other headings for the same column."""


@kind(*TABLES)
def heading_by_another_word(draw: Draw) -> Mutation | None:
    headings = [h for h in draw.headings if h in SYNONYMS]
    heading = draw.dice.choice(headings)
    if draw.range == "activity" and heading in ("price", "cost"):
        return None
    other = draw.dice.choice(SYNONYMS[heading])
    draw.rows[0][draw.column(heading)] = other
    return draw.of_column(Fate.SAME, heading, f"heading {heading} -> {other!r}", other)


@kind(*TABLES)
def heading_in_other_spelling(draw: Draw) -> Mutation | None:
    heading = draw.dice.choice(draw.headings)
    words = heading.split("_")
    others = [
        *(heading.upper(), heading.title(), f" {heading} ", f"{heading}\u00a0", f"\ufeff{heading}"),
        *(" ".join(words), "-".join(words), "\n".join(words), "".join(words), f"{heading}:"),
        *(heading.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}), "\u00a0".join(words)),
        f"\u200b{heading}",
    ]
    other = draw.dice.choice(others)
    draw.rows[0][draw.column(heading)] = other
    return draw.of_column(Fate.SAME, heading, f"heading {heading} -> {other!r}", other)


def _unknown(draw: Draw, others: Sequence[object]) -> Mutation | None:
    heading = draw.dice.choice(draw.headings)
    other = draw.dice.choice(others)
    needed = heading in NEEDED[draw.range]
    draw.rows[0][draw.column(heading)] = other
    fate = Fate.REFUSED if needed and heading != "price" else Fate.TOLD
    change = f"heading {heading} -> {other!r}"
    return draw.of_column(fate, heading, change, str(other), "type", "symbol", "price")


@kind(*TABLES)
def heading_that_is_not_known(draw: Draw) -> Mutation | None:
    return _unknown(draw, ["zz", "what", "x1", "foo bar", "Spalte", 5, "123", "%", "q" * 300])


@kind(*TABLES)
def heading_left_out(draw: Draw) -> Mutation | None:
    return _unknown(draw, [None, "", " ", "\u00a0"])


@kind(*TABLES)
def heading_that_is_an_error(draw: Draw) -> Mutation | None:
    heading = draw.dice.choice(draw.headings)
    other = draw.dice.choice(ERRORS)
    draw.rows[0][draw.column(heading)] = other
    change = f"heading {heading} -> {other!r}"
    return Mutation(draw.rows, Fate.REFUSED, change)


@kind(*TABLES)
def column_left_out(draw: Draw) -> Mutation | None:
    headings = [h for h in NEEDED[draw.range] if h in draw.headings and h != "price"]
    heading = draw.dice.choice(headings)
    at = draw.column(heading)
    for row in draw.rows:
        del row[at]
    change = f"no column {heading}"
    return draw.of_column(Fate.REFUSED, heading, change, "type", "price")


@kind(*TABLES)
def columns_in_another_order(draw: Draw) -> Mutation | None:
    order = list(range(len(draw.headings)))
    draw.dice.shuffle(order)
    draw.rows = [[row[i] for i in order] for row in draw.rows]
    return draw.whole(Fate.SAME, f"columns in the order {draw.headings}")


def _doubled(draw: Draw) -> tuple[str, str, list[Any]] | None:
    headings = [h for h in draw.headings if draw.filled(h) and MEANING[h] is not Meaning.WORD]
    heading = draw.dice.choice(headings)
    others = [h for h in (heading, *SYNONYMS.get(heading, ())) if h.lower() not in draw.headings]
    if draw.range == "activity" and heading in ("price", "mark"):
        others = []
    other = draw.dice.choice([heading, *others])
    return heading, other, [draw.cell(row, heading) for row in range(2, len(draw.rows) + 1)]


@kind(*TABLES)
def column_doubled(draw: Draw) -> Mutation | None:
    doubled = _doubled(draw)
    if doubled is None:
        return None
    heading, other, cells = doubled
    draw.add_column(other, cells, draw.dice.randrange(len(draw.headings) + 1))
    change = f"the column {heading} again, as {other!r}"
    return draw.of_column(Fate.SAME_OR_REFUSED, heading, change, other)


@kind(*TABLES)
def column_doubled_and_contradicting(draw: Draw) -> Mutation | None:
    doubled = _doubled(draw)
    if doubled is None:
        return None
    heading, other, cells = doubled
    meaning = MEANING[heading]
    at = draw.dice.choice(draw.filled(heading)) - 2
    spoilt: object = "ABC" if meaning in (Meaning.SYMBOL, Meaning.NAME) else None
    if meaning in NUMBERS:
        spoilt = cells[at] * 2 + 1
    elif meaning is Meaning.DATE:
        spoilt = "2027-01-15"
    elif meaning is Meaning.TYPE:
        spoilt = {"call": "put", "put": "call", "stock": "cash"}.get(cells[at], "stock")
    if spoilt is None or spoilt == cells[at]:
        return None
    change = f"row {at + 2}, the column {heading} again, as {other!r}: {cells[at]!r} -> {spoilt!r}"
    cells[at] = spoilt
    draw.add_column(other, cells, draw.dice.randrange(len(draw.headings) + 1))
    differs = heading == "account" or (heading == "price" and other != "price")
    fate = Fate.TOLD if differs else Fate.REFUSED
    return draw.of_column(fate, heading, change, other, "type", "right")


# ---------------------------------------------------------------------------- rows and columns

HARMLESS: Final = (
    ("Sector", ["Technology", "Energy", None]),
    ("Notes", ["watch", "ask about this", None]),
    ("Day Change %", ["1.2%", "-0.4%", "0%"]),
    ("P/L", [120.5, -33, 0]),
    ("Description", ["SOME COMPANY INC COM", "ANOTHER CORP", None]),
    ("Delta", [0.5, -0.25, 1]),
    ("Day's Gain", ["$12,345.00", "($400.00)", None]),
)


@kind(*TABLES)
def harmless_column(draw: Draw) -> Mutation | None:
    heading, cells = draw.dice.choice(HARMLESS)
    filled = [draw.dice.choice(cells) for _ in draw.rows[1:]]
    draw.add_column(heading, filled, draw.dice.randrange(len(draw.headings) + 1))
    return draw.whole(Fate.SAME, f"a column {heading}: {filled}")


@kind(*TABLES)
def empty_columns(draw: Draw) -> Mutation | None:
    at = draw.dice.randrange(len(draw.headings) + 1)
    draw.add_column(draw.dice.choice([None, ""]), [None] * (len(draw.rows) - 1), at)
    return draw.whole(Fate.SAME, f"an empty column {at + 1}")


@kind("positions", "market", "dividends", "trades")
def rows_in_another_order(draw: Draw) -> Mutation | None:
    order = draw.dice.sample(range(1, len(draw.rows)), len(draw.rows) - 1)
    draw.rows = [draw.rows[0], *(draw.rows[i] for i in order)]
    return draw.whole(Fate.SAME, f"rows in the order {[i + 1 for i in order]}")


@kind(*TABLES, *NAMED)
def empty_rows(draw: Draw) -> Mutation | None:
    places = sorted(draw.dice.choices(range(len(draw.rows) + 1), k=draw.dice.randint(1, 3)))
    for at in reversed(places):
        cell = draw.dice.choice([None, "", " ", "\u00a0"])
        draw.rows.insert(at, [cell] * len(draw.rows[0]))
    return draw.whole(Fate.SAME, f"empty rows before the rows {[at + 1 for at in places]}")


@kind(*TABLES)
def row_cut_short(draw: Draw) -> Mutation | None:
    for row in draw.rows[1:]:
        while row and row[-1] is None:
            row.pop()
    return draw.whole(Fate.SAME, "rows without their last empty cells")


TITLES: Final = (
    ["Positions for account ...123 as of 01/15/2026 04:00 PM ET"],
    ["My book", None, "January 2026"],
    ["Account Summary"],
    ["Report generated by the back office", "", "USD"],
    ["Brokerage", 123456],
)
FOOTNOTES: Final = (
    ["Date downloaded 01/15/2026 4:05 PM ET"],
    ["* Prices are delayed by 15 minutes and may not be those of the close."],
    ["Page 1 of 1"],
    ["The data and information in this spreadsheet is provided to you solely for your use."],
    ["Source: broker's web page. (C) 2026"],
)


def _wide(draw: Draw, cells: Sequence[object]) -> list[Any]:
    return [*cells, *[None] * (len(draw.rows[0]) - len(cells))][: max(len(draw.rows[0]), 1)]


@kind(*TABLES)
def titles_above(draw: Draw) -> Mutation | None:
    titles = draw.dice.sample(TITLES, draw.dice.randint(1, 3))
    rows = [_wide(draw, title) for title in titles]
    if draw.dice.random() < 0.5:
        rows.append([None] * len(draw.rows[0]))
    draw.rows = [*rows, *draw.rows]
    return draw.whole(Fate.SAME, f"rows above the headings: {titles}")


@kind(*TABLES)
def footnotes_below(draw: Draw) -> Mutation | None:
    notes = draw.dice.sample(FOOTNOTES, draw.dice.randint(1, 2))
    if draw.dice.random() < 0.5:
        draw.rows.append([None] * len(draw.rows[0]))
    draw.rows += [_wide(draw, note) for note in notes]
    return draw.whole(Fate.SAME, f"rows below: {notes}")


TOTALS: Final = ("Total", "TOTAL", "Totals", "Account Total", "Grand Total", "Subtotal:", "Total:")


@kind("positions", "trades", "candidates", "activity", "dividends")
def totals_below(draw: Draw) -> Mutation | None:
    """Sums of some columns, under a word in the first one or in that of the symbols."""
    row: list[Any] = [None] * len(draw.rows[0])
    at = draw.dice.choice([0, draw.column("symbol")])
    row[at] = draw.dice.choice(TOTALS)
    for heading in draw.columns(Meaning.COUNT, Meaning.MONEY):
        if draw.dice.random() < 0.4 and heading in ("quantity", "price", "cost", "fee", "amount"):
            row[draw.column(heading)] = sum(draw.cell(n, heading) for n in draw.untouched(heading))
    if draw.dice.random() < 0.3:
        draw.rows.append([None] * len(draw.rows[0]))
    draw.rows.append(row)
    return draw.whole(Fate.SAME, f"a last row {row}")


@kind("positions", "activity", "trades")
def sums_without_a_word(draw: Draw) -> Mutation | None:
    row: list[Any] = [None] * len(draw.rows[0])
    for heading in draw.dice.sample(draw.columns(Meaning.COUNT, Meaning.MONEY), 2):
        row[draw.column(heading)] = sum(draw.cell(n, heading) for n in draw.untouched(heading))
    if not any(row):
        return None
    draw.rows.append(row)
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, f"a last row {row}", (len(draw.rows),))


@kind(*TABLES)
def headings_again(draw: Draw) -> Mutation | None:
    """A file may repeat its headings, once an account."""
    at = draw.dice.randint(2, len(draw.rows))
    draw.rows.insert(at, list(draw.rows[0]))
    return Mutation(
        draw.rows, Fate.SAME_OR_REFUSED, f"the headings again as row {at + 1}", (at + 1,)
    )


@kind("positions", "market", "dividends")
def row_doubled(draw: Draw) -> Mutation | None:
    row = draw.dice.randint(2, len(draw.rows))
    at = draw.dice.choice([row, len(draw.rows)])
    draw.rows.insert(at, list(draw.rows[row - 1]))
    return Mutation(draw.rows, Fate.TOLD, f"row {row} again as row {at + 1}", (row, at + 1))


@kind(*TABLES)
def cell_beyond_the_headings(draw: Draw) -> Mutation | None:
    row = draw.dice.randint(2, len(draw.rows))
    cell = draw.dice.choice([5, "Sell", "EUR", "abc", "#N/A", 12.5])
    draw.rows[row - 1] = [*draw.rows[row - 1], cell]
    change = f"row {row}, a cell beyond the headings: {cell!r}"
    fate = Fate.REFUSED if cell == "#N/A" else Fate.TOLD
    return Mutation(draw.rows, fate, change, (row, 1))


@kind("positions", "trades", "activity")
def cells_shifted(draw: Draw) -> Mutation | None:
    """One row a column to the right, as where a separator stands too much."""
    row = draw.dice.randint(2, len(draw.rows))
    draw.rows[row - 1] = [None, *draw.rows[row - 1]][: len(draw.headings)]
    return Mutation(draw.rows, Fate.REFUSED, f"row {row} a column to the right", (row,))


# ---------------------------------------------------------------------------- names and values


def _some_named(draw: Draw) -> tuple[int, str]:
    row = draw.dice.randint(2, len(draw.rows))
    return row, draw.rows[row - 1][0]


def _put_value(draw: Draw, row: int, cell: object) -> str:
    at = draw.dice.randrange(1, len(draw.rows[row - 1]))
    before = draw.rows[row - 1][at]
    draw.rows[row - 1][at] = cell
    return f"row {row}, {draw.rows[row - 1][0]}: {before!r} -> {cell!r}"


@kind(*NAMED)
def name_in_other_spelling(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    words = name.split("_")
    others = [name.upper(), " ".join(words), "-".join(words).title(), f"{name}\u00a0", f" {name}"]
    others += [f"{name}:", f"\u200b{name}", name.translate({c: c + 0xFEE0 for c in range(97, 123)})]
    draw.rows[row - 1][0] = draw.dice.choice(others)
    return draw.whole(Fate.SAME, f"row {row}: {name} -> {draw.rows[row - 1][0]!r}")


@kind(*NAMED)
def name_that_is_not_known(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    draw.rows[row - 1][0] = draw.dice.choice(["zz", "hosue", "rat", 5, "=rate", "#REF!", None, "?"])
    return Mutation(
        draw.rows, Fate.REFUSED, f"row {row}: {name} -> {draw.rows[row - 1][0]!r}", (row,)
    )


@kind(*NAMED)
def value_in_other_spelling(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    at = draw.dice.randrange(1, len(draw.rows[row - 1]))
    value = draw.rows[row - 1][at]
    if name in ("as_of", "disclosure"):
        day = day_of(value)
        written: list[object] = dates_in_words(day)
        if not _undecided(day):
            written += dates_in_figures(day)
    elif isinstance(value, int | float):
        meaning = Meaning.FRACTION if name == "rate" else Meaning.MONEY
        meaning = Meaning.COUNT if name == "experience" else meaning
        written = spellings(value, meaning)
    else:
        written = [value.upper(), value.title(), f" {value} ", f"{value}\u00a0", f"\u200b{value}"]
    draw.rows[row - 1][at] = draw.dice.choice(written)
    return draw.whole(Fate.SAME, f"row {row}, {name}: {value!r} -> {draw.rows[row - 1][at]!r}")


@kind(*NAMED)
def value_that_cannot_be_read(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    cells = [*ERRORS, "abc", "1..2", "?", "€5", "1,2,3", "x" * 300, "(5", "=1", [1]]
    change = _put_value(draw, row, draw.dice.choice(cells))
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), (name,))


@kind(*NAMED)
def name_twice(draw: Draw) -> Mutation | None:
    row, _ = _some_named(draw)
    again = list(draw.rows[row - 1])
    fate = Fate.SAME_OR_REFUSED
    if draw.dice.random() < 0.5 and isinstance(again[1], int | float):
        again[1] = again[1] / 2
        fate = Fate.REFUSED
    draw.rows.append(again)
    return Mutation(draw.rows, fate, f"row {row} again: {again}", (row, len(draw.rows)))


@kind(*NAMED)
def names_in_another_order(draw: Draw) -> Mutation | None:
    order = draw.dice.sample(range(1, len(draw.rows)), len(draw.rows) - 1)
    draw.rows = [draw.rows[0], *(draw.rows[i] for i in order)]
    return draw.whole(Fate.SAME, f"rows in the order {[i + 1 for i in order]}")


@kind("settings")
def settings_without_headings(draw: Draw) -> Mutation | None:
    draw.rows = draw.rows[1:]
    return draw.whole(Fate.SAME, "no headings")


@kind("settings")
def value_beside_the_value(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    draw.rows = [[*each, None] for each in draw.rows]
    draw.rows[row - 1][2] = cell = draw.dice.choice(["0.05", 0.05, "unit: a year", "#N/A"])
    fate = Fate.REFUSED if cell == "#N/A" else Fate.SAME_OR_REFUSED
    return Mutation(draw.rows, fate, f"row {row}, beside {name}: {cell!r}", (row,))


# ---------------------------------------------------------------------------- several at once

_ONE_AFTER_ANOTHER: Final[tuple[Kind, ...]] = (
    option_by_its_symbol, side_beside_an_unsigned_quantity, number_in_other_spelling,
    column_of_numbers_in_other_spelling, date_in_other_spelling, word_in_other_spelling,
    symbol_as_pasted, nothing_in_other_spelling, class_share_in_other_spelling,
    columns_in_another_order, harmless_column, totals_below, heading_by_another_word,
    empty_columns, empty_rows, footnotes_below, titles_above,
)  # fmt: skip
"""Kinds that leave the same book, in an order in which each still finds the range it expects."""


@kind("positions", "trades", "activity")
def sloppy(draw: Draw) -> Mutation | None:
    """Several at once, as people's sheets are."""
    changes = []
    for each in _ONE_AFTER_ANOTHER:
        if draw.range not in KINDS[each.__name__][1] or draw.dice.random() > 0.4:
            continue
        made = each(draw)
        if made is not None:
            changes.append(made.change)
    return draw.whole(Fate.SAME, " + ".join(changes))
