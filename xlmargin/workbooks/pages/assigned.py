"""What an account holds in the name of an order, now and once every contract of it is assigned."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.pages.order_cells import OrderCells
from xlmargin.workbooks.pages.order_impact import AFTER, ASSIGNED, BEFORE, ImpactCells, part_of
from xlmargin.workbooks.sentences import Figure

_MOST_ROWS: Final = 500


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
    taken = f"IF(ISNUMBER({cash.formula}),-({cash.formula}),0)"
    more = -cash.value if isinstance(cash.value, float) else 0.0
    then = Figure(f"({now.formula}+{taken})", float(now.value) + more)
    before, after = (
        ASSIGNED.shown(part_of(figure, impact.figure(ASSIGNED.of, column)))
        for figure, column in ((now, BEFORE), (then, AFTER))
    )
    return before, after
