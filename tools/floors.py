"""The floors of the house, the lowest first: a module imports only from lower ones."""

from typing import Final

FLOORS: Final = [
    {"errors", "defects", "standard_output", "arrays", "packaged"},
    {"dates", "arrow_buffers"},
    {"computing", "contracts", "requirement", "unfinished"},
    {"option_symbols", "settings", "rulebook"},
    {"market"},
    {"known_instruments"},
    {"book", "cells"},
    {"book_parts", "importers"},
    {"pricing"},
    {"risk_array"},
    {"portfolio_margin", "strategy_margin"},
    {"regimes", "margin_calls", "eligibility"},
    {"account"},
    {"efficiency", "what_if", "intraday"},
    {"history", "live"},
    {"reports"},
    {"excel"},
    {"samples", "help"},
    {"workbooks"},
    {"hosts"},
    {"service", "udfs"},
    {"frames", "validation"},
    {"cli"},
    {"macros"},
]
