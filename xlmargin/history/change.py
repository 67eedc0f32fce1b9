"""Why a requirement is another than on an earlier day: step by step from one book to the other.

The order is fixed. The earlier day is priced again with the later day's positions: old prices, old
volatilities of the same series. Then come the later prices and the later date; then the later
volatilities; then the later marks as they stand, where the model does not give them; then the
later rules, house, and what the market says of how an underlying is classed and grouped. What each
step adds is its part; they add up to the whole change, whatever their order would have been.

A contract that had no volatility takes its later one from the first step on, and an underlying that
had no price its later price. What has no time left is worth what it settles at as soon as the later
prices count. Cash, and what is stated of it, comes with the positions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, Positions
from xlmargin.errors import MarginError
from xlmargin.market import Market, Underlying
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.risk_array import contract_table
from xlmargin.risk_array.option_values import VolatilitySource
from xlmargin.settings import Settings
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin


class Cause(StrEnum):
    """What moves a requirement, in the order in which it is counted."""

    POSITIONS = "positions"
    """What was traded, moved in or out, or has expired."""
    PRICES = "prices and time"
    VOLATILITY = "volatility"
    MARKS = "marks"
    """What the marks say beyond the model at their volatilities."""
    RULES = "rules"


_OF_PRICES: Final = (
    "spot", "dividend_yield", "rate", "volatility", "adv", "shares_outstanding", "dividends",
    "yields", "spot_is_forward", "row",
)  # fmt: skip
"""What the market says of an underlying that comes with the prices; the rest with the rules."""

PortfolioOf = Callable[[Book], PortfolioMargin]
StrategyOf = Callable[[Book], StrategyMargin]
_NOTHING: Final = np.nan


@dataclass(frozen=True, eq=False)
class RequirementChange:
    """The requirements of both regimes on two days, and what each cause adds between them.

    `since` and `until` are serial days. Each regime is an array, $, of shape (causes + 1,
    accounts): its first row the earlier requirement, each further one that after a cause of
    `Cause`, the last the later requirement; or why the regime refuses one of the books. An account
    that a day does not have requires nothing on it. `without_volatility` are contracts that had no
    earlier volatility, `without_price` underlyings that had no earlier price.
    """

    since: float
    until: float
    accounts: tuple[str, ...]
    portfolio: FloatArray | MarginError
    strategy: FloatArray | MarginError
    without_volatility: tuple[str, ...]
    without_price: tuple[str, ...]


def requirement_change(
    earlier: Book,
    later: Book,
    portfolio: PortfolioOf = under_portfolio_margin,
    strategy: StrategyOf = strategy_margin,
) -> RequirementChange:
    """What moved the requirements from one book to a later one, $, by cause and account.

    Strategy-based is the maintenance requirement. A regime that refuses one of the books, as it
    stands or on the way, refuses its figures alone; refused where both do.
    """
    held = _Held(earlier, later)
    books = held.books
    accounts = tuple(dict.fromkeys([*later.positions.accounts, *earlier.positions.accounts]))
    every = [both_regimes(book, portfolio, strategy) for book in books]
    required: dict[str, list[FloatArray]] = {"portfolio": [], "strategy": []}
    refusals: dict[str, MarginError] = {}
    for regimes in every:
        for name, margin in (("portfolio", regimes.portfolio), ("strategy", regimes.strategy)):
            match margin:
                case MarginError():
                    refusals.setdefault(name, margin)
                    continue
                case PortfolioMargin():
                    own = margin.by_account
                case _:
                    own = margin.by_account(RequirementKind.MAINTENANCE)
            required[name].append(_of_accounts(accounts, regimes.book, own))
    if len(refusals) == len(required):
        raise refusals["portfolio"]
    return RequirementChange(
        earlier.market.as_of,
        later.market.as_of,
        accounts,
        refusals.get("portfolio", np.array(required["portfolio"])),
        refusals.get("strategy", np.array(required["strategy"])),
        held.without_volatility,
        held.without_price,
    )


def _of_accounts(accounts: tuple[str, ...], book: Book, required: FloatArray) -> FloatArray:
    """Amounts of a book's accounts in the order of these; 0 of one that the book does not have."""
    own = dict(zip(book.positions.accounts, required.tolist(), strict=True))
    return np.array([own.get(account, 0.0) for account in accounts])


class _Held:
    """The later positions, with what is known of their contracts on both days."""

    def __init__(self, earlier: Book, later: Book) -> None:
        self.earlier, self.later = earlier, later
        self.was = _counterparts(earlier, later)
        positions = later.positions
        before, after = _volatilities(earlier), _volatilities(later)
        matched = self.was >= 0
        old = np.full(len(positions), _NOTHING)
        old[matched] = before[self.was[matched]]
        self.new_volatility = np.where(np.isnan(after), 0.0, after)
        self.old_volatility = np.where(np.isnan(old), self.new_volatility, old)
        unknown = positions.is_option & np.isnan(old)
        self.without_volatility = tuple(
            dict.fromkeys(positions.contracts.name(i) for i in np.flatnonzero(unknown).tolist())
        )
        held = {int(i) for i in positions.underlying[~positions.is_cash]}
        known = earlier.market.index_of
        self.without_price = tuple(
            u.symbol
            for i, u in enumerate(later.market.underlyings)
            if i in held and u.symbol not in known
        )

    @property
    def books(self) -> list[Book]:
        """The earlier book, that after each cause, and the later book."""
        earlier, later = self.earlier, self.later
        settings = _with_cash_of(earlier.settings, later)
        rules_on = earlier.as_of
        before = _market(earlier, later, of_prices=earlier)
        after = _market(earlier, later, of_prices=later)
        ended = later.positions.is_option & (later.positions.contracts.days_left(after.as_of) == 0)

        def priced(volatility: FloatArray) -> Book:
            positions = _at_volatility(later.positions, volatility, ~ended)
            return Book(positions, after, settings, rules_on)

        return [
            earlier,
            Book(self._as_they_were(), before, settings),
            priced(self.old_volatility),
            priced(self.new_volatility),
            Book(later.positions, after, settings, rules_on),
            later,
        ]

    def _as_they_were(self) -> Positions:
        """The later positions with the earlier quotes of their contracts, where these had some."""
        old, positions = self.earlier.positions, self.later.positions
        matched = self.was >= 0
        unknown = positions.is_option & ~matched
        quoted = _at_volatility(positions, self.old_volatility, unknown)
        columns = {
            name: getattr(quoted, name).copy()
            for name in ("mark", "volatility", "mark_spot", "forward", "half_spread")
        }
        for name, column in columns.items():
            column[matched] = getattr(old, name)[self.was[matched]]
        return replace(quoted, **columns)


def _at_volatility(positions: Positions, volatility: FloatArray, where: BoolArray) -> Positions:
    """The positions, options among those told without marks, valued at a volatility."""
    is_an_option = where & positions.is_option
    blank: dict[str, Any] = {
        name: np.where(is_an_option, _NOTHING, getattr(positions, name))
        for name in ("mark", "mark_spot", "half_spread")
    }
    return replace(
        positions, volatility=np.where(is_an_option, volatility, positions.volatility), **blank
    )


def _keys(book: Book) -> list[tuple[object, ...]]:
    """What tells the contract of each position in any market."""
    positions, symbols = book.positions, [u.symbol for u in book.market.underlyings]
    contracts = positions.contracts
    return [
        (
            () if contracts.is_cash[i] else symbols[contracts.underlying[i]],
            contracts.root[i],
            *(int(contracts.kind[i]), bool(contracts.american[i])),
            *np.nan_to_num([contracts.strike[i], contracts.settles[i]]).tolist(),
            *(float(contracts.multiplier[i]), contracts.deliverable[i]),
        )
        for i in range(len(positions))
    ]


def _counterparts(earlier: Book, later: Book) -> IntArray:
    """The earlier position of each later option's contract, its account's first; -1 if none."""
    old, positions = earlier.positions, later.positions
    place: dict[tuple[object, ...], int] = {}
    for i, key in enumerate(_keys(earlier)):
        if old.is_option[i]:
            place.setdefault(key, i)
            place.setdefault((old.accounts[old.account[i]], key), i)
    return np.array(
        [
            place.get((positions.accounts[positions.account[i]], key), place.get(key, -1))
            for i, key in enumerate(_keys(later))
        ],
        dtype=np.int64,
    )


def _volatilities(book: Book) -> FloatArray:
    """The volatility that each option is valued with, shape (positions,); NaN where none is."""
    table = contract_table(book, np.zeros(len(book.positions), dtype=bool))
    known = (table.source != VolatilitySource.NONE) & (table.contracts.years > 0)
    of_contract = np.where(known, table.volatility, _NOTHING)
    found = np.full(len(book.positions), _NOTHING)
    options = book.positions.is_option
    found[options] = of_contract[table.of_position[options]]
    return found


def _market(earlier: Book, later: Book, of_prices: Book) -> Market:
    """The underlyings in the order of the later market, as the earlier one classes them.

    Their prices are one book's, where it has them: else the later ones.
    """
    known = earlier.market.index_of

    def underlying(own: Underlying) -> Underlying:
        if own.symbol not in known:
            return own
        classed = earlier.market.underlyings[known[own.symbol]]
        if of_prices is earlier:
            return classed
        prices: dict[str, Any] = {name: getattr(own, name) for name in _OF_PRICES}
        return replace(classed, **prices)

    underlyings = tuple(underlying(own) for own in later.market.underlyings)
    return Market(of_prices.market.as_of, underlyings, of_prices.market.curve)


def _with_cash_of(settings: Settings, later: Book) -> Settings:
    """The settings with the cash and the balances that the later ones state."""

    def with_cash(own: Settings, of: Settings) -> Settings:
        return replace(own, cash=of.cash, sma=of.sma)

    states = {*settings.of_accounts, *later.settings.of_accounts}
    of_accounts = {
        name: with_cash(settings.of(name), later.settings.of(name))
        for name in later.positions.accounts
        if name in states
    }
    return replace(with_cash(settings, later.settings), of_accounts=of_accounts)
