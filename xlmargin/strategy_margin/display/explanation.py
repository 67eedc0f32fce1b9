"""The strategy-based requirement as a tree: account, class, strategy, leg.

The root recomputes from the leaves, which are what each strategy asks of each row that it uses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlmargin.instruments import InstrumentKind
from xlmargin.positions import Positions
from xlmargin.requirement import Requirement, first_in_detail, total
from xlmargin.strategy_margin.display.lines import StrategyLeg, StrategyLine, class_lines
from xlmargin.strategy_margin.pairing.least_pairing import Pairing
from xlmargin.strategy_margin.requirement import ClassMargin, StrategyMargin
from xlmargin.strategy_margin.rules.legs import Paragraph, Phase
from xlmargin.strategy_margin.solver.program import HALF_A_CENT

REGIME: Final = Paragraph("12 CFR 220.4, 220.12; FINRA 4210(b), (f)", "FINRA 4210(c), (f)")
"""What asks for the whole, of which each strategy cites its own paragraph."""


def explained(margin: StrategyMargin, phase: Phase) -> Requirement:
    """The least requirement of all accounts in a phase as a tree of amounts in dollars.

    Of very many accounts the first are explained in detail.
    """
    label = f"Strategy-based {phase} requirement"
    by_account = explained_by_account(margin, phase)
    if len(by_account) == 1:
        return replace(by_account[0], label=label)
    return total(f"{label}, all accounts", first_in_detail(by_account), REGIME.of(phase))


def explained_by_account(margin: StrategyMargin, phase: Phase) -> tuple[Requirement, ...]:
    """The least requirement of each account: the sum of its classes and forced groups."""
    accounts = margin.book.positions.accounts
    parts: list[list[Requirement]] = [[] for _ in accounts]
    for c in margin.classes:
        parts[c.account].append(_class(c, phase))
    rule = REGIME.of(phase)
    return tuple(
        total(f"Account {name}", tuple(own), rule)
        for name, own in zip(accounts, parts, strict=True)
    )


def _class(margin: ClassMargin, phase: Phase) -> Requirement:
    """One class: the sum of the strategies of its least pairing."""
    positions = margin.book.positions
    parts = tuple(_strategy(line, positions, phase) for line in class_lines(margin, phase))
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
