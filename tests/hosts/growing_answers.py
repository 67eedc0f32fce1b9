"""What becomes of array formulas in LibreOffice while a user works, printed as JSON.

    python growing_answers.py FOLDER

run by LibreOffice's Python. FOLDER has `job.json`: the `command` that starts LibreOffice and its
`pipe`, and the `add_in` to be installed once it runs; "" where it is there from the start.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.task import XInteractionHandler  # type: ignore[import-not-found]
from com.sun.star.ucb import XCommandEnvironment  # type: ignore[import-not-found]

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location(
    "driver", ROOT / "xlmargin" / "hosts" / "calc" / "uno_side" / "driver.py"
)
assert SPEC is not None and SPEC.loader is not None
driver = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(driver)

HEADINGS = ("symbol", "type", "quantity", "price")
FIRST = "A20"
PATIENCE = 60.0


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


def install(context: Any, add_in: str) -> None:
    """Install the add-in in the profile that LibreOffice was started with."""
    manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
    manager.addExtension(Path(add_in).as_uri(), (), "user", None, Approving())


def stock(symbol: str) -> tuple[object, ...]:
    return (symbol, "stock", 100.0, 20.0)


def seen(sheet: Any) -> dict[str, Any]:
    """The cells of the array formula, their first column, and the note at the first."""
    cursor = sheet.createCursorByRange(sheet.getCellRangeByName(FIRST))
    cursor.collapseToCurrentArray()
    return {
        "cells": cursor.AbsoluteName.replace("$", "").split(".")[1],
        "first": [row[0] for row in cursor.getDataArray()],
        "note": cursor.getCellByPosition(0, 0).getAnnotation().getString(),
    }


def until(done: Callable[[], bool]) -> None:
    """Wait until something has happened, or for long enough to say that it does not."""
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


class User:
    """One who changes a table, and looks at what the formula below it shows."""

    def __init__(self, context: Any, document: Any, out: dict[str, Any]) -> None:
        self.context, self.document, self.out = context, document, out
        self.sheet = document.Sheets[0]

    def rows(self, first: int, *rows: tuple[object, ...]) -> None:
        last = first + len(rows) - 1
        self.sheet.getCellRangeByName(f"A{first}:D{last}").setDataArray(rows)

    def looks(self, what: str, cells: str, note: str = "") -> None:
        """Note down what is seen, once it is as it should be."""
        until(lambda: (now := seen(self.sheet))["cells"] == cells and note in now["note"])
        self.out[what] = seen(self.sheet)

    def fits(self) -> None:
        """Choose the menu's entry."""
        name = "org.xlmargin.Answers"
        self.context.ServiceManager.createInstanceWithContext(name, self.context).trigger("all")


def typed(user: User) -> None:
    """A formula is entered into one cell; its table grows and shrinks."""
    user.document.Sheets.insertNewByName("Market", 1)
    market = user.document.Sheets[1]
    user.rows(1, HEADINGS, stock("AAA"), stock("BBB"))
    user.sheet.getCellRangeByName(FIRST).setArrayFormula("=PM_GROUPS(A1:D10;$Market.A1:B5)")
    user.looks("entered", "A20:K22")
    user.rows(4, stock("CCC"))
    user.looks("grown", "A20:K23")
    user.document.UndoManager.undo()
    user.looks("undone", "A20:K22")
    user.sheet.getCellRangeByName("A24").setString("in the way")
    user.rows(4, stock("CCC"), stock("DDD"))
    user.looks("blocked", "A20:K22", "A24")
    user.sheet.getCellRangeByName("A24").setString("")
    user.fits()
    user.looks("freed", "A20:K24")
    user.sheet.getCellRangeByName("C3").setFormula("=NA()")
    user.looks("refused", "A20")
    user.rows(3, stock("BBB"))
    user.looks("mended", "A20:K24")
    market.getCellRangeByName("A1:B2").setDataArray((("symbol", "price"), ("AAA", 20.0)))
    market.getCellRangeByName("B2").setFormula("=NA()")
    user.fits()
    user.looks("error in the market", "A20:K24", "B2")
    user.out["error shown"] = user.sheet.getCellRangeByName(FIRST).getString()
    market.getCellRangeByName("B2").setValue(20.0)
    user.sheet.getCellRangeByName("A2:D3").clearContents(1 | 4)
    user.looks("shrunk", "A20:K22")


def main(folder: Path) -> None:
    out: dict[str, Any] = {}
    job = json.loads((folder / "job.json").read_text())
    with driver.office(job["command"], job["pipe"]) as (context, desktop):
        if job["add_in"]:
            install(context, job["add_in"])
        document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        typed(User(context, document, out))
        document.close(True)
    print(json.dumps(out))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
