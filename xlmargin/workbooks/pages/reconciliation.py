"""The broker's figures beside ours: what differs, by how much, and the likely reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.account import own_regime
from xlmargin.workbooks.cards import Card, write_cards
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.figures import at, in_cents, less, share
from xlmargin.workbooks.formulas_sheet import NONE, Placed
from xlmargin.workbooks.live_formulas import Call, Value
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.pages.broker_settings import agreement
from xlmargin.workbooks.pages.key_figures import HIGH
from xlmargin.workbooks.section import STATE, Column, Section
from xlmargin.workbooks.sentences import Figure, as_written, first_letter, rounded, sentence
from xlmargin.workbooks.template import PageSpec
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Reconciliation"
BROKER: Final = "Broker"
_WIDTHS: Final = (84, 132, 64, 88, 88, 84, 64, 84, 40, 84, 148)
_CARDS_ROW: Final = 4
_TABLE: Final = 9
_ACCOUNT, _FIGURE, _BROKERS, _OURS, _THEIRS, _DIFFERENCE, _SHARE, _AGE, _WORD, _LIKELY = range(10)
_GROUP, _AS_OF = 11, 12
"""Columns of MARGIN_RECONCILE."""
_SHOWN: Final = (
    ("Account", _ACCOUNT, "text"), ("Figure", _FIGURE, "words"), ("Group", _GROUP, "text"),
    ("Ours", _OURS, "money"), ("Broker’s", _THEIRS, "money"),
    ("Difference", _DIFFERENCE, "change"), ("Of the\nbroker’s", _SHARE, "change_share"),
    ("Broker’s\nas of", _AS_OF, "date"), ("Age,\ndays", _AGE, "quantity"),
    ("State", _WORD, "text"), ("Likely reason", _LIKELY, "words"),
)  # fmt: skip
_STATE: Final = 9
_STATES: Final = {
    "agrees": "● Agrees", "differs": "▲ Differs", "stale": "▲ Stale", "overdue": "■ Overdue",
    "not ours": "● Not ours",
    "missing": NONE, "older": "Older",
}  # fmt: skip
_WORST_FIRST: Final = ("overdue", "differs", "stale", "agrees")
_NO_REASON: Final = "No reason found"
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
    totals = Totals(draft, found)
    page.title(
        "Reconciliation with the broker", sentence(draft.said("broker")),
        agreement(draft.book.settings),
    )  # fmt: skip
    _cards(page, totals)
    _table(page, found)
    page.sheet.freeze_panes(3, 0)
    last = _TABLE + max(len(found.rows) - 1, _PRINTED)
    page.prints(len(_WIDTHS), draft.stamp, repeat=_TABLE, last_row=last)
    page.protect()


PAGE: Final = PageSpec(
    write_reconciliation_page, (SHEET,), asks=("MARGIN_ACCOUNT",), needs=(BROKER,), prints=(SHEET,)
)


class Totals:
    """Sums over the rows of the answer, of the requirement of the accounts' own regime."""

    def __init__(self, draft: Draft, found: Placed) -> None:
        self._found = found
        self._requirement = f"{own_regime(draft.book)} requirement"
        self.ours = self._sum(_OURS, group=False)
        self.theirs = self._sum(_THEIRS, group=False)
        value = float(self.theirs.value) - float(self.ours.value)
        self.difference = Figure(f"({self.theirs.formula}-{self.ours.formula})", value)
        self.explained = self._sum(_DIFFERENCE, group=True)

    def state(self) -> Figure:
        """The worst state of all figures."""
        return self._worst("", [row[_WORD] for row in self._found.rows[1:]])

    def state_of_requirements(self) -> Figure:
        """The worst state of the requirements of whole accounts."""
        where = f'{self._cells(_FIGURE)},"{self._requirement}",{self._cells(_GROUP)},"",'
        rows = (row for row in self._found.rows[1:] if row[_FIGURE] == self._requirement)
        return self._worst(where, [row[_WORD] for row in rows if row[_GROUP] == ""])

    def of_account(self, account: str, name: str) -> list[Figure]:
        """Ours, the broker's, its day and the state of one account; `account` is its cell."""
        rows = [
            row for row in self._found.rows[1:]
            if row[_ACCOUNT] == name and row[_FIGURE] == self._requirement
            and row[_GROUP] == "" and row[_WORD] in _WORST_FIRST
        ]  # fmt: skip
        where = ",".join([
            self._cells(_ACCOUNT), account, self._cells(_FIGURE), f'"{self._requirement}"',
            self._cells(_GROUP), '""',
        ])  # fmt: skip
        given = f'{where},{self._cells(_WORD)},"<>older",{self._cells(_WORD)},"<>missing"'
        figures = []
        for column in (_OURS, _THEIRS, _AS_OF):
            found = f"SUMIFS({self._cells(column)},{given})"
            value: Value = rows[0][column] if rows else NONE
            known = f'IF(COUNTIFS({given})=0,"{NONE}",{found})'
            if column == _AS_OF:
                known = f'IF({found}=0,"{NONE}",{found})'
            figures.append(Figure(self._found.unless_refused(known), value or NONE))
        return [*figures, self._worst(f"{where},", [row[_WORD] for row in rows])]

    def _worst(self, where: str, words: Sequence[Value]) -> Figure:
        """The worst of some states, by formulas that count them."""
        said = f'"{NONE}"'
        for word in reversed(_WORST_FIRST):
            count = f'COUNTIFS({where}{self._cells(_WORD)},"{word}")'
            said = f'IF({count}>0,"{_STATES[word]}",{said})'
        worst = next((word for word in _WORST_FIRST if word in words), "")
        return Figure(self._found.unless_refused(said), _STATES.get(worst, NONE), "text")

    def _cells(self, column: int) -> str:
        return self._found.cells_below_heading(column, _MOST_ROWS)

    def _sum(self, column: int, *, group: bool) -> Figure:
        """Requirements of accounts that the broker gives; or differences of groups explained."""
        rows = [
            row for row in self._found.rows[1:]
            if row[_FIGURE] == self._requirement and isinstance(row[_THEIRS], float)
            and bool(row[_GROUP]) == group and row[_WORD] not in ("older", "not ours")
            and (not group or row[_LIKELY] != "")
        ]  # fmt: skip
        value = sum(float(row[column]) for row in rows if isinstance(row[column], float))
        terms = [
            self._cells(_FIGURE), f'"{self._requirement}"', self._cells(_WORD), '"<>older"',
            self._cells(_WORD), '"<>missing"', self._cells(_GROUP), '"?*"' if group else '""',
        ]  # fmt: skip
        if group:
            terms += [self._cells(_LIKELY), '"?*"']
        formula = f"SUMIFS({self._cells(column)},{','.join(terms)})"
        return Figure(self._found.unless_refused(formula), value)


def write_reconciled(draft: Draft, page: Page, row: int) -> int:
    """The requirement of each account beside the broker's, for a report; answers the row below."""
    columns = [
        Column("Account", "text"), Column("Ours"), Column("Broker’s", style="broker"),
        Column("Difference", "change"), Column("Share of ours", "change_share"),
        Column("Broker’s as of", "date"), STATE,
    ]  # fmt: skip
    section = Section(page, row, "Reconciliation with the broker", columns, "requirement, $",
                      high=HIGH)  # fmt: skip
    if BROKER not in draft.inputs:
        page.text(section.row, 0, "No figures of the broker: nothing to compare with.", "body")
        return section.row + 1
    found = reconciliation(draft)
    totals = Totals(draft, found)
    state = draft.state
    assert state is not None
    for column in range(4, state.width) if draft.several else ():
        account = Figure(state.formula(0, column), state.value(0, column))
        *figures, day, said = totals.of_account(account.formula, str(account.value))
        ours, theirs = (
            at(xl_rowcol_to_cell(section.row, j), figure) for j, figure in enumerate(figures, 1)
        )
        difference = less(theirs, ours)
        row_of = [*figures, difference, share(difference, ours), day, said]
        section.add(account, row_of, label_style="label")
    all_ = [totals.ours, totals.theirs, totals.difference, share(totals.difference, totals.ours)]
    section.add("All accounts", [*all_, None, totals.state_of_requirements()], "total")
    section.states()
    return section.row


def _cards(page: Page, totals: Totals) -> None:
    """Ours, the broker's, the difference, and what of it is explained."""
    cards = (
        ("Ours, portfolio margin", totals.ours, "pm"), ("Broker’s", totals.theirs, "input"),
        ("Difference", totals.difference, "watch"),
        ("With a likely reason", totals.explained, "gain"),
    )  # fmt: skip
    shown = [
        Card(
            label, in_cents(figure), color, "card_change" if figure is totals.difference else "card"
        )
        for label, figure, color in cards
    ]
    write_cards(page, _CARDS_ROW, _CARDS, shown, {_CARDS[-1][1]})


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
            elif of == _LIKELY:
                word, group = found.formula(i, _WORD), found.formula(i, _GROUP)
                told = f'IF(AND({word}="differs",{group}<>""),"{_NO_REASON}","")'
                said = f'IF({cell}="",{told},{first_letter(cell)})'
                is_open = found.value(i, _WORD) == "differs" and found.value(i, _GROUP) != ""
                shown = as_written(str(value)) or (_NO_REASON if is_open else "")
                said = said if shown else found.kept_blank(said)
                page.formula(row, column, said, shown, style, "plain")
            elif kind == "words":
                if of == _FIGURE:  # what is not ours has the broker's own word
                    cell = f'IF({cell}="",{found.formula(i, _BROKERS)},{cell})'
                    value = value or found.value(i, _BROKERS)
                page.formula(
                    row, column, first_letter(cell), as_written(str(value)), style, "plain"
                )
            elif kind == "text":
                page.formula(row, column, cell, value, style, "plain")
            else:
                digits = {"change_share": 3, "money": 2, "change": 2}.get(kind, 0)
                shown_ = rounded(value, digits) if isinstance(value, float) else value
                cell = f"IFERROR(ROUND({cell},{digits}),{cell})"
                page.formula(row, column, cell, shown_, style, kind)
    page.states((_TABLE + 1, _STATE, _TABLE + rows + SPARE, _STATE))
