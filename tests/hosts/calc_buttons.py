"""Presses buttons of the add-in's menu in LibreOffice, and prints what was said, as JSON.

    python calc_buttons.py FOLDER

run by an interpreter that has LibreOffice's `uno`; FOLDER has `job.json`: the `command` that starts
LibreOffice and its `pipe`, the `book`, the titles to press with the file then chosen,
the `tables` and `cells` to be shown, and `saved`, where the book is stored at the end.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "xlmargin" / "hosts" / "calc" / "uno_side"))

import driver  # type: ignore[import-not-found]
import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.frame import XStatusListener  # type: ignore[import-not-found]

MENU = "/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/org.xlmargin.calc/Submenu"
TOOLBAR = "/org.openoffice.Office.Addons/AddonUI/OfficeToolBar/org.xlmargin.calc"


def items(context: Any, path: str) -> dict[str, str]:
    """The addresses of a menu or toolbar, as LibreOffice's configuration has them, by title."""
    manager = context.ServiceManager
    provider = manager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    access = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationAccess", driver.properties(nodepath=path)
    )
    found = (access.getByName(name) for name in access.ElementNames)
    return {item.getByName("Title"): item.getByName("URL") for item in found}


class Watching(unohelper.Base, XStatusListener):  # type: ignore[misc]
    """Is told whether a button can be pressed, as a menu or a toolbar is."""

    def __init__(self) -> None:
        self.enabled: dict[str, bool] = {}

    def statusChanged(self, event: Any) -> None:  # noqa: N802
        self.enabled[event.FeatureURL.Complete] = bool(event.IsEnabled)

    def disposing(self, _: Any) -> None:
        """Its source is gone."""


def enabled(context: Any, frame: Any, addresses: dict[str, str]) -> list[str]:
    """The buttons that a menu in this window would show as such that can be pressed."""
    transformer = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.util.URLTransformer", context
    )
    watching = Watching()
    for address in addresses.values():
        url = uno.createUnoStruct("com.sun.star.util.URL")
        url.Complete = address
        _, url = transformer.parseStrict(url)
        answers = frame.queryDispatch(url, "_self", 0)
        if answers is not None:
            answers.addStatusListener(watching, url)
            answers.removeStatusListener(watching, url)
    return [title for title, address in addresses.items() if watching.enabled.get(address)]


def table(document: Any, name: str) -> list[list[object]]:
    """The cells of a table, headings first."""
    at = document.DatabaseRanges.getByName(name).DataArea
    sheet = document.Sheets.getByIndex(at.Sheet)
    cells = sheet.getCellRangeByPosition(at.StartColumn, at.StartRow, at.EndColumn, at.EndRow)
    return [list(row) for row in cells.getDataArray()]


def formulas(document: Any) -> int:
    """How many formulas there are in all tables: what a file says must not become one."""
    count = 0
    for name in document.DatabaseRanges.ElementNames:
        at = document.DatabaseRanges.getByName(name).DataArea
        sheet = document.Sheets.getByIndex(at.Sheet)
        cells = sheet.getCellRangeByPosition(at.StartColumn, at.StartRow, at.EndColumn, at.EndRow)
        count += len(cells.queryFormulaCells(1 | 2 | 4).RangeAddresses)
    return count


def pressed(job: dict[str, Any]) -> dict[str, object]:
    """What came of the buttons, one after another."""
    with driver.office(job["command"], job["pipe"]) as (context, desktop):
        addresses = items(context, MENU)
        book = Path(job["book"])
        document = desktop.loadComponentFromURL(book.as_uri(), "_blank", 0, ())
        helper = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.DispatchHelper", context
        )
        frame = document.CurrentController.Frame
        said = []
        for title, chosen in job["presses"]:
            given = driver.properties(FileName=chosen) if chosen else ()
            told = helper.executeDispatch(frame, addresses[title], "", 0, given)
            said.append([bool(getattr(told, "State", 1)), str(getattr(told, "Result", ""))])
        answer = {
            "menu": addresses,
            "enabled": enabled(context, frame, addresses),
            "toolbar": items(context, TOOLBAR),
            "said": said,
            "tables": {name: table(document, name) for name in job["tables"]},
            "sheets": {
                sheet.Name: bool(sheet.IsVisible)
                for sheet in (document.Sheets.getByName(n) for n in document.Sheets.ElementNames)
            },
            "formulas": formulas(document),
            "cells": [
                document.Sheets.getByName(sheet).getCellByPosition(column, row).String
                for sheet, row, column in job["cells"]
            ],
            "shown": document.CurrentController.ActiveSheet.Name,
        }
        document.storeToURL(Path(job["saved"]).as_uri(), ())
        document.close(True)
    return answer


def main(folder: Path) -> None:
    """Do the job of the folder."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    print(json.dumps(pressed(job)))


if __name__ == "__main__":
    assert uno
    main(Path(sys.argv[1]))
