"""The workbooks that there are, each a list of pages with the sample that it is filled with.

To add a page: write it as a function of the draft below `pages`, declared there as a page of its
sheets; then list it here. A sample is in one account, or in two with their history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from xlmargin import samples
from xlmargin.cells.values import TableRows
from xlmargin.importers import BookRanges
from xlmargin.settings import Basis
from xlmargin.workbooks.draft import PageSpec, Template
from xlmargin.workbooks.input_tables import InputTables, input_tables
from xlmargin.workbooks.pages import lists
from xlmargin.workbooks.pages.account import account_page, calls_page
from xlmargin.workbooks.pages.alternatives import alternatives_page
from xlmargin.workbooks.pages.blotter import blotter_page
from xlmargin.workbooks.pages.comparison import by_strategy_page, comparison_page
from xlmargin.workbooks.pages.deployment import deployment_page
from xlmargin.workbooks.pages.deployment_positions import deployment_positions_page
from xlmargin.workbooks.pages.eligibility import eligibility_page
from xlmargin.workbooks.pages.formulas import formulas_page
from xlmargin.workbooks.pages.four_cases import four_cases_page
from xlmargin.workbooks.pages.greatest import greatest_page
from xlmargin.workbooks.pages.greeks import greeks_page
from xlmargin.workbooks.pages.hedges import hedges_page, one_more_page
from xlmargin.workbooks.pages.holdings import holdings_page, lines_page
from xlmargin.workbooks.pages.houses import houses_page
from xlmargin.workbooks.pages.intraday import intraday_page
from xlmargin.workbooks.pages.monthly_report import monthly_report_page
from xlmargin.workbooks.pages.options import options_page
from xlmargin.workbooks.pages.reconciliation import reconciliation_page
from xlmargin.workbooks.pages.requirement import requirement_page
from xlmargin.workbooks.pages.risk import risk_page
from xlmargin.workbooks.pages.risk_arrays import risk_array_page
from xlmargin.workbooks.pages.rules import rules_page, strategy_rules_page
from xlmargin.workbooks.pages.settings import input_page
from xlmargin.workbooks.pages.shadow import shadow_page
from xlmargin.workbooks.pages.start import start_page
from xlmargin.workbooks.pages.ticket import ticket_page


def sample_more() -> Mapping[str, TableRows]:
    """What stands beside the sample in one account."""
    own = samples.in_one_account(samples.family_office_tables())
    return {**own, **samples.dated_tables(samples.family_office_history())}


@cache
def sample_tables() -> InputTables:
    """The sample in one account, with trades, candidates, activity, facts and the history."""
    return _tables(samples.family_office_book(), sample_more())


@cache
def tables_of_two_accounts() -> InputTables:
    """The last day of the history, in two accounts, compared on maintenance."""
    history = samples.family_office_history()
    more = {**samples.family_office_tables(), **samples.dated_tables(history)}
    return _tables(_on_maintenance(samples.last_day_of(history)), more)


def _tables(book: BookRanges, more: Mapping[str, TableRows]) -> InputTables:
    return input_tables(book.positions, book.market, book.settings, book.dividends, more)


def _on_maintenance(book: BookRanges) -> BookRanges:
    """The book with maintenance as its basis, which is what the article compares."""
    rest: TableRows = [row for row in book.settings or [] if row[0] != "basis"]
    return replace(book, settings=[*rest, ["basis", Basis.MAINTENANCE.value]])


def _pages(*own: PageSpec, rules: Sequence[PageSpec]) -> tuple[PageSpec, ...]:
    """The pages of a template: outputs, the answer first; then inputs; then what is looked up."""
    return (start_page, *own, input_page, lists.check_page, *rules, formulas_page)


_PORTFOLIO: Final = (rules_page,)
_BOTH: Final = (rules_page, strategy_rules_page)

EVERYTHING: Final = Template(
    "xlmargin-demo",
    "Portfolio margin",
    _pages(
        monthly_report_page, holdings_page, requirement_page, risk_page, greeks_page,
        risk_array_page, lists.contracts_page, lists.contribution_page, account_page,
        comparison_page, by_strategy_page, lists.strategies_page, ticket_page, alternatives_page,
        greatest_page, blotter_page, hedges_page, one_more_page, calls_page, intraday_page,
        eligibility_page, shadow_page, deployment_page, reconciliation_page, lists.explain_page,
        lists.explain_strategies_page, lines_page,
        rules=(deployment_positions_page, *_BOTH, options_page),
    ),
    sample_tables,
)  # fmt: skip
"""What a report on one's own book has: all pages for which there are inputs."""

MARGIN_EFFICIENCY: Final = Template(
    "margin-efficiency",
    "Margin efficiency",
    _pages(
        comparison_page, four_cases_page, by_strategy_page, lists.strategies_page, requirement_page,
        lines_page, rules=_BOTH,
    ),
    sample_tables,
)  # fmt: skip
RISK_ARRAY: Final = Template(
    "risk-array",
    "Risk array",
    _pages(
        requirement_page, risk_page, greeks_page, risk_array_page, lists.contribution_page,
        lists.explain_page, lines_page, rules=_PORTFOLIO,
    ),
    sample_tables,
)  # fmt: skip
WHAT_IF: Final = Template(
    "what-if",
    "What-if: trades and hedges",
    _pages(
        ticket_page, alternatives_page, greatest_page, blotter_page, hedges_page, one_more_page,
        account_page, lines_page, rules=_BOTH,
    ),
    sample_tables,
)  # fmt: skip
FAMILY_OFFICE: Final = Template(
    "family-office",
    "Family office: from strategy-based to portfolio margin",
    _pages(
        monthly_report_page, holdings_page, account_page, risk_page, greeks_page, comparison_page,
        shadow_page, deployment_page, reconciliation_page, eligibility_page, calls_page,
        intraday_page, lines_page, rules=(deployment_positions_page, *_BOTH),
    ),
    tables_of_two_accounts,
)  # fmt: skip
HOUSE_PROFILES: Final = Template(
    "house-profiles",
    "House profiles: brokers compared",
    _pages(houses_page, lines_page, rules=_PORTFOLIO),
    sample_tables,
)
TEMPLATES: Final = (MARGIN_EFFICIENCY, RISK_ARRAY, WHAT_IF, FAMILY_OFFICE, HOUSE_PROFILES)
"""The workbooks for one task each."""
