"""The templates: what stands in them, that it is right, and that the committed files are these."""

from __future__ import annotations

import csv
import math
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import NormalDist

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

import xlmargin
from tests.hosts.calc_book import PATIENT, in_calc
from tests.rulebook.numbers import with_ranges
from xlmargin.cells.values import Day
from xlmargin.cli.tables import tables_beside
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import compared, recalculate
from xlmargin.rulebook import house_names
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import (
    TEMPLATES,
    Functions,
    Template,
    WorkbookBuilder,
    input_tables,
    styles,
    write_margin_workbook,
    write_template,
)
from xlmargin.workbooks.pages.settings import arranged
from xlmargin.workbooks.shown_texts import house_read
from xlmargin.workbooks.templates import sample_tables, tables_of_two_accounts

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)
COMMITTED = Path(__file__).parents[2] / "workbooks"
NAMES = [template.name for template in TEMPLATES]
OWN = {
    "margin-efficiency": {"Comparison", "Four cases", "By strategy", "Strategies", "Requirement"},
    "risk-array": {
        "Risk array", "Risk array by position", "Risk", "Greeks and dates",
        "Contribution", "Explain",
    },
    "what-if": {
        "Trades", "What-if", "Alternatives", "Greatest quantity", "Blotter", "Candidates",
        "Hedges", "One more", "Account",
    },
    "family-office": {
        "Account", "Comparison", "Risk", "Greeks and dates", "Facts", "Eligibility", "Calls",
        "Activity", "Intraday", "Dated positions", "Dated market", "Shadow", "Deployment",
        "Deployment positions", "Monthly report", "Holdings", "Reconciliation", "Broker",
    },
    "house-profiles": {"House settings", "Houses", "Houses by underlying"},
}  # fmt: skip
EVERYWHERE = {
    "Start", "Positions", "Market", "Settings", "Dividends", "Limits", "Check", "Rules", "Formulas",
}  # fmt: skip

Answered = dict[str, list[list[list[object]]]]


@pytest.fixture(scope="module")
def answered() -> Answered:
    """Every answer that a function has given to a template."""
    return {}


@pytest.fixture(scope="module")
def recorded(functions: Functions, answered: Answered) -> Functions:
    """The functions, whose answers are kept."""

    def kept(name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = functions[name](*arguments)
            rows = answer if isinstance(answer, list) else [[answer]]
            answered.setdefault(name, []).append(rows)
            return answer

        return call

    return {name: kept(name) for name in functions}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, recorded: Functions) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("templates")
    for template in TEMPLATES:
        write_template(
            template, folder / f"{template.name}.xlsx", recorded, note=FAMILY_OFFICE_NOTE
        )
    return {template.name: folder / f"{template.name}.xlsx" for template in TEMPLATES}


@cache
def values(path: Path) -> dict[tuple[str, str], object]:
    """Every cell with something in it; dates as serial days."""
    book = openpyxl.load_workbook(path, data_only=True)
    found = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value not in (None, ""):
                    is_date = hasattr(cell.value, "year")
                    value = to_excel(cell.value) if is_date else cell.value
                    found[sheet.title, cell.coordinate] = value
    return found


@cache
def formulas(path: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Text and reach of every formula, by sheet and cell."""
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, ArrayFormula):
                    text, ref = str(cell.value.text), cell.value.ref
                elif cell.data_type == "f":
                    text, ref = str(cell.value), cell.coordinate
                else:
                    continue
                found[sheet.title, cell.coordinate] = text.lstrip("="), ref
    return found


def alike(first: object, second: object) -> bool:
    if isinstance(first, int | float) and isinstance(second, int | float):
        return first == pytest.approx(second, rel=1e-9, abs=1e-6)
    return first == second


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_its_pages(built: dict[str, Path], name: str) -> None:
    sheets = openpyxl.load_workbook(built[name], read_only=True).sheetnames
    assert sheets[0] == "Start"
    assert sheets[-1] == "Formulas"
    assert OWN[name] | EVERYWHERE <= set(sheets)
    assert set(sheets) - OWN[name] - EVERYWHERE <= {
        "Rules by strategy", "Requirement", "Holdings by line",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_file_is_what_a_rebuild_writes(built: dict[str, Path], name: str) -> None:
    committed = COMMITTED / f"{name}.xlsx"
    stale = "build anew: xlmargin build-workbooks --force, and with --host classic for the .xlsm"
    assert formulas(committed) == formulas(built[name]), stale
    kept, rebuilt = values(committed), values(built[name])
    assert kept.keys() == rebuilt.keys()
    assert not [cell for cell in kept if not alike(kept[cell], rebuilt[cell])], stale


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_a_rebuild_is_the_same_to_the_byte(
    built: dict[str, Path], template: Template, functions: Functions, tmp_path: Path
) -> None:
    again = tmp_path / "again.xlsx"
    write_template(template, again, functions, note=FAMILY_OFFICE_NOTE)
    assert again.read_bytes() == built[template.name].read_bytes()


def test_the_committed_files_are_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.glob("*.xlsx")) < 3_000_000


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_beside_the_calls_are_the_functions_own(
    built: dict[str, Path], answered: Answered, name: str
) -> None:
    cells, calls = values(built[name]), 0
    for (sheet, _), (text, ref) in formulas(built[name]).items():
        if not (match := re.fullmatch(r"([A-Z]+_[A-Z_]+)\(.*\)", text)):
            continue
        assert sheet == "Formulas", text
        left, top, right, bottom = range_boundaries(ref)
        shown = [
            [cells.get((sheet, f"{openpyxl.utils.get_column_letter(c)}{r}"), "") for c in
             range(left, right + 1)]
            for r in range(top, bottom + 1)
        ]  # fmt: skip
        assert any(same(shown, rows) for rows in answered[match[1]]), (sheet, ref)
        calls += 1
    assert calls > 5


def same(shown: list[list[object]], rows: list[list[object]]) -> bool:
    return len(shown) == len(rows) and all(
        len(a) == len(b) and all(map(alike, a, b)) for a, b in zip(shown, rows, strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_error_stands_on_a_page(built: dict[str, Path], name: str) -> None:
    for (sheet, cell), value in values(built[name]).items():
        if sheet != "Formulas":
            assert not str(value).startswith(("#", "Err:")), (sheet, cell, value)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_on_pages_are_formulas_or_blue_inputs(built: dict[str, Path], name: str) -> None:
    book = openpyxl.load_workbook(built[name])
    for sheet in book.worksheets:
        if sheet.title == "Formulas":
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "n" and cell.value is not None:
                    assert cell.font.color.rgb == f"FF{styles.INPUT[1:]}", (
                        sheet.title,
                        cell.coordinate,
                    )
                    assert not cell.protection.locked


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_says_where_the_version_is_not_the_workbook_s(
    built: dict[str, Path], name: str
) -> None:
    text, _ = formulas(built[name])["Start", "A1"]
    assert f'="{xlmargin.__version__}"' in text
    assert f"■ Workbook of xlmargin {xlmargin.__version__}, add-in " in text


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_sheets(built: dict[str, Path], name: str) -> None:
    book = openpyxl.load_workbook(built[name])
    links = [c.hyperlink.location for r in book["Start"].iter_rows() for c in r if c.hyperlink]
    linked = [link.split("!")[0].strip("'") for link in links]
    outputs = book.sheetnames[1 : book.sheetnames.index("Positions")]
    assert linked == [*outputs, "Settings"]


@pytest.mark.parametrize("name", NAMES)
def test_no_chart_draws_a_total_beside_its_parts(built: dict[str, Path], name: str) -> None:
    cells = values(built[name])
    charted = 0
    for sheet, reach in categories(built[name]):
        left, top, right, bottom = range_boundaries(reach)
        names = [
            cells.get((sheet, f"{openpyxl.utils.get_column_letter(c)}{r}"), "")
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
        ]
        assert "total" not in names
        totals = [text for text in names if str(text).endswith(": total")]
        assert not totals or len(totals) == len(names)
        charted += 1
    assert charted


def categories(path: Path) -> Iterator[tuple[str, str]]:
    """Sheet and reach of the categories of every series of every chart."""
    with zipfile.ZipFile(path) as packed:
        charts = [packed.read(n).decode() for n in packed.namelist() if "charts/chart" in n]
    for reach in re.findall(r"<c:cat>.*?<c:f>([^<]*)</c:f>", "".join(charts), re.DOTALL):
        sheet, _, area = reach.rpartition("!")
        yield sheet.strip("'"), area.replace("$", "")


def test_lists_are_offered_where_words_are_wanted(built: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(built["family-office"])
    facts = {str(v.sqref): str(v.formula1) for v in book["Facts"].data_validations.dataValidation}
    assert len(facts) == 2 * 8
    assert any("partnership" in words for words in facts.values())
    activity = [str(v.formula1) for v in book["Activity"].data_validations.dataValidation]
    assert '"stock,call,put,deposit,withdrawal"' in activity
    houses = openpyxl.load_workbook(built["house-profiles"])["House settings"]
    (choice,) = houses.data_validations.dataValidation
    assert str(choice.sqref) == f"C6:{get_column_letter(len(house_names()) + 1)}6"


def test_the_deployment_is_that_of_positions_written_down_anew(built: dict[str, Path]) -> None:
    """The book after the hedge, and after writing half as much again, made by hand.

    A quarter of the capital released, in four parts, buys whole puts at 120.05 for 100 units each;
    every stock option written is written 1.5 times, a half contract rounded up, at its own mark.
    """
    cells = values(built["family-office"])
    released = cells["Deployment", "C10"]
    puts = int(0.25 * released / 4 // (100 * 120.05))
    assert cells["Deployment", "C18"] == puts == 15
    assert cells["Deployment", "C19"] == pytest.approx(100 * 120.05 * puts)
    tables = tables_of_two_accounts()
    positions, market, settings, dividends = tables.ranges
    indexes = {"SPX", "SPXW", "XSP", "NDX", "RUT", "DJX"}
    hedge = ["SPX", "put", puts, 6400, 46465, 120.05, 120.05, "european", "Holding"]
    paid = ["USD", "cash", -100 * 120.05 * puts, *[None] * 5, "Holding"]
    hedged, both = [*positions, hedge, paid], [positions[0], hedge, paid]
    more = 0
    for row in positions[1:]:
        new = list(row)
        if row[1] in ("call", "put") and row[2] < 0 and row[0] not in indexes:
            added = (int(-row[2]) + 1) // 2
            new[2] = row[2] - added
            more += added
            both.append(["USD", "cash", 100 * added * row[5], *[None] * 5, row[8]])
        both.append(new)
    assert cells["Deployment", "E8"] == f"× 1.5 of stock options written: {more} contracts more"
    for column, rows in (("F", positions), ("G", hedged), ("H", both)):
        ask = lambda name, *more, rows=rows: REGISTRY[name].function(  # noqa: E731
            rows, market, settings, dividends, *more
        )
        account = {line[0]: line[2] for line in ask("MARGIN_ACCOUNT")}
        stress = ask("PM_STRESS", [[-0.2, -0.1, 0.1]], [[0.0, 1.0]])
        expected = [
            account["cash"],
            ask("PM_REQUIREMENT"),
            account["portfolio excess"],
            ask("REGT_MAINTENANCE"),
            account["strategy excess"],
            *(line[1] for line in stress[1:4]),
            stress[1][2],
            ask("PM_PATH", -0.2)[1][3],
            account["cash"] - 0.25 * released,
        ]
        shown = [cells["Deployment", f"{column}{row}"] for row in range(14, 25)]
        assert shown == pytest.approx(expected, abs=0.006)


def test_calls_without_shares_are_counted_by_account_and_stock(built: dict[str, Path]) -> None:
    cells = values(built["family-office"])
    positions = tables_of_two_accounts().positions.rows[1:]
    indexes = {"SPX", "SPXW", "XSP", "NDX", "RUT", "DJX"}
    for column, factor in (("F", 1.0), ("H", 1.5)):
        lacking = 0
        for stock in {(row[0], row[8]) for row in positions if row[0] not in indexes}:
            own = [row for row in positions if (row[0], row[8]) == stock]
            written = sum(
                -row[2] + int((-row[2] * (factor - 1)) + 0.5)
                for row in own
                if row[1] == "call" and row[2] < 0
            )
            shares = sum(row[2] for row in own if row[1] == "stock")
            lacking += max(0, -int(-(written - shares / 100) // 1))
        assert cells["Deployment", f"{column}25"] == lacking


def test_positions_in_other_columns_are_deployed_alike(
    built: dict[str, Path], functions: Functions, tmp_path: Path
) -> None:
    """With side and right, bid and ask, and the cash in the settings, by account."""
    tables = tables_of_two_accounts()
    head = list(tables.positions.columns)
    at = {name: head.index(name) for name in head}
    rows: list[list[object]] = [
        ["symbol", "type", "right", "side", "quantity", "bid", "ask",
         *(name for name in head if name not in ("symbol", "type", "quantity", "price"))]
    ]  # fmt: skip
    own_cash: list[list[object]] = []
    for row in tables.positions.rows[1:]:
        kind, quantity, price = (row[at[name]] for name in ("type", "quantity", "price"))
        if kind == "cash":
            own_cash.append(["cash", quantity, row[at["account"]]])
            continue
        is_option = kind in ("call", "put")
        rows.append(
            [row[at["symbol"]], "option" if is_option else kind, kind if is_option else None,
             "Sell" if quantity < 0 else "Buy", abs(quantity), price - 0.01, price + 0.01,
             *(row[at[n]] for n in head if n not in ("symbol", "type", "quantity", "price"))]
        )  # fmt: skip
    settings = [["name", "value", "account"], *([*r[:2], None] for r in tables.settings.rows[1:])]
    _, market, _, dividends = tables.ranges
    more = {name: table.rows for name, table in tables.more.items()}
    template = next(t for t in TEMPLATES if t.name == "family-office")
    names = ("Deployment", "Deployment positions", "Positions", "Formulas")
    kept = [page for page in template.pages if page.name in names]
    path = tmp_path / "columns.xlsx"
    again = input_tables(rows, market, [*settings, *own_cash], dividends, more)
    assert not write_margin_workbook(
        path, again, functions, template=replace(template, pages=tuple(kept))
    )
    cells, others = values(built["family-office"]), values(path)
    found = {cell: others.get(cell) for cell in cells if cell[0] == "Deployment"}
    for cell, value in found.items():
        if isinstance(value, float):
            assert value == pytest.approx(cells[cell], abs=0.02), cell
        else:
            assert value == cells[cell], cell


def test_an_outline_folds_the_lines_and_nothing_else(built: dict[str, Path]) -> None:
    shown, formulas = (
        openpyxl.load_workbook(built["family-office"], data_only=kept)["Holdings by line"]
        for kept in (True, False)
    )
    assert not formulas.protection.sheet
    folded = {r for r in range(1, 130) if formulas.row_dimensions[r].outlineLevel}
    lines = {r for r in range(6, 130) if shown.cell(r, 11).value == "position"}
    assert len(lines) == 82
    assert folded == lines == {r for r in range(6, 130) if shown.cell(r, 12).value == "position"}
    assert shown["A4"].value in ("", None)
    assert '"position")<>' in formulas["A4"].value


def test_the_shadow_analysis_is_near_the_article_s_averages(built: dict[str, Path]) -> None:
    """The article's 35% against 12%, within two points and one."""
    cells = values(built["family-office"])
    rows = {cells.get(("Shadow", f"A{r}")): r for r in range(6, 26)}
    strategy = cells["Shadow", f"B{rows['Average maintenance share']}"]
    portfolio = cells["Shadow", f"B{rows['Average portfolio share']}"]
    assert strategy == pytest.approx(0.35, abs=0.02)
    assert portfolio == pytest.approx(0.12, abs=0.01)


def test_the_days_of_the_shadow_are_totals_of_all_accounts(built: dict[str, Path]) -> None:
    tables = tables_of_two_accounts()
    dated = (tables.more["DatedPositions"].rows, tables.more["DatedMarket"].rows)
    history = REGISTRY["MARGIN_HISTORY"].function(
        *dated, tables.settings.rows, tables.dividends.rows
    )
    totals = [row for row in history[1:] if row[1] == "total"]
    sheet = openpyxl.load_workbook(built["family-office"], data_only=True)["Shadow"]
    first = next(c.row for c in sheet["A"] if c.value == "Date") + 1
    assert len(totals) == 60
    for i, row in enumerate(totals):
        assert to_excel(sheet.cell(first + i, 1).value) == row[0]
        assert sheet.cell(first + i, 2).value == pytest.approx(row[2])
        assert sheet.cell(first + i, 6).value == pytest.approx(row[6])
    assert sheet.cell(first + 60, 1).value in (None, "")


def test_each_house_is_asked_with_its_own_settings(built: dict[str, Path]) -> None:
    """What a house publishes first, the most first; of others it says that the rule applies."""
    sample = next(t for t in TEMPLATES if t.name == "house-profiles").sample()
    sheet = openpyxl.load_workbook(built["house-profiles"], data_only=True)["Houses"]
    first = next(c.row for c in sheet["A"] if c.value == "House") + 1
    positions, market, own, dividends = sample.ranges
    shown = []
    amounts, publishing = [], with_ranges()
    for row in range(first, first + len(house_names())):
        read = sheet.cell(row, 1).value
        (house,) = (h for h in house_names() if house_read(h) == read)
        settings = [r if r[0] != "house" else ["house", house] for r in own]
        for column, name in ((2, "PM_REQUIREMENT"), (5, "REGT_MAINTENANCE"), (6, "REGT_INITIAL")):
            asked = REGISTRY[name].function(positions, market, settings, dividends)
            if column > 2 or house in {"rule", *publishing}:
                assert sheet.cell(row, column).value == pytest.approx(asked, abs=0.005)
            else:
                assert sheet.cell(row, column).value == "not published: rule applies"
                assert sheet.cell(row, 3).value in ("", None)
        shown.append(house)
        amounts.append(sheet.cell(row, 2).value)
    assert shown[0] == "rule"
    own = amounts[1 : 1 + len(publishing)]
    assert set(shown[1 : 1 + len(publishing)]) == publishing
    assert own == sorted(own, reverse=True)
    assert set(shown) == set(house_names())
    parts = openpyxl.load_workbook(built["house-profiles"])["Houses"]._charts
    assert len(parts) == 1


def test_the_settings_of_a_house_are_those_that_differ(built: dict[str, Path]) -> None:
    cells = values(built["house-profiles"])
    columns = map(get_column_letter, range(2, 2 + len(house_names())))
    houses = {cells["House settings", f"{c}6"]: c for c in columns}
    rows = {cells.get(("House settings", f"A{r}")): r for r in range(8, 60)}
    at = rows["Valuation range up, stock"]
    assert cells["House settings", f"B{at}"] == 0.15
    assert cells["House settings", f"{houses['ibkr_like']}{at}"] == 0.30
    assert cells["House settings", f"{houses['tastytrade_calm']}{at}"] == 0.20
    assert not cells.get(("House settings", f"{houses['schwab']}{at}"))
    at = rows["Short option minimum"]
    assert cells["House settings", f"{houses['tastytrade_stressed']}{at}"] == 0.005
    at = rows["Equity to open"]
    assert cells["House settings", f"{houses['fidelity']}{at}"] == 150_000


def test_settings_that_the_houses_cannot_take_over_refuse_them(
    functions: Functions, tmp_path: Path
) -> None:
    """Thirty rows are taken over; a thirty-first is never left out of an answer in silence."""
    template = next(t for t in TEMPLATES if t.name == "house-profiles")
    positions, market, settings, dividends = template.sample().ranges
    own = len(arranged(input_tables(positions, market, settings, dividends).settings).rows) - 1
    for rows, is_refused in ((30, False), (31, True)):
        rates = [[f"rate {3 + i}y", 0.0357] for i in range(rows - own - 1)]
        more = [*settings, *rates, ["cash", 5.0]]
        tables = input_tables(positions, market, more, dividends)
        path = tmp_path / f"{rows}.xlsx"
        if is_refused:
            with pytest.raises(MarginError, match="more than 30 settings"):
                write_margin_workbook(path, tables, functions, template=template)
        else:
            assert not write_margin_workbook(path, tables, functions, template=template)


def test_a_report_takes_over_the_tables_of_a_template(built: dict[str, Path]) -> None:
    more = tables_of_two_accounts().more
    taken = tables_beside(built["family-office"])
    assert taken.keys() == {
        "Activity", "Facts", "Limits", "Broker", "DatedPositions", "DatedMarket",
    }  # fmt: skip
    for name, rows in taken.items():
        own = input_tables([["symbol"]], None, None, None, {name: rows}).more[name]
        serials = [[float(c) if isinstance(c, Day) else c for c in row] for row in own.rows]
        assert replace(own, rows=serials) == more[name]


def test_a_file_of_positions_alone_has_no_tables_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "positions.csv"
    path.write_text("symbol,type,quantity\nUSD,cash,5\n", encoding="utf-8")
    assert tables_beside(path) == {}


def test_a_host_may_add_to_a_template(functions: Functions, tmp_path: Path) -> None:
    def finish(draft: WorkbookBuilder) -> None:
        start_sheet = draft.workbook.get_worksheet_by_name("Start")
        start_sheet.insert_button("E1", {"macro": "Refresh", "caption": "Refresh"})

    path = tmp_path / "with_button.xlsx"
    template = next(t for t in TEMPLATES if t.name == "risk-array")
    write_template(template, path, functions, finish=finish)
    with zipfile.ZipFile(path) as packed:
        drawn = [packed.read(n).decode() for n in packed.namelist() if "vmlDrawing" in n]
    assert any("Refresh" in text for text in drawn)


@in_calc
@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_finds_every_value_again(name: str) -> None:
    """With the functions as its add-in, Calc answers in every cell what the file keeps."""
    path = COMMITTED / f"{name}.xlsx"
    comparison = compared(
        path, recalculate(path, tuple(REGISTRY.values()), seconds=PATIENT).answers
    )
    assert not comparison.errors
    assert not comparison.differences


@pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice (soffice) is not installed: nothing was typed on the page Deployment",
)
def test_shares_are_the_user_s_and_must_add_up(built: dict[str, Path], tmp_path: Path) -> None:
    """Of the article's 3.45 million a quarter, a half and a quarter; 105% of it is refused."""
    book = openpyxl.load_workbook(built["family-office"])
    pages = ("Deployment", "Deployment positions", "Positions", "Market", "Settings", "Formulas")
    for name in book.sheetnames:
        if name not in pages:
            del book[name]
    kept = openpyxl.load_workbook(built["family-office"], data_only=True)["Formulas"]
    for row in book["Formulas"].iter_rows():
        for cell in row:
            if isinstance(cell.value, ArrayFormula):
                area = kept[cell.value.ref]
                for line in area if isinstance(area, tuple) else ((area,),):
                    for there in line:
                        book["Formulas"][there.coordinate].value = there.value
    shown = {}
    for name, cell, typed in (
        ("whole", "C23", 3_450_000.0), ("shares", "B7", 0.3), ("kept", "C24", "Requirement"),
    ):  # fmt: skip
        was = book["Deployment"][cell].value
        book["Deployment"][cell].value = typed
        book.save(tmp_path / f"{name}.xlsx")
        book["Deployment"][cell].value = was
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        to = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
        command = ["soffice", profile, "--headless", "--convert-to", to]
        command += ["--outdir", str(tmp_path), str(tmp_path / f"{name}.xlsx")]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        text = (tmp_path / f"{name}-Deployment.csv").read_text(encoding="utf-8")
        shown[name] = list(csv.reader(text.splitlines()))
    capital = [float(line[2]) for line in shown["whole"][6:10]]
    assert capital == [862_500, 1_725_000, 862_500, 3_450_000]
    formulas = next(c for c in book["Formulas"][9] if str(c.value) == "until")
    solved = book["Formulas"].cell(12, formulas.column + 1).value
    assert solved > 1.5
    assert float(shown["kept"][24][2]) == solved
    assert shown["kept"][7][4].startswith(f"× {solved:.1f} of stock options written")
    refused = shown["shares"]
    assert refused[10][0].startswith("Refused: the shares add up to 105%")
    assert [line[2] for line in refused[6:9]] == ["none"] * 3


def test_the_rules_ask_of_the_four_cases_what_their_formulas_give(built: dict[str, Path]) -> None:
    """By hand: 50% and 15% of the shares, 20% of the stock less what is out of the money.

    A call without dividends is worth what Black and Scholes say, as an American one, too.
    """
    cells = values(built["margin-efficiency"])
    rate, days, volatility = cells["Four cases", "I5"], 28, 0.3
    deviation = volatility * math.sqrt(days / 365)

    def call(strike: float) -> float:
        first = (math.log(500 / strike) + rate * days / 365) / deviation + deviation / 2
        below = NormalDist().cdf(first - deviation)
        return 500 * NormalDist().cdf(first) - strike * math.exp(-rate * days / 365) * below

    assert [cells["Four cases", f"F{9}"], cells["Four cases", f"G{9}"]] == [25_000, 7_500]
    calls = 100_000 - 10_000 + 1_000 * call(510)
    assert cells["Four cases", "F10"] == pytest.approx(calls, abs=2)
    one, ten = (cells["Four cases", f"F{row}"] for row in (12, 13))
    assert ten == pytest.approx(10 * one)
    put = cells["Four cases", "F11"] - 25_000
    assert one == pytest.approx(10_000 - 2_000 + 100 * call(520) + put, abs=0.5)
    assert cells["Four cases", "A2"].startswith("2 of the article’s four gains hold within five")
    assert cells["Four cases", "D9"] == pytest.approx(0.7)


def test_the_order_is_a_position_more(built: dict[str, Path]) -> None:
    """Ten puts of MSFT sold at 7.35, struck at 470: 7,350 less the fee, 470,000 if assigned."""
    cells = values(built["what-if"])
    assert cells["What-if", "B16"] == pytest.approx(10 * 100 * 7.35 - 6.5)
    assert cells["What-if", "B17"] == -470_000
    assert cells["What-if", "B19"] == pytest.approx(1 - 470 / 512.75)
    positions, market, settings, dividends = sample_tables().ranges
    own = ["MSFT", "put", -10, 470, 46437, 7.35, None, None, "Holding"]

    def required(name: str, *more: list[object]) -> float:
        ask = REGISTRY[name].function
        return ask([*positions, *more], market, settings, dividends)

    for row, name in ((11, "PM_REQUIREMENT"), (15, "REGT_MAINTENANCE")):
        before, after = required(name), required(name, own)
        shown = [cells["What-if", f"{column}{row}"] for column in "EFG"]
        assert shown == pytest.approx([before, after - before, after], abs=0.006)
    greatest = cells["What-if", "F24"]
    for contracts, fits in ((greatest, True), (greatest + 1, False)):
        more = [*own[:2], -contracts, *own[3:]]
        equity = cells["What-if", "E9"] - 6.5
        assert (equity - required("PM_REQUIREMENT", more) >= 0) == fits
    held = sum(row[2] * row[5] * (1 if row[1] == "stock" else 100) for row in positions[1:]
               if row[0] == "MSFT")  # fmt: skip
    equity = cells["What-if", "E9"]
    assert cells["What-if", "F28"] == (0.25 * equity - held) // 47_000
    assert cells["What-if", "H28"] == "◀ binds first"

    def share(contracts: float) -> float:
        more = [*positions, [*own[:2], -contracts, *own[3:]]]
        head, *groups = REGISTRY["PM_GROUPS"].function(more, market, settings, dividends)
        of_name = next(row[head.index("requirement")] for row in groups if row[1] == "MSFT")
        return of_name / required("PM_REQUIREMENT", more[-1])

    assert cells["What-if", "G19"] == pytest.approx(share(10), abs=1e-6)
    most = cells["What-if", "F27"]
    assert share(most) <= 0.25 < share(most + 1)
    kind = [*settings, ["account_type", "margin"]]
    kind = [row for row in kind if row != ["account_type", "portfolio"]]
    for contracts, check in ((cells["What-if", "F25"], "accepted"), (5_165, "refused")):
        trades = [[*positions[0], "fee"], [*own[:2], -contracts, *own[3:], 6.5]]
        answer = REGISTRY["MARGIN_WHATIF"].function(positions, trades, market, kind, dividends)
        verdict = next(r[2] for r in answer if str(r[0]).startswith("pre-trade check, strategy"))
        assert verdict.startswith(check)


def test_alternatives_are_each_by_itself_and_a_blank_one_is_none(built: dict[str, Path]) -> None:
    """Of the trades the plain ones: the put on a stock that is sold first, then those on SPX."""
    cells = values(built["what-if"])
    positions, market, settings, dividends = sample_tables().ranges
    head = ["symbol", "type", "quantity", "strike", "expiration", "price", "fee"]
    orders = [
        ["MSFT", "put", -10.0, 470.0, 46437.0, 7.35, 6.5],
        ["SPX", "put", -6.0, 5700.0, 46465.0, 30.1, 7.8],
        ["SPX", "put", 6.0, 6200.0, 46465.0, 78.4, 7.8],
    ]
    rows = {cells.get(("Alternatives", f"A{r}")): r for r in range(20, 34)}
    for order, (change, after) in zip(orders, ("CD", "EF", "GH"), strict=True):
        table = REGISTRY["MARGIN_WHATIF"].function(
            positions, [head, order], market, settings, dividends
        )
        found = {row[0]: row for row in table}
        assert cells["Alternatives", f"{after}8"] == order[0]
        for label, name in (("Equity", "account value"), ("Requirement", "portfolio requirement"),
                            ("Maintenance", "maintenance requirement"),
                            ("Reg T excess", "Reg T excess")):  # fmt: skip
            row = rows[label]
            assert cells["Alternatives", f"B{row}"] == pytest.approx(found[name][1], abs=0.006)
            assert cells["Alternatives", f"{change}{row}"] == pytest.approx(
                found[name][3], abs=0.011
            )
            assert cells["Alternatives", f"{after}{row}"] == pytest.approx(
                found[name][2], abs=0.006
            )
        share = found[f"requirement of class group, {order[0]}"][2]
        of_name = cells["Alternatives", f"{after}{rows['Share of the requirement']}"]
        assert of_name == pytest.approx(share / found["portfolio requirement"][2], abs=1e-6)
    for row in range(16, 32):
        assert cells.get(("Alternatives", f"J{row}"), "") in ("", "$", "After")


def test_the_greatest_quantity_is_that_of_every_underlying(built: dict[str, Path]) -> None:
    cells = values(built["what-if"])
    positions, market, settings, dividends = sample_tables().ranges
    traded = [row for row in market[1:] if "index" not in str(row[2])]
    for side, shares, dollars in (("buy", "C", "D"), ("sell", "G", "H")):
        orders = [["symbol", "type", "side"], *([row[0], "stock", side] for row in traded)]
        _, *found = REGISTRY["MARGIN_CAPACITY"].function(
            positions, orders, market, settings, dividends
        )
        for i, (row, own) in enumerate(zip(traded, found, strict=True), start=10):
            assert cells["Greatest quantity", f"A{i}"] == row[0]
            assert cells["Greatest quantity", f"{shares}{i}"] == own[4]
            assert cells["Greatest quantity", f"{dollars}{i}"] == pytest.approx(own[4] * row[1])


def test_the_broker_s_figures_stand_beside_ours(built: dict[str, Path]) -> None:
    """17% of the price where we take 15% is 17/15 of ours; index groups apart are their sum."""
    cells = values(built["family-office"])
    positions, market, settings, dividends = tables_of_two_accounts().ranges
    ours = REGISTRY["PM_REQUIREMENT"].function(positions, market, settings, dividends)
    shown = [cells["Reconciliation", f"{column}6"] for column in "ABDG"]
    theirs = 1_536_630 + 235_000
    groups = REGISTRY["PM_GROUPS"].function(positions, market, settings, dividends)
    required = {row[1]: row[7] for row in groups}
    house_range = 352_061.28 - required["NVDA"]
    assert required["NVDA"] * 17 / 15 == pytest.approx(352_061.28, rel=1e-5)
    apart = required["SPX"] + required["DJX"]
    assert apart == pytest.approx(54_564.69, abs=0.01)
    explained = house_range + 54_564.69 - required["high_cap_broad_based"]
    assert shown == pytest.approx([ours, theirs, theirs - ours, explained], abs=0.006)

    def line(label: str) -> dict[str, object]:
        row = next(r for r in range(11, 40) if cells.get(("Reconciliation", f"A{r}")) == label)
        return {column: cells.get(("Reconciliation", f"{column}{row}"), "") for column in "BCGHI"}

    nvda, index = line("NVDA"), line("High cap broad based")
    assert (nvda["I"], nvda["H"], nvda["G"]) == ("House range 17% / 15%", "■ Overdue", 4)
    assert (index["I"], index["H"], index["G"]) == ("No offset", "▲ Differs", 1)
    for side in "BC":
        named = ("NVDA", "High cap broad based", "AAPL", "MSFT", "GOOGL", "Other, 6 names")
        holding = sum(float(str(line(label)[side])) for label in named)
        foundation = sum(float(str(line(n)[side])) for n in ("BRK.B", "AVGO", "Other, 5 names"))
        expected = {"B": ours, "C": theirs}[side]
        assert holding + foundation == pytest.approx(expected, abs=0.011)
        assert line("All accounts")[side] == pytest.approx(expected, abs=0.006)
    value, net, cash = (line(f) for f in ("Account value", "Market value, net", "Cash"))
    assert float(str(net["B"])) + float(str(cash["B"])) == pytest.approx(float(str(value["B"])))
