"""The making of the add-in xlmargin.xlam: the functions for every workbook, and a ribbon."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from io import BytesIO
from typing import Final

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import EXAMPLES, usage
from xlmargin.hosts.classic.config_sheet import write_config_sheet
from xlmargin.hosts.classic.shipped import DIGEST, VERSION, XLWINGS, Made, packed, parts_of
from xlmargin.hosts.classic.vba_project import MACROS, RIBBON, attach, modules, xlwings_version
from xlmargin.workbooks.xlsx_writer import Workbook, keep_values

SHEET: Final = "Help"


def write_help_sheet(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """A block a function: how it is called, what it answers, each argument, an example."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 120)
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, "The functions of xlmargin", workbook.add_format({"font_size": 16}))
    sheet.write_string(1, 0, "Arguments in brackets may be left out.")
    row = 3
    for function in functions:
        sheet.write_string(row, 0, usage(function), bold)
        for name, text in _lines(function):
            row += 1
            sheet.write_string(row, 0, f"    {name}", wrapped)
            sheet.write_string(row, 1, text, wrapped)
        row += 2
    sheet.freeze_panes(3, 0)


def _lines(function: WorksheetFunction) -> Iterator[tuple[str, str]]:
    """What is said of a function: its answer, its arguments, an example as a text."""
    yield "answers", function.doc
    yield from ((argument.name, argument.doc) for argument in function.arguments)
    if example := EXAMPLES.get(function.name):
        yield "example", example.formula(function.name)


_DATED: Final = dt.datetime(2026, 1, 1)
"""A date of the file that is the same whenever it is made."""

_MACRO_WORKBOOK: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADD_IN: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RIBBON_PART: Final = "customUI/customUI.xml"
_RIBBON_TYPE: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"


def made_now(functions: Iterable[WorksheetFunction]) -> Made:
    """What an add-in would be made of now."""
    texts = "".join(modules(functions, (MACROS, RIBBON)).values())
    digest = hashlib.sha256(texts.encode()).hexdigest()[:16]
    return Made(xlmargin.__version__, xlwings_version(), digest)


def add_in(functions: Iterable[WorksheetFunction]) -> bytes:
    """The add-in as a file; the same functions, to the byte, give the same."""
    functions = tuple(functions)
    written = BytesIO()
    workbook = Workbook(written, {"strings_to_formulas": False, "strings_to_urls": False})
    keep_values(workbook)
    write_help_sheet(workbook, functions)
    write_config_sheet(workbook, hidden=False)
    made = made_now(functions)
    says = f"xlmargin {made.xlmargin}, with xlwings {made.xlwings}"
    workbook.set_properties({"title": "xlmargin", "comments": says, "created": _DATED})
    for name, value in ((VERSION, made.xlmargin), (XLWINGS, made.xlwings), (DIGEST, made.macros)):
        workbook.set_custom_property(name, value, "text")
    attach(workbook, functions, (MACROS, RIBBON))
    workbook.close()
    return _as_add_in(written.getvalue())


def _as_add_in(workbook: bytes) -> bytes:
    """A workbook with macros as an add-in with a ribbon: two types and one part more."""
    parts = parts_of(workbook)
    types, relations = "[Content_Types].xml", "_rels/.rels"
    related = f'<Relationship Id="rIdRibbon" Type="{_RIBBON_TYPE}" Target="{_RIBBON_PART}"/>'
    end = b"</Relationships>"
    return packed(
        {
            **parts,
            types: parts[types].replace(_MACRO_WORKBOOK, _ADD_IN),
            relations: parts[relations].replace(end, related.encode() + end),
            _RIBBON_PART: files("xlmargin.hosts.classic").joinpath("ribbon.xml").read_bytes(),
        }
    )
