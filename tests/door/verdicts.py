"""Whether what comes of a mutation is what its fate says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isclose, isfinite
from typing import Any, Final

from tests.door.good_books import BOOK, GoodBook, Range, answers_to, ranges_of
from tests.door.mutations import Fate, Mutation

LONGEST: Final = 255
Check = list[list[Any]]


def faults_of(answer: Any) -> list[str]:
    """What no answer may be, whatever the cells: ragged, not finite, too long, a defect."""
    rows = answer if isinstance(answer, list) else [[answer]]
    cells = [cell for row in rows for cell in row]
    found = []
    if len({len(row) for row in rows}) != 1:
        found.append("rows of different lengths")
    if any(type(cell) not in (str, float, bool) for cell in cells):
        found.append("neither text nor number nor TRUE")
    if any(isinstance(cell, float) and not isfinite(cell) for cell in cells):
        found.append("not finite")
    if any(isinstance(cell, str) and len(cell) > LONGEST for cell in cells):
        found.append(f"more than {LONGEST} characters")
    if any(isinstance(cell, str) and "internal error" in cell.lower() for cell in cells):
        found.append("an internal error")
    return found


def is_refusal(answer: Any) -> bool:
    return isinstance(answer, str) and answer.startswith("#XLM!")


def same(before: Any, after: Any) -> bool:
    """Whether two answers have the same numbers; their labels may be spelled differently."""
    if is_refusal(before) or is_refusal(after):
        return bool(before == after)
    one, other = _numbers(before), _numbers(after)
    return len(one) == len(other) and all(
        isclose(a, b, rel_tol=1e-7, abs_tol=1e-5) for a, b in zip(one, other, strict=True)
    )


def _numbers(answer: Any) -> list[float]:
    rows = answer if isinstance(answer, list) else [[answer]]
    return sorted(cell for row in rows for cell in row if isinstance(cell, float))


def checked(book: GoodBook, ranges: Mapping[str, Range]) -> Check:
    """The problems that XLM_CHECK lists, as it lists them."""
    if not set(BOOK) <= set(ranges):
        return []
    taken = {name: ranges[name] for name in ranges_of("XLM_CHECK") if name in ranges}
    answer = answers_to("XLM_CHECK", book, taken)
    return answer[1:] if isinstance(answer, list) else [["error", answer]]


def takes(range_: str) -> bool:
    """Whether XLM_CHECK takes the range."""
    return range_ in ranges_of("XLM_CHECK")


def rows_in(text: str) -> set[int]:
    """The row numbers in "4-27, 30"."""
    rows: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\s*(?:-|to|\u2013)\s*(\d+))?", text):
        rows |= set(range(int(first), min(int(last or first), int(first) + 10_000) + 1))
    return rows


def names_the_place(text: str, range_: str, mutation: Mutation) -> bool:
    """Whether a text names the range, and one of the rows and one of the columns meant."""
    of_rows = " ".join(re.findall(r"rows? [\d, and\-\u2013to]+", text))
    right_row = not mutation.rows_named or bool(rows_in(of_rows) & set(mutation.rows_named))
    lower = text.lower()
    named = [column.lower()[:15] for column in mutation.columns_named]
    right_column = not named or any(column.strip() in lower for column in named)
    return range_ in lower and right_row and right_column


def _as_text(problem: list[Any]) -> str:
    """A row of XLM_CHECK as a refusal would say it."""
    severity, range_, row, column, *rest = [*problem, "", "", "", ""][:6]
    row = f"row {row:.0f}" if isinstance(row, float) else f"rows {row}"
    return f"{severity} {range_}, {row}, {column}: {rest}"


def verdict(
    mutation: Mutation,
    range_: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    check: Check,
    check_before: Check,
) -> str:
    """What is wrong with the answers by function, "" where they are as they must be."""
    for name, answer in after.items():
        if found := faults_of(answer):
            return f"{name} answers {', '.join(found)}"
    told = [p for p in map(_as_text, check) if p not in set(map(_as_text, check_before))]
    errors = [p for p in told if p.startswith("error")]
    for name, answer in after.items():
        is_same = same(before[name], answer)
        refusal = _refusal_in(answer)
        placed = bool(refusal) and any(
            names_the_place(text, range_, mutation) for text in (refusal, *errors)
        )
        if mutation.fate is Fate.SAME and not is_same:
            return f"{name} answers something else"
        if mutation.fate is Fate.REFUSED and not placed:
            return f"{name} {'is refused without naming the cell' if refusal else 'answers'}"
        if mutation.fate is Fate.SAME_OR_REFUSED and not (is_same or placed):
            return f"{name} answers neither the same nor a refusal that names the cell"
        if mutation.fate is Fate.TOLD and not (
            is_same or placed or _names_any(told, range_, mutation)
        ):
            return f"{name} answers something else, and nothing tells of the cell"
    return ""


def _names_any(told: list[str], range_: str, mutation: Mutation) -> bool:
    return any(
        names_the_place(text, range_, Mutation([], mutation.fate, "", *named))
        for text in told
        for named in ((mutation.rows_named, ()), ((), mutation.columns_named))
        if any(named)
    )


def _refusal_in(answer: Any) -> str:
    """The refusal of a function, or of a day of those that go by date; "" where there is none."""
    if is_refusal(answer):
        return str(answer)
    rows = answer if isinstance(answer, list) else []
    return next(
        (cell for row in rows for cell in row if isinstance(cell, str) and ": found " in cell), ""
    )
