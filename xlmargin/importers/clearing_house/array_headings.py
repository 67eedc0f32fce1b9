"""The headings of a table of theoretical profits and losses, in the layouts that are known of.

The ten points are headed by their number, 1 to 10, or by their place: -5 to -1 below the price of
the underlying and 1 to 5 above it, as FIX has them. A sign is part of such a heading.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import ClassVar, Final

from xlmargin.cells.columns import day_of
from xlmargin.cells.values import clean_text
from xlmargin.importers.records import heading, layout_of
from xlmargin.packaged import packaged_toml

POINTS: Final = 10
"""Valuation points of a row."""

ARRAYS: Final = layout_of(
    **packaged_toml("xlmargin.importers.clearing_house", "headings.toml")["arrays"]
)
"""Fields of a row of arrays beside its ten points, and how each may be headed."""

ARRAYS_SURE: Final = (
    "provisional: the clearing house's own headings of arrays were not seen, these are likely ones"
)
_POINT: Final = re.compile(
    r"(?:(?:p\s*[/&]?\s*l|profit\s*/\s*loss|points?|pnt)[\s_]*)?(?P<number>[+-]?\d{1,2})",
    re.IGNORECASE,
)
PLACES: Final = (*range(-POINTS // 2, 0), *range(1, POINTS // 2 + 1))
"""The points by their place: below the price of the underlying negative, above it positive."""
_DAY: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}|\b20\d{6}\b")
_OTHER_KINDS: Final = (
    ("a report of groups", "arrays; a report of groups is given with --groups",
     (("product group offset %",), ("portfolio group offset %",), ("product cpm eligible",))),
    ("positions", "arrays first, then positions",
     (("symbol", "quantity"), ("symbol", "qty"))),
)  # fmt: skip


@dataclass(frozen=True)
class ArrayHeadings:
    """Which cell of a row holds which of our fields; `labels` are the file's own headings.

    `ordered` says that the points are headed by their place, so that the first is the lowest price.
    """

    at: Mapping[str, int]
    labels: Mapping[str, str]
    ordered: bool

    MOST_TITLES: ClassVar[int] = 40
    """Rows above the headings."""

    @classmethod
    def of(cls, cells: Sequence[str | float | None]) -> ArrayHeadings | None:
        """The headings in a row; None where it lacks one that is needed, and so is no such row."""
        texts = [_text(cell) for cell in cells]
        at = ARRAYS.places(texts)
        points, ordered = _points(texts)
        if len(points) != POINTS or any(column not in at for column in ARRAYS.needed):
            return None
        at.update({f"point {i + 1}": place for i, place in enumerate(points)})
        return cls(at, {column: texts[i] for column, i in at.items()}, ordered)

    def label(self, column: str) -> str:
        """The file's own heading of a field."""
        return self.labels.get(column, column)

    def repeats(self, cells: Sequence[str | float | None]) -> bool:
        """Whether a row is the headings again."""
        at = self.at["symbol"]
        return _text(cells[at]) == self.labels["symbol"] and ArrayHeadings.of(cells) is not None

    @cached_property
    def last_point(self) -> int:
        """The place of the last of the ten points."""
        return max(self.at[f"point {i}"] for i in range(1, POINTS + 1))

    @cached_property
    def points(self) -> Callable[[Sequence[str | float | None]], tuple[str | float | None, ...]]:
        """Takes the cells of the ten points out of a row."""
        return itemgetter(*[self.at[f"point {i}"] for i in range(1, POINTS + 1)])

    @property
    def minimum_per_contract(self) -> bool:
        """Whether the minimum's heading says that it is one contract's."""
        return "per contract" in heading(self.labels.get("minimum", ""))

    @property
    def volatility_scale(self) -> float:
        """What the file's volatilities are multiplied by to be fractions."""
        return 0.01 if "%" in self.labels.get("volatility", "") else 1.0

    @staticmethod
    def day_in(title: str) -> dt.date | None:
        """The day that a title names, None where it names none or two."""
        days = {day for text in _DAY.findall(title) if (day := day_of(text)) is not None}
        return days.pop() if len(days) == 1 else None

    @staticmethod
    def missing(rows: Sequence[Sequence[str | float | None]]) -> str:
        """What was found in rows that have no such headings, and what is wanted."""
        for row in rows:
            there = {heading(_text(cell)) for cell in row}
            for name, wanted, stated_by in _OTHER_KINDS:
                if any(there.issuperset(map(heading, names)) for names in stated_by):
                    return f"found {name}, wanted {wanted}."
        wanted = "class, symbol, expiry, cp, strike, pl_1 ... pl_10 (or -5 ... 5) and rows below"
        return f"found no such headings, wanted headings {wanted}."


def _points(texts: Sequence[str]) -> tuple[list[int], bool]:
    """The places of the ten points, and whether these are headed by place; none where unclear."""
    found: dict[int, int] = {}
    twice = False
    for i, text in enumerate(texts):
        if match := _POINT.fullmatch(text):
            number = int(match["number"])
            twice = twice or number in found
            found[number] = i
    for numbers, ordered in ((PLACES, True), (range(1, POINTS + 1), False)):
        if not twice and set(found) == set(numbers):
            return [found[number] for number in numbers], ordered
    return [], False


@lru_cache(maxsize=65_536)
def _text(cell: str | float | None) -> str:
    if isinstance(cell, float):
        return f"{cell:g}"
    return clean_text(cell or "")
