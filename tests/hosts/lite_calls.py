"""Calls whose answers the browser must give as plain Python does; the last line is their JSON."""

import json

from xlmargin import udfs

POSITIONS = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 100.0],
    ["XYZ", "put", -5, 95, "2026-12-18", 2.5],
    ["XYZ", "call", -5, 105, "2026-12-18", 2.0],
    ["XYZ 12/18/26 P90", None, 5, None, None, 1.4],
]
SETTINGS = [["name", "value"], ["as_of", "2026-01-15"], ["rate", 0.04], ["cash", 1000]]
FUNCTIONS = (
    udfs.PM_REQUIREMENT, udfs.PM_RISK_ARRAY, udfs.PM_GROUPS, udfs.PM_CONTRIBUTION,
    udfs.REGT_INITIAL, udfs.REGT_MAINTENANCE, udfs.REGT_STRATEGIES, udfs.MARGIN_COMPARE,
    udfs.MARGIN_ACCOUNT, udfs.XLM_CHECK, udfs.XLM_EXPLAIN,
)  # fmt: skip
ANSWERS = {f.__name__: f(POSITIONS, None, SETTINGS) for f in FUNCTIONS}
ANSWERS["MARGIN_CALL_DUE"] = udfs.MARGIN_CALL_DUE("2026-01-15", "regt")
ANSWERS["OPT_IV"] = udfs.OPT_IV("put", 100, 95, "2026-12-18", "2026-01-15", 2.5, 0.04)
ANSWERS["REFUSED"] = udfs.PM_REQUIREMENT([["symbol"], ["XYZ"]])
json.dumps(ANSWERS)
