"""The page of a comparison: where the model and somebody else's arrays differ, and by how much."""

from __future__ import annotations

from xlmargin.help.html import Html, element, lines, link, page, plain_table, shown_value
from xlmargin.portfolio_margin import ArrayComparison
from xlmargin.reports import (
    Table,
    Value,
    compared_points_table,
    compared_positions_table,
    compared_requirements_table,
)

_TITLES = {
    "requirement": "The requirement under both",
    "positions": "Positions, the greatest difference first",
    "points": "Gains and losses at each point",
    "notes": "How the files were read",
}
_DECIMALS = {"file volatility": 4, "our volatility": 4}


def comparison_page(comparison: ArrayComparison, notes: list[str]) -> str:
    """The whole page as HTML."""
    chapters = {
        "requirement": _table(compared_requirements_table(comparison)),
        "positions": _table(compared_positions_table(comparison)),
        "points": _table(compared_points_table(comparison)),
        "notes": lines(*(element("p", note) for note in notes)),
    }
    as_of = comparison.margin.book.as_of.isoformat()
    about = (
        f"The rule's own model as of {as_of} beside {comparison.theirs.source}, in dollars;"
        " a difference is the file's less the model's."
    )
    contents = element("ul", *(element("li", link(name, title)) for name, title in _TITLES.items()))
    titled = {name: (_TITLES[name], content) for name, content in chapters.items()}
    return page("Model and official arrays", about, contents, titled)


def _table(table: Table) -> Html:
    """All rows of a table, dollars in cents."""
    headings = [shown_value(heading) for heading in table.headings]
    rows = [
        [_shown(cell, heading) for heading, cell in zip(headings, row, strict=True)]
        for row in table.rows
    ]
    return plain_table(headings, rows)


def _shown(cell: Value, heading: str) -> str:
    if not isinstance(cell, float):
        return shown_value(cell)
    if cell != cell:
        return ""
    return f"{cell:.0f}" if heading == "row" else f"{cell:,.{_DECIMALS.get(heading, 2)}f}"
