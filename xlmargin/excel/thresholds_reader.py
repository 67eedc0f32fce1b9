"""The limits of figures as they are typed: a row a figure, with its warning, its alert, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from xlmargin.account import STRATEGY
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.cells.columns import GREATEST_CASH, names, need_rows, numbers, refuse_beyond, words
from xlmargin.cells.problems import ProblemLog, account_wanted
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import Cells, Headings, label, nearest, normalized, shown
from xlmargin.cells.words import DIRECTIONS, THRESHOLDS, Direction
from xlmargin.reports.account_table import DOLLARS, FRACTION, AccountFigure
from xlmargin.reports.alerts_table import REQUIREMENT_CHANGE, Threshold, is_least
from xlmargin.rulebook import BrokerTerm, broker_terms


def figure_meant(text: str, regime: str) -> str | None:
    """Our figure that a word means in an account under a regime; "" where we have none of it.

    None where nobody is known to use the word.
    """
    term = _terms().get(normalized(text))
    if term is None:
        return None
    return term.strategy if regime == STRATEGY else term.portfolio


def meaning_of(text: str) -> str:
    """What a word means, as the table of brokers' words states it; "" where it has none."""
    term = _terms().get(normalized(text))
    return term.states if term else ""


@cache
def words_for_figures() -> tuple[str, ...]:
    """Every word that is known, as it is spelled."""
    words = [word for term in broker_terms() for own in term.words.values() for word in own]
    return (*(term.name for term in broker_terms()), *words)


@cache
def _terms() -> Mapping[str, BrokerTerm]:
    """What each word means: a broker's word before the name that we give its meaning."""
    named = {normalized(term.name): term for term in broker_terms()}
    return named | {
        normalized(word): term
        for term in broker_terms()
        for words in term.words.values()
        for word in words
    }


_NEARLY: Final = 0.75
"""How like a heading an unknown one is that must be meant for it."""
_WARN, _ALERT, _VALUE = "warn", "alert", "value"


def read_thresholds(
    cells: Cells, figures: Mapping[str, AccountFigure], accounts: Sequence[str], regime: str
) -> list[Threshold] | None:
    """The limits in a range, None where it is left out; refused with every error found.

    A figure is one of the `figures` by its name or another word for it, of the `regime` that the
    accounts are under where the word names none; an account is one of these, or empty for all. A
    row with neither warning nor alert is not watched.
    """
    log = ProblemLog()
    table = read_table(cells, "thresholds", THRESHOLDS, log)
    if not table.given and not log.errors:
        return None
    refuse_nearly_known(table, THRESHOLDS, log)
    need_rows(table, "limits", log)
    figure = _figures(table, figures, regime, log)
    account = _accounts(table, accounts, log)
    amounts = {
        name: _amounts(table, name, figure, figures, log) for name in (_WARN, _ALERT, _VALUE)
    }
    least = _directions(table, figure, log)
    _check(table, figure, amounts, least, log)
    _refuse_repeated(table, figure, account, log)
    log.refuse()
    return [
        Threshold(
            figure[i],
            account[i],
            float(amounts[_WARN][i]),
            float(amounts[_ALERT][i]),
            is_least=bool(least[i]),
            value=float(amounts[_VALUE][i]),
        )
        for i in np.flatnonzero(~(table.empty(_WARN) & table.empty(_ALERT))).tolist()
    ]


def refuse_nearly_known(table: RangeTable, headings: Headings, log: ProblemLog) -> None:
    """A column that is nearly one of the headings is meant for it: it is never left out."""
    free = [name for name in headings.synonyms if not table.has(name)]
    for text in table.unknown:
        if near := nearest(text, free, least=_NEARLY):
            wanted = f"{near}, if it is meant, or another heading"
            log.error(table.name, table.heading_row, label(text), "an unknown column", wanted)


def _figures(
    table: RangeTable, figures: Mapping[str, AccountFigure], regime: str, log: ProblemLog
) -> list[str]:
    """The figure of each row by its own name; "" where it was reported as a problem."""
    by_text = {normalized(name): name for name in figures}
    found = []
    for i, cell in enumerate(table.cells("figure")):
        text = str(cell or "")
        name = by_text.get(normalized(text)) or figure_meant(text, regime) or ""
        if name not in figures and table.has("figure"):
            near = nearest(text, figures)
            wanted = "a figure of MARGIN_ACCOUNT in dollars or a fraction" + (
                f" (perhaps {near}?)" if near else ""
            )
            log.error(table.name, int(table.rows[i]), "figure", shown(cell), wanted)
        found.append(name if name in figures else "")
    return found


def _accounts(table: RangeTable, accounts: Sequence[str], log: ProblemLog) -> list[str]:
    account = list(names(table, "account", log))
    wrong = np.array([bool(name) and name not in accounts for name in account], dtype=bool)
    wanted = account_wanted(accounts, ", or nothing for all")
    log.errors_where(wrong, table, "account", wanted)
    return account


def _amounts(
    table: RangeTable,
    column: str,
    figure: Sequence[str],
    figures: Mapping[str, AccountFigure],
    log: ProblemLog,
) -> FloatArray:
    """The numbers of a column in the unit of each figure; percent are for fractions alone."""
    amounts = numbers(table, column, log, percent=True)
    refuse_beyond(GREATEST_CASH, amounts, table, column, log)
    for i, name in enumerate(figure):
        cell = table.cell(column, i)
        unit = figures[name].unit if name else FRACTION
        if isinstance(cell, str) and "%" in cell and unit != FRACTION:
            wanted = f"{'dollars' if unit == DOLLARS else unit}, not percent"
            log.error(table.name, int(table.rows[i]), column, shown(cell), wanted)
    return amounts


def _directions(table: RangeTable, figure: Sequence[str], log: ProblemLog) -> BoolArray:
    """Which figures must not fall below their limits: as stated, else as the figure's kind."""
    codes = words(table, "direction", DIRECTIONS, "", log)
    usual = np.array([is_least(name) for name in figure], dtype=bool)
    below = DIRECTIONS.members.index(Direction.BELOW)
    return np.where(codes < 0, usual, codes == below)


def _check(
    table: RangeTable,
    figure: Sequence[str],
    amounts: Mapping[str, FloatArray],
    least: BoolArray,
    log: ProblemLog,
) -> None:
    """Refuse rows without a limit, limits in the wrong order, and values that are worked out.

    Of a figure that is not known neither order nor value can be wrong.
    """
    warn, alert = amounts[_WARN], amounts[_ALERT]
    if len(table) and (table.empty(_WARN) & table.empty(_ALERT)).all():
        log.error(table.name, 0, _ALERT, "no limit", "a number under warn or alert of some figure")
    is_move = np.array([name.endswith(("move down", "move up")) for name in figure], dtype=bool)
    known = np.array([bool(name) for name in figure], dtype=bool)
    one, other = (np.where(is_move, np.abs(a), a) for a in (warn, alert))
    for wrong, side in ((least & (one < other), "or above"), (~least & (one > other), "or below")):
        direction = "below" if side == "or above" else "above"
        wanted = (
            f"a warning at {side} the alert, or another direction: this figure's is {direction}"
        )
        log.errors_where(wrong & known, table, _WARN, wanted)
    stated = ~table.empty(_VALUE) & np.array([n != REQUIREMENT_CHANGE for n in figure], dtype=bool)
    log.errors_where(stated & known, table, _VALUE, f"nothing: only {REQUIREMENT_CHANGE} is stated")


def _refuse_repeated(
    table: RangeTable, figure: Sequence[str], account: Sequence[str], log: ProblemLog
) -> None:
    first: dict[tuple[str, str], int] = {}
    for i, key in enumerate(zip(figure, account, strict=True)):
        row = first.setdefault(key, int(table.rows[i]))
        if key[0] and row != table.rows[i]:
            wanted = f"one row for it and its account: already given in row {row}"
            log.error(table.name, int(table.rows[i]), "figure", shown(key[0]), wanted)
