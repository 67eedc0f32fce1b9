"""The underlyings that require most, by the regime that the accounts are under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import IF
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.pages import requirement
from xlmargin.workbooks.pages.comparison import ACCOUNT, MAINTENANCE, NAME, TOTAL
from xlmargin.workbooks.ranking import Condition, Ranking
from xlmargin.workbooks.sentences import Figure, text_of_parts


@dataclass(frozen=True)
class LargestNames:
    """An answer with a row an underlying of an account, and the columns of it, from 0.

    `whole` is the requirement of the whole book, $, of which theirs are parts; `words` names the
    regime. `worst_move` is the column of the point that binds, None where the regime has none.
    """

    answer: FormulaBlock
    conditions: Sequence[Condition]
    name: int
    account: int
    required: int
    whole: Figure
    words: str
    worst_move: int | None = None

    def ranking(self, top: int, column: int) -> Ranking:
        """Its rows, the largest first, on a page from a row on; the amounts in a column."""
        return Ranking(self.answer, self.conditions, self.required, top, column)

    def named(self, largest: Ranking, rank: int) -> Figure:
        """The underlying of a rank, and its account where others are among the rows."""
        name, account = (largest.figure(rank, column) for column in (self.name, self.account))
        is_said = IF(account.equals(""), 0, largest.others(self.account, account))
        whose = IF(is_said > 0, text_of_parts(", ", account.of_kind("text")), "")
        return text_of_parts(name.of_kind("text"), whose.of_kind("text"))


def largest_of(draft: WorkbookBuilder) -> LargestNames:
    """The class groups of portfolio margin, or the underlyings of strategy-based maintenance.

    The regime is that of the settings as the workbook is written. The second kind only of a book
    that both regimes margin.
    """
    if draft.is_portfolio:
        groups = draft.formulas.placed(draft.call("PM_GROUPS"), requirement.KINDS, "plain")
        return LargestNames(
            groups,
            [(requirement.LEVEL, "=", requirement.CLASS_GROUP)],
            requirement.GROUP,
            requirement.ACCOUNT,
            requirement.REQUIREMENT,
            draft.one("PM_REQUIREMENT"),
            "portfolio margin",
            requirement.WORST_POINT,
        )
    kinds = ["text", "text", "money"]
    return LargestNames(
        draft.placed("MARGIN_GAINS", literal("underlying"), numbers=kinds),
        [(NAME, "<>", TOTAL), (NAME, "<>", "")],
        NAME,
        ACCOUNT,
        MAINTENANCE,
        draft.one("REGT_MAINTENANCE"),
        "strategy-based maintenance",
    )
