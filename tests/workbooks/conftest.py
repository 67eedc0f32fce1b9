"""The demo workbook, built once for the tests of this folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.workbooks import Functions, InputTables, write_margin_workbook
from xlmargin.workbooks.templates import sample_tables


@pytest.fixture(scope="session")
def functions() -> Functions:
    import_module("xlmargin.udfs")
    return {name: entry.function for name, entry in REGISTRY.items()}


@pytest.fixture(scope="session")
def tables() -> InputTables:
    return sample_tables()


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory, tables: InputTables, functions: Functions
) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    write_margin_workbook(path, tables, functions)
    return path
