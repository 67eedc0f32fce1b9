"""What the clearing house's reports state, in columns of the market or in the reports themselves.

A market row states it as `XLM_MARKET_GROUPS` writes it; reports fill what a row leaves out. Where
the two differ the row counts, and a warning names both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.cells.columns import Bounds, names, words
from xlmargin.cells.named_values import NamedCell
from xlmargin.cells.problems import ProblemLog, some_of
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import shown
from xlmargin.cells.words import YES_NO, YesNo
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.errors import RulebookError
from xlmargin.known_instruments import (
    NO_GROUPS,
    NOTHING_PUBLISHED,
    Groups,
    InstrumentFacts,
    KnownInstruments,
    Listed,
    Report,
)
from xlmargin.market import NOT_PUBLISHED, Published, Underlying
from xlmargin.rulebook import PortfolioRules, UnderlyingClass, portfolio_rules

FROM_MARKET: Final = "the market range"
"""Where a figure is from that a market row states without a report."""
_MOVE: Final = "a fraction above 0, down at most 1 and up at most 3, such as 0.15 or 15%"
_OFFSET: Final = Bounds("a fraction from 0 to 1, such as 0.9 or 90%", 0.0, 1.0, percent=True)
NUMBERS: Final = {
    "minimum": Bounds("dollars a contract, 0 or more", 0.0),
    "move_down": Bounds(_MOVE, 0.0, 1.0, above=True, percent=True),
    "move_up": Bounds(_MOVE, 0.0, 3.0, above=True, percent=True),
    "product_offset": _OFFSET,
    "portfolio_offset": _OFFSET,
}
"""The figures of `Published`, in the order of its fields."""
_MOST_NAMED: Final = 5
REPORTS: Final = ("products_report", "product_groups_report", "portfolio_groups_report")
"""The columns that name a report, in the order of the fields of `Published`."""

PUBLISHED: Final = (*NUMBERS, "eligible", *REPORTS)
"""The columns of a market for what the clearing house publishes."""


@dataclass(frozen=True)
class StatedUnderlying:
    """An underlying as it is stated: its price and rates, NaN where not, and its facts, or None.

    `row` of the underlying is its row of the market, 0 where it comes from the positions.
    """

    underlying: Underlying
    facts: InstrumentFacts


def read_published(table: RangeTable, log: ProblemLog) -> list[Published]:
    """The figures of the clearing house that each row of a market states."""
    columns = [own.within(table, name, log).tolist() for name, own in NUMBERS.items()]
    for column, other in (("move_down", "move_up"), ("move_up", "move_down")):
        alone = ~table.empty(column) & table.empty(other)
        log.errors_where(alone, table, column, f"{other} too: a product group moves both ways")
    eligible = words(table, "eligible", YES_NO, "yes or no", log)
    said = [YES_NO.members[i] is YesNo.YES if i >= 0 else None for i in eligible.tolist()]
    reports = [names(table, name, log) for name in REPORTS]
    rows = zip(said, zip(*columns, strict=True), zip(*reports, strict=True), strict=True)
    return [_with_reports_named(Published(e, *figures), named) for e, figures, named in rows]


def _with_reports_named(figures: Published, named: tuple[str, ...]) -> Published:
    """The figures of a row with their reports; those without one are from the market range."""
    products, groups, portfolios = named
    by_list = figures.eligible is not None or not np.isnan(figures.minimum)
    by_groups = figures.has_moves or not np.isnan(figures.product_offset)
    by_portfolios = not np.isnan(figures.portfolio_offset)
    return replace(
        figures,
        products_report=products or (FROM_MARKET if by_list else ""),
        product_groups_report=groups or (FROM_MARKET if by_groups else ""),
        portfolio_groups_report=portfolios or (FROM_MARKET if by_portfolios else ""),
    )


def with_reports(
    stated: Mapping[str, StatedUnderlying],
    known: KnownInstruments,
    day: dt.date,
    table: RangeTable,
    log: ProblemLog,
) -> dict[str, StatedUnderlying]:
    """The underlyings with what the reports say where the market states nothing; that is told."""
    listed = {
        symbol: known.listed(symbol, day, _stated_groups(own)) for symbol, own in stated.items()
    }
    filled = {
        symbol: _filled(own, listed[symbol], known.published.find(symbol, NO_GROUPS), table, log)
        for symbol, own in stated.items()
    }
    reports = known.published.reports
    if not reports or not stated:
        return filled
    named = ", ".join(str(report) for report in reports)
    log.note(table.name, 0, "", f"groups and figures of the clearing house: {named}")
    for text in known.published.notes:
        log.note(table.name, 0, "", text.rstrip("."))
    missing = [
        s for s in stated if s not in known.published.products and not _stands_still(s, known)
    ]
    if known.published.product_list and missing:
        found = f"{some_of(missing, _MOST_NAMED)}, not in {known.published.product_list}"
        wanted = "a product of the list; without it the rulebook's own figures count"
        log.warning(table.name, 0, "symbol", found, wanted)
    held = (found.groups.product_group for found in listed.values() if found is not None)
    for text in (*known.published.warnings, *known.published.lacking(held)):
        log.warning(table.name, 0, "", text.rstrip("."), "the whole report, once")
    for text in known.published.of_another_day(day) if day < dt.date.max else ():
        log.warning(table.name, 0, "", text.rstrip("."), "reports of the day of the positions")
    return filled


def _stands_still(symbol: str, known: KnownInstruments) -> bool:
    """Whether a symbol is that of a money market fund or the like, which no report lists."""
    found = known.find(symbol)
    return found is not None and found.underlying_class.stands_still


def _stated_groups(own: StatedUnderlying) -> Groups:
    facts = own.facts
    return Groups(
        facts.class_group or "", facts.product_group or "", own.underlying.portfolio_group
    )


def _filled(
    own: StatedUnderlying,
    listed: Listed | None,
    reported: Listed | None,
    table: RangeTable,
    log: ProblemLog,
) -> StatedUnderlying:
    """An underlying with what the reports say of it filled in.

    `listed` is what they say of its groups as they are stated, `reported` by themselves.
    """
    if listed is None:
        return own
    row, symbol = own.underlying.row, own.underlying.symbol
    if listed.conflict:
        wanted = "its groups and its factor, stated in the market range"
        _log_if_open(own, listed, wanted, table, log)
    for column, here, there in _differences(
        own, listed, reported.groups if reported else NO_GROUPS
    ):
        found, wanted = f"{here} for {symbol}", f"{there}, which the report states; the row counts"
        log.warning(table.name, row, column, found, wanted)
    facts = replace(
        own.facts,
        class_group=own.facts.class_group or listed.groups.class_group or None,
        product_group=own.facts.product_group or listed.groups.product_group or None,
        leverage=_leverage(own, listed),
    )
    underlying = replace(
        own.underlying,
        portfolio_group=own.underlying.portfolio_group or listed.groups.portfolio_group,
        published=own.underlying.published.over(listed.figures),
    )
    return replace(own, underlying=underlying, facts=facts)


def _leverage(own: StatedUnderlying, listed: Listed) -> float | None:
    return own.facts.leverage if own.facts.leverage or np.isnan(listed.factor) else listed.factor


def _log_if_open(
    own: StatedUnderlying, listed: Listed, wanted: str, table: RangeTable, log: ProblemLog
) -> None:
    """An error where a report contradicts itself and the market does not decide."""
    if None in (own.facts.class_group, own.facts.product_group, own.facts.leverage):
        log.error(table.name, own.underlying.row, "class_group", listed.conflict, wanted)


def _differences(
    own: StatedUnderlying, listed: Listed, reported: Groups
) -> Iterator[tuple[str, str, str]]:
    """What a row states otherwise than the reports: column, stated, of the report."""
    for column, here, there in zip(Groups._fields, _stated_groups(own), reported, strict=True):
        if here and there and here != there:
            yield column, here, there
    factor, stated_factor = listed.factor, own.facts.leverage
    if stated_factor and not np.isnan(factor) and abs(stated_factor) != abs(factor):
        yield "leverage", f"{stated_factor:g}", f"{factor:g}"
    row, report = own.underlying.published, listed.figures
    if None not in (row.eligible, report.eligible) and row.eligible != report.eligible:
        yield "eligible", *(("yes", "no") if row.eligible else ("no", "yes"))
    for name in NUMBERS:
        stated, by_report = getattr(row, name), getattr(report, name)
        if stated == stated and by_report == by_report and stated != by_report:
            yield name, f"{stated:g}", f"{by_report:g}"


def check_published(
    underlyings: Iterable[Underlying],
    as_of: float,
    day: dt.date,
    table: RangeTable,
    log: ProblemLog,
) -> None:
    """What looks wrong with the figures, and what follows from them."""
    every = list(underlyings)
    if np.isnan(as_of) or not any(
        u.product_group or u.portfolio_group or u.published != NOT_PUBLISHED for u in every
    ):
        return
    try:
        rules = portfolio_rules(day)
    except RulebookError:  # the requirement itself says why
        return
    _check_offsets(every, rules, table, log)
    listed = [u for u in every if u.published != NOT_PUBLISHED]
    for own in listed:
        for column, found, least in _below(own, rules):
            wanted = f"{least:g} or more for {own.symbol}, or to be sure of it"
            log.warning(table.name, own.row, column, f"{found:g}", wanted)
    outside = [u.symbol for u in listed if u.published.eligible is False]
    for symbol in outside:
        text = f"{symbol}: not eligible for portfolio margin, and margined by strategy there"
        log.note(table.name, 0, "eligible", text)
    _check_days(listed, day, table, log)


def _below(own: Underlying, rules: PortfolioRules) -> Iterator[tuple[str, float, float]]:
    """Figures below the rule's: column, found, least.

    Of funds and indexes the least range counts, for reports say which of them is on what.
    """
    published, ranges = own.published, rules.ranges
    by_class = own.underlying_class
    of = [by_class] if by_class is UnderlyingClass.STOCK else list(ranges)
    for column, found, least in (
        ("move_down", published.move_down, min(ranges[c].down for c in of)),
        ("move_up", published.move_up, min(ranges[c].up for c in of)),
        (
            "minimum",
            published.minimum,
            rules.contract_minimums.contract_minimum * STANDARD_CONTRACT,
        ),
    ):
        if found < least:
            yield column, found, least


def _check_offsets(
    every: Iterable[Underlying], rules: PortfolioRules, table: RangeTable, log: ProblemLog
) -> None:
    """A note for each product group without an offset; an error for an offset without its group."""
    alone: dict[str, Underlying] = {}
    by_class = rules.aggregation.product_group_offset
    for own in every:
        published = own.published
        for level, rate, group in (
            ("product", published.product_offset, own.product_group),
            ("portfolio", published.portfolio_offset, own.portfolio_group),
        ):
            if not np.isnan(rate) and not group:
                found = f"{rate:g} for {own.symbol}"
                log.error(table.name, own.row, f"{level}_offset", found, f"a {level}_group too")
        rate, class_ = published.product_offset, own.underlying_class
        if np.isnan(rate) and class_ in by_class:
            rate = by_class[class_]
        if rate == 0 and own.product_group:
            alone.setdefault(own.product_group, own)
    for name, own in alone.items():
        source = own.published.product_groups_report or f"of class {own.underlying_class}"
        text = f"product group {name}: no offset ({source}): its class groups stand alone"
        log.note(table.name, 0, "product_offset", text)


def _check_days(
    listed: Iterable[Underlying], day: dt.date, table: RangeTable, log: ProblemLog
) -> None:
    """A warning for each report, named in the market, that is of another day than the positions."""
    first: dict[tuple[str, str], Underlying] = {}
    for own in listed:
        for column in REPORTS if own.row else ():
            first.setdefault((column, getattr(own.published, column)), own)
    for (column, text), own in first.items():
        report = Report.named(text)
        if report.day is not None and report.day != day:
            found = f"{report.name} is of {report.day}"
            log.warning(table.name, own.row, column, found, f"a report of {day}")


def check_named_reports(
    cell: NamedCell, known: KnownInstruments, underlyings: Mapping[str, Underlying], log: ProblemLog
) -> None:
    """A problem where a setting names reports that nobody has read."""
    is_read = known.published is not NOTHING_PUBLISHED or any(
        own.published.products_report or own.published.product_groups_report
        for own in underlyings.values()
    )
    if not is_read:
        wanted = "their content in the market range, by XLM_MARKET_GROUPS: only commands read files"
        log.error(cell.range, cell.row, cell.text, shown(cell.value), wanted)
