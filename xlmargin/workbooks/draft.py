"""A workbook in the making: what every page of it draws on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import xlmargin
from xlmargin.book import Book
from xlmargin.workbooks.formulas_sheet import FormulasSheet, Placed
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Answers, Argument, Call
from xlmargin.workbooks.look import GREY, NAVY, RULE_LINE, Look
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.printed import ROW
from xlmargin.workbooks.xlsx_writer import Chart, Sheet, Workbook

_SMALL: Final = {"name": "Arial", "size": 9, "color": GREY}


@dataclass(frozen=True)
class Draft:
    """The workbook, its look, the book as tables and as read, the answers and their places.

    `by_strategy` and `by_portfolio` are whether a regime margins the book; `directions` are the
    sheets of the workbook with what each is for.
    """

    workbook: Workbook
    look: Look
    answers: Answers
    formulas: FormulasSheet
    tables: InputTables
    book: Book
    title: str
    note: str
    by_strategy: bool
    by_portfolio: bool
    directions: Sequence[tuple[str, str]]

    def page(self, name: str, color: str) -> Page:
        """A new sheet of answers, without gridlines, with a coloured tab."""
        sheet = self.workbook.add_worksheet(name, Sheet)
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW)
        sheet.set_tab_color(color)
        return Page(sheet, self.look, self.formulas)

    def call(self, function: str, *more: Argument) -> Call:
        """A call of a function of the whole book, with further arguments of its own."""
        return Call(function, (*self.tables.arguments, *more))

    def placed(self, function: str, *more: Argument, numbers: Sequence[str] = ("plain",)) -> Placed:
        """Where the answer of a function of the whole book stands; its headings are plain."""
        return self.formulas.placed(self.call(function, *more), numbers, "plain")

    @property
    def several(self) -> bool:
        """Whether the book has more than one account."""
        return len(self.book.positions.accounts) > 1

    @property
    def as_of(self) -> Argument:
        """The date of the book as an argument: the named cell of the settings."""
        return Argument("as_of", self.book.market.as_of)

    @property
    def stamp(self) -> str:
        """Rules, date, house and version, as printed below every page."""
        houses = dict.fromkeys(own.house for own in self.book.settings_of_accounts)
        return (
            f"FINRA 4210(g) as in force on {self.book.as_of}, house: {', '.join(houses)}, "
            f"xlmargin {xlmargin.__version__}. Estimate of the regulatory minimum, "
            "not a broker's number."
        )

    def chart(self, kind: str, subtype: str = "") -> Chart:
        """A chart in the look of the workbook."""
        options = {"type": kind, **({"subtype": subtype} if subtype else {})}
        chart: Chart = self.workbook.add_chart(options)
        chart.set_legend({"none": True})
        for axis in (chart.set_x_axis, chart.set_y_axis):
            axis(small_axis())
        return chart

    def chart_of_pairs(
        self, sheet: str, headings_row: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> Chart:
        """A chart of two columns of a sheet beside each other, in $ thousands, a pair a row.

        The first column of the sheet names the pairs; `rows` are the first and the last.
        """
        chart, (first, last) = self.chart("column"), rows
        for column, color in zip(columns, ("#B9C8DB", NAVY), strict=True):
            chart.add_series(
                {
                    "name": [sheet, headings_row, column],
                    "categories": [sheet, first, 0, last, 0],
                    "values": [sheet, first, column, last, column],
                    "fill": {"color": color},
                    "gap": 60,
                    "overlap": 0,
                }
            )
        chart.set_y_axis(small_axis(num_format="$#,##0,K"))
        chart.set_x_axis(small_axis(label_position="low", major_gridlines={"visible": False}))
        chart.set_legend({"position": "bottom", "font": {"name": "Arial", "size": 9}})
        return chart


def small_axis(**more: object) -> dict[str, object]:
    """Options of an axis in small grey figures."""
    lines = {"visible": True, "line": {"color": RULE_LINE, "width": 0.5}}
    return {
        "num_font": _SMALL,
        "name_font": {**_SMALL, "bold": False},
        "line": {"color": RULE_LINE},
        "major_gridlines": lines,
        **more,
    }
