"""Strategy-based margin: the least requirement of each class over all permitted pairings, summed.

Initial and maintenance are each the least for themselves, and their pairings may differ. Accounts
do not pair with one another, nor does a forced group with anything outside it.

Rule: 12 CFR 220; FINRA 4210(b)-(f); Cboe 10.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import fsum

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.settings import AccountType
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.classes import holdings
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    least_pairing,
    requirement_rules,
)
from xlmargin.strategy_margin.pairing.refusals import (
    refuse_groups,
    refuse_not_permitted,
    refuse_short_stock,
    refuse_unpriced,
)
from xlmargin.strategy_margin.rules.legs import RequirementKind
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS


@dataclass(frozen=True, eq=False)
class UnderlyingMargin:
    """One class of one account, or one forced group: its least requirements, found when read.

    All amounts are in $.
    """

    book: Book
    rules: StrategyRules
    holdings: ClassPositions
    is_cash: bool
    seconds: float

    @property
    def account(self) -> int:
        """Index into the accounts."""
        return self.holdings.account

    @property
    def name(self) -> str:
        """Name of the class, which is its underlying's unless the market says otherwise."""
        return self.holdings.name

    def pairing(self, kind: RequirementKind) -> PairingResult:
        """The pairing that requires least of a kind."""
        if kind is RequirementKind.DEPOSIT and (
            self.is_cash or not self.holdings.stocks or not self.holdings.options
        ):
            kind = RequirementKind.INITIAL  # the two differ where stock stands with options
        if kind not in self._pairings:
            self._pairings[kind] = self._least(kind)
        return self._pairings[kind]

    @cached_property
    def _pairings(self) -> dict[RequirementKind, PairingResult]:
        return {}

    def _least(self, kind: RequirementKind) -> PairingResult:
        requirements = requirement_rules(kind, self.rules, cash=self.is_cash)
        pairing = least_pairing(
            self.holdings, requirements, self.rules, cash=self.is_cash, seconds=self.seconds
        )
        refuse_not_permitted(self.book, self.holdings, pairing)
        return pairing

    def requirement(self, kind: RequirementKind) -> float:
        """The least requirement of a kind."""
        return self.pairing(kind).amount

    def value_added(self, kind: RequirementKind) -> float:
        """What the equity counts beside the least requirement of a kind: long European boxes."""
        return self.pairing(kind).value_added

    @cached_property
    def proceeds(self) -> float:
        """What was received for options sold and for stock sold short."""
        options = fsum(
            leg.contracts * leg.multiplier * leg.value
            for leg in self.holdings.option_legs(RequirementKind.INITIAL)
            if not leg.is_long
        )
        return options + fsum(
            max(0.0, -stock.leg.shares) * stock.cost
            + stock.against_the_box_shares * stock.against_the_box_short_cost
            for stock in self.holdings.stocks
        )

    @property
    def deposit(self) -> float:
        """What has to be put up: the requirement by the law less proceeds and value added."""
        kind = RequirementKind.DEPOSIT
        return self.requirement(kind) - self.proceeds - self.value_added(kind)


@dataclass(frozen=True, eq=False)
class StrategyMargin:
    """A book under strategy-based margin, class by class.

    `mark`, $ per unit, shape (positions,), is what each option is worth; its values for stock and
    cash are not read.
    """

    book: Book
    mark: FloatArray
    rules: StrategyRules
    classes: tuple[UnderlyingMargin, ...]

    def requirement(self, kind: RequirementKind) -> float:
        """Least requirement of all accounts together, $; accounts do not pair."""
        return fsum(c.requirement(kind) for c in self.classes)

    def by_account(self, kind: RequirementKind) -> FloatArray:
        """Least requirement of each account, $, shape (accounts,)."""
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.classes:
            by_account[c.account] += c.requirement(kind)
        return by_account

    def value_added(self, kind: RequirementKind) -> FloatArray:
        """What the equity counts beside each account's requirement of a kind, $, (accounts,).

        Long European boxes at the difference of their strikes.

        Rule: FINRA 4210(f)(2)(H)(v)e.
        """
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.classes:
            by_account[c.account] += c.value_added(kind)
        return by_account

    @property
    def deposit_by_account(self) -> FloatArray:
        """What has to be put up in each account, $, shape (accounts,)."""
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.classes:
            by_account[c.account] += c.deposit
        return by_account

    def lower_bound(self, kind: RequirementKind) -> float:
        """What no permitted pairing requires less than, $; the requirement itself where proven."""
        return fsum(c.pairing(kind).lower_bound for c in self.classes)

    @property
    def initial(self) -> float:
        """Least initial requirement of all accounts, $, before proceeds are applied."""
        return self.requirement(RequirementKind.INITIAL)

    @property
    def maintenance(self) -> float:
        """Least maintenance requirement of all accounts, $, without the value of short stock."""
        return self.requirement(RequirementKind.MAINTENANCE)

    @property
    def proceeds(self) -> float:
        """Received for options sold and stock sold short, $."""
        return fsum(c.proceeds for c in self.classes)

    @property
    def deposit(self) -> float:
        """What has to be put up, $: the requirement by the law less proceeds and value added."""
        return fsum(c.deposit for c in self.classes)


def strategy_margin(book: Book, mark: FloatArray, seconds: float = SECONDS) -> StrategyMargin:
    """A book under strategy-based margin.

    `mark`, $ per unit, shape (positions,), is what each option is worth; its values for stock and
    cash are not read. Each class has so many seconds to find its pairing and prove it. Refuses the
    whole book, naming the rows, where an option has no price, or where a forced group or an
    account holds what no rule permits.
    """
    rules = strategy_rules(book.as_of, book.settings.house, book.settings.overrides)
    is_cash = book.settings.account_type is AccountType.CASH
    refuse_unpriced(book, mark)
    if is_cash:
        refuse_short_stock(book)
    classes = holdings(book, mark, rules)
    refuse_groups(book, classes)
    return StrategyMargin(
        book,
        mark,
        rules,
        tuple(UnderlyingMargin(book, rules, c, is_cash, seconds) for c in classes),
    )
