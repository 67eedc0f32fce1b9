"""The broker's figures beside ours: what differs, by how much, and the likely reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import STATE, Card, Column, Section, write_cards
from xlmargin.workbooks.draft import WorkbookBuilder, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, Operand, constant, sentence
from xlmargin.workbooks.formulas import FormulaBlock
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.pages.holdings import hide_kinds, mark_lines
from xlmargin.workbooks.pages.report_figures import HIGH
from xlmargin.workbooks.pages.settings import agreement
from xlmargin.workbooks.shown_texts import compared
from xlmargin.workbooks.xlsx_writer import xl_col_to_name, xl_rowcol_to_cell

SHEET: Final = "Reconciliation"
BROKER: Final = "Broker"
_CARDS_ROW: Final = 4
_TABLE: Final = 9
_ACCOUNT, _ROW, _LINE, _OURS, _THEIRS, _DIFFERENCE, _SHARE, _AS_OF, _OPEN, _WORD, _LIKELY = range(
    11
)
_EXPLAINED: Final = 11
"""Columns of MARGIN_RECONCILE_LINES."""
_SHOWN: Final = (
    ("Line", _LINE, "words", 204), ("Ours\n$", _OURS, "money", 90),
    ("Broker’s\n$", _THEIRS, "money", 96), ("Difference\n$", _DIFFERENCE, "change", 88),
    ("Difference,\nof ours", _SHARE, "change_share", 74), ("Broker’s\nas of", _AS_OF, "date", 92),
    ("Open,\ndays", _OPEN, "quantity", 50), ("State", _WORD, "broker_state", 92),
    ("Likely reason", _LIKELY, "behind", 174),
)  # fmt: skip
_WIDTHS: Final = tuple(width for *_, width in _SHOWN)
_STATE: Final = 7
_SUBTOTAL, _GRAND = "subtotal", "grand total"
_PARTS: Final = ("group", "inside", "other", "figure")
"""Rows of a part of what the row above them names."""
_NO_DAY: Final = "no day stated"
_WORST_FIRST: Final = ("overdue", "differs", "stale", "agrees")
_MOST_ROWS: Final = 1_000
_CARDS: Final = ((0, 0), (1, 2), (3, 5), (6, 8))


def reconciliation(draft: WorkbookBuilder) -> FormulaBlock:
    """Where the broker's requirement stands beside ours, line by line."""
    kinds = ["text"] * 3 + [kind for _, _, kind, _ in _SHOWN[1:]] + ["money"]
    return draft.placed("MARGIN_RECONCILE_LINES", beside=[draft.other(BROKER)], numbers=kinds)


@page_of(SHEET, calls=("MARGIN_ACCOUNT",), needs=(BROKER,), prints=(SHEET,))
def reconciliation_page(draft: WorkbookBuilder) -> None:
    """Cards with the totals; the requirement by account and group, and the values it rests on."""
    found = reconciliation(draft)
    page = draft.page(SHEET, _WIDTHS, [kind for _, _, kind, _ in _SHOWN])
    page.title(
        "Reconciliation with the broker", draft.said("broker"), agreement(draft.book.settings)
    )
    _cards(draft, page, Totals(found))
    _table(page, found)
    page.finish(freeze=(3, 0), hidden=1, repeat=_TABLE)


class Totals:
    """The totals of the lines: of all accounts, and of each."""

    def __init__(self, found: FormulaBlock) -> None:
        self._found = found
        columns = (_OURS, _THEIRS, _DIFFERENCE, _EXPLAINED, _AS_OF)
        self.ours, self.theirs, self.difference, self.explained, self.as_of = (
            self._total(column) for column in columns
        )

    def state(self) -> Figure:
        """The worst state of all lines."""
        return self._worst()

    def state_of_requirements(self) -> Figure:
        """The worst state of the requirements of whole accounts."""
        return self._worst(self._cells(_ROW), _GRAND)

    def of_account(self, account: Figure) -> list[Figure]:
        """Ours, the broker's, its day and the state of one account, whose name a cell has."""
        where = (self._cells(_ACCOUNT), xl.exactly(account), self._cells(_ROW), _SUBTOTAL)
        figures = []
        for column in (_OURS, _THEIRS, _AS_OF):
            cells = self._cells(column)
            found = xl.SUMIFS(cells, *where)
            lacks = xl.COUNTIFS(*where, cells, "<>") if column == _OURS else found
            figures.append(self._found.or_refusal(xl.IF(lacks.equals(0.0), NONE, found)))
        return [*figures, self._worst(*where)]

    def _worst(self, *where: Cells | Operand) -> Figure:
        """The worst of some states, by formulas that count them."""
        said: Operand = NONE
        for word in reversed(_WORST_FIRST):
            count = xl.COUNTIFS(*where, self._cells(_WORD), word)
            said = xl.IF(count > 0, compared(constant(word)).value, said)
        return self._found.or_refusal(constant(said)).of_kind("text")

    def _cells(self, column: int) -> Cells:
        return self._found.column_of(column, _MOST_ROWS)

    def _total(self, column: int) -> Figure:
        """A figure of the total; none where the broker gives nothing."""
        cell = xl.look_up(_GRAND, self._cells(_ROW), self._cells(column))
        return self._found.or_refusal(xl.IF(cell.equals(""), NONE, cell))


def overdue_answers(found: FormulaBlock) -> tuple[Figure, Figure]:
    """Whether answers of the broker are overdue, and the first of them in words."""
    words, overdue = found.column_of(_WORD, _MOST_ROWS), _WORST_FIRST[0]
    count = xl.COUNTIF(words, overdue).of_kind("count")
    line, account, open_ = (
        xl.look_up(overdue, words, found.column_of(column, _MOST_ROWS)).of_kind(kind)
        for column, kind in ((_LINE, "text"), (_ACCOUNT, "text"), (_OPEN, "count"))
    )
    named = xl.IF(account.equals(""), "", sentence(", ", account))
    also = xl.IF(count > 1, sentence("; ", (count - 1).of_kind("count"), " more"), "")
    said = sentence(
        "Broker’s answer on ", line, named, ", open ", open_, " days", also.of_kind("text")
    )
    return count > 0, said


def write_reconciled(draft: WorkbookBuilder, page: Page, row: int) -> int:
    """The requirement of each account beside the broker's, for a report; answers the row below."""
    columns = [
        Column("Account", "text"), Column("Ours"), Column("Broker’s", style="broker"),
        Column("Difference", "change"), Column("Share of ours", "change_share"),
        Column("Broker’s as of", "date"), STATE,
    ]  # fmt: skip
    section = Section(page, row, "Reconciliation with the broker", columns, "requirement, $",
                      high=HIGH)  # fmt: skip
    if BROKER not in draft.tables.more:
        page.text(section.row, 0, "No figures of the broker: nothing to compare with.", "body")
        return section.row + 1
    totals = Totals(reconciliation(draft))
    state = draft.state
    assert state is not None
    for column in range(4, state.width) if draft.several else ():
        account = state.figure(0, column)
        *figures, day, said = totals.of_account(account)
        ours, theirs = (
            xl.at(xl_rowcol_to_cell(section.row, j), figure) for j, figure in enumerate(figures, 1)
        )
        difference = xl.less(theirs, ours)
        row_of = [*figures, difference, xl.share(difference, ours), day, said]
        section.add(account, row_of, label_style="label")
    all_ = [totals.ours, totals.theirs, totals.difference, xl.share(totals.difference, totals.ours)]
    oldest = None if draft.several else totals.as_of
    section.add("All accounts", [*all_, oldest, totals.state_of_requirements()], "total")
    section.states()
    return section.row


def _cards(draft: WorkbookBuilder, page: Page, totals: Totals) -> None:
    """Ours, the broker's, the difference, and what of it is explained."""
    day = xl.written_day(totals.as_of)
    dated = xl.IF(day.equals(""), _NO_DAY, sentence("oldest figure: ", day))
    explained = xl.IFERROR(totals.explained / totals.difference, NONE).of_kind("percent")
    regime, color = ("portfolio margin", "pm") if draft.is_portfolio else ("strategy-based", "st")
    part = xl.part_in_words(totals.difference, totals.ours, "of ours")
    cards = (
        Card(f"Ours, {regime}", color, totals.ours, sentence(f"house: {draft.houses}")),
        Card("Broker’s", "input", totals.theirs, dated),
        Card("Difference", "watch", totals.difference, part, "card_change"),
        Card("With a likely reason", "gain", totals.explained,
             sentence(explained, " of the difference")),
    )  # fmt: skip
    shown = (replace(card, figure=xl.rounded_to(card.figure, 2)) for card in cards)
    write_cards(page, _CARDS_ROW, _CARDS, shown, {_CARDS[-1][1]})


def _table(page: Page, found: FormulaBlock) -> None:
    """The lines in their order, each marked by what it is, which a hidden column says."""
    note = "what differs first; all other groups as one line; $, shares are of ours"
    page.section(_TABLE - 1, "Requirement by account and group", page.columns, note)
    shown = page.answer(
        _TABLE, 0, found.call, found.numbers, spare=SPARE,
        showing=[(of, kind) for _, of, kind, _ in _SHOWN],
        headings=[heading for heading, *_ in _SHOWN],
    )  # fmt: skip
    first, last = shown.first, shown.last
    hide_kinds(page, first, last, found)
    page.states((first, _STATE, last, _STATE))
    kind = f"${xl_col_to_name(page.columns)}{first + 1}"
    parts = ",".join(f'{kind}="{part}"' for part in _PARTS)
    page.marked((first, 0, last, 0), f"=OR({parts})", "indented")
    mark_lines(page, first, last)
    page.marked((first, 2, last, 2), f"=ISNUMBER($C{first + 1})", "typed")
