"""Files of many dates: each day whole, in whatever order the file has its rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmargin.cells.words import POSITIONS
from xlmargin.errors import InputError
from xlmargin.excel.history import DayTables, HistoryPaths, open_history
from xlmargin.importers import dated_parquet, parquet_files
from xlmargin.importers.dated_parquet import DatedParquet, open_dated

FIRST = 46_037


def dated(path: Path, days: list[int], groups: int = 4, dates: object = None) -> DatedParquet:
    """A file whose rows are of these days; the symbol of a row is its number."""
    if dates is None:
        dates = pa.array(np.array(days, dtype=np.int32) + FIRST - 25_569).cast(pa.date32())
    symbols = [f"R{i + 2}" for i in range(len(days))]
    table = pa.table({"Date": dates, "symbol": symbols, "quantity": [1.0] * len(days)})
    pq.write_table(table, path, row_group_size=groups)
    return open_dated(path, "positions", POSITIONS)


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    groups=st.integers(1, 9),
    batch=st.integers(1, 7),
    held=st.integers(1, 12),
    left_out=st.sets(st.integers(0, 5), max_size=3),
)
def test_every_day_comes_once_and_whole(
    tmp_path_factory: pytest.TempPathFactory,
    days: list[int],
    groups: int,
    batch: int,
    held: int,
    left_out: set[int],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_files, "BATCH_ROWS", batch)
        patch.setattr(dated_parquet, "MOST_HELD_ROWS", held)
        file = dated(tmp_path_factory.mktemp("dated") / "p.parquet", days, groups)
        assert file.days == [float(FIRST + day) for day in sorted(set(days))]
        wanted = [day for day in file.days if day - FIRST not in left_out]
        tables = [*file.tables(wanted)]
    assert sorted(day for day, _ in tables) == wanted
    for day, table in tables:
        rows = [i + 2 for i, each in enumerate(days) if FIRST + each == day]
        assert table.rows.tolist() == rows
        assert table.cells("symbol") == [f"R{row}" for row in table.rows.tolist()]
        assert "date" not in table.columns


def test_a_file_in_order_is_read_once_and_few_rows_are_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dated_parquet, "MOST_HELD_ROWS", 3)
    file = dated(tmp_path / "p.parquet", sorted([*range(5)] * 4))
    assert [*file._waves(file.days)] == [file.days]
    file = dated(tmp_path / "p.parquet", [*range(5)] * 4)
    assert [len(wave) for wave in file._waves(file.days)] == [1] * 5


DATES = {
    "times": pa.array(np.array(["2026-01-15T09:30", "2026-01-15T16:00"], "datetime64[us]")),
    "serial days": pa.array([46_037.25, 46_037.75]),
    "texts": pa.array(["2026-01-15", "2026-01-15 12:00"]),
}


@pytest.mark.parametrize("dates", DATES.values(), ids=DATES)
def test_a_date_is_the_day_of_whatever_says_it(dates: object, tmp_path: Path) -> None:
    assert dated(tmp_path / "p.parquet", [0, 0], dates=dates).days == [46_037.0]


WRONG = {
    "nothing": (pa.array([46_037.0, None]), "nothing"),
    "a text that is no date": (pa.array(["2026-01-15", "5.1.2026"]), "the text '5.1.2026'"),
    "a number that is no date": (pa.array([46_037.0, 15.0]), "15"),
    "infinite": (pa.array([46_037.0, float("inf")]), "inf"),
    "a day before 1970": (pa.array(np.array(["2026-01-15", "1950-01-01"], "datetime64[D]")), "182"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_row_without_a_date_is_refused_by_its_number(
    case: tuple[object, str], tmp_path: Path
) -> None:
    dates, found = case
    with pytest.raises(InputError) as refused:
        dated(tmp_path / "p.parquet", [0, 0], dates=dates)
    (problem,) = refused.value.problems
    assert str(problem).startswith(f"positions, row 3, date: found {found}")


def test_a_file_without_dates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"symbol": ["XYZ"], "quantity": [1.0]}), path)
    with pytest.raises(InputError, match="positions, row 1, date: found no such column"):
        open_dated(path, "positions", POSITIONS)


def day_of(path: Path, columns: dict[str, object]) -> DayTables:
    """The one day of a file of 1 call at 10 beside 100 shares at 100, with more columns."""
    day = pa.array(np.array([FIRST - 25_569] * 2, dtype=np.int32)).cast(pa.date32())
    expiration = pa.array([dt.date(2026, 12, 18), None])
    book = {
        "date": day, "symbol": ["XYZ", "XYZ"], "type": ["call", "stock"], "quantity": [1.0, 100.0],
        "strike": [100.0, None], "expiration": expiration, "price": [10.0, 100.0],
    }  # fmt: skip
    pq.write_table(pa.table({**book, **columns}), path)
    (only,) = open_history(HistoryPaths(path)).contents([FIRST])
    return only


def test_unknown_columns_are_judged_as_in_other_files(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    assert day_of(path, {"remark": ["a", "core"]}).book().positions.quantity.tolist() == [1, 100]
    sold = day_of(path, {"what": ["Sold", "Bought"]}).book()
    assert sold.positions.quantity.tolist() == [-1, 100]
    for columns, said in (
        ({"x": ["S", "B"]}, "looks like side"),
        ({"x": ["a", "sold"]}, "looks like side"),
        ({"x": [10.0, 100.0]}, "looks like multiplier"),
        ({"x": ["EUR", "EUR"]}, "USD"),
    ):
        with pytest.raises(InputError, match=said):
            day_of(path, columns).book()


def test_a_date_under_the_heading_of_a_number_is_refused(tmp_path: Path) -> None:
    cost = pa.array([dt.date(2026, 1, 15), None])
    with pytest.raises(InputError, match="row 2, cost: found the date 2026-01-15, wanted a number"):
        day_of(tmp_path / "p.parquet", {"cost": cost}).book()


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    names = ["date", "symbol", "quantity", "x", "x"]
    table = pa.table([pa.array([46_037.0])] + [pa.array(["A"])] * 4, names=names)
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(InputError, match="2 columns 'x'"):
        open_dated(tmp_path / "p.parquet", "positions", POSITIONS)
