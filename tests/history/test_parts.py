"""Parts: what is written is read again, and nothing half-written or of other inputs is."""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from xlmargin import rulebook
from xlmargin.errors import MarginError
from xlmargin.history import HeldShares, ShadowDay, failed_day
from xlmargin.history.parts import Parts, content_key, open_parts
from xlmargin.settings import Basis

AMOUNTS = np.array([1.25, np.nan])
DAY = ShadowDay(
    day=46_037.0,
    basis=Basis.INITIAL,
    accounts=("A", "\N{SNOWMAN}, \"'"),
    long_market_value=AMOUNTS,
    initial=AMOUNTS + 1,
    maintenance=AMOUNTS + 2,
    deposit=AMOUNTS + 3,
    portfolio_requirement=AMOUNTS + 4,
    strategy_equity=AMOUNTS + 5,
    portfolio_equity=AMOUNTS + 6,
    strategy_due=46_060.0,
    shares=(HeldShares("XYZ", 100.0, 0.1),),
)


def same(one: ShadowDay, other: ShadowDay) -> bool:
    pairs = ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return all(
        np.array_equal(a, b, equal_nan=True) if isinstance(a, float | np.ndarray) else a == b
        for a, b in pairs
    )


@pytest.mark.parametrize("day", [DAY, failed_day(46_037.0, "why\nnot")])
def test_a_part_is_read_as_it_was_written(day: ShadowDay, tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.write(day)
    assert same(parts.read(day.day), day)
    assert parts.done() == {day.day}


def test_a_part_that_is_not_whole_is_not_done(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.write(DAY)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        assert parts.done() == set(), length
    path.write_bytes(whole)
    path.rename(tmp_path / "46038.day")  # of another day
    assert parts.done() == set()


def test_what_is_being_written_is_not_done(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.write(DAY)
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / "46037.day.99.unfinished")
    assert parts.done() == set()


def test_the_key_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"content")
    other.write_bytes(b"content")
    key = content_key({"positions": one, "only": "both"})
    assert content_key({"positions": other, "only": "both"}) == key
    assert content_key({"positions": one, "only": "portfolio"}) != key
    assert content_key({"market": one, "only": "both"}) != key
    other.write_bytes(b"Content")
    assert content_key({"positions": other, "only": "both"}) != key


def test_the_key_follows_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = tmp_path / "one"
    one.write_bytes(b"content")
    key = content_key({"positions": one})
    book = tmp_path / "rulebook"
    shutil.copytree(Path(rulebook.__file__).parent, book)
    monkeypatch.setattr("importlib.resources.files", lambda _: book)
    assert content_key({"positions": one}) == key
    rates = book / "reg_t" / "stock.toml"
    rates.write_text(rates.read_text("utf-8").replace("0.50", "0.55", 1), "utf-8")
    assert content_key({"positions": one}) != key


KEY, OTHER_KEY = "0" * 16, "1" * 16


def test_parts_of_other_inputs_are_refused_unless_a_restart_discards_them(tmp_path: Path) -> None:
    output = tmp_path / "out[1].parquet"
    open_parts(output, KEY, restart=False).write(DAY)
    with pytest.raises(MarginError, match="--restart"):
        open_parts(output, OTHER_KEY, restart=False)
    assert open_parts(output, KEY, restart=False).done() == {DAY.day}
    assert open_parts(output, OTHER_KEY, restart=True).done() == set()
    assert [path.name for path in tmp_path.iterdir()] == [f"out[1].parquet.{OTHER_KEY}.work"]


def test_a_folder_without_a_finished_day_is_in_nobody_s_way(tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    open_parts(output, KEY, restart=False)
    open_parts(output, OTHER_KEY, restart=False)
    assert len([*tmp_path.iterdir()]) == 1


def test_a_restart_removes_nothing_of_the_user_s(tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    parts = open_parts(output, KEY, restart=False)
    parts.write(DAY)
    names = [
        "mine.txt",
        "notes.day",
        "1.day.old",
        "draft.unfinished",
        "1.day.x.unfinished",
        f"{10**9}.day",
    ]
    for name in names:
        (parts.folder / name).write_text("mine")
    parts.unfinished.write_text("ours")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "46037.day").write_text("mine")
    (tmp_path / f"out.parquet.{OTHER_KEY}.work").symlink_to(elsewhere)
    open_parts(output, KEY, restart=True)
    assert sorted(path.name for path in parts.folder.iterdir()) == sorted(names)
    assert (elsewhere / "46037.day").exists()
    assert not (parts.folder / "46037.day").exists()
