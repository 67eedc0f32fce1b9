"""Records under any headings that are known: what a mark, a volatility or quantity 0 changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.running import BOOK, Asking, running

CALL = {"symbol": "XYZ", "type": "call", "strike": 500, "expiration": "2026-12-18"}
MARKS = {"marks": [{**CALL, "price": 22.0}]}
WORTH = 303_800.0
"""500 XYZ at 520, 5 calls of 100 short at 22, 100 ABC at 48, and 50,000 cash."""


def renamed(names: dict[str, str]) -> dict[str, Any]:
    """The book with other headings of positions."""
    rows = [{names.get(k, k): cell for k, cell in each.items()} for each in BOOK["positions"]]
    return BOOK | {"positions": rows}


def of_options(**cells: Any) -> dict[str, Any]:
    """The book with more cells in the records of options."""
    return BOOK | {
        "positions": [
            each | (cells if each["type"] in ("call", "put") else {}) for each in BOOK["positions"]
        ]
    }


def put(asking: Asking, book: dict[str, Any]) -> None:
    answer = asking.put("/v1/book", json=book)
    assert answer.status_code == 200, answer.text


def changed(asking: Asking, path: str, given: dict[str, Any]) -> dict[str, Any]:
    answer = asking.patch(f"{path}?wait=true", json=given)
    assert answer.status_code == 200, answer.text
    return asking.state()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (of_options(volatility=0.3), of_options(IV=0.3)),
        (BOOK, renamed({"price": "Price"})),
    ],
    ids=["volatility", "price"],
)
def test_marks_do_not_depend_on_the_book_that_was_there_before(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    found = []
    with running(tmp_path / "journal.db") as asking:
        for book in (first, second):
            put(asking, book)
            changed(asking, "/v1/market", {"prices": {"XYZ": 520.0}})
            found.append(changed(asking, "/v1/market", MARKS))
    assert [each["account_value"] for each in found] == [WORTH, WORTH]
    one, other = ([each[r]["requirement"] for r in ("portfolio", "strategy")] for each in found)
    assert one == other


@pytest.mark.parametrize(
    ("names", "mark"),
    [
        ({}, {"price": 22.0}),
        ({}, {"Mark": 22.0}),
        ({}, {"bid": 21.9, "ask": 22.1}),
        ({"price": "Price"}, {"Price": 22.0}),
        ({"price": "last"}, {"last": 22.0}),
    ],
    ids=lambda each: "-".join(each),
)
def test_a_mark_is_taken_at_the_prices_of_now_under_any_heading(
    tmp_path: Path, names: dict[str, str], mark: dict[str, float]
) -> None:
    with running(tmp_path / "journal.db") as asking:
        put(asking, renamed(names))
        changed(asking, "/v1/market", {"prices": {"XYZ": 520.0}})
        now = changed(asking, "/v1/positions", {"positions": [{"id": "p2", **mark}]})
        assert now["account_value"] == WORTH
        again = changed(asking, "/v1/market", {"prices": {"XYZ": 500.0}})
        back = changed(asking, "/v1/market", {"prices": {"XYZ": 520.0}})
    assert again["account_value"] != WORTH
    assert back["account_value"] == WORTH


def test_a_last_trade_beside_a_price_is_refused(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        put(asking, BOOK)
        given = {"positions": [{"id": "p2", "last": 22.0}]}
        answer = asking.patch("/v1/positions", json=given)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "last"


def test_quantity_0_under_another_heading_is_gone(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        put(asking, renamed({"quantity": "Quantity"}))
        now = changed(asking, "/v1/positions", {"positions": [{"id": "p4", "Quantity": 0}]})
        assert now["account_value"] == 295_000.0  # 500 x 500, less 500 x 10, and 50,000 cash
        answer = asking.patch("/v1/positions", json={"positions": [{"id": "p4", "Quantity": 1}]})
    assert answer.status_code == 422  # of a record that is gone nothing is left
