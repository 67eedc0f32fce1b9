"""The shadow analysis of a year: a million account-days of portfolio margin, Parquet to Parquet.

    python benchmarks/shadow.py                     the figures in the README
    python benchmarks/shadow.py --days 25           a tenth of them
    python benchmarks/shadow.py --cluster           the same through a local Dask cluster too
    python benchmarks/shadow.py --strategy          10,000 account-days of strategy-based margin
    python benchmarks/shadow.py --kills 20          killed so many times, and compared byte by byte

Data are invented and the same each time: accounts of ten positions over some thousands of option
contracts, priced anew each day, volatilities to be solved. Processor time and memory are those of
all processes together; memory is sampled while they run.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from xlmargin.pricing import OptionTerms, theoretical_value

ACCOUNTS, POSITIONS = 4_000, 10
UNDERLYINGS, CONTRACTS = 50, 2_000
FIRST_DAY = np.datetime64("2025-01-02")
RATE = 0.04
COMMAND = [sys.executable, "-c", "from xlmargin.cli import main; main()", "shadow"]


@dataclass(frozen=True)
class Inputs:
    """The files of a history."""

    positions: Path
    market: Path
    settings: Path


def invented(folder: Path, days: int, accounts: int) -> Inputs:
    """Positions and market of so many business days, the same for the same numbers."""
    inputs = Inputs(*(folder / name for name in ("positions.parquet", "market.parquet", "s.csv")))
    inputs.settings.write_text(f"name,value\nrate,{RATE}\n")
    random_ = np.random.default_rng(7)
    dates = np.busday_offset(FIRST_DAY, np.arange(days), roll="forward")
    symbols = [f"U{i:03d}" for i in range(UNDERLYINGS)]
    first = random_.uniform(50, 500, UNDERLYINGS)
    spots = first * np.exp(np.cumsum(random_.normal(0, 0.015, (days, UNDERLYINGS)), axis=0))
    pq.write_table(
        pa.table(
            {
                "date": np.repeat(dates, UNDERLYINGS),
                "symbol": symbols * days,
                "price": spots.ravel(),
            }
        ),
        inputs.market,
    )
    each = CONTRACTS // UNDERLYINGS
    underlying = np.repeat(np.arange(UNDERLYINGS), each)
    call = np.arange(CONTRACTS) % 2 == 0
    moneyness = random_.uniform(0.8, 1.2, CONTRACTS)
    tenor = random_.choice([30, 60, 90, 180, 360], CONTRACTS)
    volatility = random_.uniform(0.2, 0.45, CONTRACTS)
    held = random_.integers(0, CONTRACTS, accounts * POSITIONS)
    stock = np.arange(accounts * POSITIONS) % POSITIONS == 0
    quantity = random_.choice([-5, -2, -1, 1, 3], accounts * POSITIONS).astype(np.float64)
    quantity[stock] = 100 * np.abs(quantity[stock])
    names = pa.array([f"A{i:05d}" for i in range(accounts)])
    of_account = np.repeat(np.arange(accounts, dtype=np.int32), POSITIONS)
    account = pa.DictionaryArray.from_arrays(of_account, names)
    symbol = pa.DictionaryArray.from_arrays(underlying[held].astype(np.int32), pa.array(symbols))
    kinds = np.where(stock, 0, np.where(call[held], 1, 2)).astype(np.int8)
    kind = pa.DictionaryArray.from_arrays(kinds, pa.array(["stock", "call", "put"]))
    writer = None
    for day, spot in zip(dates, spots, strict=True):
        month = np.datetime64(day, "M")  # strikes and expirations change with the month
        since = spots[int(np.searchsorted(dates, month.astype("datetime64[D]")))]
        strike = np.maximum(1.0, np.round(since[underlying] * moneyness))
        expiration = month.astype("datetime64[D]") + 30 + tenor
        years = (expiration - day).astype(float) / 365
        contracts = OptionTerms(
            call, np.full(CONTRACTS, True), strike, years, np.full(CONTRACTS, RATE),
            np.zeros(CONTRACTS), np.zeros((CONTRACTS, 0)), np.zeros((CONTRACTS, 0)),
        )  # fmt: skip
        value = theoretical_value(contracts, spot[underlying][:, None], volatility)[:, 0]
        intrinsic = np.where(call, spot[underlying] - strike, strike - spot[underlying])
        price = np.maximum(np.maximum(value, intrinsic * 1.001 + 0.02), 0.02)
        table = pa.table(
            {
                "date": np.full(len(held), day),
                "account": account,
                "symbol": symbol,
                "type": kind,
                "quantity": quantity,
                "strike": pa.array(strike[held], mask=stock),
                "expiration": pa.array(expiration[held], mask=stock),
                "price": np.where(stock, spot[underlying][held], price[held]),
            }
        )
        writer = writer or pq.ParquetWriter(inputs.positions, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return inputs


@dataclass(frozen=True)
class Run:
    """What a run took: seconds by the clock and of processors, most memory at once in MB."""

    seconds: float
    processor: float
    memory: float


def run(inputs: Inputs, output: Path, *options: str, also: int = 0) -> Run:
    """Run the command and measure it; `also` is another process whose memory counts."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [*COMMAND, str(inputs.positions), "--market", str(inputs.market)]
    command += ["--settings", str(inputs.settings), "-o", str(output), "--json", *options]
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    most = [0.0]
    watch = threading.Thread(target=_watch, args=(process, most, also))
    watch.start()
    code = process.wait()
    watch.join()
    after = os.times()
    assert code in (0, 3), f"the command ended with code {code}"
    processor = after.children_user + after.children_system
    processor -= before.children_user + before.children_system
    return Run(time.perf_counter() - start, processor, most[0])


def _watch(process: subprocess.Popen[bytes], most: list[float], also: int) -> None:
    """Sample the memory of a process and all below it, shared pages divided among them."""
    while process.poll() is None:
        pids = [*_tree(process.pid), *(_tree(also) if also else [])]
        most[0] = max(most[0], sum(map(_megabytes, pids)))
        time.sleep(0.1)


def _tree(pid: int) -> list[int]:
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in below for p in _tree(int(child)))]


def _megabytes(pid: int) -> float:
    """Memory of a process in MB: its proportional share, as Linux counts it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def printed(label: str, account_days: int, took: Run) -> None:
    print(
        f"{label:<40} {took.seconds:7.1f} s  {took.processor:7.1f} s of processor"
        f"  {account_days / took.seconds:9,.0f} account-days/s  {took.memory:6,.0f} MB"
    )


def killed(inputs: Inputs, output: Path, times: int, longest: float, *options: str) -> int:
    """Kill the command at random moments, then let it end; answers how often it was killed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [*COMMAND, str(inputs.positions), "--market", str(inputs.market)]
    command += ["--settings", str(inputs.settings), "-o", str(output), "--json", *options]
    moments, kills = random.Random(1), 0
    for _ in range(times):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
        try:
            process.wait(moments.uniform(1.0, longest))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    run(inputs, output, *options)
    return kills


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--strategy", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.strategy:
            inputs = invented(folder, 10, 1_000)
            workers = ("--workers", str(asked.workers), "--only", "strategy")
            took = run(inputs, folder / "strategy.parquet", *workers)
            printed("strategy-based margin", 10_000, took)
            return
        inputs = invented(folder, asked.days, asked.accounts)
        account_days = asked.days * asked.accounts
        size = inputs.positions.stat().st_size / 1e6
        print(f"{account_days:,} account-days, {account_days * POSITIONS:,} rows, {size:,.0f} MB")
        only = ("--only", "portfolio")
        here = folder / "here.parquet"
        took = run(inputs, here, *only, "--workers", str(asked.workers))
        printed(f"portfolio margin, {asked.workers} processes", account_days, took)
        if asked.cluster:
            _through_cluster(inputs, folder, here, account_days, asked.workers)
        if asked.kills:
            again = folder / "again.parquet"
            options = (*only, "--workers", str(asked.workers))
            kills = killed(inputs, again, asked.kills, max(2.0, took.seconds / 3), *options)
            same = again.read_bytes() == here.read_bytes()
            print(f"killed {kills} times and resumed: the same bytes: {same}")


def _through_cluster(
    inputs: Inputs, folder: Path, here: Path, account_days: int, workers: int
) -> None:
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = str(ROOT)
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        there = folder / "cluster.parquet"
        address = ("--cluster", cluster.scheduler_address, "--only", "portfolio")
        took = run(inputs, there, *address, also=os.getpid())
        printed(f"the same, a Dask cluster of {workers}", account_days, took)
        print(f"the same bytes: {there.read_bytes() == here.read_bytes()}")


if __name__ == "__main__":
    main()
