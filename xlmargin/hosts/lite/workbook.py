"""A workbook whose formulas call functions that are written in JavaScript, as Lite's are.

Excel keeps such a function in a file under a name of its own; without it the formula would have to
be entered again. So there is one file for each kind of host.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "_xldudf_"
"""How Excel marks a function of an Office.js add-in without a namespace."""
