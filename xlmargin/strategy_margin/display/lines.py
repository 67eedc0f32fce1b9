"""The pairing as lines: each strategy with the rows it uses, priced for both kinds.

The amounts of the legs add up to their line's, those of the lines to the requirement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass
from xlmargin.strategy_margin.display.named_spreads import split_into_named_spreads
from xlmargin.strategy_margin.display.rationale import rationale
from xlmargin.strategy_margin.display.strategy_names import (
    LONG_STOCK,
    SHORT_STOCK,
    LegSide,
    Strategy,
    named,
)
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, Lot, take_lots
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    StrategyMatch,
    requirement_of,
    requirement_rules,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.requirement import StrategyMargin, UnderlyingMargin
from xlmargin.strategy_margin.rules import cash_account, hedged_stock, spreads, stock
from xlmargin.strategy_margin.rules.kinds import RequirementKind

CLOSED = "Closed out"
"""The name of contracts held long and short in one series, of which nothing requires."""


@dataclass(frozen=True)
class StrategyLeg:
    """What a strategy uses of one position: signed contracts or shares, and their part of it, $."""

    position: int
    quantity: float
    initial: float = 0.0
    deposit: float = 0.0
    """Part of what the law requires, before the proceeds are applied."""
    maintenance: float = 0.0
    proceeds: float = 0.0
    value_added: float = 0.0
    """What the equity counts beside the maintenance requirement."""


@dataclass(frozen=True)
class StrategyLine:
    """One strategy of a pairing; `rationale` and `rule` are of the pairing's own kind."""

    account: int
    class_name: str
    strategy: str
    legs: tuple[StrategyLeg, ...]
    rationale: str
    rule: str = ""


def strategy_lines(margin: StrategyMargin, kind: RequirementKind) -> tuple[StrategyLine, ...]:
    """The strategies of the pairings that require least of a kind, by account and class."""
    return tuple(line for c in margin.paired(kind) for line in class_lines(c, kind))


def class_lines(margin: UnderlyingMargin, kind: RequirementKind) -> tuple[StrategyLine, ...]:
    """The lines of a class: its least pairing of a kind, in familiar strategies."""
    pairing, known = margin.pairing(kind), margin.holdings.remembered
    if (key := (pairing, kind)) not in known:
        known[key] = tuple(_class_lines(margin, kind, pairing))
    lines: tuple[StrategyLine, ...] = known[key]
    return lines


def _class_lines(
    margin: UnderlyingMargin, kind: RequirementKind, pairing: PairingResult
) -> Iterator[StrategyLine]:
    holdings, cash = margin.holdings, margin.is_cash
    requirements = {
        kind: requirement_rules(kind, margin.rules, cash=cash) for kind in RequirementKind
    }
    rows = _Rows(holdings)
    for matched in _familiar(holdings, pairing):
        yield _line(matched, holdings, kind, requirements, rows, cash=cash)
    if holdings.closed:
        legs = tuple(StrategyLeg(lot.position, lot.quantity) for lot in holdings.closed)
        text = "long and short contracts of one series close each other out"
        yield StrategyLine(holdings.account, holdings.name, CLOSED, legs, text)


def _familiar(holdings: ClassPositions, pairing: PairingResult) -> Iterator[StrategyMatch]:
    """The strategies of a pairing, sets of spreads divided into familiar ones."""
    options = holdings.option_legs(pairing.kind)
    for matched in pairing.strategies:
        if matched.role is Role.SPREAD:
            for members in split_into_named_spreads(options, matched.options):
                yield replace(matched, options=members)
        else:
            yield matched


def _line(
    matched: StrategyMatch,
    holdings: ClassPositions,
    basis: RequirementKind,
    requirements: dict[RequirementKind, RequirementRules],
    rows: _Rows,
    *,
    cash: bool,
) -> StrategyLine:
    strategy = _named(matched, holdings, cash=cash)
    used = [*rows.of_stock(matched), *rows.of_options(matched)]
    by_kind = [
        _required(requirement_of(matched, holdings, rules), holdings, rules, used)
        for rules in requirements.values()
    ]
    added = _borne(value_added_by(matched, holdings, requirements[basis]), used)
    legs = tuple(
        StrategyLeg(u.lot.position, u.lot.quantity, first, by_law, later, u.proceeds, value)
        for u, first, by_law, later, value in zip(used, *by_kind, added, strict=True)
    )
    said = rationale(matched, holdings, requirements[basis])
    name, rule = strategy.name, strategy.rule.of(basis)
    return StrategyLine(holdings.account, holdings.name, name, legs, said, rule)


def _required(
    amount: float,
    holdings: ClassPositions,
    requirements: RequirementRules,
    used: Sequence[_Used],
) -> list[float]:
    """What each row requires of what a strategy requires of a kind, $.

    A long option what is paid for it in a hedge or spread; the stock, or else the first short
    option, all the rest.
    """
    options = holdings.option_legs(requirements.kind)
    required = [
        u.lot.quantity * requirements.paid(options[u.option])
        if u.option != _STOCK and u.lot.quantity > 0
        else 0.0
        for u in used
    ]
    rest = _borne(amount - fsum(required), used)
    return [own + borne for own, borne in zip(required, rest, strict=True)]


def _borne(amount: float, used: Sequence[_Used]) -> list[float]:
    """An amount of a strategy on the rows that bear it: the stock, or the first short option."""
    bearer = next((u.option for u in used if u.option == _STOCK or u.lot.quantity < 0), None)
    units = [abs(u.lot.quantity) if bearer in (None, u.option) else 0.0 for u in used]
    return [amount * own / fsum(units) for own in units]


_STOCK = -1
"""What stands for the option where a row is stock's."""


@dataclass(frozen=True)
class _Used:
    """A part of a position in a strategy: its option holding, or stock; its proceeds, $."""

    option: int
    lot: Lot
    proceeds: float


class _Rows:
    """The rows of the holdings, used up in their order as strategies take from them."""

    def __init__(self, holdings: ClassPositions) -> None:
        self._holdings = holdings
        self._options = [list(option.lots) for option in holdings.options]
        self._stocks = [list(held.lots) for held in holdings.stocks]

    def of_options(self, matched: StrategyMatch) -> Iterator[_Used]:
        """The rows of a strategy's options."""
        legs = self._holdings.option_legs(RequirementKind.INITIAL)
        for i, contracts in matched.options:
            taken, self._options[i] = take_lots(self._options[i], float(abs(contracts)))
            price = legs[i].multiplier * legs[i].value
            for lot in taken:
                yield _Used(i, lot, max(0.0, -lot.quantity) * price)

    def of_stock(self, matched: StrategyMatch) -> Iterator[_Used]:
        """The rows of a strategy's stock."""
        if matched.stock < 0:
            return
        held = self._holdings.stocks[matched.stock]
        if matched.role is Role.AGAINST_THE_BOX:
            taken, price = list(held.against_the_box), held.against_the_box_short_cost
        else:
            taken, left = take_lots(self._stocks[matched.stock], abs(matched.shares))
            self._stocks[matched.stock], price = left, held.cost
        for lot in taken:
            yield _Used(_STOCK, lot, max(0.0, -lot.quantity) * price)


def _named(matched: StrategyMatch, holdings: ClassPositions, *, cash: bool) -> Strategy:
    """The strategy's name, and the paragraphs of the account's type."""
    legs = [holdings.options[i].leg for i, _ in matched.options]
    sides: tuple[LegSide, ...] = ()
    if matched.role is Role.AGAINST_THE_BOX:
        sides = (LONG_STOCK, SHORT_STOCK)
    elif matched.stock >= 0:
        sides = (LONG_STOCK if matched.shares > 0 else SHORT_STOCK,)
    contracts = [n for _, n in matched.options]
    if matched.role is Role.STRADDLE:
        contracts = [-1, -1]  # whatever the scales
    found = named(legs, contracts, sides)
    if found.rule in (stock.LONG_STOCK, stock.SHORT_STOCK):
        found = _by_class(found, holdings.stocks[matched.stock].leg.underlying)
    if matched.role is Role.FUND:
        found = found._replace(
            name="Index call covered by a fund", rule=hedged_stock.INDEX_CALL_COVERED_BY_FUND
        )
    if matched.role is Role.PARTLY_COVERED:
        name = f"Partly {found.name.lower()}"
        found = found._replace(name=name, rule=hedged_stock.PARTLY_COVERED)
    if matched.role is Role.BOX:
        found = found._replace(name="Long European box", rule=spreads.LONG_EUROPEAN_BOX)
    return found._replace(rule=_CASH_RULES.get(matched.role, _PAID)) if cash else found


def _by_class(found: Strategy, underlying: Underlying) -> Strategy:
    """The name and paragraph of what stands alone and is no plain stock."""
    is_long = found.rule is stock.LONG_STOCK
    if is_long and not underlying.marginable:
        return found._replace(rule=stock.NOT_MARGIN_STOCK)
    of_class = (_LONG if is_long else _SHORT).get(underlying.underlying_class)
    if of_class is not None:
        return found._replace(name=of_class[0], rule=of_class[1])
    if abs(underlying.leverage) > 1.0:
        return found._replace(rule=stock.LONG_LEVERAGED if is_long else stock.SHORT_LEVERAGED)
    return found


_LONG: Final = {
    UnderlyingClass.ETN: ("Long exchange-traded note", stock.LONG_NOTE),
    UnderlyingClass.TREASURY: ("Long Treasury securities", stock.TREASURY),
    UnderlyingClass.MONEY_MARKET: ("Money market fund", stock.MONEY_MARKET),
    UnderlyingClass.ETF_EXEMPT: ("Fund of exempted securities", stock.EXEMPT_FUND),
}
_SHORT: Final = {
    UnderlyingClass.ETN: ("Short exchange-traded note", stock.SHORT_NOTE),
    UnderlyingClass.TREASURY: ("Short Treasury securities", stock.TREASURY),
}


_PAID: Final = cash_account.PAID_IN_FULL
_CASH_RULES: Final = {
    Role.UNCOVERED: cash_account.SECURED_PUT,
    Role.COVERED: cash_account.COVERED_CALL,
    Role.SPREAD: cash_account.CASH_SPREAD,
}
"""Paragraphs of a cash account, by use; everything else is paid in full."""


class ByPosition(NamedTuple):
    """What the least pairings of a kind say of each position, $, shape (positions,).

    What it requires, what was received for it where it was sold short, and what the equity counts
    beside its requirement.
    """

    requirement: FloatArray
    proceeds: FloatArray
    value_added: FloatArray


def amounts_by_position(margin: StrategyMargin, kind: RequirementKind) -> ByPosition:
    """The amounts of the lines' legs by position; of lines not yet there without their words."""
    legs = []
    for c in margin.paired(kind):
        known, pairing = c.holdings.remembered, c.pairing(kind)
        if (key := (pairing, ByPosition, kind)) not in known:
            lines: Iterable[StrategyLine] | None = known.get((pairing, kind))
            found = _amounts(c, kind) if lines is None else _amounts_of(lines, kind)
            known[key] = np.array(list(found)).reshape(-1, 1 + len(ByPosition._fields))
        legs.append(known[key])
    position, *amounts = np.concatenate([np.zeros((0, 1 + len(ByPosition._fields))), *legs]).T
    own, count = position.astype(np.int64), len(margin.book.positions)
    return ByPosition(*(np.bincount(own, amount, count).astype(np.float64) for amount in amounts))


def _amounts_of(
    lines: Iterable[StrategyLine], kind: RequirementKind
) -> Iterator[tuple[int, float, float, float]]:
    """The position of each leg, and its amounts."""
    for line in lines:
        for leg in line.legs:
            yield leg.position, getattr(leg, kind.value), leg.proceeds, leg.value_added


def _amounts(
    margin: UnderlyingMargin, kind: RequirementKind
) -> Iterator[tuple[int, float, float, float]]:
    """The same, of lines that are not there."""
    holdings, rows = margin.holdings, _Rows(margin.holdings)
    requirements = requirement_rules(kind, margin.rules, cash=margin.is_cash)
    for matched in _familiar(holdings, margin.pairing(kind)):
        used = [*rows.of_stock(matched), *rows.of_options(matched)]
        amount = requirement_of(matched, holdings, requirements)
        required = _required(amount, holdings, requirements, used)
        added = _borne(value_added_by(matched, holdings, requirements), used)
        for u, own, value in zip(used, required, added, strict=True):
            yield u.lot.position, own, u.proceeds, value
