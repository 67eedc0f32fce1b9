from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.excel.ranges import MARKET, POSITIONS, SETTINGS
from tests.excel.registered import check_registry
from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.cells.values import Day
from xlmargin.computing import check_time_limit, time_limit
from xlmargin.errors import MarginError
from xlmargin.excel import worksheet_function as module
from xlmargin.excel.arguments import HEADERS
from xlmargin.excel.worksheet_function import (
    REGISTRY,
    Argument,
    ArgumentKind,
    Returns,
    worksheet_function,
)

pytestmark = pytest.mark.dependencies

TEXT = Argument("A text.", ArgumentKind.TEXT)
NUMBER = Argument("A number.", ArgumentKind.NUMBER)
SWITCH = Argument("TRUE or FALSE.", ArgumentKind.SWITCH)
DATE = Argument("A date.", ArgumentKind.DATE)
VALUES = Argument("Cells.", ArgumentKind.VALUES)
RANGE = Argument("A range.", ArgumentKind.RANGE)


def named(name: str, doc: str | None = "Something.") -> Callable[[Any], Any]:
    """Give a function written in a test the name and words of a worksheet function."""

    def rename(function: Any) -> Any:
        function.__name__, function.__doc__ = name, doc
        return function

    return rename


@pytest.fixture(autouse=True)
def _registry_as_it_was() -> Any:
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def echo(kind: Argument, default: Any = "default") -> Callable[..., Any]:
    """A worksheet function that answers its one argument, and what type it was."""

    @worksheet_function(Returns.TABLE, value=kind)
    @named("TEST_ECHO")
    def function(value=default):  # noqa: ANN001, ANN202
        is_rows = isinstance(value, list)
        return [["list", str(value)] if is_rows else [type(value).__name__, value]]

    return function


@pytest.mark.parametrize("left_out", [None, "", "  ", [[None]], [[""]], [], [[]], float("nan")])
@pytest.mark.parametrize("argument", [TEXT, NUMBER, SWITCH, DATE, VALUES])
def test_nothing_is_the_default(argument: Argument, left_out: object) -> None:
    assert echo(argument)(left_out) == echo(argument)() == [["str", "default"]]


@pytest.mark.parametrize(
    ("argument", "cell", "value"),
    [
        (TEXT, "a", ["str", "a"]),
        (TEXT, [["a"]], ["str", "a"]),
        (TEXT, 5, ["str", "5"]),
        (TEXT, True, ["str", "TRUE"]),
        (NUMBER, 5, ["float", 5.0]),
        (NUMBER, 0, ["float", 0.0]),
        (NUMBER, "5.5", ["float", 5.5]),
        (NUMBER, [[5]], ["float", 5.0]),
        (SWITCH, False, ["bool", False]),
        (SWITCH, 0.0, ["bool", False]),
        (SWITCH, 1, ["bool", True]),
        (SWITCH, "no", ["bool", False]),
        (SWITCH, [["true"]], ["bool", True]),
        (DATE, 46037, ["float", 46037.0]),
        (DATE, "2026-01-15", ["float", 46037.0]),
        (VALUES, [[1, None]], ["list", "[[1, None]]"]),
        (VALUES, 3.0, ["float", 3.0]),
    ],
)
def test_what_a_cell_becomes(argument: Argument, cell: object, value: list[object]) -> None:
    assert echo(argument)(cell) == [value]
    assert echo(argument)(value=cell) == [value]


@pytest.mark.parametrize(
    ("argument", "cell", "line"),
    [
        (NUMBER, "5%", "#XLM! value: found the text '5%', wanted a number."),
        (NUMBER, True, "#XLM! value: found TRUE, wanted a number."),
        (NUMBER, [[1, 2], [3, 4]], "#XLM! value: found 2 x 2 cells, wanted one cell."),
        (TEXT, "#REF!", "#XLM! value: found the error #REF!, wanted a text."),
        (SWITCH, "maybe", "#XLM! value: found the text 'maybe', wanted TRUE or FALSE."),
        (SWITCH, 2, "#XLM! value: found 2, wanted TRUE or FALSE."),
        (DATE, 5, "#XLM! value: found 5, wanted a date"),
    ],
)
def test_what_an_argument_cannot_be(argument: Argument, cell: object, line: str) -> None:
    assert echo(argument)(cell).startswith(line)


def test_a_needed_argument_is_missed() -> None:
    @worksheet_function(value=NUMBER)
    @named("TEST_NEEDED")
    def function(value):  # noqa: ANN001, ANN202
        return value

    assert_refused(function(""), ("value", 0, ""), "a number")
    assert "missing a required argument" in str(function())


def test_errors_are_answered() -> None:
    @worksheet_function(value=NUMBER)
    @named("TEST_ERRORS")
    def function(value):  # noqa: ANN001, ANN202
        if value > 0:
            raise MarginError("Not\nso.")
        return 1 / value

    assert function(1) == "#XLM! Not so."
    assert re.match(r"#XLM! internal error [0-9A-F]{4} \(ZeroDivisionError\)", str(function(0)))


def test_the_registry_describes_the_function() -> None:
    @worksheet_function(first=RANGE, second=NUMBER, headers=HEADERS)
    @named("TEST_DESCRIBED", "First\n    paragraph.\n\n    And more.")
    def function(first, second=5.0, headers=True):  # noqa: ANN001, ANN202
        return [[second]]

    entry = REGISTRY["TEST_DESCRIBED"]
    assert entry.function is function
    assert entry.doc == "First paragraph."
    assert entry.category == "xlmargin"
    assert entry.returns is Returns.TABLE
    assert [(a.name, a.kind, a.optional, a.default) for a in entry.arguments] == [
        ("first", ArgumentKind.RANGE, False, None),
        ("second", ArgumentKind.NUMBER, True, 5.0),
        ("headers", ArgumentKind.SWITCH, True, True),
    ]
    check_registry({"TEST_DESCRIBED": entry})


def refused(because: str, name: str = "TEST_X", doc: str | None = "Doc.", **arguments: Any) -> Any:
    """Refuse a function with these parameters, written in the arguments' `signature`."""
    signature = arguments.pop("signature", ", ".join(arguments))
    space: dict[str, Any] = {}
    exec(f"def {name}({signature}): return 1", space)
    space[name].__doc__ = doc
    with pytest.raises(ValueError, match=because):
        worksheet_function(**arguments)(space[name])
    assert name not in REGISTRY


def test_what_no_host_could_register_is_refused() -> None:
    refused("type hints", value=NUMBER, signature="value: float")
    refused("type hints", value=NUMBER, signature="value=1.0) -> (float")
    refused("an ordinary parameter", value=NUMBER, signature="*, value")
    refused("an ordinary parameter", value=NUMBER, signature="*value")
    refused("an ordinary parameter", value=NUMBER, signature="**value")
    refused("fills in itself", caller=NUMBER)
    refused("documentation must begin", doc=None)
    refused("documentation must begin", doc="x" * 256)
    refused("described in at most", value=Argument("x" * 256, ArgumentKind.TEXT))
    refused("described in at most", value=Argument("", ArgumentKind.TEXT))
    refused("differ in other", value=NUMBER, signature="value, other")
    refused("differ in value", value=NUMBER, signature="")
    refused("a word of VBA", type=NUMBER)
    refused("a word of VBA", date=NUMBER)
    refused("small letters", Value=NUMBER)
    refused("no default but None", value=RANGE, signature="value=0")
    refused("more than 254", **{f"argument_{i:02d}_" + "x" * 8: NUMBER for i in range(13)})
    for name in ("lower", "Mixed", "PM15", "A1", "XFD1048576", "R1C1", "R", "C"):
        refused("its name", name=name)


def test_a_function_reads_a_book() -> None:
    @worksheet_function(positions=RANGE, market=RANGE, settings=RANGE)
    @named("TEST_BOOK")
    def function(positions, market=None, settings=None):  # noqa: ANN001, ANN202
        from tests.reading import read_book

        return len(read_book(positions, market, settings).positions)

    assert function(POSITIONS, MARKET, SETTINGS) == 4.0
    assert function(POSITIONS, settings=SETTINGS).startswith("#XLM! positions, row 4, symbol")


class ExcelTime(dt.datetime):
    """A date as classic Excel delivers it: a datetime of another class, in a time zone."""


def counted(argument: Argument) -> tuple[Callable[..., Any], list[Any]]:
    """A worksheet function of one argument, and all that it was called with."""
    calls: list[Any] = []

    @worksheet_function(Returns.TABLE, value=argument)
    @named("TEST_COUNTED")
    def function(value):  # noqa: ANN001, ANN202
        calls.append(value)
        return [["rows", len(calls)]]

    return function, calls


def test_the_same_content_is_computed_once() -> None:
    function, calls = counted(RANGE)
    rows = [["a", 1.5, None, True], ["b", math.nan, "", 2]]
    first = function(rows)
    assert function([list(row) for row in rows]) == first
    assert function(np.array(rows, dtype=object)) == first
    assert len(calls) == 1


def test_what_a_caller_does_to_an_answer_or_its_ranges_is_its_own_affair() -> None:
    function, calls = counted(RANGE)
    rows = [["a", 1.0], ["b", 2.0]]
    answer = function(rows)
    answer[0][0] = "changed"
    assert function(rows) == [["rows", 1.0]]
    rows[1][1] = 3.0
    assert function(rows) == [["rows", 2.0]]
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (dt.date(2026, 1, 15), Day(46037.0)),
        (dt.datetime(2026, 1, 15, 12), Day(46037.5)),
        (ExcelTime(2026, 1, 15, 12, tzinfo=dt.UTC), Day(46037.5)),
        (pd.Timestamp("2026-01-15"), Day(46037.0)),
        (np.datetime64("2026-01-15"), Day(46037.0)),
        (Decimal("12.5"), 12.5),
        (np.float64(12.5), 12.5),
        (np.int64(12), 12.0),
        (np.bool_(True), "TRUE"),
        (np.str_("XYZ"), "XYZ"),
        (pd.NaT, None),
        (dt.time(6), 0.25),
    ],
)
def test_cells_of_hosts_and_packages_are_remembered_as_values(cell: object, value: object) -> None:
    function, calls = counted(RANGE)
    rows = [["symbol", "cell"], ["XYZ", cell]]
    assert function(rows) == function([["symbol", "cell"], ["XYZ", value]]) == [["rows", 1.0]]
    assert calls == [[["symbol", "cell"], ["XYZ", value]]]


def test_equal_cells_of_other_types_are_other_content() -> None:
    function, calls = counted(RANGE)
    for cell in (1, 1.0, Day(1.0), True, "1", None, ""):
        function([["a", cell]])
    assert len(calls) == 7


def test_another_day_is_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    function, _ = counted(NUMBER)
    monkeypatch.setattr(module, "TODAY", lambda: dt.date(2026, 11, 20))
    function(1)
    function(1)
    monkeypatch.setattr(module, "TODAY", lambda: dt.date(2026, 11, 21))
    assert function(1) == [["rows", 2.0]]


def failing_once(error: Exception) -> Callable[..., Any]:
    calls: list[Any] = []

    @worksheet_function(value=NUMBER)
    @named("TEST_FAILING")
    def function(value):  # noqa: ANN001, ANN202
        calls.append(value)
        if len(calls) == 1:
            raise error
        return 5.0

    return function


def test_a_refusal_is_remembered_but_not_an_error_of_our_own() -> None:
    refused = failing_once(MarginError("Not so."))
    assert refused(1) == refused(1) == "#XLM! Not so."
    assert refused(2) == 5.0
    broken = failing_once(KeyError("x"))
    assert re.match(r"#XLM! internal error [0-9A-F]{4} \(KeyError\)", broken(1))
    assert broken(1) == 5.0


def test_a_call_that_takes_too_long_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    @worksheet_function(value=NUMBER)
    @named("TEST_LONG")
    def function(value):  # noqa: ANN001, ANN202
        check_time_limit()
        return value

    monkeypatch.setattr(module, "SECONDS", -1.0)
    assert "xlmargin report" in function(1)
    with time_limit(math.inf):
        assert function(1) == 1.0
    assert "xlmargin report" in function(1)
    monkeypatch.undo()
    assert function(2) == 2.0


def test_cells_with_dates_are_read_and_remembered() -> None:
    option = ["XYZ", "call", -1, 55, dt.date(2026, 12, 18), 2.0]
    positions = [["symbol", "type", "quantity", "strike", "expiration", "price"], option]
    settings = [["as_of", dt.datetime(2026, 11, 20)], ["rate", 0.04]]
    market = [["symbol", "price"], ["XYZ", 50]]
    # 20% of 50 less 5 out of the money, and the premium of 2, on 100 shares
    assert udfs.REGT_MAINTENANCE(positions, market, settings) == pytest.approx(700)
    assert udfs.REGT_MAINTENANCE(positions, market, [["as_of", 46346.0], ["rate", 0.04]]) == 700
