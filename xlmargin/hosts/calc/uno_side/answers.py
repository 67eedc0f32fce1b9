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
        if is_array(formula):
            cursor = sheet.createCursorByRange(cell)
            cursor.collapseToCurrentArray()
            area = area_of(cursor.getRangeAddress())
        if re.search(any_call, formula):
            yield area, formula
        left += block.without(area)


def fit(document: Any, names: Iterable[str]) -> bool:
    """Enter the array formulas that call one of these functions at the size of their answers.

    Whether one has another size than before, on which that of others may depend.
    """
    names = frozenset(names)
    with unseen(document):
        changes = [fit_sheet(document, sheet, names) for sheet in document.Sheets]
    return any(changes)


def fit_sheet(document: Any, sheet: Any, names: frozenset[str]) -> bool:
    """The same for the formulas of one sheet."""
    if not (found := list(formulas(sheet, names))):
        return False
    with unprotected(sheet):
        wanted = wanted_areas(sheet, found)
        changes = [
            fit_formula(document, sheet, area, formula, cells)
            for (area, formula), cells in zip(found, wanted, strict=True)
        ]
    return any(changes)


def fit_formula(document: Any, sheet: Any, area: Area, formula: str, wanted: Area) -> bool:
    """Give one formula the cells that are wanted, if they are free; whether it gets others."""
    cells = area.of(sheet)
    first = sheet.getCellByPosition(area.column, area.row)
    in_the_way = next(occupied(sheet, area, wanted), "")
    fitting = area if in_the_way else wanted
    no_room = in_the_way and NO_ROOM.format(wanted, area, in_the_way)
    text = wrong_cell(document, first, formula) or no_room
    if fitting != area or text != note_at(first):
        if is_array(formula):  # of which no cell can be changed, nor have another note
            cells.setArrayFormula("")
        write_note(first, text)
        if is_array(formula):
            fitting.of(sheet).setArrayFormula(formula[1:-1])
    return fitting != area


def is_array(formula: str) -> bool:
    """Whether a formula, as its cell tells it, is entered into many cells at once."""
    return formula.startswith("{")


def wanted_areas(sheet: Any, found: list[tuple[Area, str]]) -> list[Area]:
    """The cells that each answer would fill; those of a formula that is no array stay."""
    wanted = [area for area, _ in found]
    sizes = {i: asking_size(formula) for i, (_, formula) in enumerate(found) if is_array(formula)}
    for i, size in zip(sizes, answers_to(sheet, list(sizes.values())), strict=True):
        if size is not None:
            height, width = divmod(size, MANY)
            wanted[i] = Area(*wanted[i][:2], width, height)
    return wanted


def asking_size(formula: str) -> str:
    """What asks for rows and columns of an array formula's answer, within what makes it one."""
    answer = without_texts_joined(formula[1:-1]).removeprefix("=")
    return f"=SUMPRODUCT(ROWS({answer})*{MANY}+COLUMNS({answer}))"


def answers_to(sheet: Any, sizes: list[str]) -> list[int | None]:
    """The numbers that formulas answer, asked for in cells beyond all that are used."""
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    at = used.getRangeAddress()
    if not sizes or at.EndRow + len(sizes) >= sheet.Rows.Count:
        return [None] * len(sizes)
    free = Area(at.EndColumn, at.EndRow + 1, 1, len(sizes)).of(sheet)
    cells = [free.getCellByPosition(0, i) for i in range(len(sizes))]
    try:
        for cell, formula in zip(cells, sizes, strict=True):
            cell.setFormula(formula)
        answers = free.getDataArray()
    finally:
        for cell in cells:
            cell.setFormula("")  # undone like this, cell by cell, nothing of it comes back
    return [int(answer) if isinstance(answer, float) else None for (answer,) in answers]


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
        first = f"=SUMPRODUCT(MIN(IF(ISERROR({cells});{place};{MANY * MANY})))"
        at, number = answers_to(sheet, [first, f"=SHEET({cells})"])
        if at and number and at < MANY * MANY:
            row, column = divmod(at, MANY)
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
        for _ in range(MOST_PASSES):
            if not fit(document, NAMES):
                return

    def trigger(self, what: str) -> None:
        """Fit the formulas of a function; of all where it is none."""
        self.fit_soon([what] if what in NAMES else NAMES)

    def fit_soon(self, names: Iterable[str]) -> None:
        """Fit once Calc has done what it does now, which may be before this returns."""
        is_called_back = bool(changed)
        changed.update(names)
        if not is_called_back:
            self.call_back()

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
        try:
            for _ in range(MOST_PASSES):
                if not (names := frozenset(changed)):
                    return
                changed.difference_update(names)
                for document in documents:
                    fit(document, names)
        except Exception:
            changed.clear()  # or nothing would be fitted any more
            raise
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
