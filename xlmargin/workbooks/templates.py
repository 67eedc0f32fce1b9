"""The workbooks that there are, each a list of pages.

To add a page: write it as a function of the draft, name it in `pages`, and list it here.
"""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks import pages
from xlmargin.workbooks.template import Template

EVERYTHING: Final = Template(
    "xlmargin-demo",
    "Portfolio margin",
    (
        pages.START,
        pages.INPUTS,
        pages.CHECK,
        pages.REQUIREMENT,
        pages.RISK_ARRAYS,
        pages.STRESS,
        pages.CONTRIBUTION,
        pages.ACCOUNT,
        pages.COMPARISON,
        pages.STRATEGIES,
        pages.EXPLAIN,
        pages.EXPLAIN_STRATEGIES,
        pages.RULES,
        pages.STRATEGY_RULES,
        pages.OPTIONS,
        pages.FORMULAS,
    ),
)
"""What a report on one's own book has: all pages for which there are inputs."""
