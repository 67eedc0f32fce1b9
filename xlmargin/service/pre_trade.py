"""Paths of one account that is kept: all its figures, what orders would change, how many fit.

No figure is changed by them, and no state waits for them: all answers of a request are of one
version of the figures. Orders that are put on record are counted where other orders are looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from xlmargin.cells.json_ranges import refuse_unknown
from xlmargin.cells.problems import refusal
from xlmargin.errors import MarginError
from xlmargin.excel.ranges import state_of
from xlmargin.reports.account_table import account_figures
from xlmargin.service.accounts import account_of, margined_account, taken
from xlmargin.service.answers import OfBody, OfHeaders, OfToken
from xlmargin.service.described import RANGE, STATE_SCHEMA, of_change, of_orders, of_reading
from xlmargin.service.files import flat_state
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.order_fits import fitting, symbol_fits
from xlmargin.service.reconciled import reconciliation_answer
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stated import Stated
from xlmargin.service.stateless import Alone
from xlmargin.service.what_if_answer import ORDERS, account_rows, order_check, read_beside
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


def add_pre_trade(app: FastAPI, kept: KeptAccounts, alone: Alone) -> None:
    """Add the paths; what they compute is done `alone`, and in time."""

    @app.post("/v1/accounts/{account}/whatif", **of_orders(ALTERNATIVES, WORKING))
    def what_if(account: str, given: OfBody, rights: OfToken) -> Response:
        """What orders change of an account, and whether they may be done."""
        refuse_unknown(given, (ORDERS, ALTERNATIVES, WORKING))
        with alone():
            late = kept.late  # before the figures are taken: newer ones would be shown meanwhile
            current = margined_account(kept, account, rights)
            working = working_trades(current, account, given.get(WORKING, COUNT))
            if ALTERNATIVES not in given:
                orders = given.get(ORDERS)
                return JSONResponse(_checked(current, account, orders, working, late))
            if ORDERS in given:
                raise MarginError("alternatives: wanted these, or orders.")
            every = [
                {"name": name, **_or_refused(current, account, orders, working, late)}
                for name, orders in _alternatives(given[ALTERNATIVES])
            ]
        return JSONResponse({"account": account, "version": current.version, ALTERNATIVES: every})

    @app.post("/v1/accounts/{account}/max-quantity", **of_orders("leave", "least_cushion", WORKING))
    def max_quantity(account: str, given: OfBody, rights: OfToken) -> Response:
        """How many of each order fit in an account, each order by itself."""
        refuse_unknown(given, (ORDERS, "leave", "least_cushion", WORKING))
        with alone():
            current = margined_account(kept, account, rights)
            working = working_trades(current, account, given.get(WORKING, COUNT))
            orders = account_rows(given.get(ORDERS), current.accounts[account])
            rows = fitting(current, account, orders, _left(given), working)
        return JSONResponse({**_of_now(current, account), ORDERS: rows})

    @app.get("/v1/accounts/{account}", **of_reading())
    def figures(account: str, rights: OfToken) -> Response:
        """Every figure of MARGIN_ACCOUNT of an account, at the prices and marks of now."""
        with alone():
            current = margined_account(kept, account, rights)
            state = state_of(current.ranges(account).book())
            index = state.values.accounts.index(current.accounts[account])
            rows = [
                {"figure": f.name, "unit": f.unit, "value": f.by_account[index], "rule": f.rule}
                for f in account_figures(state)
            ]
        return JSONResponse({**_of_now(current, account), "figures": rows})

    @app.get(
        "/v1/accounts/{account}/buying-power",
        **of_reading(schema={"anyOf": [STATE_SCHEMA, {"type": "object"}]}),
    )
    def buying_power(
        account: str,
        rights: OfToken,
        symbol: str = "",
        price: float | None = None,
        working: str = IGNORE,
        flat: bool = False,
    ) -> Response:
        """What an account is worth, requires and may still do; of one symbol how much of it."""
        current = account_of(kept, account, rights)
        state = current.state(account)
        if symbol or working != IGNORE:
            with alone():
                current = margined_account(kept, account, rights)
                state = current.state(account)
                done = working_trades(current, account, working)
                if done is not None:
                    state[WORKING] = _once_filled(current, account, done)
                if symbol:
                    state["fits"] = symbol_fits(current, account, symbol, price, done)
        return JSONResponse(flat_state(state) if flat else state)

    @app.get("/v1/reconciliation", **of_reading())
    @app.get("/v1/accounts/{account}/reconciliation", **of_reading())
    def reconciled(rights: OfToken, account: str = "") -> Response:
        """The broker's figures beside ours, of an account or of all, with their likely reasons."""
        with alone():
            current = margined_account(kept, account, rights) if account else kept.published.current
            return JSONResponse(reconciliation_answer(current, account, rights))

    @app.put("/v1/accounts/{account}/orders", **of_change({ORDERS: RANGE}))
    async def put_orders(
        account: str, given: OfBody, rights: OfToken, precondition: OfHeaders
    ) -> Response:
        """Put the working orders of an account in the place of those on record."""
        refuse_unknown(given, (ORDERS,))
        current = account_of(kept, account, rights)

        def changed(stated: Stated, _: Mapping[str, float]) -> Stated:
            return with_working(stated, account, given.get(ORDERS), current)

        key = [account, given]
        return await taken(kept, rights, lambda: kept.acceptance.change(changed, key, precondition))

    @app.get("/v1/accounts/{account}/orders", **of_reading())
    def get_orders(account: str, rights: OfToken) -> Response:
        """The working orders of an account that are on record."""
        current = account_of(kept, account, rights)
        working = [*working_of(current.stated, account)]
        return JSONResponse({"account": account, "version": current.version, ORDERS: working})


def _of_now(current: Snapshot, account: str) -> dict[str, Any]:
    """What an answer says of the figures that it is worked out from."""
    stale = current.states[account]["stale"]
    return {"account": account, "version": current.version, "stale": stale}


def _checked(
    current: Snapshot, account: str, orders: Any, working: Trades | None, late: str
) -> dict[str, Any]:
    """The answer to orders: figures, verdict, reasons, and until when it stands.

    There is no verdict on figures that are stale, or `late`: that says why, "" where they are not.
    """
    state, own = current.states[account], current.accounts[account]
    ranges = current.ranges(account)
    trades = read_beside(ranges, account_rows(orders, own))
    answer = order_check(current.kept.live, own, ranges.book(), trades, working)
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
    held, own = current.ranges(account).book(), current.accounts[account]
    answer = order_check(current.kept.live, own, held, working)
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


def _left(given: Mapping[str, Any]) -> float | None:
    """The excess that is to stay: dollars, or below 1 the share of the account's value."""
    dollars, share = given.get("leave", 0), given.get("least_cushion", 0)
    for name, amount in (("leave", dollars), ("least_cushion", share)):
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
            raise MarginError(f"{name}: wanted a number of 0 or more.")
    if (dollars and share) or share >= 1 or 0 < dollars < 1:
        raise MarginError("leave, least_cushion: wanted dollars, or a share below 1; one of them.")
    return float(dollars or share)
