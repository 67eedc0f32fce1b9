"""A copy of a workbook whose formulas call the functions of the add-in, and call them alike.

LibreOffice 7 looks functions of add-ins up by the names of their components while it reads a file.
It hands a lone cell over as its value, so that an empty one could not be told from 0: a range of
one cell keeps it empty, and a 0 that was typed goes in braces. A text among an answer of many cells
equals no other, until it is joined to nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.calc.add_in import SERVICE
from xlmargin.hosts.formulas import rewrite_formulas

_PREFIXES: Final = rf"\[\d+\]!|_xldudf_|{re.escape(SERVICE)}\."
"""What stands before a function of another workbook, of an Office.js add-in, of this add-in."""
_CELL: Final = r"\$?[A-Z]{1,3}\$?\d+"
_TYPED_ZERO: Final = re.compile(r"0+(?:\.0*)?")
_LONE_CELL: Final = re.compile(rf"(?:'(?:[^']|'')+'!|[\w.]+!)?(?P<cell>{_CELL})")
_LONE_CELL_OF_ODF: Final = re.compile(rf"\[[^\[\]:]*(?P<cell>\.{_CELL})\]")
_BEGIN: Final = re.compile(r"(?:\w+:)?=")
"""How a formula begins in a file of LibreOffice."""
_WHOLE_PART: Final = re.compile(r"\[#[A-Z][a-z]+\]")


def call_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """The signs that part a formula, calls of the named functions among them."""
    return re.compile(
        rf"(?P<call>(?<![\w.\]!])(?:{_PREFIXES})?(?P<name>{'|'.join(names)})\()"
        r"|(?P<kept>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')"
        r"|(?P<part>\[(?:[^\[\]]|\[[^\[\]]*\])*\])"
        r"|(?P<open>[({])|(?P<separator>[,;])|(?P<close>[)}])",
        re.IGNORECASE,
    )


def linked_formula(formula: str, pattern: re.Pattern[str], fills_cells: bool = False) -> str:
    """The formula with its calls linked to the add-in; the same where it has none.

    `fills_cells`: whether it is an array formula, whose texts are made comparable.
    """
    signs = list(pattern.finditer(formula))
    if not any(sign["call"] for sign in signs):
        return formula
    linked = _with_calls_linked(formula, signs)
    return _with_texts_joined(linked) if fills_cells else linked


def _with_calls_linked(formula: str, signs: Sequence[re.Match[str]]) -> str:
    """The formula with the full names of its functions, and their arguments beyond doubt.

    `begun` has an entry for each open bracket: where in `done` the argument of a call begins, or
    None in any other bracket.
    """
    done: list[str] = []
    begun: list[int | None] = []
    read = 0
    for sign in signs:
        done.append(formula[read : sign.start()])
        read = sign.end()
        ends = sign.lastgroup in ("separator", "close")
        if ends and begun and (first := begun[-1]) is not None:
            done[first:] = [_beyond_doubt("".join(done[first:]))]
            begun[-1] = len(done) + 1
        done.append(_sign(sign))
        if sign.lastgroup in ("call", "open"):
            begun.append(len(done) if sign["call"] else None)
        elif sign.lastgroup == "close" and begun:
            begun.pop()
    return "".join([*done, formula[read:]])


def _with_texts_joined(formula: str) -> str:
    """The formula with each text of its answer joined to nothing."""
    begin = _BEGIN.match(formula)
    signs, separator = (begin[0], ";") if begin else ("", ",")
    answer = formula.removeprefix(signs)
    return f'{signs}IF(ISTEXT({answer}){separator}{answer}&""{separator}{answer})'


def _sign(sign: re.Match[str]) -> str:
    """A sign as LibreOffice reads it: the full name of a function; a part of a table as a list."""
    if sign["call"]:
        return f"{SERVICE}.{sign['name']}(".upper()
    return f"[{sign[0]}]" if sign["part"] and _WHOLE_PART.fullmatch(sign[0]) else sign[0]


def _beyond_doubt(argument: str) -> str:
    """An argument that is a lone cell as a range, one that is 0 in braces, any other as it is."""
    bare = argument.strip()
    if _TYPED_ZERO.fullmatch(bare):
        return "{0}"
    if cell := _LONE_CELL.fullmatch(bare):
        return f"{bare}:{cell['cell']}"
    if cell := _LONE_CELL_OF_ODF.fullmatch(bare):
        return f"{bare[:-1]}:{cell['cell']}]"
    return argument


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
