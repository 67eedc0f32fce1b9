"""xlmargin: margin requirements in spreadsheet cells, from ranges of positions.

For Python, the worksheet functions by their names in lower case, with data frames or lists in, and
data frames, numbers or texts out: `xlmargin.pm_groups(positions, market, settings={...})`. What is
refused raises `MarginError`.
"""

from typing import Any

__version__ = "0.1.0"

__all__ = [
    "MarginError", "margin_account", "margin_account_on", "margin_alerts", "margin_calendar",
    "margin_call_due", "margin_capacity", "margin_change", "margin_compare", "margin_efficiency",
    "margin_gains", "margin_hedge", "margin_history", "margin_history_summary",
    "margin_intraday", "margin_one_more", "margin_path", "margin_reconcile",
    "margin_reconcile_lines", "margin_whatif", "margin_writing",
    "opt_forward", "opt_greeks", "opt_iv", "opt_price", "opt_yield", "pm_contracts",
    "pm_contribution", "pm_eligibility", "pm_greeks", "pm_groups", "pm_holdings", "pm_official",
    "pm_path", "pm_profile", "pm_requirement", "pm_risk_array", "pm_stress", "regt_initial",
    "regt_maintenance", "regt_strategies", "xlm_check", "xlm_explain", "xlm_market",
    "xlm_market_groups", "xlm_messages", "xlm_rule", "xlm_symbol", "xlm_version",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """What is public, loaded when it is first asked for: `import xlmargin` alone loads nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name == "MarginError":
        found = import_module("xlmargin.errors").MarginError
    else:
        found = import_module("xlmargin.frames").python_function(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
