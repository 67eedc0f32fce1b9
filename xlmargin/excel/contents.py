"""The content of the ranges of one call, as plain values: all that an answer depends on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from xlmargin.dates import serial_of
from xlmargin.errors import Problem
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import DIVIDENDS, MARKET, POSITIONS
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.ranges import RangeTable, read_range
from xlmargin.excel.settings_range import Setting, settings_rows, states_as_of

MARKET_RANGE: Final = "market"
DIVIDENDS_RANGE: Final = "dividends"

Today = Callable[[], dt.date]


@dataclass(frozen=True)
class Contents:
    """Ranges as tables of plain cells. Contents that are equal give the same answer.

    `positions` has a table for each range of positions, such as positions and trades.
    `default_as_of` is the moment where the settings give none; None where they do.
    `problems` are those of the ranges' shapes and headings.
    """

    positions: tuple[RangeTable, ...]
    market: RangeTable
    settings: tuple[Setting, ...]
    dividends: RangeTable
    default_as_of: float | None
    problems: tuple[Problem, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once, for it takes as long as it takes to read every cell."""
        ranges = (self.positions, self.market, self.settings, self.dividends)
        return hash((ranges, self.default_as_of, self.problems))

    @property
    def size(self) -> int:
        """Number of cells held."""
        tables = (*self.positions, self.market, self.dividends)
        return sum(table.size for table in tables) + 2 * len(self.settings)


def read_contents(
    positions: dict[str, Cells],
    market: Cells,
    settings: Cells,
    dividends: Cells,
    today: Today | None,
) -> Contents:
    """The content of ranges; those of positions come by name."""
    findings = Findings()
    setting_rows = settings_rows(settings, findings)
    needs_today = today is not None and not states_as_of(setting_rows)
    return Contents(
        positions=tuple(
            read_range(cells, name, POSITIONS, findings) for name, cells in positions.items()
        ),
        market=read_range(market, MARKET_RANGE, MARKET, findings),
        settings=setting_rows,
        dividends=read_range(dividends, DIVIDENDS_RANGE, DIVIDENDS, findings),
        default_as_of=serial_of(today()) if needs_today and today is not None else None,
        problems=tuple(findings.problems),
    )
