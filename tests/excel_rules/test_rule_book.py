"""Workbooks that are built break no rule of Excel; each fault that is planted is found."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.excel_rules.good_book import write_good_book
from tests.excel_rules.rule_book import broken_rules

COMMITTED = sorted((Path(__file__).parents[2] / "workbooks").glob("*.xls?"))

WORKBOOK, FIRST = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
STYLES, TEXTS, TYPES = "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
TABLE, OTHER_TABLE, CHART = "xl/tables/table1.xml", "xl/tables/table2.xml", "xl/charts/chart1.xml"
RELATED = "xl/worksheets/_rels/sheet1.xml.rels"
LONG = "x" * 256

FAULTS = [
    (WORKBOOK, "</workbook>", "", "is no XML"),
    (TYPES, 'Extension="rels"', 'Extension="none"', "has no content type"),
    (TYPES, "/xl/styles.xml", "/xl/style.xml", "is not there"),
    (RELATED, "drawing1.xml", "drawing9.xml", "leads to no part"),
    (RELATED, 'Id="rId2"', 'Id="rId1"', "relations are named rId1"),
    (WORKBOOK, '"Other one"', '"first"', "2 sheets have this name"),
    (WORKBOOK, '"Other one"', f'"{"x" * 32}"', "is no name of a sheet"),
    (WORKBOOK, '"Other one"', '"a:b"', "is no name of a sheet"),
    (WORKBOOK, '"Other one"', '"History"', "a name that Excel keeps"),
    (WORKBOOK, "<sheet ", '<sheet state="hidden" ', "every sheet is hidden"),
    (WORKBOOK, 'sheetId="2"', 'sheetId="1"', "2 sheets have the number 1"),
    (WORKBOOK, "<workbookView ", '<workbookView activeTab="2" ', "activeTab is no sheet"),
    (WORKBOOK, 'name="own" localSheetId="0"', 'name="rate"', "is defined 2 times"),
    (WORKBOOK, 'name="rate"', 'name="AB12"', "AB12: is no name"),
    (WORKBOOK, 'name="rate"', 'name="a rate"', "a rate: is no name"),
    (WORKBOOK, 'localSheetId="0"', 'localSheetId="2"', "is of no sheet"),
    (WORKBOOK, "First!.H.1", "#REF!", "refers to nothing"),
    (WORKBOOK, "First!.H.1", "Last!$H$1", "own: no sheet Last"),
    (STYLES, '<numFmt numFmtId="164"', '<numFmt numFmtId="165"', "undefined number format"),
    (STYLES, "0.000%", "0" * 256, "is too long"),
    (STYLES, 'fillId="2"', 'fillId="9"', "undefined fillId"),
    (STYLES, 'fontId="0"', 'fontId="9"', "undefined fontId"),
    (STYLES, 'borderId="0"', 'borderId="9"', "undefined borderId"),
    (TEXTS, ">text<", f">{'x' * 32_768}<", "has 32768 characters"),
    (FIRST, '<row r="2"', '<row r="1"', "row 1 stands after row 1"),
    (FIRST, '<c r="F1"', '<c r="B1"', "is out of order"),
    (FIRST, '<c r="F1"', '<c r="F2"', "is out of order"),
    (FIRST, '<c r="F1"', '<c r="XFE1"', "is beyond the sheet"),
    (FIRST, 'ht="20.25"', 'ht="410"', "is too high"),
    (FIRST, '<row r="2"', '<row r="2" outlineLevel="8"', "too deep in an outline"),
    (FIRST, '<c r="H1" s="1"', '<c r="H1" s="99"', "a format that is not defined"),
    (FIRST, 'cm="1"', 'cm="2"', "has cm of no metadata"),
    (FIRST, '<c r="H1"', '<c r="H1" vm="1"', "has vm of no metadata"),
    (FIRST, 't="s"><v>0<', 't="s"><v>99<', "is no value of its kind s"),
    (FIRST, 't="e"><f>NA..</f><v>#N/A<', 't="e"><v>#NO<', "is no value of its kind e"),
    (FIRST, 't="b"><v>1<', 't="b"><v>2<', "is no value of its kind b"),
    (FIRST, "<v>yes<", f"<v>{'x' * 32_768}<", "is no value of its kind str"),
    (FIRST, 't="b"', 't="x"', "is of the unknown kind x"),
    (FIRST, "<v>7.5<", "<v>NaN<", "has no number"),
    (FIRST, "<v>7.5<", "<v>7,5<", "has no number"),
    (FIRST, 'ref="E1:F2"', 'ref="E2:F3"', "not the first cell of its array"),
    (FIRST, '<c r="F1"><v>0</v>', '<c r="F1"><f>1</f><v>0</v>', "inside of an array"),
    (FIRST, 'ref="E1:F2"', 'ref="E1:F5"', "overlap"),
    (FIRST, '<c r="H1"', '<c r="H1" cm="1"', "is marked as an array"),
    (OTHER_TABLE, 'displayName="TableC"', 'displayName="TableA"', "2 tables have this name"),
    (TABLE, 'displayName="TableA"', 'displayName="rate"', "a table and a defined name"),
    (TABLE, 'displayName="TableA"', 'displayName="A1"', "no name of a table"),
    (OTHER_TABLE, 'id="2" name="TableC"', 'id="1" name="TableC"', "2 tables have the number"),
    (TABLE, 'ref="A1:B3"', 'ref="A1:C3"', "another number of columns"),
    (TABLE, '<tableColumns count="2"', '<tableColumns count="3"', "another number of columns"),
    (TABLE, 'ref="A1:B3"', 'ref="A1:B1"', "no row below its headings"),
    (TABLE, 'name="two"', 'name="one"', "has 2 columns one"),
    (TABLE, 'name="two"', 'name="three"', "says something else"),
    (FIRST, '<c r="B1" t="s">', '<c r="B1" t="s"><f>1</f>', "is no text"),
    (TABLE, 'name="two"', 'name="two" dataDxfId="9"', "a format that is not defined"),
    (TABLE, '<autoFilter ref="A1:B3"', '<autoFilter ref="A1:B2"', "filters other cells"),
    (TABLE, 'ref="A1:B3"', 'ref="A1:B12"', "overlap"),
    (FIRST, 'ref="E5:F6"', 'ref="B2:F6"', "is in the table"),
    (FIRST, '<mergeCell ref="A9:B9"', '<mergeCell ref="A7:B9"', "merged cells overlap"),
    (FIRST, '<mergeCell ref="A9:B9"', '<mergeCell ref="A3:B3"', "merged cells lie over"),
    (FIRST, '<mergeCell ref="A9:B9"', '<mergeCell ref="D5:F5"', "lie over the array"),
    (FIRST, "(<sheetData>.*</sheetData>)(<mergeCells.*</mergeCells>)", r"\2\1", "out of order"),
    (FIRST, "<sheetData>", "<novelty/><sheetData>", "unknown element novelty"),
    (FIRST, '<col min="3"', '<col min="2"', "its columns are out of order"),
    (FIRST, 'width="12.7109375"', 'width="256"', "is too wide"),
    (FIRST, 'prompt="i"', f'prompt="{LONG}"', "its prompt is too long"),
    (FIRST, 'prompt="i"', f'promptTitle="{"x" * 33}"', "its promptTitle is too long"),
    (FIRST, 'prompt="i"', f'error="{"x" * 226}"', "its error is too long"),
    (FIRST, 'prompt="i"', f'errorTitle="{"x" * 33}"', "its errorTitle is too long"),
    (FIRST, '"a,b"', f'"{LONG}"', "its formula is too long"),
    (FIRST, "<formula1>.H.1:.H.2<", "<formula1>TableA[one]<", "names a part of a table"),
    (FIRST, "<formula1>.H.1:.H.2<", "<formula1>{1,2}<", "a constant of many values"),
    (FIRST, "<formula1>.H.1:.H.2<", "<formula1>$H$1,$H$2<", "of several areas"),
    (FIRST, 'dxfId="0"', 'dxfId="9"', "a format that is not defined"),
    (FIRST, 'priority="1"', 'priority="0"', "has no priority"),
    (FIRST, "<formula>.H1&gt;7<", "<formula>TableA[two]&gt;7<", "names a part of a table"),
    (FIRST, '(<hyperlink ref="L2" r:id=")rId1', r"\1rId9", "its link has no relation"),
    (RELATED, "https://example.org/", "https://" + "x" * 2_080, "its link is too long"),
    (FIRST, 'tooltip="tip"', f'tooltip="{LONG}"', "the tip of its link"),
    (FIRST, "location=\"'Other one'!A1\"", 'location="Third!A1"', "leads to no sheet Third"),
    (FIRST, "&amp;Cfooter", LONG, "a header or footer is too long"),
    (FIRST, '<brk id="3"[^>]*/>', '<brk id="3"/>' * 1_027, "page breaks"),
    (FIRST, '<drawing r:id="rId2"', '<drawing r:id="rId9"', "its drawing has no relation"),
    (CHART, "'Other one'!", "Third!", "draws no cells"),
    (FIRST, "<f>NA..<", f"<f>{'1+' * 4_097}1<", "is too long"),
    (FIRST, ',"yes"', f',"{LONG}"', "has too long a text"),
    (FIRST, "<f>NA..<", "<f>=NA()<", "begins as a user types it"),
    (FIRST, "<f>NA..<", "<f>@H1<", "has an @"),
    (FIRST, "<f>NA..<", "<f>SUM(E1#)<", "has a #"),
    (FIRST, "_xlfn.TEXTJOIN", "TEXTJOIN", "names TEXTJOIN without its mark"),
    (FIRST, "<f>NA..<", '<f>"a"&amp;"b<', "a text without an end"),
    (FIRST, "<f>NA..<", "<f>SUM((1)<", "leaves a bracket open"),
    (FIRST, "<f>NA..<", "<f>SUM(1))<", "closes a bracket that is not open"),
    (FIRST, "<f>NA..<", f"<f>SUM({'1,' * 255}1)<", "has too many arguments"),
    (FIRST, "<f>NA..<", f"<f>{'(' * 65}1{')' * 65}<", "is nested too deep"),
    (FIRST, "<f>NA..<", "<f>Third!A1<", "names no sheet Third"),
    (FIRST, "<f>NA..<", "<f>SUM(TableB[one])<", "names no table TableB"),
    (FIRST, "<f>NA..<", "<f>SUM(TableA[three])<", "names no column three of TableA"),
    (FIRST, "<f>NA..<", "<f>SUM(TableA[[#All],[three]])<", "names no column three"),
]
"""Part, what stands in it, what is planted there, and what is said of it."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "good.xlsx"
    write_good_book(path)
    return path


def changed(good: Path, copy: Path, part: str, found: str, planted: str) -> Path:
    """The workbook with one part of it changed."""
    with zipfile.ZipFile(good) as read, zipfile.ZipFile(copy, "w") as write:
        for name in read.namelist():
            text = read.read(name)
            if name == part:
                after = re.sub(found.encode(), planted.encode(), text, flags=re.DOTALL)
                assert after != text, f"{found} does not stand in {part}: {text.decode()}"
                text = after
            write.writestr(name, text)
    return copy


def test_a_good_workbook_breaks_no_rule(good: Path) -> None:
    assert broken_rules(good) == []


@pytest.mark.parametrize(("part", "found", "planted", "said"), FAULTS, ids=lambda text: text[:40])
def test_a_planted_fault_is_found(
    part: str, found: str, planted: str, said: str, good: Path, tmp_path: Path
) -> None:
    broken = broken_rules(changed(good, tmp_path / "bad.xlsx", part, found, planted))
    assert any(said in wrong for wrong in broken), broken


def test_a_part_that_stands_twice_is_found(good: Path, tmp_path: Path) -> None:
    copy = tmp_path / "twice.xlsx"
    copy.write_bytes(good.read_bytes())
    with zipfile.ZipFile(copy, "a") as packed:
        packed.writestr("XL/styles.xml", "<x/>")
    assert any("stands in the file 2 times" in wrong for wrong in broken_rules(copy))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_a_committed_workbook_breaks_no_rule(path: Path) -> None:
    assert broken_rules(path) == []
