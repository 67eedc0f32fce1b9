"""What reading the clearing house's arrays costs: CPU medians, peak memory.

    python benchmarks/official.py [--nightly 1500000]

A table of 100,000 invented rows of which all contracts are held, and of which 500 are; then a
nightly file of which 500 are held. Writing the tables is not timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import count, islice, product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.worksheet import cpu, line
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.importers.clearing_house import POINTS, read_array_file

DAYS = [dt.date(2027, month, 15) for month in (1, 2, 3, 6, 9, 12)]
HELD = 500
RUNS = 3
HEADINGS = (
    "class,product group,symbol,expiry,cp,strike,multiplier,minimum charge,theo price,"
    + ",".join(f"PL {i}" for i in range(1, POINTS + 1))
)


def contracts() -> Iterator[Contract]:
    """Shares one after the other, each followed by 600 options on it."""
    rights = (InstrumentKind.CALL, InstrumentKind.PUT)
    for i in count():
        yield Contract(f"U{i}")
        for day, strike, right in product(DAYS, range(75, 125), rights):
            yield Contract(f"U{i}", right, float(strike), serial_of(day))


def write_table(path: Path, rows: int) -> None:
    """Write a table of so many rows."""
    random = np.random.default_rng(7)
    days = {serial_of(day): day.isoformat() for day in DAYS}
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADINGS + "\n")
        for root, kind, strike, day in islice(contracts(), rows):
            terms = (
                f"{days[day]},{InstrumentKind(kind).name[0]},{strike:g},100,0.375"
                if day
                else ",,,1,0"
            )
            values = ",".join(f"{value:.6f}" for value in random.uniform(-9.0, 9.0, POINTS))
            file.write(f"{root},99,{root},{terms},{random.uniform(1.0, 9.0):.4f},{values}\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--nightly", type=int, default=1_500_000, help="rows of the nightly file")
    nightly = asked.parse_args().nightly
    few = list(islice(contracts(), HELD))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "arrays.csv")
        write_table(path, 100_000)
        for held in (list(islice(contracts(), 100_000)), few):
            seconds = [cpu(partial(read_array_file, path, held)) for _ in range(RUNS)]
            line(f"100,000 rows, {len(held):,} held", statistics.median(seconds))
        write_table(path, nightly)
        line(f"{nightly:,} rows, {HELD} held", cpu(partial(read_array_file, path, few)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"greatest memory of the process: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
