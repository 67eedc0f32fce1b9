"""What is pasted into xlwings Lite: the code of a workbook, and the packages that it needs."""

from __future__ import annotations

from typing import Final

import xlmargin

MAIN: Final = '''\
"""The worksheet functions of xlmargin, for xlwings Lite: paste this into main.py."""

import xlwings as xw
from xlmargin.udfs import *  # every worksheet function
from xlwings import script


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


def requirements(wheel: str = "") -> str:
    """The text for requirements.txt; `wheel` is the address of xlmargin's, left open if none."""
    address = wheel or f"ADDRESS-OF/xlmargin-{xlmargin.__version__}-py3-none-any.whl"
    return f"xlwings\nnumpy\nscipy\npandas\nxlmargin @ {address}\n"
