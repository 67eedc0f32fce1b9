"""The broker's figures beside ours: what differs, by how much, and the likely reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.formulas_sheet import NONE, Placed
from xlmargin.workbooks.live_formulas import Call, Value
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.sentences import Figure, as_written, first_letter, rounded, sentence

SHEET: Final = "Reconciliation"
BROKER: Final = "Broker"
_WIDTHS: Final = (84, 132, 64, 88, 88, 84, 64, 84, 40, 84, 148)
_CARDS_ROW: Final = 4
_TABLE: Final = 9
_ACCOUNT, _FIGURE, _OURS, _THEIRS, _DIFFERENCE, _SHARE, _AGE, _WORD, _LIKELY, _GROUP, _AS_OF = (
    0, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12,
)  # fmt: skip
"""Columns of MARGIN_RECONCILE."""
_SHOWN: Final = (
    ("Account", _ACCOUNT, "text"), ("Figure", _FIGURE, "words"), ("Group", _GROUP, "text"),
    ("Ours", _OURS, "money"), ("Broker’s", _THEIRS, "money"),
    ("Difference", _DIFFERENCE, "change"), ("Of the\nbroker’s", _SHARE, "percent"),
    ("Broker’s\nas of", _AS_OF, "date"), ("Age,\ndays", _AGE, "quantity"),
    ("State", _WORD, "text"), ("Likely reason", _LIKELY, "words"),
)  # fmt: skip
_STATE: Final = 9
_STATES: Final = {
    "agrees": "● Agrees", "differs": "▲ Differs", "stale": "▲ Stale", "not ours": "● Not ours",
    "missing": NONE, "older": "Older",
}  # fmt: skip
_REQUIREMENT: Final = "portfolio requirement"
_MOST_ROWS: Final = 1_000
_PRINTED: Final = 18
"""Rows that one sheet of paper has room for, with blank ones."""
_CARDS: Final = ((0, 1), (2, 4), (5, 7), (8, 10))


def reconciliation(draft: Draft) -> Placed:
    """Where the broker's figures stand beside ours."""
    positions, *others = draft.tables.arguments
    call = Call("MARGIN_RECONCILE", (positions, draft.tables.more[BROKER].argument, *others))
    kinds = [
        "text", "words", "text", "money", "money", "change", "percent", "quantity", "text",
        "words", "text", "text", "date",
    ]  # fmt: skip
    return draft.formulas.placed(call, kinds, "plain")


def write_reconciliation_page(draft: Draft) -> None:
    """Cards with the totals, and a row a figure, of accounts first, of class groups behind."""
    found = reconciliation(draft)
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, [kind for _, _, kind in _SHOWN])
    totals = Totals(found)
    page.title(
        "Reconciliation with the broker", totals.message(),
        "The broker’s figures are those of the sheet Broker. Its figure binds until it is "
        "corrected.",
    )  # fmt: skip
    _cards(page, totals)
    _table(page, found)
    page.sheet.freeze_panes(3, 0)
    last = _TABLE + max(len(found.rows) - 1, _PRINTED)
    page.prints(len(_WIDTHS), draft.stamp, repeat=_TABLE, last_row=last)
    page.protect()


class Totals:
    """Sums over the rows of the answer."""

    def __init__(self, found: Placed) -> None:
        self._found = found
        self.ours = self._sum(_OURS, group=False)
        self.theirs = self._sum(_THEIRS, group=False)
        value = float(self.theirs.value) - float(self.ours.value)
        self.difference = Figure(f"({self.theirs.formula}-{self.ours.formula})", value)
        self.explained = self._sum(_DIFFERENCE, group=True)
        stale = f'COUNTIF({self._cells(_WORD)},"stale")'
        count = sum(row[_WORD] == "stale" for row in found.rows)
        self.stale = Figure(stale, float(count), "count")

    def _cells(self, column: int) -> str:
        return self._found.cells_below_heading(column, _MOST_ROWS)

    def _sum(self, column: int, *, group: bool) -> Figure:
        """Requirements of accounts that the broker gives; or differences of groups explained."""
        rows = [
            row for row in self._found.rows[1:]
            if row[_FIGURE] == _REQUIREMENT and isinstance(row[_THEIRS], float)
            and bool(row[_GROUP]) == group and row[_WORD] not in ("older", "not ours")
            and (not group or row[_LIKELY] != "")
        ]  # fmt: skip
        value = sum(float(row[column]) for row in rows if isinstance(row[column], float))
        terms = [
            self._cells(_FIGURE), f'"{_REQUIREMENT}"', self._cells(_WORD), '"<>older"',
            self._cells(_WORD), '"<>missing"', self._cells(_GROUP), '"?*"' if group else '""',
        ]  # fmt: skip
        if group:
            terms += [self._cells(_LIKELY), '"?*"']
        formula = f"SUMIFS({self._cells(column)},{','.join(terms)})"
        return Figure(self._found.unless_refused(formula), value)

    def message(self) -> tuple[str, Value]:
        """How much more or less the broker asks, and how much of it is explained."""
        difference = self.difference
        size = Figure(f"ABS({difference.formula})", abs(float(difference.value)))
        share = Figure(
            f'IFERROR(ABS({difference.formula})/{self.ours.formula},"{NONE}")',
            abs(float(difference.value)) / float(self.ours.value) if self.ours.value else NONE,
            "percent",
        )
        word = Figure(
            f'IF({difference.formula}<0," less than we do; "," more than we do; ")',
            " less than we do; " if float(difference.value) < 0 else " more than we do; ", "text",
        )  # fmt: skip
        return sentence(
            "The broker asks ", size, " (", share, ")", word, self.explained,
            " of it has a likely reason. Stale figures: ", self.stale, ".",
        )  # fmt: skip


def _cards(page: Page, totals: Totals) -> None:
    """Ours, the broker's, the difference, and what of it is explained."""
    cards: Sequence[tuple[str, Figure, str]] = (
        ("Ours, portfolio margin", totals.ours, "pm"), ("Broker’s", totals.theirs, "input"),
        ("Difference", totals.difference, "watch"),
        ("With a likely reason", totals.explained, "gain"),
    )  # fmt: skip
    page.height(_CARDS_ROW, 16)
    page.height(_CARDS_ROW + 1, 28)
    for (first, last), (label, figure, color) in zip(_CARDS, cards, strict=True):
        for row, style, kind in (
            (_CARDS_ROW, f"card_{color}", "plain"), (_CARDS_ROW + 1, "card_figure", "card"),
        ):  # fmt: skip
            shown = page.look(style, kind, "right" if last < len(_WIDTHS) - 1 else "")
            page.sheet.merge_range(row, first, row, last, "", shown)
            if row == _CARDS_ROW:
                page.sheet.write_string(row, first, label, shown)
                continue
            formula = f"IFERROR(ROUND({figure.formula},2),{figure.formula})"
            page.sheet.write_formula(
                row, first, f"={formula}", shown, rounded(float(figure.value), 2)
            )
        page.reaches(_CARDS_ROW + 1)


def _table(page: Page, found: Placed) -> None:
    """A row a figure of the answer, in its order."""
    note = "of each account what differs first; class groups behind; $"
    page.section(_TABLE - 1, "Figures by account and class group", len(_WIDTHS), note)
    page.headings(_TABLE, [heading for heading, _, _ in _SHOWN], [kind for _, _, kind in _SHOWN])
    page.text(_TABLE, _STATE, "State", "after_heading")
    rows = len(found.rows) - 1
    for i in range(1, rows + SPARE + 1):
        row = _TABLE + i
        style = "body" if i <= rows else "column"
        for column, (_, of, kind) in enumerate(_SHOWN):
            value = found.value(i, of)
            cell = found.formula(i, of)
            if of == _WORD:
                said = '""'
                for word, sign in _STATES.items():
                    said = f'IF({cell}="{word}","{sign}",{said})'
                shown = _STATES.get(str(value), "")
                page.formula(row, column, said, shown, "state" if i <= rows else style, "plain")
            elif kind == "words":
                page.formula(
                    row, column, first_letter(cell), as_written(str(value)), style, "plain"
                )
            elif kind == "text":
                page.formula(row, column, cell, value, style, "plain")
            else:
                digits = {"percent": 3, "money": 2, "change": 2}.get(kind, 0)
                shown_ = rounded(value, digits) if isinstance(value, float) else value
                cell = f"IFERROR(ROUND({cell},{digits}),{cell})"
                page.formula(row, column, cell, shown_, style, kind)
    page.states((_TABLE + 1, _STATE, _TABLE + rows + SPARE, _STATE))
