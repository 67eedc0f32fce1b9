"""The functions for Python: frames, lists and dictionaries in; frames, numbers and errors out."""

from __future__ import annotations

import inspect
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xlmargin as xlm
from xlmargin import udfs
from xlmargin.errors import InputError
from xlmargin.excel.worksheet_function import REGISTRY

ROOT = Path(__file__).parents[1]
ROWS = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 500.0],
    ["XYZ", "call", -5, 500.0, "2026-12-18", 10.0],
    ["XYZ", "put", 5, 500.0, "2026-12-18", 10.2],
]
MARKET = [["symbol", "price"], ["XYZ", 500.0]]
SETTINGS = {"as_of": "2026-11-20", "rate": 0.04, "cash": 20_000}
CELLS = [[name, value] for name, value in SETTINGS.items()]


def frame() -> pd.DataFrame:
    """The positions with the types that pandas has of its own, and an index that says nothing."""
    made = pd.DataFrame(ROWS[1:], columns=ROWS[0], index=[7, 7, "x"])
    made["type"] = made["type"].astype("category")
    made["symbol"] = made["symbol"].astype("string")
    made["quantity"] = made["quantity"].astype("Int64")
    made["expiration"] = pd.to_datetime(made["expiration"])
    return made


def test_every_function_is_there_by_its_name_in_lower_case() -> None:
    ours = [n.lower() for n, e in REGISTRY.items() if e.function.__module__ == "xlmargin.udfs"]
    assert sorted(xlm.__all__) == sorted([*ours, "MarginError"])
    assert {*xlm.__all__, "__version__"} <= {*dir(xlm)}
    assert list(inspect.signature(xlm.pm_groups).parameters) == [
        "positions", "market", "settings", "dividends",
    ]  # fmt: skip
    assert xlm.pm_groups.__doc__.startswith(REGISTRY["PM_GROUPS"].doc)
    with pytest.raises(AttributeError, match="pm_nothing"):
        xlm.pm_nothing  # noqa: B018


@pytest.mark.parametrize("positions", [frame(), ROWS, np.array(ROWS, dtype=object)])
@pytest.mark.parametrize("market", [pd.DataFrame(MARKET[1:], columns=MARKET[0]), MARKET, None])
@pytest.mark.parametrize(
    "settings", [SETTINGS, CELLS, pd.DataFrame(CELLS, columns=["name", "value"])]
)
def test_frames_lists_and_dictionaries_answer_what_a_cell_does(
    positions: object, market: object, settings: object
) -> None:
    assert xlm.pm_requirement(positions, market, settings) == pytest.approx(849.54, abs=0.005)
    assert xlm.regt_maintenance(positions, market, settings=settings) == 25_000.0


def test_a_table_is_a_frame_with_the_table_s_headings() -> None:
    headings, *rows = udfs.PM_GROUPS(ROWS, MARKET, CELLS)
    groups = xlm.pm_groups(frame(), MARKET, SETTINGS)
    assert list(groups.columns) == headings
    assert list(groups.index) == list(range(len(rows)))
    assert groups["requirement"].dtype == np.float64
    assert groups["requirement"].tolist() == [r[headings.index("requirement")] for r in rows]


def test_missing_values_are_blank_cells_and_the_other_way_round() -> None:
    positions = frame()
    positions.loc[:, "volatility"] = [np.nan, pd.NA, None]
    assert xlm.pm_requirement(positions, None, SETTINGS) == pytest.approx(849.54, abs=0.005)
    gains = xlm.margin_compare(ROWS[:2], None, SETTINGS)
    assert not gains.isin(["", "#N/A"]).any().any()
    assert math.isnan(xlm.opt_iv("call", 100, 100, "2027-01-15", "2026-11-20", 200.0))


def test_series_are_answered_element_by_element() -> None:
    index = ["a", "b"]
    strikes, rights = pd.Series([95.0, 105.0], index), pd.Series(["put", "call"], index)
    values = xlm.opt_price(rights, 100.0, strikes, "2027-01-15", "2026-11-20", 0.3)
    one = [udfs.OPT_PRICE(r, 100.0, k, "2027-01-15", "2026-11-20", 0.3)
           for r, k in zip(rights, strikes, strict=True)]  # fmt: skip
    assert values.to_dict() == dict(zip(index, one, strict=True))
    greeks = xlm.opt_greeks(rights, 100.0, strikes, "2027-01-15", "2026-11-20", 0.3)
    assert list(greeks.index) == index
    assert greeks["price"].tolist() == one


def test_dates_of_a_history_are_dates() -> None:
    dated = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-11-19", "2026-11-20"]),
            "symbol": "XYZ",
            "type": "stock",
            "quantity": 100,
            "price": 50.0,
        }
    )
    days = xlm.margin_history(dated, None, {"rate": 0.04})  # fmt: skip
    assert days["date"].tolist() == dated["date"].tolist()


def test_what_is_refused_raises_with_its_problems() -> None:
    wrong = frame()
    wrong["strike"] = ["", "five", 500.0]
    with pytest.raises(xlm.MarginError, match="strike") as refused:
        xlm.pm_groups(wrong, None, SETTINGS)
    assert isinstance(refused.value, InputError)
    assert [(p.range, p.row, p.column) for p in refused.value.problems] == [
        ("positions", 3, "strike")
    ]
    with pytest.raises(TypeError, match="headers"):
        xlm.pm_groups(ROWS, headers=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Excel calls through xlwings, with pandas")
def test_pandas_is_loaded_for_a_table_alone() -> None:
    """Nor is xlwings, which imports pandas by itself, where no program calls through it."""
    code = f"""
import sys
import xlmargin as xlm
assert not {{n for n in sys.modules if n.startswith(("xlmargin.", "numpy"))}}
print(xlm.pm_requirement({ROWS!r}, None, {SETTINGS!r}))
assert not {{"pandas", "xlwings"}} & sys.modules.keys()
print(type(xlm.pm_groups({ROWS!r}, None, {SETTINGS!r})).__name__, "pandas" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    number, kind = done.stdout.splitlines()
    assert float(number) == pytest.approx(849.54, abs=0.005)
    assert kind == "DataFrame True"


def test_the_example_of_the_page_answers_what_it_says() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import pandas.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert names["requirement"] == pytest.approx(849.54, abs=0.005)
    assert names["groups"]["requirement"].sum() == pytest.approx(names["requirement"])
    assert names["row"] == 3
