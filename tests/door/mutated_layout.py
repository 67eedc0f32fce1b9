"""Headings, columns and rows: renamed, moved, doubled, left out; titles, totals, footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any, Final

from tests.door.mutations import (
    ERRORS,
    MEANING,
    NAMED,
    NEEDED,
    NUMBERS,
    TABLES,
    Draw,
    Fate,
    Meaning,
    Mutation,
    kind,
)

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
    column = draw.column(heading)
    draw.rows[0][column] = other
    fate = Fate.REFUSED if needed and heading != "price" else Fate.TOLD
    change = f"heading {heading} -> {other!r}"
    said = str(other or "").strip() or f"column {ascii_uppercase[column]}"
    return draw.of_column(fate, heading, change, said, "type", "symbol", "price")


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
    differs = heading in ("price", "account", "symbol", "underlying") and other != heading
    fate = Fate.TOLD if differs else Fate.REFUSED
    return draw.of_column(fate, heading, change, other, "type", "right")


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
        is_summed = heading in ("quantity", "price", "cost", "fee", "amount")
        if draw.dice.random() < 0.4 and is_summed and draw.column(heading) != at:
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
    return Mutation(draw.rows, Fate.TOLD, change, (row, 1))


@kind("positions", "trades", "activity")
def cells_shifted(draw: Draw) -> Mutation | None:
    """One row a column to the right, as where a separator stands too much."""
    row = draw.dice.randint(2, len(draw.rows))
    draw.rows[row - 1] = [None, *draw.rows[row - 1]][: len(draw.headings)]
    return Mutation(draw.rows, Fate.REFUSED, f"row {row} a column to the right", (row,))
