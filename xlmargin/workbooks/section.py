"""A section of a page: a title, headings, and rows of figures, each in the kind of its column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlmargin.workbooks.figures import at
from xlmargin.workbooks.look import TEXTS
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell


@dataclass(frozen=True)
class Column:
    """A column of a section: its heading, a text or a day, the kind of quantity, its style."""

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

    `row` is the next one that is free.
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
        page.section(row, title, len(columns), note if isinstance(note, str) else "", column)
        if isinstance(note, Figure):
            last = column + len(columns) - 1
            page.figure(row, last, note, "section_note", "plain")
        texts = [each.heading if isinstance(each.heading, str) else "" for each in columns]
        page.headings(row + 1, texts, [each.kind for each in columns], column)
        for j, each in enumerate(columns, start=column):
            if isinstance(each.heading, Figure):
                of = each.heading
                page.figure(row + 1, j, of, "heading", "date")
            elif each.style in ("state", "aside"):
                page.text(row + 1, j, each.heading, "after_heading")
        self.row = self.first = row + 2

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
        if isinstance(label, str):
            self.page.text(self.row, self._column, label, shown)
        else:
            number = label.kind if label.kind == "day" else "plain"
            self.page.figure(self.row, self._column, label, shown, number)
        cells = []
        pairs = zip(self._columns[1:], figures, strict=False)
        for j, (column, figure) in enumerate(pairs, start=1):
            if figure is None:
                cells.append(Figure('""', ""))
                continue
            named = kinds[j - 1] if kinds else ""
            number = named or (kind if kind and column.kind not in TEXTS else column.kind)
            own = "state" if column.style == "state" else style or column.styled
            where = self._column + j
            self.page.figure(self.row, where, figure, own, number)
            cells.append(at(xl_rowcol_to_cell(self.row, where), figure))
        self.row += 1
        return cells

    def _begin(self, style: str) -> None:
        self.page.height(self.row, self._high)
        last = self._column + len(self._columns) - 1
        self.page.blank(self.row, self._column, last, style)

    def cells(self, column: int) -> str:
        """The cells of a column of the rows that were added."""
        of = self._column + column
        return f"{xl_rowcol_to_cell(self.first, of)}:{xl_rowcol_to_cell(self.row - 1, of)}"

    def states(self) -> None:
        """The last column marks its states."""
        last = self._column + len(self._columns) - 1
        self.page.states((self.first, last, max(self.row - 1, self.first), last))
