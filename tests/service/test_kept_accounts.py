"""Accounts that are kept: what is put and sent is in the figures, and what is wrong is in none."""

from __future__ import annotations

import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.service.running import BOOK, SECONDS, Asking, book_of_many, running
from xlmargin.book import cash_of_accounts
from xlmargin.excel.ranges import state_of
from xlmargin.live import repriced
from xlmargin.reports.account_table import account_figures
from xlmargin.service.acceptance import Precondition
from xlmargin.service.journal import Journal
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.records import ranges_of
from xlmargin.service.restated import with_records
from xlmargin.service.tokens import Tokens, new_token
from xlmargin.what_if.impact import figures_of

STATE = "org.xlmargin.account.state.v1"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with running(tmp_path_factory.mktemp("kept") / "journal.db") as asking:
        yield asking


@pytest.fixture
def held(asking: Asking) -> Asking:
    asking.put("/v1/book", json=BOOK).raise_for_status()
    return asking


def expected(
    account: str, prices: Mapping[str, float] | tuple[()] = (), given: dict[str, Any] = BOOK
) -> dict[str, Any]:
    """The figures of MARGIN_ACCOUNT of the whole book at these prices, in the shape of a state."""
    own = {name: cell for name, cell in given.items() if name != "positions"}
    records = [
        {name: cell for name, cell in record.items() if name != "id"}
        for record in given["positions"]
    ]
    book = ranges_of({**own, "positions": records}).book()
    at = dict(prices)
    listed = tuple(replace(u, spot=at.get(u.symbol, u.spot)) for u in book.market.underlyings)
    moved = repriced(book, replace(book.market, underlyings=listed))
    i = moved.positions.accounts.index(account)
    of = {figure.name: figure.by_account[i] for figure in account_figures(state_of(moved))}
    return {
        "account_value": of["account value"],
        "portfolio": {
            "requirement": of["portfolio requirement"], "excess": of["portfolio excess"],
            "cushion": of["portfolio cushion"], "buying_power": of["portfolio buying power"],
        },
        "strategy": {
            "requirement": of["strategy requirement"], "excess": of["strategy excess"],
            "cushion": of["strategy cushion"], "reg_t_excess": of["Reg T excess"],
        },
    }  # fmt: skip


def close(state: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert state["account_value"] == pytest.approx(wanted["account_value"])
    for regime in ("portfolio", "strategy"):
        own = {name: state[regime][name] for name in wanted[regime]}
        assert own == pytest.approx(wanted[regime], abs=1e-6)


def test_a_book_that_is_put_has_the_figures_of_its_cells(asking: Asking) -> None:
    answer = asking.put("/v1/book", json=BOOK)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["positions"], found["accounts"], found["parts"]) == (6, ["A", "B"], 2)
    assert found["warnings"] == []
    for account in ("A", "B"):
        state = asking.state(account)
        assert (state["version"], state["stale"]) == (found["version"], False)
        close(state, expected(account))
    listed = asking.get("/v1/accounts").json()
    assert [state["account"] for state in listed["accounts"]] == ["A", "B"]


def test_prices_move_the_figures_and_the_marks_with_them(held: Asking) -> None:
    answer = held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 512.5}})
    assert answer.status_code == 200
    state = held.state()
    assert state["version"] == answer.json()["version"]
    close(state, expected("A", {"XYZ": 512.5}))
    answer = held.patch("/v1/market", json={"prices": {"XYZ": 500.0}})
    assert answer.status_code == 202
    held.patch("/v1/market?wait=true", json={"prices": {"ABC": 48.0}})
    close(held.state(), expected("A"))


@pytest.mark.parametrize(
    "prices", [{"ZZZ": 3.0}, {"XYZ": 0}, {"XYZ": -1}, {"XYZ": True}, {"XYZ": "5"}, {}, [], None,
               {"ABC": 47.0, "ZZZ": 1.0}],
)  # fmt: skip
def test_of_a_message_with_a_wrong_price_nothing_is_taken(
    held: Asking, prices: dict[str, Any] | list[Any] | None
) -> None:
    before = held.get("/v1/accounts").json()
    answer = held.patch("/v1/market?wait=true", json={"prices": prices})
    assert answer.status_code == 422
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 500.0}})
    after = held.get("/v1/accounts").json()
    assert after["version"] == before["version"] + 1
    assert [s["account_value"] for s in after["accounts"]] == [
        s["account_value"] for s in before["accounts"]
    ]


def test_after_random_prices_each_account_is_as_if_all_were_margined_anew(tmp_path: Path) -> None:
    """Accounts that a price does not concern too; told are those alone whose figures it changes."""
    given, random, prices = book_of_many(30), np.random.default_rng(29), {}
    book = ranges_of(given).book()
    holders = defaultdict(set)
    for record in given["positions"]:
        holders[record["symbol"]].add(record["account"])
    spot = {u.symbol: u.spot for u in book.market.underlyings if u.symbol in holders}
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=given).raise_for_status()
        limits = [
            {"account": s["account"], "figure": f"{s['regime']} excess",
             "alert": s[s["regime"]]["excess"] - 1.0}
            for s in asking.get("/v1/accounts").json()["accounts"]
        ]  # fmt: skip
        asking.put("/v1/thresholds", json={"thresholds": limits}).raise_for_status()
        red_before = {a["account"] for a in asking.get("/v1/alerts").json()["alerts"]}
        last, moved_accounts = int(asking.events(after=0)[-1]["sequence"]), set()
        for _ in range(6):
            chosen = random.choice([*spot], 3, replace=False).tolist()
            moves = {symbol: spot[symbol] * random.uniform(0.85, 1.15) for symbol in chosen}
            asking.patch("/v1/market?wait=true", json={"prices": moves}).raise_for_status()
            asking.states()
            prices |= moves
            *told, live = asking.events(after=last, types="state")
            last = int(live["sequence"])
            concerned = set().union(*(holders[symbol] for symbol in chosen))
            assert {event["subject"] for event in told} == concerned
            moved_accounts |= concerned
        now, red = asking.states(), asking.get("/v1/alerts").json()["alerts"]
    at = lambda u: replace(u, spot=prices.get(u.symbol, u.spot))  # noqa: E731
    moved = repriced(
        book, replace(book.market, underlyings=tuple(map(at, book.market.underlyings)))
    )
    anew, cash = figures_of(moved), cash_of_accounts(moved)
    assert [state["account"] for state in now["accounts"]] == [*moved.positions.accounts]
    for i, state in enumerate(now["accounts"]):
        portfolio, strategy = state["portfolio"], state["strategy"]
        found = {
            "portfolio": portfolio["requirement"],
            "portfolio_excess": portfolio["excess"] - cash[i],
            "maintenance": strategy["requirement"],
            "strategy_excess": strategy["excess"] - cash[i],
            "reg_t_excess": strategy["reg_t_excess"] - cash[i],
            "account_value": state["account_value"] - cash[i],
        }  # fmt: skip
        assert found == pytest.approx({n: getattr(anew, n)[i] for n in found}, abs=1e-6)
        assert state["version"] == now["version"] == 8
    excess = {s["account"]: s[s["regime"]]["excess"] for s in now["accounts"]}
    past = {each["account"] for each in limits if excess[each["account"]] < each["alert"]}
    assert past - red_before
    assert past <= {alert["account"] for alert in red} <= moved_accounts | red_before


def test_states_are_there_as_a_file_of_rows_too(tmp_path: Path) -> None:
    """A name of several words stays one cell; of a regime not permitted there is nothing."""
    own = [{**record, "account": record["account"].replace("B", 'B, "1"')}
           for record in BOOK["positions"]]  # fmt: skip
    settings = {**BOOK["settings"], "account_type": "cash"}
    with running(tmp_path / "journal.db") as asking:
        for given in ({**BOOK, "positions": own}, {**BOOK, "positions": [BOOK["positions"][0]],
                                                   "settings": settings}):  # fmt: skip
            asking.put("/v1/book", json=given).raise_for_status()
            answer = asking.get("/v1/buying-power.csv")
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            headings, *rows = csv.reader(StringIO(answer.text))
            states = asking.get("/v1/accounts").json()["accounts"]
            assert len(rows) == len(states)
            for row, state in zip(rows, states, strict=True):
                found = dict(zip(headings, row, strict=True))
                assert found["account"] == state["account"]
                assert found["stale"] == "false" and found["version"] == str(state["version"])
                for regime in ("portfolio", "strategy"):
                    for name in [n for n in headings if n.startswith(regime)]:
                        wanted = (state[regime] or {}).get(name.partition(".")[2])
                        assert found[name] == ("" if wanted is None else str(wanted))


def test_a_refused_book_leaves_the_good_one(held: Asking) -> None:
    before = held.state()
    wrong = [{**BOOK["positions"][0], "type": "putt"}]
    answer = held.put("/v1/book", json={**BOOK, "positions": wrong})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["pointer"] == "/positions/0/type"
    assert held.state() == before


def test_a_part_that_refuses_a_price_leaves_the_others_and_marks_its_accounts(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"ABC": 2.0, "XYZ": 505.0}})
    of_a, of_b = held.state("A"), held.state("B")
    assert of_b["stale"] and "ABC" in of_b["problem"]
    assert of_a["stale"]
    close(of_b, expected("B"))
    close(of_a, expected("A", {"XYZ": 505.0}))
    held.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}})
    for account in ("A", "B"):
        assert not held.state(account)["stale"]
        close(held.state(account), expected(account, {"XYZ": 505.0, "ABC": 49.0}))


@pytest.mark.parametrize(("seconds", "status"), [(0.2, 503), (60.0, 200), (0.0, 200)])
def test_figures_of_an_account_that_stay_old_make_the_service_not_ready(
    tmp_path: Path, seconds: float, status: int
) -> None:
    """After so many seconds, 0 is never; it is ready again with a price that can be."""
    with running(tmp_path / "journal.db", stale=seconds) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 2.0}}).raise_for_status()
        time.sleep(0.3)
        answer = asking.get("/readyz", headers={"Authorization": ""})
        assert answer.status_code == status, answer.text
        if status == 503:
            assert "accounts of old figures for more than 0.2 s: 2" in answer.json()["detail"]
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 49.0}}).raise_for_status()
        assert asking.get("/readyz").status_code == 200


def test_figures_that_are_shown_are_not_late(tmp_path: Path) -> None:
    """Whoever waited for them is judged by them at once, before the writer goes on."""
    late: list[str] = []
    journal = Journal(tmp_path / "journal.db")
    kept = KeptAccounts(
        journal, Lock(), lambda _: late.append(kept.late),
        window=0.0, seconds=SECONDS, keep=SECONDS, stale=1e-6,
    )  # fmt: skip
    kept.start()
    kept.acceptance.put(BOOK, Precondition())
    kept.published.when(1).result(SECONDS)
    kept.close()
    assert late == [""] * len(late) != []


def test_a_fill_after_a_book_that_is_not_margined_yet_is_of_that_book(tmp_path: Path) -> None:
    """Its prices are those of its own market: the figures were still of the book before."""
    journal = Journal(tmp_path / "journal.db")
    kept = KeptAccounts(journal, Lock(), lambda _: None, window=0.3, seconds=SECONDS, keep=SECONDS)
    dearer = {**BOOK, "market": [{**row, "price": row["price"] * 1.01} for row in BOOK["market"]]}
    fill = [{**BOOK["positions"][0], "quantity": 600}]
    kept.start()
    for given in (BOOK, dearer):
        kept.acceptance.put(given, Precondition())
    kept.acceptance.change(
        lambda stated, spots: with_records(stated, fill, spots), fill, Precondition()
    )
    kept.published.when(3).result(SECONDS)
    kept.close()
    filled = {**dearer, "positions": [*fill, *BOOK["positions"][1:]]}
    close(kept.published.current.state("A"), expected("A", given=filled))
    journal.close()


def test_a_version_that_is_not_there_any_more_is_refused(held: Asking) -> None:
    version = held.state()["version"]
    late = {"If-Match": f'"{version - 1}"'}
    prices = {"prices": {"XYZ": 501.0}}
    for answer in (
        held.patch("/v1/market", json=prices, headers=late),
        held.put("/v1/book", json=BOOK, headers=late),
    ):
        assert answer.status_code == 412
    assert held.state()["version"] == version
    now = {"If-Match": f'"{version}"'}
    assert held.patch("/v1/market", json=prices, headers=now).status_code == 202
    assert held.patch("/v1/market", json=prices, headers={"If-Match": "x"}).status_code == 422


def test_a_key_has_one_effect(held: Asking) -> None:
    key = {"Idempotency-Key": f"tick-{held.state()['version']}"}
    first, again = (
        held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 503.0}}, headers=key)
        for _ in range(2)
    )
    assert first.json() == again.json()
    assert held.state()["version"] == first.json()["version"]
    other = held.patch("/v1/market", json={"prices": {"XYZ": 504.0}}, headers=key)
    assert other.status_code == 422


def test_what_was_told_is_told_again_from_any_sequence(held: Asking) -> None:
    for price in (501.0, 502.0, 503.0):
        held.patch("/v1/market?wait=true", json={"prices": {"XYZ": price}})
    every = held.events(after=0)
    sequences = [int(event["sequence"]) for event in every]
    assert sequences == [*range(1, len(every)), len(every) - 1]
    assert {event["type"] for event in held.events(after=0, types="state")[:-1]} == {STATE}
    for after in (1, len(every) // 2, len(every) - 1):
        assert [e["id"] for e in held.events(after=after)[:-1]] == [
            e["id"] for e in every[after:-1]
        ]
    assert held.events(last=1)[:-1] == held.events(after=1)[:-1]
    own = held.events(after=0, accounts="B")
    assert {event.get("subject", "B") for event in own} == {"B"}
    reset, *states, live = held.events(after=10**6)
    assert reset["type"] == "org.xlmargin.reset.v1"
    assert [state["subject"] for state in states] == ["B", "A"] or len(states) == 2
    assert {s["subject"]: s["data"] for s in states}["A"] == held.state("A")
    assert int(live["sequence"]) == len(every) - 1
    for query in ({"after": "x"}, {"other": 1}, {"after": -1}):
        assert held.get("/v1/events", params=query).status_code == 422


def test_a_socket_tells_the_states_and_then_what_comes(held: Asking) -> None:
    with connect(held.socket) as client:
        client.send(json.dumps({"token": held.token, "accounts": ["A"]}))
        state, live = (json.loads(client.recv(30)) for _ in range(2))
        assert (state["type"], state["subject"]) == (STATE, "A")
        assert live["type"] == "org.xlmargin.live"
        version = held.patch("/v1/market", json={"prices": {"XYZ": 507.0}}).json()["version"]
        event = json.loads(client.recv(30))
        assert event["data"]["version"] == version
        assert event["data"] == held.state()
        assert {"specversion", "id", "source", "type", "subject", "time", "sequence"} < {*event}


@pytest.mark.parametrize(
    ("first", "code"),
    [("{}", 4401), ('{"token": "wrong"}', 4401), ("[]", 4400), ("{", 4400)],
)
def test_a_socket_without_a_token_is_told_nothing(held: Asking, first: str, code: int) -> None:
    with connect(held.socket) as client:
        client.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(30)
        assert closed.value.rcvd.code == code


def test_a_page_of_another_site_opens_no_socket(held: Asking) -> None:
    with pytest.raises(Exception, match="403"):
        connect(held.socket, origin="https://evil.example")


def test_a_token_sees_its_accounts_alone_and_changes_no_book(tmp_path: Path) -> None:
    of_all, all_lines = new_token("all")
    token, lines = new_token("desk")
    path = tmp_path / "tokens.toml"
    path.write_text(all_lines + lines + 'accounts = ["B"]\n')
    path.chmod(0o600)
    with running(tmp_path / "journal.db", tokens=Tokens(path)) as asking:
        asking.headers["Authorization"] = f"Bearer {of_all}"
        asking.until_ready().put("/v1/book", json=BOOK).raise_for_status()
        asking.headers["Authorization"] = f"Bearer {token}"
        assert [s["account"] for s in asking.get("/v1/accounts").json()["accounts"]] == ["B"]
        assert len(asking.get("/v1/buying-power.csv").text.splitlines()) == 2
        hidden = asking.get("/v1/accounts/A/buying-power")
        absent = asking.get("/v1/accounts/Z/buying-power")
        assert (hidden.status_code, hidden.json()) == (404, absent.json())
        assert {e["subject"] for e in asking.events(accounts="A,B")[:-1]} == {"B"}
        assert asking.put("/v1/book", json=BOOK).status_code == 403
        path.write_text(lines.replace('"read", "trade", "feed", "book", "metrics"', '"read"'))
        assert asking.patch("/v1/market", json={"prices": {"XYZ": 1}}).status_code == 403
        body = {"orders": [{"symbol": "XYZ", "type": "stock", "quantity": 1, "price": 500}]}
        assert asking.post("/v1/accounts/B/whatif", json=body).status_code == 403


def test_before_a_book_is_put_there_is_none(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        for answer in (
            asking.get("/v1/accounts"),
            asking.patch("/v1/market", json={"prices": {"XYZ": 1}}),
        ):
            assert answer.status_code == 409


@pytest.mark.parametrize("name", ["p1", [1], {"a": 1}, True])
def test_an_id_is_of_one_record_alone(held: Asking, name: object) -> None:
    positions = [*BOOK["positions"][:-1], {**BOOK["positions"][-1], "id": name}]
    answer = held.put("/v1/book", json={**BOOK, "positions": positions})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "id"


def changed(record: str, **fields: Any) -> dict[str, Any]:
    """The book with other fields in one record."""
    positions = [{**r, **fields} if r.get("id") == record else r for r in BOOK["positions"]]
    return {**BOOK, "positions": positions}


def test_a_mark_counts_from_the_price_at_which_it_comes(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
    call = {"symbol": "XYZ", "type": "call", "strike": 500, "expiration": "2026-12-18"}
    answer = held.patch("/v1/market?wait=true", json={"marks": [{**call, "price": 14.5}]})
    assert answer.status_code == 200, answer.text
    given = changed("p2", price=14.5, mark_spot=505.0)
    close(held.state(), expected("A", {"XYZ": 505.0}, given))
    both = {"prices": {"XYZ": 509.0}, "marks": [{"symbol": "XYZ 12/18/26 C500", "price": 16.0}]}
    held.patch("/v1/market?wait=true", json=both).raise_for_status()
    given = changed("p2", price=16.0, mark_spot=509.0)
    close(held.state(), expected("A", {"XYZ": 509.0}, given))
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 498.0}}).raise_for_status()
    close(held.state(), expected("A", {"XYZ": 498.0}, given))


def test_a_rate_and_a_volatility_count(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"rate": 0.02}).raise_for_status()
    given = {**BOOK, "settings": {**BOOK["settings"], "rate": 0.02}}
    close(held.state("B"), expected("B", given=given))
    put = {"symbol": "ABC", "type": "put", "strike": 48, "expiration": "2027-01-15"}
    held.patch("/v1/market?wait=true", json={"volatilities": [{**put, "volatility": 0.5}]})
    given["positions"] = changed("p3", volatility=0.5)["positions"]
    close(held.state("B"), expected("B", given=given))


def test_a_volatility_counts_that_comes_with_a_mark(held: Asking) -> None:
    """A mark takes the volatility of before; in whatever order the message has them."""
    put = {"symbol": "ABC", "type": "put", "strike": 48, "expiration": "2027-01-15"}
    sent = {"volatilities": [{**put, "volatility": 0.5}], "marks": [{**put, "price": 3.0}]}
    held.patch("/v1/market?wait=true", json=sent).raise_for_status()
    given = changed("p3", price=3.0, volatility=0.5, mark_spot=48.0)
    close(held.state("B"), expected("B", given=given))


def test_fills_change_positions_by_their_ids(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
    fills = [
        {"id": "p1", "quantity": 700},
        {"id": "p4", "quantity": 0},
        {"id": "p9", "symbol": "XYZ", "type": "put", "quantity": 2, "strike": 490,
         "expiration": "2027-01-15", "price": 11.0, "account": "B"},
    ]  # fmt: skip
    answer = held.patch("/v1/positions?wait=true", json={"positions": fills})
    assert answer.status_code == 200, answer.text
    positions = [r for r in changed("p1", quantity=700)["positions"] if r.get("id") != "p4"]
    given = {**BOOK, "positions": [*positions, {**fills[2], "mark_spot": 505.0}]}
    for account in ("A", "B"):
        close(held.state(account), expected(account, {"XYZ": 505.0}, given))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("market", {"marks": [{"symbol": "XYZ 12/18/26 C510", "price": 3.0}]}),
        ("market", {"marks": [{"symbol": "XYZ", "type": "stock", "price": 3.0}]}),
        ("market", {"marks": [{"symbol": "XYZ 12/18/26 C500"}]}),
        ("market", {"marks": [{"symbol": "XYZ 12/18/26 C500", "price": -1}]}),
        ("market", {"marks": 5}), ("market", {"rate": "x"}), ("market", {"other": 1}),
        ("market", {"prices": {"ZZZ": 1}, "rate": 0.03}),
        ("positions", {"positions": [{"quantity": 5}]}), ("positions", {"positions": []}),
        ("positions", {"positions": [{"id": "p2", "type": "putt"}]}), ("positions", {}),
    ],
)  # fmt: skip
def test_a_change_that_is_wrong_changes_nothing(
    held: Asking, path: str, body: dict[str, Any]
) -> None:
    before = held.get("/v1/accounts").json()
    answer = held.patch(f"/v1/{path}?wait=true", json=body)
    assert answer.status_code == 422, answer.text
    assert held.get("/v1/accounts").json() == before


def test_marks_and_fills_are_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 505.0}}).raise_for_status()
        mark = {"symbol": "XYZ 12/18/26 C500", "price": 14.5}
        asking.patch(
            "/v1/market?wait=true", json={"marks": [mark], "rate": 0.03}
        ).raise_for_status()
        fills = [{"id": "p1", "quantity": 300}, {"id": "p4", "quantity": 0}]
        asking.patch("/v1/positions?wait=true", json={"positions": fills}).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 506.0}}).raise_for_status()
        before, told = asking.get("/v1/accounts").json(), asking.events(after=0)
    with running(tmp_path / "journal.db") as asking:
        after = asking.get("/v1/accounts").json()
        assert after["version"] == before["version"]
        for one, other in zip(after["accounts"], before["accounts"], strict=True):
            close(one, other)
        assert asking.events(after=0)[:-1] == told[:-1]


def test_every_figure_of_an_account_is_there(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 507.0}}).raise_for_status()
    answer = held.get("/v1/accounts/A")
    assert answer.status_code == 200, answer.text
    of = {row["figure"]: row["value"] for row in answer.json()["figures"]}
    state = held.state()
    assert of["account value"] == pytest.approx(state["account_value"])
    assert of["portfolio requirement"] == pytest.approx(state["portfolio"]["requirement"])
    assert of["strategy requirement"] == pytest.approx(state["strategy"]["requirement"])
    assert of["portfolio margin call"] == 0 and of["SMA"] > 0
    assert held.get("/v1/accounts/Z").status_code == 404


def test_two_services_of_some_accounts_each_answer_what_one_answers_of_all(
    held: Asking, tmp_path: Path
) -> None:
    shards = []
    with ExitStack() as stack:
        for account in ("A", "B"):
            own = [r for r in BOOK["positions"] if r["account"] == account]
            shard = stack.enter_context(running(tmp_path / f"{account}.db"))
            shard.put("/v1/book", json={**BOOK, "positions": own}).raise_for_status()
            shards.append(shard)
        for prices in ({"XYZ": 511.0}, {"ABC": 47.0, "XYZ": 509.5}):
            for each in (held, *shards):
                each.patch("/v1/market?wait=true", json={"prices": prices}).raise_for_status()
        for account, shard in zip(("A", "B"), shards, strict=True):
            close(shard.state(account), held.state(account))
