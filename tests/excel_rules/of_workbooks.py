"""What Excel asks of sheets' names, defined names, formats and shared texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.excel_rules.packed_book import MAIN, PackedBook

LONGEST_SHEET, LONGEST_NAME, LONGEST_FORMAT, LONGEST_TEXT = 31, 255, 255, 32_767
MOST_FORMATS = 65_490
BUILT_IN_FORMATS = 164

NAME = re.compile(r"[A-Za-z_\\][\w.\\?]*")
ADDRESS = re.compile(r"[A-Z]{1,3}\d+|[RC]|R\d*C\d*", re.IGNORECASE)
SHEET_OF = re.compile(r"(?:'(?P<quoted>(?:[^']|'')+)'|(?<![\w.\]])(?P<bare>[A-Za-z_][\w.]*))!")


def named_sheets(formula: str) -> set[str]:
    """The sheets that a formula names; those of other workbooks are not among them."""
    found = ((m["quoted"] or m["bare"]).replace("''", "'") for m in SHEET_OF.finditer(formula))
    return {name for name in found if "[" not in name}


def sheets_have_names(book: PackedBook) -> Iterator[str]:
    for name, times in Counter(sheet.name.casefold() for sheet in book.sheets).items():
        if times > 1:
            yield f"{name}: {times} sheets have this name"
    for name in book.sheet_names:
        if not 0 < len(name) <= LONGEST_SHEET or re.search(r"[\[\]:*?/\\]|^'|'$", name):
            yield f"{name}: is no name of a sheet"
        if name.casefold() == "history":
            yield f"{name}: is a name that Excel keeps"


def a_sheet_is_seen(book: PackedBook) -> Iterator[str]:
    sheets = list(book.workbook.iter(MAIN + "sheet"))
    if not any(sheet.get("state", "visible") == "visible" for sheet in sheets):
        yield "workbook: every sheet is hidden"
    ids = Counter(sheet.get("sheetId") for sheet in sheets)
    yield from (f"workbook: {n} sheets have the number {i}" for i, n in ids.items() if n > 1)
    for view in book.workbook.iter(MAIN + "workbookView"):
        for setting in ("activeTab", "firstSheet"):
            if int(view.get(setting, "0")) >= len(sheets):
                yield f"workbook: {setting} is no sheet"


def defined_names_are_names(book: PackedBook) -> Iterator[str]:
    names = list(book.workbook.iter(MAIN + "definedName"))
    scoped = Counter((n.get("name", "").casefold(), n.get("localSheetId")) for n in names)
    yield from (f"{key[0]}: is defined {times} times" for key, times in scoped.items() if times > 1)
    for each in names:
        name, text = each.get("name", ""), each.text or ""
        own = name.removeprefix("_xlnm.")
        if not NAME.fullmatch(own) or ADDRESS.fullmatch(own) or len(own) > LONGEST_NAME:
            yield f"{name}: is no name"
        if int(each.get("localSheetId", "0")) >= len(book.sheets):
            yield f"{name}: is of no sheet"
        if "#REF!" in text:
            yield f"{name}: refers to nothing"
        yield from (f"{name}: no sheet {s}" for s in named_sheets(text) - book.sheet_names)


def formats_are_defined(book: PackedBook) -> Iterator[str]:
    styles = book.trees["xl/styles.xml"]
    formats = {int(each.get("numFmtId", "0")) for each in styles.iter(MAIN + "numFmt")}
    counts = {
        "fontId": len(styles.findall(f"{MAIN}fonts/{MAIN}font")),
        "fillId": len(styles.findall(f"{MAIN}fills/{MAIN}fill")),
        "borderId": len(styles.findall(f"{MAIN}borders/{MAIN}border")),
        "xfId": len(styles.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")),
    }
    cell_formats = styles.findall(f"{MAIN}cellXfs/{MAIN}xf")
    if len(cell_formats) > MOST_FORMATS:
        yield f"styles: {len(cell_formats)} formats of cells"
    for i, each in enumerate(cell_formats):
        number = int(each.get("numFmtId", "0"))
        if number >= BUILT_IN_FORMATS and number not in formats:
            yield f"styles: format {i} has the undefined number format {number}"
        for key, count in counts.items():
            if int(each.get(key, "0")) >= count:
                yield f"styles: format {i} has the undefined {key} {each.get(key)}"
    for each in styles.iter(MAIN + "numFmt"):
        if len(each.get("formatCode", "")) > LONGEST_FORMAT:
            yield f"styles: number format {each.get('numFmtId')} is too long"


def shared_texts_are_short(book: PackedBook) -> Iterator[str]:
    for i, text in enumerate(book.strings):
        if len(text) > LONGEST_TEXT:
            yield f"shared text {i}: has {len(text)} characters"


RULES = (
    sheets_have_names, a_sheet_is_seen, defined_names_are_names, formats_are_defined,
    shared_texts_are_short,
)  # fmt: skip
