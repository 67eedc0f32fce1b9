"""A VBA project as it is to be written: its source, and nothing that was compiled of it.

[MS-OVBA] wants the version 0xFFFF and no cache where a project is written (2.3.4.1), cookies of
0xFFFF and nothing after the last record (2.3.4.2.3), and source from the first byte of a module
where its offset is 0 (2.3.4.3). What stands there otherwise, an Office of the version that is named
may run in place of the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack_into, unpack_from
from typing import Final

_STORAGE: Final = "VBA"
_UNCOMPILED: Final = bytes.fromhex("CC61 FFFF 00 0100")

_HEAD: Final = 6
"""Bytes of a record's kind and size."""
_VERSION, _STREAM_NAME, _OFFSET, _END = 0x0009, 0x001A, 0x0031, 0x0010
_COOKIES: Final = (0x0013, 0x002C)
_VERSION_SIZE: Final = 6
"""The record of the version says 4."""


def source_only(project: bytes) -> bytes:
    """The project without what is compiled."""
    from pyopenvba.cfb import CFB  # type: ignore[import-untyped]
    from pyopenvba.vba import compress, decompress  # type: ignore[import-untyped]

    file = CFB.from_bytes(project)
    directory = bytearray(decompress(file.get_stream_in_storage(_STORAGE, "dir")))
    stream = ""
    for kind, start, size in _records(directory):
        if kind == _STREAM_NAME:
            stream = directory[start : start + size].decode("ascii")
        elif kind == _OFFSET:
            (compiled,) = unpack_from("<I", directory, start)
            source = file.get_stream_in_storage(_STORAGE, stream)[compiled:]
            file.write_stream_in_storage(_STORAGE, stream, source)
            pack_into("<I", directory, start, 0)
        elif kind in _COOKIES:
            pack_into("<H", directory, start, 0xFFFF)
        elif kind == _END:
            del directory[start:]
    file.write_stream_in_storage(_STORAGE, "dir", compress(bytes(directory)))
    file.write_stream_in_storage(_STORAGE, "_VBA_PROJECT", _UNCOMPILED)
    written: bytes = file.to_bytes()
    return written


def _records(directory: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Kind, start and size of each record of the directory of modules."""
    at = 0
    while at + _HEAD <= len(directory):
        kind, size = unpack_from("<HI", directory, at)
        size = _VERSION_SIZE if kind == _VERSION else size
        yield kind, at + _HEAD, size
        at += _HEAD + size
