"""The demo workbook, built once for the tests of this folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.samples import family_office_book
from xlmargin.workbooks import Functions, InputTables, input_tables, write_margin_workbook


@pytest.fixture(scope="session")
def functions() -> Functions:
    import_module("udfs")
    return {name: entry.function for name, entry in REGISTRY.items()}


@pytest.fixture(scope="session")
def tables() -> InputTables:
    book = family_office_book()
    return input_tables(book.positions, book.market, book.settings, book.dividends)


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory, tables: InputTables, functions: Functions
) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    write_margin_workbook(path, tables, functions)
    return path
