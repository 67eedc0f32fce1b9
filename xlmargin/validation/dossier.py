"""The dossier: what was compared, with whom, what agrees, what differs and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import xlmargin
from xlmargin.cells.values import TableRows
from xlmargin.reports.table import ReportTable
from xlmargin.rulebook.parameters import RuleSet, full_name
from xlmargin.rulebook.sections import regulations
from xlmargin.rulebook.values_in_force import profile, profiles
from xlmargin.validation.comparison import FigureComparison, counted_by_origin, source
from xlmargin.validation.coverage import coverage_table
from xlmargin.validation.published_figures import figures, values


@dataclass(frozen=True)
class DossierSection:
    """A source and its comparisons."""

    title: str
    name: str
    """Of the file of published figures."""
    comparisons: tuple[FigureComparison, ...]

    def number(self, state: str) -> int:
        """How many comparisons are in that state."""
        return sum(c.state == state for c in self.comparisons)


_OF_MARGIN: Final = {
    "cboe_2007_regt_vs_pm": "The exchange's table of both regimes, 2007",
    "seed_article": "The article's cases",
    "quantlib_generated_tims_arrays": "Requirements from arrays by QuantLib",
    "margin_estimator": "Positions of an open-source estimator, answers by the rule",
    "lean_option_margin": "Positions of a trading engine's tests, answers by the rule",
    "broker_help_examples": "Brokers' help pages",
}
_OF_PRICES: Final = {
    "quantlib_pricing": "Textbooks' options and converged American values",
    "quantlib_generated_discrete_dividends": "Cash dividends by finite differences",
    "aqfed_dividends_and_negative_rates": "Large dividends and negative rates",
    "hard_prices": "Options that are hard to value",
}
_STATES: Final = ("agrees", "differs, explained", "differs")
_UNCONFIRMED: Final = "(unconfirmed"


def sections() -> tuple[DossierSection, ...]:
    """Every source with its comparisons, computed now."""
    return (*_sections(_OF_MARGIN, figures), *_sections(_OF_PRICES, values))


def _sections(
    titles: dict[str, str], compared: Callable[[str], Iterable[FigureComparison]]
) -> Iterator[DossierSection]:
    for name, title in titles.items():
        yield DossierSection(title, name, tuple(compared(name)))


def validation_table(of: Sequence[DossierSection]) -> ReportTable:
    """A row a comparison."""
    headings = (
        "source", "case", "figure", "unit", "published", "ours", "difference", "within", "state",
        "why",
    )  # fmt: skip
    rows: TableRows = [
        [
            *(c.source, c.case, c.figure, c.unit, c.published, c.ours),
            *(c.difference, c.within, c.state, c.explanation or c.refusal),
        ]
        for section in of
        for c in section.comparisons
    ]
    return ReportTable(headings, rows)


def dossier(of: Sequence[DossierSection], day: dt.date) -> str:
    """The dossier in Markdown, as of the day it is made."""
    parts = [
        "# Validation",
        f"xlmargin {xlmargin.__version__}, made on {day.isoformat()} by `xlmargin validate`."
        f" {counted_by_origin(c for section in of for c in section.comparisons)}; ours are those of"
        " the worksheet functions and of the pricing engine, computed while this was made.",
        "## Summary",
        _markdown(
            ("source", "compared", *_STATES),
            [
                [s.title, str(len(s.comparisons)), *(str(s.number(state)) for state in _STATES)]
                for s in of
            ],
        ),
    ]
    for section in of:
        parts += _of_section(section)
    parts += [
        "## Which rules are covered",
        coverage_table(),
        "## Numbers that are not confirmed",
        "Each can be raised by a setting of its name; what raises or lowers a requirement is said"
        " in the rulebook.",
        _markdown(("number", "rule", "from", "remark"), _unconfirmed()),
        "## What else holds it",
        _ELSEWHERE,
    ]
    return "\n\n".join(parts) + "\n"


_ELSEWHERE: Final = """\
The tests compare in addition, and fail where a bound is passed:

- strategy-based requirements of random books with an exhaustive search over all pairings;
- books of real quotes with a twin: QuantLib solves each volatility and values the ten points;
- American values and volatilities of random contracts with QuantLib's engines;
- both regimes' sums over independent parts with the whole; every requirement with its leaves;
- every number of the rulebook, on both sides of its date, with a table that names the paragraph."""


def _of_section(section: DossierSection) -> Iterator[str]:
    about = source(section.name)
    yield f"## {section.title}"
    yield f"{about.says}. {about.url}".rstrip(" .") + "."
    yield _markdown(
        ("case", "figure", "published", "ours", "difference", "within", ""),
        [
            (
                *(c.case, c.figure, _number(c.published), _number(c.ours)),
                *(_difference(c), f"{c.within:.4g}", c.state),
            )
            for c in section.comparisons
        ],
    )
    for c in section.comparisons:
        if not c.agrees:
            yield f"- **{c.case}, {c.figure}**: {c.explanation or c.refusal or 'not explained'}"


def _number(value: float | None) -> str:
    if value is None:
        return "refused"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:,.6g}"


def _difference(c: FigureComparison) -> str:
    """To what the bound can tell apart: rounding of a double is no difference."""
    return "" if c.difference is None else f"{round(c.difference, 7) or 0:,.4g}"


def _unconfirmed() -> Iterator[list[str]]:
    """Every number whose remark says that it is not confirmed."""
    for rules in (*regulations(), *map(profile, profiles())):
        yield from _unconfirmed_of(rules)


def _unconfirmed_of(rules: RuleSet) -> Iterator[list[str]]:
    if _UNCONFIRMED in rules.remark:
        yield [", ".join(f"`{name}`" for name in rules.parameters), rules.rule, "", rules.remark]
    for parameter in rules.parameters.values():
        for entry in parameter.since:
            if _UNCONFIRMED in entry.remark:
                keys = entry.values or {"": 0.0}
                names = ", ".join(f"`{full_name(parameter.name, key)}`" for key in keys)
                yield [names, entry.rule, entry.effective.isoformat(), entry.remark]


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)
