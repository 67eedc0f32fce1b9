"""A service that keeps a book: orders, prices, its start and its memory, asked over HTTP.

    python benchmarks/service.py [--positions 80 1000 10000] [--rate 5 20 60] [--at-once 1 15]
    python benchmarks/service.py --shards 1 2 [--positions 10000]

One process of `xlmargin serve` on this machine, and this one that asks it. Of each request the time
until its answer, and the processor time of the service; of prices, so many underlyings a message at
a steady rate for twenty seconds, how long the figures took to contain each. Books are those of
`benchmarks/accounts.py`: 20 positions an account. With `--shards` the accounts are split among so
many processes: orders go to the one that has their account, each price to all of them, as fast as
they are answered for ten seconds.
"""

import argparse
import atexit
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accounts import POSITIONS, book
from tests.service.running import Process
from xlmargin.service.records import records_of

TICK = os.sysconf("SC_CLK_TCK")
SECONDS = 20.0
"""How long prices are sent at each rate."""
AT_MOST = 100
"""Messages under way at once; one that is due later waits, and is late by that."""
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
    given, prices = book_of(positions)
    before = measured.processor
    measured.asking.timeout = 600
    measured.asking.put("/v1/book", json=given).raise_for_status()
    print_line(f"{positions:,} positions: put", f"{measured.processor - before:.1f} s of processor")
    return given, prices


def book_of(positions: int) -> tuple[dict[str, object], dict[str, float]]:
    """A book of so many positions as it is sent, and the prices of its underlyings."""
    rows, market, settings = book(positions // POSITIONS)
    given = {
        "positions": records_of("positions", [[_plain(cell) for cell in row] for row in rows]),
        "market": [list(row) for row in market],
        "settings": [[_plain(cell) for cell in row] for row in settings],
    }
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


def ticks(measured: Measured, prices: dict[str, float], rate: float, at_once: int) -> None:
    """Print how far behind the figures are while prices come at a rate, so many a message."""
    random = np.random.default_rng(11)
    symbols = list(prices)
    late: list[float] = []
    own = threading.local()
    lock = threading.Lock()
    headers = {"Authorization": f"Bearer {measured.asking.token}"}
    headers["Content-Type"] = "application/json"

    def send(body: object, due: float) -> None:
        if not hasattr(own, "connection"):
            own.connection = HTTPConnection("127.0.0.1", measured.asking.port, timeout=600)
        own.connection.request("PATCH", "/v1/market?wait=true", json.dumps(body), headers)
        answer = own.connection.getresponse()
        answer.read()
        assert answer.status == 200
        with lock:
            late.append(1e3 * (time.monotonic() - due))

    before, started = measured.processor, time.monotonic()
    with ThreadPoolExecutor(AT_MOST) as senders:
        sent = []
        for n in range(int(SECONDS * rate / at_once)):
            due = started + n * at_once / rate
            time.sleep(max(0.0, due - time.monotonic()))
            chosen = random.choice(symbols, min(at_once, len(symbols)), replace=False).tolist()
            moves = (1 + MOVE * random.standard_normal(len(chosen))).tolist()
            moved = {s: prices[s] * move for s, move in zip(chosen, moves, strict=True)}
            sent.append(senders.submit(send, {"prices": moved}, due))
        for one in sent:
            one.result()
    passed = time.monotonic() - started
    middle, last = np.percentile(late, [50, 99])
    used = (measured.processor - before) / passed
    print_line(
        f"    {rate:g} prices a second, {at_once} a message, figures behind",
        f"{middle:.0f} ms, {last:.0f} ms at the 99th percentile; {used:.0%} of a processor;"
        f" {len(late) * at_once / passed:.0f} a second taken",
    )


def for_a_while(threads: int, ask: Callable[[int], object]) -> float:
    """How often a second several threads that do nothing else are answered."""
    ends = time.monotonic() + SECONDS
    counts = [0] * threads

    def run(thread: int) -> None:
        while time.monotonic() < ends:
            ask(thread + threads * counts[thread])
            counts[thread] += 1

    started = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    return sum(counts) / SECONDS


def sharded(positions: int, count: int) -> None:
    """Print what so many processes answer a second, each with its share of the accounts."""
    given, prices = book_of(positions)
    accounts = sorted({record["account"] for record in given["positions"]})
    place = {account: n % count for n, account in enumerate(accounts)}
    with tempfile.TemporaryDirectory() as folder:
        shards = [Measured(Path(folder) / f"{n}.db") for n in range(count)]
        for n, shard in enumerate(shards):
            atexit.register(shard.service.process.kill)
            own = [record for record in given["positions"] if place[record["account"]] == n]
            shard.asking.timeout = 600
            shard.asking.put("/v1/book", json={**given, "positions": own}).raise_for_status()
        asked, symbols = orders(given, np.random.default_rng(5)), [*prices]
        before, started = [shard.processor for shard in shards], time.monotonic()

        def order(n: int) -> None:
            account, own = asked[n % len(asked)]
            path = f"/v1/accounts/{account}/whatif"
            shard = shards[place[account]]
            shard.asking.post(path, json={"orders": [own]}).raise_for_status()

        def price(n: int) -> None:
            symbol = symbols[n % len(symbols)]
            body = {"prices": {symbol: prices[symbol] * (1 + MOVE * (n % 7 - 3))}}

            def send(shard: Measured) -> None:
                shard.asking.patch("/v1/market?wait=true", json=body).raise_for_status()

            each = [threading.Thread(target=send, args=(shard,)) for shard in shards]
            for thread in each:
                thread.start()
            for thread in each:
                thread.join()

        for what, ask in (("orders", order), ("prices", price)):
            rate = for_a_while(4 * count, ask)
            passed = time.monotonic() - started
            used = [(s.processor - b) / passed for s, b in zip(shards, before, strict=True)]
            print_line(
                f"{positions:,} positions, {count} processes, {what}",
                f"{rate:.1f} a second; {sum(used):.0%} of a processor",
            )
            before, started = [shard.processor for shard in shards], time.monotonic()
        for shard in shards:
            shard.service.kill()


def print_line(what: str, says: str) -> None:
    """Print one figure."""
    print(f"{what:<48}{says}", flush=True)


def measure(positions: int, rates: list[float], messages: list[int]) -> None:
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
            for at_once in messages:
                ticks(measured, prices, rate, at_once)
        print_line("    memory", f"{measured.memory:.0f} MiB")
        measured.service.kill()
        again = Measured(journal)
        with closing(again.asking):
            print_line(
                "    started again after a kill",
                f"{again.seconds:.1f} s, {again.processor:.1f} s of processor,"
                f" {again.memory:.0f} MiB",
            )
            again.service.kill()


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, nargs="+", default=[80, 1_000, 10_000])
    parser.add_argument("--rate", type=float, nargs="+", default=[5.0, 20.0, 60.0])
    parser.add_argument("--at-once", type=int, nargs="+", default=[1])
    parser.add_argument("--shards", type=int, nargs="+", default=[])
    asked = parser.parse_args()
    for count in asked.shards:
        for positions in asked.positions:
            sharded(positions, count)
    for positions in [] if asked.shards else asked.positions:
        measure(positions, asked.rate, asked.at_once)


if __name__ == "__main__":
    main()
