"""The making of the add-in xlmargin.xlam: the functions for every workbook, and a ribbon."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from importlib.resources import files
from io import BytesIO
from typing import Final

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import write_config_sheet
from xlmargin.hosts.classic.help_sheet import write_help_sheet
from xlmargin.hosts.classic.macro_book import attach
from xlmargin.hosts.classic.shipped import DIGEST, VERSION, XLWINGS, Made, packed, parts_of
from xlmargin.hosts.classic.vba_project import MACROS, RIBBON, modules, xlwings_version
from xlmargin.workbooks.xlsx_writer import Workbook, keep_values

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
