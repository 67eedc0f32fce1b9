"""Marks that come once prices are far from those of the book: they count from there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.service.running import BOOK, Asking, running
from tests.service.test_kept_accounts import close, expected
from xlmargin.service.journal import Accepted, Journal

CALL = {"symbol": "XYZ", "type": "call", "strike": 500, "expiration": "2026-12-18"}
ABC = {"symbol": "ABC", "type": "put", "strike": 48, "expiration": "2027-01-15"}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        yield asking


def book_at(marks: dict[str, float], **prices: Any) -> dict[str, Any]:
    """The book as it would be put with these prices, and marks by id, taken there."""
    positions = [{**own, "price": marks.get(own.get("id"), own.get("price"))}
                 for own in BOOK["positions"]]  # fmt: skip
    market = [{**own, "price": prices.get(own["symbol"], own["price"])} for own in BOOK["market"]]
    return {**BOOK, "positions": positions, "market": market}


def market(asking: Asking, status: int = 200, **given: Any) -> dict[str, Any]:
    answer = asking.patch("/v1/market?wait=true", json=given)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("spot", [320.0, 650.0, 740.0])
def test_marks_come_once_the_price_has_moved_a_quarter_and_more(
    asking: Asking, spot: float
) -> None:
    market(asking, prices={"XYZ": spot})
    mark = max(spot - 498.0, 0.5)
    assert market(asking, marks=[{**CALL, "price": mark}])["stale"] == []
    close(asking.state("A"), expected("A", given=book_at({"p2": mark}, XYZ=spot)))
    assert asking.get("/v1/accounts/A").status_code == 200
    further = spot * 1.2
    market(asking, prices={"XYZ": further})
    at_first = book_at({"p2": mark}, XYZ=spot)
    close(asking.state("A"), expected("A", {"XYZ": further}, given=at_first))


def test_a_fill_at_a_price_of_its_own_comes_then_too(asking: Asking) -> None:
    market(asking, prices={"XYZ": 650.0})
    fill = [{"id": "p2", "price": 152.0}]
    answer = asking.patch("/v1/positions?wait=true", json={"positions": fill})
    assert answer.status_code == 200, answer.text
    close(asking.state("A"), expected("A", given=book_at({"p2": 152.0}, XYZ=650.0)))


def test_of_two_records_of_one_id_the_later_says_where_its_mark_was_taken(
    asking: Asking,
) -> None:
    market(asking, prices={"XYZ": 650.0})
    fills = [{"id": "p2", "price": 140.0}, {"id": "p2", "price": 146.0, "mark_spot": 640.0}]
    answer = asking.patch("/v1/positions?wait=true", json={"positions": fills})
    assert answer.status_code == 200, answer.text
    put = book_at({"p2": 146.0}, XYZ=650.0)
    put["positions"][1]["mark_spot"] = 640.0
    close(asking.state("A"), expected("A", given=put))


@pytest.mark.parametrize("together", [True, False])
def test_marks_anew_free_accounts_whose_price_was_too_far(tmp_path: Path, together: bool) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        prices = {"prices": {"ABC": 23.0}}
        stale = market(asking, **prices)["stale"]
        assert [each["account"] for each in stale] == ["A", "B"]
        marks = {"marks": [{**ABC, "price": 25.1}]}
        assert market(asking, **marks, **(prices if together else {}))["stale"] == []
        given = book_at({"p3": 25.1}, ABC=23.0)
        for account in "AB":
            close(asking.state(account), expected(account, given=given))
        before = asking.states()
    for _ in range(2):
        with running(tmp_path / "journal.db") as asking:
            assert asking.states() == before
            close(asking.state("B"), expected("B", given=given))


def test_a_kill_before_such_marks_are_in_the_figures_leaves_them_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        market(asking, prices={"ABC": 44.0})
    with closing(Journal(path)) as journal:
        marked = {**BOOK["positions"][2], "price": 25.1, "mark_spot": 23.0}
        journal.accept(Accepted(3, positions={2: marked}, prices={"ABC": 23.0}))
    with running(path) as asking:
        close(asking.state("B"), expected("B", given=book_at({"p3": 25.1}, ABC=23.0)))


def test_marks_of_some_options_alone_free_no_account(asking: Asking) -> None:
    """Those that are not marked anew would be worth what nobody knows."""
    other = {"id": "p9", **ABC, "strike": 45, "quantity": -1, "price": 1.5, "account": "B"}
    asking.put(
        "/v1/book", json={**BOOK, "positions": [*BOOK["positions"], other]}
    ).raise_for_status()
    market(asking, prices={"ABC": 4.4})
    answer = market(asking, 422, marks=[{**ABC, "price": 43.7}])
    wanted = "within 50% of 48, where its options were marked; or all of these marked anew"
    assert wanted in answer["detail"]
    both = [{**ABC, "price": 43.7}, {**ABC, "strike": 45, "price": 40.7}]
    assert market(asking, marks=both)["stale"] == []


def test_positions_are_closed_where_the_price_has_gone_with_marks(asking: Asking) -> None:
    market(asking, prices={"ABC": 4.4})
    market(asking, marks=[{**ABC, "price": 43.7}])
    gone = [{"id": "p3", "quantity": 0}]
    answer = asking.patch("/v1/positions?wait=true", json={"positions": gone})
    assert (answer.status_code, answer.json()["stale"]) == (200, [])
    assert market(asking, prices={"ABC": 4.5})["stale"] == []
    far = market(asking, prices={"ABC": 45.0})["stale"]
    assert "found 45 for ABC, wanted a price within 50% of 4.5; or the book anew" in str(far)


def test_a_mark_spot_far_from_the_price_of_now_is_refused(asking: Asking) -> None:
    market(asking, prices={"XYZ": 650.0})
    for at, status in ((500.0, 200), (640.0, 200), (480.0, 422), (820.0, 422)):
        fill = [{"id": "p1", "quantity": 500}, {"id": "p2", "price": 152.0, "mark_spot": at}]
        answer = asking.patch("/v1/positions?wait=true", json={"positions": fill})
        assert answer.status_code == status, answer.text
    assert answer.json()["problems"][0]["row"] == 3
    assert "wanted a price of the underlying nearer today's" in answer.json()["detail"]
