"""The facts of eligibility: a range of names and values, a column of values an account.

Several accounts are told apart by a first row of headings: `name`, and each account's own. A fact
that is not known is refused, one that is left out is not stated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xlmargin.eligibility import Facts
from xlmargin.errors import InputError
from xlmargin.excel.columns import NAME, wanted_words
from xlmargin.excel.fact_names import FACTS, nearest_fact
from xlmargin.excel.fact_values import RANGE, FactCell, read_facts_of
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import squeezed
from xlmargin.excel.plain_cells import Cells, PlainCell, label, plain, rows_of, shown, text_of

_MOST_ROWS: Final = 1_000
_MOST_ACCOUNTS: Final = 1_000
_NAME_HEADINGS: Final = ("name", "fact", "facts", "account", "requirement")
_VALUE_HEADINGS: Final = ("value", "values")
_SIGNS: Final = ("=", "+", "-", "@")

_Rows = list[list[PlainCell]]


@dataclass(frozen=True)
class _Columns:
    """Where the facts begin, and the account of each column of values."""

    start: int
    accounts: Mapping[int, str]


def read_facts(cells: Cells, as_of: dt.date) -> tuple[Facts, ...]:
    """The facts of each account; refused with the first problem found.

    What is signed on a day after `as_of` is not signed yet.
    """
    findings = Findings()
    rows = _rows(cells, findings)
    columns = _columns(rows, findings)
    by_name = _by_name(rows, columns, findings)
    facts = tuple(
        read_facts_of(account, _cells_of(column, account, by_name, rows), as_of, findings)
        for column, account in columns.accounts.items()
    )
    if findings.errors:
        raise InputError(findings.errors[:1])
    return facts


def _rows(cells: Cells, findings: Findings) -> _Rows:
    """The rows down to the last with anything in it, all of one width."""
    given = rows_of(cells)
    if len(given) > _MOST_ROWS or max(map(len, given), default=0) > _MOST_ACCOUNTS:
        found = f"{len(given):,} rows of {max(map(len, given)):,}"
        findings.error(RANGE, 0, "", found, f"at most {_MOST_ROWS:,} rows of {_MOST_ACCOUNTS:,}")
        return []
    rows = [[plain(cell) for cell in row] for row in given]
    width = max(map(len, rows), default=0)
    rows = [row + [None] * (width - len(row)) for row in rows]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if rows and width == 1:
        findings.error(RANGE, 0, "", "one column", "two columns, name and value")
        return []
    return rows


def _columns(rows: _Rows, findings: Findings) -> _Columns:
    """The columns of values: that of the heading `value` alone, or one for each account named."""
    start = next((i for i, row in enumerate(rows) if any(cell is not None for cell in row)), 0)
    headings = [text_of(cell) for cell in rows[start]] if rows else []
    if not headings or squeezed(headings[0]) not in _NAME_HEADINGS:
        _refuse_more_than_one(rows, findings)
        return _Columns(start, {1: ""})
    values = [i for i, text in enumerate(headings) if squeezed(text) in _VALUE_HEADINGS]
    if values:
        return _Columns(start + 1, {values[0]: ""})
    accounts: dict[int, str] = {}
    for column, text in enumerate(headings[1:], start=1):
        account = label(text)
        if account.startswith(_SIGNS):
            findings.error(RANGE, start + 1, "", shown(account), NAME)
        elif account in accounts.values():
            findings.error(RANGE, start + 1, account, "it twice", "an account once only")
        elif account:
            accounts[column] = account
        elif any(row[column] is not None for row in rows):
            found = f"no heading over column {column + 1}"
            findings.error(RANGE, start + 1, "", found, "the name of its account")
    return _Columns(start + 1, accounts or {1: ""})


def _refuse_more_than_one(rows: _Rows, findings: Findings) -> None:
    """A problem where there are several columns of values and no headings."""
    filled = {i for row in rows for i, cell in enumerate(row) if cell is not None} - {0}
    if len(filled) > 1:
        wanted = "a first row with name, and value or the name of each account"
        findings.error(RANGE, 0, "", f"{len(filled)} columns of values", wanted)


def _by_name(rows: _Rows, columns: _Columns, findings: Findings) -> Mapping[str, int]:
    """The index of each fact's row; an unknown fact, or one stated twice, is a problem."""
    found: dict[str, int] = {}
    for i, row in enumerate(rows[columns.start :], start=columns.start):
        values = [row[column] for column in columns.accounts if row[column] is not None]
        if row[0] is None:
            if values:
                wanted = f"the name of the fact {shown(values[0])}"
                findings.error(RANGE, i + 1, "name", "nothing", wanted)
            continue
        name = FACTS.name_of(text_of(row[0]))
        if not name:
            near = nearest_fact(text_of(row[0]))
            wanted = (
                f"a known fact (perhaps {near}?)" if near else wanted_words(list(FACTS.synonyms))
            )
            findings.error(RANGE, i + 1, "name", shown(row[0]), wanted)
        elif name in found:
            wanted = f"it once only, as in row {found[name] + 1}"
            findings.error(RANGE, i + 1, "name", shown(row[0]), wanted)
        else:
            found[name] = i
    return found


def _cells_of(
    column: int, account: str, by_name: Mapping[str, int], rows: _Rows
) -> dict[str, FactCell]:
    """The facts that one account states."""
    of = f" of {account}" if account else ""
    return {
        name: FactCell(i + 1, label(text_of(rows[i][0])) + of, rows[i][column])
        for name, i in by_name.items()
        if rows[i][column] is not None
    }
