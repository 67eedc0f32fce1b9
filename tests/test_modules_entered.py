"""How many modules a number goes through: what someone has to open who follows it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from tests.books import Range
from xlmargin import computing, udfs

ROOT = Path(udfs.__file__).parent
SETTINGS: Range = [["as_of", "2026-01-15"], ["rate", 0.04]]
SHARES: Range = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, 50.0]]
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
COVERED: Range = [
    HEADINGS,
    ["XYZ", "stock", 100, None, None, 50.0],
    ["XYZ", "call", -1, 55, "2026-12-18", 2.0],
]
TRADES: Range = [HEADINGS, ["XYZ", "put", 1, 45, "2026-12-18", 1.5]]


def entered(function: Callable[..., object], *ranges: Range | None) -> set[str]:
    """The modules of which a function is called on the way to an answer that nothing remembers."""
    function(*ranges)  # what is imported, and what is built once
    computing.forget()
    found = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT):
            found.add(str(path.relative_to(ROOT)))

    sys.setprofile(note)
    try:
        answer = function(*ranges)
    finally:
        sys.setprofile(None)
    assert not isinstance(answer, str), answer
    return found


@pytest.mark.parametrize(
    ("function", "ranges", "most"),
    [
        (udfs.PM_REQUIREMENT, (SHARES, None, SETTINGS), 26),
        (udfs.MARGIN_WHATIF, (COVERED, TRADES, None, SETTINGS), 52),
    ],
    ids=["one share position", "a what-if with options"],
)
def test_few_modules_lie_between_the_cells_and_the_answer(
    function: Callable[..., object], ranges: tuple[Range | None, ...], most: int
) -> None:
    found = entered(function, *ranges)
    assert len(found) <= most, sorted(found)
