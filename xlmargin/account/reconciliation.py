"""A broker's figures beside ours: whether they agree, and what would make ours equal theirs.

A reason is named only where it can be worked out: the same book under the rule alone, under another
house, under the other regime or at the prices of the broker's day; a difference that is the account
value's; a sign; thousands. Of a class group also a range of moves, and an offset, that the house
may have changed. The first that gives the broker's figure is the likely one; none proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property, partial
from typing import Final

import numpy as np

from xlmargin.account.account_state import without_house
from xlmargin.account.account_values import (
    Excess,
    portfolio_excess,
    reg_t_excess,
    strategy_excess,
    values_of,
)
from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import MarginError
from xlmargin.portfolio_margin import NO_PARENT, PortfolioMargin
from xlmargin.regimes import BothRegimes
from xlmargin.rulebook.values_in_force import profiles
from xlmargin.strategy_margin import RequirementKind, StrategyMargin

ALL: Final = -1
"""The account of a figure that is of all accounts together."""

PORTFOLIO: Final = "portfolio"
STRATEGY: Final = "strategy"
_THOUSAND: Final = 1_000.0
_PERCENT: Final = 0.01
_NEARLY_WHOLE: Final = 0.1
"""How far from whole percents a range may be that a broker is taken to use, in points."""


class FigureState(StrEnum):
    """How a broker's figure stands to ours; the order is that of what deserves a look first."""

    OVERDUE = "overdue"
    """More days older than the book, or unanswered since the broker was asked, than may pass."""
    DIFFERS = "differs"
    STALE = "stale"
    """Older than the book: a difference says nothing yet."""
    MISSING = "missing"
    """The broker's is not given."""
    AGREES = "agrees"
    NOT_OURS = "not ours"
    """We have no such figure."""
    OLDER = "older"
    """A newer one of the broker's counts."""


@dataclass(frozen=True)
class BrokerFigure:
    """A broker's figure: an amount, in the unit of ours, and when it was so, a serial day or NaN.

    `account` is an index, or ALL; `group` "" for the whole account. `figure` is ours of that
    meaning, "" where there is none, `word` what the broker calls it. `in_dollars` is false of a
    fraction. `inquiry_day` is the serial day on which the broker was asked about it, NaN where it
    was not.
    `states` says what the word means, "" where that is not known.
    """

    account: int
    group: str
    figure: str
    word: str
    amount: float
    as_of: float = np.nan
    source: str = ""
    in_dollars: bool = True
    inquiry_day: float = np.nan
    states: str = ""


@dataclass(frozen=True)
class Tolerance:
    """How far apart two figures may be that agree: a share of the broker's, or dollars if more."""

    share: float
    dollars: float = 0.0

    def agree(self, theirs: float, ours: float, *, in_dollars: bool = True) -> bool:
        """Whether two figures agree; not where one is NaN."""
        least = self.dollars if in_dollars else 0.0
        return abs(theirs - ours) <= max(self.share * abs(theirs), least)


def age_of(figure: float, book: float) -> float:
    """Days that a figure is older than the book, both serial days; NaN where it has no day.

    In whole days unless both have an hour; negative where it is newer.
    """
    if figure % 1 and book % 1:
        return book - figure
    return float(np.floor(book) - np.floor(figure))


def own_regime(book: Book) -> str:
    """The regime that the accounts of a book are under."""
    return PORTFOLIO if book.is_portfolio else STRATEGY


_OF_VALUES: Final = {
    "account value": "net_liquidation_value",
    "cash": "cash",
    "long market value": "long_market_value",
    "short market value": "short_market_value",
    "option value": "option_value",
}
_REG_T: Final = "Reg T"
_OF_EXCESS: Final = {
    PORTFOLIO: ("equity", "requirement", "excess"),
    STRATEGY: ("equity", "requirement", "excess"),
    _REG_T: ("requirement", "excess"),
}


def account_figure(regimes: BothRegimes, name: str) -> FloatArray | None:
    """A figure of each account by its name, $, shape (accounts,); None where a regime refuses it.

    What counts cash is NaN where none is stated.
    """
    if name in _OF_VALUES:
        found: FloatArray = getattr(values_of(regimes), _OF_VALUES[name])
        return found
    regime, _, figure = name.rpartition(" ")
    now = _excess(regimes, regime) if figure in _OF_EXCESS.get(regime, ()) else None
    return None if now is None else getattr(now, figure)


def _excess(regimes: BothRegimes, regime: str) -> Excess | None:
    margin = regimes.portfolio if regime == PORTFOLIO else regimes.strategy
    if isinstance(margin, MarginError):
        return None
    if isinstance(margin, PortfolioMargin):
        return portfolio_excess(margin)
    if regime == STRATEGY:
        return strategy_excess(margin)
    return None if margin.book.is_cash_account else reg_t_excess(margin)


def group_requirements(regimes: BothRegimes) -> Mapping[tuple[int, str], float]:
    """Requirement of each group of the account's regime, $, by account and name in small letters.

    Class, product and portfolio groups, each by itself; by strategy the classes.
    """
    if regimes.book.is_portfolio:
        if not isinstance(regimes.portfolio, PortfolioMargin):
            return {}
        return {
            (int(level.account[i]), name.casefold()): float(level.requirement[i])
            for level in reversed(regimes.portfolio.levels)
            for i, name in enumerate(level.names)
        }
    if not isinstance(regimes.strategy, StrategyMargin):
        return {}
    found: dict[tuple[int, str], float] = {}
    for each in regimes.strategy.classes:
        key = (each.account, each.name.casefold())
        required = each.requirement(RequirementKind.MAINTENANCE)
        found[key] = found.get(key, 0.0) + required
    return found


@dataclass(frozen=True, eq=False)
class Reconciler:
    """A book beside a broker's figures, and what else the book could have been margined as.

    `margined` margins a book under both regimes; `of_day` answers the book of another serial day,
    None where there is none.
    """

    book: Book
    tolerance: Tolerance
    margined: Callable[[Book], BothRegimes]
    of_day: Callable[[float], Book | None]

    @cached_property
    def regimes(self) -> BothRegimes:
        """The book as it is, under both regimes."""
        return self.margined(self.book)

    @property
    def regime(self) -> str:
        """The regime that the accounts are under."""
        return own_regime(self.book)

    @cached_property
    def groups(self) -> Mapping[tuple[int, str], float]:
        """Requirement of each group, by account and name in small letters."""
        return group_requirements(self.regimes)

    def ours(self, figure: BrokerFigure) -> float:
        """Our requirement of a figure's group, $; NaN where we have no such group."""
        return _of_groups(self.groups, figure)

    def classes_in(self, account: int, group: str) -> frozenset[str]:
        """The class groups that make a group of an account, itself where it is one; in small
        letters, none of a group that we do not have.
        """
        name = group.casefold()
        whose = (inside for (of, own), inside in self._classes.items()
                 if own == name and account in (of, ALL))  # fmt: skip
        return frozenset().union(*whose)

    def classes_of(self, account: int) -> frozenset[str]:
        """The class groups of an account, or of ALL, in small letters."""
        whose = (inside for (of, _), inside in self._classes.items() if account in (of, ALL))
        return frozenset().union(*whose)

    @cached_property
    def _classes(self) -> Mapping[tuple[int, str], frozenset[str]]:
        found: dict[tuple[int, str], frozenset[str]] = {}
        if self.regime == STRATEGY:
            return {key: frozenset({key[1]}) for key in self.groups}
        margin = self.regimes.portfolio
        if not isinstance(margin, PortfolioMargin):
            return found
        inside = [frozenset({name.casefold()}) for name in margin.levels[0].names]
        for depth, level in enumerate(margin.levels):
            if depth:
                parent = margin.levels[depth - 1].parent
                inside = [
                    frozenset().union(*(inside[i] for i in np.flatnonzero(parent == group)))
                    for group in range(len(level))
                ]
            for i, name in enumerate(level.names):
                found.setdefault((int(level.account[i]), name.casefold()), inside[i])
        return found

    def state(self, figure: BrokerFigure, ours: float) -> FigureState:
        """How a figure stands to ours; `ours` is NaN where we have none."""
        if np.isnan(ours):
            return FigureState.NOT_OURS
        age, days_open = (
            age_of(day, self.book.market.as_of) for day in (figure.as_of, figure.inquiry_day)
        )
        agrees = self.tolerance.agree(figure.amount, ours, in_dollars=figure.in_dollars)
        most = self.book.settings.overdue_days
        if age > most or (days_open > most and not agrees):
            return FigureState.OVERDUE
        if age > 0:
            return FigureState.STALE
        return FigureState.AGREES if agrees else FigureState.DIFFERS

    def likely(self, figure: BrokerFigure, ours: float, of_value: float) -> str:
        """What would make ours equal a figure that differs, "" where nothing that is tried does.

        `of_value`, $, is by how much the broker's account value differs, NaN where not given.
        """
        agree = partial(self.tolerance.agree, in_dollars=figure.in_dollars)
        theirs = figure.amount
        if agree(theirs, ours):
            return ""

        def fits(amount: float) -> bool:
            return agree(theirs, amount) and not agree(amount, ours)

        for reason, amount in self._by_rule_alone(figure):
            if fits(amount):
                return reason
        if houses := [house for house, amount in self._by_house(figure) if fits(amount)]:
            return f"house {' or '.join(houses)}"
        for reason, amount in self._others(figure):
            if fits(amount):
                return reason
        is_left_over = figure.figure.endswith((" excess", " equity"))
        if is_left_over and of_value and agree(theirs, ours + of_value):
            return "account value"
        if agree(-theirs, ours):
            return "sign"
        if agree(theirs * _THOUSAND, ours) or agree(theirs / _THOUSAND, ours):
            return "thousands"
        return ""

    def _by_rule_alone(self, figure: BrokerFigure) -> Iterator[tuple[str, float]]:
        """What the figure would be without the house's own."""
        bare = without_house(self.book)
        if bare is not self.book:
            yield "rule alone", self._in(lambda: self._under(bare), figure)

    def _by_house(self, figure: BrokerFigure) -> Iterator[tuple[str, float]]:
        """What the figure would be under each house that is not that of all accounts.

        Where the broker is known, by the source or by the accounts' own houses, under its alone.
        """
        known, source = {_broker(house) for house in profiles()}, figure.source.casefold()
        brokers = {_broker(own.house) for own in self.book.settings_of_accounts} & known
        brokers |= {broker for broker in known if broker in source}
        for house in profiles():
            if (not brokers or _broker(house) in brokers) and any(
                own.house != house for own in self.book.settings_of_accounts
            ):
                yield house, self._in(partial(self._under_house, house), figure)

    def _others(self, figure: BrokerFigure) -> Iterator[tuple[str, float]]:
        """What the figure would be otherwise, whatever the house, the likelier first."""
        if figure.group:
            yield from self._of_ranges(figure)
            yield from self._of_offsets(figure)
        else:
            yield "other regime", self._of_other_regime(figure)
        yield "price date", self._in(lambda: self._on(figure.as_of), figure)

    def _in(self, regimes: Callable[[], BothRegimes | None], figure: BrokerFigure) -> float:
        """A figure of the book margined otherwise; NaN where that is refused, or there is none."""
        try:
            found = regimes()
        except MarginError:
            return np.nan
        if found is None:
            return np.nan
        if figure.group:
            return _of_groups(self._groups(found), figure)
        return self._of_account(found, figure.figure, figure.account)

    def _under(self, book: Book) -> BothRegimes:
        return self._kept(("rule", 0.0), book)

    def _under_house(self, house: str) -> BothRegimes:
        settings = self.book.settings.changed(lambda own: replace(own, house=house))
        return self._kept((house, 1.0), replace(self.book, settings=settings))

    def _on(self, as_of: float) -> BothRegimes | None:
        if np.isnan(as_of) or np.floor(as_of) == np.floor(self.book.market.as_of):
            return None
        day = float(np.floor(as_of))
        book = self.of_day(day)
        return None if book is None else self._kept(("day", day), book)

    def _kept(self, key: tuple[str, float], book: Book) -> BothRegimes:
        if key not in self._known:
            self._known[key] = self.margined(book)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str, float], BothRegimes]:
        return {}

    @cached_property
    def _figure(self) -> Callable[[BothRegimes, str], FloatArray | None]:
        return cache(account_figure)

    def _of_account(self, regimes: BothRegimes, name: str, account: int) -> float:
        """A figure of an account, $; NaN where there is none."""
        amounts = self._figure(regimes, name)
        if amounts is None:
            return np.nan
        return float(amounts.sum() if account == ALL else amounts[account])

    @cached_property
    def _groups(self) -> Callable[[BothRegimes], Mapping[tuple[int, str], float]]:
        return cache(group_requirements)

    def _of_other_regime(self, figure: BrokerFigure) -> float:
        own, _, name = figure.figure.partition(" ")
        other = {PORTFOLIO: STRATEGY, STRATEGY: PORTFOLIO}.get(own, "")
        return self._of_account(self.regimes, f"{other} {name}", figure.account)

    def _of_ranges(self, figure: BrokerFigure) -> Iterator[tuple[str, float]]:
        """The requirement of a class group at the range of whole percents that theirs would be."""
        margin = self.regimes.portfolio
        if self.regime == STRATEGY or not isinstance(margin, PortfolioMargin):
            return
        level, points = margin.levels[0], margin.inputs.points
        for i in range(len(level)):
            if (int(level.account[i]), level.names[i].casefold()) != _key(figure):
                continue
            moves = points.group_moves[level.class_group[i]]
            move, ours = abs(float(moves[level.worst_point[i]])), float(level.requirement[i])
            if not ours or move != np.nanmax(np.abs(moves)):
                continue
            implied = move * figure.amount / ours / _PERCENT
            whole = round(implied)
            if whole > 0 and abs(implied - whole) <= _NEARLY_WHOLE:
                at = ours * whole * _PERCENT / move
                yield f"house range {whole}% / {move / _PERCENT:.4g}%", at

    def _of_offsets(self, figure: BrokerFigure) -> Iterator[tuple[str, float]]:
        """The requirement of a group if what it is made of offset nothing."""
        margin = self.regimes.portfolio
        if self.regime == STRATEGY or not isinstance(margin, PortfolioMargin):
            return
        for below, level in zip(margin.levels, margin.levels[1:], strict=False):
            for i in range(len(level)):
                if (int(level.account[i]), level.names[i].casefold()) == _key(figure):
                    inside = (below.parent == i) & (below.parent != NO_PARENT)
                    yield "no offset", float(below.requirement[inside].sum())


def _broker(house: str) -> str:
    """The broker whose house it is: tastytrade has several."""
    return house.partition("_")[0]


def _key(figure: BrokerFigure) -> tuple[int, str]:
    return figure.account, figure.group.casefold()


def _of_groups(groups: Mapping[tuple[int, str], float], figure: BrokerFigure) -> float:
    """The requirement of a figure's group: of all accounts together the sum."""
    if figure.account != ALL:
        return groups.get(_key(figure), np.nan)
    found = [a for (_, name), a in groups.items() if name == figure.group.casefold()]
    return sum(found) if found else np.nan
