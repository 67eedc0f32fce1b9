"""Paths of one account that is kept: all its figures, what orders would change, how many fit.

No figure is changed by them, and no state waits for them: all answers of a request are of one
version of the figures. Orders that are put on record are counted where other orders are looked at.
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
from xlmargin.cells.table import refuse_unknown
from xlmargin.errors import MarginError
from xlmargin.excel.ranges import state_of
from xlmargin.reports.account_table import account_figures
from xlmargin.service.accounts import (
    account_of,
    margined_account,
    precondition_of,
    rights_of,
    taken,
)
from xlmargin.service.answers import Given, found, found_of, response
from xlmargin.service.described import of_change, of_orders, of_reading, range_of
from xlmargin.service.events_described import STATE_SCHEMA
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.order_fits import fitting, symbol_fits
from xlmargin.service.reconciled import reconciliation_answer
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stateless import Work
from xlmargin.service.states_file import flat_state
from xlmargin.service.what_if_answer import ORDERS, account_rows, order_check, working_check
from xlmargin.service.working_orders import (
    COUNT,
    IGNORE,
    WORKING,
    with_working,
    working_of,
    working_trades,
)
from xlmargin.what_if import Trades

ALTERNATIVES: Final = "alternatives"
MOST_ALTERNATIVES: Final = 50
VALID: Final = 1.0
"""How long what orders change is as good as told, s: until the next prices."""


def add_pre_trade(app: FastAPI, kept: KeptAccounts, computed: Callable[[Work], Work]) -> None:
    """Add the paths; what they compute is done as `computed` does it: alone, and in time."""

    async def what_if(account: str, request: Request) -> Response:
        """What orders change of an account, and whether they may be done."""

        def answer(given: Given) -> Any:
            refuse_unknown(given, (ORDERS, ALTERNATIVES, WORKING))
            current, own = margined_account(kept, account, rights_of(request))
            working = working_trades(current, own, given.get(WORKING, COUNT))
            if ALTERNATIVES not in given:
                return _checked(current, own, given.get(ORDERS), working, kept.late)
            if ORDERS in given:
                raise MarginError("alternatives: wanted these, or orders.")
            every = _alternatives(given[ALTERNATIVES])
            return {
                "account": own,
                "version": current.version,
                ALTERNATIVES: [
                    {"name": name, **_or_refused(current, own, orders, working, kept.late)}
                    for name, orders in every
                ],
            }

        return response(await found_of(request, computed(answer)))

    async def max_quantity(account: str, request: Request) -> Response:
        """How many of each order fit in an account, each order by itself."""

        def answer(given: Given) -> Any:
            refuse_unknown(given, (ORDERS, "leave", "least_cushion", WORKING))
            current, own = margined_account(kept, account, rights_of(request))
            working = working_trades(current, own, given.get(WORKING, COUNT))
            orders = account_rows(given.get(ORDERS), current.accounts[own])
            rows = fitting(current, own, orders, _left(given), working)
            stale = current.states[own]["stale"]
            return {"account": own, "version": current.version, "stale": stale, ORDERS: rows}

        return response(await found_of(request, computed(answer)))

    async def figures(account: str, request: Request) -> Response:
        """Every figure of MARGIN_ACCOUNT of an account, at the prices and marks of now."""

        def answer(_: Given) -> Any:
            current, own = margined_account(kept, account, rights_of(request))
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

    async def buying_power(
        account: str,
        request: Request,
        symbol: str = "",
        price: float | None = None,
        working: str = IGNORE,
        flat: bool = False,
    ) -> Response:
        """What an account is worth, requires and may still do; of one symbol how much of it."""

        def answer(_: Given) -> Any:
            of = margined_account if symbol or working != IGNORE else account_of
            current, own = of(kept, account, rights_of(request))
            done = working_trades(current, own, working)
            state = current.state(own)
            if done is not None:
                state[WORKING] = _once_filled(current, own, done)
            if symbol:
                state["fits"] = symbol_fits(current, own, symbol, price, done)
            return flat_state(state) if flat else state

        work = computed(answer) if symbol or working != IGNORE else answer
        return response(await found(lambda: work({})))

    async def reconciled(request: Request, account: str = "") -> Response:
        """The broker's figures beside ours, of an account or of all, with their likely reasons."""

        def answer(_: Given) -> Any:
            rights = rights_of(request)
            if account:
                current = margined_account(kept, account, rights)[0]
            else:
                current = kept.published.current
            return reconciliation_answer(current, account, rights)

        return response(await found(lambda: computed(answer)({})))

    async def put_orders(account: str, request: Request) -> Response:
        """Put the working orders of an account in the place of those on record."""

        def take(given: Given) -> Any:
            refuse_unknown(given, (ORDERS,))
            current, own = account_of(kept, account, rights_of(request))
            orders = given.get(ORDERS)
            change = lambda stated, _: with_working(stated, own, orders, current)  # noqa: E731
            return kept.acceptance.change(change, [own, given], precondition_of(request))

        return await taken(kept, request, await found_of(request, take), wait=True)

    async def get_orders(account: str, request: Request) -> Response:
        """The working orders of an account that are on record."""

        def orders() -> Any:
            current, own = account_of(kept, account, rights_of(request))
            working = [*working_of(current.stated, own)]
            return {"account": own, "version": current.version, ORDERS: working}

        return response(await found(orders))

    paths = "/v1/accounts/{account}"
    app.add_api_route("/v1/reconciliation", reconciled, methods=["GET"], **of_reading())
    app.add_api_route(f"{paths}/reconciliation", reconciled, methods=["GET"], **of_reading())
    app.add_api_route(paths, figures, methods=["GET"], **of_reading())
    of_state = of_reading(schema={"anyOf": [STATE_SCHEMA, {"type": "object"}]})
    app.add_api_route(f"{paths}/buying-power", buying_power, methods=["GET"], **of_state)
    rows = {"type": "object", "properties": {ORDERS: range_of()}}
    app.add_api_route(f"{paths}/orders", put_orders, methods=["PUT"], **of_change(rows))
    app.add_api_route(f"{paths}/orders", get_orders, methods=["GET"], **of_reading())
    others = (ALTERNATIVES, WORKING)
    app.add_api_route(f"{paths}/whatif", what_if, methods=["POST"], **of_orders(*others))
    least = ("leave", "least_cushion", WORKING)
    app.add_api_route(f"{paths}/max-quantity", max_quantity, methods=["POST"], **of_orders(*least))


def _checked(
    current: Snapshot, account: str, orders: Any, working: Trades | None, late: str
) -> dict[str, Any]:
    """The answer to orders: figures, verdict, reasons, and until when it stands.

    There is no verdict on figures that are stale, or `late`: that says why, "" where they are not.
    """
    state, own = current.states[account], current.accounts[account]
    ranges = replace(current.ranges(account), extra={"trades": account_rows(orders, own)})
    answer = order_check(current.kept.live, own, ranges, working)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=VALID)
    answer |= {
        "account": account,
        "version": current.version,
        "stale": state["stale"],
        WORKING: 0 if working is None else len(working.fee),
        "valid_until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if problem := state["problem"] if state["stale"] else late:
        reason = {"regime": answer["regime"], "code": "stale", "problem": problem}
        answer["verdict"], answer["reasons"] = "unknown", [*answer["reasons"], reason]
    return answer


def _once_filled(current: Snapshot, account: str, working: Trades) -> dict[str, Any]:
    """How many working orders there are, and what they change once they are filled."""
    ranges, own = current.ranges(account), current.accounts[account]
    answer = working_check(current.kept.live, own, ranges, working)
    names = ("verdict", "buying_power_effect", "figures", "bound", "checks", "reasons")
    return {ORDERS: len(working.fee), **{name: answer[name] for name in names}}


def _or_refused(
    current: Snapshot, account: str, orders: Any, working: Trades | None, late: str
) -> dict[str, Any]:
    """The answer to one alternative, or why it is none: the others stand."""
    try:
        return _checked(current, account, orders, working, late)
    except MarginError as error:
        return {"verdict": "unknown", "problem": refusal(error)}


def _alternatives(given: Any) -> list[tuple[str, Any]]:
    wanted = f"alternatives: wanted at most {MOST_ALTERNATIVES} objects with name and orders."
    if not isinstance(given, list) or not 0 < len(given) <= MOST_ALTERNATIVES:
        raise MarginError(wanted)
    if not all(isinstance(each, dict) and {*each} == {"name", ORDERS} for each in given):
        raise MarginError(wanted)
    return [(str(each["name"]), each[ORDERS]) for each in given]


def _left(given: Given) -> float | None:
    """The excess that is to stay: dollars, or below 1 the share of the account's value."""
    dollars, share = given.get("leave", 0), given.get("least_cushion", 0)
    for name, amount in (("leave", dollars), ("least_cushion", share)):
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
            raise MarginError(f"{name}: wanted a number of 0 or more.")
    if (dollars and share) or share >= 1 or 0 < dollars < 1:
        raise MarginError("leave, least_cushion: wanted dollars, or a share below 1; one of them.")
    return float(dollars or share)
