"""Cash that is stated nowhere is warned of, and a setting that does not say whose cash it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "price", "account"]
AS_OF = ["as_of", "2026-11-20"]


def shares(account: str | None) -> list[Any]:
    return ["XYZ", "stock", 100, 10.0, account]


def cash(account: str) -> list[Any]:
    return ["USD", "cash", 1_000, None, account]


def checked(*rows: list[Any], settings: Sequence[Any] = ()) -> list[list[str]]:
    found = udfs.XLM_CHECK([HEADINGS, *rows], None, [AS_OF, *settings])[2:]
    return [row for row in found if row[0] != "note"]


@pytest.mark.parametrize(
    ("rows", "whose"),
    [
        ([shares(None)], "the account"),
        ([shares("A")], "account A"),
        ([shares("A"), shares("B"), cash("A")], "account B"),
        ([shares("A"), shares("B"), shares("C"), cash("B")], "accounts A, C"),
        ([shares(name) for name in "ABCDEFG"], "accounts A, B, C, D, E and 2 more"),
    ],
)
def test_accounts_without_cash_are_named_in_one_warning(rows: list[list[Any]], whose: str) -> None:
    wanted = f"the cash of {whose} (0 if none): without it no account value or excess is known"
    assert checked(*rows) == [["warning", "settings", "", "cash", "nothing", wanted]]


def test_cash_of_none_is_stated() -> None:
    assert checked(shares("A"), settings=[["cash", 0]]) == []
    assert checked(shares("A"), cash("A")) == []


def test_a_setting_for_several_accounts_is_told() -> None:
    (found,) = checked(shares("A"), shares("B"), cash("A"), settings=[["cash", 5]])
    assert found[:2] + found[3:5] == ["warning", "settings", "cash", "5.00 for 2 accounts"]
