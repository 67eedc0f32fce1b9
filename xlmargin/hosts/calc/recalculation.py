"""One workbook recalculated by LibreOffice, in a profile and at a pipe of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.calc.add_in import write_unpacked
from xlmargin.hosts.calc.office import LibreOffice, end_group, installed_office, write_profile
from xlmargin.hosts.calc.uno_side.linked import call_pattern, linked_formula
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


SECONDS: Final = 120.0
"""Time for everything, from the start of LibreOffice to its end."""
_STOPPING: Final = 15.0
_DRIVER: Final = Path(__file__).parent / "uno_side" / "driver.py"


@dataclass(frozen=True)
class CellAnswer:
    """What a formula answers; an error as its name."""

    value: float | str
    is_error: bool


SheetAnswers = Mapping[str, Mapping[tuple[int, int], CellAnswer]]
"""Answers by sheet, row and column, which count from 0."""


@dataclass(frozen=True)
class Recalculated:
    """The answers of all formulas of a workbook, and the time taken."""

    answers: SheetAnswers
    seconds: dict[str, float]
    """By step: start, load, recalculate, read, print."""


def recalculate(
    book: Path,
    functions: Iterable[WorksheetFunction],
    pdf: Path | None = None,
    seconds: float = SECONDS,
) -> Recalculated:
    """Every formula of the workbook answered anew; it is printed to `pdf` where that is given.

    LibreOffice opens a copy. Refused where it is missing, where the file is no workbook or too
    large a one, and where LibreOffice cannot open it or takes longer than `seconds`.
    """
    office, functions = installed_office(), tuple(functions)
    refuse_unfit(book)
    with tempfile.TemporaryDirectory(prefix="xlmargin-calc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copy, printed = folder / f"book{book.suffix.lower()}", folder / "book.pdf"
        write_unpacked(folder / "add_ins" / "xlmargin", functions)
        write_relinked(book, copy, [function.name for function in functions])
        answer = _answer(office, folder, copy, printed if pdf else None, seconds)
        if "refused" in answer:
            raise MarginError(f"{book.name}: {answer['refused']}.")
        if pdf:
            pdf.write_bytes(printed.read_bytes())
    return Recalculated(
        {sheet: dict(_cells(blocks)) for sheet, blocks in answer["sheets"].items()},
        answer["seconds"],
    )


def _answer(office: LibreOffice, folder: Path, book: Path, pdf: Path | None, seconds: float) -> Any:
    """What the driver writes down; all that it starts has ended when this returns."""
    pipe = f"xlmargin{uuid.uuid4().hex}"
    write_profile(folder / "profile")
    job = {
        "command": office.command(folder, pipe),
        "pipe": pipe,
        "book": str(book),
        "pdf": str(pdf) if pdf else None,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    with _driver(office, folder) as driver:
        try:
            driver.wait(seconds)
        except subprocess.TimeoutExpired:
            return {"refused": f"LibreOffice was not done after {seconds:g} seconds"}
    try:
        return json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace").split("\n")
        return {"refused": f"LibreOffice gave no answer ({' '.join(said[-3:]).strip()})"}


@contextmanager
def _driver(office: LibreOffice, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The driver in a group of processes of its own, all of which is ended at the end."""
    with (folder / "said.txt").open("wb") as said:
        driver = subprocess.Popen(
            [office.python, _DRIVER, folder],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            env=office.environment(folder),
            start_new_session=True,
        )
    try:
        yield driver
    finally:
        end_group(driver)
        driver.communicate(timeout=_STOPPING)


def _cells(blocks: Iterable[dict[str, Any]]) -> Iterator[tuple[tuple[int, int], CellAnswer]]:
    for block in blocks:
        for i, row in enumerate(block["rows"]):
            for j, value in enumerate(row):
                yield (block["row"] + i, block["column"] + j), CellAnswer(value, block["error"])
