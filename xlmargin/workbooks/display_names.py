"""How people read the names of houses; the names themselves stand in the inputs."""

from __future__ import annotations

from typing import Final

from xlmargin.rulebook import house_names
from xlmargin.workbooks.sentences import as_written

_HOUSES: Final = {
    "etrade": "E*TRADE", "ibkr_like": "IBKR, likeness", "tastytrade_calm": "Tastytrade, calm",
    "tastytrade_stressed": "Tastytrade, stressed",
}  # fmt: skip


def house_read(name: str) -> str:
    """A house as people read it."""
    return _HOUSES.get(name, as_written(name))


def house_in(cell: str) -> str:
    """A formula for the house whose name is in a cell, as people read it."""
    names = house_names()
    known, read = (",".join(f'"{n}"' for n in some) for some in (names, map(house_read, names)))
    return f"IFERROR(INDEX({{{read}}},1,MATCH({cell},{{{known}}},0)),{cell})"
