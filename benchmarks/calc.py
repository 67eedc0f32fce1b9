"""Time LibreOffice Calc as a host: workbooks of 1,000 positions, and many functions on one table.

    python benchmarks/calc.py [--positions 1000] [--runs 3]
    python benchmarks/calc.py --templates      a hard recalculation of each template
    python benchmarks/calc.py --after-one-cell [--runs 9]
                                               20 functions on 100 positions, once a price changes

Wall time, the least of the runs, for LibreOffice is a program of its own; the first recalculation
also imports xlmargin and prices every contract.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from xlsxwriter import Workbook

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from worksheet import Rows, book

from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import compared, installed_office, recalculate
from xlmargin.hosts.calc.add_in import write_unpacked
from xlmargin.hosts.calc.office import write_profile
from xlmargin.hosts.calc.recalculation import write_relinked
from xlmargin.workbooks import (
    EVERYTHING,
    TEMPLATES,
    Template,
    input_tables,
    write_margin_workbook,
)

WORKBOOKS = Path(__file__).parents[1] / "workbooks"
EFFICIENCY = "margin-efficiency"
TWENTY = [
    "PM_REQUIREMENT",
    "PM_GROUPS",
    "REGT_INITIAL",
    "REGT_MAINTENANCE",
    "MARGIN_EFFICIENCY",
] * 4
DIFFERENT = [
    "PM_REQUIREMENT",
    "PM_RISK_ARRAY",
    "PM_GROUPS",
    "PM_STRESS",
    "PM_PATH",
    "PM_CONTRIBUTION",
    "PM_CONTRACTS",
    "PM_GREEKS",
    "PM_PROFILE",
    "PM_HOLDINGS",
    "REGT_INITIAL",
    "REGT_MAINTENANCE",
    "REGT_STRATEGIES",
    "MARGIN_EFFICIENCY",
    "MARGIN_COMPARE",
    "MARGIN_GAINS",
    "MARGIN_ACCOUNT",
    "MARGIN_ONE_MORE",
    "MARGIN_CALENDAR",
    "XLM_CHECK",
]


def line(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:<46}{seconds:>8.2f} s  {more}")


def least(path: Path, runs: int) -> dict[str, float]:
    """Seconds by step, each the least of the runs."""
    taken = [recalculate(path, REGISTRY.values()).seconds for _ in range(runs)]
    return {step: min(seconds[step] for seconds in taken) for step in taken[0]}


def workbook_of(template: Template, folder: Path, ranges: tuple[Rows, Rows, Rows]) -> Path:
    """A template filled with these ranges."""
    path = folder / f"{template.name}.xlsx"
    functions = {name: entry.function for name, entry in REGISTRY.items()}
    write_margin_workbook(path, input_tables(*ranges, None), functions, template=template)
    return path


def calls(folder: Path, ranges: tuple[Rows, Rows, Rows], names: list[str]) -> Path:
    """A workbook of calls on one table; each call is told from the others by an empty range."""
    path = folder / f"{len(names)}.xlsx"
    written = Workbook(path)
    addresses = []
    for name, rows in zip(("Positions", "Market", "Settings"), ranges, strict=True):
        sheet = written.add_worksheet(name)
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
        addresses.append(f"{name}!A1:{chr(ord('A') + len(rows[0]) - 1)}{len(rows)}")
    sheet = written.add_worksheet("Calls")
    for i, name in enumerate(names):
        sheet.write_formula(i, 0, f"={name}({','.join(addresses)},Settings!X1:Y{i + 2})")
    written.close()
    return path


def after_one_cell(folder: Path, names: list[str], runs: int) -> list[float]:
    """Seconds until functions on 100 positions answer once the first price has changed."""
    positions, market, settings = book(100, 10)
    ranges = positions, market, [*settings, ["cash", 1_000_000.0]]
    price = float(str(market[1][1]))
    book_of_calls = folder / "book.xlsx"
    write_relinked(calls(folder, ranges, names), book_of_calls, REGISTRY)
    write_unpacked(folder / "add_ins" / "xlmargin", REGISTRY.values())
    write_profile(folder / "profile")
    office, pipe = installed_office(), f"xlmargin{uuid.uuid4().hex}"
    job = {
        "command": office.command(folder, pipe),
        "pipe": pipe,
        "book": str(book_of_calls),
        "sheet": "Market",
        "column": 1,
        "row": 1,
        "values": [price + 0.001 * (run + 1) for run in range(runs)],
        "answers": ["Calls", len(names)],
    }
    (folder / "job.json").write_text(json.dumps(job))
    script = Path(__file__).with_name("calc_one_cell.py")
    done = subprocess.run(
        [office.python, script, folder],
        check=True,
        stdout=subprocess.PIPE,
        env=office.environment(folder),
    )
    return [float(seconds) for seconds in json.loads(done.stdout)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--templates", action="store_true")
    parser.add_argument("--after-one-cell", action="store_true")
    options = parser.parse_args()
    if options.after_one_cell:
        for what, names in (("20 functions", TWENTY), ("20 different functions", DIFFERENT)):
            with tempfile.TemporaryDirectory() as name:
                taken = after_one_cell(Path(name), names, max(9, options.runs))
            least_of = f"least of {len(taken)}: {min(taken):.3f} s"
            line(f"{what} after one cell, median", statistics.median(taken), least_of)
        return
    if options.templates:
        for path in sorted(WORKBOOKS.glob("*.xlsx")):
            line(path.stem, least(path, options.runs)["recalculate"])
        return
    ranges = book(options.positions, max(1, options.positions // 10))
    assert udfs.PM_REQUIREMENT(*ranges) > 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for template in (next(t for t in TEMPLATES if t.name == EFFICIENCY), EVERYTHING):
            path = workbook_of(template, folder, ranges)
            seconds = least(path, options.runs)
            done = compared(path, recalculate(path, REGISTRY.values()).answers)
            formulas = sum(done.formulas.values())
            for step, taken in seconds.items():
                more = f"{formulas:,} formulas, {len(done.differences)} differ"
                line(f"{template.name}: {step}", taken, more * (step == "recalculate"))
        one = least(calls(folder, ranges, TWENTY[:1]), options.runs)["recalculate"]
        twenty = least(calls(folder, ranges, TWENTY), options.runs)["recalculate"]
        line("one function on that table", one)
        line("20 functions on it", twenty, f"{twenty / one:.1f} times one")


if __name__ == "__main__":
    main()
