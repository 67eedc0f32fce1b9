"""What a user of xlwings Lite pastes: a few lines, and the packages that they need."""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = "xlmargin.udfs"
"""The module of the worksheet functions."""

BUTTONS: Final = "xlmargin.macros.in_lite"
"""The module of what the scripts do."""

MAIN: Final = f'''\
"""The functions and buttons of xlmargin, for xlwings Lite: paste this into main.py."""

import xlwings as xw
from {FUNCTIONS} import *  # every worksheet function; the folder is under Personal Modules
from xlmargin.macros import in_lite
from xlwings import script


@script
def import_sheet(book: xw.Book):
    """Positions, prices, day and cash of the sheet shown, a broker's file, into the book."""
    in_lite.import_sheet(book)


@script
def snapshot(book: xw.Book):
    """Today's book and prices into the dated tables."""
    in_lite.snapshot(book)


@script
def reconcile(book: xw.Book):
    """The broker's figures of the sheet shown into the sheet Broker."""
    in_lite.reconcile(book)


@script
def report(book: xw.Book):
    """A new dated sheet with the figures, values alone."""
    in_lite.report(book)


@script
def undo(book: xw.Book):
    """The tables as they were before the last script that changed them."""
    in_lite.undo(book)


@script
def check(book: xw.Book):
    """Go to the problems of the input."""
    book.sheets["Check"].activate()


@script
def settings(book: xw.Book):
    """Go to date, rates and house."""
    book.sheets["Settings"].activate()
'''
"""The functions register where they are defined; a script is a button of the task pane."""

PACKAGES: Final = ("xlwings", "numpy", "scipy", "pandas", "holidays")
"""What the functions import beside themselves, all of it in Pyodide or pure Python."""

REQUIREMENTS: Final = "".join(f"{name}\n" for name in PACKAGES)
"""The text for requirements.txt."""

GUIDE: Final = """\
xlmargin in xlwings Lite: Excel on the Mac, the web and Windows, without a server.

1. Excel, Home or Insert, Add-ins: xlwings Lite. Open its task pane.
2. Its menu, Files, Import/Export, Personal Modules: drop the folder xlmargin that lies in
   lite-personal beside this text. On Windows that folder can be mounted instead, and is not lost.
3. Paste lite-requirements.txt into requirements.txt and lite-main.py into main.py, and restart Lite
   by its menu. The functions are in this workbook, and in each whose main.py has the same lines;
   a -lite.xlsx of the templates answers without its formulas being entered again.

Scripts in the pane: import_sheet and reconcile read the sheet that is shown, so open or paste the
broker's file into a new sheet of the workbook first; snapshot, report (a new sheet), undo, check,
settings. Formulas in the tables that they fill become values.

What to know:
- Trust: a workbook that you did not write asks at its first run whether its code may run. Until
  you say yes it shows its last answers.
- Start: Lite starts by itself only in a workbook in which its pane was opened once by hand and that
  was saved after it. Before, cells show their last answers, then #NAME? or #BUSY!: open the pane.
- Lost files: dropped files are lost when Office's cache is cleared. Keep the folder; drop it again.
- After an upgrade of xlmargin: write the folder anew, drop it over the old one, restart Lite.
- #NAME? in one workbook alone: a name that is defined in it is that of a function.
- Nothing of xlmargin is downloaded: requirements.txt names packages of Lite's own Python alone.
"""
