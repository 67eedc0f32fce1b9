"""A workbook in the making: what every page of it draws on, and how pages declare themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import xlmargin
from xlmargin.book import Book
from xlmargin.cells.values import normalized
from xlmargin.dates import date_of
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.settings import Paper
from xlmargin.workbooks.figures import Figure
from xlmargin.workbooks.formulas import (
    Call,
    FormulaAnswers,
    FormulaArgument,
    FormulaBlock,
    FormulasSheet,
    literal,
)
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.logo import Logo
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.page_setup import ROW, Stamp
from xlmargin.workbooks.shown_texts import house_read
from xlmargin.workbooks.styles import (
    AXIS,
    CHART_NUMBERS,
    GRID,
    INK,
    INPUT,
    NAVY,
    NOTE,
    SMALL_SIZE,
    TYPEFACE,
    Look,
)
from xlmargin.workbooks.xlsx_writer import Chart, Sheet, Workbook

_SMALL: Final = {"name": TYPEFACE, "size": SMALL_SIZE, "color": NOTE}
_LABEL: Final = {"name": TYPEFACE, "size": SMALL_SIZE, "color": INK}
ACCOUNT_KINDS: Final = ("text", "text", "plain", "text", "plain")
"""Kinds of the columns of MARGIN_ACCOUNT."""
_TABS: Final = {"output": NAVY, "input": INPUT, "reference": NOTE}
"""Colour of the tab of each kind of sheet."""


def short_date(serial: float) -> str:
    """A day as pages print it: 20 Nov 2026."""
    day = date_of(serial)
    return f"{day.day} {day:%b %Y}"


def messages_call(tables: InputTables) -> Call:
    """The sentences on a book, on what it is compared with, and on the broker's figures."""
    beside = tables.beside("Broker", "DatedPositions", "DatedMarket")
    return Call("XLM_MESSAGES", (*tables.arguments, *beside))


@dataclass(frozen=True)
class Series:
    """A column of a sheet in a chart: its name, a text or the cell of it if any, and its color."""

    name: str | Sequence[object] | None
    column: int
    color: str


def headed(sheet: str, row: int, colors: Mapping[int, str]) -> list[Series]:
    """Columns of a sheet and their colors; a row has their names."""
    return [Series([sheet, row, column], column, color) for column, color in colors.items()]


@dataclass(frozen=True)
class WorkbookBuilder:
    """The workbook, its look, the book as tables and as read, the answers and their places.

    The tables beside the book are those that its pages use. `by_strategy` and `by_portfolio` are
    whether a regime margins the book; `directions` are the sheets that the first page leads to,
    `left_out` the sheets that it is without, each with the reason; `logo` stands on the band.
    """

    workbook: Workbook
    look: Look
    answers: FormulaAnswers
    formulas: FormulasSheet
    tables: InputTables
    book: Book
    title: str
    note: str
    by_strategy: bool
    by_portfolio: bool
    directions: Sequence[str]
    left_out: Mapping[str, str]
    logo: Logo | None = None

    def page(
        self,
        name: str,
        widths: Sequence[int] = (),
        kinds: Sequence[str] = ("plain",),
        *,
        of: str = "output",
    ) -> Page:
        """A new sheet without gridlines, of outputs, of inputs, or for reference.

        Widths of its columns in pixels, and the kind of quantity that fills each.
        """
        sheet = self.workbook.add_worksheet(name, Sheet)
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW)
        sheet.set_tab_color(_TABS[of])
        return Page(sheet, self.look, widths, kinds, self.formulas, self.stamp)

    def call(
        self, function: str, *more: FormulaArgument, beside: Sequence[FormulaArgument] = ()
    ) -> Call:
        """A call of a function of the whole book, with further arguments of its own.

        They stand behind the book, or `beside` its positions.
        """
        positions, *others = self.tables.arguments
        return Call(function, (positions, *beside, *others, *more))

    def placed(
        self,
        function: str,
        *more: FormulaArgument,
        beside: Sequence[FormulaArgument] = (),
        numbers: Sequence[str] = ("plain",),
    ) -> FormulaBlock:
        """Where the answer of a function of the whole book stands; its headings are plain."""
        return self.formulas.placed(self.call(function, *more, beside=beside), numbers, "plain")

    def rule(self, parameter: str) -> Call:
        """A parameter of the rules on the date of the book."""
        return Call("XLM_RULE", (literal(parameter), self.as_of))

    def other(self, name: str) -> FormulaArgument:
        """A table beside those of the book; there is one."""
        return self.tables.more[name].argument

    def one(self, function: str) -> Figure:
        """What a function of the whole book answers, where that is one amount."""
        return self.formulas.placed(self.call(function), ["money"]).figure()

    @property
    def messages(self) -> FormulaBlock:
        """The sentences that pages open with."""
        return self.formulas.placed(messages_call(self.tables), ["text"], "plain")

    @property
    def check(self) -> Call:
        """The check of every range of the workbook that has one."""
        names = ("Trades", "Candidates", "Activity", "Facts", "Orders", "Limits", "Broker")
        return self.call("XLM_CHECK", *self.tables.beside(*names))

    def said(self, name: str) -> Figure:
        """The message of a name, as a text of a sentence."""
        said = self.messages
        return said.figure(said.row_of(name), 1, "text")

    @property
    def calendar(self) -> FormulaBlock | None:
        """The dates ahead; None where the book is refused."""
        if self.answers.refusal(self.call("MARGIN_CALENDAR")):
            return None
        return self.placed("MARGIN_CALENDAR", numbers=["date", "plain"])

    @property
    def state(self) -> FormulaBlock | None:
        """Where the account stands; None where its cash is stated nowhere."""
        if self.answers.refusal(self.call("MARGIN_ACCOUNT")):
            return None
        return self.placed("MARGIN_ACCOUNT", numbers=ACCOUNT_KINDS)

    @property
    def several(self) -> bool:
        """Whether the book has more than one account."""
        return len(self.book.positions.accounts) > 1

    @property
    def is_portfolio(self) -> bool:
        """Whether the accounts are under portfolio margin now."""
        return self.book.is_portfolio

    @property
    def as_of(self) -> FormulaArgument:
        """The date of the book as an argument: the named cell of the settings."""
        return FormulaArgument("as_of", self.book.market.as_of)

    @property
    def client(self) -> str:
        """Whose book it is, by the settings; else what the workbook is titled."""
        return self.tables.text_of_setting("client") or self.title

    @property
    def sample_mark(self) -> str:
        """That the book is the sample, for a band or a title; nothing for any other book."""
        return self.note.partition(":")[0] if self.note == FAMILY_OFFICE_NOTE else ""

    @property
    def houses(self) -> str:
        """The houses of the accounts as people read them; where they differ, whose each is."""
        accounts = self.book.positions.accounts
        of_house: dict[str, list[str]] = {}
        for name, own in zip(accounts, self.book.settings_of_accounts, strict=True):
            of_house.setdefault(own.house, []).append(name)
        if len(of_house) == 1:
            [house] = of_house
            return "none (rule only)" if house == "rule" else house_read(house)
        return "; ".join(f"{house_read(h)} for {', '.join(of_house[h])}" for h in of_house)

    @property
    def stamp(self) -> Stamp:
        """Whose it is and as of when, above every page; rules, house and version below."""
        day = short_date(self.book.market.as_of)
        return Stamp(
            self.client,
            day,
            f"FINRA 4210(g), (f) as in force on {day} · house: {self.houses} · xlmargin "
            f"{xlmargin.__version__} · estimate of the regulatory minimum, not a broker’s figure",
            normalized(self.tables.text_of_setting("paper")) == normalized(Paper.A4),
        )

    def chart(self, kind: str, subtype: str = "", *, legend: bool = False) -> Chart:
        """A chart in the look of the workbook, without a title: the section above it has that."""
        options = {"type": kind, **({"subtype": subtype} if subtype else {})}
        chart: Chart = self.workbook.add_chart(options)
        chart.set_legend({"position": "top", "font": _LABEL} if legend else {"none": True})
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        chart.set_plotarea({"fill": {"none": True}})
        chart.show_blanks_as("gap")
        chart.set_title({"none": True})
        chart.show_hidden_data()
        return chart

    def chart_of_bars(
        self,
        kind: str,
        sheet: str,
        rows: tuple[int, int],
        series: Sequence[Series],
        *,
        names: int = 0,
        gap: int = 60,
        number: str = "thousands",
        legend: bool = False,
        options: Mapping[str, object] = MappingProxyType({}),
    ) -> Chart:
        """Columns ("column") or bars ("bar") with their values, side by side in each row.

        `rows` are the first and the last, `names` the column of the sheet that names them;
        `options` are further ones of every series.
        """
        chart, (first, last) = self.chart(kind, legend=legend or len(series) > 1), rows
        for each in series:
            chart.add_series(
                {
                    "name": each.name,
                    "categories": [sheet, first, names, last, names],
                    "values": [sheet, first, each.column, last, each.column],
                    "fill": {"color": each.color},
                    "gap": gap,
                    **({"overlap": 0} if len(series) > 1 else {}),
                    "data_labels": labels(number),
                    **options,
                }
            )
        if kind == "bar":
            chart.set_y_axis(axis(reverse=True))
            chart.set_x_axis(no_axis())
        else:
            chart.set_y_axis(no_axis())
            chart.set_x_axis(axis(label_position="low"))
        return chart

    def chart_of_lines(
        self, sheet: str, rows: tuple[int, int], series: Sequence[Series], names: int = 0
    ) -> Chart:
        """A line a series over the rows from the first to the last."""
        chart, (first, last) = self.chart("line", legend=len(series) > 1), rows
        for each in series:
            x, y = ([sheet, first, j, last, j] for j in (names, each.column))
            chart.add_series(line(each.name, x, y, each.color))
        return chart


def line(
    name: str | Sequence[object] | None,
    x: Sequence[object],
    y: Sequence[object],
    color: str,
    dash: str = "",
) -> dict[str, object]:
    """A line of a chart over cells of a sheet: its name, where both lie, and how it is drawn."""
    drawn: dict[str, object] = {"color": color, "width": 2.25}
    if dash:
        drawn["dash_type"] = dash
    return {"name": name, "categories": x, "values": y, "line": drawn}


def axis(number: str = "", *, grid: bool = False, **more: object) -> dict[str, object]:
    """Options of an axis in small grey labels; `number` is the kind of quantity."""
    shown = {"num_format": CHART_NUMBERS[number]} if number else {}
    return {
        "num_font": _SMALL,
        "name_font": {**_SMALL, "bold": False},
        "line": {"none": True} if grid else {"color": AXIS, "width": 0.75},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "major_gridlines": {"visible": grid, "line": {"color": GRID, "width": 0.75}},
        **shown,
        **more,
    }


def no_axis(**more: object) -> dict[str, object]:
    """An axis that the values at the bars take the place of."""
    return {"visible": False, "major_gridlines": {"visible": False}, **more}


def labels(number: str) -> dict[str, object]:
    """The value at every bar."""
    return {"value": True, "num_format": CHART_NUMBERS[number], "font": _LABEL}


BY_PORTFOLIO: Final = "PM_REQUIREMENT"
BY_STRATEGY: Final = "REGT_MAINTENANCE"
"""What refuses a book that a regime does not margin."""
BOTH_REGIMES: Final = (BY_STRATEGY, BY_PORTFOLIO)
ACCOUNT_OF_BOTH: Final = ("MARGIN_ACCOUNT", *BOTH_REGIMES)
"""What pages of both regimes call, and those that show the account under both."""

Write = Callable[[WorkbookBuilder], None]


@dataclass(frozen=True)
class PageSpec:
    """A page: what writes it, and its sheets, whose first names it.

    It is left out where there is none of the tables that it `needs` beside those of the book, and
    where a function that it `calls` with the whole book refuses it, or where it is `refused_for`
    these tables, "" where it is not. It `uses` further tables where they are there. `prints` are
    its sheets that are part of a report on paper.
    """

    write: Write
    sheets: tuple[str, ...]
    calls: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    refused_for: Callable[[InputTables], str] = lambda tables: ""

    @property
    def name(self) -> str:
        """The sheet that it is known by."""
        return self.sheets[0]


def page_of(*sheets: str, **declared: Any) -> Callable[[Write], PageSpec]:
    """The page of these sheets, declared above the function that writes it."""
    return lambda write: PageSpec(write, sheets, **declared)


@dataclass(frozen=True)
class Template:
    """A workbook for one task: the name of its file, its title, its pages in their order.

    `sample` makes the tables that it is filled with until a user's own stand there.
    """

    name: str
    title: str
    pages: tuple[PageSpec, ...]
    sample: Callable[[], InputTables]

    @property
    def printed(self) -> tuple[str, ...]:
        """The sheets that make the report on paper."""
        return tuple(name for page in self.pages for name in page.prints)
