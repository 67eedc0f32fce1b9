"""The add-in's icon, drawn for each size that Excel asks for: three columns, the last in red."""

from __future__ import annotations

import struct
import zlib
from typing import Final

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
