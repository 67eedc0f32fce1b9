"""Orders on record: counted as filled, to the figures of a book that holds them; over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.service.running import BOOK, Asking, running
from xlmargin import udfs
from xlmargin.service.tokens import Tokens, new_token

HEADINGS = ["id", "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account"]
PUTS = {"id": "w1", "symbol": "XYZ", "type": "put", "quantity": -3, "strike": 470,
        "expiration": "2027-01-15", "price": 7.0, "fee": 2.0}  # fmt: skip
SHARES = {"id": "w2", "symbol": "ABC", "type": "stock", "quantity": 200, "price": 48.0}
FIGURES = ("portfolio", "maintenance", "portfolio_excess", "strategy_excess", "account_value")
ORDER = {"symbol": "XYZ", "type": "call", "quantity": -2, "strike": 540,
         "expiration": "2027-01-15", "price": 9.0}  # fmt: skip


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with running(tmp_path / "journal.db") as found:
        found.put("/v1/book", json=BOOK).raise_for_status()
        yield found


def on_record(asking: Asking, *orders: Any, account: str = "A") -> dict[str, Any]:
    answer = asking.put(f"/v1/accounts/{account}/orders", json={"orders": [*orders]})
    assert answer.status_code == 200, answer.text
    return answer.json()


def what_if(asking: Asking, *orders: Any, **more: Any) -> dict[str, Any]:
    answer = asking.post("/v1/accounts/A/whatif", json={"orders": [*orders], **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def greatest_of(asking: Asking, **more: Any) -> dict[str, Any]:
    """The row of how many of the puts may be sold."""
    body = {"orders": [{**PUTS, "quantity": -1}], **more}
    (row,) = asking.post("/v1/accounts/A/max-quantity", json=body).json()["orders"]
    return row


def filled_book(*fills: Any) -> dict[str, Any]:
    """The book with fills among its positions, and the cash of them, by hand."""
    rows = [dict(each) for each in BOOK["positions"]]
    for fill in fills:
        own = {k: v for k, v in fill.items() if k not in ("fee", "id")}
        rows.append({**own, "cost": own["price"], "account": "A"})
        units = 1 if own["type"] == "stock" else 100
        cash = next(r for r in rows if r["symbol"] == "USD" and r["account"] == "A")
        cash["quantity"] -= own["quantity"] * units * own["price"] + fill.get("fee", 0.0)
    return {**BOOK, "positions": rows}


def of_account(tmp_path: Path, *fills: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a service that holds the fills says of account A."""
    with running(tmp_path / f"filled{len(fills)}.db") as twin:
        twin.put("/v1/book", json=filled_book(*fills)).raise_for_status()
        return twin.state(), what_if(twin, ORDER)


def test_figures_are_those_of_a_book_in_which_they_are_filled(
    asking: Asking, tmp_path: Path
) -> None:
    assert what_if(asking, ORDER)["working"] == 0
    on_record(asking, PUTS, SHARES)
    state, twin = of_account(tmp_path, PUTS, SHARES)
    found = what_if(asking, ORDER)
    assert found["working"] == 2 and found["verdict"] == "accepted"
    for name in (
        "portfolio",
        "maintenance",
        "portfolio_excess",
        "strategy_excess",
        "account_value",
    ):
        for key in ("before", "change", "after"):
            expected = twin["figures"][name][key]
            assert found["figures"][name][key] == pytest.approx(expected, abs=0.01), (name, key)
    ignored = what_if(asking, ORDER, working="ignore")
    held = asking.state()
    assert ignored["figures"]["portfolio"]["before"] == held["portfolio"]["requirement"]
    assert "working" not in held, "a state is of what is held"
    counted = asking.get("/v1/accounts/A/buying-power?working=count").json()
    assert counted["portfolio"] == held["portfolio"]
    after = counted["working"]["figures"]
    assert counted["working"]["orders"] == 2
    assert after["portfolio"]["after"] == pytest.approx(state["portfolio"]["requirement"], abs=0.01)
    assert after["portfolio_excess"]["after"] == pytest.approx(
        state["portfolio"]["excess"], abs=0.01
    )


def test_what_no_longer_fits_once_they_are_filled_is_refused_and_says_so(asking: Asking) -> None:
    greatest = asking.post(
        "/v1/accounts/A/max-quantity", json={"orders": [{**PUTS, "quantity": -1}]}
    )
    (row,) = greatest.json()["orders"]
    whole = {**PUTS, "quantity": -row["greatest"]}
    assert what_if(asking, whole)["verdict"] == "accepted"
    on_record(asking, {**SHARES, "quantity": 3000})
    found = what_if(asking, whole)
    assert (found["verdict"], found["checks"]["portfolio"]) == ("refused", "refused")
    assert [r["working"] for r in found["reasons"] if r["regime"] == "portfolio"] == ["filled"]
    assert what_if(asking, whole, working="ignore")["verdict"] == "accepted"
    less = asking.post("/v1/accounts/A/max-quantity", json={"orders": [{**PUTS, "quantity": -1}]})
    (lesser,) = less.json()["orders"]
    assert 0 < lesser["greatest"] < row["greatest"] and lesser["working"] == "filled"
    for quantity, verdict in (
        (lesser["greatest"], "accepted"),
        (lesser["greatest"] + 1, "refused"),
    ):
        assert what_if(asking, {**PUTS, "quantity": -quantity})["verdict"] == verdict


def test_a_working_hedge_lets_nothing_through_that_does_not_fit_without_it(asking: Asking) -> None:
    """Puts bought lower the requirement once they are filled: until then they are not there."""
    on_record(asking, {**PUTS, "quantity": 20})
    greatest = asking.post(
        "/v1/accounts/A/max-quantity", json={"orders": [{**PUTS, "quantity": -1}]}
    )
    (row,) = greatest.json()["orders"]
    without = greatest_of(asking, working="ignore")
    assert (row["greatest"], row["working"]) == (without["greatest"], "open")
    over = {**PUTS, "quantity": -row["greatest"] - 1}
    found = what_if(asking, over)
    assert found["verdict"] == "refused"
    assert "open" in [reason["working"] for reason in found["reasons"]]


def test_they_survive_a_restart_and_another_book_and_are_told_as_they_were_put(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert asking.get("/v1/accounts/A/orders").json()["orders"] == []
        on_record(asking, PUTS, SHARES)
        before = what_if(asking, ORDER)
    with running(path) as asking:
        found = asking.get("/v1/accounts/A/orders").json()
        assert (found["account"], found["orders"]) == ("A", [PUTS, SHARES])
        after = what_if(asking, ORDER)
        assert after["figures"] == before["figures"]
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert asking.get("/v1/accounts/A/orders").json()["orders"] == [PUTS, SHARES]
        assert asking.get("/v1/accounts/B/orders").json()["orders"] == []
        on_record(asking)
        assert what_if(asking, ORDER)["working"] == 0


def test_working_orders_use_up_the_special_memorandum_account(tmp_path: Path) -> None:
    """Shares of 48 at 50% are 24 each: of 100,000 on record 2,000 leave 52,000 for 2,166 more."""
    rows = [{"symbol": "USD", "type": "cash", "quantity": 15_050_000, "account": "A"},
            {"symbol": "XYZ", "type": "stock", "quantity": -20_000, "price": 500, "cost": 500,
             "account": "A"}]  # fmt: skip
    settings = {"as_of": "2026-11-20", "rate": 0.04, "account_type": "margin", "sma": 100_000}
    with running(tmp_path / "j.db") as asking:
        book = {**BOOK, "positions": rows, "settings": settings}
        answer = asking.put("/v1/book", json=book)
        assert answer.status_code == 200, answer.text
        state = asking.state()["strategy"]
        assert state["reg_t_excess"] == 50_000 and state["excess"] > 1_000_000
        on_record(asking, {**SHARES, "quantity": 2000})
        for quantity, verdict in ((2166, "accepted"), (2167, "refused")):
            found = what_if(asking, {**SHARES, "id": "x", "quantity": quantity})
            assert found["verdict"] == verdict, found


def test_a_key_that_comes_again_puts_them_once_and_another_version_not_at_all(
    asking: Asking,
) -> None:
    version = asking.state()["version"]
    again = {"headers": {"Idempotency-Key": "k1"}, "json": {"orders": [PUTS]}}
    answers = [asking.put("/v1/accounts/A/orders", **again).json() for _ in range(2)]
    assert answers == [{"version": version + 1, "stale": [], "refused": []}] * 2
    other = asking.put("/v1/accounts/B/orders", **again)
    assert other.status_code == 422
    late = asking.put(
        "/v1/accounts/A/orders", json={"orders": []}, headers={"If-Match": f'"{version}"'}
    )
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"orders": [{**PUTS, "symbol": "ZZZ"}]}, "ZZZ"),
        ({"orders": [{**PUTS, "type": "putt"}]}, "row 2"),
        ({"orders": [PUTS, {**SHARES, "id": "w1"}]}, "id"), ({"orders": 3}, "orders"),
        ({"orders": [{**PUTS, "account": "B"}]}, "as in the path"), ({"others": []}, "others"),
        ({"orders": [PUTS] * 1001}, "id"),
        ({"orders": [{k: v for k, v in PUTS.items() if k != "id"}] * 1001}, "at most 1000"),
    ],
)  # fmt: skip
def test_orders_that_cannot_be_read_are_not_put(
    asking: Asking, body: dict[str, Any], says: str
) -> None:
    answer = asking.put("/v1/accounts/A/orders", json=body)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert asking.get("/v1/accounts/A/orders").json()["orders"] == []


def test_those_that_cannot_be_counted_refuse_the_check_and_not_the_book(asking: Asking) -> None:
    on_record(asking, {**SHARES, "quantity": -100})
    gone = [r for r in BOOK["positions"] if r["symbol"] != "ABC"]
    one = {"symbol": "XYZ", "type": "stock", "quantity": 1, "account": "B"}
    less = {**BOOK, "positions": [*gone, one], "market": BOOK["market"][:1]}
    asking.put("/v1/book", json=less).raise_for_status()
    answer = asking.post("/v1/accounts/A/whatif", json={"orders": [ORDER]})
    assert answer.status_code == 422 and "working orders" in answer.json()["detail"]
    assert what_if(asking, ORDER, working="ignore")["verdict"] == "accepted"
    wrong = asking.post("/v1/accounts/A/whatif", json={"orders": [ORDER], "working": "yes"})
    assert wrong.status_code == 422


def test_a_token_puts_those_of_its_own_accounts_alone(tmp_path: Path) -> None:
    secrets, lines = zip(*(new_token(name) for name in ("desk", "reads", "all")), strict=True)
    own, reads, every = lines
    text = own.rstrip() + '\naccounts = ["A"]\n'
    text += reads.replace('"trade", "feed", "book", "metrics"', '"feed"') + every
    path = tmp_path / "tokens.toml"
    path.write_text(text)
    path.chmod(0o600)
    with running(tmp_path / "j.db", tokens=Tokens(path)) as asking:
        desk, reading, whole = (
            httpx.Client(base_url=asking.base_url, headers={"Authorization": f"Bearer {s}"})
            for s in secrets
        )
        whole.put("/v1/book", json=BOOK).raise_for_status()
        assert desk.put("/v1/accounts/A/orders", json={"orders": [PUTS]}).status_code == 200
        assert desk.put("/v1/accounts/B/orders", json={"orders": []}).status_code == 404
        assert desk.get("/v1/accounts/B/orders").status_code == 404
        assert reading.put("/v1/accounts/A/orders", json={"orders": []}).status_code == 403
        assert reading.get("/v1/accounts/A/orders").json()["orders"] == [PUTS]


def test_buying_power_of_a_symbol_is_what_is_accepted_and_one_more_is_not(asking: Asking) -> None:
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 495.0}}).raise_for_status()
    found = asking.get("/v1/accounts/A/buying-power", params={"symbol": "XYZ"}).json()
    assert found["portfolio"] == asking.state()["portfolio"]
    for side, sign in (("buy", 1), ("sell", -1)):
        greatest = found["fits"][side]["greatest"]
        order = {"symbol": "XYZ", "type": "stock", "price": 495.0}
        for quantity, verdict in ((greatest, "accepted"), (greatest + 1, "refused")):
            assert what_if(asking, {**order, "quantity": sign * quantity})["verdict"] == verdict
    option = asking.get(
        "/v1/accounts/A/buying-power", params={"symbol": "XYZ   270115P00470000", "price": 7.0}
    ).json()["fits"]
    for quantity, verdict in (
        (option["sell"]["greatest"], "accepted"),
        (option["sell"]["greatest"] + 1, "refused"),
    ):
        assert what_if(asking, {**PUTS, "quantity": -quantity, "fee": 0})["verdict"] == verdict
    held = asking.get("/v1/accounts/A/buying-power", params={"symbol": "XYZ 12/18/26 C500"})
    assert held.json()["fits"]["buy"]["greatest"] >= 5, "at the mark of what is held"


@pytest.mark.parametrize(
    "query",
    [
        {"symbol": "ZZZ"}, {"symbol": "XYZ 12/18/26 C777"}, {"symbol": "x" * 500},
        {"symbol": "\x00"}, {"symbol": "XYZ", "price": "-1"}, {"symbol": "XYZ", "price": "inf"},
        {"symbol": "XYZ", "price": "x"},
        {"working": "yes"}, {"flat": "perhaps"}, {"symbol": "USD"},
    ],
)  # fmt: skip
def test_what_is_no_symbol_of_the_book_is_refused(asking: Asking, query: dict[str, str]) -> None:
    answer = asking.get("/v1/accounts/A/buying-power", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


def test_flat_states_have_the_same_names_and_no_object_in_them(asking: Asking) -> None:
    flat = asking.get("/v1/accounts?flat=true").json()["accounts"]
    state = asking.state()
    own = next(each for each in flat if each["account"] == "A")
    assert own["portfolio.excess"] == state["portfolio"]["excess"]
    assert own["strategy.bound"] == "proven"
    one = asking.get("/v1/accounts/A/buying-power?flat=true&symbol=XYZ&working=count").json()
    assert one["fits.buy.greatest"] > 0
    assert not any(isinstance(cell, dict | list) for each in (*flat, one) for cell in each.values())
    shares = [r for r in BOOK["positions"] if r.get("type") != "call"]
    cash = {**BOOK["settings"], "account_type": "cash"}
    asking.put("/v1/book", json={"positions": shares, "market": BOOK["market"], "settings": cash})
    of_cash = asking.get("/v1/accounts?flat=true").json()["accounts"]
    assert of_cash[0]["portfolio.excess"] is None
    assert len({tuple(each) for each in (*flat, *of_cash)}) == 1


def test_the_greatest_is_that_of_margin_capacity(asking: Asking) -> None:
    rows = [[r.get(h) for h in HEADINGS if h != "id"] for r in BOOK["positions"]]
    cells = [[h for h in HEADINGS if h != "id"], *rows]
    orders = [["symbol", "type", "side", "account"], ["ABC", "stock", "buy", "B"]]
    market = [["symbol", "price"], ["XYZ", 500.0], ["ABC", 48.0]]
    headings, row = udfs.MARGIN_CAPACITY(
        cells, orders, market, [*map(list, BOOK["settings"].items())]
    )
    found = asking.get("/v1/accounts/B/buying-power?symbol=ABC").json()["fits"]["buy"]
    assert found["greatest"] == row[headings.index("greatest")]
    assert np.isfinite(found["greatest"])
