"""Paths of the accounts that are kept: a book is put, its prices come, its figures are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from xlmargin.account import Light
from xlmargin.cells.json_ranges import refuse_unknown
from xlmargin.service.account_states import State, public_name
from xlmargin.service.alerts import BROKER_FIGURES, THRESHOLDS
from xlmargin.service.answers import OF_ALL, OfBody, OfHeaders, OfToken
from xlmargin.service.described import NUMBERS, RANGE, of_book, of_change, of_reading
from xlmargin.service.files import flat_state, states_file
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.problems import Refusal
from xlmargin.service.records import RANGES
from xlmargin.service.refused_accounts import described
from xlmargin.service.restated import with_marks, with_rate, with_records
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stated import Stated
from xlmargin.service.tokens import Rights

CSV: Final = "text/csv"
MOST_SECONDS: Final = 30.0
"""How long a request waits for the figures to contain what it brought."""


_RESTATED: Final[Mapping[str, Callable[[Stated, Any, Mapping[str, float]], Stated]]] = {
    "marks": lambda stated, given, spots: with_marks(stated, given, spots, "marks", "price"),
    "volatilities": lambda stated, given, spots: with_marks(
        stated, given, spots, "volatilities", "volatility"
    ),
    "rate": lambda stated, given, _: with_rate(stated, given),
}
"""What a message of the market may have beside prices, and what it makes of what was stated.

In this order: a mark takes the volatility of before, but not one that comes with it.
"""
_OF_MARKET: Final = {
    "prices": NUMBERS,
    "marks": RANGE,
    "volatilities": RANGE,
    "rate": {"type": "number"},
}


def add_accounts(app: FastAPI, kept: KeptAccounts) -> None:
    """Add the paths."""
    accept = kept.acceptance

    @app.put("/v1/book", dependencies=OF_ALL, **of_book({}))
    async def put_book(given: OfBody, precondition: OfHeaders) -> Response:
        """Keep a book in the place of the one that is kept."""
        refuse_unknown(given, RANGES)
        answer = await run_in_threadpool(accept.put, given, precondition)
        await _in_figures(kept, answer["version"])
        return JSONResponse(answer)

    @app.patch("/v1/market", **of_change(_OF_MARKET, is_closed=True))
    async def patch_market(
        given: OfBody, rights: OfToken, precondition: OfHeaders, wait: bool = False
    ) -> Response:
        """Take prices of underlyings, marks and volatilities of options, or a rate."""
        refuse_unknown(given, ("prices", *_RESTATED))
        prices = given.get("prices")
        if not given.keys() & _RESTATED.keys():
            return await taken(
                kept, rights, lambda: accept.price(prices, given, precondition), wait=wait
            )

        def changed(stated: Stated, spots: Mapping[str, float]) -> Stated:
            for name, restated in _RESTATED.items():
                if name in given:
                    stated = restated(stated, given[name], spots)
            return stated

        return await taken(
            kept, rights, lambda: accept.change(changed, given, precondition, prices), wait=wait
        )

    @app.patch("/v1/positions", dependencies=OF_ALL, **of_change({"positions": RANGE}))
    async def patch_positions(
        given: OfBody, rights: OfToken, precondition: OfHeaders, wait: bool = False
    ) -> Response:
        """Take positions by their ids: fills, and what is new or gone."""
        refuse_unknown(given, ("positions",))

        def changed(stated: Stated, spots: Mapping[str, float]) -> Stated:
            return with_records(stated, given.get("positions"), spots)

        return await taken(
            kept, rights, lambda: accept.change(changed, given, precondition), wait=wait
        )

    def put_beside(name: str) -> None:
        of_range = of_change({name: RANGE})

        @app.put(f"/v1/{name.replace('_', '-')}", dependencies=OF_ALL, **of_range)
        async def put(given: OfBody, rights: OfToken, precondition: OfHeaders) -> Response:
            """Take limits, or a broker's figures, in the place of those that there are."""
            refuse_unknown(given, (name,))

            def changed(stated: Stated, _: Mapping[str, float]) -> Stated:
                return stated.with_range(name, given.get(name))

            return await taken(kept, rights, lambda: accept.change(changed, given, precondition))

    put_beside(THRESHOLDS)
    put_beside(BROKER_FIGURES)

    @app.get("/v1/alerts", **of_reading())
    def alerts(rights: OfToken) -> Response:
        """What is not green, of the accounts that the token may see."""
        current = kept.published.current
        visible = [a for a in current.alerts.values() if rights.sees(a["account"])]
        shown = [alert for alert in visible if alert["light"] != Light.GREEN.word]
        return JSONResponse({"version": current.version, "alerts": shown})

    @app.get("/v1/accounts", **of_reading())
    def accounts(rights: OfToken, flat: bool = False) -> Response:
        """The state of each account that the token may see; flat ones have no object in them."""
        current = kept.published.current
        seen = _seen(current, rights)
        shown = [flat_state(state) for state in seen] if flat else seen
        return JSONResponse({"version": current.version, "accounts": shown})

    @app.get("/v1/buying-power.csv", **of_reading(CSV, {"type": "string"}))
    def accounts_file(rights: OfToken) -> Response:
        """The state of each account that the token may see, as comma-separated text."""
        return Response(states_file(_seen(kept.published.current, rights)), media_type=CSV)


async def taken(
    kept: KeptAccounts, rights: Rights, accept: Callable[[], dict[str, Any]], *, wait: bool = True
) -> Response:
    """202 for what is accepted, or 200 once that is waited for and margined where it can be.

    Then it says which accounts of the token stay at the figures they had, and which have none.
    """
    answer = await run_in_threadpool(accept)
    if not (wait and await _in_figures(kept, answer["version"])):
        return JSONResponse(answer, 202)
    return JSONResponse({**answer, **of_old_figures(kept.published.current, rights)})


def of_old_figures(current: Snapshot, rights: Rights) -> dict[str, Any]:
    """The accounts of a token that are stale, and those that are refused, with what is wrong."""
    every = {"stale": current.kept.stale, "refused": current.stated.refused}
    return {
        name: described({own: found[own] for own in sorted(found) if rights.sees(public_name(own))})
        for name, found in every.items()
    }


def account_of(kept: KeptAccounts, account: str, rights: Rights) -> Snapshot:
    """The figures of now; refused where the account is not there, or not the token's to see."""
    current = kept.published.current
    if account not in current.states or not rights.sees(account):
        raise Refusal(404, "account: not one of those that there are.")
    return current


def margined_account(kept: KeptAccounts, account: str, rights: Rights) -> Snapshot:
    """The same where it has figures; else refused as it is."""
    current = account_of(kept, account, rights)
    if (why := current.stated.refused.get(current.accounts[account])) is not None:
        raise why
    return current


def _seen(current: Snapshot, rights: Rights) -> list[State]:
    """The states of the accounts that a token may see."""
    return [current.state(name) for name in current.states if rights.sees(name)]


async def _in_figures(kept: KeptAccounts, version: int) -> bool:
    """Whether the figures contain a version, as long as that is waited for."""
    future = await run_in_threadpool(kept.published.when, version)
    try:
        await asyncio.wait_for(asyncio.wrap_future(future), MOST_SECONDS)
    except TimeoutError:
        return False
    return True
