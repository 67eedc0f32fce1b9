"""The add-in xlmargin.xlam: the functions for every workbook, and a ribbon."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import COMMON, write_config_sheet
from xlmargin.hosts.classic.help_sheet import write_help_sheet
from xlmargin.hosts.classic.macro_book import attach
from xlmargin.hosts.classic.vba_project import MACROS, RIBBON, modules, xlwings_version
from xlmargin.workbooks.xlsx_writer import Workbook

FILE: Final = "xlmargin.xlam"

_MARK: Final = "xlmargin add-in"
"""The property of a file that says it is ours, and of which version."""
_XLWINGS: Final = "xlwings"
_MACROS: Final = "macros"
_DATED: Final = dt.datetime(2026, 1, 1)
"""A date of the file that is the same whenever it is made."""

_MACRO_WORKBOOK: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADD_IN: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RIBBON_PART: Final = "customUI/customUI.xml"
_RIBBON_TYPE: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"


@dataclass(frozen=True)
class Made:
    """What an add-in was made of: versions, and a digest of all its VBA."""

    xlmargin: str
    xlwings: str
    macros: str


def made_now(functions: Iterable[WorksheetFunction]) -> Made:
    """What an add-in would be made of now."""
    texts = "".join(modules(functions, (MACROS, RIBBON)).values())
    digest = hashlib.sha256(texts.encode()).hexdigest()[:16]
    return Made(xlmargin.__version__, xlwings_version(), digest)


def made_of(path: Path) -> Made | None:
    """What the add-in in a file was made of; None where the file is none of ours."""
    try:
        with zipfile.ZipFile(path) as packed:
            text = packed.read("docProps/custom.xml").decode("utf-8")
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return None
    found = dict(re.findall(r'name="([^"]*)"><vt:lpwstr>([^<]*)<', text))
    if _MARK not in found:
        return None
    return Made(found[_MARK], found.get(_XLWINGS, ""), found.get(_MACROS, ""))


def add_in(functions: Iterable[WorksheetFunction], settings: Mapping[str, str]) -> bytes:
    """The add-in as a file; the same functions and settings, to the byte, give the same."""
    functions = tuple(functions)
    written = BytesIO()
    workbook = Workbook(written, {"strings_to_formulas": False, "strings_to_urls": False})
    write_help_sheet(workbook, functions)
    write_config_sheet(workbook, {**COMMON, **settings}, hidden=False)
    made = made_now(functions)
    says = f"xlmargin {made.xlmargin}, with xlwings {made.xlwings}"
    workbook.set_properties({"title": "xlmargin", "comments": says, "created": _DATED})
    for name, value in ((_MARK, made.xlmargin), (_XLWINGS, made.xlwings),
                        (_MACROS, made.macros)):  # fmt: skip
        workbook.set_custom_property(name, value, "text")
    attach(workbook, functions, (MACROS, RIBBON))
    workbook.close()
    return _as_add_in(written.getvalue())


def _as_add_in(workbook: bytes) -> bytes:
    """A workbook with macros as an add-in with a ribbon: two types and one part more."""
    ribbon = files("xlmargin.hosts.classic").joinpath("ribbon.xml").read_bytes()
    relationship = f'<Relationship Id="rIdRibbon" Type="{_RIBBON_TYPE}" Target="{_RIBBON_PART}"/>'
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as read, zipfile.ZipFile(made, "w") as write:
        for part in read.infolist():
            content = read.read(part)
            if part.filename == "[Content_Types].xml":
                content = content.replace(_MACRO_WORKBOOK, _ADD_IN)
            elif part.filename == "_rels/.rels":
                end = b"</Relationships>"
                content = content.replace(end, relationship.encode() + end)
            write.writestr(part, content, zipfile.ZIP_DEFLATED)
        write.writestr(zipfile.ZipInfo(_RIBBON_PART), ribbon, zipfile.ZIP_DEFLATED)
    return made.getvalue()
