"""Blocks that pages are made of: a band that opens one, cards of large figures, a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import xlmargin
from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Cells, Figure, at
from xlmargin.workbooks.formulas import REFUSED, Call, FormulaArgument, range_on
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.styles import TEXTS
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

HEIGHTS: Final = (16.0, 28.0, 16.0)
_TODAY: Final = "▲ As of today"
"""Where the settings give no day."""


def write_band(draft: WorkbookBuilder, page: Page, what: str, logo_at: tuple[int, int]) -> None:
    """The client and the date on a band over the columns of a page.

    Where a client is stated, its first cell says instead that the add-in is of another version,
    where it is. A logo stands on the band, pixels from the left of a column; without one the place
    is kept.
    """
    last = page.columns - 1
    page.height(0, 32)
    page.height(1, 19)
    page.blank(0, 0, last, "band")
    page.blank(1, 0, last, "band_below")
    is_stated = draft.tables.text_of_setting("client")
    page.text(0, 0, _client_or_version(draft) if is_stated else draft.client, "band")
    day = Figure(f'IF(ISNUMBER(as_of),as_of,"{_TODAY}")', draft.book.market.as_of)
    page.across(0, last - 2, last, day, "band_right", "as_of")
    if draft.logo is not None:
        draft.logo.insert(page.sheet, 0, *logo_at)
    accounts = " and ".join(name for name in draft.book.positions.accounts if name)
    of = f"accounts {accounts} · " if draft.several else ""
    page.text(1, 0, f"{what} · {of}house: {draft.houses}", "band_below")
    page.text(1, last, draft.sample_mark, "band_below_right")


def _client_or_version(draft: WorkbookBuilder) -> Figure:
    """The client; that the workbook was built for another version, where the add-in is of one."""
    client = Figure("client", draft.client)
    shown, version = if_of_this_version(draft, client), version_of(draft)
    return replace(client, formula=f"IF(ISERROR({version.formula}),client,{shown.formula})")


def version_of(draft: WorkbookBuilder) -> Figure:
    """The version of the add-in."""
    return draft.formulas.placed(Call("XLM_VERSION"), ["text"]).figure(0, 1, "text")


def if_of_this_version(draft: WorkbookBuilder, shown: xl.Operand) -> Figure:
    """A figure where the add-in's version is the workbook's; else a warning."""
    built, version = xlmargin.__version__, version_of(draft)
    other = xl.sentence(f"■ Workbook of xlmargin {built}, add-in of ", version, ": build it anew")
    return xl.IF(version.equals(built), shown, other)


def write_range(
    page: Page,
    row: int,
    column: int,
    headings: Sequence[str],
    rows: Iterable[Sequence[str | float | Figure | None]],
    kinds: Sequence[str],
) -> FormulaArgument:
    """A range that functions are asked with: texts, figures, and numbers to be typed over.

    Each column has its kind; a cell that is None is left blank.
    """
    values: list[list[AnswerValue]] = [list(headings)]
    for j, heading in enumerate(headings, start=column):
        page.text(row, j, heading.replace("_", " ").capitalize(), "text_heading")
    for i, cells in enumerate(rows, start=row + 1):
        for j, (cell, kind) in enumerate(zip(cells, kinds, strict=True), start=column):
            if isinstance(cell, float):
                page.typed(i, j, cell, kind)
            else:
                page.row(i, j, [cell], ["body"], [kind])
        found = (cell.value if isinstance(cell, Figure) else cell for cell in cells)
        values.append(["" if cell is None else cell for cell in found])
    return range_on(f"'{page.sheet.get_name()}'", row, column, values)


@dataclass(frozen=True)
class Card:
    """A figure: what it is, its colour's name, the figure, a note on it, and its kind."""

    label: str
    color: str
    figure: Figure
    note: Figure
    kind: str = "card"

    def or_none(self) -> Card:
        """The same, which says none where its function refuses the book.

        A refusal fills the first cell of an answer alone: what is looked up beside it is empty.
        """
        found, why = self.figure, "input refused"
        refused = xl.LEFT(found, len(REFUSED)).equals(REFUSED)
        shown = xl.IF(refused, NONE, xl.IF(found.equals(""), NONE, found))
        said = xl.IF(refused, why, xl.IF(xl.LEN(found).equals(0), why, self.note))
        return replace(self, figure=shown, note=said)


def write_cards(
    page: Page, row: int, places: Iterable[tuple[int, int]], cards: Iterable[Card], last: set[int]
) -> None:
    """Cards from a row on, each over its columns; those that end at a `last` column touch none."""
    for (first, to), card in zip(places, cards, strict=False):
        lines: tuple[tuple[str | Figure, str, str], ...] = (
            (card.label, f"card_{card.color}", "plain"),
            (card.figure, "card_figure", card.kind),
            (card.note, "card_note", "plain"),
        )
        for i, (said, style, kind) in enumerate(lines):
            page.height(row + i, HEIGHTS[i])
            page.across(row + i, first, to, said, style, kind, "" if to in last else "right")


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, a text or a day, the kind of quantity, its style."""

    heading: str | Figure
    kind: str = "money"
    style: str = ""

    @property
    def styled(self) -> str:
        """The style of its cells: figures to the right, texts to the left."""
        return self.style or ("body" if self.kind in TEXTS else "right")


STATE = Column("State", "plain", "state")
"""A last column that says whether a row is to be acted on."""


class Section:
    """Rows below a title and headings, from a row and a column of the page on.

    `row` is the next one that is free; rows are `high` points, or as high as others at 0.
    """

    def __init__(
        self,
        page: Page,
        row: int,
        title: str,
        columns: Sequence[Column],
        note: str | Figure = "",
        *,
        column: int = 0,
        high: float = 15.0,
    ) -> None:
        self.page, self._columns, self._column, self._high = page, columns, column, high
        self._last = column + len(columns) - 1
        page.section(row, title, len(columns), note, column)
        texts = [each.heading if isinstance(each.heading, str) else "" for each in columns]
        page.headings(row + 1, texts, [each.kind for each in columns], column)
        for j, each in enumerate(columns, start=column):
            if isinstance(each.heading, Figure):
                page.figure(row + 1, j, each.heading, "heading", "date")
            elif each.style in ("state", "aside"):
                page.text(row + 1, j, each.heading, "after_heading")
        self.row = self.first = row + 2
        self._added: list[list[Figure]] = []

    def group(self, label: str) -> None:
        """A row that only names what follows."""
        self._begin("group")
        self.page.text(self.row, self._column, label, "group")
        self.row += 1

    def add(
        self,
        label: str | Figure,
        figures: Sequence[Figure | None],
        style: str = "",
        *,
        kind: str = "",
        label_style: str = "",
        kinds: Sequence[str] = (),
    ) -> list[Figure]:
        """A row: a label and its figures; answers them as the cells of the page.

        A figure that is None leaves its cell empty. `style` is that of the whole row, `kind` that
        of all figures or `kinds` of each, where these are not the columns' own.
        """
        self._begin(style or "body")
        shown = style or label_style or "body"
        number = label.kind if isinstance(label, Figure) and label.kind == "day" else "plain"
        self.page.row(self.row, self._column, [label], [shown], [number])
        cells = []
        pairs = zip(self._columns[1:], figures, strict=False)
        for j, (column, figure) in enumerate(pairs, start=1):
            if figure is None:
                cells.append(xl.constant(""))
                continue
            named = kinds[j - 1] if kinds else ""
            number = named or (kind if kind and column.kind not in TEXTS else column.kind)
            own = "state" if column.style == "state" else style or column.styled
            where = self._column + j
            self.page.figure(self.row, where, figure, own, number)
            cells.append(at(xl_rowcol_to_cell(self.row, where), figure))
        self._added.append(cells)
        self.row += 1
        return cells

    def _begin(self, style: str) -> None:
        if self._high:
            self.page.height(self.row, self._high)
        self.page.blank(self.row, self._column, self._last, style)

    def total(self, column: int) -> Figure:
        """The numbers of a column of the rows that were added, added up."""
        of = self._column + column
        cells = f"{xl_rowcol_to_cell(self.first, of)}:{xl_rowcol_to_cell(self.row - 1, of)}"
        return xl.SUM(Cells(cells, tuple(row[column - 1].value for row in self._added)))

    def states(self) -> None:
        """The last column marks its states."""
        self.page.states((self.first, self._last, max(self.row - 1, self.first), self._last))
