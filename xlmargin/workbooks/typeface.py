"""How wide texts are in the typeface of the workbooks, and the lines that they take in a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ADVANCE: Final[Mapping[str, int]] = {
    letter: width
    for letters, width in (
        ("ijl'’|", 222), ("ft.,:;!/I· []", 278), ("r()-", 333), ("cksvxyzJ", 500), ("FTZ", 611),
        ("ABEKPSVXY&", 667), ("CDHNRUw", 722), ("GOQ", 778), ("mM", 833), ("%", 889), ("W", 944),
        ("@—…", 1000),
    )
    for letter in letters
}  # fmt: skip
"""Widths of Arial, in thousandths of its size."""
_FIGURE: Final = 556
"""That of a figure, and of every other letter."""
_BOLD: Final = 1.07
_PIXELS: Final = 96 / 72
"""Of a point."""
_SIDES: Final = 5.0
"""Pixels of a cell left and right of its text."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a text takes in one line, at a size in points."""
    units = sum(_ADVANCE.get(letter, _FIGURE) for letter in text)
    return units / 1000 * size * _PIXELS * (_BOLD if bold else 1.0)


def wrapped(text: str, pixels: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines of a text in a cell of so many pixels, at least one; no word is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer, size, bold=bold) > pixels - _SIDES:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
