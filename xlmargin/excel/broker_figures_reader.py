"""A broker's figures as they are typed or pasted: a row a figure, in the broker's words or ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from xlmargin.account import ALL, BrokerFigure
from xlmargin.cells.columns import DOLLAR_WORDS, GREATEST_CASH, dates, names, numbers, refuse_beyond
from xlmargin.cells.problems import ProblemLog, account_wanted
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import Cells, label, nearest, normalized, shown, text_of
from xlmargin.cells.words import BROKER_FIGURES
from xlmargin.excel.thresholds_reader import (
    figure_meant,
    meaning_of,
    refuse_nearly_known,
    words_for_figures,
)
from xlmargin.reports.account_table import DOLLARS as IN_DOLLARS
from xlmargin.reports.account_table import FRACTION, AccountFigure

NAME: Final = "broker_figures"
_NEARLY: Final = 0.85
"""How like a known word an unknown one is that must be meant for it."""


def read_broker_figures(
    cells: Cells,
    figures: Mapping[str, AccountFigure],
    accounts: Sequence[str],
    regime: str,
    book_day: float,
) -> list[BrokerFigure]:
    """The figures in a range; refused with every error found. A row without an amount is no figure.

    `figures` are ours by name, `accounts` those of the positions, `regime`
    the one that they are under. A figure without a day is of the day of the book.
    """
    log = ProblemLog()
    table = read_table(cells, NAME, BROKER_FIGURES, log)
    if not table.given and not log.errors:
        wanted = "headings figure and amount, and a row for each figure"
        log.error(table.name, 0, "", "nothing", wanted)
    refuse_nearly_known(table, BROKER_FIGURES, log)
    account = _accounts(table, accounts, log)
    amount = numbers(table, "amount", log, percent=True)
    refuse_beyond(GREATEST_CASH, amount, table, "amount", log)
    as_of, inquiry_day = dates(table, "as_of", log), dates(table, "asked", log)
    currency = [text_of(cell).strip().upper() for cell in table.cells("currency")]
    other = [each not in ("", *DOLLAR_WORDS) for each in currency]
    log.errors_where(np.array(other, dtype=bool), table, "currency", "USD")
    own = [_figure(table, i, figures, regime, log) for i in range(len(table))]
    in_dollars = [name not in figures or figures[name].unit == IN_DOLLARS for name in own]
    percent = [isinstance(cell, str) and "%" in cell for cell in table.cells("amount")]
    wrong = np.array(percent, dtype=bool) & np.array(in_dollars, dtype=bool)
    log.errors_where(wrong, table, "amount", "dollars, not percent")
    found = [
        BrokerFigure(
            account=account[i],
            group=label(text_of(table.cell("group", i))),
            figure=own[i],
            word=label(text_of(table.cell("figure", i))),
            amount=float(amount[i]),
            as_of=float(as_of[i]),
            source=label(text_of(table.cell("source", i))),
            in_dollars=in_dollars[i],
            inquiry_day=float(inquiry_day[i]),
            states=meaning_of(text_of(table.cell("figure", i))),
        )
        for i in range(len(table))
    ]
    given = np.flatnonzero(~table.empty("amount")).tolist()
    _refuse_repeated(table, found, given, book_day, log)
    log.refuse()
    return [found[i] for i in given]


def _accounts(table: RangeTable, accounts: Sequence[str], log: ProblemLog) -> list[int]:
    """The account of each row by index, ALL where several are meant."""
    typed = [name.strip().casefold() for name in names(table, "account", log)]
    lone = len(accounts) == 1
    index = {name.strip().casefold(): i for i, name in enumerate(accounts)}
    if lone and not accounts[0] and len({*typed} - {""}) == 1:
        index = dict.fromkeys(typed, 0)  # positions without accounts are those of the one named
    index.setdefault("", 0 if lone else ALL)
    wrong = np.array([name not in index for name in typed], dtype=bool)
    wanted = account_wanted(accounts, ", or nothing for all")
    log.errors_where(wrong, table, "account", wanted)
    return [index.get(name, ALL) for name in typed]


def _figure(
    table: RangeTable, i: int, figures: Mapping[str, AccountFigure], regime: str, log: ProblemLog
) -> str:
    """Our figure of what a row names, "" where we have none; refused where it is nearly known."""
    cell = table.cell("figure", i)
    word = normalized(text_of(cell))
    own = {normalized(name): name for name in figures}
    if word in own and figures[own[word]].unit in (IN_DOLLARS, FRACTION):
        return own[word]
    meant = figure_meant(word, regime)
    if meant is not None:
        return meant
    near = nearest(text_of(cell), [*figures, *words_for_figures()], _NEARLY)
    if not word or near:
        wanted = "a figure of MARGIN_ACCOUNT in dollars or a fraction, or a broker's word"
        wanted += f" (perhaps {near}?)" if near and word not in own else ""
        log.error(table.name, int(table.rows[i]), "figure", shown(cell), wanted)
    return ""


def _refuse_repeated(
    table: RangeTable,
    figures: Sequence[BrokerFigure],
    given: Sequence[int],
    book_day: float,
    log: ProblemLog,
) -> None:
    """Refuse a figure that is given twice of one moment: nothing says which of them counts."""
    first: dict[tuple[object, ...], int] = {}
    for i in given:
        each = figures[i]
        named = each.figure or normalized(each.word)
        moment = book_day if np.isnan(each.as_of) else each.as_of
        key = (each.account, each.group.casefold(), named, moment)
        row = first.setdefault(key, int(table.rows[i]))
        if row != table.rows[i]:
            wanted = f"one figure of a moment: already given in row {row}"
            log.error(table.name, int(table.rows[i]), "figure", shown(each.word), wanted)
