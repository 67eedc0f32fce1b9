"""The sentences that a report on a book opens with."""

from __future__ import annotations

from dataclasses import replace

from xlmargin.account import AccountState
from xlmargin.cells.problems import counted
from xlmargin.errors import MarginError
from xlmargin.excel.answers import account_of, changed, reconciled
from xlmargin.excel.range_checks import problems_of, refusals_of
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.settings_fields import COMPARED_WITH, compared_with
from xlmargin.history import RequirementChange
from xlmargin.reports.messages import Message, Said, messages, refused_messages
from xlmargin.reports.reconciliation_table import Reconciled


def messages_of(ranges: Ranges) -> tuple[Message, ...]:
    """The sentences that a report on the book opens with; why, where the input is refused."""
    problems = counted(problems_of(ranges))
    if refusals := refusals_of(ranges):
        return refused_messages(refusals, problems)
    state: AccountState | MarginError
    try:
        state = account_of(ranges)
    except MarginError as refusal:
        state = refusal.with_traceback(None)
    return messages(
        Said(ranges.regimes(), state, problems, _change_of_settings(ranges), _of_broker(ranges))
    )


def _change_of_settings(ranges: Ranges) -> RequirementChange | MarginError | None:
    """What moved the requirements since the day of the setting compared_with.

    None without that setting or without dated ranges; the refusal where it is refused.
    """
    stated = dict(ranges.tables.settings.of_all).get(COMPARED_WITH)
    if stated is None or ranges.extra.get("dated_positions") is None:
        return None
    dated = replace(
        ranges,
        positions=ranges.extra["dated_positions"],
        market=ranges.extra.get("dated_market"),
        extra={},
    )
    try:
        since = compared_with(stated)
        return changed(dated, since, ranges.book().market.as_of)
    except MarginError as refusal:
        return refusal.with_traceback(None)


def _of_broker(ranges: Ranges) -> list[Reconciled] | MarginError | None:
    """The broker's figures beside ours; None where there are none, or why they are refused."""
    if ranges.extra.get("broker_figures") is None:
        return None
    try:
        return reconciled(ranges, None)
    except MarginError as refusal:
        return refusal.with_traceback(None)
