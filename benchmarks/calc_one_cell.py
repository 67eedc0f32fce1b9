"""Change one cell of a workbook in LibreOffice, again and again, and print the seconds, as JSON.

    python calc_one_cell.py FOLDER

run by LibreOffice's Python. FOLDER has `job.json`: the `command` that starts LibreOffice and its
`pipe`, the `book`, the `sheet`, `column` and `row` of the cell, the `values` it gets one after the
other, and the `answers` that are waited for: the name of their sheet and how many stand in its
first column.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "xlmargin" / "hosts" / "calc" / "uno_side"))

import driver  # type: ignore[import-not-found]


def seconds(document: Any, job: dict[str, Any]) -> list[float]:
    """Wall time from the change of the cell until every answer is there, by value."""
    cell = document.Sheets.getByName(job["sheet"]).getCellByPosition(job["column"], job["row"])
    name, count = job["answers"]
    answers = document.Sheets.getByName(name).getCellRangeByPosition(0, 0, 0, count - 1)
    document.calculateAll()
    before, taken = answers.getDataArray(), []
    for value in job["values"]:
        since = time.perf_counter()
        cell.setValue(value)
        document.calculate()
        after = answers.getDataArray()
        taken.append(time.perf_counter() - since)
        if after == before or any(str(row[0]).startswith("#XLM!") for row in after):
            raise RuntimeError(f"found {after}, wanted answers that change with the cell")
        before = after
    return taken


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    with driver.office(job["command"], job["pipe"]) as (_, desktop):
        document = driver.opened(desktop, job["book"])
        print(json.dumps(seconds(document, job)))
        document.close(True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
