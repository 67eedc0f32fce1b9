"""Array formulas that call the functions, entered anew at the size that their answers have.

Calc leaves an array formula the cells that it was entered into: an answer that has grown would lose
its last rows. This runs when the answer to a call has another size than before, and when the menu
asks for it; a workbook that is not shown, or that may only be read, is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import unohelper  # type: ignore[import-not-found]
from com.sun.star.awt import XCallback  # type: ignore[import-not-found]
from com.sun.star.lang import XServiceInfo  # type: ignore[import-not-found]
from com.sun.star.task import XJob, XJobExecutor  # type: ignore[import-not-found]
from xlmargin_linked import (  # type: ignore[import-not-found]
    arguments_of,
    call_pattern,
    without_texts_joined,
)

LISTED = json.loads(Path(__file__).with_name("functions.json").read_text(encoding="utf-8"))
NAMES = frozenset(function["name"] for function in LISTED["functions"])
SERVICES = ("org.xlmargin.Answers",)
SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"

CONTENT, FORMULAS = 1 | 2 | 4 | 16, 16
"""Cells that hold something, and those that hold a formula, as Calc counts kinds of content."""
WRONG_PARAMETER = 504
MANY = 10_000_000
"""More rows and columns than a sheet has: two numbers as one."""
SAYS = "#XLM!"
"""How a note at a cell begins that is ours."""
NO_ROOM = (
    f"{SAYS} this answer has {{0.height}} rows and {{0.width}} columns, of which {{1.height}} and"
    " {1.width} are shown: empty {2}, then choose Fit answers."
)

WAITING = 0.3
MOST_PASSES = 5
"""The size of an answer may depend on that of another one; on its own it would change for ever."""

WRONG_CELL = (
    f"{SAYS} {{0}}: found the error {{1}}; repair its formula."
    " Calc hands no errors on to functions."
)

CALLS = call_pattern(NAMES)
changed: set[str] = set()
"""Functions whose answers have another size than before, until their formulas are fitted."""


class Area(NamedTuple):
    """Cells of a sheet; rows and columns count from 0."""

    column: int
    row: int
    width: int
    height: int

    def of(self, sheet: Any) -> Any:
        """The range of these cells."""
        last = self.column + self.width - 1, self.row + self.height - 1
        return sheet.getCellRangeByPosition(self.column, self.row, *last)

    def without(self, first: Area) -> Iterator[Area]:
        """What is left of it without an area that begins where it begins."""
        if (width := self.width - first.width) > 0:
            yield Area(self.column + first.width, self.row, width, self.height)
        if (height := self.height - first.height) > 0:
            kept = min(self.width, first.width)
            yield Area(self.column, self.row + first.height, kept, height)


def area_of(address: Any) -> Area:
    """A range's address as an area."""
    width = address.EndColumn - address.StartColumn + 1
    return Area(address.StartColumn, address.StartRow, width, address.EndRow - address.StartRow + 1)


def formulas(sheet: Any, names: Iterable[str]) -> Iterator[tuple[Area, str]]:
    """The formulas of a sheet that call one of these functions, with the cells that they fill."""
    any_call = rf"(?i)\b({'|'.join(names)})\("
    cells = sheet.queryContentCells(FORMULAS)
    search = cells.createSearchDescriptor()
    search.SearchString, search.SearchRegularExpression = any_call, True
    found = cells.findAll(search)
    left = [area_of(address) for address in found.getRangeAddresses()] if found else []
    while left:
        block = left.pop()
        cell = sheet.getCellByPosition(block.column, block.row)
        area = Area(block.column, block.row, 1, 1)
        formula = cell.getFormula()
        if formula.startswith("{"):
            cursor = sheet.createCursorByRange(cell)
            cursor.collapseToCurrentArray()
            area = area_of(cursor.getRangeAddress())
        if re.search(any_call, formula):
            yield area, formula
        left += block.without(area)


def fit(document: Any, names: Iterable[str]) -> None:
    """Enter the array formulas that call one of these functions at the size of their answers."""
    names = frozenset(names)
    with unseen(document):
        for sheet in document.Sheets:
            if found := list(formulas(sheet, names)):
                with unprotected(sheet):
                    for area, formula in found:
                        fit_formula(document, sheet, area, formula)


def fit_formula(document: Any, sheet: Any, area: Area, formula: str) -> None:
    """Give one formula as many cells as its answer has, if they are free."""
    cells = area.of(sheet)
    first = sheet.getCellByPosition(area.column, area.row)
    is_array = formula.startswith("{")
    formula = formula[1:-1] if is_array else formula
    wanted = size_of(sheet, area, formula) if is_array else area
    in_the_way = next(occupied(sheet, area, wanted), "")
    fitting = area if in_the_way else wanted
    no_room = in_the_way and NO_ROOM.format(wanted, area, in_the_way)
    text = wrong_cell(document, first, formula) or no_room
    if fitting != area or text != note_at(first):
        if is_array:  # of which no cell can be changed, nor have another note
            cells.setArrayFormula("")
        write_note(first, text)
        if is_array:
            fitting.of(sheet).setArrayFormula(formula)


def size_of(sheet: Any, area: Area, formula: str) -> Area:
    """The cells that the answer would fill."""
    answer = without_texts_joined(formula).removeprefix("=")
    size = answer_to(sheet, f"=ROWS({answer})*{MANY}+COLUMNS({answer})")
    if size is None:
        return area
    height, width = divmod(size, MANY)
    return Area(area.column, area.row, width, height)


def answer_to(sheet: Any, formula: str) -> int | None:
    """The number that a formula answers, asked for in a cell beyond all that are used."""
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    at = used.getRangeAddress()
    if at.EndRow + 1 == sheet.Rows.Count:
        return None
    free = Area(at.EndColumn, at.EndRow + 1, 1, 1).of(sheet)
    free.setArrayFormula(formula)
    ((answer,),) = free.getDataArray()
    free.setArrayFormula("")
    return int(answer) if isinstance(answer, float) else None


def occupied(sheet: Any, area: Area, wanted: Area) -> Iterator[str]:
    """What stands in cells that are wanted, and are not yet the formula's."""
    kept = Area(*area[:2], min(area.width, wanted.width), min(area.height, wanted.height))
    for more in wanted.without(kept):
        for address in more.of(sheet).queryContentCells(CONTENT).getRangeAddresses():
            found = area_of(address)  # Calc answers an array formula beside them too
            if found.column >= more.column and found.row >= more.row:
                yield found.of(sheet).AbsoluteName.replace("$", "")


def wrong_cell(document: Any, cell: Any, formula: str) -> str:
    """The error for which Calc did not make a call, where it stands; "" where it made it."""
    sheet = cell.getSpreadsheet()
    given = arguments_of(formula, CALLS) if cell.getError() == WRONG_PARAMETER else ()
    for cells in filter(None, given):
        place = f"ROW({cells})*{MANY}+COLUMN({cells})"
        if at := answer_to(sheet, f"=MIN(IF(ISERROR({cells});{place};{MANY * MANY}))"):
            row, column = divmod(at, MANY)
            number = answer_to(sheet, f"=SHEET({cells})")
            if row < MANY and number:
                wrong = document.Sheets[number - 1].getCellByPosition(column - 1, row - 1)
                return WRONG_CELL.format(wrong.AbsoluteName.replace("$", ""), wrong.String)
    return ""


def note_at(cell: Any) -> str:
    """The note at a cell, if it is ours."""
    text = str(cell.getAnnotation().getString())
    return text if text.startswith(SAYS) else ""


def write_note(cell: Any, text: str) -> None:
    """Show a note at a cell in place of ours, or none; a user's own stays."""
    notes, at = cell.getSpreadsheet().getAnnotations(), cell.getCellAddress()
    if note_at(cell):
        notes.removeByIndex([note.getPosition() for note in notes].index(at))
    if text and not cell.getAnnotation().getString():
        notes.insertNew(at, text)
        cell.getAnnotation().setIsVisible(True)


@contextmanager
def unseen(document: Any) -> Iterator[None]:
    """Changes that are shown when all are made, and are undone with what the user did last."""
    undo = document.UndoManager
    try:
        undo.enterHiddenUndoContext()
        leave = undo.leaveUndoContext
    except Exception:  # there is nothing to undo
        leave = undo.clear
    document.lockControllers()
    try:
        yield
    finally:
        document.unlockControllers()
        leave()


@contextmanager
def unprotected(sheet: Any) -> Iterator[None]:
    """A sheet that can be changed; one that is protected with a password stays as it is."""
    was_protected = sheet.isProtected()
    if was_protected:
        with suppress(Exception):
            sheet.unprotect("")
    try:
        yield
    finally:
        if was_protected and not sheet.isProtected():
            sheet.protect("")


class Answers(unohelper.Base, XJob, XJobExecutor, XCallback, XServiceInfo):  # type: ignore[misc]
    """The service that Calc, the menu and the functions' calls reach."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def execute(self, arguments: Any) -> None:
        """Fit the document that is given, at once."""
        (document,) = (argument.Value for argument in arguments)
        fit(document, NAMES)

    def trigger(self, what: str) -> None:
        """Fit the formulas of a function; of all where it is none."""
        self.fit_soon([what] if what in NAMES else NAMES)

    def fit_soon(self, names: Iterable[str]) -> None:
        """Fit once Calc has done what it does now."""
        if not changed:
            self.call_back()
        changed.update(names)

    def call_back(self) -> None:
        """Have `notify` called."""
        callbacks = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.awt.AsyncCallback", self.context
        )
        callbacks.addCallback(self, None)

    def notify(self, _: Any) -> None:
        """Fit what has changed in every workbook that is open."""
        desktop = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self.context
        )
        documents = [document for document in desktop.Components if is_ours(document)]
        if any(document.hasControllersLocked() for document in documents):
            Timer(WAITING, self.call_back).start()  # another one changes it
            return
        passes = 0
        while changed and passes < MOST_PASSES:
            names, passes = frozenset(changed), passes + 1
            changed.clear()
            for document in documents:
                fit(document, names)
        changed.clear()

    def getImplementationName(self) -> str:  # noqa: N802
        """The name that this class is registered by."""
        return f"{SERVICES[0]}.Python"

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether the service is one of this class's."""
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        """The services of this class."""
        return SERVICES


def is_ours(document: Any) -> bool:
    """Whether it is a workbook that is shown, and may be changed."""
    if not hasattr(document, "supportsService") or not document.supportsService(SPREADSHEET):
        return False
    window = document.CurrentController and document.CurrentController.Frame.ContainerWindow
    return bool(window) and window.isVisible() and not document.isReadonly()


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(Answers, f"{SERVICES[0]}.Python", SERVICES)
