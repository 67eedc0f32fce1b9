"""The strategy-based requirement as a tree: account, class, strategy, leg.

The root recomputes from the leaves, which are what each strategy asks of each row that it uses.
"""

from __future__ import annotations

from typing import Final

from xlmargin.book import Positions
from xlmargin.requirement import Requirement, of_accounts, total
from xlmargin.rulebook.parameters import joined
from xlmargin.strategy_margin.display.lines import StrategyLeg, StrategyLine, class_lines
from xlmargin.strategy_margin.pairing.least_pairing import PairingResult
from xlmargin.strategy_margin.requirement import StrategyMargin, UnderlyingMargin
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind

REGIME: Final = Paragraph("12 CFR 220.4, 220.12; FINRA 4210(b), (f)", "FINRA 4210(c), (f)")
"""What asks for the whole, of which each strategy cites its own paragraph."""


def explained(margin: StrategyMargin, kind: RequirementKind) -> Requirement:
    """The least requirement of all accounts of a kind as a tree of amounts in dollars.

    Of very many accounts the first are explained in detail.
    """
    at_cost = ", at cost where stated" if kind is RequirementKind.INITIAL else ""
    label = f"Strategy-based {kind} requirement{at_cost}"
    return of_accounts(label, explained_by_account(margin, kind), REGIME.of(kind))


def explained_by_account(margin: StrategyMargin, kind: RequirementKind) -> tuple[Requirement, ...]:
    """The least requirement of each account: the sum of its classes and forced groups.

    Beside the rule stands which of its numbers the account's house or a setting raised.
    """
    accounts = margin.book.positions.accounts
    parts: list[list[Requirement]] = [[] for _ in accounts]
    for c in margin.paired(kind):
        parts[c.account].append(_class(c, kind))
    rule = REGIME.of(kind)
    return tuple(
        total(
            margin.rules.heading(account, name),
            tuple(own),
            joined((rule, *margin.rules.of(account).changes), "; "),
        )
        for account, (name, own) in enumerate(zip(accounts, parts, strict=True))
    )


def _class(margin: UnderlyingMargin, kind: RequirementKind) -> Requirement:
    """One class: the sum of the strategies of its least pairing."""
    positions = margin.book.positions
    parts = tuple(_strategy(line, positions, kind) for line in class_lines(margin, kind))
    word = "Group" if margin.holdings.group >= 0 else "Class"
    return total(f"{word} {margin.name}{optimality_gap_note(margin.pairing(kind))}", parts)


def optimality_gap_note(pairing: PairingResult) -> str:
    """What is said of a pairing that is not proven least; else ""."""
    if pairing.is_proven:
        return ""
    return f", may not be the minimum: lower bound {pairing.lower_bound:,.2f}"


def _strategy(line: StrategyLine, positions: Positions, kind: RequirementKind) -> Requirement:
    """One strategy: the sum of the parts of its amount that its legs bear."""
    borne = (Requirement(leg_label(leg, positions), getattr(leg, kind.value)) for leg in line.legs)
    return total(f"{line.strategy}: {line.rationale}", tuple(borne), line.rule)


def leg_quantity(leg: StrategyLeg, positions: Positions) -> float:
    """The quantity that is used, as it is held: contracts, shares, or principal; signed."""
    i = leg.position
    return leg.quantity if positions.is_option[i] else leg.quantity / float(positions.multiplier[i])


def leg_label(leg: StrategyLeg, positions: Positions) -> str:
    """Name of a leg for a reader, with the quantity that is used: "-5 XYZ 18 Dec 2026 500 call"."""
    name = positions.contracts.name(leg.position)
    return f"{leg_quantity(leg, positions):+,.10g} {name}"
