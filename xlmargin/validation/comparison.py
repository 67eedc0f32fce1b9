"""A published figure beside ours, and the files of published figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from xlmargin.packaged import packaged_text, packaged_toml
from xlmargin.validation.ranges import Case


class Origin(StrEnum):
    """Where the figure that ours stands beside is from, as the files say."""

    PUBLISHED = "published"
    QUANTLIB = "QuantLib"
    RULE = "by the rule"


_IN_WORDS: Final = {
    Origin.PUBLISHED: "published by an exchange, brokers, textbooks, test suites and the article",
    Origin.QUANTLIB: "computed with QuantLib",
    Origin.RULE: "worked out by hand from the rule",
}


@dataclass(frozen=True)
class Source:
    """Who published the figures, where, and the cases."""

    name: str
    """Of the file."""
    says: str
    url: str
    cases: tuple[Case, ...]
    origins: Mapping[str, Origin]
    """By case."""


@dataclass(frozen=True)
class FigureComparison:
    """One figure of one case: as published, as ours, and by how much they may differ."""

    source: str
    case: str
    figure: str
    unit: str
    published: float
    ours: float | None
    """None where we refuse: `refusal` says why."""
    within: float
    """In the unit, the greatest difference that agrees."""
    refusal: str = ""

    @property
    def difference(self) -> float | None:
        """Ours less the published figure."""
        return None if self.ours is None else self.ours - self.published

    @property
    def origin(self) -> Origin:
        """Where the figure is from."""
        return source(self.source).origins[self.case]

    @property
    def explanation(self) -> str:
        """Why it differs, where that is stated and ours is what is stated; "" elsewhere."""
        stated = None if self.agrees else _explained().get((self.case, self.figure))
        if stated is None or (self.ours is None) != (stated.ours is None):
            return ""
        is_so = self.ours is None or abs(self.ours - (stated.ours or 0.0)) <= self.within
        return stated.why if is_so else ""

    @property
    def agrees(self) -> bool:
        """Whether ours is within the bound."""
        return self.difference is not None and abs(self.difference) <= self.within

    @property
    def state(self) -> str:
        """`agrees`, `differs, explained` or `differs`."""
        if self.agrees:
            return "agrees"
        return "differs, explained" if self.explanation else "differs"


@cache
def source(name: str) -> Source:
    """A file of published figures."""
    read = json.loads(packaged_text("xlmargin.validation", f"published/{name}.json"))
    cases = tuple(read["cases"])
    origins = {case["id"]: Origin(case.get("origin", read["origin"])) for case in cases}
    return Source(name, read["source"], read.get("url", ""), cases, origins)


def counted_by_origin(of: Iterable[FigureComparison]) -> str:
    """How many figures there are, and how many of each origin, in words."""
    counts = Counter(c.origin for c in of)
    parts = ", ".join(f"{counts[origin]} {words}" for origin, words in _IN_WORDS.items())
    return f"{counts.total()} figures, of which {parts}"


class Explained(NamedTuple):
    """What ours is instead of a published figure, None where we refuse, and why."""

    ours: float | None
    why: str


@cache
def _explained() -> Mapping[tuple[str, str], Explained]:
    """The figures that differ for a reason, by case and figure."""
    stated = packaged_toml("xlmargin.validation", "explained.toml")["difference"]
    return {(row["case"], row["figure"]): Explained(row.get("ours"), row["why"]) for row in stated}
