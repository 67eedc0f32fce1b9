"""What is refused before or after pairing, by row: no price, no permitted group, no cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import Problem, RefusedPosition
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, HeldOption
from xlmargin.strategy_margin.pairing.least_pairing import PairingResult
from xlmargin.strategy_margin.rules.cash_account import short_call_refusals, short_stock_refusals
from xlmargin.strategy_margin.rules.hedged_stock import may_cover_index_call, may_hedge

_WHOLE = 1e-9
"""How far from a whole number contracts may be and be whole."""


def refuse_unpriced(book: Book, mark: FloatArray) -> None:
    """Refuse options without a price, and parts of contracts."""
    positions = book.positions
    problems = [
        _problem(book, i, "price", "no price", "a price: a requirement counts the option's value")
        for i in np.flatnonzero(positions.is_option & np.isnan(mark)).tolist()
    ]
    part = np.abs(positions.quantity - np.round(positions.quantity)) > _WHOLE
    problems += [
        _problem(book, i, "quantity", "part of a contract", "whole contracts")
        for i in np.flatnonzero(positions.is_option & part).tolist()
    ]
    _refuse(problems)


def refuse_short_stock(book: Book) -> None:
    """Refuse stock sold short in a cash account."""
    _refuse(short_stock_refusals(book.positions))


def refuse_not_permitted(book: Book, holdings: ClassPositions, pairing: PairingResult) -> None:
    """Refuse short options that a cash account may not carry, by the rows that hold them."""
    if not pairing.not_permitted:
        return
    uncovered = [0.0] * len(book.positions)
    for i, contracts in pairing.not_permitted.items():
        left = float(contracts)
        for lot in holdings.options[i].lots:
            uncovered[lot.position] = min(left, abs(lot.quantity))
            left -= uncovered[lot.position]
    _refuse(short_call_refusals(book.positions, book.market, uncovered))


def refuse_groups(book: Book, classes: Iterable[ClassPositions]) -> None:
    """Refuse forced groups whose rows no rule lets stand together; the wanted grouping is named.

    Long options alone are paid in full and may be grouped as one likes.
    """
    _refuse(
        [
            problem
            for holdings in classes
            if holdings.group >= 0
            for problem in _group_problems(book, holdings)
        ]
    )


def _group_problems(book: Book, holdings: ClassPositions) -> list[Problem]:
    parts = _connected(holdings)
    if len(parts) <= 1 or (
        all(option.leg.is_long for option in holdings.options) and not holdings.stocks
    ):
        return []
    wanted = "; ".join(book.positions.rows(part) for part in sorted(parts, key=min))
    first = min(parts[0])
    found = f"group '{holdings.name}', which no strategy holds together"
    return [_problem(book, first, "group", found, f"groups of their own: {wanted}")]


def _connected(holdings: ClassPositions) -> list[set[int]]:
    """The positions of a class, divided into those that strategies can link.

    Options that have settled are cash, whatever they are grouped with.
    """
    parts: list[set[int]] = [
        set() if option.leg.settled else {lot.position for lot in option.lots}
        for option in holdings.options
    ]
    parts += [{p.position for p in (*s.lots, *s.against_the_box)} for s in holdings.stocks]
    options = len(holdings.options)
    links = [
        (i, j)
        for i, one in enumerate(holdings.options)
        for j, other in enumerate(holdings.options[:i])
        if _may_stand_together(one, other)
    ]
    links += [
        (i, options + s)
        for i, option in enumerate(holdings.options)
        for s, stock in enumerate(holdings.stocks)
        if (
            option.leg.underlying.symbol == stock.leg.underlying.symbol
            and (stock.leg.shares > 0) == (option.leg.is_call != option.leg.is_long)
            and (may_hedge(option.leg) or not option.leg.is_long)
        )
        or (
            may_cover_index_call(stock.leg.underlying, option.leg.underlying)
            and option.leg.is_call
            and not option.leg.is_long
        )
    ]
    for i, j in links:
        merged = parts[i] | parts[j]
        parts = [merged if part & merged else part for part in parts]
    closed = ({lot.position} for lot in holdings.closed)
    return _distinct([part for part in (*parts, *closed) if part])


def _distinct(parts: Sequence[set[int]]) -> list[set[int]]:
    """Sets that share no position, merged where they do."""
    apart: list[set[int]] = []
    for part in parts:
        touching = [other for other in apart if other & part]
        apart = [other for other in apart if not other & part] + [part.union(*touching)]
    return apart


def _may_stand_together(one: HeldOption, other: HeldOption) -> bool:
    """Whether a spread or a straddle can hold two options directly."""
    a, b = one.leg, other.leg
    if one.instrument != other.instrument:
        return False
    if not a.is_long and not b.is_long:
        return a.kind != b.kind
    if a.is_long == b.is_long:
        return False
    long, short = (a, b) if a.is_long else (b, a)
    return (
        long.kind == short.kind
        and long.american == short.american
        and long.expiration >= short.expiration
    )


def _problem(book: Book, position: int, variable: str, found: str, wanted: str) -> Problem:
    positions = book.positions
    return positions.problem(position, variable, f"{positions.label(position)}, {found}", wanted)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RefusedPosition(problems)
