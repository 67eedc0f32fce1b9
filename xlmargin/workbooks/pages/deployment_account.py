"""The account today, with the hedge, and with more options written, too: figures and states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_KINDS, WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Figure, at, constant, less, sentence, state_of
from xlmargin.workbooks.formulas import Call, FormulaArgument, FormulaBlock, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import deployment_inputs as inputs
from xlmargin.workbooks.pages.account import TOTAL
from xlmargin.workbooks.pages.deployment_inputs import DeploymentInputs
from xlmargin.workbooks.pages.deployment_positions import DeploymentPositions
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

RIGHT: Final = 4
"""First column of the table."""
TODAY, HEDGED, BOTH, CHANGE = range(RIGHT + 1, RIGHT + 5)
FALL: Final = -0.2
_MOVES: Final = (FALL, -0.1, 0.1)
_DOUBLED: Final = 1.0
"""A fall of all underlyings, the moves of the chart, and a rise of volatility to twice itself."""
(
    CASH, PORTFOLIO, EXCESS, STRATEGY, STRATEGY_EXCESS, LOSS, _, GAIN, LOSS_DOUBLED, AT_FALL,
    BEYOND, CALLS,
) = range(inputs.PUT + 1, inputs.PUT + 13)  # fmt: skip
"""Rows of the table."""


@dataclass(frozen=True)
class DeploymentStep:
    """The answers about the positions after a step."""

    state: FormulaBlock
    stress: FormulaBlock
    path: FormulaBlock

    def account(self, figure: str) -> Figure:
        """A figure of all accounts together."""
        at = self.state.row_of(figure), TOTAL
        return self.state.figure(*at)

    def moved(self, move: int, column: int) -> Figure:
        """Gain or loss at a move of the chart, with volatilities unchanged (1) or doubled (2)."""
        return self.stress.figure(1 + move, column)

    def fallen(self, column: int) -> Figure:
        """A figure of the account after the fall."""
        return self.path.figure(1, column)


def step_of(draft: WorkbookBuilder, positions: FormulaArgument) -> DeploymentStep:
    """The account, gains and losses, and the account after a fall, of some positions."""
    _, *others = draft.tables.arguments
    own = (positions, *others)
    moves = FormulaArgument("{" + ",".join(f"{m:g}" for m in _MOVES) + "}", [list(_MOVES)])
    volatilities = FormulaArgument(f"{{0,{_DOUBLED:g}}}", [[0.0, _DOUBLED]])
    place, kinds = draft.formulas.placed, ["move", "money", "money", "text"]
    of_path = ["move", *["money"] * 3, "percent", "text"]
    return DeploymentStep(
        place(Call("MARGIN_ACCOUNT", own), ACCOUNT_KINDS, "plain"),
        place(Call("PM_STRESS", (*own, moves, volatilities)), kinds, "move"),
        place(Call("PM_PATH", (*own, literal(FALL))), of_path, "plain"),
    )


_ROWS: Final[tuple[tuple[str, str | tuple[int, int] | int], ...]] = (
    ("Cash", "cash"),
    ("Requirement, portfolio margin", "portfolio requirement"),
    ("Excess, portfolio margin", "portfolio excess"),
    ("Maintenance, strategy-based", "strategy requirement"),
    ("Excess, strategy-based", "strategy excess"),
    ("Gain or loss at −20%", (0, 1)),
    ("Gain or loss at −10%", (1, 1)),
    ("Gain or loss at +10%", (2, 1)),
    ("Gain or loss at −20%, volatility × 2", (0, 2)),
    ("Excess at −20%", 3),
    ("Cash beyond the reserve", BEYOND),
    ("Calls without shares, contracts", CALLS),
)
"""The rows: a figure of the account, a gain at a move and a volatility, a figure after the fall,
or what is made of the rows before.
"""


class AccountAfter:
    """The account today, with the hedge, and with more options written, too."""

    def __init__(
        self,
        page: Page,
        steps: list[DeploymentStep],
        stated: DeploymentInputs,
        made: DeploymentPositions,
    ) -> None:
        self._page, self._steps, self._made = page, steps, made
        there = inputs.here(inputs.USES_ROW + len(stated.capital) - 1)
        self._reserve = at(there, stated.capital[-1])
        self._puts = at(inputs.here(inputs.PUTS), stated.puts)
        self._rows = [
            self._row(row, label, self._figures(row, of))
            for row, (label, of) in enumerate(_ROWS, start=CASH)
        ]

    def _figures(self, row: int, of: str | tuple[int, int] | int) -> list[Figure]:
        """The figures of a row, a step each."""
        if isinstance(of, str):
            return [step.account(of) for step in self._steps]
        if isinstance(of, tuple):
            return [step.moved(*of) for step in self._steps]
        if row == CALLS:
            return [self._made.uncovered] * 2 + [self._made.uncovered_after]
        if row == BEYOND:
            return [step.account("cash") - self._reserve for step in self._steps]
        return [step.fallen(of) for step in self._steps]

    def _row(self, row: int, label: str, figures: list[Figure]) -> tuple[str, list[Figure]]:
        """The figures as the page shows them, and the change."""
        shown = [_shown(figure) for figure in figures]
        first, last = (
            at(xl_rowcol_to_cell(row, column), figure)
            for column, figure in ((TODAY, shown[0]), (BOTH, shown[-1]))
        )
        known = xl.AND(xl.ISNUMBER(first), xl.ISNUMBER(last))
        return label, [*shown, xl.IF(known, xl.ROUND(last - first, 2), NONE)]

    def _cell(self, row: int, column: int) -> Figure:
        """A figure of the table, by its cell."""
        return at(xl_rowcol_to_cell(row, column), self._rows[row - CASH][1][column - TODAY])

    def write(self) -> None:
        """The table, a row a figure."""
        page = self._page
        page.section(inputs.PUT - 1, "The account after each step", 5, "$", RIGHT)
        headings = ("", "Today", "With 1", "With 1 and 2", "Change")
        page.headings(inputs.PUT, headings, ("text", "money"), RIGHT, high=False)
        kinds = ("plain", "money", "money", "money", "change")
        for row, (label, figures) in enumerate(self._rows, start=CASH):
            page.row(row, RIGHT, (label, *figures), ("label", "right"), kinds)

    def uses(self) -> list[tuple[Figure, Figure, Figure]]:
        """Of each use the change of cash and of the requirement, and its state."""
        return [
            (self._less(CASH, HEDGED, TODAY), self._less(PORTFOLIO, HEDGED, TODAY),
             self._state_of_hedge()),
            (self._less(CASH, BOTH, HEDGED), self._less(PORTFOLIO, BOTH, HEDGED),
             self._state_of_writing()),
            (Figure("0", 0.0), Figure("0", 0.0), self._state_of_reserve()),
        ]  # fmt: skip

    def _less(self, row: int, column: int, than: int) -> Figure:
        return less(self._cell(row, column), self._cell(row, than))

    def _state_of_hedge(self) -> Figure:
        """Act without an excess; watch where no put is bought, or cash is borrowed for it."""
        lacking = [self._cell(row, HEDGED) for row in (EXCESS, STRATEGY_EXCESS)]
        borrowed = xl.OR(self._puts.equals(0.0), self._cell(CASH, HEDGED) < 0)
        return state_of(xl.AND(*map(xl.ISNUMBER, lacking)), xl.MIN(*lacking) < 0, borrowed)

    def _state_of_writing(self) -> Figure:
        """Act where a fall leaves no excess; watch where calls are without shares that were not."""
        fallen, calls, before = (
            self._cell(AT_FALL, BOTH), self._cell(CALLS, BOTH), self._cell(CALLS, TODAY)
        )  # fmt: skip
        return state_of(xl.AND(xl.ISNUMBER(fallen)), fallen < 0, calls > before)

    def _state_of_reserve(self) -> Figure:
        """Act where a fall at twice the volatility needs the reserve; watch where it is no cash."""
        fallen, loss, doubled, beyond = (
            self._cell(row, BOTH) for row in (AT_FALL, LOSS, LOSS_DOUBLED, BEYOND)
        )
        known = xl.AND(xl.ISNUMBER(fallen), xl.ISNUMBER(self._reserve))
        return state_of(known, fallen - loss + doubled - self._reserve < 0, beyond < 0)

    def message(self) -> Figure:
        """The account after all uses, beside today."""
        calls, before = self._cell(CALLS, BOTH), self._cell(CALLS, TODAY)
        counts = (calls.of_kind("count"), " calls without shares, ", before.of_kind("count"))
        watch = xl.IF(calls > before, sentence(" To watch: ", *counts, " today."), "")
        figures = [
            self._cell(row, column).of_kind("millions")
            for row, column in ((EXCESS, BOTH), (LOSS, BOTH), (LOSS, TODAY))
        ]
        return sentence(
            "Excess after all three is ", figures[0],
            "; a fall of 20% moves the account by ", figures[1], ", not ", figures[2], ".",
            watch,
        )  # fmt: skip

    def refusal(self) -> Figure:
        """The first refusal of an answer, blank where there is none."""
        refused = constant("")
        for step in reversed(self._steps):
            refused = step.state.or_refusal(refused)
        return xl.IFERROR(refused, "")


def _shown(figure: Figure) -> Figure:
    """An amount to the cent, none where there is none."""
    return xl.IFERROR(xl.IF(xl.ISNUMBER(figure), xl.ROUND(figure, 2), NONE), NONE)
