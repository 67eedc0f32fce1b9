"""Numbers in other spellings, of other locales and units, unreadable, missing, impossible."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np

from tests.door.mutations import (
    ERRORS,
    MEANING,
    NUMBERS,
    TABLES,
    Draw,
    Fate,
    Meaning,
    Mutation,
    kind,
    listed,
)

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
    *listed(
        "abc|12abc|1 2 3|1..2|5--|1/2|O.5|l00|1,2,3|1,00,0|(5|5)|#|?|ten|1e|0x1F|1_000|"
        "TRUE|£5|€5|5 EUR|CHF 5|¥500|12.5x|1;5|1:5|~5|>5|<0.01|5 or 6|*|=1+1|5 5|½|٥٠٠|"
        "1e400|(-5)|-5-|--5|+-5"
    ),
    True,
    float("inf"),
    1e300,
    [1],
    1j,
    b"5",
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
        "orders": ("symbol", "strike", "expiration"),
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
    is_symbol = "symbol" in draw.headings and len(str(draw.cell(row, "symbol") or "")) > 10
    nothing = [None, "", " ", "\u00a0"] if heading == "symbol" else [None, *NOTHING]
    change = draw.put(row, heading, draw.dice.choice(nothing))
    fate = Fate.SAME if is_symbol and heading in ("strike", "expiration") else Fate.REFUSED
    return Mutation(draw.rows, fate, change, (row,), (heading, "type"))


@kind("positions")
def no_price_and_no_volatility(draw: Draw) -> Mutation | None:
    heading = "price" if "cost" in draw.headings else "volatility"
    if heading not in draw.headings:
        return None
    rows = [
        row
        for row in draw.filled(heading)
        if draw.is_option(row) and draw.cell(row, "symbol") != "ABC"  # of which the market knows
    ]
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
    fate = Fate.TOLD if place[1] == "amount" else Fate.REFUSED
    return draw.of_cell(fate, *place, change)


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
    cell = draw.dice.choice(["12/18/2026", "2026-12-18", "18DEC26", "Dec 18, 2026", "9:45"])
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, cell))
