"""The strategy-based requirement as a tree: account, class, strategy, leg.

The root recomputes from the leaves, which are what each strategy asks of each row that it uses.
"""

from __future__ import annotations

from typing import Final

from xlmargin.instruments import InstrumentKind
from xlmargin.positions import Positions
from xlmargin.requirement import Requirement, total
from xlmargin.strategy_margin.display_lines import StrategyLeg, StrategyLine
from xlmargin.strategy_margin.legs import Paragraph, Phase
from xlmargin.strategy_margin.pairing import Pairing
from xlmargin.strategy_margin.program import HALF_A_CENT
from xlmargin.strategy_margin.strategy_requirement import ClassMargin, StrategyMargin

REGIME: Final = Paragraph("12 CFR 220.4, 220.12; FINRA 4210(b), (f)", "FINRA 4210(c), (f)")
"""What asks for the whole, of which each strategy cites its own paragraph."""


def explained(margin: StrategyMargin, phase: Phase) -> Requirement:
    """The least requirement of all accounts in a phase as a tree of amounts in dollars."""
    accounts = margin.book.positions.accounts
    label = f"Strategy-based {phase} requirement"
    by_account = tuple(_account(margin, i, phase) for i in range(len(accounts)))
    rule = REGIME.of(phase)
    if len(accounts) == 1:
        return total(label, by_account[0].parts, rule)
    return total(f"{label}, all accounts", by_account, rule)


def _account(margin: StrategyMargin, account: int, phase: Phase) -> Requirement:
    """One account: the sum of its classes and forced groups."""
    parts = tuple(_class(c, phase) for c in margin.classes if c.account == account)
    return total(f"Account {margin.book.positions.accounts[account]}", parts)


def _class(margin: ClassMargin, phase: Phase) -> Requirement:
    """One class: the sum of the strategies of its least pairing."""
    positions = margin.book.positions
    parts = tuple(_strategy(line, positions, phase) for line in margin.lines(phase))
    kind = "Group" if margin.holdings.group >= 0 else "Class"
    return total(f"{kind} {margin.name}{unproven(margin.pairing(phase))}", parts)


def unproven(pairing: Pairing) -> str:
    """What is said of a pairing that the time given did not suffice to prove least; else ""."""
    if pairing.amount - pairing.bound <= HALF_A_CENT:
        return ""
    return f", not proven least in the time given: none is asked less than {pairing.bound:,.2f}"


def _strategy(line: StrategyLine, positions: Positions, phase: Phase) -> Requirement:
    """One strategy: the sum of what its legs are asked."""
    parts = tuple(_leg(leg, positions, phase) for leg in line.legs)
    return total(f"{line.strategy}: {line.how}", parts, line.rule)


def _leg(leg: StrategyLeg, positions: Positions, phase: Phase) -> Requirement:
    """One leg: the part of the strategy's amount that it bears."""
    amount = leg.initial if phase is Phase.INITIAL else leg.maintenance
    return Requirement(leg_label(leg, positions), amount)


def leg_label(leg: StrategyLeg, positions: Positions) -> str:
    """Name of a leg for a reader, with the quantity that is used: "-5 XYZ 18 Dec 2026 500 call"."""
    i = leg.position
    name = f"{leg.quantity:+,.10g} {positions.symbol[i].upper()}"
    if not positions.is_option[i]:
        return name
    return f"{name} {positions.contract(i)} {InstrumentKind(int(positions.kind[i])).word}"
