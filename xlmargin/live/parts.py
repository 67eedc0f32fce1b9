"""The parts of a book that is kept: their figures, proven, or bounded while prices move.

What a pairing that was the least requires at other prices is at least what is the least there: a
permitted pairing stays one. So the strategy-based figures of parts whose pairings are known are
bounded at once - the requirement from above, the excess from below - and proven later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.book import Book
from xlmargin.live.joint_margin import JointMargin, Known
from xlmargin.what_if.impact import Figures

FEW: Final = 4
"""Classes whose least pairings are found as soon as the known ones are priced."""
NEAR: Final = 1e-3
"""Share of the requirement by which a bound may be above it before other pairings are known."""


@dataclass(frozen=True, eq=False)
class Part:
    """Positions margined together, at the prices of now; figures of all accounts without cash.

    `bound` are figures of which those by strategy may be worse than they are; `known` the pairings
    that they are of, and which of the parts that these are of this one is.
    """

    rows: IntArray
    book: Book
    bound: Figures | None = None
    known: tuple[Known, int] | None = None

    @cached_property
    def underlyings(self) -> frozenset[int]:
        """Indexes of the underlyings that are held in it."""
        return frozenset(self.book.positions.underlying.tolist())

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The symbols of these."""
        return frozenset(self.book.market.underlyings[i].symbol for i in self.underlyings)

    @property
    def is_proven(self) -> bool:
        """Whether its figures are worked out."""
        return "figures" in vars(self)

    def with_figures_of(self, same: Part) -> Part:
        """The part with all that is worked out of another one that is margined alike."""
        part = replace(self, bound=same.bound, known=same.known)
        if same.is_proven:
            vars(part)["figures"] = same.figures
        return part

    def is_near(self, figures: Figures) -> bool:
        """Whether what bounds it is near its figures: the pairings are as good as new ones."""
        if self.bound is None:
            return False
        pairs = (
            (self.bound.maintenance, figures.maintenance),
            (self.bound.reg_t, figures.reg_t),
        )
        return all(float(np.sum(a - b)) <= NEAR * float(np.abs(b).sum()) for a, b in pairs)

    @property
    def now(self) -> Figures:
        """Its figures, or what bounds them as long as they are not worked out."""
        return self.figures if self.is_proven or self.bound is None else self.bound

    @cached_property
    def figures(self) -> Figures:
        """The figures of the part."""
        [figures] = JointMargin.of(self.book, [np.arange(len(self.rows))]).figures()
        return figures


def classes_of(part: Part) -> int:
    """How many classes a part has of which pairings are known."""
    return 0 if part.known is None else part.known[0].classes[part.known[1]]


def proven(book: Book, parts: Sequence[Part]) -> list[Part]:
    """Parts of a book with their figures, all worked out together."""
    if not parts:
        return []
    joint = JointMargin.of(book, [part.rows for part in parts])
    figures = joint.figures()
    far = [i for i, part in enumerate(parts) if not part.is_near(figures[i])]
    known = joint.known() if far else None
    found = []
    for i, part in enumerate(parts):
        own = part.known
        if known is not None and i in far:
            own = (known, i) if known.may[i] else None
        found.append(replace(part, bound=None, known=own))
        vars(found[-1])["figures"] = figures[i]
    return found


def bounded(book: Book, parts: Sequence[Part]) -> list[Part]:
    """Parts of a book with what bounds their figures; where no pairing is known, with these.

    A few classes have their figures: to prove them costs no more.
    """
    groups: dict[Known, list[tuple[int, int]]] = {}
    for n, part in enumerate(parts):
        if part.known is not None:
            known, own = part.known
            groups.setdefault(known, []).append((own, n))
    if sum(map(classes_of, parts)) <= FEW:
        return proven(book, parts)
    found = [*parts]
    unknown = [n for n, part in enumerate(parts) if part.known is None]
    for n, part in zip(unknown, proven(book, [parts[n] for n in unknown]), strict=True):
        found[n] = part
    if not groups:
        return found
    chosen = [n for members in groups.values() for _, n in sorted(members)]
    joint = JointMargin.of(book, [parts[n].rows for n in chosen])
    known_here, first = [], 0
    for known, members in groups.items():
        count = sum(len(parts[n].rows) for _, n in members)
        here = np.zeros(len(known.may), dtype=bool)
        here[[own for own, _ in members]] = True
        known_here.append((known, np.arange(first, first + count), here))
        first += count
    for n, figures in zip(chosen, joint.at_most(known_here), strict=True):
        found[n] = replace(parts[n], bound=figures)
    return found
