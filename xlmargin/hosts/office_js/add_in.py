"""The files of the add-in, its icon and functions.json among them, as the service has them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from string import Template
from typing import Any, Final
from xml.sax.saxutils import escape

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.packaged import packaged_text

FOLDER: Final = "/office"
"""Where the service has the files."""

OFFICE_JS: Final = "https://appsforoffice.microsoft.com"
"""Where Excel's own scripts come from; Microsoft allows no copy of them."""


def add_in(functions: Sequence[WorksheetFunction], address: str) -> dict[str, bytes]:
    """The add-in's files by their paths; `address` is that of the service, without a path."""
    names = {f.name: [argument.name for argument in f.arguments] for f in functions}
    stated = f"const ADDRESS = {json.dumps(address)};\nconst FUNCTIONS = {json.dumps(names)};\n"
    manifest = Template(_text("manifest.xml")).substitute(
        address=escape(address, {'"': "&quot;"}), version=f"{xlmargin.__version__}.0"
    )
    texts = {
        "manifest.xml": manifest,
        "functions.json": json.dumps(metadata(functions)),
        "functions.js": stated + _text("functions.js") + _text("live.js"),
        "taskpane.html": _text("taskpane.html"),
        "taskpane.js": _text("taskpane.js"),
    }
    images = {f"icon-{size}.png": icon(size) for size in SIZES}
    written = {name: text.encode("utf-8") for name, text in texts.items()} | images
    return {f"{FOLDER}/{name}": content for name, content in written.items()}


def _text(name: str) -> str:
    return packaged_text("xlmargin.hosts.office_js", name)


SIZES: Final = (16, 32, 64, 80)
"""Pixels a side."""

_PAPER, _INK, _RED = b"\xff\xff\xff", b"\x1f\x3a\x5f", b"\xc0\x39\x2b"

_COLUMNS: Final = ((0.45, _INK), (0.85, _INK), (0.65, _RED))
"""The height of each column, as a fraction of the icon's, and its colour."""


def icon(size: int) -> bytes:
    """A PNG of so many pixels a side, the same bytes every time."""
    rows = (b"\0" + b"".join(_pixel(x, y, size) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _pixel(x: int, y: int, size: int) -> bytes:
    column, across = divmod(x * len(_COLUMNS) / size, 1.0)
    height, colour = _COLUMNS[int(column)]
    return colour if across < 0.75 and y >= size * (1.0 - height) else _PAPER


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def metadata(functions: Sequence[WorksheetFunction]) -> dict[str, Any]:
    """The functions as the add-in's functions.json describes them, and XLM_LIVE.

    That one is no question and answer: it goes on until its cell is cleared.
    """
    return {
        "allowErrorForDataTypeAny": True,
        "allowCustomDataForDataTypeAny": True,
        "functions": [*map(_described, functions), json.loads(_text("live.json"))],
    }


def _described(function: WorksheetFunction) -> dict[str, Any]:
    return {
        "id": function.name,
        "name": function.name,
        "description": function.doc,
        "parameters": [
            {
                "name": argument.name,
                "description": argument.doc,
                "type": "any",
                "dimensionality": "matrix",
                **({"optional": True} if argument.optional else {}),
            }
            for argument in function.arguments
        ],
        "result": {"dimensionality": "matrix"},
        "options": {"cancelable": True},
    }
