"""Starts LibreOffice, recalculates one workbook, and writes down what its formulas answer.

    python driver.py FOLDER

run by an interpreter that has LibreOffice's `uno`. FOLDER has `job.json`, and gets `answer.json`:
the answers of all formulas, or why there are none. Standard input is the leash: when it ends, the
one who asked is gone, and everything that was started here ends too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import NamedValue, PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.uno import Exception as UnoException  # type: ignore[import-not-found]

VALUE, TEXT, ERROR = 1, 2, 4
"""Results of formulas, as LibreOffice counts them."""
NEVER = 0
"""Macros are not run, and links are not followed."""
PATIENCE = 0.05
STOPPING = 10.0


class Laps:
    """The seconds that each step took, by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def done(self, step: str) -> None:
        """The step that ends now began with the end of the one before."""
        now = time.perf_counter()
        self.seconds[step], self._since = now - self._since, now


def end_with_the_asker() -> None:
    """End this process and all that it started once standard input ends."""

    def watch() -> None:
        sys.stdin.buffer.read()
        if sys.platform != "win32":
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def office(command: list[str], pipe: str) -> Iterator[Any]:
    """LibreOffice's context and desktop, once it answers at its pipe; it is stopped at the end.

    What it complains of is raised in words, for its own exceptions cannot pass a `with`.
    """
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        context = connected(program, pipe)
        desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        try:
            yield context, desktop
        finally:
            with suppress(Exception):  # it may hang up before it has answered
                desktop.terminate()
                program.wait(STOPPING)
    except UnoException as error:
        raise RuntimeError(f"LibreOffice failed: {error.Message}") from None
    finally:
        program.kill()


def connected(program: subprocess.Popen[bytes], pipe: str) -> Any:
    """The remote context; waits until LibreOffice has started."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    while program.poll() is None:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(PATIENCE)
    raise RuntimeError(f"LibreOffice ended with code {program.returncode} instead of starting")


def properties(**named: object) -> tuple[Any, ...]:
    """Named values as LibreOffice takes them."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in named.items())


def opened(desktop: Any, book: str) -> Any:
    """The workbook, without its macros and links."""
    how = properties(Hidden=True, MacroExecutionMode=NEVER, UpdateDocMode=NEVER)
    document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, how)
    if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        raise RuntimeError("LibreOffice cannot open it as a workbook")
    return document


def fit_answers(context: Any, document: Any) -> None:
    """Give each array formula that calls the add-in as many cells as its answer has."""
    service = context.ServiceManager.createInstanceWithContext("org.xlmargin.Answers", context)
    service.execute((NamedValue("Document", document),))


def answers(sheet: Any) -> list[dict[str, object]]:
    """The formulas' answers of a sheet, block by block; those with an error as its name.

    The sheet is read whole: each block asked for by itself would be waited for by itself.
    """
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    end = used.getRangeAddress()
    cells = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
    blocks: list[dict[str, object]] = []
    for kind in (VALUE | TEXT, ERROR):
        for at in sheet.queryFormulaCells(kind).getRangeAddresses():
            rows = errors(sheet, at) if kind == ERROR else inside(cells, at)
            blocks.append(
                {"row": at.StartRow, "column": at.StartColumn, "error": kind == ERROR, "rows": rows}
            )
    return blocks


def inside(cells: Any, at: Any) -> list[Any]:
    """The block of these cells that stands there."""
    rows = cells[at.StartRow : at.EndRow + 1]
    return [row[at.StartColumn : at.EndColumn + 1] for row in rows]


def errors(sheet: Any, at: Any) -> list[list[str]]:
    """The errors of a block as they are shown."""
    columns = range(at.StartColumn, at.EndColumn + 1)
    return [
        [sheet.getCellByPosition(column, row).getString() for column in columns]
        for row in range(at.StartRow, at.EndRow + 1)
    ]


def recalculated(job: dict[str, Any], laps: Laps) -> dict[str, object]:
    """The answers by sheet, and the PDF written where one is asked for."""
    with office(job["command"], job["pipe"]) as (context, desktop):
        laps.done("start")
        document = opened(desktop, job["book"])
        laps.done("load")
        document.calculateAll()
        fit_answers(context, document)
        laps.done("recalculate")
        sheets = {sheet.Name: answers(sheet) for sheet in document.Sheets}
        laps.done("read")
        if job["pdf"]:
            as_pdf = properties(FilterName="calc_pdf_Export")
            document.storeToURL(Path(job["pdf"]).as_uri(), as_pdf)
            laps.done("print")
        document.close(True)
    return {"sheets": sheets}


def main(folder: Path) -> None:
    """Do the job of the folder."""
    end_with_the_asker()
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    laps = Laps()
    try:
        answer = recalculated(job, laps)
    except Exception as error:
        answer = {"refused": str(error) or type(error).__name__}
    answer["seconds"] = laps.seconds
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
