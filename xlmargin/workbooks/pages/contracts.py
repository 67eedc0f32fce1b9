"""What is held: contracts with what they are valued by, and Greeks in dollars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.template import BY_PORTFOLIO, PageSpec

_FIRST: Final = 3
"""Row of the headings of a page that is one table, counted from 0."""
_CONTRACT_KINDS: Final = (
    "text", "words", "price", "date", "quantity", "price", "price", "rate", "words", "rate", "rate",
    "price", "greek",
)  # fmt: skip
_CONTRACT_WIDTHS: Final = (52, 36, 68, 78, 52, 58, 58, 56, 54, 50, 56, 68, 50, 56, 56, 62, 50)
_GREEK_KINDS: Final = ("text", "money", "money", "percent", "money", "money", "money")
_GREEK_WIDTHS: Final = (240, *[120] * 6)


def write_contracts_page(draft: WorkbookBuilder) -> None:
    """Contracts with what they are valued by, and Greeks by underlying."""
    _write_table(
        draft,
        "Contracts",
        ("PM_CONTRACTS", _CONTRACT_WIDTHS, _CONTRACT_KINDS),
        "What each contract is valued by: its volatility, where that is from, and its carry.",
        "Greeks are per unit: vega for 1.00 of volatility, theta for a day.",
    )
    _write_table(
        draft,
        "Exposure",
        ("PM_GREEKS", _GREEK_WIDTHS, _GREEK_KINDS),
        "Dollars by underlying: exposure is units × delta × price of the underlying.",
        "Cash has no row, and counts in the equity.",
    )


PAGE: Final = PageSpec(write_contracts_page, ("Contracts", "Exposure"), calls=(BY_PORTFOLIO,))


def _write_table(
    draft: WorkbookBuilder, name: str, shown: tuple[str, Sequence[int], Sequence[str]], *says: str
) -> None:
    """A page of one answer: its function, the widths of columns, their kinds of quantities."""
    function, widths, kinds = shown
    page = draft.page(name, "output")
    page.title(name, *says)
    page.columns(widths, kinds)
    page.answer(_FIRST, 0, draft.call(function), kinds, spare=SPARE)
    page.finish(len(widths), draft.stamp, repeat=_FIRST, freeze=(_FIRST + 1, 1))
