"""A range with headings, read into a table: below its titles, without totals and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import eq
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray
from xlmargin.cells.columns import missing_heading, number_of
from xlmargin.cells.numbers import parse
from xlmargin.cells.problems import ProblemLog, ReadOnce
from xlmargin.cells.table import (
    CodedCells,
    Column,
    KnownCells,
    RangeTable,
    SourceRows,
    column_of,
    filled_cells,
    transposed,
)
from xlmargin.cells.unknown_columns import NOT_HELD, distinct_cells, is_side, judged
from xlmargin.cells.values import (
    Cell,
    CellRows,
    Cells,
    CellValue,
    Headings,
    is_error,
    is_nothing,
    label,
    normalized,
    rows_of,
    shown,
    text_of,
    to_value,
)

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200

_MOST_TITLES: Final = 40
"""Rows above the headings."""

_TOTAL: Final = re.compile(
    r"(?:(?:grand|account|positions?|portfolio|overall|market value)[ -])?(?:sub-?)?totals?"
    r"(?: (?:of|for|value)\b.*)?:?",
    re.IGNORECASE,
)

_TOTAL_IN_SYMBOL: Final = re.compile(
    r".+[ -](?:sub-?)?totals?:?|(?:sub-?)?totals?\b.*|gesamt(?:summe)?|summe|totale", re.IGNORECASE
)
"""A sum in the column of symbols, where no symbol has such words: XYZ Total, Total equities."""

_SAME_NUMBER: Final = 1e-9


def read_table(cells: Cells, name: str, headings: Headings, log: ProblemLog) -> RangeTable:
    """The table in a range; problems of its shape and headings are added to the log.

    A range that is left out, or that is one cell with nothing or 0 in it (as hosts send an empty
    cell), is a table that is not `given`. An error cell under a known heading is an error. What
    knows its content is read once.
    """
    if not isinstance(cells, KnownCells):
        return _read_table(cells, name, headings, log)
    key = cells.digest, headings
    return _TABLES.get(key, name, log, lambda own: _read_table(cells, name, headings, own))


_TABLES: Final = ReadOnce[tuple[bytes, Headings], RangeTable](
    most=64, most_size=1_000_000, size=lambda table: table.size
)
"""Bounded by cells, in all."""


def _read_table(cells: Cells, name: str, headings: Headings, log: ProblemLog) -> RangeTable:
    rows = rows_of(cells)
    source = cells if isinstance(cells, SourceRows) else SourceRows(rows, first_column=None)
    name, rows = source.source or name, list(rows)
    while rows and _is_blank(rows[-1]):
        rows.pop()
    none = np.zeros(0, dtype=np.int64)
    if not rows or _is_left_out(rows):
        return RangeTable(name, none, {}, given=False)
    if problem := _wrong_shape(rows):
        log.error(name, 0, "", *problem)
        return RangeTable(name, none, {})
    start = heading_row(rows, headings)
    if any(not _is_blank(row) for row in rows[:start]):
        log.note(name, source.numbers[0], "", "the rows above the headings are titles, left out")
    table = _table(rows, start, name, source, headings, log)
    for needed in headings.needed:
        if not table.has(needed):
            missing_heading(table, needed, log)
    for heading in table.columns:
        log.errors_where(table.errors(heading), table, heading, "a value; repair its formula")
    for heading, column in table.unknown.items():
        if isinstance(column, CodedCells) and (wrong := column.where(is_error)).any():
            log.warnings_where(wrong, table, heading, "a value, although the column is not used")
    return table


def _is_blank(row: Sequence[Cell]) -> bool:
    return row.count(None) == len(row) or all(to_value(cell) is None for cell in row)


def _is_left_out(rows: CellRows) -> bool:
    return len(rows) == 1 and len(rows[0]) == 1 and to_value(rows[0][0]) == 0.0


def _wrong_shape(rows: CellRows) -> tuple[str, str] | None:
    """What was found and what is wanted, where the range cannot hold a table."""
    width = max(map(len, rows))
    if len(rows) - 1 > MOST_ROWS or width > MOST_COLUMNS:
        return (
            f"{len(rows)} rows, {width} columns",
            f"at most {MOST_ROWS} rows, {MOST_COLUMNS} columns",
        )
    if len(rows) == 1 and width == 1:
        return shown(to_value(rows[0][0])), "a range with headings in its first row"
    return None


def heading_row(rows: Sequence[Sequence[Cell]], headings: Headings) -> int:
    """Index of the row of headings: the first with all that are needed, else with the most."""
    most, best = 0, next(i for i, row in enumerate(rows) if not _is_blank(row))
    for i, row in enumerate(rows[: _MOST_TITLES + 1]):
        known = {headings.name_of(text_of(to_value(cell))) for cell in row} - {""}
        if known.issuperset(headings.needed) and len(known) > 1:
            return i
        if len(known) > max(most, 1):
            most, best = len(known), i
    return best


def _table(
    rows: CellRows, start: int, name: str, source: SourceRows, headings: Headings, log: ProblemLog
) -> RangeTable:
    texts = [text_of(to_value(cell)) for cell in rows[start]]
    width = max(map(len, rows[start:]))
    texts += [""] * (width - len(texts))
    read = [column_of(cells) for cells in transposed(rows[start + 1 :], width)]
    at = np.asarray(source.numbers, dtype=np.int64)[start + 1 : len(rows)]
    of_name: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        if text and (own := headings.name_of(text)):
            of_name.setdefault(own, []).append(i)
    meant = _meant_otherwise(of_name, texts, read, headings)
    for own, i in meant:
        of_name[headings.name_of(texts[i])].remove(i)
        of_name.setdefault(own, []).append(i)
        log.note(name, int(source.numbers[start]), label(texts[i]), f"read as {own}")
    of_name = {own: same for own, same in of_name.items() if same}
    for same in of_name.values():
        same.sort(key=lambda i: headings.rank(texts[i]))
    known = {own: read[same[0]] for own, same in of_name.items()}
    unknown: dict[str, Column] = {}
    for i, text in enumerate(texts):
        if not headings.name_of(text) and (text or filled_cells(read[i]).any()):
            called = text or f"column {column_letters(i)}, which has no heading"
            unknown[f"{text}, column {column_letters(i)}" if called in unknown else called] = read[
                i
            ]
    table = RangeTable(
        name=name,
        rows=at,
        columns=known,
        unknown=unknown,
        letters={}
        if source.first_column is None
        else {own: column_letters(source.first_column + s[0]) for own, s in of_name.items()},
        typed={own: texts[same[0]] for own, same in of_name.items()},
        heading_row=int(source.numbers[start]),
        style=source.style,
        month_first=source.month_first,
    )
    filled = np.zeros(len(at), dtype=np.int64)
    for column in read:
        filled += filled_cells(column)
    table = _without_other_rows(table, filled, headings, log)
    for own, same in of_name.items():
        for other in same[1:]:
            column = _rows_of(read[other], at, table)
            table = _merged(table, own, texts[other], column, headings, log)
    return judged(table, headings, log) if table.unknown else table


def _meant_otherwise(
    of_name: Mapping[str, list[int]],
    texts: Sequence[str],
    read: Sequence[Column],
    headings: Headings,
) -> list[tuple[str, int]]:
    """Columns whose cells say what no other column does, and their heading something else.

    Numbers below "pos" are quantities, LONG and SHORT below "position" sides; the underlying of
    options that have a strike and an expiration beside it is the symbol that is needed.
    """
    meant = [
        (other, i)
        for own, other, either, test in _OTHERWISE
        if other in headings.synonyms and other not in of_name
        for i in of_name.get(own, ())
        if normalized(texts[i]) in either
        if (cells := distinct_cells(read[i])) and all(map(test, cells))
    ]
    if "symbol" not in of_name and of_name.keys() >= {"underlying", "strike", "expiration"}:
        meant.append(("symbol", of_name["underlying"][0]))
    return meant


def _rows_of(column: Column, at: np.ndarray, table: RangeTable) -> Column:
    """The cells of a column in the rows that the table kept."""
    whole = RangeTable("", at, {"": column})
    return whole.take(np.isin(at, table.rows)).columns[""]


def column_letters(index: int) -> str:
    """The letters of a sheet's column, the first 0."""
    return (column_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _without_other_rows(
    table: RangeTable, filled: np.ndarray, headings: Headings, log: ProblemLog
) -> RangeTable:
    """The table without rows that are no entries: blank, totals, footnotes, headings again."""
    entry = np.zeros(len(table), dtype=bool)
    for column in table.columns.values():
        entry |= filled_cells(column)
    if table.has("symbol"):
        names = table.columns["symbol"]
        if isinstance(names, CodedCells):
            total = table.empty("symbol") & _has_total(table) | names.where(_is_total_in_symbol)
            for heading in ("type", "strike"):
                total &= table.empty(heading) | _has_total(table, heading)
            _leave_out(total & entry, table, "totals, left out", log)
            again = names.where(partial(eq, table.typed["symbol"]))
            for heading, text in table.typed.items():
                column = table.columns[heading]
                again &= isinstance(column, CodedCells) and column.where(partial(eq, text))
            _leave_out(again, table, "the headings again, left out", log)
            entry &= ~total & ~again
    if len(table) and entry[0] and _names_headings(table, headings):
        found = ", ".join(text_of(table.cell(heading, 0)) for heading in table.columns)
        wanted = f"entries below the headings of row {table.heading_row}"
        wanted += ": this looks like a second row of headings; leave one of the two"
        log.error(table.name, int(table.rows[0]), "", shown(found), wanted)
        entry[0] = False
    if table.has("symbol"):
        alone = entry & (filled == 1)
        for i in np.flatnonzero(alone):
            alone[i] = any(_is_sentence(table.cell(heading, int(i))) for heading in table.columns)
        _leave_out(alone, table, "a title or a footnote, left out", log)
        entry &= ~alone
        _refuse_other_things(alone, entry, table, headings, log)
    return table if entry.all() else table.take(entry)


def _names_headings(table: RangeTable, headings: Headings) -> bool:
    """Whether the first row has headings in other words: two or more of them, and no number."""
    cells = [table.cell(heading, 0) for heading in table.columns]
    texts = [cell for cell in cells if isinstance(cell, str)]
    numbers = any(isinstance(cell, float) for cell in cells) or any(map(parse, texts))
    return not numbers and len({*map(headings.name_of, texts)} - {""}) > 1


def _refuse_other_things(
    title: BoolArray, entry: BoolArray, table: RangeTable, headings: Headings, log: ProblemLog
) -> None:
    """An error for each title that has entries below it and says that they are not held."""
    for i in np.flatnonzero(title & headings.held):
        texts = " ".join(text_of(table.cell(heading, int(i))) for heading in table.columns)
        if _OF_OTHER_THINGS.search(texts) and entry[i:].any():
            wanted = f"{table.name} alone: take away what is below it, and is something else"
            log.error(table.name, int(table.rows[i]), "", shown(texts.strip()), wanted)


def _leave_out(where: BoolArray, table: RangeTable, text: str, log: ProblemLog) -> None:
    log.notes_where(where, table, "", text)


def _has_total(table: RangeTable, heading: str = "") -> BoolArray:
    """Which rows say in one of their cells, or in the one below a heading, that they are a sum."""
    columns = (
        [table.columns.get(heading)]
        if heading
        else [*table.columns.values(), *table.unknown.values()]
    )
    found = np.zeros(len(table), dtype=bool)
    for column in columns:
        if isinstance(column, CodedCells):
            found |= column.where(_is_total)
    return found


def _is_total(cell: CellValue) -> bool:
    return isinstance(cell, str) and "otal" in cell.lower() and bool(_TOTAL.fullmatch(cell))


def _is_total_in_symbol(cell: CellValue) -> bool:
    return _is_total(cell) or (isinstance(cell, str) and bool(_TOTAL_IN_SYMBOL.fullmatch(cell)))


def _is_sentence(cell: CellValue) -> bool:
    """Whether a lone cell is text for a reader: several words, and no digits as options have."""
    words = cell.split() if isinstance(cell, str) and not is_error(cell) else []
    return len(words) > 1 and (len(words) > 4 or not re.search(r"\d{2}.*\d", str(cell)))


def _merged(
    table: RangeTable, heading: str, text: str, column: Column, headings: Headings, log: ProblemLog
) -> RangeTable:
    """The table with the gaps of a column filled from a second column of the same meaning."""
    first, second = table.columns[heading], column
    beside = RangeTable(table.name, table.rows, {"1": first, "2": second})
    both = filled_cells(first) & filled_cells(second)
    typed = table.typed[heading]
    if heading not in headings.labels or normalized(text) == normalized(typed):
        differ = np.zeros(len(table), dtype=bool)
        for i in np.flatnonzero(both):
            differ[i] = not _same(beside.cell("1", int(i)), beside.cell("2", int(i)))
        wanted = f"the same in {label(typed)} and {label(text)}, or one of them alone"
        log.errors_where(differ, table, heading, wanted)
    log.note(table.name, table.heading_row, heading, f"{label(typed)} goes before {label(text)}")
    gaps = ~filled_cells(first) & filled_cells(second)
    if not gaps.any():
        return table
    cells = [beside.cell("2" if gap else "1", i) for i, gap in enumerate(gaps.tolist())]
    return table.with_column(heading, column_of(cells))


def _same(one: CellValue, other: CellValue) -> bool:
    if is_nothing(one) or is_nothing(other):
        return True
    numbers = number_of(one), number_of(other)
    if not np.isnan(numbers).any():
        return bool(abs(numbers[0] - numbers[1]) <= _SAME_NUMBER * max(1.0, abs(numbers[0])))
    return normalized(text_of(one)) == normalized(text_of(other))


_OTHERWISE: Final[Sequence[tuple[str, str, frozenset[str], Callable[[CellValue], bool]]]] = (
    ("side", "quantity", frozenset(["pos", "holding"]), lambda c: parse(text_of(c)) is not None),
    ("quantity", "side", frozenset(["position"]), is_side),
)
"""Headings of either: the one, the other, their texts, and what cells of the other are."""

_OF_OTHER_THINGS: Final = re.compile(
    rf"\b({'|'.join(sorted(NOT_HELD))}|reali[sz]ed|orders|watch ?lists?|transactions|history)\b"
    r"(?![ -]end\b)",
    re.IGNORECASE,
)
"""A title with one of these words is above what is not held; of closed-end funds are held."""
