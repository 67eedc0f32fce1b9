"""How rows of answers are named for a reader."""

from __future__ import annotations

from xlmargin.book import Positions


def position_labels(positions: Positions) -> list[str]:
    """A name for each position, in the order of the user's rows."""
    return [
        with_account(positions, int(account), positions.label(i))
        for i, account in enumerate(positions.account)
    ]


def account_labels(positions: Positions) -> list[str]:
    """A name for the sum of each account's positions."""
    return [f"{name or 'account'}, sum of all positions" for name in positions.accounts]


def with_account(positions: Positions, account: int, label: str) -> str:
    """A name with its account's before it, where there are several accounts."""
    return f"{positions.accounts[account]}: {label}" if len(positions.accounts) > 1 else label
