"""What Excel asks of formulas as they stand in a file, which is not always what a user types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.excel_rules.of_workbooks import named_sheets
from tests.excel_rules.packed_book import Formula, PackedBook

LONGEST_FORMULA, LONGEST_TEXT, MOST_ARGUMENTS, DEEPEST = 8_192, 255, 255, 64

_NEWER = """
    ANCHORARRAY BYCOL BYROW CHOOSECOLS CHOOSEROWS CONCAT DAYS DROP EXPAND FILTER FORMULATEXT
    HSTACK IFNA IFS ISFORMULA LAMBDA LET MAKEARRAY MAP MAXIFS MINIFS NUMBERVALUE RANDARRAY
    REDUCE SCAN SEQUENCE SHEET SHEETS SINGLE SORT SORTBY SWITCH TAKE TEXTAFTER TEXTBEFORE
    TEXTJOIN TEXTSPLIT TOCOL TOROW UNIQUE VSTACK WRAPCOLS WRAPROWS XLOOKUP XMATCH XOR
"""
NEWER = frozenset(_NEWER.split())
"""Functions later than Excel 2007's: in a file they are marked with _xlfn."""

_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_QUOTED_SHEET = re.compile(r"'(?:[^']|'')*'")
_CALL = re.compile(r"(?<![\w.])([A-Z][A-Z0-9.]*)\(")
_TABLE = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(\[(?:[^\[\]]|\[[^\[\]]*\])*\])")
_WORD = re.compile(r"\[#[A-Za-z ]+\]")
_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)")


def formulas_are_taken(book: PackedBook) -> Iterator[str]:
    for formula in book.formulas():
        for wrong in (*_wrong_text(formula), *_wrong_words(book, formula)):
            yield f"{formula.where}: {wrong}: {formula.text[:80]}"


def _bare(text: str) -> str:
    """A formula without its texts."""
    return _TEXT.sub('""', text)


def _wrong_text(formula: Formula) -> Iterator[str]:
    """What can be seen without knowing the workbook."""
    if len(formula.text) > LONGEST_FORMULA:
        yield "is too long"
    if any(len(text.replace('""', '"')) > LONGEST_TEXT for text in _TEXT.findall(formula.text)):
        yield "has too long a text"
    bare = _QUOTED_SHEET.sub("", _bare(formula.text))
    if formula.text.startswith("="):
        yield "begins as a user types it"
    if bare.count('"') % 2:
        yield "has a text without an end"
    if "@" in bare:
        yield "has an @, which a file has not"
    if "#" in _ERROR.sub("", _WORD.sub("", bare)):
        yield "has a #, which a file has not"
    yield from (f"names {name} without its mark" for name in _CALL.findall(bare) if name in NEWER)
    yield from _wrong_brackets(bare)


def _wrong_brackets(bare: str) -> Iterator[str]:
    """Brackets that do not close, nest too deep, or hold too much."""
    arguments: list[int] = []
    for sign in re.sub(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\{[^{}]*\}", "", bare):
        if sign == "(":
            arguments.append(1)
        elif sign == "," and arguments:
            arguments[-1] += 1
        elif sign == ")":
            if not arguments:
                yield "closes a bracket that is not open"
                return
            if arguments.pop() > MOST_ARGUMENTS:
                yield "has too many arguments"
        if len(arguments) > DEEPEST:
            yield "is nested too deep"
            return
    if arguments:
        yield "leaves a bracket open"


def _wrong_words(book: PackedBook, formula: Formula) -> Iterator[str]:
    """What the workbook has not."""
    bare = _bare(formula.text)
    yield from (f"names no sheet {s}" for s in named_sheets(bare) - book.sheet_names)
    for table, part in _TABLE.findall(_QUOTED_SHEET.sub("", bare)):
        headings = book.columns_of_tables.get(table.casefold())
        if headings is None:
            yield f"names no table {table}"
            continue
        inner = part[1:-1]
        columns = re.findall(r"\[([^\[\]]*)\]", inner) or [inner]
        for column in columns:
            if column and not column.startswith("#") and column.casefold() not in headings:
                yield f"names no column {column} of {table}"


RULES = (formulas_are_taken,)
