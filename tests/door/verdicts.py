"""Whether what comes of a mutation is what its fate says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isclose, isfinite
from typing import Any, Final

from tests.door.good_books import BOOK, GoodBook, Range, answers_to
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
    """The problems that XLM_CHECK lists, as it lists them; none where it does not take the book."""
    if not set(BOOK) <= set(ranges):
        return []
    answer = answers_to("XLM_CHECK", book, ranges)
    faults = faults_of(answer)
    if faults or not isinstance(answer, list):
        return [["fault", f"XLM_CHECK answers {', '.join(faults) or answer}"]]
    return answer[2:]


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
    check: Callable[[], Check],
    check_before: Check,
) -> str:
    """What is wrong with the answers by function, "" where they are as they must be.

    The check is asked where the answer itself does not say what must be said.
    """
    for name, answer in after.items():
        if found := faults_of(answer):
            return f"{name} answers {', '.join(found)}"
        is_same = same(before[name], answer)
        refusal = _refusal_in(answer)
        placed = bool(refusal) and names_the_place(refusal, range_, mutation)
        if mutation.fate is Fate.SAME:
            if not is_same:
                return f"{name} answers something else"
        elif not placed and (mutation.fate is Fate.REFUSED or not is_same):
            told = _told(check(), check_before)
            errors = [problem for problem in told if problem.startswith("error")]
            placed = any(names_the_place(problem, range_, mutation) for problem in errors)
            if not ((refusal and placed) or mutation.fate is Fate.TOLD):
                return f"{name} {'is refused without naming the cell' if refusal else 'answers'}"
            if check() and not placed and not _names_any(told, range_, mutation):
                return f"{name} answers something else, and nothing tells of the cell"
    return ""


def _told(check: Check, before: Check) -> list[str]:
    """The problems that are not those of the good book."""
    known = set(map(_as_text, before))
    return [problem for problem in map(_as_text, check) if problem not in known]


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
