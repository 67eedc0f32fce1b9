"""Accounts that cannot be margined: all others are, these have no figures at all, and say why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.running import BOOK, Asking, running
from tests.service.test_kept_accounts import close, expected

UNPRICED = {"id": "u", "symbol": "ABC", "type": "call", "quantity": -3, "strike": 50,
            "expiration": "2027-01-15", "account": "C"}  # fmt: skip
BESIDE = [{"id": "c", "symbol": "XYZ", "type": "stock", "quantity": 40, "account": "C"},
          {"symbol": "USD", "type": "cash", "quantity": 70_000, "account": "C"}]  # fmt: skip
WITH_C = {**BOOK, "positions": [*BOOK["positions"][:2], UNPRICED, *BOOK["positions"][2:], *BESIDE]}
ORDER = {"symbol": "XYZ", "type": "stock", "quantity": 1, "price": 500}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with running(tmp_path / "journal.db", metrics_of_accounts=True) as asking:
        yield asking


def nothing_of(state: dict[str, Any]) -> None:
    """That nothing is known of an account."""
    assert state["stale"] and state["account_value"] is None
    assert set(state["portfolio"].values()) == {None}
    assert set(state["strategy"].values()) == {None, "unknown"}
    assert "row 4" in state["problem"]


def ages(asking: Asking) -> set[str]:
    """The accounts that are told to be of old figures, or of none."""
    alerts = asking.get("/v1/alerts").json()["alerts"]
    return {a["account"] for a in alerts if (a["figure"], a["light"]) == ("age", "red")}


@pytest.mark.parametrize("price", [{}, {"price": 55.0}, {"Price": None}])
def test_an_account_that_cannot_be_margined_keeps_no_other_from_it(
    asking: Asking, price: dict[str, Any]
) -> None:
    """Its call has no price, or one at which no volatility is so great."""
    positions = [{**p, **price} if p is UNPRICED else p for p in WITH_C["positions"]]
    answer = asking.put("/v1/book", json={**WITH_C, "positions": positions})
    assert answer.status_code == 200, answer.text
    assert answer.json()["accounts"] == ["A", "C", "B"]
    assert answer.json()["positions"] == len(WITH_C["positions"])
    (refused,) = answer.json()["refused"]
    assert refused["account"] == "C"
    assert refused["problems"][0]["pointer"].startswith("/positions/2")
    for account in ("A", "B"):
        close(asking.state(account), expected(account))
        assert not asking.state(account)["stale"]
    nothing_of(asking.state("C"))
    assert ages(asking) == {"C"}
    line = asking.get("/v1/buying-power.csv").text.splitlines()[2]
    assert re.fullmatch(r"C,1,portfolio,,,,,,,,,,unknown,true.*", line), line
    metrics = asking.get("/metrics").text
    assert "xlmargin_stale_accounts 1.0" in metrics
    assert 'excess_dollars{account="A"' in metrics and 'excess_dollars{account="C"' not in metrics
    told = {e["subject"]: e["data"] for e in asking.events(types="state")[:-1]}
    nothing_of(told["C"])


def test_nothing_is_answered_of_it_and_its_orders(asking: Asking) -> None:
    asking.put("/v1/book", json=WITH_C).raise_for_status()
    path = "/v1/accounts/C"
    for answer in (
        asking.get(path),
        asking.post(f"{path}/whatif", json={"orders": [ORDER]}),
        asking.post(f"{path}/whatif", json={"alternatives": [{"name": "x", "orders": [ORDER]}]}),
        asking.post(f"{path}/max-quantity", json={"orders": [ORDER]}),
        asking.get(f"{path}/buying-power?symbol=XYZ"),
    ):
        assert answer.status_code == 422, answer.text
        assert "row 4" in answer.json()["detail"]
    answer = asking.post("/v1/accounts/A/whatif", json={"orders": [ORDER]})
    assert answer.json()["verdict"] == "accepted"


def test_it_has_figures_once_it_can_be_margined(asking: Asking, tmp_path: Path) -> None:
    asking.put("/v1/book", json=WITH_C).raise_for_status()
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 507.0}}).raise_for_status()
    close(asking.state("A"), expected("A", {"XYZ": 507.0}))
    nothing_of(asking.state("C"))
    asking.patch("/v1/market?wait=true", json={"rate": 0.04}).raise_for_status()
    nothing_of(asking.state("C"))
    priced = {"id": "u", "price": 2.0}
    answer = asking.patch("/v1/positions?wait=true", json={"positions": [priced]})
    assert answer.status_code == 200, answer.text
    given = {**WITH_C, "positions": [{**p, "price": 2.0} if p is UNPRICED else p
                                     for p in WITH_C["positions"]]}  # fmt: skip
    for account in ("A", "B", "C"):
        close(asking.state(account), expected(account, {"XYZ": 507.0}, given))
    assert ages(asking) == set()


MARK = {"symbol": "ABC", "type": "call", "strike": 50, "expiration": "2027-01-15"}


@pytest.mark.parametrize("range_name", ["marks", "volatilities"])
def test_a_mark_of_the_option_without_a_price_gives_it_figures(
    asking: Asking, range_name: str
) -> None:
    """The mark is taken at the price of the underlying of now, as `mark_spot` states it here."""
    asking.put("/v1/book", json=WITH_C).raise_for_status()
    column, amount = {"marks": ("price", 2.0), "volatilities": ("volatility", 0.4)}[range_name]
    given = {"prices": {"ABC": 49.0}, range_name: [{**MARK, column: amount}]}
    answer = asking.patch("/v1/market?wait=true", json=given)
    assert answer.status_code == 200, answer.text
    own = {column: amount} | ({"mark_spot": 49.0} if column == "price" else {})
    positions = [{**p, **own} if p is UNPRICED else p for p in WITH_C["positions"]]
    for account in ("A", "B", "C"):
        told = expected(account, {"ABC": 49.0}, {**WITH_C, "positions": positions})
        close(asking.state(account), told)
    assert ages(asking) == set()


def test_of_two_options_without_a_price_each_mark_counts_from_where_it_was_taken(
    asking: Asking,
) -> None:
    """The first one came at 49, the second at 47: until then the account has no figures."""
    other = {**UNPRICED, "id": "v", "strike": 45, "type": "put"}
    positions = [*WITH_C["positions"], other]
    asking.put("/v1/book", json={**WITH_C, "positions": positions}).raise_for_status()
    first = {"prices": {"ABC": 49.0}, "marks": [{**MARK, "price": 2.0}]}
    asking.patch("/v1/market?wait=true", json=first).raise_for_status()
    state = asking.state("C")
    assert state["stale"] and state["account_value"] is None
    second = {**MARK, "strike": 45, "type": "put", "price": 1.1}
    given = {"prices": {"ABC": 47.0}, "marks": [second]}
    asking.patch("/v1/market?wait=true", json=given).raise_for_status()
    marked = [
        {**p, "price": 2.0, "mark_spot": 49.0} if p is UNPRICED
        else {**p, "price": 1.1, "mark_spot": 47.0} if p is other else p
        for p in positions
    ]  # fmt: skip
    close(asking.state("C"), expected("C", {"ABC": 47.0}, {**WITH_C, "positions": marked}))


def test_what_would_refuse_another_account_changes_nothing(asking: Asking) -> None:
    asking.put("/v1/book", json=WITH_C).raise_for_status()
    before = asking.get("/v1/accounts").json()
    fill = {**UNPRICED, "id": "new", "account": "B"}
    answer = asking.patch("/v1/positions?wait=true", json={"positions": [fill]})
    assert answer.status_code == 422, answer.text
    assert asking.get("/v1/accounts").json() == before
    gone = {"positions": [{"id": "u", "quantity": 0}]}
    asking.patch("/v1/positions?wait=true", json=gone).raise_for_status()
    assert not asking.state("C")["stale"]


def test_a_restart_refuses_it_again_and_no_other(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=WITH_C).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}}).raise_for_status()
        before = asking.get("/v1/accounts").json()
    with running(tmp_path / "journal.db") as asking:
        assert asking.get("/v1/accounts").json() == before
        nothing_of(asking.state("C"))


def test_headings_of_other_names_are_those_of_the_book(asking: Asking) -> None:
    """What stands for an account that is not read goes by the columns of what was sent."""
    names = {"symbol": "Ticker", "account": "Acct", "quantity": "Qty"}
    own = [{names.get(key, key): cell for key, cell in p.items()} for p in WITH_C["positions"]]
    answer = asking.put("/v1/book", json={**WITH_C, "positions": own})
    assert answer.status_code == 200, answer.text
    nothing_of(asking.state("C"))
    close(asking.state("A"), expected("A"))


@pytest.mark.parametrize(
    "positions", [[UNPRICED, BESIDE[1]], [*WITH_C["positions"], {"symbol": "XYZ", "type": "putt"}]]
)
def test_a_book_of_no_account_and_one_that_cannot_be_read_are_refused(
    asking: Asking, positions: list[dict[str, Any]]
) -> None:
    asking.put("/v1/book", json=BOOK).raise_for_status()
    before = asking.get("/v1/accounts").json()
    assert asking.put("/v1/book", json={**BOOK, "positions": positions}).status_code == 422
    assert asking.get("/v1/accounts").json() == before


@pytest.mark.parametrize(("name", "others"), [("*", "B"), ("account", "")])
def test_an_account_that_is_called_as_others_are_is_refused_in_its_row(
    asking: Asking, name: str, others: str
) -> None:
    """All accounts together are called `*`, and one without a name `account`."""
    own = {"A": name, "B": others}
    positions = [{**p, "account": own[p["account"]]} for p in BOOK["positions"]]
    answer = asking.put("/v1/book", json={**BOOK, "positions": positions})
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["pointer"] == "/positions/0/account" and name in problem["found"]
    asking.put("/v1/book", json=BOOK).raise_for_status()
    before = asking.get("/v1/accounts").json()
    fill = {"id": "new", "symbol": "XYZ", "type": "stock", "quantity": 1, "account": "*"}
    assert asking.patch("/v1/positions", json={"positions": [fill]}).status_code == 422
    assert asking.get("/v1/accounts").json() == before
