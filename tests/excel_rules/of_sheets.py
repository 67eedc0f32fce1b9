"""What Excel asks of all else on a sheet: lists, conditions, links, print settings, drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

from tests.excel_rules.of_workbooks import named_sheets
from tests.excel_rules.packed_book import MAIN, RELATED, PackedBook, Sheet

_ORDER = """
    sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
    protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
    phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins
    pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors
    smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls
    webPublishItems tableParts extLst
"""
ORDER = _ORDER.split()
"""The elements of a sheet as the schema has them."""

LONGEST_SAID = {"promptTitle": 32, "prompt": 255, "errorTitle": 32, "error": 225}
LONGEST_LIST, LONGEST_FORMULA, LONGEST_TIP, LONGEST_ADDRESS = 255, 8_192, 255, 2_079
LONGEST_HEADER, WIDEST_COLUMN, MOST_LINKS, MOST_BREAKS = 255, 255, 65_530, 1_026
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MOST_SERIES = 255


def elements_are_in_order(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        names = [element.tag.removeprefix(MAIN) for element in sheet.root]
        yield from (f"{sheet.name}: unknown element {n}" for n in names if n not in ORDER)
        places = [ORDER.index(name) for name in names if name in ORDER]
        if places != sorted(places):
            yield f"{sheet.name}: its elements are out of order"


def columns_are_in_order(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        columns = sheet.all("col")
        for one, other in pairwise(columns):
            if int(other.get("min", "0")) <= int(one.get("max", "0")):
                yield f"{sheet.name}: its columns are out of order"
        for column in columns:
            if float(column.get("width", "0")) > WIDEST_COLUMN:
                yield f"{sheet.name}: column {column.get('min')} is too wide"


def validations_are_taken(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for each in sheet.all("dataValidation"):
            where = f"{sheet.name}, validation of {each.get('sqref')}"
            for key, longest in LONGEST_SAID.items():
                if len(each.get(key, "")) > longest:
                    yield f"{where}: its {key} is too long"
            for formula in each:
                yield from (f"{where}: {w}" for w in _wrong_condition(formula.text or ""))
                if each.get("type") == "list" and _is_union(formula.text or ""):
                    yield f"{where}: its list is of several areas"


def _wrong_condition(formula: str) -> Iterator[str]:
    """What Excel takes in a cell, and not in a validation or a conditional format."""
    longest = LONGEST_LIST + 2 if formula.startswith('"') else LONGEST_FORMULA
    bare = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    if len(formula) > longest:
        yield "its formula is too long"
    if re.search(r"\w\[", bare):
        yield "its formula names a part of a table"
    if "{" in bare:
        yield "its formula has a constant of many values"


def _is_union(formula: str) -> bool:
    return "," in formula and "(" not in formula and not formula.startswith('"')


def conditions_are_taken(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for each in sheet.all("conditionalFormatting"):
            where = f"{sheet.name}, condition of {each.get('sqref')}"
            for rule in each.iter(MAIN + "cfRule"):
                if int(rule.get("dxfId", "-1")) >= book.formats_of_difference:
                    yield f"{where}: has a format that is not defined"
                if int(rule.get("priority", "0")) < 1:
                    yield f"{where}: has no priority"
                for formula in rule.iter(MAIN + "formula"):
                    yield from (f"{where}: {w}" for w in _wrong_condition(formula.text or ""))


def links_lead_somewhere(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        links = sheet.all("hyperlink")
        if len(links) > MOST_LINKS:
            yield f"{sheet.name}: has {len(links)} links"
        for link in links:
            yield from (f"{sheet.name}!{link.get('ref')}: {w}" for w in _wrong_link(sheet, link))


def _wrong_link(sheet: Sheet, link: Element) -> Iterator[str]:
    name = link.get(RELATED + "id")
    if name and name not in sheet.related:
        yield "its link has no relation"
    elif name and len(sheet.related[name].target) > LONGEST_ADDRESS:
        yield "its link is too long"
    if len(link.get("tooltip", "")) > LONGEST_TIP:
        yield "the tip of its link is too long"
    for other in named_sheets(link.get("location", "")) - sheet.book.sheet_names:
        yield f"its link leads to no sheet {other}"


def pages_print(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for element in sheet.all("headerFooter"):
            for line in element:
                if len(line.text or "") > LONGEST_HEADER:
                    yield f"{sheet.name}: a header or footer is too long"
        for tag in ("rowBreaks", "colBreaks"):
            for element in sheet.all(tag):
                if len(element) > MOST_BREAKS:
                    yield f"{sheet.name}: has {len(element)} page breaks"


def drawings_are_there(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for tag in ("drawing", "legacyDrawing", "tablePart"):
            for element in sheet.all(tag):
                if element.get(RELATED + "id") not in sheet.related:
                    yield f"{sheet.name}: its {tag} has no relation"


def charts_draw_cells(book: PackedBook) -> Iterator[str]:
    for part, tree in book.trees.items():
        if not part.startswith("xl/charts/chart"):
            continue
        if len(list(tree.iter(CHART + "ser"))) > MOST_SERIES:
            yield f"{part}: has too many series"
        for formula in tree.iter(CHART + "f"):
            sheets = named_sheets(formula.text or "")
            if not sheets or sheets - book.sheet_names:
                yield f"{part}: draws no cells of a sheet: {formula.text}"


RULES = (
    elements_are_in_order, columns_are_in_order, validations_are_taken, conditions_are_taken,
    links_lead_somewhere, pages_print, drawings_are_there, charts_draw_cells,
)  # fmt: skip
