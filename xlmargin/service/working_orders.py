"""Orders of an account that work in a market: put on record, and counted as if they were filled.

A check that counts them asks two questions, whether new orders fit beside what is held, and whether
they still fit once every working order is filled whole at its price; the worse answer counts. That
some are filled and others not is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from xlmargin.errors import MarginError
from xlmargin.excel.ranges import Ranges
from xlmargin.service.records import records_of
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stated import Stated
from xlmargin.service.what_if_answer import ORDERS, account_rows, read_beside
from xlmargin.what_if import Trades

MOST_WORKING: Final = 1000
"""Working orders of one account."""
WORKING: Final = "working"
COUNT, IGNORE = "count", "ignore"
"""How a check takes working orders: as filled too, or as if there were none."""


def working_of(stated: Stated, account: str) -> Sequence[Mapping[str, Any]]:
    """The working orders of an account as they were put."""
    return stated.working.get(account) or ()


def with_working(stated: Stated, account: str, orders: Any, current: Snapshot) -> Stated:
    """With other working orders of an account; refused where they are not read beside it."""
    records = [] if orders in (None, []) else records_of(ORDERS, orders)
    if len(records) > MOST_WORKING:
        raise MarginError(f"orders: found {len(records)}, wanted at most {MOST_WORKING}.")
    if records:
        own = current.accounts[account]
        read_beside(current.ranges(account), account_rows(records, own))
    return stated.with_working(account, records or None)


def working_trades(current: Snapshot, account: str, given: Any) -> Trades | None:
    """The working orders of an account as trades; None where there are none, or none count."""
    if given not in (COUNT, IGNORE):
        raise MarginError(f"working: wanted {COUNT} or {IGNORE}.")
    records = working_of(current.stated, account)
    if given == IGNORE or not records:
        return None
    own = current.accounts[account]
    return read_beside(current.ranges(account), account_rows(records, own), "working orders")


def ranges_once_filled(current: Snapshot, account: str, working: Trades) -> Ranges:
    """The positions of an account as they are, with the cash that its working orders will bring.

    Cash that is stated nowhere stays unknown.
    """
    live, own = current.kept.live, current.accounts[account]
    flow = float(working.cash.sum() - working.fee.sum())
    known = not np.isnan(live.cash[live.accounts.index(own)])
    return current.stated.now(live, own, flow if known else 0.0)
