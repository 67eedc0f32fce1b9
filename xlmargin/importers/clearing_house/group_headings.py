"""The headings of the clearing house's reports on groups: one table for each report.

The first heading of each is the one that code which read the reports looked for; the others are how
people head tables of their own. Of several accounts' percentages the customers' count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xlmargin.importers.brokers.records import Columns, Line, heading

_SYMBOL: Final = ("Symbol", "trading symbol", "underlying")
_CLASS: Final = ("Class Group", "class grp", "class group id", "class")
_PRODUCT: Final = ("Product Group", "prod grp", "product group id", "group")
_PORTFOLIO: Final = ("Portfolio Group", "portfolio group id", "port grp")
_OFFSET: Final = (
    "customer offset", "offset customer", "customer offset %", "offset % customer", "cust offset",
    "cust offset %", "CPM offset %", "offset", "offset %",
)  # fmt: skip


class ReportKind(StrEnum):
    """The reports, each by its name at the clearing house."""

    PRODUCTS = "RBHCPMIncludedProductsReport"
    PORTFOLIO_GROUPS = "RBHCPMPortfolioGroupsReport"
    CLASS_GROUPS = "RBHCPMClassGroupsReport"
    PRODUCT_GROUPS = "RBHCPMProductGroupsReport"


@dataclass(frozen=True)
class ReportHeadings:
    """The headings of one report: those of each field, and those without which it is none.

    `own` is a field whose first heading only the clearing house writes.
    """

    columns: Columns
    needed: tuple[str, ...]
    own: str
    percentages: tuple[str, ...] = ()


REPORTS: Final = {
    ReportKind.PRODUCTS: ReportHeadings(
        {
            "type": ("Product Type", "type"),
            "symbol": _SYMBOL,
            "name": ("Product Name", "name"),
            "class_group": _CLASS,
            "product_group": _PRODUCT,
            "eligible": ("Product CPM Eligible", "CPM eligible", "eligible"),
            "minimum": (
                "CPM Minimum Charge Per Contract", "CPM minimum charge",
                "minimum charge per contract",
            ),
            "minimum of others": ("RBH Minimum Charge Per Contract", "RBH minimum charge"),
            "factor": ("Market Move Adjustment Factor", "adjustment factor", "factor"),
        },
        needed=("symbol", "class_group"),
        own="eligible",
    ),
    ReportKind.PORTFOLIO_GROUPS: ReportHeadings(
        {
            "portfolio_group": _PORTFOLIO,
            "name": ("Portfolio Group Name",),
            "offset": ("Portfolio Group Offset %", "portfolio group offset", *_OFFSET),
            "product_group": _PRODUCT,
        },
        needed=("portfolio_group", "product_group"),
        own="offset",
        percentages=("offset",),
    ),
    ReportKind.CLASS_GROUPS: ReportHeadings(
        {
            "class_group": _CLASS,
            "product_group": _PRODUCT,
            "basket": ("Basket ID",),
        },
        needed=("class_group", "product_group"),
        own="basket",
    ),
    ReportKind.PRODUCT_GROUPS: ReportHeadings(
        {
            "product_group": _PRODUCT,
            "name": ("Product Group Name",),
            "up": ("CPM % Up", "customer up", "up customer", "up", "up %", "up move", "up move %"),
            "down": (
                "CPM % Down", "customer down", "down customer", "down", "down %", "down move",
                "down move %",
            ),
            "offset": ("Product Group Offset %", "product group offset", *_OFFSET),
        },
        needed=("product_group",),
        own="up",
        percentages=("up", "down", "offset"),
    ),
}  # fmt: skip
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
        if all(there & _spelled(headings.columns[field]) for field in headings.needed):
            return kind
    return None


def is_the_clearing_houses(line: Line, kind: ReportKind) -> bool:
    """Whether the headings are those of the report itself, not of a table of one's own."""
    headings = REPORTS[kind]
    return heading(headings.columns[headings.own][0]) in {heading(cell) for cell in line.cells}


def not_understood(line: Line, kind: ReportKind) -> list[str]:
    """The headings of percentages that are neither the customers' nor other accounts'.

    All percentages, where customers have none and other accounts have.
    """
    understood = {h for spellings in REPORTS[kind].columns.values() for h in _spelled(spellings)}
    percentages = [c for c in line.cells if _PERCENTAGE.search(heading(c))]
    unread = [c for c in percentages if heading(c) not in understood]
    own = [c for c in unread if not _OTHERS.search(heading(c))]
    if own or not REPORTS[kind].percentages:
        return own
    return unread if len(unread) == len(percentages) else []


def _spelled(spellings: Iterable[str]) -> set[str]:
    return {heading(spelling) for spelling in spellings}
