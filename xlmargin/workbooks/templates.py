"""The workbooks that there are, each a list of pages.

To add a page: write it as a function of the draft, name it in `pages`, and list it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks import pages
from xlmargin.workbooks.sample_tables import sample_tables, tables_of_two_accounts
from xlmargin.workbooks.template import PageOf, Template


def _pages(*own: PageOf, rules: Sequence[PageOf]) -> tuple[PageOf, ...]:
    """The pages of a template: outputs, the answer first; then inputs; then what is looked up."""
    return (pages.START, *own, pages.INPUTS, pages.CHECK, *rules, pages.FORMULAS)


_PORTFOLIO: Final = (pages.RULES,)
_BOTH: Final = (pages.RULES, pages.STRATEGY_RULES)

EVERYTHING: Final = Template(
    "xlmargin-demo",
    "Portfolio margin",
    _pages(
        pages.MONTHLY_REPORT,
        pages.HOLDINGS,
        pages.REQUIREMENT,
        pages.RISK,
        pages.GREEKS,
        pages.RISK_ARRAYS,
        pages.CONTRACTS,
        pages.CONTRIBUTION,
        pages.ACCOUNT,
        pages.COMPARISON,
        pages.BY_STRATEGIES,
        pages.STRATEGIES,
        pages.WHAT_IF,
        pages.ALTERNATIVES,
        pages.GREATEST,
        pages.BLOTTER,
        pages.HEDGES,
        pages.ONE_MORE,
        pages.CALLS,
        pages.INTRADAY,
        pages.ELIGIBILITY,
        pages.SHADOW,
        pages.DEPLOYMENT,
        pages.RECONCILIATION,
        pages.EXPLAIN,
        pages.EXPLAIN_STRATEGIES,
        pages.LINES,
        rules=(pages.DEPLOYMENT_POSITIONS, *_BOTH, pages.OPTIONS),
    ),
    sample_tables,
)
"""What a report on one's own book has: all pages for which there are inputs."""

MARGIN_EFFICIENCY: Final = Template(
    "margin-efficiency",
    "Margin efficiency",
    _pages(
        pages.COMPARISON,
        pages.FOUR_CASES,
        pages.BY_STRATEGIES,
        pages.STRATEGIES,
        pages.REQUIREMENT,
        pages.LINES,
        rules=_BOTH,
    ),
    sample_tables,
)
RISK_ARRAY: Final = Template(
    "risk-array",
    "Risk array",
    _pages(
        pages.REQUIREMENT,
        pages.RISK,
        pages.GREEKS,
        pages.RISK_ARRAYS,
        pages.CONTRIBUTION,
        pages.EXPLAIN,
        pages.LINES,
        rules=_PORTFOLIO,
    ),
    sample_tables,
)
WHAT_IF: Final = Template(
    "what-if",
    "What-if: trades and hedges",
    _pages(
        pages.WHAT_IF,
        pages.ALTERNATIVES,
        pages.GREATEST,
        pages.BLOTTER,
        pages.HEDGES,
        pages.ONE_MORE,
        pages.ACCOUNT,
        pages.LINES,
        rules=_BOTH,
    ),
    sample_tables,
)
FAMILY_OFFICE: Final = Template(
    "family-office",
    "Family office: from strategy-based to portfolio margin",
    _pages(
        pages.MONTHLY_REPORT,
        pages.HOLDINGS,
        pages.ACCOUNT,
        pages.RISK,
        pages.GREEKS,
        pages.COMPARISON,
        pages.SHADOW,
        pages.DEPLOYMENT,
        pages.RECONCILIATION,
        pages.ELIGIBILITY,
        pages.CALLS,
        pages.INTRADAY,
        pages.LINES,
        rules=(pages.DEPLOYMENT_POSITIONS, *_BOTH),
    ),
    tables_of_two_accounts,
)
HOUSE_PROFILES: Final = Template(
    "house-profiles",
    "House profiles: brokers compared",
    _pages(pages.HOUSES, pages.LINES, rules=_PORTFOLIO),
    sample_tables,
)
TEMPLATES: Final = (MARGIN_EFFICIENCY, RISK_ARRAY, WHAT_IF, FAMILY_OFFICE, HOUSE_PROFILES)
"""The workbooks for one task each."""
