"""Symbols as pasted, class shares, option symbols in every spelling, and what is none."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from tests.door.mutated_dates import MONTHS, day_of
from tests.door.mutated_numbers import plain
from tests.door.mutations import CONTRACTS, TABLES, Draw, Fate, Mutation, kind, listed

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
        *listed(
            "XYZ261218C110000|XYZ261218P1100000|XYZ261318C00110000|XYZ260230C00110000|"
            "XYZ 20261218 110 C|XYZ 110C 12/18/26|XYZ261218X00110000|XYZ261218C|261218C110|"
            "XYZ261218C00110000X|C XYZ 20261218 110 M|./ESZ6EW3Z6 261218P5800|=XYZ|"
            "XYZ261218C00000000|12345678901234|@XYZ|XYZ;ABC|-"
        ),
        "x" * 5000,
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
