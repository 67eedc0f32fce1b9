"""A copy of a workbook whose formulas call the functions of the add-in, and call them alike."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.calc.inside.linked import call_pattern, linked_formula
from xlmargin.hosts.formulas import rewrite_formulas

KINDS: Final = (".xlsx", ".xlsm", ".ods")
MOST_PACKED_BYTES: Final = 50_000_000
MOST_UNPACKED_BYTES: Final = 500_000_000

_FILLS_CELLS: Final = (' t="array"', " table:number-matrix-")
"""How an array formula is marked."""


def refuse_unfit(book: Path) -> None:
    """Raise MarginError unless the file is a workbook of a size that can be recalculated."""
    if book.suffix.lower() not in KINDS:
        raise MarginError(f"{book.name}: wanted a workbook, {', '.join(KINDS)}.")
    if not book.exists():
        raise MarginError(f"{book}: no such file.")
    _refuse_size(book, book.stat().st_size, "bytes", MOST_PACKED_BYTES)
    if not zipfile.is_zipfile(book):
        raise MarginError(f"{book.name}: wanted a workbook that is whole and has no password.")
    with zipfile.ZipFile(book) as packed:
        size = sum(part.file_size for part in packed.infolist())
    _refuse_size(book, size, "bytes unpacked", MOST_UNPACKED_BYTES)


def _refuse_size(book: Path, size: int, unit: str, most: int) -> None:
    if size > most:
        raise MarginError(f"{book.name}: found {size:,} {unit}, wanted at most {most:,}.")


def write_relinked(book: Path, copy: Path, names: Iterable[str]) -> None:
    """Write the copy; only formulas that call one of the named functions are changed."""
    pattern = call_pattern(names)

    def relinked(formula: str, before: str) -> str:
        return linked_formula(formula, pattern, any(sign in before for sign in _FILLS_CELLS))

    rewrite_formulas(book, copy, relinked)
