"""VBA in a workbook as oletools reads it: another reader than the one that wrote it."""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it asks of another library
    from oletools.olevba import VBA_Parser, decompress_stream


def vba_in(path: Path) -> dict[str, str]:
    """The text of each module by its name, without its attributes."""
    parser = VBA_Parser(path.name, data=path.read_bytes())
    try:
        return {
            Path(name).stem: without_attributes(text)
            for _, _, name, text in parser.extract_macros()
        }
    finally:
        parser.close()


def decompressed(stream: bytes) -> bytes:
    """A stream of a VBA project as it was before it was compressed."""
    return bytes(decompress_stream(bytearray(stream)))


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a packed file by its name."""
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def without_attributes(text: str) -> str:
    """A module as its author sees it: without attributes, lines ended alike."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("Attribute ")).strip()


def cells(path: Path, sheet: str) -> list[list[str]]:
    """The cells of a sheet, as texts."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    return [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).to_python()]


def sheet_names(path: Path) -> list[str]:
    """The names of the sheets in their order."""
    return CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())).sheet_names
