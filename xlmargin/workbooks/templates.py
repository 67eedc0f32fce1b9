"""The workbooks that there are, each a list of pages.

To add a page: write it as a function of the draft below `pages`, declare it there, list it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.pages import (
    account,
    alternatives,
    blotter,
    by_strategy,
    calls,
    comparison,
    deployment,
    deployment_positions,
    eligibility,
    formulas,
    four_cases,
    greatest,
    greeks,
    hedges,
    holdings,
    houses,
    inputs,
    intraday,
    lists,
    monthly_report,
    options,
    reconciliation,
    requirement,
    risk,
    risk_arrays,
    rules,
    shadow,
    start,
    ticket,
)
from xlmargin.workbooks.sample_tables import sample_tables, tables_of_two_accounts
from xlmargin.workbooks.template import PageSpec, Template


def _pages(*own: PageSpec, rules: Sequence[PageSpec]) -> tuple[PageSpec, ...]:
    """The pages of a template: outputs, the answer first; then inputs; then what is looked up."""
    return (start.PAGE, *own, inputs.PAGE, lists.CHECK_PAGE, *rules, formulas.PAGE)


_PORTFOLIO: Final = (rules.PAGE,)
_BOTH: Final = (rules.PAGE, rules.STRATEGY_PAGE)

EVERYTHING: Final = Template(
    "xlmargin-demo",
    "Portfolio margin",
    _pages(
        monthly_report.PAGE,
        holdings.PAGE,
        requirement.PAGE,
        risk.PAGE,
        greeks.PAGE,
        risk_arrays.PAGE,
        lists.CONTRACTS_PAGE,
        lists.CONTRIBUTION_PAGE,
        account.PAGE,
        comparison.PAGE,
        by_strategy.PAGE,
        lists.STRATEGIES_PAGE,
        ticket.PAGE,
        alternatives.PAGE,
        greatest.PAGE,
        blotter.PAGE,
        hedges.HEDGES_PAGE,
        hedges.ONE_MORE_PAGE,
        calls.PAGE,
        intraday.PAGE,
        eligibility.PAGE,
        shadow.PAGE,
        deployment.PAGE,
        reconciliation.PAGE,
        lists.EXPLAIN_PAGE,
        lists.EXPLAIN_STRATEGIES_PAGE,
        holdings.LINES_PAGE,
        rules=(deployment_positions.PAGE, *_BOTH, options.PAGE),
    ),
    sample_tables,
)
"""What a report on one's own book has: all pages for which there are inputs."""

MARGIN_EFFICIENCY: Final = Template(
    "margin-efficiency",
    "Margin efficiency",
    _pages(
        comparison.PAGE,
        four_cases.PAGE,
        by_strategy.PAGE,
        lists.STRATEGIES_PAGE,
        requirement.PAGE,
        holdings.LINES_PAGE,
        rules=_BOTH,
    ),
    sample_tables,
)
RISK_ARRAY: Final = Template(
    "risk-array",
    "Risk array",
    _pages(
        requirement.PAGE,
        risk.PAGE,
        greeks.PAGE,
        risk_arrays.PAGE,
        lists.CONTRIBUTION_PAGE,
        lists.EXPLAIN_PAGE,
        holdings.LINES_PAGE,
        rules=_PORTFOLIO,
    ),
    sample_tables,
)
WHAT_IF: Final = Template(
    "what-if",
    "What-if: trades and hedges",
    _pages(
        ticket.PAGE,
        alternatives.PAGE,
        greatest.PAGE,
        blotter.PAGE,
        hedges.HEDGES_PAGE,
        hedges.ONE_MORE_PAGE,
        account.PAGE,
        holdings.LINES_PAGE,
        rules=_BOTH,
    ),
    sample_tables,
)
FAMILY_OFFICE: Final = Template(
    "family-office",
    "Family office: from strategy-based to portfolio margin",
    _pages(
        monthly_report.PAGE,
        holdings.PAGE,
        account.PAGE,
        risk.PAGE,
        greeks.PAGE,
        comparison.PAGE,
        shadow.PAGE,
        deployment.PAGE,
        reconciliation.PAGE,
        eligibility.PAGE,
        calls.PAGE,
        intraday.PAGE,
        holdings.LINES_PAGE,
        rules=(deployment_positions.PAGE, *_BOTH),
    ),
    tables_of_two_accounts,
)
HOUSE_PROFILES: Final = Template(
    "house-profiles",
    "House profiles: brokers compared",
    _pages(houses.PAGE, holdings.LINES_PAGE, rules=_PORTFOLIO),
    sample_tables,
)
TEMPLATES: Final = (MARGIN_EFFICIENCY, RISK_ARRAY, WHAT_IF, FAMILY_OFFICE, HOUSE_PROFILES)
"""The workbooks for one task each."""
