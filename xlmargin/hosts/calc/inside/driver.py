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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.task import XInteractionHandler  # type: ignore[import-not-found]
from com.sun.star.ucb import XCommandEnvironment  # type: ignore[import-not-found]

VALUE, TEXT, ERROR = 1, 2, 4
"""Results of formulas, as LibreOffice counts them."""
NEVER = 0
"""Macros are not run, and links are not followed."""
PATIENCE = 0.05
STOPPING = 10.0

Seconds = dict[str, float]


class Approving(unohelper.Base, XCommandEnvironment, XInteractionHandler):  # type: ignore[misc]
    """Agrees to the installation of the add-in."""

    def getInteractionHandler(self) -> Approving:  # noqa: N802
        """Questions are answered here."""
        return self

    def getProgressHandler(self) -> None:  # noqa: N802
        """Nobody watches."""

    def handle(self, request: Any) -> None:
        """Approve."""
        approve = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
        for answer in request.getContinuations():
            if answer.queryInterface(approve) is not None:
                answer.select()
                return


def end_with_the_asker() -> None:
    """End this process and all that it started once standard input ends."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def office(command: list[str], pipe: str) -> Iterator[Any]:
    """LibreOffice's context, once it answers at its pipe; it is stopped at the end."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        context = connected(program, pipe)
        desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        yield context, desktop
        desktop.terminate()
        program.wait(STOPPING)
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


def install(context: Any, add_in: str) -> None:
    """Install the add-in in the profile that LibreOffice was started with."""
    manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
    manager.addExtension(Path(add_in).as_uri(), (), "user", None, Approving())


def properties(**named: object) -> tuple[Any, ...]:
    """Named values as LibreOffice takes them."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in named.items())


def opened(desktop: Any, book: str) -> Any:
    """The workbook, to be read only, without its macros and links."""
    how = properties(Hidden=True, ReadOnly=True, MacroExecutionMode=NEVER, UpdateDocMode=NEVER)
    document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, how)
    if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        raise RuntimeError("LibreOffice cannot open it as a workbook")
    return document


def answers(sheet: Any) -> list[dict[str, object]]:
    """The formulas' answers of a sheet, block by block; those with an error as its name."""
    blocks: list[dict[str, object]] = []
    for kind in (VALUE | TEXT, ERROR):
        for at in sheet.queryFormulaCells(kind).getRangeAddresses():
            block = sheet.getCellRangeByPosition(
                at.StartColumn, at.StartRow, at.EndColumn, at.EndRow
            )
            rows = errors(block, at) if kind == ERROR else block.getDataArray()
            blocks.append(
                {"row": at.StartRow, "column": at.StartColumn, "error": kind == ERROR, "rows": rows}
            )
    return blocks


def errors(block: Any, at: Any) -> list[list[str]]:
    """The errors of a block as they are shown."""
    return [
        [
            block.getCellByPosition(j, i).getString()
            for j in range(at.EndColumn - at.StartColumn + 1)
        ]
        for i in range(at.EndRow - at.StartRow + 1)
    ]


@contextmanager
def timed(seconds: Seconds, what: str) -> Iterator[None]:
    """Writes down how long a step takes."""
    start = time.perf_counter()
    yield
    seconds[what] = time.perf_counter() - start


def recalculated(job: dict[str, Any], seconds: Seconds) -> dict[str, object]:
    """The answers by sheet, and the PDF written where one is asked for."""
    started = time.perf_counter()
    with office(job["command"], job["pipe"]) as (context, desktop):
        seconds["start"] = time.perf_counter() - started
        with timed(seconds, "install"):
            install(context, job["add_in"])
        with timed(seconds, "load"):
            document = opened(desktop, job["book"])
        with timed(seconds, "recalculate"):
            document.calculateAll()
        with timed(seconds, "read"):
            sheets = {sheet.Name: answers(sheet) for sheet in document.Sheets}
        if job["pdf"]:
            with timed(seconds, "print"):
                as_pdf = properties(FilterName="calc_pdf_Export")
                document.storeToURL(Path(job["pdf"]).as_uri(), as_pdf)
        document.close(True)
    return {"sheets": sheets}


def main(folder: Path) -> None:
    """Do the job of the folder."""
    end_with_the_asker()
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    seconds: Seconds = {}
    try:
        answer = recalculated(job, seconds)
    except Exception as error:
        answer = {"refused": str(error) or type(error).__name__}
    answer["seconds"] = seconds
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
