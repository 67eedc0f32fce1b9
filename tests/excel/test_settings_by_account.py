"""Settings that are stated by account are refused by row, never taken for the whole book."""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs

POSITIONS = [
    ["symbol", "type", "quantity", "price", "account"],
    ["XYZ", "stock", 100, 50, "A"],
    ["XYZ", "stock", 100, 50, "B"],
]
WANTED = "wanted one value for all accounts"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            [["name", "value", "account"], ["as_of", 46_346, None], ["house", "schwab", "A"]],
            "settings, row 3, account: found 'A'",
        ),
        (
            [["name", "A", "B"], ["as_of", 46_346, None], ["house", "rule", "schwab"]],
            "settings, row 3, house of B: found the text 'schwab'",
        ),
    ],
)
def test_refused_by_row(settings: list[list[Any]], says: str) -> None:
    answer = udfs.PM_REQUIREMENT(POSITIONS, None, settings)
    assert isinstance(answer, str)
    assert says in answer
    assert WANTED in answer


def test_an_empty_column_and_remarks_say_nothing() -> None:
    for heading, cell in (("account", None), ("note", "as agreed")):
        settings = [["name", "value", heading], ["as_of", 46_346, cell]]
        assert udfs.PM_REQUIREMENT(POSITIONS, None, settings) == pytest.approx(1_500)
