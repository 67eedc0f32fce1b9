"""Time twenty functions on one book as Excel on Windows calls them, by xlwings' own conversion.

    python benchmarks/classic_excel.py [--positions 1000] [--passes 3]

CPU time of one thread. The whole Python half of xlwings runs: `CallUDF` of its COM server, its
converters, the functions, the answer back; only pywin32 is stubbed, so that what Windows itself
takes to hand cells over is not in it. The first pass computes; later ones, with the same cells,
are what recalculating an unchanged book costs.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hosts import fake_windows

fake_windows.install()

from benchmarks.worksheet import book
from xlmargin import udfs

CALLS = [
    ("PM_REQUIREMENT",), ("PM_RISK_ARRAY",), ("PM_RISK_ARRAY", "class"), ("PM_GROUPS",),
    ("PM_STRESS",), ("PM_PATH",), ("PM_CONTRIBUTION",), ("PM_CONTRACTS",), ("PM_GREEKS",),
    ("PM_PROFILE",), ("REGT_INITIAL",), ("REGT_MAINTENANCE",), ("REGT_STRATEGIES",),
    ("MARGIN_EFFICIENCY",), ("MARGIN_COMPARE",), ("MARGIN_ACCOUNT",), ("MARGIN_GAINS",),
    ("MARGIN_ONE_MORE",), ("XLM_CHECK",), ("XLM_EXPLAIN",),
]  # fmt: skip
"""Functions of the whole book, some with an argument of their own."""


def called(name: str, ranges: list[object], more: tuple[object, ...]) -> object:
    """The answer of one cell; VBA hands over what is left out, too."""
    wanted = len(getattr(udfs, name).__xlfunc__["args"])
    given = [*ranges, fake_windows.MISSING, *more]
    return fake_windows.call(
        "xlmargin.udfs", name, (given + [fake_windows.MISSING] * wanted)[:wanted]
    )


def main() -> None:
    """Print the time of each pass."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, default=1_000)
    parser.add_argument("--passes", type=int, default=3)
    asked = parser.parse_args()
    positions, market, settings = book(asked.positions, max(1, asked.positions // 20))
    cells = positions, market, [*settings, ["cash", 5_000_000.0]]
    for number in range(1, asked.passes + 1):
        begun = time.process_time()
        # New ranges each time, as Excel has them: nothing is known by what it is.
        ranges = [fake_windows.FakeRange(rows) for rows in cells]
        made = time.process_time()
        answers = [called(name, ranges, tuple(more)) for name, *more in CALLS]
        took = time.process_time() - made
        refused = [name for (name, *_), a in zip(CALLS, answers, strict=True) if "#XLM!" in str(a)]
        print(
            f"pass {number}: {took:.3f} s for {len(CALLS)} calls"
            f" (the stub took {made - begun:.3f} s); refused: {', '.join(refused) or 'none'}"
        )


if __name__ == "__main__":
    main()
