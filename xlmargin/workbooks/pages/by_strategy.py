"""What portfolio margin releases by strategy, on three bases."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.pages.comparison import GAINS, of_total
from xlmargin.workbooks.sentences import sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

SHEET: Final = "By strategy"

_ROW: Final = 4
_KINDS: Final = ["words", "whose", *["money"] * 4, *["money", "percent"] * 3, "money"]
_HEADINGS: Final = (
    "Strategy", "Account", "Initial\n$", "Maintenance\n$", "Deposit\n$", "Portfolio\nmargin $",
    "Gain on\ndeposit $", "Share", "Gain on\ninitial $", "Share", "Gain on\nmaint. $", "Share",
    "Released\n$",
)  # fmt: skip
_WIDTHS: Final = (140, 70, 76, 78, 76, 76, 74, 52, 74, 52, 74, 52, 66)


def write_by_strategy_page(draft: WorkbookBuilder) -> None:
    """A row a strategy of the least pairing, and the total."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, _KINDS)
    call = draft.call("MARGIN_GAINS", literal("strategy"))
    rows = page.answer(_ROW, 0, call, _KINDS, spare=SPARE, headings=_HEADINGS)
    accounts = draft.placed("MARGIN_GAINS", literal("account"), numbers=["text", "text", "money"])
    basis = draft.book.settings.basis
    page.title(
        SHEET,
        sentence(
            f"On {basis.value}, portfolio margin releases ",
            of_total(accounts, GAINS[basis][1], "millions"),
            " in all; by strategy of the least pairing:",
        ),
        "Gain: strategy-based figure less portfolio margin requirement. Released: the gain on the "
        "basis of the settings.",
    )  # fmt: skip
    page.totals(_ROW + 1, _ROW + len(rows) + SPARE - 1, len(_WIDTHS))
    page.finish(len(_WIDTHS), draft.stamp, repeat=_ROW, freeze=(_ROW + 1, 1))


PAGE: Final = PageSpec(
    write_by_strategy_page, (SHEET,), calls=(BY_STRATEGY, BY_PORTFOLIO), prints=(SHEET,)
)
