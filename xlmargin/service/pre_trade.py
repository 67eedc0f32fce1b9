"""Paths of one account that is kept: all its figures, what orders would change, how many fit.

Nothing is changed by them, and no state waits for them: all answers of a request are of one version
of the figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from xlmargin.cells.problems import refusal
from xlmargin.cells.records import rows_of_records
from xlmargin.errors import MarginError
from xlmargin.excel.order_effects import order_capacity
from xlmargin.excel.ranges import state_of
from xlmargin.reports.account_table import account_figures
from xlmargin.reports.what_if_tables import capacity_table
from xlmargin.service.accounts import account_of, rights_of
from xlmargin.service.answers import Given, found, found_of, response
from xlmargin.service.described import of_orders, of_reading
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.sent import refuse_unknown
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stateless import Work
from xlmargin.service.what_if_answer import ORDERS, order_check

ALTERNATIVES: Final = "alternatives"
MOST_ALTERNATIVES: Final = 50
VALID: Final = 1.0
"""How long what orders change is as good as told, s: until the next prices."""


def add_pre_trade(app: FastAPI, kept: KeptAccounts, computed: Callable[[Work], Work]) -> None:
    """Add the paths; what they compute is done as `computed` does it: alone, and in time."""

    async def what_if(account: str, request: Request) -> Response:
        """What orders change of an account, and whether they may be done."""

        def answer(given: Given) -> Any:
            refuse_unknown(given, (ORDERS, ALTERNATIVES))
            current, own = account_of(kept, account, rights_of(request))
            if ALTERNATIVES not in given:
                return _checked(current, own, given.get(ORDERS))
            if ORDERS in given:
                raise MarginError("alternatives: wanted these, or orders.")
            every = _alternatives(given[ALTERNATIVES])
            return {
                "account": own,
                "version": current.version,
                ALTERNATIVES: [
                    {"name": name, **_or_refused(current, own, orders)} for name, orders in every
                ],
            }

        return response(await found_of(request, computed(answer)))

    async def max_quantity(account: str, request: Request) -> Response:
        """How many of each order fit in an account, each order by itself."""

        def answer(given: Given) -> Any:
            refuse_unknown(given, (ORDERS, "leave", "least_cushion"))
            current, own = account_of(kept, account, rights_of(request))
            orders = _orders(given.get(ORDERS), current.accounts[own])
            ranges = replace(current.ranges(own), extra={ORDERS: orders})
            table = capacity_table(order_capacity(ranges, _left(given)))
            names = [str(heading).replace(" ", "_") for heading in table.headings]
            rows = [dict(zip(names, row, strict=True)) for row in table.rows]
            return {"account": own, "version": current.version, ORDERS: rows}

        return response(await found_of(request, computed(answer)))

    async def figures(account: str, request: Request) -> Response:
        """Every figure of MARGIN_ACCOUNT of an account, at the prices and marks of now."""

        def answer(_: Given) -> Any:
            current, own = account_of(kept, account, rights_of(request))
            ranges = current.ranges(own)
            state = state_of(ranges.book())
            index = state.values.accounts.index(current.accounts[own])
            rows = [
                {"figure": f.name, "unit": f.unit, "value": f.by_account[index], "rule": f.rule}
                for f in account_figures(state)
            ]
            stale = current.states[own]["stale"]
            return {"account": own, "version": current.version, "stale": stale, "figures": rows}

        return response(await found(lambda: computed(answer)({})))

    paths = "/v1/accounts/{account}"
    app.add_api_route(paths, figures, methods=["GET"], **of_reading())
    app.add_api_route(f"{paths}/whatif", what_if, methods=["POST"], **of_orders(ALTERNATIVES))
    least = ("leave", "least_cushion")
    app.add_api_route(f"{paths}/max-quantity", max_quantity, methods=["POST"], **of_orders(*least))


def _checked(current: Snapshot, account: str, orders: Any) -> dict[str, Any]:
    """The answer to orders: figures, verdict, reasons, and until when it stands."""
    state, own = current.states[account], current.accounts[account]
    ranges = replace(current.ranges(account), extra={"trades": _orders(orders, own)})
    answer = order_check(current.kept.live, own, ranges)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=VALID)
    answer |= {
        "account": account,
        "version": current.version,
        "stale": state["stale"],
        "bound": {"strategy": state["strategy"]["bound"]},
        "valid_until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if state["stale"]:
        reason = {"regime": answer["regime"], "code": "stale", "problem": state["problem"]}
        answer["verdict"], answer["reasons"] = "unknown", [*answer["reasons"], reason]
    return answer


def _or_refused(current: Snapshot, account: str, orders: Any) -> dict[str, Any]:
    """The answer to one alternative, or why it is none: the others stand."""
    try:
        return _checked(current, account, orders)
    except MarginError as error:
        return {"verdict": "unknown", "problem": refusal(error)}


def _alternatives(given: Any) -> list[tuple[str, Any]]:
    wanted = f"alternatives: wanted at most {MOST_ALTERNATIVES} objects with name and orders."
    if not isinstance(given, list) or not 0 < len(given) <= MOST_ALTERNATIVES:
        raise MarginError(wanted)
    if not all(isinstance(each, dict) and {*each} == {"name", ORDERS} for each in given):
        raise MarginError(wanted)
    return [(str(each["name"]), each[ORDERS]) for each in given]


def _orders(given: Any, account: str) -> list[list[Any]]:
    """Orders as rows, all of one account; their ids are their sender's."""
    rows = rows_of_records(ORDERS, given)
    if not isinstance(rows, list) or len(rows) < 2 or not all(isinstance(r, list) for r in rows):
        raise MarginError("orders: wanted a list of records, or of rows with headings first.")
    headings = [str(cell) for cell in rows[0]]
    kept = [i for i, heading in enumerate(headings) if heading != "id"]
    named = [[row[i] if i < len(row) else None for i in kept] for row in rows]
    if "account" in headings:
        column = kept.index(headings.index("account"))
        for row in named[1:]:
            if row[column] not in (None, account):
                raise MarginError(f"orders, account: wanted {account or 'none'}, as in the path.")
            row[column] = account or None
        return named
    return [[*named[0], "account"], *([*row, account or None] for row in named[1:])]


def _left(given: Given) -> float | None:
    """The excess that is to stay: dollars, or below 1 the share of the account's value."""
    dollars, share = given.get("leave", 0), given.get("least_cushion", 0)
    for name, amount in (("leave", dollars), ("least_cushion", share)):
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
            raise MarginError(f"{name}: wanted a number of 0 or more.")
    if (dollars and share) or share >= 1 or 0 < dollars < 1:
        raise MarginError("leave, least_cushion: wanted dollars, or a share below 1; one of them.")
    return float(dollars or share)
