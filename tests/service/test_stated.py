"""What was stated, as the journal keeps it."""

from __future__ import annotations

import datetime as dt

from xlmargin.service.stated import Stated

KEPT = {
    "market": [["symbol", "price"], ["XYZ", 50.0]],
    "settings": {"rate": 0.04},
    "thresholds": [{"figure": "excess", "warn": 0}],
    "today": "2026-11-20",
    "marked": {"": 5.0, "0": 7.0},
    "working orders A": [{"symbol": "XYZ", "type": "stock", "quantity": 1}],
    "working orders B": None,
}
"""The rows of the journal's table of ranges, as all versions have written them."""
POSITIONS = {
    0: {"symbol": "XYZ 12/18/26 C55", "quantity": -1, "price": 2.0},
    3: {"symbol": "XYZ", "type": "stock", "quantity": 100},
}


def test_what_a_journal_keeps_is_read_and_written_alike() -> None:
    stated = Stated.of_journal(KEPT, POSITIONS)
    assert stated.today == dt.date(2026, 11, 20)
    assert stated.ranges.keys() == {"market", "settings", "thresholds"}
    assert stated.working == {"A": KEPT["working orders A"], "B": None}
    assert stated.journalled == KEPT
    assert stated.oldest_mark == 7.0
    assert stated.read().book().as_of == stated.today


def test_a_journal_may_know_of_no_marks() -> None:
    kept = {name: own for name, own in KEPT.items() if name != "marked"}
    stated = Stated.of_journal(kept, POSITIONS)
    assert stated.oldest_mark is None
    assert stated.journalled == kept


def test_what_stands_beside_a_book_leaves_it_as_it_is_read() -> None:
    stated = Stated.of_journal(KEPT, POSITIONS)
    ranges = stated.read()
    assert stated.with_range("thresholds", None).priced().read() is ranges
    assert stated.with_working("A", None).priced().read() is ranges
