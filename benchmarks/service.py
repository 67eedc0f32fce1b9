"""A service that keeps a book: orders, prices, its start and its memory, asked over HTTP.

    python benchmarks/service.py [--positions 80 1000 10000] [--rate 5 20 60]

One process of `xlmargin serve` on this machine, and this one that asks it. Of each request the time
until its answer, and the processor time of the service; of prices, one underlying a message at a
steady rate for ten seconds, how long the figures took to contain each. Books are those of
`benchmarks/accounts.py`: 20 positions an account.
"""

import argparse
import atexit
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accounts import POSITIONS, book
from tests.service.running import Process
from xlmargin.service.stated import records_of

TICK = os.sysconf("SC_CLK_TCK")
SECONDS = 10.0
"""How long prices are sent at each rate."""
MOVE = 0.003
"""Standard deviation of a tick, as a fraction of the price."""


class Measured:
    """A service in a process of its own."""

    def __init__(self, journal: Path) -> None:
        started = time.monotonic()
        self.service = Process(journal, "--limit", "600", "--rate", "1000000")
        self.asking = self.service.asking.until_ready()
        self.seconds = time.monotonic() - started

    def stat(self, name: str) -> list[str]:
        """What the system says of the process."""
        pid = self.service.process.pid
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").rsplit(")", 1)[-1].split()

    @property
    def processor(self) -> float:
        """Processor time that it has taken, s."""
        user, system = self.stat("stat")[11:13]
        return (int(user) + int(system)) / TICK

    @property
    def memory(self) -> float:
        """What it holds, MiB."""
        fields = self.stat("status")
        return int(fields[fields.index("VmRSS:") + 1]) / 1024


def put(measured: Measured, positions: int) -> tuple[dict[str, object], dict[str, float]]:
    """Put a book of so many positions; the book, and the prices of what is held in it."""
    rows, market, settings = book(positions // POSITIONS)
    plain = [[_plain(cell) for cell in row] for row in rows]
    given = {
        "positions": records_of(plain),
        "market": [list(row) for row in market],
        "settings": [[_plain(cell) for cell in row] for row in settings],
    }
    before = measured.processor
    measured.asking.timeout = 600
    measured.asking.put("/v1/book", json=given).raise_for_status()
    print_line(f"{positions:,} positions: put", f"{measured.processor - before:.1f} s of processor")
    names = [str(cell) for cell in market[0]]
    symbol, price = names.index("symbol"), names.index("price")
    return given, {str(row[symbol]): float(row[price]) for row in market[1:]}


def _plain(cell: object) -> object:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def timed(measured: Measured, ask: Callable[[int], httpx.Response], times: int) -> str:
    """The median and 99th percentile of so many answers, and the processor time of one."""
    taken, before = [], measured.processor
    for n in range(times):
        started = time.perf_counter()
        ask(n).raise_for_status()
        taken.append(1e3 * (time.perf_counter() - started))
    own = 1e3 * (measured.processor - before) / times
    middle, last = np.percentile(taken, [50, 99])
    return f"{middle:.1f} ms, {last:.1f} ms at the 99th percentile; {own:.1f} ms of processor"


def orders(given: dict[str, object], random: np.random.Generator) -> list[tuple[str, object]]:
    """Orders of contracts that are held, each with its account."""
    held = [r for r in given["positions"] if r.get("type") != "cash"]
    found = []
    for i in random.integers(0, len(held), 200).tolist():
        kept = ("symbol", "type", "strike", "expiration")
        order = {name: held[i][name] for name in kept if held[i].get(name) is not None}
        found.append((held[i]["account"], {**order, "quantity": float(random.choice([-3, 3]))}))
    return found


def ticks(measured: Measured, prices: dict[str, float], rate: float) -> None:
    """Print how far behind the figures are while prices come at a rate."""
    random = np.random.default_rng(11)
    symbols = list(prices)
    late: list[float] = []
    lock = threading.Lock()
    before, started = measured.processor, time.monotonic()

    def send(n: int) -> None:
        symbol = symbols[int(random.integers(len(symbols)))]
        price = prices[symbol] * (1 + MOVE * float(random.standard_normal()))
        sent = time.perf_counter()
        body = {"prices": {symbol: price}}
        measured.asking.patch("/v1/market?wait=true", json=body).raise_for_status()
        with lock:
            late.append(1e3 * (time.perf_counter() - sent))

    threads = []
    for n in range(int(SECONDS * rate)):
        if (left := started + n / rate - time.monotonic()) > 0:
            time.sleep(left)
        threads.append(threading.Thread(target=send, args=(n,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    passed = time.monotonic() - started
    middle, last = np.percentile(late, [50, 99])
    used = (measured.processor - before) / passed
    print_line(
        f"    {rate:g} prices a second, figures behind",
        f"{middle:.0f} ms, {last:.0f} ms at the 99th percentile; {used:.0%} of a processor",
    )


def print_line(what: str, says: str) -> None:
    """Print one figure."""
    print(f"{what:<48}{says}", flush=True)


def measure(positions: int, rates: list[float]) -> None:
    """Print what a book of so many positions costs."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.db"
        measured = Measured(journal)
        atexit.register(measured.service.process.kill)
        given, prices = put(measured, positions)
        asked = orders(given, np.random.default_rng(5))
        post, get = measured.asking.post, measured.asking.get
        ways = {
            "an order": lambda n: post(f"/v1/accounts/{asked[n][0]}/whatif",
                                       json={"orders": [asked[n][1]]}),
            "buying power": lambda n: get(f"/v1/accounts/{asked[n][0]}/buying-power"),
        }  # fmt: skip
        for what, ask in ways.items():
            print_line(f"    {what}", timed(measured, ask, 100))
        sized = [{k: v for k, v in order.items() if k != "quantity"} for _, order in asked]
        print_line(
            "    the greatest quantity",
            timed(measured, lambda n: post(f"/v1/accounts/{asked[n][0]}/max-quantity",
                                           json={"orders": [sized[n]]}), 10),
        )  # fmt: skip
        for rate in rates:
            ticks(measured, prices, rate)
        print_line("    memory", f"{measured.memory:.0f} MiB")
        measured.service.kill()
        again = Measured(journal)
        with closing(again.asking):
            print_line(
                "    started again after a kill",
                f"{again.seconds:.1f} s, {again.processor:.1f} s of processor",
            )
            again.service.kill()


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, nargs="+", default=[80, 1_000, 10_000])
    parser.add_argument("--rate", type=float, nargs="+", default=[5.0, 20.0, 60.0])
    asked = parser.parse_args()
    for positions in asked.positions:
        measure(positions, asked.rate)


if __name__ == "__main__":
    main()
