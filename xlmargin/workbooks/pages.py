"""Every page there is, with the sheets that it writes and what they are for."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.account_page import write_account_page
from xlmargin.workbooks.allocation_page import write_allocation_page
from xlmargin.workbooks.calls_page import write_calls_page
from xlmargin.workbooks.comparison_page import write_comparison_page
from xlmargin.workbooks.efficiency_page import write_efficiency_page
from xlmargin.workbooks.eligibility_page import write_eligibility_page
from xlmargin.workbooks.exposure_pages import write_exposure_pages
from xlmargin.workbooks.formulas_page import write_formulas_page
from xlmargin.workbooks.hedge_pages import write_hedges_page, write_one_more_page
from xlmargin.workbooks.houses_pages import write_houses_pages
from xlmargin.workbooks.input_pages import write_input_pages
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
from xlmargin.workbooks.requirement_page import write_requirement_page
from xlmargin.workbooks.risk_array_pages import write_risk_array_pages
from xlmargin.workbooks.rules_page import write_rules_page, write_strategy_rules_page
from xlmargin.workbooks.shadow_page import write_shadow_page
from xlmargin.workbooks.start_page import write_start_page
from xlmargin.workbooks.stress_page import write_stress_page
from xlmargin.workbooks.template import PageOf
from xlmargin.workbooks.what_if_page import write_what_if_page

BY_PORTFOLIO: Final = "PM_REQUIREMENT"
BY_STRATEGY: Final = "REGT_MAINTENANCE"
"""What refuses a book that a regime does not margin."""

_BOTH: Final = (BY_STRATEGY, BY_PORTFOLIO)

START: Final = PageOf("start", write_start_page, prints=("Start",))
INPUTS: Final = PageOf(
    "inputs",
    write_input_pages,
    (
        ("Positions", "Replace the blue rows with your own; the table grows with what you add."),
        ("Market", "Price, class and groups of every underlying."),
        ("Settings", "Date, rates, house profile, and parameters stricter than the rule."),
        ("Dividends", "Cash dividends that go ex before your options expire."),
    ),
)
CHECK: Final = PageOf(
    "check",
    write_check_page,
    (("Check", "Look here first: errors refuse the answers, warnings deserve a look."),),
)
REQUIREMENT: Final = PageOf(
    "requirement",
    write_requirement_page,
    (("Requirement", "Requirement of every class, product and portfolio group."),),
    asks=(BY_PORTFOLIO,),
    prints=("Requirement",),
)
RISK_ARRAYS: Final = PageOf(
    "risk arrays",
    write_risk_array_pages,
    (
        ("Risk array", "Gains and losses at the ten valuation points."),
        ("Risk array by position", "The same, position by position."),
    ),
    asks=(BY_PORTFOLIO,),
    prints=("Risk array",),
)
STRESS: Final = PageOf(
    "stress",
    write_stress_page,
    (("Stress", "Your own moves of price and volatility, and the requirement after a move."),),
    asks=(BY_PORTFOLIO,),
    prints=("Stress",),
)
CONTRIBUTION: Final = PageOf(
    "contribution",
    write_contribution_page,
    (("Contribution", "What each position adds to the requirement."),),
    asks=(BY_PORTFOLIO,),
    prints=("Contribution",),
)
EXPOSURE: Final = PageOf(
    "exposure",
    write_exposure_pages,
    (
        ("Contracts", "Volatility, its source, rate, yield and forward of every contract."),
        ("Exposure", "Greeks in dollars by underlying."),
        ("Payoff", "Gains and losses over moves of the market, on a day that you choose."),
    ),
    asks=(BY_PORTFOLIO,),
    prints=("Exposure", "Payoff"),
)
COMPARISON: Final = PageOf(
    "comparison",
    write_comparison_page,
    (("Comparison", "The same book by strategy, and what portfolio margin frees."),),
    asks=_BOTH,
    prints=("Comparison",),
)
STRATEGIES: Final = PageOf(
    "strategies",
    write_strategies_page,
    (("Strategies", "The pairing that makes the strategy-based requirement least."),),
    asks=(BY_STRATEGY,),
)
ACCOUNT: Final = PageOf(
    "account",
    write_account_page,
    (("Account", "Equity, requirement, excess, buying power and calls under both regimes."),),
    asks=("MARGIN_ACCOUNT",),
    prints=("Account",),
)
EFFICIENCY: Final = PageOf(
    "efficiency",
    write_efficiency_page,
    (("Efficiency", "What portfolio margin frees, by underlying and strategy, on three bases."),),
    asks=_BOTH,
)
WHAT_IF: Final = PageOf(
    "what-if",
    write_what_if_page,
    (
        ("Trades", "Trades that you think of: buy, sell, close, roll."),
        ("What-if", "The account before and after them, and whether they may be done."),
    ),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Trades",),
    prints=("What-if",),
)
HEDGES: Final = PageOf(
    "hedges",
    write_hedges_page,
    (
        ("Candidates", "What might be traded to lower the requirement."),
        ("Hedges", "The candidates ranked by what they free, for the reduction you want."),
    ),
    asks=_BOTH,
    needs=("Candidates",),
    prints=("Hedges",),
)
ONE_MORE: Final = PageOf(
    "one more",
    write_one_more_page,
    (("One more", "What one more of each contract held would change."),),
    asks=("MARGIN_ONE_MORE",),
)
CALLS: Final = PageOf(
    "calls",
    write_calls_page,
    (("Calls", "Margin calls, and the last day to meet each kind from any day."),),
    asks=("MARGIN_ACCOUNT",),
)
INTRADAY: Final = PageOf(
    "intraday",
    write_intraday_page,
    (
        ("Activity", "The day's trades, deposits and withdrawals."),
        ("Intraday", "The level after each transaction, and what a deficit asks for."),
    ),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    needs=("Activity",),
)
ELIGIBILITY: Final = PageOf(
    "eligibility",
    write_eligibility_page,
    (
        ("Facts", "What is known of each account, its owner and the firm."),
        ("Eligibility", "Who may have a portfolio margin account; the five steps to be tracked."),
    ),
    needs=("Facts",),
    prints=("Eligibility",),
)
SHADOW: Final = PageOf(
    "shadow",
    write_shadow_page,
    (
        ("Dated positions", "The positions of every day of the shadow analysis."),
        ("Dated market", "The market of every day of the shadow analysis."),
        ("Shadow", "Both regimes day by day, as shares of the long market value."),
    ),
    needs=("DatedPositions", "DatedMarket"),
    prints=("Shadow",),
)
ALLOCATION: Final = PageOf(
    "allocation",
    write_allocation_page,
    (("Allocation", "What becomes of the capital released."),),
    needs=("DatedPositions", "DatedMarket"),
    prints=("Allocation",),
)
HOUSES: Final = PageOf(
    "houses",
    write_houses_pages,
    (
        ("House settings", "The settings range of each house, made from the sheet Settings."),
        ("Houses", "Requirements of the same book under every house profile."),
    ),
    asks=_BOTH,
    prints=("Houses",),
)
MONTHLY_REPORT: Final = PageOf(
    "monthly report",
    write_monthly_report_page,
    (("Monthly report", "One page to print and sign."),),
    asks=("MARGIN_ACCOUNT", *_BOTH),
    prints=("Monthly report",),
)
EXPLAIN: Final = PageOf(
    "explanation",
    write_explain_page,
    (("Explain", "The whole calculation, down to position and paragraph."),),
    asks=(BY_PORTFOLIO,),
)
EXPLAIN_STRATEGIES: Final = PageOf(
    "by strategy",
    write_explain_strategies_page,
    (("Explain by strategy", "The same for the strategy-based maintenance requirement."),),
    asks=(BY_STRATEGY,),
)
RULES: Final = PageOf(
    "rules", write_rules_page, (("Rules", "The numbers of the rules, their dates and sources."),)
)
STRATEGY_RULES: Final = PageOf(
    "strategy rules",
    write_strategy_rules_page,
    (("Rules by strategy", "The same for strategy-based margin."),),
    asks=(BY_STRATEGY,),
)
OPTIONS: Final = PageOf(
    "options",
    write_options_page,
    (("Options", "Implied volatility, price and Greeks of single options."),),
)
FORMULAS: Final = PageOf(
    "formulas",
    write_formulas_page,
    (("Formulas", "Every function of the add-in at work, to copy formulas from."),),
)
"""The last page of every workbook, when all others have asked for their answers."""
