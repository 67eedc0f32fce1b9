"""What many accounts and days cost: `MARGIN_ACCOUNT`, `xlmargin report`, `MARGIN_HISTORY`.

    python benchmarks/accounts.py                    a thousand accounts, and their report
    python benchmarks/accounts.py --report 20000     the report of so many positions alone
    python benchmarks/accounts.py --report 100000    of as many rows as a file may have
    python benchmarks/accounts.py --growth           of 1,000 to 100,000 rows, a line each
    python benchmarks/accounts.py --growth 400 4000  of so many rows, a line each
    python benchmarks/accounts.py --functions 1000 4000  three functions of so many positions each
    python benchmarks/accounts.py --history          sixty days of the sample book of two accounts
    python benchmarks/accounts.py --save FOLDER      answers as text, to compare two versions

Behind a size stands how much longer it took than the size before, for how many times the positions.

One thread, processor time. Accounts are invented and the same each time: twenty positions each, of
stock and of options on four of 200 underlyings, long and short, and cash that leaves most of them
some excess. The report runs as a command of its own; memory is the most that it held at once, no
less than what the invented book took.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import math
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.worksheet import AS_OF, DAYS, RATE, Rows, cpu, line
from xlmargin import computing, udfs
from xlmargin.pricing import OptionTerms, theoretical_value
from xlmargin.workbooks.templates import tables_of_two_accounts

ROOT = Path(__file__).parents[1]
UNDERLYINGS, HELD, POSITIONS = 200, 4, 20
"""Underlyings in all and of one account, and positions of one account."""
RUNS = 5
GROWTH = (1_000, 4_000, 20_000, 100_000)
"""Positions of the reports that show how time and memory grow."""
MOST_ROWS = 100_000
"""Rows of positions that a file may have, those of cash among them."""


def book(accounts: int) -> tuple[Rows, Rows, Rows]:
    """Positions of so many accounts, a market, settings."""
    random = np.random.default_rng(11)
    spot = np.round(random.uniform(20, 500, UNDERLYINGS), 2)
    count = accounts * POSITIONS
    account = np.repeat(np.arange(accounts), POSITIONS)
    of = (7 * account + np.arange(count) % HELD) % UNDERLYINGS
    stock = np.arange(count) % POSITIONS < HELD
    # strikes on a grid of 5% and few expirations, as chains have them: legs meet in spreads
    strike = np.round(spot[of] * random.choice(np.arange(0.8, 1.25, 0.05), count), 1)
    days = random.choice(DAYS, count)
    call = random.random(count) < 0.5
    none, american = np.zeros((count, 0)), np.ones(count, dtype=bool)
    rate, zero = np.full(count, RATE), np.zeros(count)
    contracts = OptionTerms(call, american, strike, days / 365, rate, zero, none, none)
    smile = 0.25 + 0.2 * (of % 10) / 10
    value = theoretical_value(contracts, spot[of][:, None], smile)[:, 0]
    intrinsic = np.maximum(np.where(call, spot[of] - strike, strike - spot[of]), 0.0)
    price = np.maximum(np.round(value, 2) + 0.01, np.round(intrinsic * 1.06 + 0.05, 2))
    quantity = random.choice([-5, -2, -1, 1, 3], count).astype(float)
    quantity[stock] *= 100
    kind = np.where(stock, "stock", np.where(call, "call", "put"))
    names = ["account", "symbol", "type", "quantity", "strike", "expiration", "price"]
    rows: Rows = [list(names)]
    for i in range(count):
        terms: list[object] = [float(strike[i]), float(AS_OF + days[i]), float(price[i])]
        own = [None, None, None] if stock[i] else terms
        rows.append([f"A{account[i]:05d}", f"U{of[i]}", str(kind[i]), float(quantity[i]), *own])
    held = np.where(stock, np.abs(quantity) * spot[of], 0.0)
    risk = held + np.where(stock, 0.0, 20 * np.abs(quantity) * spot[of])
    of_account = np.bincount(account, risk, accounts) * random.uniform(0.2, 1.5, accounts)
    rows += [
        [f"A{i:05d}", "USD", "cash", round(float(cash), 2), None, None, None]
        for i, cash in enumerate(of_account)
    ]
    market: Rows = [["symbol", "price"], *([f"U{i}", float(s)] for i, s in enumerate(spot))]
    settings: Rows = [["name", "value"], ["as_of", float(AS_OF)], ["rate", RATE]]
    return rows, market, settings


def report(accounts: int, output: Path) -> tuple[float, float]:
    """Seconds of processor and most memory in MB of `xlmargin report`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("positions.csv", "market.csv", "settings.csv")]
        for path, rows in zip(paths, book(accounts), strict=True):
            with path.open("w", newline="") as file:
                csv.writer(file).writerows(rows)
        positions, market, settings = map(str, paths)
        command = [sys.executable, "-c", "from xlmargin.cli import main; main()", "report"]
        command += [positions, "--market", market, "--settings", settings]
        command += ["-o", str(output)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as started:
            _, status, used = os.wait4(started.pid, 0)
            started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode in (0, 3), f"the command ended with code {started.returncode}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


FUNCTIONS = ("PM_REQUIREMENT", "REGT_MAINTENANCE", "MARGIN_ACCOUNT")
"""The functions that show how time grows with the book."""


def of_functions(accounts: int) -> dict[str, float]:
    """Seconds of processor of a first call of each function on so many accounts."""
    ranges, seconds = book(accounts), {}
    with computing.time_limit(math.inf):
        for name in FUNCTIONS:
            computing.forget()
            seconds[name] = cpu(partial(getattr(udfs, name), *ranges))
    return seconds


class Growth:
    """The latest size and seconds by name: how much longer the next size takes."""

    def __init__(self) -> None:
        self._last = dict[str, tuple[int, float]]()

    def __call__(self, name: str, accounts: int, seconds: float) -> str:
        """How many times as long it took, for how many times the accounts; "" at first."""
        last, self._last[name] = self._last.get(name), (accounts, seconds)
        if last is None:
            return ""
        return f"{seconds / last[1]:.1f} times as long for {accounts / last[0]:.1f} times as many"


def history() -> tuple[float, list[object]]:
    """Seconds of processor of a first call of `MARGIN_HISTORY` on the sample, and its answer."""
    tables, answers, seconds = tables_of_two_accounts(), list[list[object]](), []
    dated = (tables.more[name].rows for name in ("DatedPositions", "DatedMarket"))
    ranges = *dated, tables.settings.rows, tables.dividends.rows
    for _ in range(RUNS):
        computing.forget()
        seconds.append(cpu(lambda: answers.append(udfs.MARGIN_HISTORY(*ranges))))
    return statistics.median(seconds), answers[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--report", type=int, default=0, help="positions, with no other figure")
    parser.add_argument("--growth", type=int, nargs="*", help="reports of so many positions each")
    parser.add_argument("--functions", type=int, nargs="*", help="functions on so many positions")
    parser.add_argument("--account", action="store_true", help="MARGIN_ACCOUNT alone")
    parser.add_argument("--save", type=Path, help="a folder for the answers")
    parser.add_argument("--history", action="store_true", help="MARGIN_HISTORY alone")
    asked = parser.parse_args()
    folder = asked.save or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    if asked.history:
        seconds, days = history()
        line(f"MARGIN_HISTORY, {len(days) - 1:,} rows of days, first call", seconds)
        (folder / "history.txt").write_text("\n".join(map(repr, days)))
        return
    longer, most = Growth(), MOST_ROWS // (POSITIONS + 1)
    if asked.functions is not None:
        for positions in asked.functions or GROWTH:
            size = min(positions // POSITIONS, most)
            for name, seconds in of_functions(size).items():
                grown = longer(name, size, seconds)
                line(f"{name}, {size * POSITIONS:,} positions", seconds, grown)
        return
    growth = asked.growth
    of_reports = [asked.report] if growth is None else growth or GROWTH
    sizes = [min(n // POSITIONS or asked.accounts, most) for n in of_reports]
    if not of_reports[0]:
        [accounts] = sizes
        ranges = book(accounts)
        computing.forget()
        answers: list[object] = []
        with computing.time_limit(math.inf):
            first = cpu(lambda: answers.append(udfs.MARGIN_ACCOUNT(*ranges)))
        line(f"MARGIN_ACCOUNT, {accounts:,} accounts, first call", first)
        (folder / "account.txt").write_text("\n".join(map(repr, answers[0])))
    if asked.account:
        return
    for size in sizes:
        seconds, memory = report(size, folder / "report.xlsx")
        grown = longer("report", size, seconds)
        used = f"{memory:,.0f} MB  {grown}"
        line(f"xlmargin report, {size * POSITIONS:,} positions", seconds, used)


if __name__ == "__main__":
    main()
