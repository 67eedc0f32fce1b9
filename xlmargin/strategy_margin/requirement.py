"""Strategy-based margin: the least requirement of each class over all permitted pairings, summed.

Initial and maintenance are each the least for themselves, and their pairings may differ. Accounts
do not pair with one another, nor does a forced group with anything outside it. What has no price,
no permitted group or no cover is refused by row, before or after pairing.

The strategy-based books give options of nine months or less no value: short ones carry theirs
inside the requirement, long ones count for nothing. Net liquidation value, and the equity of
portfolio margin, count them all (`option_value_adjustment`). The two books always leave the same
excess.

Rule: 12 CFR 220; FINRA 4210(b)-(f), (g)(11); Cboe 10.3.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import fsum

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, ranked
from xlmargin.book import Book, RulesOfAccounts, rules_of_accounts
from xlmargin.dates import months_ahead, serial_of
from xlmargin.errors import Problem, RefusedPosition
from xlmargin.risk_array import option_marks
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.strategy_margin.pairing.alike_classes import PairedClass
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, HeldOption, holdings
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    least_pairing,
    requirement_rules,
)
from xlmargin.strategy_margin.pairing.many_pairings import FEW, least_pairings
from xlmargin.strategy_margin.rules.cash_account import short_call_refusals, short_stock_refusals
from xlmargin.strategy_margin.rules.hedged_stock import may_cover_index_call, may_hedge
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS


@dataclass(frozen=True, eq=False)
class UnderlyingMargin:
    """One class of one account, or one forced group: its least requirements, found when read.

    All amounts are in $. With `one_by_one` it is never paired together with others.
    """

    book: Book
    rules: StrategyRules
    holdings: ClassPositions
    is_cash: bool
    seconds: float
    one_by_one: bool

    @property
    def account(self) -> int:
        """Index into the accounts."""
        return self.holdings.account

    @property
    def name(self) -> str:
        """Name of the class, which is its underlying's unless the market says otherwise."""
        return self.holdings.name

    def pairing(self, kind: RequirementKind) -> PairingResult:
        """A pairing that requires least of a kind: a known one, or else found by itself."""
        if (known := self.known(kind)) is not None:
            return known
        return self.keep(kind, least_pairing(*self.to_pair(kind)))

    def known(self, kind: RequirementKind) -> PairingResult | None:
        """The pairing found before for the same holdings, by itself or among others."""
        kind = self.own_kind(kind)
        if kind not in self._pairings and (key := self._key(kind)) in self.holdings.paired:
            self._pairings[kind] = self.holdings.paired[key]
        return self._pairings.get(kind)

    def keep(self, kind: RequirementKind, pairing: PairingResult) -> PairingResult:
        """Know a pairing that was found, for the same holdings too if it is proven."""
        refuse_not_permitted(self.book, self.holdings, pairing)
        kind = self.own_kind(kind)
        self._pairings[kind] = pairing
        if pairing.is_proven:
            self.holdings.paired[self._key(kind)] = pairing
        return pairing

    def to_pair(self, kind: RequirementKind) -> PairedClass:
        """The class as it is paired."""
        requirements = requirement_rules(self.own_kind(kind), self.rules, cash=self.is_cash)
        return PairedClass(self.holdings, requirements, self.seconds)

    def _key(self, kind: RequirementKind) -> Hashable:
        """What a pairing of the holdings is remembered by.

        One that is to be the same in any book is not one that was found together with others.
        """
        return self.rules, kind, self.is_cash, self.one_by_one

    def own_kind(self, kind: RequirementKind) -> RequirementKind:
        """The kind that one goes by in this class."""
        return self.deposit_kind if kind is RequirementKind.DEPOSIT else kind

    @property
    def deposit_kind(self) -> RequirementKind:
        """The kind that the deposit goes by: its own, where stock stands with options."""
        both = self.holdings.stocks and self.holdings.options
        return RequirementKind.DEPOSIT if both and not self.is_cash else RequirementKind.INITIAL

    @cached_property
    def _pairings(self) -> dict[RequirementKind, PairingResult]:
        return {}

    def requirement(self, kind: RequirementKind) -> float:
        """The least requirement of a kind."""
        return self.pairing(kind).amount

    def value_added(self, kind: RequirementKind) -> float:
        """What the equity counts beside the least requirement of a kind: long European boxes."""
        return self.pairing(kind).value_added

    def is_proven(self, *kinds: RequirementKind) -> bool:
        """Whether no permitted pairing requires less, of each of these kinds."""
        return all(self.pairing(kind).is_proven for kind in kinds)

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
    cash are not read. With `one_by_one` no class is paired together with others.
    """

    book: Book
    mark: FloatArray
    rules: RulesOfAccounts[StrategyRules]
    classes: tuple[UnderlyingMargin, ...]
    one_by_one: bool

    def requirement(self, kind: RequirementKind) -> float:
        """Least requirement of all accounts together, $; accounts do not pair."""
        return fsum(c.requirement(kind) for c in self.paired(kind))

    def paired(self, kind: RequirementKind) -> tuple[UnderlyingMargin, ...]:
        """The classes, for each of which a pairing that requires least of a kind is known."""
        if not self.one_by_one:
            _pair(self.classes, kind)
        return self.classes

    def by_account(self, kind: RequirementKind) -> FloatArray:
        """Least requirement of each account, $, shape (accounts,)."""
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.paired(kind):
            by_account[c.account] += c.requirement(kind)
        return by_account

    def value_added(self, kind: RequirementKind) -> FloatArray:
        """What the equity counts beside each account's requirement of a kind, $, (accounts,).

        Long European boxes at the difference of their strikes.

        Rule: FINRA 4210(f)(2)(H)(v)e.
        """
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.paired(kind):
            by_account[c.account] += c.value_added(kind)
        return by_account

    @property
    def deposit_by_account(self) -> FloatArray:
        """What has to be put up in each account, $, shape (accounts,)."""
        by_account = np.zeros(len(self.book.positions.accounts))
        for c in self.paired(RequirementKind.DEPOSIT):
            by_account[c.account] += c.deposit
        return by_account

    def lower_bound(self, kind: RequirementKind) -> float:
        """What no permitted pairing requires less than, $; the requirement itself where proven."""
        return fsum(c.pairing(kind).lower_bound for c in self.paired(kind))

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
        return fsum(c.deposit for c in self.paired(RequirementKind.DEPOSIT))


def strategy_margin(
    book: Book,
    mark: FloatArray | None = None,
    seconds: float = SECONDS,
    *,
    whole_accounts: bool = True,
    one_by_one: bool = False,
) -> StrategyMargin:
    """A book under strategy-based margin.

    `mark`, $ per unit, shape (positions,), is what each option is worth: its mark or else its model
    value where that is left out. Its values for stock and cash are not read. Each class has so many
    seconds to find its pairing and prove it. Refuses the whole book, naming the rows, where an
    option has no price, or where a forced group or an account holds what no rule permits. A house's
    add-ons by share of an account's gross count where the book has `whole_accounts`. Of pairings
    that require as little each class has, `one_by_one`, the one that it has in any other book.
    """
    rules = rules_of_accounts(book, strategy_rules)
    is_cash = book.is_cash_account
    mark = option_marks(book) if mark is None else mark
    refuse_unpriced(book, mark)
    if is_cash:
        refuse_short_stock(book)
    classes = holdings(book, mark, rules, whole_accounts=whole_accounts)
    refuse_groups(book, classes)
    return StrategyMargin(
        book,
        mark,
        rules,
        tuple(
            UnderlyingMargin(book, rules.of(c.account), c, is_cash, seconds, one_by_one)
            for c in classes
        ),
        one_by_one,
    )


def pair_together(margins: Iterable[StrategyMargin]) -> None:
    """Find the least pairings of several books at once, as those of the days of a history are."""
    classes = [c for margin in margins for c in margin.classes]
    for kind in RequirementKind:
        _pair(classes, kind)


def _pair(classes: Sequence[UnderlyingMargin], kind: RequirementKind) -> None:
    """Find the pairings of classes that require least of a kind, where there are many, together.

    A class that may not hold what it does stays without one, and is refused where it is asked.
    """
    left = [c for c in classes if c.known(kind) is None]
    if len(left) < FEW:
        return
    found = least_pairings([c.to_pair(kind) for c in left])
    for c, pairing in zip(left, found, strict=True):
        with suppress(RefusedPosition):
            c.keep(kind, pairing)


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
    parts = sorted(_connected(holdings), key=min)
    if len(parts) <= 1 or (
        all(option.leg.is_long for option in holdings.options) and not holdings.stocks
    ):
        return []
    wanted, first = "; ".join(map(book.positions.rows, parts)), min(parts[0])
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


def option_value_adjustment(
    book: Book, mark: FloatArray, rules: RulesOfAccounts[StrategyRules]
) -> FloatArray:
    """Option values that net liquidation value counts and strategy-based equity does not, $.

    Signed, shape (positions,): added to the maintenance requirement they give the requirement
    beside net liquidation value. `mark`, $ per unit, has shape (positions,). A cash account lends
    on no option.
    """
    positions = book.positions
    counted = positions.is_option.copy()
    if book.is_cash_account:
        return np.where(counted, positions.units * mark, 0.0)
    for under, own in rules.apart(positions.account):
        counted[own] &= ~_has_loan_value(book, under)[own]
    return np.where(counted, positions.units * mark, 0.0)


def _has_loan_value(book: Book, rules: StrategyRules) -> BoolArray:
    """Long options that strategy-based equity counts: those over nine calendar months."""
    positions, long_options = book.positions, rules.long_options
    until = months_ahead(book.as_of, long_options.long_option_months)
    has = positions.is_option & (positions.quantity > 0)
    held, held_of = ranked(positions.underlying[has])
    own = (book.market.underlyings[i] for i in held.tolist())
    rates = [long_options.long_option_rate[each.underlying_class] for each in own]
    lasts = np.floor(positions.expiration[has]) > serial_of(until)
    has[has] = (np.array(rates) < 1.0)[held_of] & lasts
    return has
