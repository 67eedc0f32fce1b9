"""The same positions under both regimes: portfolio margin and strategy-based margin.

Positions that portfolio margin does not cover require their strategy-based maintenance
requirement there, beside an equity that counts options at their market value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book, rules_of_accounts
from xlmargin.errors import MarginError, RefusedPosition, RulebookError
from xlmargin.portfolio_margin import PortfolioMargin, StrategyBased, outside_rule, portfolio_margin
from xlmargin.requirement import Requirement, total
from xlmargin.rulebook import UnderlyingClass, portfolio_rules
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    explained_by_account,
    strategy_margin,
)
from xlmargin.strategy_margin.display.lines import amounts_by_position
from xlmargin.strategy_margin.requirement import option_value_adjustment

_NOT_ELIGIBLE: Final = "Not eligible for portfolio margin: strategy-based requirement"
_STRATEGIES: Final = "Strategy-based maintenance requirement"
_VALUES: Final = "Option values, which the equity of portfolio margin counts"
_OUTRIGHT: Final = "No margin security: a share of its value at all times, beyond its strategy's"
_OUTSIDE: Final = "FINRA 4210(g)(7)(D)"
_NONMARGIN: Final = "FINRA 4210(g)(7)(E)"
_NEVER_NEGATIVE: Final = "Back to nothing: a requirement is never negative"
_EQUITY: Final = "FINRA 4210(g)(11)"

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class BothRegimes:
    """A book under each regime, or why a regime refuses it; at least one of them answers."""

    book: Book
    portfolio: PortfolioMargin | MarginError
    strategy: StrategyMargin | MarginError

    @property
    def portfolio_refusal(self) -> MarginError | None:
        """Why portfolio margin refuses the book, None where it answers."""
        return self.portfolio if isinstance(self.portfolio, MarginError) else None

    @property
    def strategy_refusal(self) -> MarginError | None:
        """Why strategy-based margin refuses the book, None where it answers."""
        return self.strategy if isinstance(self.strategy, MarginError) else None


def both_regimes(
    book: Book,
    portfolio: Callable[[Book], PortfolioMargin],
    strategy: Callable[[Book], StrategyMargin],
) -> BothRegimes:
    """A book under both regimes, margined so; a regime that refuses it refuses its figures alone.

    Refused where both do.
    """
    by_strategy = _or_refusal(lambda: _paired(strategy(book)))
    by_portfolio = _or_refusal(lambda: portfolio(book))
    if isinstance(by_strategy, MarginError) and isinstance(by_portfolio, MarginError):
        raise by_portfolio if book.is_portfolio else by_strategy
    return BothRegimes(book, by_portfolio, by_strategy)


def _paired(margin: StrategyMargin) -> StrategyMargin:
    """The margin once its pairings are found, which a cash account's may refuse."""
    if margin.book.is_cash_account:
        margin.requirement(RequirementKind.MAINTENANCE)
    return margin


def _or_refusal(margin: Callable[[], _T]) -> _T | MarginError:
    try:
        return margin()
    except (RefusedPosition, RulebookError) as refusal:
        return refusal.with_traceback(None)


def strategy_based(book: Book, mark: FloatArray) -> StrategyBased:
    """What each position requires by strategy, beside an equity that counts it at its mark.

    `mark`, $ per unit, has shape (positions,).
    """
    settings = book.settings.changed(lambda s: replace(s, account_type=AccountType.MARGIN))
    margin = strategy_margin(
        replace(book, settings=settings), mark, whole_accounts=False, one_by_one=True
    )
    by_strategy, _, boxes = amounts_by_position(margin, RequirementKind.MAINTENANCE)
    added = option_value_adjustment(margin.book, mark, margin.rules) - boxes
    outright = _outright(book, mark)
    other = np.where(np.isnan(outright), 0.0, outright - by_strategy)
    least = _least(book, by_strategy + added + other)
    return StrategyBased(
        by_strategy + added + other + least,
        least,
        lambda: _trees(margin, added, other, outright, least),
    )


under_portfolio_margin: Final = partial(portfolio_margin, strategy_requirements=strategy_based)
"""A book under portfolio margin, positions outside it at their strategy-based requirement."""


def _least(book: Book, required: FloatArray) -> FloatArray:
    """What brings the requirement of an account back to nothing, $, borne by its first position.

    A written call whose premium exceeds what its shares require would leave less than nothing.
    """
    below = np.maximum(-book.by_account(required), 0.0)
    account, first = np.unique(book.positions.account, return_index=True)
    raised = np.zeros(len(required))
    raised[first] = below[account]
    return raised


def _outright(book: Book, mark: FloatArray) -> FloatArray:
    """What shares of no margin security require, $, whatever they are paired with; NaN for others.

    Rule: FINRA 4210(g)(7)(E).
    """
    positions, rules = book.positions, rules_of_accounts(book, portfolio_rules)
    long, short, notes = (
        rules.amounts(amount)[positions.account]
        for amount in (
            lambda r: r.eligible_products.nonmargin_long_rate,
            lambda r: r.eligible_products.nonmargin_short_rate,
            lambda r: r.eligible_products.notes_eligible,
        )
    )
    rate = np.where(positions.quantity > 0, long, short)
    shares = ~positions.is_option & ~positions.is_cash
    shares[shares] &= ~book.market.marginable[positions.underlying[shares]]
    is_note = book.market.of_class(lambda own: own is UnderlyingClass.ETN)
    outside = is_note[positions.underlying[shares]]
    shares[shares] &= ~outside | (notes[shares] > 0)
    return np.where(shares, rate * np.abs(positions.units * mark), np.nan)


def _trees(
    margin: StrategyMargin,
    added: FloatArray,
    other: FloatArray,
    outright: FloatArray,
    least: FloatArray,
) -> tuple[Requirement, ...]:
    """Why, by account: strategies, what is no margin security, values the other equity counts."""
    positions = margin.book.positions
    by_account = [
        replace(tree, label=_STRATEGIES)
        for tree in explained_by_account(margin, RequirementKind.MAINTENANCE)
    ]
    values: list[list[Requirement]] = [[] for _ in by_account]
    for i in np.flatnonzero(added).tolist():
        value = Requirement(f"Value of {positions.label(i)}", float(added[i]))
        values[positions.account[i]].append(value)
    shares_of: list[list[Requirement]] = [[] for _ in by_account]
    for i in np.flatnonzero(other).tolist():
        value = abs(positions.units[i] * margin.mark[i])
        whole = f"{outright[i]:,.2f}, {outright[i] / value:.0%} of {value:,.2f}"
        more = Requirement(f"{positions.label(i)}: {whole}, less its strategy's", float(other[i]))
        shares_of[positions.account[i]].append(more)
    return tuple(
        total(
            _NOT_ELIGIBLE,
            (
                tree,
                *((total(_OUTRIGHT, tuple(shares), _NONMARGIN),) if shares else ()),
                total(_VALUES, tuple(own), _EQUITY),
                *((Requirement(_NEVER_NEGATIVE, raised),) if raised else ()),
            ),
            outside_rule(margin.book, _OUTSIDE),
        )
        if tree.parts
        else tree
        for tree, shares, own, raised in zip(
            by_account, shares_of, values, margin.book.by_account(least).tolist(), strict=True
        )
    )
