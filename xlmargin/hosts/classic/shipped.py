"""The add-in xlmargin.xlam as it is shipped: one file, the same to the byte on every machine.

It names no user's folder: where Python is, it says by %LOCALAPPDATA%, which xlwings fills in. What
one machine needs otherwise is written into the cells of its settings; its VBA stays as it is.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xlmargin.hosts.classic.config_sheet import COMMON
from xlmargin.hosts.classic.config_sheet import SHEET as SETTINGS

FILE: Final = "xlmargin.xlam"

VERSION: Final = "xlmargin add-in"
"""The property of a file that says it is ours, and of which version."""
XLWINGS: Final = "xlwings"
DIGEST: Final = "macros"

_PROPERTIES: Final = "docProps/custom.xml"
_WORKBOOK, _RELATED = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True)
class Made:
    """What an add-in was made of: versions, and a digest of all its VBA."""

    xlmargin: str
    xlwings: str
    macros: str


def shipped() -> bytes:
    """The add-in that came with this package."""
    return files("xlmargin.hosts.classic").joinpath(FILE).read_bytes()


def made_of(path: Path) -> Made | None:
    """What the add-in in a file was made of; None where the file is none of ours."""
    try:
        return made_in(path.read_bytes())
    except OSError:
        return None


def made_in(add_in: bytes) -> Made | None:
    """What an add-in was made of; None where it is none of ours."""
    try:
        text = parts_of(add_in)[_PROPERTIES].decode("utf-8")
    except (KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return None
    found = dict(re.findall(r'name="([^"]*)"><vt:lpwstr>([^<]*)<', text))
    if VERSION not in found:
        return None
    return Made(found[VERSION], found.get(XLWINGS, ""), found.get(DIGEST, ""))


def settings_in(path: Path) -> dict[str, str]:
    """The settings of an add-in, as they stand on its sheet."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    rows = workbook.get_sheet_by_name(SETTINGS).to_python()
    return {str(row[0]).upper(): str(row[1]) for row in rows if len(row) > 1}


def is_signed(path: Path) -> bool:
    """Whether the macros of an add-in are signed."""
    try:
        return any("vbaProjectSignature" in name for name in parts_of(path.read_bytes()))
    except (OSError, zipfile.BadZipFile):
        return False


def with_settings(add_in: bytes, settings: Mapping[str, str]) -> bytes:
    """The add-in with other values of some of its settings."""
    parts = parts_of(add_in)
    part = _settings_part(parts)
    sheet = parts[part].decode("utf-8")
    for name, value in settings.items():
        at = f"B{list(COMMON).index(name) + 1}"
        cell = f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        before, _, after = re.split(rf'(<c r="{at}" .*?</c>)', sheet)
        sheet = before + cell + after
    return packed({**parts, part: sheet.encode("utf-8")})


def _settings_part(parts: Mapping[str, bytes]) -> str:
    """The part of the sheet of settings."""
    sheet = re.search(rf'<sheet name="{SETTINGS}"[^>]* r:id="(\w+)"', parts[_WORKBOOK].decode())
    assert sheet is not None
    target = re.search(rf'Id="{sheet[1]}"[^>]* Target="([^"]*)"', parts[_RELATED].decode())
    assert target is not None
    return f"xl/{target[1]}"


def parts_of(add_in: bytes) -> dict[str, bytes]:
    """The parts of a packed file by their names."""
    with zipfile.ZipFile(BytesIO(add_in)) as read:
        return {name: read.read(name) for name in read.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A packed file of these parts, the same to the byte in every place.

    Nothing is deflated: what comes of that depends on the library that does it.
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as write:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name)
            part.create_system = 0
            write.writestr(part, content)
    return made.getvalue()
