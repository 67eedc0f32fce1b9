"""Who may have a portfolio margin account, as a checklist."""

from __future__ import annotations

from collections.abc import Sequence

from xlmargin.cells.values import TableCell
from xlmargin.eligibility import Checklist, EligibilityCheck
from xlmargin.reports.table import ReportTable


def eligibility_table(checklists: Sequence[Checklist]) -> ReportTable:
    """A row a requirement, grouped by the five steps, and below them each account's verdict.

    Dollars and years are numbers. `met` is `met`, `not met` or `missing`; `lacks` says what is to
    be done or stated.
    """
    headings = (
        "step", "requirement", "found", "needed", "met", "lacks", "source", "remark", "account",
    )  # fmt: skip
    rows = []
    for each in checklists:
        rows += [_check_row(check, each.account) for check in each.checks]
        rows.append(_verdict_row(each))
    return ReportTable(headings, rows)


def _check_row(check: EligibilityCheck, account: str) -> list[TableCell]:
    return [
        check.step.value,
        check.requirement,
        check.found,
        check.needed,
        check.met.value,
        check.lacks,
        check.rule,
        check.remark,
        account,
    ]


def _verdict_row(checklist: Checklist) -> list[TableCell]:
    """Met in all, the steps that are done, and the requirements that are open."""
    done = ", ".join(step.value[0] for step in checklist.steps_done)
    unmet = ", ".join(check.requirement.lower() for check in checklist.unmet)
    return [
        "All steps",
        "Portfolio margin account",
        f"steps done: {done or 'none'}",
        "all five steps",
        checklist.met.value,
        unmet,
        f"house: {checklist.house}",
        None,
        checklist.account,
    ]
