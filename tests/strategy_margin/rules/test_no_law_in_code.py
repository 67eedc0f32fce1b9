"""The rules' modules hold formulas; their numbers stand in the rulebook."""

import ast
from pathlib import Path

import pytest

import xlmargin.strategy_margin.rules as package
from xlmargin.strategy_margin.rules.kinds import Paragraph

HOME = Path(package.__file__).parent
MODULES = (
    "kinds",
    "stock",
    "options",
    "spreads",
    "hedged_stock",
    "cash_account",
)
NOT_LAW = {0, 1, 1e-9}  # bounds, rounding


def tree(module: str) -> ast.Module:
    return ast.parse((HOME / f"{module}.py").read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_no_number_of_law(module: str) -> None:
    numbers = {
        node.value
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    }
    assert numbers <= NOT_LAW


@pytest.mark.parametrize("module", [m for m in MODULES if m != "kinds"])
def test_every_module_states_its_paragraphs(module: str) -> None:
    found = vars(__import__(f"{package.__name__}.{module}", fromlist=[module]))
    paragraphs = [value for value in found.values() if isinstance(value, Paragraph)]
    assert paragraphs
    for paragraph in paragraphs:
        for text in (paragraph.initial, paragraph.maintenance):
            assert any(name in text for name in ("FINRA 4210", "12 CFR 220", "Cboe"))


@pytest.mark.parametrize("module", [m for m in MODULES if m != "kinds"])
def test_every_requirement_cites_its_rule(module: str) -> None:
    silent = {"side", "value_at", "box_value", "fund_shares_needed"}
    silent |= {"underlying_rate", "minimum_rate"}
    for node in tree(module).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node) or ""
            assert "Rule:" in text or node.name in silent, node.name
