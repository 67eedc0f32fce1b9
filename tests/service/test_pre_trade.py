"""Orders before they are sent, on an account that is kept: the whole book's figures to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.service.running import BOOK, Asking, book_of_many, running
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.trades import read_trades
from xlmargin.live import repriced
from xlmargin.regimes import under_portfolio_margin
from xlmargin.service.records import ranges_of
from xlmargin.strategy_margin import strategy_margin
from xlmargin.strategy_margin.pairing.least_pairing import PairingResult
from xlmargin.what_if import Impact, impact

PUT = {"symbol": "XYZ", "type": "put", "quantity": -3, "strike": 470, "expiration": "2027-01-15",
       "price": 7.0}  # fmt: skip
EQUITIES = ("account_value", "strategy_equity", "reg_t_excess", "strategy_excess",
            "portfolio_excess")  # fmt: skip
REQUIREMENTS = ("initial", "deposit", "maintenance", "portfolio")


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with running(tmp_path_factory.mktemp("orders") / "journal.db") as asking:
        yield asking


@pytest.fixture
def held(asking: Asking) -> Asking:
    asking.put("/v1/book", json=BOOK).raise_for_status()
    return asking


def whole(
    ranges: Ranges, prices: dict[str, float], orders: list[dict[str, Any]], account: str
) -> Impact:
    """What orders do, both regimes of the whole book margined before and after."""
    held = ranges.book()
    listed = tuple(replace(u, spot=prices.get(u.symbol, u.spot)) for u in held.market.underlyings)
    moved = repriced(held, replace(held.market, underlyings=listed))
    cells = [[*orders[0], "account"], *([*o.values(), account] for o in orders)]
    trades = read_trades(cells, ranges.reading).accepted()
    own = replace(trades.book.market, underlyings=tuple(
        replace(u, spot=prices.get(u.symbol, u.spot)) for u in trades.book.market.underlyings
    ))  # fmt: skip
    trades = replace(trades, book=replace(trades.book, market=own))
    return impact(under_portfolio_margin(moved), strategy_margin(moved), trades)


def alike(found: dict[str, Any], twin: Impact, account: str) -> None:
    i = twin.held.positions.accounts.index(account)
    for names, of in ((EQUITIES, twin.of_equity), (REQUIREMENTS, twin.of_requirement)):
        for name in names:
            change = of(name)
            wanted = [float(getattr(change, key)[i]) for key in ("before", "change", "after")]
            got = [found["figures"][name][key] for key in ("before", "change", "after")]
            assert got == pytest.approx(wanted, abs=1e-5), name


def test_an_order_changes_what_it_changes_of_the_whole_book(held: Asking) -> None:
    prices = {"XYZ": 507.0, "ABC": 47.0}
    held.patch("/v1/market?wait=true", json={"prices": prices}).raise_for_status()
    given = {
        **BOOK,
        "positions": [{k: c for k, c in r.items() if k != "id"} for r in BOOK["positions"]],
    }
    ranges = ranges_of(given)
    for account, orders in (
        ("A", [PUT]),
        ("B", [{**PUT, "symbol": "ABC", "strike": 45, "price": 1.5, "fee": 3.0}]),
        ("A", [{"symbol": "XYZ", "type": "stock", "quantity": -200, "price": 506.0}]),
    ):
        answer = held.post(f"/v1/accounts/{account}/whatif", json={"orders": orders})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        twin = whole(ranges, prices, orders, account)
        alike(found, twin, account)
        assert (found["account"], found["regime"]) == (account, "portfolio")
        assert found["version"] == held.state()["version"]
        assert found["bound"] == {"strategy": "proven"}


def test_figures_of_a_search_that_ended_at_its_limit_are_told_as_a_bound(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is proven or not by them: the figures are those of the same pairings."""
    asking.put("/v1/book", json=BOOK).raise_for_status()
    before = asking.state()
    proven = asking.post("/v1/accounts/A/whatif", json={"orders": [PUT]}).json()
    with monkeypatch.context() as patched:
        patched.setattr(PairingResult, "is_proven", property(lambda _: False))
        asking.put("/v1/book", json=BOOK).raise_for_status()
        state = asking.get("/v1/accounts/A/buying-power").json()
        found = asking.post("/v1/accounts/A/whatif", json={"orders": [PUT]}).json()
    assert state["strategy"] == {**before["strategy"], "bound": "at_most"}
    assert state["portfolio"] == before["portfolio"]
    assert found["bound"] == {"strategy": "at_most"}
    assert found["figures"] == proven["figures"]
    only_after = asking.post("/v1/accounts/A/whatif", json={"orders": [PUT]}).json()
    assert only_after["bound"] == {"strategy": "at_most"}, "the figures before are that still"
    asking.put("/v1/book", json=BOOK).raise_for_status()
    again = asking.post("/v1/accounts/A/whatif", json={"orders": [PUT]}).json()
    assert again["bound"] == {"strategy": "proven"}


def test_orders_beside_many_accounts_change_what_they_change_of_the_whole(asking: Asking) -> None:
    given = book_of_many(8)
    answer = asking.put("/v1/book", json=given)
    assert answer.status_code == 200, answer.text
    ranges, random = ranges_of(given), np.random.default_rng(7)
    listed = ranges.book().market.underlyings
    prices = {u.symbol: u.spot * float(random.uniform(0.98, 1.02)) for u in listed[::3]}
    asking.patch("/v1/market?wait=true", json={"prices": prices}).raise_for_status()
    accounts = answer.json()["accounts"]
    records = [r for r in given["positions"] if r.get("type") != "cash"]
    for i in random.integers(0, len(records), 12).tolist():
        order = {k: c for k, c in records[i].items() if k != "account" and c is not None}
        order["quantity"] = float(random.choice([-3, 3]))
        order = {k: c for k, c in order.items() if k not in ("price", "cost", "volatility")}
        order["cost"] = 5.0
        account = accounts[i % len(accounts)]
        found = asking.post(f"/v1/accounts/{account}/whatif", json={"orders": [order]})
        assert found.status_code in (200, 422), found.text
        if found.status_code == 200:
            alike(found.json(), whole(ranges, prices, [order], account), account)


def test_what_closes_a_contract_is_traded_at_its_mark_of_now(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 512.0}}).raise_for_status()
    close = {"symbol": "XYZ", "type": "call", "quantity": 5, "strike": 500,
             "expiration": "2026-12-18"}  # fmt: skip
    found = held.post("/v1/accounts/A/whatif", json={"orders": [close]}).json()
    assert found["figures"]["account_value"]["change"] == pytest.approx(0.0, abs=1e-6)
    assert found["figures"]["portfolio"]["before"] == held.state()["portfolio"]["requirement"]


def test_alternatives_are_of_one_version_and_stand_apart(held: Asking) -> None:
    given = [{"name": "one", "orders": [PUT]}, {"name": "no", "orders": [{**PUT, "type": "putt"}]}]
    found = held.post("/v1/accounts/A/whatif", json={"alternatives": given}).json()
    one, no = found["alternatives"]
    alone = held.post("/v1/accounts/A/whatif", json={"orders": [PUT]}).json()
    assert (one["name"], one["figures"]) == ("one", alone["figures"])
    assert no["verdict"] == "unknown" and "putt" in no["problem"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"orders": [{**PUT, "symbol": "ZZZ"}]}, "ZZZ"),
        ({"orders": [{**PUT, "account": "B"}]}, "as in the path"),
        ({"orders": []}, "orders"), ({}, "orders"), ({"orders": 3}, "orders"),
        ({"alternatives": []}, "alternatives"), ({"orders": [PUT], "alternatives": []}, "alter"),
        ({"orders": [PUT], "working": "yes"}, "working"),
    ],
)  # fmt: skip
def test_orders_that_cannot_be_read_are_refused(
    held: Asking, body: dict[str, Any], says: str
) -> None:
    answer = held.post("/v1/accounts/A/whatif", json=body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_orders_on_stale_figures_have_no_verdict(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"ABC": 2.0}}).raise_for_status()
    order = {**PUT, "symbol": "ABC", "strike": 45}
    found = held.post("/v1/accounts/B/whatif", json={"orders": [order]}).json()
    assert (found["verdict"], found["stale"]) == ("unknown", True)
    assert "stale" in [reason["code"] for reason in found["reasons"]]


def test_the_greatest_quantity_is_accepted_and_one_more_is_refused(held: Asking) -> None:
    held.patch("/v1/market?wait=true", json={"prices": {"XYZ": 495.0}}).raise_for_status()
    order = {**PUT, "quantity": -1}
    answer = held.post("/v1/accounts/A/max-quantity", json={"orders": [order]})
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["orders"]
    assert row["account"] == "A" and row["proven"]
    for quantity, verdict in ((row["greatest"], "accepted"), (row["greatest"] + 1, "refused")):
        orders = [{**PUT, "quantity": -quantity}]
        found = held.post("/v1/accounts/A/whatif", json={"orders": orders}).json()
        assert found["verdict"] == verdict
    kept = held.post("/v1/accounts/A/max-quantity", json={"orders": [order], "least_cushion": 0.5})
    (less,) = kept.json()["orders"]
    assert 0 < less["greatest"] < row["greatest"]
    for wrong in ({"leave": -1}, {"leave": 5, "least_cushion": 0.1}, {"least_cushion": 1.5}):
        answer = held.post("/v1/accounts/A/max-quantity", json={"orders": [order], **wrong})
        assert answer.status_code == 422


def test_rows_of_the_market_with_titles_and_stock_that_prices_itself_are_at_now(
    asking: Asking,
) -> None:
    book = {
        "positions": [
            ["Symbol", "Asset Class", "Qty", "Mark", "Underlying Price", "Account"],
            ["XYZ 12/18/26 C500", None, -5, 10.0, 500, "A"],
            ["XYZ", "stock", 500, None, None, "A"],
            ["OWN", "stock", 100, 20.0, None, "A"],
            ["USD", "cash", 50_000, None, None, "A"],
        ],
        "market": [["Prices of the desk"], ["Ticker", "Spot"], ["xyz", 500.0]],
        "settings": [["name", "value", "account"], ["as_of", "2026-11-20", None],
                     ["rate", 0.04, None], ["house", "rule", "A"]],
    }  # fmt: skip
    answer = asking.put("/v1/book", json=book)
    assert answer.status_code == 200, answer.text
    asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 508.0, "OWN": 21.0}})
    found = asking.post("/v1/accounts/A/whatif", json={"orders": [PUT]})
    assert found.status_code == 200, found.text
    prices = {"XYZ": 508.0, "OWN": 21.0}
    alike(found.json(), whole(Ranges(book["positions"], book["market"], book["settings"]), prices,
                              [PUT], "A"), "A")  # fmt: skip
