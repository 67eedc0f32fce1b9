"""The pairing as lines: each strategy with the rows it uses, priced in both phases.

The amounts of the legs add up to their line's, those of the lines to the requirement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Final

from xlmargin.strategy_margin.display.named_spreads import familiar_spreads
from xlmargin.strategy_margin.display.rationale import how
from xlmargin.strategy_margin.display.strategy_names import (
    LONG_STOCK,
    SHORT_STOCK,
    Side,
    Strategy,
    named,
)
from xlmargin.strategy_margin.pairing.class_positions import Holdings, Piece, split
from xlmargin.strategy_margin.pairing.least_pairing import Pairing, charge, charges_of
from xlmargin.strategy_margin.pairing.matches import Paired
from xlmargin.strategy_margin.pairing.model import Use
from xlmargin.strategy_margin.pairing.requirement_rules import Charges
from xlmargin.strategy_margin.requirement import ClassMargin, StrategyMargin
from xlmargin.strategy_margin.rules import cash_account, hedged_stock, spreads, stock
from xlmargin.strategy_margin.rules.legs import Phase

CLOSED = "Closed out"
"""The name of contracts held long and short in one series, of which nothing is asked."""


@dataclass(frozen=True)
class StrategyLeg:
    """What a strategy uses of one position: signed contracts or shares, and their part of it, $."""

    position: int
    quantity: float
    initial: float
    maintenance: float
    proceeds: float


@dataclass(frozen=True)
class StrategyLine:
    """One strategy of a pairing, $; `how` and `rule` are of the phase that the pairing is for."""

    account: int
    class_name: str
    strategy: str
    legs: tuple[StrategyLeg, ...]
    initial: float
    maintenance: float
    proceeds: float
    how: str
    rule: str


def strategy_lines(margin: StrategyMargin, phase: Phase) -> tuple[StrategyLine, ...]:
    """The strategies of the pairings that are asked least in a phase, by account and class."""
    return tuple(line for c in margin.classes for line in class_lines(c, phase))


def class_lines(margin: ClassMargin, phase: Phase) -> Iterator[StrategyLine]:
    """The lines of a class: its least pairing in a phase, in familiar strategies."""
    holdings, cash = margin.holdings, margin.is_cash
    charges = {phase: charges_of(phase, margin.rules, cash=cash) for phase in Phase}
    rows = _Rows(holdings)
    for paired in _familiar(holdings, margin.pairing(phase)):
        yield _line(paired, holdings, phase, charges, rows, cash=cash)
    if holdings.closed:
        legs = tuple(StrategyLeg(p.position, p.quantity, 0.0, 0.0, 0.0) for p in holdings.closed)
        text = "long and short contracts of one series close each other out"
        name, account = holdings.name, holdings.account
        yield StrategyLine(account, name, CLOSED, legs, 0.0, 0.0, 0.0, text, "")


def _familiar(holdings: Holdings, pairing: Pairing) -> Iterator[Paired]:
    """The strategies of a pairing, sets of spreads divided into familiar ones."""
    options = holdings.option_legs(pairing.phase)
    for paired in pairing.strategies:
        if paired.use is Use.SPREAD:
            for members in familiar_spreads(options, paired.options):
                yield replace(paired, options=members)
        else:
            yield paired


def _line(
    paired: Paired,
    holdings: Holdings,
    basis: Phase,
    charges: dict[Phase, Charges],
    rows: _Rows,
    *,
    cash: bool,
) -> StrategyLine:
    strategy = _named(paired, holdings, cash=cash)
    used = [*rows.of_stock(paired), *rows.of_options(paired)]
    asked = {phase: _asked(paired, holdings, charges[phase], used) for phase in Phase}
    legs = tuple(
        StrategyLeg(u.piece.position, u.piece.quantity, initial, maintenance, u.proceeds)
        for u, initial, maintenance in zip(
            used, asked[Phase.INITIAL], asked[Phase.MAINTENANCE], strict=True
        )
    )
    return StrategyLine(
        account=holdings.account,
        class_name=holdings.name,
        strategy=strategy.name,
        legs=legs,
        initial=charge(paired, holdings, charges[Phase.INITIAL]),
        maintenance=charge(paired, holdings, charges[Phase.MAINTENANCE]),
        proceeds=fsum(leg.proceeds for leg in legs),
        how=how(paired, holdings, charges[basis]),
        rule=strategy.rule.of(basis),
    )


def _asked(
    paired: Paired, holdings: Holdings, charges: Charges, used: Sequence[_Used]
) -> list[float]:
    """What each row is asked in a phase, $.

    A long option what is paid for it in a hedge or spread; the stock, or else the first short
    option, all the rest.
    """
    options = holdings.option_legs(charges.phase)
    asked = [
        u.piece.quantity * charges.paid(options[u.option])
        if u.option != _STOCK and u.piece.quantity > 0
        else 0.0
        for u in used
    ]
    rest = charge(paired, holdings, charges) - fsum(asked)
    bearer = next((u.option for u in used if u.option == _STOCK or u.piece.quantity < 0), None)
    bearing = [i for i, u in enumerate(used) if bearer is None or u.option == bearer]
    whole = fsum(abs(used[i].piece.quantity) for i in bearing)
    for i in bearing:
        asked[i] += rest * abs(used[i].piece.quantity) / whole
    return asked


_STOCK = -1
"""What stands for the option where a row is stock's."""


@dataclass(frozen=True)
class _Used:
    """A part of a position in a strategy: its option holding, or stock; its proceeds, $."""

    option: int
    piece: Piece
    proceeds: float


class _Rows:
    """The rows of the holdings, used up in their order as strategies take from them."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._options = [list(option.pieces) for option in holdings.options]
        self._stocks = [list(held.pieces) for held in holdings.stocks]

    def of_options(self, paired: Paired) -> Iterator[_Used]:
        """The rows of a strategy's options."""
        legs = self._holdings.option_legs(Phase.INITIAL)
        for i, contracts in paired.options:
            taken, self._options[i] = split(self._options[i], abs(contracts))
            price = legs[i].multiplier * legs[i].value
            for piece in taken:
                yield _Used(i, piece, max(0.0, -piece.quantity) * price)

    def of_stock(self, paired: Paired) -> Iterator[_Used]:
        """The rows of a strategy's stock."""
        if paired.stock < 0:
            return
        held = self._holdings.stocks[paired.stock]
        if paired.use is Use.AGAINST_THE_BOX:
            taken, price = list(held.boxed), held.boxed_short_cost
        else:
            taken, left = split(self._stocks[paired.stock], abs(paired.shares))
            self._stocks[paired.stock], price = left, held.cost
        for piece in taken:
            yield _Used(_STOCK, piece, max(0.0, -piece.quantity) * price)


def _named(paired: Paired, holdings: Holdings, *, cash: bool) -> Strategy:
    """The strategy's name, and the paragraphs of the account's type."""
    legs = [holdings.options[i].leg for i, _ in paired.options]
    sides: tuple[Side, ...] = ()
    if paired.use is Use.AGAINST_THE_BOX:
        sides = (LONG_STOCK, SHORT_STOCK)
    elif paired.stock >= 0:
        sides = (LONG_STOCK if paired.shares > 0 else SHORT_STOCK,)
    found = named(legs, [n for _, n in paired.options], sides)
    if found.rule is stock.LONG_STOCK and not _is_margin_stock(paired, holdings):
        found = found._replace(rule=stock.NOT_MARGIN_STOCK)
    if paired.use is Use.FUND:
        found = found._replace(
            name="Index call covered by a fund", rule=hedged_stock.INDEX_CALL_COVERED_BY_FUND
        )
    if paired.use is Use.BOX:
        found = found._replace(name="Long European box", rule=spreads.LONG_EUROPEAN_BOX)
    return found._replace(rule=_CASH_RULES.get(paired.use, _PAID)) if cash else found


def _is_margin_stock(paired: Paired, holdings: Holdings) -> bool:
    return holdings.stocks[paired.stock].leg.underlying.marginable


_PAID: Final = cash_account.PAID_IN_FULL
_CASH_RULES: Final = {
    Use.UNCOVERED: cash_account.SECURED_PUT,
    Use.COVERED: cash_account.COVERED_CALL,
    Use.SPREAD: cash_account.CASH_SPREAD,
}
"""Paragraphs of a cash account, by use; everything else is paid in full."""
