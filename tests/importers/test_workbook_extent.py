"""Stray cells far out, and blank rows at the end: refused or read, in no time."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from xlmargin.errors import MarginError
from xlmargin.importers import read_book_files

ROWS: list[list[object]] = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, 50.0]]
CSV = "\n".join(",".join(map(str, row)) for row in ROWS)


def workbook(path: Path, stray: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "positions"
    for row in ROWS:
        sheet.append(row)
    sheet[stray] = " "
    book.save(path)
    return path


def cpu(path: Path) -> float:
    start = time.process_time()
    assert len(read_book_files(path).positions) == len(ROWS)
    return time.process_time() - start


@pytest.mark.parametrize("stray", ["XFD1048576", "XFD50000", "ZZ1000000"])
def test_a_stray_cell_far_out_is_refused_and_ends_no_process(stray: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", stray)
    code = (
        "import sys; from pathlib import Path; from xlmargin.importers import read_book_files\n"
        "try: read_book_files(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("MarginError book.xlsx: found cells as far out as row")


@pytest.mark.parametrize("stray", ["A1048576", "XFD3", "CV5000"])
def test_a_stray_blank_that_fits_is_no_part_of_the_table(stray: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", stray)
    if stray == "XFD3":
        with pytest.raises(MarginError, match="columns"):
            read_book_files(path)
    else:
        assert cpu(path) < 20


def test_blank_rows_at_the_end_cost_what_they_are(tmp_path: Path) -> None:
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    few.write_text(CSV + "\n,,," * 20_000)
    many.write_text(CSV + "\n,,," * 160_000)
    assert cpu(many) < 40 * cpu(few) + 1  # eight times the rows: 64 times where it is quadratic


def test_a_stray_cell_of_an_open_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    names = 'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:o="office"'
    far = '<t:table-cell t:number-columns-repeated="16383"/><t:table-cell o:value-type="float"/>'
    content = (
        f'<o:x {names}><t:table t:name="positions"><t:table-row><t:table-cell/></t:table-row>'
        f'<t:table-row t:number-rows-repeated="1048574"><t:table-cell/></t:table-row>'
        f"<t:table-row>{far}</t:table-row></t:table></o:x>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("content.xml", content)
    with pytest.raises(MarginError, match="1,048,576 and column 16,384"):
        read_book_files(path)


def compound_file(records: bytes) -> bytes:
    """A binary workbook of 1997 whose records are those of one sheet, in sectors of 512 bytes."""
    last, free = 0xFFFFFFFE, 0xFFFFFFFF
    sectors = -(-max(len(records), 4096) // 512)
    table = [0xFFFFFFFD, last, *range(3, 2 + sectors), last]
    head = struct.pack("<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                       62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, last, 0, last, 0, 0)  # fmt: skip
    head += struct.pack("<108I", *[free] * 108)
    entries = [("Root Entry", last, 0), ("Workbook", 2, max(len(records), 4096))]
    directory = b"".join(
        struct.pack("<64sH50xIQ", name.encode("utf-16-le"), 2 * len(name) + 2, start, size)
        for name, start, size in entries
    )
    body = struct.pack("<128I", *table, *[free] * (128 - len(table))) + directory.ljust(512, b"\0")
    return head + body + records.ljust(512 * sectors, b"\0")


def test_a_stray_cell_of_an_old_binary_workbook_is_refused(tmp_path: Path) -> None:
    begin, number = (
        struct.pack("<HH8x", 0x0809, 8),
        struct.pack("<HHHHHd", 0x0203, 14, 65535, 16383, 0, 1.0),
    )
    path = tmp_path / "book.xls"
    for padding in (0, 200):  # the cell in the first sector of the sheet, and in a later one
        blank = struct.pack("<HHHHH", 0x0201, 6, 1, 1, 0) * padding
        path.write_bytes(compound_file(begin + blank + number))
        with pytest.raises(MarginError, match="row 65,536 and column 16,384"):
            read_book_files(path)


def test_a_stray_cell_of_a_newer_binary_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsb"
    row = bytes([0, 4]) + struct.pack("<I", 1_048_575)
    cell = bytes([1, 8]) + struct.pack("<II", 16_383, 0)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xl/worksheets/sheet1.bin", row + cell)
    with pytest.raises(MarginError, match="row 1,048,576 and column 16,384"):
        read_book_files(path)
