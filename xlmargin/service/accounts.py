"""Paths of the accounts that are kept: a book is put, its prices come, its figures are read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from xlmargin.account import Light
from xlmargin.cells.table import refuse_unknown
from xlmargin.errors import MarginError
from xlmargin.service.acceptance import Precondition
from xlmargin.service.account_states import State, public_name
from xlmargin.service.alerts import BROKER_FIGURES, THRESHOLDS
from xlmargin.service.answers import Given, found, found_of, response
from xlmargin.service.described import NUMBERS, of_book, of_change, of_reading, range_of
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.problems import Refusal
from xlmargin.service.refused_accounts import described
from xlmargin.service.restated import with_marks, with_rate, with_records
from xlmargin.service.sent import RANGES
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.stated import Stated
from xlmargin.service.states_file import flat_state, states_file
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


class LimitedToken(Refusal):
    """A token of some accounts asks for what concerns all of them."""

    status = 403


class NoAccount(Refusal):
    """An account that is not there, or that the token may not see."""

    status = 404


def add_accounts(app: FastAPI, kept: KeptAccounts) -> None:
    """Add the paths."""

    async def put_book(request: Request) -> Response:
        """Keep a book in the place of the one that is kept."""

        def put(given: Given) -> Any:
            _refuse_limited(request)
            refuse_unknown(given, RANGES)
            return kept.acceptance.put(given, precondition_of(request))

        answer = await found_of(request, put)
        if isinstance(answer, dict):
            await _in_figures(kept, answer["version"])
        return response(answer)

    async def patch_market(request: Request, wait: bool = False) -> Response:
        """Take prices of underlyings, marks and volatilities of options, or a rate."""

        def take(given: Given) -> Any:
            refuse_unknown(given, ("prices", *_RESTATED))
            precondition = precondition_of(request)
            if not given.keys() & _RESTATED.keys():
                return kept.acceptance.price(given.get("prices"), given, precondition)

            def changed(stated: Stated, spots: Mapping[str, float]) -> Stated:
                for name, restated in _RESTATED.items():
                    if name in given:
                        stated = restated(stated, given[name], spots)
                return stated

            return kept.acceptance.change(changed, given, precondition, given.get("prices"))

        return await taken(kept, request, await found_of(request, take), wait=wait)

    async def patch_positions(request: Request, wait: bool = False) -> Response:
        """Take positions by their ids: fills, and what is new or gone."""

        def take(given: Given) -> Any:
            _refuse_limited(request)
            refuse_unknown(given, ("positions",))
            records = given.get("positions")
            change = lambda stated, spots: with_records(stated, records, spots)  # noqa: E731
            return kept.acceptance.change(change, given, precondition_of(request))

        return await taken(kept, request, await found_of(request, take), wait=wait)

    def put_beside(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def put(request: Request) -> Response:
            """Take limits, or a broker's figures, in the place of those that there are."""

            def take(given: Given) -> Any:
                _refuse_limited(request)
                refuse_unknown(given, (name,))
                change = lambda stated, _: stated.with_range(name, given.get(name))  # noqa: E731
                return kept.acceptance.change(change, given, precondition_of(request))

            return await taken(kept, request, await found_of(request, take), wait=True)

        return put

    async def alerts(request: Request) -> Response:
        """What is not green, of the accounts that the token may see."""

        def lights() -> Any:
            current, rights = kept.published.current, rights_of(request)
            visible = [a for a in current.alerts.values() if rights.sees(a["account"])]
            shown = [alert for alert in visible if alert["light"] != Light.GREEN.word]
            return {"version": current.version, "alerts": shown}

        return response(await found(lights))

    async def accounts(request: Request, flat: bool = False) -> Response:
        """The state of each account that the token may see; flat ones have no object in them."""

        def states() -> Any:
            current = kept.published.current
            seen = _seen(current, rights_of(request))
            shown = [flat_state(state) for state in seen] if flat else seen
            return {"version": current.version, "accounts": shown}

        return response(await found(states))

    async def accounts_file(request: Request) -> Response:
        """The state of each account that the token may see, as comma-separated text."""
        work = lambda: states_file(_seen(kept.published.current, rights_of(request)))  # noqa: E731
        answer = await found(work)
        return answer if isinstance(answer, Response) else Response(answer, media_type=CSV)

    properties = {"prices": NUMBERS, "marks": range_of(), "volatilities": range_of()}
    properties |= {"rate": {"type": "number"}}
    prices = {"type": "object", "properties": properties, "additionalProperties": False}
    rows = {"type": "object", "properties": {"positions": range_of()}}
    app.add_api_route("/v1/positions", patch_positions, methods=["PATCH"], **of_change(rows))
    app.add_api_route("/v1/book", put_book, methods=["PUT"], **of_book({}))
    app.add_api_route("/v1/market", patch_market, methods=["PATCH"], **of_change(prices))
    for name in (THRESHOLDS, BROKER_FIGURES):
        rows = {"type": "object", "properties": {name: range_of()}}
        path = f"/v1/{name.replace('_', '-')}"
        app.add_api_route(path, put_beside(name), methods=["PUT"], **of_change(rows))
    app.add_api_route("/v1/alerts", alerts, methods=["GET"], **of_reading())
    app.add_api_route("/v1/accounts", accounts, methods=["GET"], **of_reading())
    text = of_reading(CSV, {"type": "string"})
    app.add_api_route("/v1/buying-power.csv", accounts_file, methods=["GET"], **text)


def _refuse_limited(request: Request) -> None:
    if rights_of(request).accounts is not None:
        raise LimitedToken("token: limited to some accounts, wanted one of all for a book.")


async def taken(kept: KeptAccounts, request: Request, answer: Any, *, wait: bool) -> Response:
    """202 for what is accepted, or 200 once that is waited for and margined where it can be.

    Then it says which accounts of the token stay at the figures they had, and which have none.
    """
    if not (wait and isinstance(answer, dict) and await _in_figures(kept, answer["version"])):
        return response(answer, 202)
    current, rights = kept.published.current, rights_of(request)
    return response({**answer, **of_old_figures(current, rights)})


def of_old_figures(current: Snapshot, rights: Rights) -> dict[str, Any]:
    """The accounts of a token that are stale, and those that are refused, with what is wrong."""
    every = {"stale": current.kept.stale, "refused": current.stated.refused}
    return {
        name: described({own: found[own] for own in sorted(found) if rights.sees(public_name(own))})
        for name, found in every.items()
    }


def rights_of(request: Request) -> Rights:
    """The rights of the token of a request."""
    rights = request.scope["rights"]
    assert isinstance(rights, Rights)
    return rights


def precondition_of(request: Request) -> Precondition:
    """How a change is asked for, by its headers."""
    match, key = request.headers.get("if-match"), request.headers.get("idempotency-key")
    if match is not None and not match.strip().strip('"').isdecimal():
        raise MarginError('If-Match: wanted a version, such as "41".')
    if key is not None and not 0 < len(key) <= 200:
        raise MarginError("Idempotency-Key: wanted at most 200 characters.")
    version = None if match is None else int(match.strip().strip('"')[:18])
    own = f"{request.method} {request.scope['path']}"
    return Precondition(version, key and f"{rights_of(request).name}:{key}", own)


def account_of(kept: KeptAccounts, account: str, rights: Rights) -> tuple[Snapshot, str]:
    """The figures of now, and the account in them; refused where it is not the token's to see."""
    current = kept.published.current
    if account not in current.states or not rights.sees(account):
        raise NoAccount("account: not one of those that there are.")
    return current, account


def margined_account(kept: KeptAccounts, account: str, rights: Rights) -> tuple[Snapshot, str]:
    """The same where it has figures; else refused as it is."""
    current, own = account_of(kept, account, rights)
    if (why := current.stated.refused.get(current.accounts[own])) is not None:
        raise why
    return current, own


def _seen(current: Snapshot, rights: Rights) -> list[State]:
    """The states of the accounts that a token may see."""
    return [current.state(name) for name in current.states if rights.sees(name)]


async def _in_figures(kept: KeptAccounts, version: int) -> bool:
    """Whether the figures contain a version, as long as that is waited for."""
    future = await found(lambda: kept.published.when(version))
    try:
        await asyncio.wait_for(asyncio.wrap_future(future), MOST_SECONDS)
    except TimeoutError:
        return False
    return True
