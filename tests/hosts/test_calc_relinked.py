"""The copy of a workbook that LibreOffice opens: its formulas linked, all else as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.hosts.calc import recalculation
from xlmargin.hosts.calc.recalculation import refuse_unfit, write_relinked

FULL = "ORG.XLMARGIN.CALCADDIN.PM_PATH"
PARTS = {
    "xl/worksheets/sheet1.xml": (
        '<c r="A1"><f>PM_PATH(A1:B2,&quot;a&amp;b&quot;)</f><v>1</v></c>'
        '<c r="A2"><f t="shared" ref="A2:A9" si="0">1+PM_PATH(A1:B2)</f></c>'
        "<c><f>SUM(A1)</f></c><c><v>PM_PATH(A1)</v></c><x:f>PM_PATH(A1:B2)</x:f>"
        '<f t="array" ref="A1:B2">PM_PATH(A1:B2)</f><formula1>PM_PATH(A1:B2)</formula1>',
        f"<c r=\"A1\"><f>{FULL}(A1:B2,&quot;a&amp;b&quot;)</f><v>1</v></c>"
        f'<c r="A2"><f t="shared" ref="A2:A9" si="0">1+{FULL}(A1:B2)</f></c>'
        f"<c><f>SUM(A1)</f></c><c><v>PM_PATH(A1)</v></c><x:f>{FULL}(A1:B2)</x:f>"
        f'<f t="array" ref="A1:B2">IF(ISTEXT({FULL}(A1:B2)),{FULL}(A1:B2)&amp;&quot;&quot;,'
        f"{FULL}(A1:B2))</f><formula1>{FULL}(A1:B2)</formula1>",
    ),
    "xl/workbook.xml": (
        '<definedName name="path">PM_PATH(Sheet!A1:B2)</definedName>',
        f'<definedName name="path">{FULL}(Sheet!A1:B2)</definedName>',
    ),
    "xl/tables/table1.xml": (
        "<calculatedColumnFormula>PM_PATH(T[#All])</calculatedColumnFormula>",
        f"<calculatedColumnFormula>{FULL}(T[[#All]])</calculatedColumnFormula>",
    ),
    "content.xml": (
        '<table:table-cell table:formula="of:=PM_PATH([.A1:.B2];&quot;a&quot;)"/>'
        '<table:table-cell table:number-matrix-x="2" table:formula="of:=PM_PATH([.A1])"/>',
        f'<table:table-cell table:formula="of:={FULL}([.A1:.B2];&quot;a&quot;)"/>'
        f'<table:table-cell table:number-matrix-x="2" table:formula="of:=IF(ISTEXT({FULL}'
        f"([.A1:.A1]));{FULL}([.A1:.A1])&amp;&quot;&quot;;{FULL}([.A1:.A1]))\"/>",
    ),
    "xl/sharedStrings.xml": ("<f>PM_PATH(A1:B2)</f>", "<f>PM_PATH(A1:B2)</f>"),
    "xl/worksheets/odd.xml": ("<f>\udcff</f>", "<f>\udcff</f>"),
    "xl/vbaProject.bin": ("<f>PM_PATH(A1:B2)</f>", "<f>PM_PATH(A1:B2)</f>"),
}  # fmt: skip


def packed(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content.encode("utf-8", "surrogateescape"))
    return path


def test_formulas_are_linked_wherever_they_stand(tmp_path: Path) -> None:
    book = packed(tmp_path / "book.xlsx", {name: before for name, (before, _) in PARTS.items()})
    write_relinked(book, tmp_path / "copy.xlsx", ["PM_PATH"])
    with zipfile.ZipFile(tmp_path / "copy.xlsx") as copy:
        assert copy.namelist() == list(PARTS)
        for name, (_, after) in PARTS.items():
            assert copy.read(name).decode("utf-8", "surrogateescape") == after


def test_a_workbook_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = packed(tmp_path / "book.xlsx", {"content.xml": "x" * 1000})
    monkeypatch.setattr(recalculation, "MOST_UNPACKED_BYTES", 1000)
    refuse_unfit(book)
    monkeypatch.setattr(recalculation, "MOST_UNPACKED_BYTES", 999)
    with pytest.raises(MarginError, match="found 1,000 bytes unpacked, wanted at most 999"):
        refuse_unfit(book)
    size = book.stat().st_size
    monkeypatch.setattr(recalculation, "MOST_PACKED_BYTES", size - 1)
    with pytest.raises(MarginError, match=f"found {size:,} bytes, wanted at most {size - 1:,}"):
        refuse_unfit(book)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    book = packed(tmp_path / "book.xlsx", {"content.xml": "x" * 1000})
    book.write_bytes(book.read_bytes().replace(b"xxxx", b"yyyy", 1))
    with pytest.raises(MarginError, match=r"content\.xml in the workbook cannot be read"):
        write_relinked(book, tmp_path / "copy.xlsx", ["PM_PATH"])
