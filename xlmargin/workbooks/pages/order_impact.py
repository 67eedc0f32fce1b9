"""What an order changes in its account: the rows that pages show of it, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import IF, IFERROR, ISNUMBER, LEFT, ROUND, grouped, state_of
from xlmargin.workbooks.formulas_sheet import FIRST_ROW, NONE, FormulaBlock
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Call, FormulaArgument
from xlmargin.workbooks.pages.order_cells import OrderCells
from xlmargin.workbooks.sentences import Figure, figure_of_operand, sentence

BEFORE, AFTER, CHANGE = 1, 2, 3
"""Columns of MARGIN_WHATIF."""
_ACCOUNT: Final = 4
_MOST_ROWS: Final = 500
_OF_NAME: Final = "requirement of class group"
_CHECKS: Final = ("pre-trade check, portfolio margin", "pre-trade check, strategy-based")


@dataclass(frozen=True)
class ImpactCells:
    """MARGIN_WHATIF of an order, and the cell with its account."""

    placed: FormulaBlock
    account: Figure

    def figure(self, name: str, column: int) -> Figure:
        """A figure of the order's account, by how its name begins; none where there is none."""
        names, accounts, cells = (
            self.placed.cells_below_heading(c, _MOST_ROWS) for c in (0, _ACCOUNT, column)
        )
        own, rows = self.account.formula, self.placed.rows
        whose = f'IF(COUNTIF({accounts},{own})>0,{own},"total")'
        named = f'(LEFT({names},{len(name)})="{name}")*({accounts}={whose})'
        at = f"SUMPRODUCT({named}*(ROW({names})-{FIRST_ROW + 1}))"
        known = {row[_ACCOUNT] for row in rows}
        account = self.account.value if self.account.value in known else "total"
        values = (
            row[column] for row in rows
            if str(row[0]).startswith(name) and row[_ACCOUNT] == account
        )  # fmt: skip
        found = f"INDEX({cells},{at})"
        if name == _OF_NAME:
            found = f'IF({at}=0,"{NONE}",{found})'
        return Figure(self.placed.unless_refused(found), next(values, NONE))

    def verdict(self) -> Figure:
        """What the account's own regime says: accepted, refused, or unknown."""
        own: Figure | str = "unknown"
        for check in reversed(_CHECKS):
            regime, answer = (self.figure(check, column) for column in (BEFORE, AFTER))
            own = IF(LEFT(regime, 3).equals("the"), answer, own)
        return IFERROR(own, "unknown").of_kind("text")


def impact_of(draft: WorkbookBuilder, orders: FormulaArgument, account: Figure) -> ImpactCells:
    """What orders change in an account of the book."""
    positions, *others = draft.tables.arguments
    kinds = ["words", "money", "money", "money", "text"]
    call = Call("MARGIN_WHATIF", (positions, orders, *others))
    return ImpactCells(draft.formulas.placed(call, kinds, "plain"), account)


@dataclass(frozen=True)
class ImpactLine:
    """A row: its label, the figure that it shows, or the share of another that this is.

    Without a figure it is the title of a group; `by_name` has the symbol before its label. The
    figure after is in the state `beyond` where it is below a least amount, or above a `limit`.
    """

    label: str
    figure: str = ""
    of: str = ""
    beyond: str = ""
    limit: str = ""
    by_name: bool = False

    @property
    def kind(self) -> str:
        """Money, or the kind of a share."""
        return "percent" if self.of else "money"

    @property
    def digits(self) -> int:
        """Decimals to which it is rounded."""
        return 6 if self.of else 2

    def titled(self, symbol: Figure) -> tuple[str, AnswerValue]:
        """The label as a formula, and what it says."""
        return sentence(symbol, self.label) if self.by_name else sentence(self.label)

    def shown(self, figure: Figure) -> Figure:
        """A figure of the row as it is shown, rounded; none where there is none."""
        shown = IF(ISNUMBER(figure), ROUND(figure, self.digits), NONE)
        return IFERROR(shown, NONE).of_kind(self.kind)

    def found(self, impact: ImpactCells, column: int) -> Figure:
        """The figure of the row before or after an order."""
        over = impact.figure(self.figure, column)
        return self.shown(part_of(over, impact.figure(self.of, column)) if self.of else over)

    def change(self, before: Figure, after: Figure) -> Figure:
        """What changes, of a share in points."""
        change = grouped(after - before)
        shown = IFERROR(change * 100 if self.of else change, NONE)
        return shown.of_kind("points" if self.of else "change")

    def state(self, after: Figure, limits: dict[str, Figure]) -> Figure:
        """What the figure after is to be called."""
        limit = limits.get(self.limit, figure_of_operand(0.0))
        beyond = after > limit if self.limit.startswith("most") else after < limit
        return state_of(ISNUMBER(after), beyond, called=self.beyond)


def part_of(over: Figure, under: Figure) -> Figure:
    """What one figure is of another; none of nothing."""
    return IFERROR(over / grouped(under), NONE).of_kind("percent")


LEAST_CUSHION, MOST_OF_REQUIREMENT, MOST_OF_EQUITY = (
    "least cushion", "most of the requirement", "most of equity",
)  # fmt: skip
"""The user's own limits."""
LINES: Final = (
    ImpactLine("Equity", "account value"),
    ImpactLine("Portfolio margin"),
    ImpactLine("Requirement", "portfolio requirement"),
    ImpactLine("Excess", "portfolio excess", beyond="■ Act"),
    ImpactLine("Cushion; change in points", "portfolio excess", "account value", "▲ Watch",
         LEAST_CUSHION),
    ImpactLine("Strategy-based, for comparison"),
    ImpactLine("Maintenance", "maintenance requirement"),
    ImpactLine("Excess", "strategy excess", beyond="▲ Watch"),
    ImpactLine("Reg T excess", "Reg T excess", beyond="▲ Watch"),
    ImpactLine("Concentration"),
    ImpactLine(", share of the requirement", _OF_NAME, "portfolio requirement", "▲ Watch",
         MOST_OF_REQUIREMENT, by_name=True),
)  # fmt: skip
ASSIGNED: Final = ImpactLine(
    ", if all are assigned: of equity", of="account value", beyond="▲ Watch", limit=MOST_OF_EQUITY,
    by_name=True,
)  # fmt: skip
"""The row that an order alone has: what is held of its name once every contract is assigned."""


def held_of(held: FormulaBlock, order: OrderCells) -> Figure:
    """Market value of the account in the underlying of an order, $, by PM_GREEKS."""
    names, cells = (held.cells_below_heading(c, _MOST_ROWS) for c in (0, 1))
    symbol, account = order.typed("symbol"), order.account
    alone = f"IFERROR(INDEX({cells},MATCH({symbol.formula},{names},0)),0)"
    labelled = f'MATCH({account.formula}&": "&{symbol.formula},{names},0)'
    own = (symbol.value, f"{account.value}: {symbol.value}")
    value = next((float(row[1]) for row in held.rows[1:] if row[0] in own), 0.0)
    return Figure(held.unless_refused(f"IFERROR(INDEX({cells},{labelled}),{alone})"), value)


def shares_of_equity(
    held: FormulaBlock, order: OrderCells, impact: ImpactCells, tables: InputTables
) -> tuple[Figure, Figure]:
    """What is held of equity now, and after the order once all are assigned, as ASSIGNED shows."""
    now, cash = held_of(held, order), order.assigned(tables)
    then = grouped(now + IF(ISNUMBER(cash), -grouped(cash), 0.0))
    before, after = (
        ASSIGNED.shown(part_of(figure, impact.figure(ASSIGNED.of, column)))
        for figure, column in ((now, BEFORE), (then, AFTER))
    )
    return before, after
