"""Whatever stands in a file, it is read or refused; nothing else ever happens."""

from __future__ import annotations

import csv
import io
import math
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.brokers.books import GOLDEN
from xlmargin.errors import MarginError
from xlmargin.importers import read_book_files
from xlmargin.importers.files import read_broker

FILES = sorted(path.name for path in GOLDEN.glob("*.csv"))
TABLES = {name: list(csv.reader((GOLDEN / name).open(newline=""))) for name in FILES}
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "--", "=1+1", "-1", "1e999", "$", "(", "XYZ", "0", "'; DROP", "../x",
                     "\x1b[31m", "9" * 30, "Symbol", "Total", "\u202e", "XYZ261218C52.5"]),
)  # fmt: skip


@given(
    file=st.sampled_from(FILES),
    changes=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), CELLS), max_size=4),
)
def test_any_cell_changed_reads_or_refuses(file: str, changes: list[tuple[int, int, str]]) -> None:
    rows = [list(row) for row in TABLES[file]]
    for row, column, text in changes:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changed.csv"
        path.write_text(written.getvalue(), encoding="utf-8", newline="")
        try:
            read_book_files(path)
            broker = read_broker(path)
        except MarginError:
            return
    cells = [cell for row in broker.positions[1:] for cell in row] if broker else []
    assert all(cell is None or isinstance(cell, str | float) for cell in cells)
    assert all(math.isfinite(cell) for cell in cells if isinstance(cell, float))
    assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(tuple("=+-@"))]


@pytest.mark.parametrize("file", FILES)
def test_a_text_in_a_symbol_never_starts_a_formula_or_a_path(tmp_path: Path, file: str) -> None:
    for text in ("=1+1", "@SUM(1)", "+1+1", "../../etc/passwd", "C:\\x", "XYZ\x00"):
        path = tmp_path / file
        content = (GOLDEN / file).read_text().replace("XYZ", text)
        path.write_text(content)
        try:
            positions = read_book_files(path).positions
        except MarginError:
            continue
        assert not [row for row in positions[1:] if str(row[0]).startswith(tuple("=@+.-"))]


def test_the_time_goes_with_the_number_of_rows(tmp_path: Path) -> None:
    """Four times the rows take about four times as long, not sixteen times."""

    def seconds(rows: int) -> float:
        head, *rest = (GOLDEN / "fidelity.csv").read_text().splitlines()
        path = tmp_path / "large.csv"
        shares = [rest[1].replace("XYZ", f"A{i}") for i in range(rows)]
        path.write_text("\n".join([head, *[rest[2]] * rows, *shares]))
        start = time.process_time()
        broker = read_broker(path)
        assert broker is not None
        assert len(broker.holdings) == 2 * rows
        return time.process_time() - start

    seconds(100)
    assert seconds(4_000) < 8 * seconds(1_000)
