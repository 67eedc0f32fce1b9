"""Where the programs that show cells differ, all of it: the same call, another answer.

In all else the same arguments give the same answer. The tests of each program hold it to this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xlmargin.packaged import packaged_toml


@dataclass(frozen=True)
class Difference:
    """One thing that is not alike in all programs."""

    what: str
    excel: str
    """Excel on Windows, through the classic half of xlwings."""
    office_js: str
    """Excel on the Mac and the web, through the Office.js half of xlwings."""
    calc: str
    """LibreOffice Calc, through the add-in."""


DIFFERENCES: Final[Mapping[str, Difference]] = {
    name: Difference(**stated)
    for name, stated in packaged_toml("xlmargin.hosts", "differences.toml").items()
}
"""The differences by name."""

IN_CALC: Final = tuple(f"{each.what}: {each.calc}." for each in DIFFERENCES.values())
"""What a user of Calc should know."""
