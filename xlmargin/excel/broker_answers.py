"""The broker's figures beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlmargin.account import BrokerFigure, Reconciler, Tolerance, own_regime
from xlmargin.book import Book
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.broker_figures_reader import NAME as BROKER_FIGURES
from xlmargin.excel.broker_figures_reader import read_broker_figures
from xlmargin.excel.dated_answers import dated_book
from xlmargin.excel.ranges import Ranges, margined, state_of
from xlmargin.reports.account_table import AccountFigure, account_figures
from xlmargin.reports.reconciled_lines import reconciled_lines
from xlmargin.reports.reconciliation_table import Reconciled, reconciliation
from xlmargin.reports.table import ReportTable


def reconciled(ranges: Ranges, share: float | None) -> list[Reconciled]:
    """The broker's figures beside ours; `share` is the part of one that it may differ by.

    Left out, it is that of the settings.

    Of positions with dates the book is that of the day of the settings, or of the last; the
    other days are there to find reasons.
    """
    reconciler, given, figures = _beside(ranges, share)
    return reconciliation(reconciler, given, figures)


def reconciled_statement(ranges: Ranges, share: float | None) -> ReportTable:
    """The same as lines of the requirement, with subtotals, and the values it rests on."""
    reconciler, given, figures = _beside(ranges, share)
    return reconciled_lines(reconciler, reconciliation(reconciler, given, figures), figures)


def _beside(
    ranges: Ranges, share: float | None
) -> tuple[Reconciler, list[BrokerFigure], Mapping[str, AccountFigure]]:
    if share is not None and not 0 <= share <= 1:
        wanted = "a fraction from 0 to 1"
        raise InputError([Problem("tolerance", 0, "", f"{share:.10g}", wanted)])
    book, of_day = dated_book(ranges)
    figures, given = _broker_figures(ranges, book)
    settings = book.settings
    share = settings.tolerance_share if share is None else share
    tolerance = Tolerance(share, float(np.nan_to_num(settings.tolerance_dollars)))
    return Reconciler(margined(book), tolerance, margined, of_day), given, figures


def broker_problems(ranges: Ranges) -> Iterator[Problem]:
    """What is wrong with the broker's figures, where the book beside them can be margined."""
    if ranges.extra.get("broker_figures") is None:
        return
    try:
        _broker_figures(ranges, dated_book(ranges)[0])
    except InputError as refused:
        yield from (p for p in refused.problems if p.range == BROKER_FIGURES)
    except MarginError:
        return


def _broker_figures(
    ranges: Ranges, book: Book
) -> tuple[Mapping[str, AccountFigure], list[BrokerFigure]]:
    """Our figures of a book by name, and the broker's; refused with every error found."""
    state = state_of(book)
    figures = {figure.name: figure for figure in account_figures(state)}
    given = read_broker_figures(
        ranges.extra.get("broker_figures"),
        figures,
        book.positions.accounts,
        own_regime(book),
        book.market.as_of,
    )
    return figures, given
