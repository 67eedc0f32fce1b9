"""The headings of the clearing house's reports on groups, and which report a line heads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xlmargin.importers.records import Layout, Line, has_headings, heading, layout_of
from xlmargin.packaged import packaged_toml


class ReportKind(StrEnum):
    """The reports, each by its name at the clearing house."""

    PRODUCTS = "RBHCPMIncludedProductsReport"
    PORTFOLIO_GROUPS = "RBHCPMPortfolioGroupsReport"
    CLASS_GROUPS = "RBHCPMClassGroupsReport"
    PRODUCT_GROUPS = "RBHCPMProductGroupsReport"


@dataclass(frozen=True)
class ReportHeadings:
    """The headings of one report, and which of its fields are percentages.

    `own` is a field whose first heading only the clearing house writes.
    """

    layout: Layout
    own: str
    percentages: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a field without headings."""
        for field in {self.own, *self.percentages} - self.layout.columns.keys():
            raise ValueError(f"found the field {field!r}, wanted one of {[*self.layout.columns]}")


def _stated(
    columns: Mapping[str, list[str]], needed: list[str], own: str, percentages: Sequence[str] = ()
) -> ReportHeadings:
    """A report as its table of headings.toml states it, each key by its name."""
    return ReportHeadings(layout_of(columns, needed), own, tuple(percentages))


_REPORTS: Final = packaged_toml("xlmargin.importers.clearing_house", "headings.toml")["reports"]
REPORTS: Final = {kind: _stated(**_REPORTS[kind]) for kind in ReportKind}
"""The reports in the order in which headings are tried: a table is the first that it can be."""

_PERCENTAGE: Final = re.compile(r"%|\b(?:percent|percentage|pct|offset|offsets|up|down|moves?)\b")
_OTHERS: Final = re.compile(r"\b(?:rbh|broker|brokers|market maker|firm|specialist|haircut)\b")
_FOREIGN: Final = ("strike", "quantity", "expiration", "exp date", "theoretical closing price")
"""Headings of positions and of arrays, which have groups in columns too."""


def kind_of(line: Line) -> ReportKind | None:
    """The report that a line heads; None where it heads none."""
    there = {heading(cell) for cell in line.cells if cell}
    if there & {heading(foreign) for foreign in _FOREIGN}:
        return None
    for kind, headings in REPORTS.items():
        if all(there & headings.layout.spelled(field) for field in headings.layout.needed):
            return kind
    return None


def is_the_clearing_houses(line: Line, kind: ReportKind) -> bool:
    """Whether the headings are those of the report itself, not of a table of one's own."""
    headings = REPORTS[kind]
    return has_headings(line, headings.layout.columns[headings.own][:1])


def not_understood(line: Line, kind: ReportKind) -> list[str]:
    """The headings of percentages that are neither the customers' nor other accounts'.

    All percentages, where customers have none and other accounts have.
    """
    layout = REPORTS[kind].layout
    understood = {h for field in layout.columns for h in layout.spelled(field)}
    percentages = [c for c in line.cells if _PERCENTAGE.search(heading(c))]
    unread = [c for c in percentages if heading(c) not in understood]
    own = [c for c in unread if not _OTHERS.search(heading(c))]
    if own or not REPORTS[kind].percentages:
        return own
    return unread if len(unread) == len(percentages) else []
