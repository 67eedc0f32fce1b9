"""The clearing house's reports on products and groups, read into what they say together.

A report is known by its headings. Of its lines those of shares and options count, futures, warrants
and currencies are left aside by count; the last line, which is no record, tells the day. A report
that is cut short, doubled or of another kind is named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isnan, nan
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.cells.values import Cells, rows_of, text_of, to_value
from xlmargin.cells.words import YES_NO, YesNo
from xlmargin.errors import MarginError
from xlmargin.importers.clearing_house.group_headings import (
    REPORTS,
    ReportKind,
    is_the_clearing_houses,
    kind_of,
    not_understood,
)
from xlmargin.importers.records import HeadingRow, Line, Lines, Record, lines_of
from xlmargin.known_instruments import KNOWN, PointMoves, Product, PublishedGroups, Report, RootKind
from xlmargin.option_symbols import share_ticker

_WHOLE: Final = 100.0
_LEAST_MOVE: Final = 0.01
"""A move in percent below one is a fraction that stands in a column of percentages."""
_SHARES: Final = ("EQUI", "EQUITY", "STOCK")
_OPTIONS: Final = ("OPTN", "OPTION")
_OWN_UNDERLYING: Final = (RootKind.INDEX, RootKind.SHARE_CLASS)
"""Roots whose options are on the underlying itself, not on a part of it."""
_DAYS: Final = re.compile(
    r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}|[A-Z][a-z]{2,8} \d{1,2},? \d{4}"
)
_NO_TICKER: Final = "symbols that are no ticker"
_WEB_PAGE: Final = re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)
_SHOWN_HEADINGS: Final = 12


@dataclass(frozen=True)
class _Section:
    """One report in a file: its headings, the records below them, and its closing line."""

    file: str
    kind: ReportKind
    headings: Line
    row: HeadingRow
    records: tuple[Record, ...]
    closing: str = ""
    in_cells: bool = False

    @property
    def report(self) -> Report:
        """The report as figures name it: by its file, or in cells by its own name."""
        dated = _DAYS.search(self.closing)
        name = self.kind.value if self.in_cells else self.file
        return Report(name, day_of(dated[0]) if dated else None)

    def label(self, column: str) -> str:
        """The heading of a field in the file."""
        return self.row.labels.get(column, column)


@dataclass
class _Found:
    """What the reports say, while they are read."""

    products: dict[str, Product] = field(default_factory=dict)
    product_of: dict[str, str] = field(default_factory=dict)
    portfolio_of: dict[str, str] = field(default_factory=dict)
    product_offset: dict[str, float] = field(default_factory=dict)
    portfolio_offset: dict[str, float] = field(default_factory=dict)
    moves: dict[str, PointMoves] = field(default_factory=dict)
    reports: dict[ReportKind, Report] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def published_groups(
    files: Sequence[tuple[str, Lines]], *, in_cells: bool = False
) -> PublishedGroups:
    """What the files say together.

    Refused where a file is no report, where two are of one kind, where percentages are not
    understood, or where a group is in two others.
    """
    found = _Found()
    for name, lines in files:
        for section in (replace(each, in_cells=in_cells) for each in _sections(name, lines)):
            if section.kind in found.reports:
                first = found.reports[section.kind].name
                what = f"{section.kind} a second time"
                wanted = f"each report once: another is in {first}"
                raise section.headings.refused("", what, wanted)
            found.reports[section.kind] = section.report
            _refuse_unread(section)
            _warn_of_cut(section, found)
            _READERS[section.kind](section, found)
    return PublishedGroups(
        products=found.products,
        product_of=found.product_of,
        portfolio_of=found.portfolio_of,
        product_offset=found.product_offset,
        portfolio_offset=found.portfolio_offset,
        moves=found.moves,
        product_list=found.reports.get(ReportKind.PRODUCTS),
        class_groups=found.reports.get(ReportKind.CLASS_GROUPS),
        product_groups=found.reports.get(ReportKind.PRODUCT_GROUPS),
        portfolio_groups=found.reports.get(ReportKind.PORTFOLIO_GROUPS),
        warnings=tuple(found.warnings),
        notes=tuple(found.notes),
    )


def groups_in_cells(ranges: Mapping[str, Cells]) -> PublishedGroups:
    """What reports in ranges of cells say together; a range may have several, one below the other.

    The ranges go by the names that messages call them by.
    """
    texts = {
        n: [[text_of(to_value(c)) for c in row] for row in rows_of(r)] for n, r in ranges.items()
    }
    files = [(name, lines_of(rows, name)) for name, rows in texts.items()]
    return published_groups(files, in_cells=True)


def _sections(name: str, lines: Lines) -> Iterator[_Section]:
    """The reports in a file, one below the other."""
    starts = [(i, kind) for i, line in enumerate(lines) if (kind := _kind(line)) is not None]
    if not starts:
        raise MarginError(f"{name}: found {_first_headings(lines)}, wanted {_wanted()}.")
    ends = [i for i, _ in starts[1:]] + [len(lines)]
    for (start, kind), end in zip(starts, ends, strict=True):
        headings = lines[start]
        row = REPORTS[kind].layout.row(headings)
        assert row is not None
        below = [line for line in lines[start + 1 : end] if not line.is_blank]
        closing = below.pop().first if below and _closes(below[-1]) else ""
        yield _Section(name, kind, headings, row, tuple(map(row.record, below)), closing)


def _kind(line: Line) -> ReportKind | None:
    """The report that a line heads; no heading ends in a digit, as the lines of records do."""
    return None if not line.cells or line.cells[-1][-1:].isdigit() else kind_of(line)


def _closes(line: Line) -> bool:
    """Whether a last line is a sentence, not a record."""
    return line.is_title and " " in line.first


def _first_headings(lines: Lines) -> str:
    first = next((line for line in lines if not line.is_blank), None)
    if first is None:
        return "nothing"
    if _WEB_PAGE.match(first.first):
        return "a web page"
    return f"headings {_listed(first.cells)}"


def _listed(cells: Sequence[str]) -> str:
    return ", ".join(repr(cell) for cell in [c for c in cells if c][:_SHOWN_HEADINGS])


def _wanted() -> str:
    return "; or ".join(
        f"{', '.join(each.layout.columns[field][0] for field in each.layout.needed)} ({kind})"
        for kind, each in REPORTS.items()
    )


def _refuse_unread(section: _Section) -> None:
    """Refuse percentages under headings that are not understood."""
    if unread := not_understood(section.headings, section.kind):
        fields = REPORTS[section.kind]
        known = ", ".join(fields.layout.columns[column][0] for column in fields.percentages)
        raise section.headings.refused(
            unread[0],
            f"a percentage that is not understood, among {_listed(section.headings.cells)}",
            f"the customers' percentages under {known or 'no heading of this report'}",
        )


def _warn_of_cut(section: _Section, found: _Found) -> None:
    """A warning where the closing line is missing; refused where the last line is cut."""
    if not section.records:
        raise section.headings.refused("", "headings and no row below them", "the whole report")
    last = section.records[-1].line
    if section.closing or not is_the_clearing_houses(section.headings, section.kind):
        return
    if len(last.cells) < len(section.headings.cells) and _is_cut(section, last):
        raise last.refused("", "a row that ends before its last column", "the whole report")
    found.warnings.append(
        f"{section.file}: no closing line below row {last.row}, so that it may be cut short."
    )


def _is_cut(section: _Section, last: Line) -> bool:
    """Whether the last line lacks cells that every line before it has."""
    before = [record.line for record in section.records[:-1]]
    return bool(before) and len(last.cells) < min(len(line.cells) for line in before)


def _read_products(section: _Section, found: _Found) -> None:
    """The list of products: a line for each symbol and type."""
    aside: Counter[str] = Counter()
    seen: dict[tuple[str, str], tuple[int, Product]] = {}
    doubled: list[int] = []
    for record in section.records:
        row, type_ = record.line.row, record.text("type").upper()
        if type_ and type_ not in (*_SHARES, *_OPTIONS):
            aside[record.text("type")] += 1
            continue
        symbol = record.text("symbol")
        underlying = _underlying(symbol, type_ in _OPTIONS)
        if not symbol:
            raise record.refused("symbol", "a symbol; the file may be cut short")
        if not underlying:
            aside[_NO_TICKER] += 1
            continue
        product = _product(record, type_, section.report)
        first, same = seen.setdefault((type_, symbol), (row, product))
        if first != row:
            if repr(same) != repr(product):
                raise record.refused("symbol", f"one row for it and {type_}, as row {first}")
            doubled.append(row)
            continue
        _into(found.product_of, "class_group", "product_group", record)
        other = found.products.get(underlying)
        found.products[underlying] = product if other is None else _joined(other, product, symbol)
    if doubled:
        found.warnings.append(
            f"{section.file}: {len(doubled)} rows again, the first in row {doubled[0]}: the file"
            " may be doubled."
        )
    if aside:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(aside.items()))
        found.notes.append(f"{section.file}: products left aside: {counts}.")


def _product(record: Record, type_: str, report: Report) -> Product:
    """What one line says of its product."""
    said, class_group = record.text("eligible"), record.text("class_group")
    eligible = YES_NO.read(said) if said else None
    if said and eligible is None:
        raise record.refused("eligible", "Yes or No")
    minimum, factor = record.number("minimum"), record.number("factor")
    if minimum < 0:
        raise record.refused("minimum", "dollars, 0 or more")
    if factor == 0:
        raise record.refused("factor", "a factor that is not 0")
    return Product(
        class_group,
        record.text("product_group"),
        None if eligible is None else eligible is YesNo.YES,
        nan if type_ in _SHARES else minimum,
        factor,
        conflict="" if class_group else f"{record.text('symbol')}: no class group",
        report=report,
    )


@lru_cache(maxsize=65536)
def _underlying(symbol: str, is_option: bool) -> str:
    """The ticker of what a product is or is on; "" where the symbol is none.

    A root that settles apart, such as SPXW, is on its index; a mini or an adjusted root stays
    what it is.
    """
    root = KNOWN.root(symbol) if is_option else None
    if root is not None and root.kind in _OWN_UNDERLYING and root.underlying:
        return root.underlying
    return KNOWN.ticker(share_ticker(symbol))


def _joined(one: Product, other: Product, symbol: str) -> Product:
    """The rows of shares and of options on one underlying, as one product.

    Of minimums the greatest counts; what is not eligible in one of them is not eligible.
    """
    differ = [
        f"{name} {a} and {b}"
        for name, a, b in (
            ("class group", one.class_group, other.class_group),
            ("product group", one.product_group, other.product_group),
            ("factor", f"{one.factor:g}", f"{other.factor:g}"),
        )
        if a != b and "nan" not in (a, b)
    ]
    said = [each for each in (one.eligible, other.eligible) if each is not None]
    return replace(
        one,
        eligible=all(said) if said else None,
        minimum=max((m for m in (one.minimum, other.minimum) if not isnan(m)), default=nan),
        factor=other.factor if isnan(one.factor) else one.factor,
        conflict=one.conflict or (f"{symbol}: {'; '.join(differ)}" if differ else ""),
    )


def _read_class_groups(section: _Section, found: _Found) -> None:
    for record in section.records:
        _into(found.product_of, "class_group", "product_group", record)


def _read_product_groups(section: _Section, found: _Found) -> None:
    offset = _percentages(section, "offset", found)
    up = _percentages(section, "up", found, least=_LEAST_MOVE)
    down = _percentages(section, "down", found, least=_LEAST_MOVE)
    for i, record in enumerate(section.records):
        name = record.text("product_group")
        moves = PointMoves(down[i], up[i])
        if isnan(moves.down) != isnan(moves.up):
            raise record.refused("up" if isnan(moves.up) else "down", "a move up and a move down")
        _add_offset(found.product_offset, name, offset[i], record)
        if moves.down > 0 and moves.up > 0 and found.moves.setdefault(name, moves) != moves:
            raise record.line.refused(record.label("up"), "other moves", f"one row for {name}")


def _read_portfolio_groups(section: _Section, found: _Found) -> None:
    offset = _percentages(section, "offset", found)
    for record, rate in zip(section.records, offset, strict=True):
        _into(found.portfolio_of, "product_group", "portfolio_group", record)
        _add_offset(found.portfolio_offset, record.text("portfolio_group"), rate, record)


_READERS: Final = {
    ReportKind.PRODUCTS: _read_products,
    ReportKind.CLASS_GROUPS: _read_class_groups,
    ReportKind.PRODUCT_GROUPS: _read_product_groups,
    ReportKind.PORTFOLIO_GROUPS: _read_portfolio_groups,
}


def _into(inside: dict[str, str], column: str, column_above: str, record: Record) -> None:
    """A group in the one above it; refused where it is in another already."""
    name, above = record.text(column), record.text(column_above)
    if name and above and inside.setdefault(name, above) != above:
        raise record.refused(column_above, f"{inside[name]} for {name}, as stated before")


def _add_offset(stated: dict[str, float], name: str, offset: float, record: Record) -> None:
    if name and not isnan(offset) and stated.setdefault(name, offset) != offset:
        found = f"{offset:.4g}, as a fraction"
        raise record.line.refused(record.label("offset"), found, f"one offset for {name}")


def _percentages(section: _Section, column: str, found: _Found, least: float = 0.0) -> list[float]:
    """A column of percentages as fractions, NaN where empty; refused outside of 0 to 100.

    Under a heading with a sign of percent they are percentages; under another one, a sign in a cell
    tells, or else the greatest of them. What is above 0 is at least `least`.
    """
    values = [record.number(column) for record in section.records]
    if column == "down":
        values = [abs(value) for value in values]
    stated = [value for value in values if not isnan(value)]
    if not stated:
        return values
    label = section.label(column)
    has_sign = "%" in label or any(r.text(column)[-1:] == "%" for r in section.records)
    scale = 1 / _WHOLE if has_sign or max(stated) > 1.0 else 1.0
    for record, value in zip(section.records, values, strict=True):
        if not isnan(value) and not (value == 0 or least <= value * scale <= 1.0):
            above = "a percentage from 1 to 100, such as 15.0"
            raise record.refused(column, above if least else "from 0 to 100 percent")
    found.notes.append(f"{label}: {max(stated):g} is read as {max(stated) * scale:.4g} of one.")
    return [value * scale for value in values]
