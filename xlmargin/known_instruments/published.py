"""What the clearing house publishes of products and their groups, where a user has its reports.

Every figure knows the report that it is from. What the reports say goes before the tables of
instruments and before the rulebook's defaults; a market range that states otherwise goes before it.

Rule: FINRA 4210(g)(2)(C), (g)(8); OCC class, product and portfolio groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import isnan, nan
from typing import Final, NamedTuple

from xlmargin.market import Published

_DAY: Final = re.compile(r"(?P<name>.+) of (?P<day>\d{4}-\d{2}-\d{2})")
_NO_DAY: Final = ", of no stated day"


@dataclass(frozen=True)
class Report:
    """A report by its file's name, and the day that it says it was made on, None where none."""

    name: str
    day: date | None = None

    def __str__(self) -> str:
        """How a figure names its source: "groups.csv of 2026-11-02"."""
        return f"{self.name} of {self.day}" if self.day else self.name + _NO_DAY

    @classmethod
    def named(cls, text: str) -> Report:
        """The report that a text names, as `str` writes it."""
        dated = _DAY.fullmatch(text.strip())
        try:
            day = date.fromisoformat(dated["day"]) if dated else None
        except ValueError:
            day = None
        return cls(dated["name"], day) if dated and day else cls(text.strip().removesuffix(_NO_DAY))


@dataclass(frozen=True)
class Product:
    """What the list of products says of an underlying: of its shares and of options on it.

    `eligible` is None, and `minimum`, $ a contract, and `factor`, of the market's moves, are NaN
    where nothing is stated. `conflict` says where its rows contradict each other, "" where not.
    """

    class_group: str
    product_group: str
    eligible: bool | None = None
    minimum: float = nan
    factor: float = nan
    conflict: str = ""
    report: Report = field(default_factory=lambda: Report(""))


@dataclass(frozen=True)
class PointMoves:
    """Ends of the valuation points of a product group, as magnitudes in share of the price."""

    down: float
    up: float


_PERHAPS_CUT: Final = "it may be cut short; the rulebook's own moves count, and no offset"
_STAND_ALONE: Final = "its class groups stand alone"


class Groups(NamedTuple):
    """The groups of an underlying by name, "" for none."""

    class_group: str = ""
    product_group: str = ""
    portfolio_group: str = ""


NO_GROUPS: Final = Groups()


@dataclass(frozen=True)
class Listed:
    """An underlying in the reports: its groups, its factor, and its figures.

    `factor` is NaN where none is stated. `conflict` says what of it contradicts itself.
    """

    groups: Groups
    factor: float
    figures: Published
    conflict: str = ""


@dataclass(frozen=True, eq=False)
class PublishedGroups:
    """What reports say together: each product's groups, and each group's figures, by name.

    `product_of` goes by class group, `portfolio_of` by product group. An offset is the share of a
    gain that counts inside a group; a group without one is in neither `product_offset` nor
    `portfolio_offset`. The reports are None where not given. `warnings` are of what looks wrong
    with the files, `notes` of how they were read.
    """

    products: Mapping[str, Product] = field(default_factory=dict)
    product_of: Mapping[str, str] = field(default_factory=dict)
    portfolio_of: Mapping[str, str] = field(default_factory=dict)
    product_offset: Mapping[str, float] = field(default_factory=dict)
    portfolio_offset: Mapping[str, float] = field(default_factory=dict)
    moves: Mapping[str, PointMoves] = field(default_factory=dict)
    product_list: Report | None = None
    class_groups: Report | None = None
    product_groups: Report | None = None
    portfolio_groups: Report | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that were given."""
        listed = (self.product_list, self.class_groups, self.product_groups, self.portfolio_groups)
        return tuple(report for report in listed if report is not None)

    @cached_property
    def portfolio_groups_with_offset(self) -> Mapping[str, str]:
        """The portfolio group of each product group, where it has an offset: 0 means no group."""
        return {
            product: name
            for product, name in self.portfolio_of.items()
            if self.portfolio_offset.get(name, 0.0) > 0.0
        }

    def find(self, symbol: str, stated: Groups) -> Listed | None:
        """What the reports say of an underlying; None where they do not list it or its groups.

        Groups that are stated go before those of the reports. Where the product groups are given
        and state no offset of its group, that is 0.
        """
        product = self.products.get(symbol)
        class_group = stated.class_group or (product.class_group if product else "")
        group = stated.product_group or (product.product_group if product else "")
        group = group or self.product_of.get(class_group or symbol, "")
        portfolio = stated.portfolio_group or self.portfolio_groups_with_offset.get(group, "")
        in_groups, in_portfolios = group in self._stated, portfolio in self.portfolio_offset
        if product is None and not in_groups and not in_portfolios:
            return None
        moves = self.moves.get(group, PointMoves(nan, nan))
        figures = Published(
            eligible=product.eligible if product else None,
            minimum=product.minimum if product else nan,
            move_down=moves.down,
            move_up=moves.up,
            product_offset=self.product_offset.get(
                group, 0.0 if self.product_groups and group else nan
            ),
            portfolio_offset=self.portfolio_offset.get(portfolio, nan),
            products_report=str(product.report) if product else "",
            product_groups_report=str(self.product_groups) if self.product_groups and group else "",
            portfolio_groups_report=str(self.portfolio_groups) if in_portfolios else "",
        )
        factor, conflict = (product.factor, product.conflict) if product else (nan, "")
        return Listed(Groups(class_group, group, portfolio), factor, figures, conflict)

    @cached_property
    def _stated(self) -> set[str]:
        return {*self.product_offset, *self.moves}

    def lacking(self, product_groups: Iterable[str]) -> Iterator[str]:
        """What is to be said of product groups that the report on them lacks."""
        for name in dict.fromkeys(filter(None, product_groups)):
            if self.product_groups is not None and name not in self._stated:
                yield f"Product group {name} is not in {self.product_groups.name}: {_PERHAPS_CUT}."

    def without_offset(self, product_groups: Iterable[str]) -> Iterator[str]:
        """What is to be said of product groups for which no offset is stated, or one of 0."""
        for name in dict.fromkeys(product_groups):
            rate = self.product_offset.get(name, nan)
            if isnan(rate):
                yield f"Product group {name}: no offset stated, so none: {_STAND_ALONE}."
            elif not rate:
                yield f"Product group {name}: offset 0: {_STAND_ALONE}."

    def of_another_day(self, day: date) -> Iterator[str]:
        """What is to be said of reports that are of another day than the positions."""
        for report in self.reports:
            if report.day is not None and report.day != day:
                yield f"{report.name} is of {report.day}, the positions are of {day}."


NOTHING_PUBLISHED: Final = PublishedGroups()
"""Where a user has no report."""
