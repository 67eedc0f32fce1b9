"""Rows of a file in the columns of a table: nothing is lost, and nothing stands elsewhere."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.cells.words import POSITIONS
from xlmargin.macros.changes import TableChange
from xlmargin.macros.filled_tables import facts_of, filled
from xlmargin.macros.open_book import CellArea, OpenBook

NAMES = ["symbol", "quantity", "price", "account", "strike", "expiration", "style"]
VALUES: dict[str, st.SearchStrategy[TableCell]] = {
    "symbol": st.sampled_from(["XYZ", "SPY", "007", "1/2"]),
    "account": st.sampled_from(["Own", "12", "=1+1"]),
    "style": st.sampled_from(["american", "european"]),
    "expiration": st.integers(40_000, 50_000).map(float),
}
NUMBER = st.floats(0.01, 1e6)


def rows_of_facts() -> st.SearchStrategy[list[dict[str, TableCell]]]:
    fields = {name: VALUES.get(name, NUMBER) for name in NAMES}
    row = st.fixed_dictionaries({"symbol": fields.pop("symbol")}, optional=fields)
    return st.lists(row, min_size=1, max_size=6)


def table_of(headings: list[str], rows: TableRows) -> OpenBook:
    """A book of one table that can be read."""
    cells: TableRows = [[*headings], *rows]
    place = CellArea("Positions", 5, 0, len(cells), len(headings))
    book = SimpleNamespace(
        tables={"Positions": place}, contents=lambda _: cells, name="own", folder=Path()
    )
    return cast("OpenBook", book)


def after(change: TableChange, cells: TableRows) -> TableRows:
    """The table once it is changed."""
    kept = [[*row, *[None] * (change.width - len(row))] for row in cells[: change.first]]
    return [*kept, *change.rows]


@given(
    rows_of_facts(),
    st.permutations(["Ticker", "Qty", "Mark", "notes"]),
    st.integers(1, 4),
    st.booleans(),
)
def test_every_fact_stands_under_its_heading(
    facts: list[dict[str, TableCell]], headings: list[str], count: int, above: bool
) -> None:
    """In a table with other words, another order and fewer columns; the rows above stay."""
    own: Any = ["XYZ", 1.0, 2.0, "mine"]
    headings = headings[:count]
    there: TableRows = [own[:count]]
    book = table_of(headings, there)
    change = filled(book, "Positions", POSITIONS, facts, [(there[0], {})] if above else [])
    found = after(change, [[*headings], *there])
    assert all(len(row) == change.width for row in found)
    assert found[0][:count] == headings
    if above:
        assert found[1][:count] == there[0]
    assert facts_of([found[0], *found[1 + above :]], POSITIONS) == facts
