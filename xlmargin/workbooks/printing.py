"""The pages of a workbook that are printed: the others are hidden in a copy of its file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

_BOOK: Final = "xl/workbook.xml"
_SHEET: Final = re.compile(r'<sheet name="([^"]*)"')
_PRINTED: Final = re.compile(
    r'<definedName name="_xlnm\.Print_(?:Area|Titles)" localSheetId="(\d+)"[^>]*>[^<]*'
    r"</definedName>"
)


def print_set(path: Path, printed: Collection[str]) -> bytes:
    """The file of a workbook in which only these sheets are visible, and have a print area.

    LibreOffice prints a hidden sheet, too, where it has a print area.
    """
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as whole:
        for item in packed.infolist():
            content = packed.read(item)
            if item.filename == _BOOK:
                content = _with_others_hidden(content.decode(), printed).encode()
            whole.writestr(item, content)
    return copy.getvalue()


def _with_others_hidden(book: str, printed: Collection[str]) -> str:
    names = _SHEET.findall(book)

    def hidden(match: re.Match[str]) -> str:
        return match[0] if match[1] in printed else f'{match[0]} state="hidden"'

    def kept(match: re.Match[str]) -> str:
        return match[0] if names[int(match[1])] in printed else ""

    return _SHEET.sub(hidden, _PRINTED.sub(kept, book))
