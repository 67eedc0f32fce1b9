"""Rows written as comma-separated text, never over an input."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from xlmargin.errors import MarginError
from xlmargin.unfinished import unfinished_folder


def refuse_output(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write over an input, or to where no such text can be."""
    if path.suffix.lower() != ".csv":
        raise MarginError(f"{path}: wanted a name that ends in .csv.")
    if not path.parent.is_dir():
        raise MarginError(f"{path.parent}: no such folder.")
    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    for source in inputs:
        if path.exists() and source.exists() and path.samefile(source):
            raise MarginError(f"{path}: is an input too; wanted another name.")


def write_rows(rows: Sequence[Sequence[object]], path: Path) -> None:
    """Write rows as comma-separated text, whole or not at all."""
    with unfinished_folder(path.parent) as folder:
        whole = folder / path.name
        with whole.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        whole.replace(path)
