"""Paths of the accounts that are kept: a book is put, its prices come, its figures are read."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from xlmargin.errors import MarginError
from xlmargin.service.account_states import State
from xlmargin.service.answers import Given, found, found_of, response
from xlmargin.service.described import NUMBERS, of_book, of_change, of_reading
from xlmargin.service.problems import Refusal
from xlmargin.service.sent import RANGES, refuse_unknown
from xlmargin.service.state import Asked, KeptAccounts, Snapshot
from xlmargin.service.tokens import Rights

MOST_SECONDS: Final = 30.0
"""How long a request waits for the figures to contain what it brought."""


class NoAccount(Refusal):
    """An account that is not there, or that the token may not see."""

    status = 404


def add_accounts(app: FastAPI, kept: KeptAccounts) -> None:
    """Add the paths."""

    async def put_book(request: Request) -> Response:
        """Keep a book in the place of the one that is kept."""

        def put(given: Given) -> Any:
            refuse_unknown(given, RANGES)
            return kept.put(given, asked_by(request))

        answer = await found_of(request, put)
        if isinstance(answer, dict):
            await _in_figures(kept, answer["version"])
        return response(answer)

    async def patch_market(request: Request, wait: bool = False) -> Response:
        """Take prices of underlyings."""

        def take(given: Given) -> Any:
            refuse_unknown(given, ("prices",))
            return kept.price(given.get("prices"), given, asked_by(request))

        answer = await found_of(request, take)
        is_there = wait and isinstance(answer, dict) and await _in_figures(kept, answer["version"])
        return response(answer, 200 if is_there else 202)

    async def accounts(request: Request) -> Response:
        """The state of each account that the token may see."""

        def states() -> Any:
            current, rights = kept.current, rights_of(request)
            own = [s for name, s in current.states.items() if rights.sees(name)]
            return {"version": current.version, "accounts": own}

        return response(await found(states))

    async def buying_power(account: str, request: Request) -> Response:
        """What an account is worth, requires and may still do, under both regimes."""
        return response(await found(lambda: _state(kept, account, rights_of(request))))

    prices = {"type": "object", "properties": {"prices": NUMBERS}, "additionalProperties": False}
    app.add_api_route("/v1/book", put_book, methods=["PUT"], **of_book({}))
    app.add_api_route("/v1/market", patch_market, methods=["PATCH"], **of_change(prices))
    app.add_api_route("/v1/accounts", accounts, methods=["GET"], **of_reading())
    path = "/v1/accounts/{account}/buying-power"
    app.add_api_route(path, buying_power, methods=["GET"], **of_reading())


def rights_of(request: Request) -> Rights:
    """The rights of the token of a request."""
    rights = request.scope["rights"]
    assert isinstance(rights, Rights)
    return rights


def asked_by(request: Request) -> Asked:
    """How a change is asked for, by its headers."""
    match, key = request.headers.get("if-match"), request.headers.get("idempotency-key")
    if match is not None and not match.strip().strip('"').isdecimal():
        raise MarginError('If-Match: wanted a version, such as "41".')
    if key is not None and not 0 < len(key) <= 200:
        raise MarginError("Idempotency-Key: wanted at most 200 characters.")
    version = None if match is None else int(match.strip().strip('"')[:18])
    return Asked(version, key and f"{rights_of(request).name}:{key}")


def account_of(kept: KeptAccounts, account: str, rights: Rights) -> tuple[Snapshot, str]:
    """The figures of now, and the account in them; refused where it is not the token's to see."""
    current = kept.current
    if account not in current.states or not rights.sees(account):
        raise NoAccount("account: not one of those that there are.")
    return current, account


def _state(kept: KeptAccounts, account: str, rights: Rights) -> State:
    current, own = account_of(kept, account, rights)
    return current.states[own]


async def _in_figures(kept: KeptAccounts, version: int) -> bool:
    """Whether the figures contain a version, as long as that is waited for."""
    future = await found(lambda: kept.when(version))
    try:
        await asyncio.wait_for(asyncio.wrap_future(future), MOST_SECONDS)
    except TimeoutError:
        return False
    return True
