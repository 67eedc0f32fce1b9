"""Parts of a book margined together: what each requires, or at the most while prices move.

Parts do not meet in any requirement, so that the figures of a book of several are the sums of
theirs; valued and paired as one, many cost little more than the work on their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.account import required_by_name
from xlmargin.account.account_values import market_worth, opened_now
from xlmargin.account.known_pairings import KnownPairings, known_pairings
from xlmargin.account.shocked_prices import Worth
from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, RulesOfAccounts, rules_of_accounts
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.portfolio_requirement import NO_PARENT
from xlmargin.regimes import under_portfolio_margin
from xlmargin.risk_array import option_marks
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.pairing.least_pairing import StrategyMatch
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.requirement import (
    UnderlyingMargin,
    option_value_adjustment,
    refuse_unpriced,
)
from xlmargin.what_if.impact import Figures

_PRICED_APART: Final = (Role.BOX, Role.FUND)
"""What counts beside its requirement, and what takes more or fewer shares as prices move."""


@dataclass(frozen=True, eq=False)
class JointMargin:
    """Parts of a book as one: `part` is that of each position, shape (positions,)."""

    book: Book
    part: IntArray
    parts: int

    @classmethod
    def of(cls, book: Book, rows: Sequence[IntArray]) -> JointMargin:
        """Parts of a book, by the rows of each."""
        part = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
        return cls(book.only(np.concatenate(rows)), part, len(rows))

    @cached_property
    def portfolio(self) -> PortfolioMargin:
        """The parts under portfolio margin."""
        return under_portfolio_margin(self.book)

    @cached_property
    def strategy(self) -> StrategyMargin:
        """The parts under strategy-based margin."""
        return strategy_margin(self.book)

    @cached_property
    def opened(self) -> StrategyMargin:
        """The same as if all of them were opened now."""
        return opened_now(self.strategy)

    def figures(self) -> list[Figures]:
        """The figures of each part."""
        worth, kind = market_worth(self.strategy), RequirementKind
        classes = self._classes_of(self.strategy)
        maintenance = classes.sums([c.requirement(kind.MAINTENANCE) for c in classes.margins])
        added = classes.sums([c.value_added(kind.MAINTENANCE) for c in classes.margins])
        equity = self._equity(worth)
        is_cash = self.book.settings.account_type is AccountType.CASH
        if is_cash:
            reg_t = maintenance
        else:
            now = self._classes_of(self.opened, kind.DEPOSIT)
            reg_t = now.sums([c.deposit for c in now.margins]) - self._without_value(worth) + added
        initial = self._classes_of(self.strategy, kind.INITIAL)
        deposit = self._classes_of(self.strategy, kind.DEPOSIT)
        return self._each(
            equity + added,
            initial.sums([c.requirement(kind.INITIAL) for c in initial.margins]),
            deposit.sums([c.deposit for c in deposit.margins]),
            reg_t,
            maintenance,
            classes.sums([not proven for proven in self._are_proven]),
        )

    @property
    def _are_proven(self) -> list[bool]:
        """Whether no pairing of a class requires less, as held, or as opened now."""
        is_cash = self.book.settings.account_type is AccountType.CASH
        opened = self.strategy if is_cash else self.opened
        return [
            c.is_proven(*RequirementKind) and now.is_proven(RequirementKind.DEPOSIT)
            for c, now in zip(self.strategy.classes, opened.classes, strict=True)
        ]

    def at_most(self, known: Sequence[tuple[Known, IntArray, BoolArray]]) -> list[Figures]:
        """The figures of each part, those by strategy as the pairings that are known bound them.

        Each group of pairings comes with the rows here, one after the other, of those of its own
        positions that are here, and with its parts that are. What positions cost is not looked at:
        the initial requirement and the deposit are NaN.
        """
        positions, market = self.book.positions, self.book.market
        mark = option_marks(self.book)
        refuse_unpriced(self.book, mark)
        spot = market.spot[positions.underlying]
        worth = np.where(positions.is_option, mark, spot)
        shape = self.parts, len(positions.accounts)
        maintenance, deposit, classes = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        first = 0
        for group, rows, parts in known:
            own, chosen = slice(first, first + int(parts.sum())), group.rows_of(parts)
            there = group.worth(chosen, worth[rows], spot[rows])
            maintenance[own], deposit[own], classes[own] = group.bounds(there, parts, shape[1])
            first = own.stop
        unknown = np.full(shape, np.nan)
        reg_t = deposit - self._without_value(worth)
        return self._each(self._equity(worth), unknown, unknown, reg_t, maintenance, classes)

    def known(self) -> Known:
        """The pairings that were found."""
        kinds = (self.strategy, RequirementKind.MAINTENANCE), (self.opened, RequirementKind.DEPOSIT)
        part = self._classes_of(self.strategy).part
        is_cash = self.book.settings.account_type is AccountType.CASH
        may = np.full(self.parts, not is_cash)
        found = []
        for margin, kind in kinds:
            paired = [c.pairing(kind) for c in margin.paired(kind)]
            for own, c, pairing in zip(part.tolist(), margin.classes, paired, strict=True):
                if not pairing.is_proven or not _stays_permitted(c, pairing.strategies):
                    may[own] = False
            pairings = enumerate(pairing.strategies for pairing in paired)
            found.append(known_pairings(margin, pairings, kind))
        return Known(found[0], found[1], part, self.part, may)

    def _classes_of(
        self, margin: StrategyMargin, kind: RequirementKind = RequirementKind.MAINTENANCE
    ) -> _Classes:
        """The classes of a margin, paired, and the part of each."""
        first = np.array([c.holdings.positions[0] for c in margin.paired(kind)], dtype=np.int64)
        shape = self.parts, len(self.book.positions.accounts)
        return _Classes(margin.classes, self.part[first], shape)

    @cached_property
    def _rules(self) -> RulesOfAccounts[StrategyRules]:
        return rules_of_accounts(self.book, strategy_rules)

    def _sums(self, part: IntArray, account: IntArray, amount: FloatArray) -> FloatArray:
        return _sums(part, account, amount, (self.parts, len(self.book.positions.accounts)))

    def _by_position(self, amount: FloatArray) -> FloatArray:
        return self._sums(self.part, self.book.positions.account, amount)

    def _without_value(self, worth: FloatArray) -> FloatArray:
        """Options that strategy-based equity does not count, $, shape (parts, accounts)."""
        return self._by_position(option_value_adjustment(self.book, worth, self._rules))

    def _equity(self, worth: FloatArray) -> FloatArray:
        """Strategy-based equity before any box is counted, $, shape (parts, accounts)."""
        value = self._by_position(self.book.positions.units * worth)
        return value - self._without_value(worth)

    def _each(
        self,
        equity: FloatArray,
        initial: FloatArray,
        deposit: FloatArray,
        reg_t: FloatArray,
        maintenance: FloatArray,
        unproven: FloatArray,
    ) -> list[Figures]:
        """The figures of each part, of those by strategy by part and account."""
        value, portfolio = self._by_position(self.portfolio.market_value), self._by_portfolio
        columns = (value, equity, initial, deposit, reg_t, maintenance, portfolio, unproven)
        return [Figures(*own) for own in zip(*columns, self._by_name, strict=True)]

    @property
    def _by_portfolio(self) -> FloatArray:
        """Portfolio margin requirement, $, shape (parts, accounts)."""
        margin, eligible = self.portfolio, self.portfolio.inputs.eligible
        part = np.zeros(len(margin.levels[0]), dtype=np.int64)
        part[margin.class_of[eligible]] = self.part[eligible]
        total = np.zeros((self.parts, len(self.book.positions.accounts)))
        for i, groups in enumerate(margin.levels):
            alone = groups.parent == NO_PARENT
            total += self._sums(part[alone], groups.account[alone], groups.requirement[alone])
            if i + 1 < len(margin.levels):
                above = np.zeros(len(margin.levels[i + 1]), dtype=np.int64)
                above[groups.parent[~alone]] = part[~alone]
                part = above
        rows = margin.not_eligible
        account, outside = self.book.positions.account[rows], margin.strategy_based.by_position
        return total + self._sums(self.part[rows], account, outside)

    @property
    def _by_name(self) -> list[Callable[[int], Mapping[str, float]]]:
        """What each name requires under portfolio margin, by part, account and name."""
        nothing: Mapping[str, float] = {}
        accounts, listed = len(self.book.positions.accounts), self.book.market.underlyings
        of_underlying = dict(
            zip(self.book.positions.underlying.tolist(), self.part.tolist(), strict=True)
        )
        part_of = {listed[u].group: part for u, part in of_underlying.items()}
        found: list[dict[int, dict[str, float]]] = [{} for _ in range(self.parts)]
        for account, names in enumerate(required_by_name(self.portfolio)):
            for name, amount in names.items():
                found[part_of[name]].setdefault(account, {})[name] = amount
        of_accounts = ([own.get(i, nothing) for i in range(accounts)] for own in found)
        return [own.__getitem__ for own in of_accounts]


@dataclass(frozen=True, eq=False)
class _Classes:
    """Classes of one margin, paired, and the part of each, shape (classes,)."""

    margins: Sequence[UnderlyingMargin]
    part: IntArray
    shape: tuple[int, int]

    def sums(self, amounts: Sequence[float]) -> FloatArray:
        """Amounts of the classes, added up by part and account."""
        account = np.array([c.account for c in self.margins], dtype=np.int64)
        return _sums(self.part, account, np.array(amounts, dtype=np.float64), self.shape)


@dataclass(frozen=True, eq=False)
class Known:
    """The pairings that were the least of parts margined together: as held, and as if opened then.

    `part` is that of each class, `part_of_row` that of each position; `may` tells which parts' are
    permitted at all prices, shape (parts,).
    """

    maintenance: KnownPairings
    deposit: KnownPairings
    part: IntArray
    part_of_row: IntArray
    may: BoolArray

    @cached_property
    def classes(self) -> list[int]:
        """How many classes each part has."""
        counts: list[int] = np.bincount(self.part, minlength=len(self.may)).tolist()
        return counts

    def rows_of(self, parts: BoolArray) -> IntArray:
        """The positions of some of the parts, part by part."""
        return np.flatnonzero(parts[self.part_of_row])

    def worth(self, rows: IntArray, worth: FloatArray, spot: FloatArray) -> Worth:
        """What these rows are worth now, $ per unit, among all of them; NaN for the others."""
        there = np.full((2, len(self.part_of_row), 1), np.nan)
        there[:, rows, 0] = worth, spot
        return Worth(there[0], there[1])

    def bounds(
        self, there: Worth, parts: BoolArray, accounts: int
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Most that maintenance and a deposit of now may be, $, and how many classes that is of.

        Each has shape (chosen parts, accounts).
        """
        classes = parts[self.part]
        shape = int(parts.sum()), accounts
        part = (np.cumsum(parts) - 1)[self.part[classes]]
        margins = self.maintenance.margin.classes
        account = np.array([c.account for c in margins], dtype=np.int64)[classes]
        of_maintenance = self.maintenance.of_classes(there, classes)[classes, 0]
        of_deposit = self.deposit.of_classes(there, classes)[classes, 0]
        of_deposit = of_deposit - self._proceeds(there)[classes]
        return (
            _sums(part, account, of_maintenance, shape),
            _sums(part, account, of_deposit, shape),
            _sums(part, account, np.ones(len(part)), shape),
        )

    def _proceeds(self, there: Worth) -> FloatArray:
        """What each class brings if it is opened now, $, shape (classes,)."""
        class_of_option, short_units, class_of_stock, row, short_shares = self._shorts
        count = len(self.part)
        value = self.deposit.lots.average(there.worth)[:, 0]
        spot = np.nan_to_num(there.spot[row, 0])
        found = np.bincount(class_of_option, short_units * np.nan_to_num(value), count)
        found = found + np.bincount(class_of_stock, short_shares * spot, count)
        return found.astype(np.float64)

    @cached_property
    def _shorts(self) -> tuple[IntArray, FloatArray, IntArray, IntArray, FloatArray]:
        """Units sold of each option holding and of each stock, with the class of each."""
        classes = self.deposit.margin.classes
        options = [
            (i, 0.0 if held.leg.is_long else held.leg.contracts * held.leg.multiplier)
            for i, c in enumerate(classes)
            for held in c.holdings.options
        ]
        stocks = [
            (i, held.leg.position, max(0.0, -held.leg.shares))
            for i, c in enumerate(classes)
            for held in c.holdings.stocks
        ]
        of_options = np.array(options, dtype=np.float64).reshape(-1, 2)
        of_stocks = np.array(stocks, dtype=np.float64).reshape(-1, 3)
        return (
            of_options[:, 0].astype(np.int64),
            of_options[:, 1],
            of_stocks[:, 0].astype(np.int64),
            of_stocks[:, 1].astype(np.int64),
            of_stocks[:, 2],
        )


def _stays_permitted(own: UnderlyingMargin, strategies: Sequence[StrategyMatch]) -> bool:
    """Whether the pairing of a class stays one, and its formula the same, at all prices."""
    held, listed = own.holdings, own.book.market.underlyings
    rows, positions = list(held.positions), own.book.positions
    legs = [h.leg for h in held.options] + [h.leg for h in held.stocks]
    if any(s.role in _PRICED_APART for s in strategies):
        return False
    if any(h.against_the_box_shares for h in held.stocks):
        return False
    if len({leg.underlying.symbol for leg in legs}) > 1:
        return False
    if any(
        leg.underlying.house != listed[positions.underlying[leg.position]].house for leg in legs
    ):
        return False
    options = [i for i in rows if positions.is_option[i]]
    series = positions.contracts.series[options].tolist()
    columns = (positions.mark, positions.volatility, positions.mark_spot)
    marked = [np.nan_to_num(column[options], nan=-1.0).tolist() for column in columns]
    terms = set(zip(series, *marked, strict=True))
    return len(terms) == len(set(series))


def _sums(
    part: IntArray, account: IntArray, amount: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    found = np.bincount(part * shape[1] + account, amount, shape[0] * shape[1])
    return found.astype(np.float64).reshape(shape)
