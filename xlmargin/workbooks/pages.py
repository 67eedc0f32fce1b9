"""Every page there is, with the sheets that it writes and what they are for."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.account_page import write_account_page
from xlmargin.workbooks.alternatives_page import write_alternatives_page
from xlmargin.workbooks.by_strategy_page import write_by_strategy_page
from xlmargin.workbooks.calls_page import write_calls_page
from xlmargin.workbooks.comparison_page import write_comparison_page
from xlmargin.workbooks.contracts_page import write_contracts_page
from xlmargin.workbooks.deployment_page import write_deployment_page
from xlmargin.workbooks.deployment_positions import (
    refused_for,
    write_deployment_positions_page,
)
from xlmargin.workbooks.eligibility_page import write_eligibility_page
from xlmargin.workbooks.formulas_page import write_formulas_page
from xlmargin.workbooks.four_cases_page import write_four_cases_page
from xlmargin.workbooks.greatest_page import write_greatest_page
from xlmargin.workbooks.greeks_page import write_greeks_page
from xlmargin.workbooks.hedge_pages import (
    too_many_for_one_more,
    write_hedges_page,
    write_one_more_page,
)
from xlmargin.workbooks.holdings_pages import write_holdings_page, write_lines_page
from xlmargin.workbooks.houses_pages import write_houses_pages
from xlmargin.workbooks.input_sheets import write_input_pages
from xlmargin.workbooks.intraday_page import write_intraday_page
from xlmargin.workbooks.list_pages import (
    write_check_page,
    write_contribution_page,
    write_explain_page,
    write_explain_strategies_page,
    write_strategies_page,
)
from xlmargin.workbooks.monthly_report_page import write_monthly_report_page
from xlmargin.workbooks.options_page import write_options_page
from xlmargin.workbooks.reconciliation_page import write_reconciliation_page
from xlmargin.workbooks.requirement_page import write_requirement_page
from xlmargin.workbooks.risk_array_pages import write_risk_array_pages
from xlmargin.workbooks.risk_page import write_risk_page
from xlmargin.workbooks.rules_page import write_rules_page, write_strategy_rules_page
from xlmargin.workbooks.shadow_page import write_shadow_page
from xlmargin.workbooks.start_page import write_start_page
from xlmargin.workbooks.template import PageOf
from xlmargin.workbooks.ticket_page import refused_for as ticket_refused_for
from xlmargin.workbooks.ticket_page import write_ticket_page
from xlmargin.workbooks.what_if_page import write_what_if_page

BY_PORTFOLIO: Final = "PM_REQUIREMENT"
BY_STRATEGY: Final = "REGT_MAINTENANCE"
"""What refuses a book that a regime does not margin."""

_BOTH: Final = (BY_STRATEGY, BY_PORTFOLIO)

SETTINGS: Final = "Settings"
START: Final = PageOf("start", write_start_page, uses=("Limits",), prints=("Start",))
INPUTS: Final = PageOf(
    "inputs",
    write_input_pages,
    (
        "Positions",
        "Market",
        "Settings",
        "Dividends",
    ),
)
CHECK: Final = PageOf(
    "check",
    write_check_page,
    ("Check",),
)
REQUIREMENT: Final = PageOf(
    "requirement",
    write_requirement_page,
    ("Requirement",),
    asks=(BY_PORTFOLIO,),
    prints=("Requirement",),
)
RISK_ARRAYS: Final = PageOf(
    "risk arrays",
    write_risk_array_pages,
    (
        "Risk array",
        "Risk array by position",
    ),
    asks=(BY_PORTFOLIO,),
    prints=("Risk array",),
)
RISK: Final = PageOf(
    "risk",
    write_risk_page,
    ("Risk",),
    asks=(BY_PORTFOLIO,),
    prints=("Risk",),
)
CONTRIBUTION: Final = PageOf(
    "contribution",
    write_contribution_page,
    ("Contribution",),
    asks=(BY_PORTFOLIO,),
    prints=("Contribution",),
)
CONTRACTS: Final = PageOf(
    "contracts",
    write_contracts_page,
    ("Contracts", "Exposure"),
    asks=(BY_PORTFOLIO,),
)
HOLDINGS: Final = PageOf(
    "holdings",
    write_holdings_page,
    ("Holdings",),
    asks=(BY_PORTFOLIO,),
    prints=("Holdings",),
)
GREEKS: Final = PageOf(
    "greeks and dates",
    write_greeks_page,
    ("Greeks and dates",),
    asks=(BY_PORTFOLIO,),
    prints=("Greeks and dates",),
)
LINES: Final = PageOf(
    "holdings by line",
    write_lines_page,
    ("Holdings by line",),
    asks=(BY_PORTFOLIO,),
)
COMPARISON: Final = PageOf(
    "comparison",
    write_comparison_page,
    ("Comparison",),
    asks=_BOTH,
    prints=("Comparison",),
)
STRATEGIES: Final = PageOf(
    "strategies",
    write_strategies_page,
    ("Strategies",),
    asks=(BY_STRATEGY,),
)
ACCOUNT: Final = PageOf(
    "account",
    write_account_page,
    ("Account",),
    asks=("MARGIN_ACCOUNT",),
    prints=("Account",),
)
BY_STRATEGIES: Final = PageOf(
    "by strategies",
    write_by_strategy_page,
    ("By strategy",),
    asks=_BOTH,
    prints=("By strategy",),
)
WHAT_IF: Final = PageOf(
    "what-if",
    write_ticket_page,
    ("What-if",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Trades",),
    refused_for=ticket_refused_for,
    prints=("What-if",),
)
ALTERNATIVES: Final = PageOf(
    "alternatives",
    write_alternatives_page,
    ("Alternatives",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Trades",),
    prints=("Alternatives",),
)
GREATEST: Final = PageOf(
    "greatest quantity",
    write_greatest_page,
    ("Greatest quantity",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Trades",),
    prints=("Greatest quantity",),
)
BLOTTER: Final = PageOf(
    "blotter",
    write_what_if_page,
    ("Blotter",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Trades",),
    prints=("Blotter",),
)
HEDGES: Final = PageOf(
    "hedges",
    write_hedges_page,
    ("Hedges",),
    asks=_BOTH,
    needs=("Candidates",),
    prints=("Hedges",),
)
ONE_MORE: Final = PageOf(
    "one more",
    write_one_more_page,
    ("One more",),
    asks=("MARGIN_ONE_MORE",),
    refused_for=too_many_for_one_more,
)
CALLS: Final = PageOf(
    "calls",
    write_calls_page,
    ("Calls",),
    asks=("MARGIN_ACCOUNT",),
)
INTRADAY: Final = PageOf(
    "intraday",
    write_intraday_page,
    ("Intraday",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Activity",),
)
ELIGIBILITY: Final = PageOf(
    "eligibility",
    write_eligibility_page,
    ("Eligibility",),
    needs=("Facts",),
)
SHADOW: Final = PageOf(
    "shadow",
    write_shadow_page,
    ("Shadow",),
    needs=("DatedPositions", "DatedMarket"),
    prints=("Shadow",),
)
DEPLOYMENT: Final = PageOf(
    "deployment",
    write_deployment_page,
    ("Deployment",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("DatedPositions", "DatedMarket"),
    refused_for=refused_for,
    prints=("Deployment",),
)
DEPLOYMENT_POSITIONS: Final = PageOf(
    "deployment positions",
    write_deployment_positions_page,
    ("Deployment positions",),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("DatedPositions", "DatedMarket"),
    refused_for=refused_for,
)
FOUR_CASES: Final = PageOf(
    "four cases", write_four_cases_page, ("Four cases",), asks=_BOTH, prints=("Four cases",)
)
RECONCILIATION: Final = PageOf(
    "reconciliation",
    write_reconciliation_page,
    ("Reconciliation",),
    asks=("MARGIN_ACCOUNT",),
    needs=("Broker",),
    prints=("Reconciliation",),
)
HOUSES: Final = PageOf(
    "houses",
    write_houses_pages,
    (
        "Houses",
        "Houses by underlying",
        "House settings",
    ),
    asks=_BOTH,
    prints=("Houses", "Houses by underlying"),
)
MONTHLY_REPORT: Final = PageOf(
    "monthly report",
    write_monthly_report_page,
    ("Monthly report",),
    asks=("MARGIN_ACCOUNT", *_BOTH, "PM_PATH"),
    prints=("Monthly report",),
)
EXPLAIN: Final = PageOf(
    "explanation",
    write_explain_page,
    ("Explain",),
    asks=(BY_PORTFOLIO,),
)
EXPLAIN_STRATEGIES: Final = PageOf(
    "by strategy",
    write_explain_strategies_page,
    ("Explain by strategy",),
    asks=(BY_STRATEGY,),
)
RULES: Final = PageOf("rules", write_rules_page, ("Rules",))
STRATEGY_RULES: Final = PageOf(
    "strategy rules",
    write_strategy_rules_page,
    ("Rules by strategy",),
    asks=(BY_STRATEGY,),
)
OPTIONS: Final = PageOf(
    "options",
    write_options_page,
    ("Options",),
)
FORMULAS: Final = PageOf(
    "formulas",
    write_formulas_page,
    ("Formulas",),
)
"""The last page of every workbook, when all others have asked for their answers."""
