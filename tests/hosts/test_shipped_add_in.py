"""The add-in in the package is what its sources make, and has no compiled code."""

from __future__ import annotations

import zipfile
from io import BytesIO
from struct import unpack_from

import olefile
import pytest

from tests.hosts.vba_reader import decompressed
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.classic.add_in import add_in, made_now
from xlmargin.hosts.classic.shipped import made_in, packed, parts_of, shipped

FUNCTIONS = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
COMMAND = "xlmargin build-xlam -o xlmargin/hosts/classic/xlmargin.xlam"


@pytest.fixture(scope="module")
def streams() -> dict[str, bytes]:
    """Every stream of the VBA project, as a reader of compound files finds it."""
    project = olefile.OleFileIO(parts_of(shipped())["xl/vbaProject.bin"])
    return {"/".join(path): project.openstream(path).read() for path in project.listdir()}


def test_it_is_made_of_the_functions_and_macros_as_they_are() -> None:
    assert made_in(shipped()) == made_now(FUNCTIONS), f"run: {COMMAND}"


def test_it_is_built_again_to_the_byte() -> None:
    assert add_in(FUNCTIONS) == shipped(), f"run: {COMMAND}"


def test_no_library_s_way_to_deflate_is_in_it() -> None:
    with zipfile.ZipFile(BytesIO(shipped())) as read:
        assert {part.compress_type for part in read.infolist()} == {zipfile.ZIP_STORED}
        assert {part.date_time[0] for part in read.infolist()} == {1980}
    assert packed(parts_of(shipped())) == shipped()


def test_it_names_the_folder_of_no_user() -> None:
    content = shipped().lower()
    assert rb"%localappdata%\xlmargin\python" in content
    for said in (rb"c:\users", b"/home/", b"/work/", b"/tmp/"):
        assert said not in content


def test_nothing_makes_excel_calculate_when_it_starts() -> None:
    assert b'<calcPr calcId="191029"/>' in parts_of(shipped())["xl/workbook.xml"]


def test_the_project_is_of_no_version_and_has_no_cache(streams: dict[str, bytes]) -> None:
    """[MS-OVBA] 2.3.4.1: the version is 0xFFFF, no cache follows; 2.2.6: no __SRP_ streams."""
    head = streams["VBA/_VBA_PROJECT"]
    assert head[:2] == b"\xcc\x61"
    assert head[2:4] == b"\xff\xff"
    assert len(head) == 7
    assert not [name for name in streams if "__SRP_" in name]


def test_modules_are_source_from_their_first_byte(streams: dict[str, bytes]) -> None:
    """A container of compressed source begins with 01, and its first chunk with its size."""
    modules = {n: s for n, s in streams.items() if n.startswith("VBA/") and "VBA_PROJECT" not in n}
    assert len(modules) == 8
    for content in modules.values():
        assert content[0] == 1
        (head,) = unpack_from("<H", content, 1)
        assert head >> 12 == 0b1011
        assert (head & 0xFFF) + 3 <= len(content) - 1


def test_cookies_are_those_of_a_project_that_is_written(streams: dict[str, bytes]) -> None:
    """[MS-OVBA] 2.3.4.2.3: of the project and of each module 0xFFFF, offsets 0."""
    directory = decompressed(streams["VBA/dir"])
    found: dict[int, list[bytes]] = {}
    at = 0
    while at < len(directory):
        kind, size = unpack_from("<HI", directory, at)
        size = 6 if kind == 0x0009 else size
        found.setdefault(kind, []).append(directory[at + 6 : at + 6 + size])
        at += 6 + size
    assert at == len(directory)
    assert found[0x0013] == [b"\xff\xff"]
    assert set(found[0x002C]) == {b"\xff\xff"}
    assert found[0x0031] == [bytes(4)] * 7
