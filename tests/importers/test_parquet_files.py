"""Parquet files, friendly and hostile: a column is read as it is meant, or refused by its name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlmargin.cells.table import CodedCells, RangeTable
from xlmargin.cells.values import Day
from xlmargin.errors import InputError, MarginError
from xlmargin.importers import parquet_files
from xlmargin.importers.parquet_files import open_parquet

pytestmark = pytest.mark.dependencies

HEADINGS = {"symbol": "symbol", "ticker": "symbol", "qty": "quantity", "date": "date"}
HEADINGS |= {"price": "price", "account": "account", "exp.date": "expiration"}


def written(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "positions.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def read(path: Path, *needed: str) -> RangeTable:
    source = open_parquet(
        path, "positions", lambda text: HEADINGS.get(text.strip().lower(), ""), needed, ("account",)
    )
    (batch,) = source.batches(tuple(source.spelled), range(len(source.group_rows)))
    return batch


def cells(folder: Path, array: object, heading: str = "price") -> list[object]:
    return read(written(folder, {heading: array})).cells(heading)


READ = {
    "whole numbers": (pa.array([1, None, -3], pa.int16()), [1.0, None, -3.0]),
    "unsigned": (pa.array([1, 2**40], pa.uint64()), [1.0, 2.0**40]),
    "floats": (pa.array([1.5, None, float("nan")]), [1.5, None, None]),
    "single floats": (pa.array([1.5, 0.25], pa.float32()), [1.5, 0.25]),
    "infinite": (pa.array([float("inf")]), [float("inf")]),
    "decimals": (pa.array([Decimal("1.25"), None], pa.decimal128(12, 4)), [1.25, None]),
    "long decimals": (pa.array([Decimal("-0.5")], pa.decimal256(60, 4)), [-0.5]),
    "booleans": (pa.array([True, None, False]), ["TRUE", None, "FALSE"]),
    "texts": (pa.array([" a ", "", "  ", None, "b", "a"]), ["a", None, None, None, "b", "a"]),
    "long texts": (pa.array(["a"], pa.large_string()), ["a"]),
    "a dictionary": (pa.array(["a", None, "b", "a"]).dictionary_encode(), ["a", None, "b", "a"]),
    "a dictionary of numbers": (
        pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), pa.array([2.5, 7.0])),
        [7.0, 2.5, None],
    ),
    "nothing": (pa.array([None, None]), [None, None]),
    "days": (pa.array([dt.date(2026, 1, 15), None]), [Day(46037.0), None]),
    "days in milliseconds": (pa.array([dt.date(2026, 1, 15)], pa.date64()), [Day(46037.0)]),
    "times": (pa.array([dt.datetime(2026, 1, 15, 18), None]), [Day(46037.75), None]),
    "times in nanoseconds": (
        pa.array([dt.datetime(2026, 1, 15, 6)], pa.timestamp("ns")),
        [Day(46037.25)],
    ),
    "a time before 1970": (pa.array([dt.datetime(1969, 12, 31, 12)]), [Day(25568.5)]),
}


@pytest.mark.parametrize("case", READ.values(), ids=READ)
def test_a_column_is_read_as_a_sheet_would_hold_it(
    case: tuple[Any, list[object]], tmp_path: Path
) -> None:
    array, expected = case
    assert cells(tmp_path, array) == expected


def test_account_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    numbers = [9_007_199_254_740_993, 9_007_199_254_740_992]
    assert cells(tmp_path, pa.array(numbers), "account") == [str(n) for n in numbers]


REFUSED = {
    "a time zone": pa.array([dt.datetime(2026, 1, 15)], pa.timestamp("us", "America/New_York")),
    "lists": pa.array([[1.0]]),
    "structures": pa.array([{"a": 1}]),
    "maps": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "bytes": pa.array([b"a"]),
    "fixed bytes": pa.array([b"ab"], pa.binary(2)),
    "times of day": pa.array([dt.time(12)]),
    "durations": pa.array([dt.timedelta(days=1)]),
}


@pytest.mark.parametrize("array", REFUSED.values(), ids=REFUSED)
def test_a_type_without_plain_cells_is_refused_by_name(array: Any, tmp_path: Path) -> None:
    path = written(tmp_path, {"Price": array})
    with pytest.raises(InputError, match="positions, row 1, price: found a column of type"):
        read(path)


@pytest.mark.parametrize("array", REFUSED.values(), ids=REFUSED)
def test_a_column_that_nobody_asks_for_may_be_anything(array: Any, tmp_path: Path) -> None:
    path = written(tmp_path, {"other": array, "price": [1.0]})
    assert list(read(path).columns) == ["price"]


def test_texts_that_are_no_text_are_refused(tmp_path: Path) -> None:
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], np.int32).tobytes()),
                         pa.py_buffer(b"\xff\xfe")],
    )  # fmt: skip
    with pytest.raises(InputError, match="positions, row 1, symbol: found content"):
        cells(tmp_path, bad, "symbol")


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a;b", "=cmd()", "\N{SNOWMAN}" * 1_000, "x\x00y", "", "{0}", "%s", "a.b"],
)
def test_names_of_columns_and_texts_are_data(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, {name: [1.0], "symbol": [name]})
    assert read(path).cells("symbol") == [name.strip() or None]
    assert {p.name for p in tmp_path.iterdir()} == {"positions.parquet"}


def test_a_name_with_a_point_is_one_column(tmp_path: Path) -> None:
    path = written(tmp_path, {"exp": pa.array([{"date": 7.0}]), "Exp.Date": [46037.0]})
    assert read(path).cells("expiration") == [46037.0]


def test_two_columns_of_one_heading_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"Symbol": ["a"], "ticker": ["b"]})
    with pytest.raises(InputError, match="symbol: found 'Symbol' and 'ticker', wanted one column"):
        read(path)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "positions.parquet"
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["symbol", "symbol"])
    pq.write_table(table, path)
    with pytest.raises(InputError, match="found 2 columns 'symbol'"):
        read(path)


def test_a_column_that_is_needed_is_missed_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, {"price": [1.0]})
    with pytest.raises(InputError) as refused:
        read(path, "symbol", "date")
    assert [problem.column for problem in refused.value.problems] == ["symbol", "date"]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"price": pa.array([], pa.float64())})
    with pytest.raises(InputError, match="found no rows"):
        read(path)


@pytest.mark.parametrize("length", [0, 4, 100, -1, -9])
def test_a_file_that_is_not_whole_is_refused(length: int, tmp_path: Path) -> None:
    path = written(tmp_path, {"price": list(range(1_000))})
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(MarginError, match="not a Parquet file that can be read"):
        read(path)


def test_a_damaged_page_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"price": np.random.default_rng(1).random(10_000)}, compression="gzip")
    content = bytearray(path.read_bytes())
    content[200:4_000] = bytes(3_800)
    path.write_bytes(content)
    with pytest.raises(MarginError, match="not a Parquet file that can be read"):
        read(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MarginError, match="no such file"):
        read(tmp_path / "none.parquet")
    with pytest.raises(MarginError, match="found a folder"):
        read(tmp_path)
    path = tmp_path / "positions.parquet"
    path.write_text("date,symbol\n")
    with pytest.raises(MarginError, match="not a Parquet file"):
        read(path)


def test_rows_are_numbered_through_groups_and_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_files, "BATCH_ROWS", 3)
    path = written(tmp_path, {"price": [float(i) for i in range(10)]}, row_group_size=4)
    source = open_parquet(path, "positions", lambda text: HEADINGS.get(text, ""), ())
    batches = [*source.batches(("price",), (0, 2))]
    assert [b.rows.tolist() for b in batches] == [[2, 3, 4], [5], [10, 11]]
    assert [b.cells("price") for b in batches] == [[0.0, 1.0, 2.0], [3.0], [8.0, 9.0]]


def test_texts_that_no_row_uses_are_left_out() -> None:
    column = CodedCells(np.array([2, -1, 0, 2], np.int32), ("a", "b", "c"))
    taken = column.take(np.array([1, 3]))
    assert taken.distinct == ("c",)
    assert taken.codes.tolist() == [-1, 0]
