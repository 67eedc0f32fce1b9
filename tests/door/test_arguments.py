"""Cells that are arguments by themselves: options, moves, days, words; read as ranges are."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.door.good_books import BOOKS
from tests.door.mutated_dates import NO_DATES, dates_in_figures, dates_in_words, day_of
from tests.door.mutated_numbers import UNREADABLE, spellings, unusual_spellings
from tests.door.mutated_symbols import option_symbols
from tests.door.mutations import ERRORS, Meaning
from tests.door.verdicts import faults_of, is_refusal, same
from xlmargin import udfs

OPTIONS = next(book for book in BOOKS if book.name == "options").cells
NUMBERS = {"spot": Meaning.MONEY, "strike": Meaning.MONEY, "rate": Meaning.FRACTION}
OF_PRICE = ("type_", "spot", "strike", "expiration", "as_of", "volatility", "rate")
OF_VOLATILITY = (*OF_PRICE[:5], "price", "rate")
DAY = day_of("2026-12-18")


def priced(function: Any = udfs.OPT_PRICE, **changed: object) -> Any:
    names = OF_VOLATILITY if function is udfs.OPT_IV else OF_PRICE
    return function(**{name: {**OPTIONS, **changed}[name] for name in names})


def refused(answer: Any, argument: str) -> bool:
    return is_refusal(answer) and argument in answer and not faults_of(answer)


@pytest.mark.parametrize(("argument", "meaning"), NUMBERS.items())
def test_numbers_in_other_spellings(argument: str, meaning: Meaning) -> None:
    given = OPTIONS[argument]
    number = given[-1][0] if isinstance(given, list) else given
    for cell in spellings(number, meaning):
        changed = [*given[:-1], [cell]] if isinstance(given, list) else cell
        assert same(priced(), priced(**{argument: changed})), cell
    for cell in unusual_spellings(number, meaning):
        changed = [*given[:-1], [cell]] if isinstance(given, list) else cell
        answer = priced(**{argument: changed})
        assert same(priced(), answer) or refused(answer, argument), cell


@pytest.mark.parametrize("argument", ["expiration", "as_of"])
def test_dates_in_other_spellings(argument: str) -> None:
    given = OPTIONS[argument]
    day = day_of("2026-12-18") if isinstance(given, list) else day_of(given)
    for cell in (*dates_in_words(day), *dates_in_figures(day)):
        changed = [[cell], given[1]] if isinstance(given, list) else cell
        assert same(priced(), priced(**{argument: changed})), cell


@pytest.mark.parametrize("argument", OF_PRICE)
def test_what_cannot_be_read_is_refused_by_name(argument: str) -> None:
    dates = argument in ("expiration", "as_of")
    cells = ["neither", "?", 7] if argument == "type_" else NO_DATES if dates else UNREADABLE
    good = OPTIONS[argument][0][0] if isinstance(OPTIONS[argument], list) else OPTIONS[argument]
    for i, cell in enumerate((*cells, *ERRORS)):
        function = (udfs.OPT_PRICE, udfs.OPT_GREEKS)[i % 2]
        answer = priced(function, **{argument: [[good], [cell]]})
        assert refused(answer, argument.rstrip("_")), (cell, answer)


@pytest.mark.parametrize("symbol", option_symbols("XYZ", DAY, "call", 52.5))
def test_a_symbol_in_every_spelling(symbol: str) -> None:
    assert udfs.XLM_SYMBOL(symbol) == [["XYZ", 46374.0, "call", 52.5]]


@pytest.mark.parametrize("symbol", ["XYZ261218C525000", "XYZ", "", "XYZ 20261218 52.5 C", "#N/A"])
def test_what_is_no_symbol_is_refused(symbol: str) -> None:
    assert refused(udfs.XLM_SYMBOL(symbol), "symbol")


def test_days_of_calls_and_rules() -> None:
    due = udfs.MARGIN_CALL_DUE("2026-11-20", "portfolio")
    day = day_of("2026-11-20")
    for cell in (*dates_in_words(day), *dates_in_figures(day)):
        assert udfs.MARGIN_CALL_DUE(cell, "portfolio") == due, cell
    rule = udfs.XLM_RULE("contract_minimum", "2026-11-20")
    assert udfs.XLM_RULE("contract_minimum", "11/20/26") == rule
    for cell in (*NO_DATES, *ERRORS):
        assert refused(udfs.MARGIN_CALL_DUE(cell, "portfolio"), "day"), cell


def test_moves_in_any_spelling() -> None:
    book = BOOKS[0].ranges
    wanted = udfs.PM_PATH(**book, moves=[[-0.1], [0.05]])
    assert udfs.PM_PATH(**book, moves=[["-10%"], ["5%"]]) == wanted
    assert udfs.PM_PATH(**book, moves=[["(0.1)"], ["+0.05"]]) == wanted
    dice = random.Random(1)
    for cell in (*dice.sample(UNREADABLE, 12), *ERRORS[:5]):
        assert refused(udfs.PM_PATH(**book, moves=[[-0.1], [cell]]), "moves"), cell
        assert refused(udfs.PM_STRESS(**book, vol_moves=[[0.1], [cell]]), "vol_moves"), cell
