"""Every page as it looks and prints: widths, tokens, words, headings, contrast, paper."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from xlmargin.workbooks import TEMPLATES, styles
from xlmargin.workbooks.page_setup import print_set

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)
COMMITTED = Path(__file__).parents[2] / "workbooks"
NAMES = [template.name for template in TEMPLATES]
INPUTS = frozenset(
    {
        "Positions", "Market", "Settings", "Dividends", "Trades", "Orders", "Candidates",
        "Activity", "Facts", "Limits", "Dated positions", "Dated market", "Broker",
    }
)  # fmt: skip
REFERENCE = frozenset(
    {"Formulas", "Rules", "Rules by strategy", "Check", "House settings", "Deployment positions"}
)
TOKENS = frozenset(
    value.upper().removeprefix("#")
    for name, value in vars(styles).items()
    if isinstance(value, str) and re.fullmatch("#[0-9A-F]{6}", value) and name.isupper()
)
SIZES = frozenset(value for name, value in vars(styles).items() if name.endswith("_SIZE")) | {11}
FORMATS = frozenset(styles.NUMBERS.values()) | {styles.OVER_NUMBERS, "General"}
UNITS = re.compile(r"(a|of|per|in|date|list|name|factor|ticker|short|units|source|\d|\$)\b")

# Widths of Arial, thousandths of its size; of every other letter that of a figure.
ADVANCE = {
    letter: width
    for letters, width in (
        ("ijl'’|", 222), ("ft.,:;!/I· []", 278), ("r()-", 333), ("cksvxyzJ", 500), ("FTZ", 611),
        ("ABEKPSVXY&", 667), ("CDHNRUw", 722), ("GOQ", 778), ("mM", 833), ("%", 889), ("W", 944),
        ("@—", 1015),
    )
    for letter in letters
}  # fmt: skip


@cache
def workbook(name: str, data_only: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(COMMITTED / f"{name}.xlsx", data_only=data_only)


@cache
def areas(name: str) -> dict[str, tuple[int, ...]]:
    """The print area of each sheet: first column and row, last column and row."""
    (text,) = parts(name, "xl/workbook.xml").values()
    found = {}
    for sheet, cells in re.findall(r"Print_Area[^>]*>'?([^!'<]*)'?!([^<]*)<", text):
        whole = re.fullmatch(r"\$([A-Z]+):\$([A-Z]+)", cells)
        reach = f"{whole[1]}1:{whole[2]}9" if whole else cells.replace("$", "")
        found[sheet] = tuple(range_boundaries(reach))
    return found


def pages(name: str, *, data_only: bool = True) -> Iterator[tuple[Worksheet, tuple[int, ...]]]:
    """Sheets of outputs with their print areas."""
    for sheet in workbook(name, data_only).worksheets:
        if sheet.title not in INPUTS | REFERENCE:
            yield sheet, areas(name)[sheet.title]


def printed_cells(sheet: Worksheet, area: tuple[int, ...]) -> Iterator[Cell]:
    left, top, right, bottom = area
    shown = {column for column in range(left, right + 1) if pixels(sheet, column)}
    rows = sheet.iter_rows(top, bottom, left, right)
    yield from (cell for row in rows for cell in row if cell.column in shown)


def pixels(sheet: Worksheet, column: int) -> int:
    letter = openpyxl.utils.get_column_letter(column)
    for dimension in sheet.column_dimensions.values():
        if dimension.min and dimension.min <= column <= dimension.max:
            return 0 if dimension.hidden else int((dimension.width or 9.14) * 7 + 0.5)
    assert letter
    return 64


@pytest.mark.parametrize("name", NAMES)
def test_columns_fill_a_sheet_of_paper_and_no_more(name: str) -> None:
    for sheet in workbook(name, True).worksheets:
        left, _, right, _ = areas(name)[sheet.title]
        width = sum(pixels(sheet, column) for column in range(left, right + 1))
        portrait = sheet.page_setup.orientation != "landscape"
        assert width <= (styles.PORTRAIT if portrait else styles.LANDSCAPE), (sheet.title, width)


def parts(name: str, pattern: str) -> dict[str, str]:
    with zipfile.ZipFile(COMMITTED / f"{name}.xlsx") as packed:
        return {n: packed.read(n).decode() for n in packed.namelist() if re.search(pattern, n)}


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_size_and_format_is_a_token(name: str) -> None:
    files = parts(name, "styles|charts/chart|worksheets/sheet")
    for part, text in files.items():
        colors = set(re.findall(r'(?:rgb="FF|srgbClr val="|&amp;K)([0-9A-Fa-f]{6})', text))
        assert {color.upper() for color in colors} <= TOKENS, (part, colors)
    (written,) = parts(name, "styles").values()
    assert {float(s) for s in re.findall(r'<sz val="([\d.]+)"', written)} <= SIZES
    dxf = written[written.index("<dxfs") :]
    for text in (written, dxf):
        formats = re.findall(r'formatCode="([^"]*)"', text)
        assert {f.replace("&quot;", '"') for f in formats} <= FORMATS
    assert {
        float(s) / 100 for text in files.values() for s in re.findall(r'\bsz="(\d+)"', text)
    } <= (SIZES)


def test_no_page_writes_a_colour_a_size_or_a_format() -> None:
    for path in (COMMITTED.parent / "xlmargin" / "workbooks").glob("*.py"):
        if path.name == "styles.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"#[0-9A-Fa-f]{6}\b|font_size|font_color|bg_color|#,##0", text), path


def luminance(color: str) -> float:
    values = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_text_is_told_from_what_it_stands_on(name: str) -> None:
    seen = set()
    for sheet in workbook(name, True).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value not in (None, "") and cell.font.color and cell.font.color.rgb:
                    fill = cell.fill.fgColor.rgb if cell.fill.patternType == "solid" else ""
                    seen.add((str(cell.font.color.rgb)[2:], str(fill or "FFFFFFFF")[2:]))
    assert len(seen) > 3
    for text, fill in seen:
        assert contrast(text, fill) >= 4.5, (text, fill)


def test_states_and_inputs_are_read_on_their_own_fill() -> None:
    for text, fill in (
        (styles.OK, styles.OK_FILL), (styles.WATCH, styles.WATCH_FILL),
        (styles.ACT, styles.ACT_FILL), (styles.INPUT, styles.INPUT_FILL),
        (styles.NAVY, styles.HEAD), (styles.NOTE, styles.MIST),
    ):  # fmt: skip
        assert contrast(text[1:], fill[1:]) >= 4.5
    for color in (styles.PM, styles.ST, styles.BAR, styles.GAIN, styles.LOSS):
        assert contrast(color[1:], "FFFFFF") >= 3


@pytest.mark.parametrize("name", NAMES)
def test_series_of_charts_are_seen_or_labelled(name: str) -> None:
    for part, text in parts(name, "charts/chart").items():
        for series in re.findall(r"<c:ser>.*?</c:ser>", text, re.DOTALL):
            color = re.search(r'srgbClr val="([0-9A-F]{6})"', series)
            assert color, part
            assert contrast(color[1], "FFFFFF") >= 3 or "<c:showVal" in series, (part, color[1])


@pytest.mark.parametrize("name", NAMES)
def test_bars_stand_in_columns_of_their_own(name: str) -> None:
    for part, text in parts(name, "worksheets/sheet").items():
        bars = re.findall(r"<dataBar[^>]*>", text)
        assert all('showValue="0"' in bar for bar in bars), part


def shown_texts(name: str) -> Iterator[tuple[str, str, str]]:
    for sheet, area in pages(name):
        for cell in printed_cells(sheet, area):
            if isinstance(cell.value, str) and cell.value:
                yield sheet.title, cell.coordinate, cell.value


@pytest.mark.parametrize("name", NAMES)
def test_words_are_written_as_people_write_them(name: str) -> None:
    for sheet, cell, text in shown_texts(name):
        assert "_" not in text, (sheet, cell, text)
        if not text.startswith(" "):
            assert "  " not in text, (sheet, cell, text)
    for sheet, area in pages(name):
        for cell in printed_cells(sheet, area):
            label = isinstance(cell.value, str) and cell.font.b and cell.value[:1].islower()
            assert not label or UNITS.match(cell.value) or cell.value in ("none", "not stated"), (
                sheet.title, cell.coordinate, cell.value,
            )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_figures_stand_to_the_right_below_their_headings(name: str) -> None:
    head = styles.HEAD.removeprefix("#")
    for sheet, area in pages(name):
        left, top, right, bottom = area
        for column in range(left, right + 1):
            heading = ""
            for row in range(top, bottom + 1):
                cell = sheet.cell(row, column)
                if cell.fill.patternType == "solid" and str(cell.fill.fgColor.rgb)[2:] == head:
                    heading = cell.alignment.horizontal if cell.value else ""
                elif cell.value is None:
                    continue
                elif heading == "left" and isinstance(cell.value, int | float):
                    bar = cell.border.bottom.style == "thick"
                    assert bar or "General" in cell.number_format or isinstance(cell.value, bool), (
                        sheet.title,
                        cell.coordinate,
                        cell.value,
                    )
                elif (
                    isinstance(cell.value, int | float)
                    and cell.number_format != "General"
                    and cell.border.bottom.style != "thick"
                    and cell.fill.patternType != "solid"
                ):
                    assert cell.alignment.horizontal == "right", (sheet.title, cell.coordinate)


@pytest.mark.parametrize("name", NAMES)
def test_every_sheet_has_a_title_a_message_and_a_tab(name: str) -> None:
    for sheet in workbook(name, True).worksheets:
        assert sheet["A1"].value, sheet.title
        assert sheet["A2"].value, sheet.title
        assert str(sheet.sheet_properties.tabColor.rgb)[2:] in TOKENS
        assert sheet.title in areas(name)


@pytest.mark.parametrize("name", NAMES)
def test_print_areas_end_where_the_page_does(name: str) -> None:
    for sheet, (left, top, right, bottom) in pages(name):
        drawn = [anchor.to.row + 1 for chart in sheet._charts if (anchor := chart.anchor)]
        used = [c.row for c in printed_cells(sheet, (left, top, right, bottom)) if c.value]
        assert bottom - max(used + drawn) <= 20, sheet.title


@pytest.mark.parametrize("name", NAMES)
def test_charts_say_in_words_what_they_show(name: str) -> None:
    for part, text in parts(name, "drawings/drawing").items():
        for frame in re.findall(r"<xdr:graphicFrame.*?</xdr:graphicFrame>", text, re.DOTALL):
            assert re.search(r'descr="[^"]{10,}"', frame), part


def width(text: str, size: float, bold: bool) -> float:
    """Pixels that a text takes in Arial, about."""
    units = sum(ADVANCE.get(letter, 556) for letter in text)
    return units / 1000 * size * 96 / 72 * (1.07 if bold else 1.0)


def room(sheet: Worksheet, cell: Cell, right: int) -> float:
    """Pixels of a cell and of the empty ones that its text may run over."""
    found = pixels(sheet, cell.column)
    step = -1 if cell.alignment.horizontal == "right" else 1
    column = cell.column + step
    while 1 <= column <= right and sheet.cell(cell.row, column).value in (None, ""):
        found += pixels(sheet, column)
        column += step
    return float(found)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_cut_off(name: str) -> None:
    cut = []
    for sheet, area in pages(name):
        merged = [range_boundaries(str(each)) for each in sheet.merged_cells.ranges]
        for cell in printed_cells(sheet, area):
            if not isinstance(cell.value, str) or cell.alignment.wrap_text:
                continue
            if any(m[0] <= cell.column <= m[2] and m[1] <= cell.row <= m[3] for m in merged):
                continue
            wanted = width(cell.value.rstrip(), float(cell.font.sz), bool(cell.font.b))
            indent = 9 * (cell.alignment.indent or 0)
            if wanted + indent > room(sheet, cell, area[2]) + 4:
                cut.append((sheet.title, cell.coordinate, cell.value))
    assert not cut


# The pages on paper: the print set of a workbook as LibreOffice prints it.
in_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None or shutil.which("pdftotext") is None,
    reason="LibreOffice (soffice) or pdftotext is not installed: pages were not printed",
)
MOST_PAGES = 14


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The text of each printed page of every workbook."""
    folder = tmp_path_factory.mktemp("paper")
    for template in TEMPLATES:
        path = folder / f"{template.name}.xlsx"
        path.write_bytes(print_set(COMMITTED / path.name, template.printed))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    files = [str(path) for path in sorted(folder.glob("*.xlsx"))]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=300)
    found = {}
    for path in folder.glob("*.pdf"):
        read = ["pdftotext", "-layout", str(path), "-"]
        text = subprocess.run(read, check=True, capture_output=True, text=True).stdout
        found[path.stem] = text.split("\f")[:-1]
    return found


@in_libreoffice
@pytest.mark.parametrize("name", NAMES)
def test_every_printed_page_says_whose_and_as_of_when(
    paper: dict[str, list[str]], name: str
) -> None:
    assert paper[name]
    for number, page in enumerate(paper[name], start=1):
        assert "Alpha Prime Capital" in page, number
        assert "As of 20 Nov 2026" in page, number


@in_libreoffice
@pytest.mark.parametrize("name", NAMES)
def test_no_printed_page_is_nearly_empty_or_shows_a_figure_as_hashes_or_an_error(
    paper: dict[str, list[str]], name: str
) -> None:
    for number, page in enumerate(paper[name], start=1):
        assert "###" not in page, number
        assert not re.search(r"#(NAME|REF|VALUE|DIV/0|N/A|NUM|XLM)", page), number
        assert len([line for line in page.splitlines() if line.strip()]) >= 5, number


@in_libreoffice
@pytest.mark.parametrize("name", ["family-office", "risk-array"])
def test_no_sheet_shows_a_figure_as_hashes(tmp_path: Path, name: str) -> None:
    """Every sheet, those outside the report on paper, too; of the rules the title alone."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    path = COMMITTED / f"{name}.xlsx"
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=300)
    read = ["pdftotext", "-layout", str(tmp_path / f"{name}.pdf"), "-"]
    text = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    pages = text.split("\f")[:-1]
    assert [page[:80] for page in pages if "###" in page] == []
    rules = [page for page in pages if re.search(r"Rules( by strategy)?\s+As of", page)]
    assert 1 <= len(rules) <= 2
    assert all("are not printed" in page for page in rules)


@in_libreoffice
def test_the_family_office_prints_on_few_pages(paper: dict[str, list[str]]) -> None:
    assert len(paper["family-office"]) <= MOST_PAGES
