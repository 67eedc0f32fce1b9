"""A book kept margined while prices tick, marks come and orders are looked at.

The book is cut into parts that are margined apart; what changes costs its own parts anew, and all
others are shared with the book before. Everything is frozen: a tick makes a new `LiveBook`, and who
reads the earlier one goes on reading it. No rule stands here: each part is a smaller book, margined
by both regimes as any book is, at prices and marks as `repriced` moves them.

Marks count moved under both regimes. Costs stay what the book says: positions that state none have
cost what they were worth there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from xlmargin.account import Excess
from xlmargin.arrays import FloatArray, Names
from xlmargin.book import Book, cash_of_accounts
from xlmargin.book_parts import independent_parts
from xlmargin.errors import InputError, Problem
from xlmargin.live.moved_marks import repriced
from xlmargin.live.parts import Part, bounded, proven
from xlmargin.market import Market, Underlying
from xlmargin.what_if.impact import Figures, summed

MOST_MOVED: Final = 0.5
"""Fraction of the price a mark was taken at by which an underlying may have moved from there."""


@dataclass(frozen=True, eq=False)
class LiveBook:
    """A book at the prices of now, in parts; `version` counts the changes since it was put here.

    `anchor` has the marks as they were taken, in the market they were taken in. Margins and figures
    are worked out when they are first read, and refuse as the book does.
    """

    anchor: Book
    book: Book
    parts: tuple[Part, ...]
    version: int

    @classmethod
    def of(cls, book: Book, version: int = 0) -> LiveBook:
        """The book as it is put here."""
        now = repriced(book, book.market)
        parts = tuple(Part(rows, now.only(rows)) for rows in independent_parts(book))
        return cls(book, now, parts, version)

    def put(self, book: Book) -> LiveBook:
        """Another book in the place of this one: the same after a trade, or at other prices.

        A mark that an option has as before counts as taken where it was, unless the book says
        where.
        Refused where the price is so far from there that the mark says nothing of it.
        """
        taken_at, own = _taken_at(self.anchor), book.positions
        mark_spot, problems = own.mark_spot.copy(), dict[str, Problem]()
        for i in np.flatnonzero(own.is_option & np.isnan(mark_spot)).tolist():
            if (before := taken_at.get(_mark(book, i))) is not None:
                mark_spot[i], now = before, book.market.underlyings[int(own.underlying[i])]
                if _is_far(now.spot, before):
                    problems[now.symbol] = _too_far(now.symbol, now.spot, before)
        if problems:
            raise InputError([*problems.values()])
        book = replace(book, positions=replace(own, mark_spot=mark_spot))
        return LiveBook.of(book, self.version + 1)

    def replaced(self, book: Book) -> LiveBook:
        """A book in the place of the anchor, at the prices of now; what stays as it was is shared.

        Its market is that of the anchor, or lists more. Parts with the same positions are not
        margined again.
        """
        spot = {own.symbol: own.spot for own in self.book.market.underlyings}
        listed = (replace(u, spot=spot.get(u.symbol, u.spot)) for u in book.market.underlyings)
        now = repriced(book, replace(book.market, underlyings=tuple(listed)))
        before = {part.symbols: part for part in self.parts}
        parts = []
        for rows in independent_parts(book):
            part = Part(rows, now.only(rows))
            same = before.get(part.symbols)
            if same is not None and _is_same(same.book, part.book):
                part = part.with_figures_of(same)
            parts.append(part)
        return LiveBook(book, now, tuple(parts), self.version + 1)

    def ticked(self, prices: Mapping[str, float]) -> LiveBook:
        """The book once underlyings, by symbol, stand at these prices, $ per unit.

        Refused as a whole, and nothing of it taken, where a symbol is not listed, a price is none,
        or one is so far from where marks were taken that these say nothing of it.
        """
        market = self.book.market
        self._refuse(prices)
        index = {i: prices[s] for s in prices for i in self._copies[market.index_of[s]]}
        listed = tuple(
            replace(own, spot=float(index[i])) if i in index else own
            for i, own in enumerate(market.underlyings)
        )
        moved = {i for i, price in index.items() if price != market.underlyings[i].spot}
        return self._changed(self.anchor, replace(market, underlyings=listed), moved)

    def marked(self, marks: Mapping[int, float]) -> LiveBook:
        """The book once options have been marked anew, $ per unit, at the prices of now.

        A mark goes by the index of a position, and counts for all positions of its series. It tells
        the volatility from now on, in the place of one that was stated.
        """
        positions = self.anchor.positions
        series = {int(positions.contracts.series[i]): i for i in marks}
        mark, volatility, taken_at = (
            column.copy() for column in (positions.mark, positions.volatility, positions.mark_spot)
        )
        changed = []
        for row in np.flatnonzero(positions.is_option).tolist():
            if (i := series.get(int(positions.contracts.series[row]))) is not None:
                mark[row], volatility[row] = marks[i], np.nan
                taken_at[row] = self.book.market.spot[positions.underlying[row]]
                changed.append(int(positions.underlying[row]))
        self._refuse_marks(marks)
        own = replace(positions, mark=mark, volatility=volatility, mark_spot=taken_at)
        return self._changed(replace(self.anchor, positions=own), self.book.market, set(changed))

    @cached_property
    def figures(self) -> Figures:
        """Values without cash, and requirements, of each account under both regimes."""
        parts = self.proven().parts
        return summed([part.figures for part in parts], len(self.accounts))

    @cached_property
    def now(self) -> Figures:
        """The figures as far as they are proven, else what bounds them (`bounded`)."""
        return summed([part.now for part in self.parts], len(self.accounts))

    @property
    def unproven(self) -> Sequence[int]:
        """The parts, by index, whose figures are not worked out."""
        return [n for n, part in enumerate(self.parts) if not part.is_proven]

    def proven(self, chosen: Sequence[int] | None = None) -> LiveBook:
        """The book with the figures of these parts, or of all, worked out together."""
        return self._with(self.unproven if chosen is None else chosen, proven)

    def bounded(self) -> LiveBook:
        """The book with what bounds the figures of each part that is not proven.

        Portfolio margin and values are exact. The strategy-based requirement is that of pairings
        which were the least at other prices: the least there is is no more.
        """
        missing = [n for n in self.unproven if self.parts[n].bound is None]
        return self._with(missing, bounded)

    def _with(
        self, chosen: Sequence[int], margined: Callable[[Book, Sequence[Part]], list[Part]]
    ) -> LiveBook:
        if not chosen:
            return self
        parts = [*self.parts]
        own = margined(self.book, [parts[n] for n in chosen])
        for n, part in zip(chosen, own, strict=True):
            parts[n] = part
        return replace(self, parts=tuple(parts))

    @cached_property
    def cash(self) -> FloatArray:
        """Cash of each account, $; NaN where it is stated nowhere."""
        return cash_of_accounts(self.book)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The names of the accounts."""
        return self.book.positions.accounts

    @property
    def portfolio(self) -> Excess:
        """Account value beside the portfolio margin requirement, of each account."""
        return Excess(self.cash + self.now.account_value, self.now.portfolio)

    @property
    def strategy(self) -> Excess:
        """Strategy-based equity beside the maintenance requirement, of each account."""
        return Excess(self.cash + self.now.strategy_equity, self.now.maintenance)

    def accounts_changed(self, before: LiveBook) -> list[int]:
        """The accounts, by index, of the parts that are not those of the book before.

        That is one that this one was ticked or marked from.
        """
        changed = [a.rows for a, b in zip(self.parts, before.parts, strict=True) if a is not b]
        if not changed:
            return []
        accounts = self.book.positions.account[np.concatenate(changed)]
        return sorted(set(accounts.tolist()))

    def _changed(self, anchor: Book, market: Market, moved: set[int]) -> LiveBook:
        """The book with other marks or prices: the parts that hold what moved, margined anew."""
        touched = [part for part in self.parts if part.underlyings & moved]
        positions = self.book.positions
        fresh: dict[int, Part] = {}
        if touched:
            rows = np.concatenate([part.rows for part in touched])
            own = repriced(anchor.only(rows), market)
            starts = np.cumsum([0, *(len(part.rows) for part in touched)])
            for part, start in zip(touched, starts.tolist(), strict=False):
                inside = np.arange(start, start + len(part.rows))
                fresh[id(part)] = Part(part.rows, own.only(inside), known=part.known)
            columns = {}
            for name in ("mark", "volatility", "mark_spot", "forward"):
                columns[name] = getattr(positions, name).copy()
                columns[name][rows] = getattr(own.positions, name)
            positions = replace(positions, **columns)
        book = replace(self.book, positions=positions, market=market)
        parts = tuple(fresh.get(id(part), part) for part in self.parts)
        return LiveBook(anchor, book, parts, self.version + 1)

    def at_its_marks(self, prices: Mapping[str, float]) -> LiveBook:
        """The book where the prices of now are not far from where any option was marked.

        An underlying that is, is put at its price among these; refused where that is far as well.
        """
        apart = {j for i, own in self._copies.items() for j in own if j != i}
        far = {
            u.symbol: prices.get(u.symbol, u.spot)
            for i, u in enumerate(self.book.market.underlyings)
            if i not in apart and self._too_far(i, u.spot) is not None
        }
        return self.ticked(far) if far else self

    def _too_far(self, underlying: int, price: float) -> Problem | None:
        """Why a price is too far from where options on it were marked; None where it is not.

        Without options it is the price that was put that counts, or once the book has left that,
        as it may have with options, the price of now.
        """
        symbol = self.book.market.underlyings[underlying].symbol
        copies = self._copies[underlying]
        at = [each[i] for i in copies for each in self._marked_at if np.isfinite(each[i])]
        if at:
            far = [each for each in at if _is_far(price, each)]
            return _too_far(symbol, price, far[0]) if far else None
        put, now = (m.underlyings[underlying].spot for m in (self.anchor.market, self.book.market))
        before = now if _is_far(now, put) else put
        return _far_alone(symbol, price, before) if _is_far(price, before) else None

    @cached_property
    def _marked_at(self) -> tuple[FloatArray, FloatArray]:
        """Least and greatest price at which options on each underlying were marked, $."""
        positions, market = self.anchor.positions, self.anchor.market
        live = positions.is_option & ~positions.contracts.settled(market.as_of)
        underlying, stated = positions.underlying[live], positions.mark_spot[live]
        taken_at = np.where(np.isnan(stated), market.spot[underlying], stated)
        least, most = (np.full(len(market.underlyings), sign * np.inf) for sign in (1, -1))
        np.minimum.at(least, underlying, taken_at)
        np.maximum.at(most, underlying, taken_at)
        return least, most

    @cached_property
    def _copies(self) -> Mapping[int, tuple[int, ...]]:
        """The underlyings that stand at each one's price: itself, and what its adjusted contracts
        are on.
        """
        underlyings, positions = self.anchor.market.underlyings, self.anchor.positions
        delivers = positions.contracts.deliverable.where(bool)
        adjusted = set(positions.underlying[delivers].tolist())
        alike: dict[Underlying, list[int]] = defaultdict(list)
        for i in adjusted:
            alike[_unnamed(underlyings[i])].append(i)
        return {
            i: (i, *(j for j in alike.get(_unnamed(own), ()) if j != i and i not in adjusted))
            if alike
            else (i,)
            for i, own in enumerate(underlyings)
        }

    def _refuse(self, prices: Mapping[str, float]) -> None:
        market, problems = self.book.market, []
        for symbol, price in prices.items():
            if symbol not in market.index_of:
                problems.append(_problem("symbol", f"'{symbol}'", "an underlying of the book"))
                continue
            if not (0 < price < np.inf):
                found = f"{price:.10g} for {symbol}"
                problems.append(_problem("price", found, "a price above 0"))
            elif (far := self._too_far(market.index_of[symbol], price)) is not None:
                problems.append(far)
        if problems:
            raise InputError(problems)

    def _refuse_marks(self, marks: Mapping[int, float]) -> None:
        problems = []
        for i, mark in marks.items():
            wanted = None
            if not self.anchor.positions.is_option[i]:
                wanted = "an option: shares are worth the price of the market"
            elif not 0 <= mark < np.inf:
                wanted = "a price of 0 or more"
            if wanted:
                found = f"{mark:.10g} for {self.anchor.positions.label(i)}"
                problems.append(_problem("price", found, wanted, "marks"))
        if problems:
            raise InputError(problems)


def _is_same(one: Book, other: Book) -> bool:
    """Whether two books of one part are margined alike, wherever their rows stand."""
    a, b = one.positions, other.positions
    if (len(a), a.accounts, a.groups) != (len(b), b.accounts, b.groups):
        return False
    if (one.settings, one.rules_on) != (other.settings, other.rules_on):
        return False
    if (one.market.as_of, one.market.curve) != (other.market.as_of, other.market.curve):
        return False
    listed = zip(a.underlying.tolist(), b.underlying.tolist(), strict=True)
    if any(one.market.underlyings[i] != other.market.underlyings[j] for i, j in listed):
        return False
    return all(
        _equal(getattr(x, f.name), getattr(y, f.name))
        for x, y in ((a, b), (a.contracts, b.contracts))
        for f in fields(x)
        if f.name not in ("contracts", "row", "origin", "origins", "underlying")
    )


def _equal(one: Any, other: Any) -> bool:
    """Whether two columns of as many rows are alike."""
    if isinstance(one, Names):
        return bool(one.same_as(other).all())
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    return bool(one == other)


def _problem(column: str, found: str, wanted: str, name: str = "prices") -> Problem:
    return Problem(name, 0, column, found, wanted)


def _is_far(price: float, before: float) -> bool:
    """Whether a price says nothing of what was known at another one, or is a wrong one."""
    return abs(price / before - 1) > MOST_MOVED


def _far_alone(symbol: str, price: float, before: float) -> Problem:
    wanted = f"a price within {MOST_MOVED:.0%} of {before:.10g}; or the book anew"
    return _problem("price", f"{price:.10g} for {symbol}", wanted)


def _too_far(symbol: str, price: float, before: float) -> Problem:
    wanted = f"a price within {MOST_MOVED:.0%} of {before:.10g}, where its options were marked"
    return _problem("price", f"{price:.10g} for {symbol}", f"{wanted}; or all of these marked anew")


_Mark = tuple[str, str, float, float, float]
"""What tells marks of options apart: underlying, contract, multiplier, mark, volatility."""


def _taken_at(book: Book) -> dict[_Mark, float]:
    """The price of the underlying, $, at which each mark of a book was taken."""
    positions, spot = book.positions, book.market.spot
    stated = positions.mark_spot
    taken_at = np.where(np.isnan(stated), spot[positions.underlying], stated)
    options = np.flatnonzero(positions.is_option).tolist()
    return {_mark(book, i): float(taken_at[i]) for i in options}


def _mark(book: Book, i: int) -> _Mark:
    positions = book.positions
    symbol = book.market.underlyings[int(positions.underlying[i])].symbol
    terms = positions.contracts.name(i), float(positions.multiplier[i])
    return symbol, *terms, float(positions.mark[i]), float(np.nan_to_num(positions.volatility[i]))


def _unnamed(own: Underlying) -> Underlying:
    """An underlying without the names of itself and of its groups."""
    return replace(own, symbol="", class_group="", product_group="", portfolio_group="")
