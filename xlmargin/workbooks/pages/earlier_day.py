"""The day that a report is compared with: the account as it was on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.live_formulas import Call, FormulaArgument
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.account import figure_of
from xlmargin.workbooks.sentences import Figure

SINCE: Final = "compared_with"
NO_EARLIER: Final = "none"
"""What stands for a figure of the earlier day where there is no such day."""


@dataclass(frozen=True)
class EarlierDay:
    """The day, and where the account of that day stands; `state` is None where there is none.

    `why` says why not, where a day is stated.
    """

    day: Figure
    state: FormulaBlock | None = None
    why: str = ""

    def figure(self, name: str) -> Figure:
        """A figure of all accounts together on the day."""
        if self.state is None:
            return Figure(f'"{NO_EARLIER}"', NO_EARLIER)
        found = figure_of(self.state, name)
        formula = self.state.unless_refused(found.formula, NO_EARLIER)
        return Figure(formula, found.value, found.kind)

    @property
    def since(self) -> float:
        """The serial day; only where it has a state."""
        return float(self.day.value)


def since(draft: WorkbookBuilder) -> FormulaArgument | None:
    """The cell of the setting compared_with as an argument; None where no day is stated."""
    day = draft.tables.value_of_setting(SINCE)
    has_days = set(shadow.NEEDS) <= draft.tables.more.keys()
    return FormulaArgument(SINCE, day) if has_days and isinstance(day, float) else None


def earlier_day(draft: WorkbookBuilder) -> EarlierDay:
    """The account on the day of the setting compared_with, of the dated ranges."""
    stated = since(draft)
    if stated is None:
        return EarlierDay(Figure('"Then"', "Then"))
    day = Figure(SINCE, float(stated.value))  # type: ignore[arg-type]
    call = Call("MARGIN_ACCOUNT_ON", (*shadow.dated_arguments(draft), stated))
    if why := draft.answers.refusal(call):
        return EarlierDay(day, why=why)
    kinds = ["text", "text", "plain", "text", "plain"]
    return EarlierDay(day, draft.formulas.placed(call, kinds, "plain"))
