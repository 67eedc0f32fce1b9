"""What makes Excel repair or refuse a file: its limits, as its makers and its schema state them.

Sources: "Excel specifications and limits" (Microsoft), ECMA-376 part 1, [MS-OI29500], and what
Excel is known to refuse. No rule is taken from a program that writes such files.
"""

from __future__ import annotations

from pathlib import Path

from tests.excel_rules import (
    of_cells,
    of_formulas,
    of_packages,
    of_sheets,
    of_tables,
    of_workbooks,
)
from tests.excel_rules.packed_book import PackedBook


def broken_rules(path: Path) -> list[str]:
    """Every rule that the file breaks, and where; of a file that does not hang together no more."""
    book = PackedBook(path)
    found = [wrong for rule in of_packages.RULES for wrong in rule(book)]
    if found:
        return found
    inside = (of_workbooks, of_cells, of_tables, of_sheets, of_formulas)
    return [wrong for module in inside for rule in module.RULES for wrong in rule(book)]
