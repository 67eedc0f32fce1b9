"""Formulas of other programs, with the functions called by the names that Calc knows, and alike.

Calc looks functions of add-ins up by the names of their components while it reads a file. It hands
a lone cell over as its value, so that an empty one could not be told from 0: a range of one cell
keeps it empty, and a 0 that was typed goes in braces. A text among an answer of many cells equals
no other, until it is joined to nothing.

This is read in LibreOffice too, so that it imports nothing of the project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

SERVICE: Final = "org.xlmargin.CalcAddIn"
"""With a function's name behind it what files store for a call: it never changes."""

_PREFIXES: Final = rf"\[\d+\]!|_xldudf_|{re.escape(SERVICE)}\."
"""What stands before a function of another workbook, of an Office.js add-in, of this add-in."""
_CELL: Final = r"\$?[A-Z]{1,3}\$?\d+"
_TYPED_ZERO: Final = re.compile(r"0+(?:\.0*)?")
_SHEET: Final = r"(?:'(?:[^']|'')+'|[\w.]+)!|\$?(?:'(?:[^']|'')+'|\w+)\."
"""A sheet before a cell, as Excel and as Calc write it."""
_LONE_CELL: Final = re.compile(rf"(?:{_SHEET})?(?P<cell>{_CELL})")
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


def arguments_of(formula: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The text of each argument of the calls in a formula."""
    begun: list[int | None] = []
    for sign in pattern.finditer(formula):
        if sign.lastgroup in ("separator", "close") and begun and (first := begun[-1]) is not None:
            yield formula[first : sign.start()].strip()
            begun[-1] = sign.end()
        if sign.lastgroup in ("call", "open"):
            begun.append(sign.end() if sign["call"] else None)
        elif sign.lastgroup == "close" and begun:
            begun.pop()


def _with_texts_joined(formula: str) -> str:
    """The formula with each text of its answer joined to nothing."""
    begin = _BEGIN.match(formula)
    signs, separator = (begin[0], ";") if begin else ("", ",")
    answer = formula.removeprefix(signs)
    return f'{signs}IF(ISTEXT({answer}){separator}{answer}&""{separator}{answer})'


def without_texts_joined(formula: str) -> str:
    """The formula whose texts were joined to nothing, as it was before; any other as it is."""
    begin = _BEGIN.match(formula)
    signs = begin[0] if begin else ""
    joined = len(_with_texts_joined(signs)) - len(signs)
    length, rest = divmod(len(formula) - len(signs) - joined, 3)
    at = len(signs) + len("IF(ISTEXT(")
    answer = f"{signs}{formula[at : at + length]}"
    return answer if not rest and _with_texts_joined(answer) == formula else formula


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
