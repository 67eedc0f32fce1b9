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
from xlmargin.cells.numbers import CURRENCIES, parse
from xlmargin.cells.problems import ProblemLog, ReadOnce
from xlmargin.cells.table import (
    EMPTY,
    CodedCells,
    Column,
    RangeTable,
    SourceRows,
    column_of,
    transposed,
)
from xlmargin.cells.values import (
    Cell,
    CellRows,
    Cells,
    CellValue,
    Headings,
    KnownCells,
    is_error,
    is_nothing,
    label,
    nearest,
    normalized,
    rows_of,
    shown,
    text_of,
    to_value,
)
from xlmargin.cells.words import RIGHTS, SIDES

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
_MULTIPLIER: Final = re.compile(
    r"mult|deliverable|contract size|(?:units|shares) (?:per|a|/) ?(?:contract|lot)", re.IGNORECASE
)
_SAME_NUMBER: Final = 1e-9
_MOST_SIGNS: Final = 10
_NEVER_IGNORED: Final = (
    "side", "right", "multiplier", "deliverable", "settlement", "style", "currency", "account",
    "group", "class", "leverage", "index_scale", "marginable",
)  # fmt: skip
"""Headings without which positions are other positions."""
_NEARLY: Final = 0.85
"""How like one of them a heading is that must be meant for it: no settlement date is."""
_USUAL_MULTIPLIERS: Final = (10.0, 1000.0)


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
    rows: CellRows,
    start: int,
    name: str,
    source: SourceRows,
    headings: Headings,
    log: ProblemLog,
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
        if not headings.name_of(text) and (text or _filled(read[i]).any()):
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
        filled += _filled(column)
    table = _without_other_rows(table, filled, headings, log)
    for own, same in of_name.items():
        for other in same[1:]:
            column = _rows_of(read[other], at, table)
            table = _merged(table, own, texts[other], column, headings, log)
    return judged(table, headings, log)


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
        if (cells := _cells_of(read[i])) and all(map(test, cells))
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


def _filled(column: Column) -> BoolArray:
    return column.codes != EMPTY if isinstance(column, CodedCells) else ~np.isnan(column)


def _without_other_rows(
    table: RangeTable, filled: np.ndarray, headings: Headings, log: ProblemLog
) -> RangeTable:
    """The table without rows that are no entries: blank, totals, footnotes, headings again."""
    entry = np.zeros(len(table), dtype=bool)
    for column in table.columns.values():
        entry |= _filled(column)
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
        alone = entry & (filled == 1)
        for i in np.flatnonzero(alone):
            alone[i] = any(_is_sentence(table.cell(heading, int(i))) for heading in table.columns)
        _leave_out(alone, table, "a title or a footnote, left out", log)
        entry &= ~alone
        _refuse_other_things(alone, entry, table, headings, log)
    return table if entry.all() else table.take(entry)


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
    both = _filled(first) & _filled(second)
    typed = table.typed[heading]
    if heading not in headings.labels or normalized(text) == normalized(typed):
        differ = np.zeros(len(table), dtype=bool)
        for i in np.flatnonzero(both):
            differ[i] = not _same(beside.cell("1", int(i)), beside.cell("2", int(i)))
        wanted = f"the same in {label(typed)} and {label(text)}, or one of them alone"
        log.errors_where(differ, table, heading, wanted)
    log.note(table.name, table.heading_row, heading, f"{label(typed)} goes before {label(text)}")
    gaps = ~_filled(first) & _filled(second)
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


_TESTS: Final[Mapping[str, Callable[[CellValue], bool]]] = {
    "side": lambda c: SIDES.index(c) >= 0 and not isinstance(c, float),
    "right": lambda c: RIGHTS.index(c) >= 0,
    "currency": lambda c: text_of(c).upper() in CURRENCIES,
}
"""What the cells of an unknown column are, by the heading that they may have."""

_OTHERWISE: Final[Sequence[tuple[str, str, frozenset[str], Callable[[CellValue], bool]]]] = (
    ("side", "quantity", frozenset(["pos", "holding"]), lambda c: parse(text_of(c)) is not None),
    ("quantity", "side", frozenset(["position"]), lambda c: _TESTS["side"](c)),
)
"""Headings of either: the one, the other, their texts, and what cells of the other are."""

_NO_SIDE: Final = re.compile(r"term|period|gain|tax|delta|beta", re.IGNORECASE)
"""Headings of columns in which short and long, or 1 and -1, are not said of the position."""
_SHORT_QUANTITY: Final = re.compile(
    r"\b(?:short|sold|written)\b.*\b(?:q(?:uanti)?ty|contracts|shares|units|pos(?:ition)?|lots)\b|"
    r"\b(?:q(?:uanti)?ty|contracts|shares|units|pos(?:ition)?|lots)\b.*\b(?:short|sold|written)\b",
    re.IGNORECASE,
)
"""Headings of quantities that are sold, beside a column of quantity."""
_SIGNS: Final = frozenset(["+", "-", "1", "-1", "+1", "cr", "dr", "credit", "debit"])
_SALES: Final = frozenset(["-", "-1", "cr", "credit"])
"""Signs that may stand for bought and sold, and those for sold."""

_HELD: Final = frozenset(["open", "active", "held", "live", "settled"])
_NOT_HELD: Final = frozenset(
    [
        "closed", "expired", "cancelled", "canceled", "pending", "assigned", "exercised",
        "working", "rejected", "inactive",
    ]
)  # fmt: skip
"""Words for the state of a position, or of an order."""
_OF_OTHER_THINGS: Final = re.compile(
    rf"\b({'|'.join(sorted(_NOT_HELD))}|reali[sz]ed|orders|watch ?lists?|transactions|history)\b"
    r"(?![ -]end\b)",
    re.IGNORECASE,
)
"""A title with one of these words is above what is not held; of closed-end funds are held."""


def _cells_of(column: Column) -> list[CellValue]:
    """The distinct cells of a column that say something; of numbers no more than a few."""
    if isinstance(column, CodedCells):
        return [cell for cell in column.distinct if not is_nothing(cell)]
    return list(np.unique(column[~np.isnan(column)])[:_MOST_SIGNS].tolist())


def _may_be_sides(text: str, cells: Sequence[CellValue]) -> bool:
    """Whether a column may tell what is sold: by signs, by some words, or by its heading."""
    signs = {text_of(cell).casefold() for cell in cells}
    if len(signs) > 1 and signs <= _SIGNS and not signs.isdisjoint(_SALES):
        return True
    words = sum(_TESTS["side"](cell) and len(text_of(cell)) > 2 for cell in cells)
    sold = bool(_SHORT_QUANTITY.search(text)) and any(cell != 0 for cell in cells)
    return sold or len(cells) > words >= len(cells) / 2


def _are_states(cells: Sequence[CellValue]) -> bool:
    """Whether the cells tell what is held from what is no more, or not yet."""
    states = {normalized(text_of(cell)) for cell in cells}
    return bool(states & _NOT_HELD) and states <= _NOT_HELD | _HELD


def _refuse_judged(table: RangeTable, text: str, heading: str, log: ProblemLog) -> None:
    found = "an unknown column that looks like " + heading
    wanted = f"{heading} as its heading, once, or another column without these words"
    log.error(table.name, table.heading_row, label(text), found, wanted)


def may_matter(heading: str, column: Column) -> bool:
    """Whether an unknown column may hold sides, rights, currencies or multipliers."""
    cells = _cells_of(column)
    values = column.read(number_of) if isinstance(column, CodedCells) else column
    usual = np.isin(values[_filled(column)], (*_USUAL_MULTIPLIERS, 100.0))
    by_word = any(all(map(test, cells)) for test in _TESTS.values())
    by_heading = bool(
        _MULTIPLIER.search(heading) or nearest(heading, _NEVER_IGNORED, least=_NEARLY)
    )
    by_cells = bool(usual.all()) or by_word or _are_states(cells) or _may_be_sides(heading, cells)
    return by_cells or by_heading


def judged(table: RangeTable, headings: Headings, log: ProblemLog) -> RangeTable:
    """The table with its unknown columns judged by their cells.

    A column of side words, of CALL and PUT, or of currency codes is read as what it holds where no
    other column says it; one of single letters or of signs, which may be anything, refuses, and so
    does one in which only some of the cells are side words.
    """
    for text, column in list(table.unknown.items()):
        if is_error(text):
            wanted = "a heading; repair its formula"
            log.error(table.name, table.heading_row, "", shown(text), wanted)
        cells = _cells_of(column)
        tests = {heading: test for heading, test in _TESTS.items() if heading in headings.synonyms}
        if _NO_SIDE.search(text):
            tests.pop("side", None)
        if "quantity" in headings.synonyms and _are_states(cells):
            wanted = "the rows of what is held alone, and no column that tells others"
            found = "a column that tells what is open from what is not"
            log.error(table.name, table.heading_row, label(text), found, wanted)
        if not cells or ("side" in tests and _may_be_sides(text, cells)):
            if cells:
                _refuse_judged(table, text, "side", log)
            continue
        for heading, test in tests.items():
            if not isinstance(column, CodedCells) or not all(map(test, cells)):
                continue
            if table.has(heading) or max(map(len, map(text_of, cells))) == 1:
                _refuse_judged(table, text, heading, log)
            else:
                log.note(table.name, table.heading_row, label(text), f"read as {heading}")
                table = table.with_column(heading, column)
    return table


def refuse_unread_multiplier(table: RangeTable, is_option: BoolArray, log: ProblemLog) -> None:
    """An error for an unknown column that holds 10 or 1,000 beside options, and else 100.

    And for one that is called so, and holds anything but 100.
    """
    for text, column in table.unknown.items():
        values = column.read(number_of) if isinstance(column, CodedCells) else column
        beside = values[is_option & _filled(column)]
        usual = np.isin(beside, (*_USUAL_MULTIPLIERS, 100.0))
        looks_so = usual.all() and np.isin(beside, _USUAL_MULTIPLIERS).any()
        called_so = bool(_MULTIPLIER.search(text)) and (beside != 100.0).any()
        if beside.size and (looks_so or called_so):
            found = "an unknown column that looks like multiplier"
            wanted = "multiplier as its heading, or no such column"
            log.error(table.name, table.heading_row, label(text), found, wanted)


def unknown_headings(table: RangeTable, headings: Headings, log: ProblemLog) -> None:
    """A warning for each column that is ignored, with the heading that was probably meant.

    An error where that would change side, size, currency, deliverable, class or account.
    """
    free = [name for name in headings.synonyms if not table.has(name)]
    words = {text: text.strip().lower() for text in table.unknown}
    is_own = {*headings.remarks} <= {*words.values()}
    for text, column in table.unknown.items():
        is_remark = is_own and words[text] in headings.remarks
        if is_remark or any(column is read for read in table.columns.values()):
            continue
        meant = nearest(text, [name for name in free if name in _NEVER_IGNORED], least=_NEARLY)
        if meant and _filled(column).any():
            wanted = f"{meant}, if it is meant, or no such column"
            log.error(table.name, table.heading_row, label(text), "an unknown column", wanted)
            continue
        near = nearest(text, free)
        wanted = f"a known heading (perhaps {near}?)" if near else "a known heading"
        log.warning(
            table.name, table.heading_row, label(text), "an unknown column, ignored", wanted
        )
