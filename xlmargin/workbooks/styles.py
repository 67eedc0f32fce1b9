"""How the workbooks look: every colour, size and number format of every page, and nothing else.

Blue on pale yellow is what the user types, everything else is calculated. A state has a sign, a
word and a colour, and none of them stands alone. Contrasts, and what is told apart by eyes that
see fewer colours, are measured in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlmargin.workbooks.xlsx_writer import Format, Workbook

INK: Final = "#1F2933"
NAVY: Final = "#17365C"
NOTE: Final = "#5B6773"
LINE: Final = "#D5DCE4"
HEAD: Final = "#E6ECF3"
MIST: Final = "#F3F6F9"
WHITE: Final = "#FFFFFF"
PALE: Final = "#DCE5EF"
"""Small text on the band."""
PM: Final = "#17365C"
ST: Final = "#7F91A6"
"""The two regimes, in every chart of every workbook."""
PREV: Final = "#C9D2DC"
"""The month before, before a trade, the article: always labelled."""
BAR: Final = "#5B7FAE"
GAIN: Final = "#2A7F8E"
LOSS: Final = "#C8661B"
GAIN_END: Final = "#8CC3CC"
LOSS_END: Final = "#F0B27F"
"""Ends of heat maps, white at nothing."""
INPUT: Final = "#0B3FD9"
INPUT_FILL: Final = "#FFFBE5"
OK: Final = "#155E4B"
OK_FILL: Final = "#E0F1EB"
WATCH: Final = "#7A4F00"
WATCH_FILL: Final = "#FCEFCF"
ACT: Final = "#9B1C1C"
ACT_FILL: Final = "#FBE2DF"
GRID: Final = "#E3E8EE"
AXIS: Final = "#B8C2CC"

TYPEFACE: Final = "Arial"
CLIENT_SIZE: Final = 20
CARD_SIZE: Final = 19
TITLE_SIZE: Final = 18
BAND_SIZE: Final = 12
SECTION_SIZE: Final = 11.5
MESSAGE_SIZE: Final = 10.5
BODY_SIZE: Final = 10
SMALL_SIZE: Final = 9
FINE_SIZE: Final = 8.5
"""Nothing in the body of a page is smaller."""
USUAL: Final[Mapping[str, Any]] = {"font_name": TYPEFACE, "font_size": BODY_SIZE}
"""Every cell that no page writes."""

LANDSCAPE: Final = 960
PORTRAIT: Final = 720
"""Pixels that fill a sheet of paper at 100%."""

_CODES: Final = {
    "text": "@",
    "words": "@",
    "cited": "@",
    "indented": '"   "@',
    "name": "@",
    "whose": '"  "@',
    "behind": '"  "@',
    "signed": '"  "@',
    "broker_state": '"  "@',
    "plain": "General",
    "money": '#,##0_);(#,##0);"–"_)',
    "verdict": '#,##0_);(#,##0);"–"_)',
    "usd": '$#,##0_);($#,##0);"–"_)',
    "card": '$#,##0;($#,##0);"–"',
    "card_change": '+$#,##0;−$#,##0;"–"',
    "thousands": '#,##0,_);(#,##0,);"–"_)',
    "change": '+#,##0_);−#,##0_);"–"_)',
    "price": '#,##0.00_);(#,##0.00);"–"_)',
    "quantity": '#,##0_);−#,##0_);"–"_)',
    "percent": '0.0%_);(0.0%);"–"_)',
    "weight": '0.0%_);(0.0%);"–"_)',
    "held": '#,##0_);−#,##0_);"–"_)',
    "share": "0%_)",
    "points": '+0.0_);−0.0_);"–"_)',
    "change_share": '+0.0%_);−0.0%_);"–"_)',
    "ratio": "0.00_)",
    "fact": "#,##0.####",
    "rate": "0.00%_)",
    "move": "+0%_);−0%_);0%_)",
    **dict.fromkeys(("point", "down", "up", "distance"), "+0.0%_);−0.0%_);0.0%_)"),
    "delta": '0.00_);−0.00_);"–"_)',
    "greek": "0.0000_);−0.0000_);0.0000_)",
    "date": "d mmm yyyy_)",
    "day": "d mmm yyyy",
    "as_of": '"As of "d mmm yyyy',
    "compared": '"Compared with "d mmm yyyy',
    "time": "d mmm yyyy hh:mm",
    "number": "#,##0.####",
    "weekday": "dddd_)",
}
_SIGNED: Final = 2
"""Semicolons of a format that tells positive, negative and nothing apart."""
NUMBERS: Final = {
    kind: f"{code};@_)" if code.endswith("_)") and code.count(";") == _SIGNED else code
    for kind, code in _CODES.items()
}
"""Number format of each kind of quantity; a word among figures ends where they end."""
TEXTS: Final = frozenset(
    {"text", "words", "cited", "plain", "day", "name", "whose", "behind", "signed", "broker_state"}
)
"""Kinds that stand to the left; all others are numbers and stand to the right."""
OVER_NUMBERS: Final = "@_)"
"""Format of a heading over figures, which ends where they end."""
CHART_NUMBERS: Final = {
    "thousands": "#,##0,;−#,##0,;0",
    "millions": "0.0,,",
    "dollars": "#,##0;−#,##0;0",
    "change": "+#,##0,;−#,##0,;0",
    "percent": "0%",
    "move": "+0%;−0%;0%",
    "date": "d mmm",
    "month": "mmm yyyy",
}
"""Number format of the labels of charts, whose unit the title of the chart has."""

_HAIRLINE: Final = {"bottom": 1, "bottom_color": LINE}
_RULED: Final = {"bottom": 1, "bottom_color": NAVY}
_SMALL: Final = {"font_color": NOTE, "font_size": SMALL_SIZE}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "body": _HAIRLINE,
    "label": _HAIRLINE,
    "fitted": {"shrink": True, **_HAIRLINE},
    "part": {"align": "left", "indent": 1, **_HAIRLINE},
    "strong": {"bold": True, **_HAIRLINE},
    "state": {"bold": True, "align": "left", "indent": 1, **_HAIRLINE},
    "refusal": {"bold": True, "font_color": ACT},
    "aside": {**_SMALL, "align": "left", "indent": 1, **_HAIRLINE},
    "right": {"align": "right", **_HAIRLINE},
    "figure": {"bold": True, "align": "right", **_HAIRLINE},
    "limit": {"font_color": NOTE, "align": "right", **_HAIRLINE},
    "broker": {"font_color": INPUT, "align": "right", **_HAIRLINE},
    "column": {},
    "lines": {"text_wrap": True, "valign": "top", **_HAIRLINE},
    "input": {
        "font_color": INPUT, "bg_color": INPUT_FILL, "locked": False, **_HAIRLINE,
    },
    "choice": {
        "font_color": INPUT, "bg_color": INPUT_FILL, "locked": False, "align": "right", **_HAIRLINE,
    },
    "open": {"font_color": INPUT, "locked": False},
    "heading": {
        "bold": True, "font_size": SMALL_SIZE, "font_color": NAVY, "bg_color": HEAD,
        "align": "right", "text_wrap": True, **_RULED,
    },
    "text_heading": {
        "bold": True, "font_size": SMALL_SIZE, "font_color": NAVY, "bg_color": HEAD,
        "align": "left", "text_wrap": True, **_RULED,
    },
    "title": {"bold": True, "font_size": TITLE_SIZE, "font_color": NAVY},
    "message": {"bold": True, "font_size": MESSAGE_SIZE},
    "opening": {"bold": True, "font_size": MESSAGE_SIZE, "text_wrap": True},
    "verdict": {"bold": True, "font_size": TITLE_SIZE, "align": "left", "indent": 1},
    "verdict_below": {"font_size": SMALL_SIZE, "align": "left", "indent": 1},
    "note": _SMALL,
    "rule": {"font_size": FINE_SIZE, **_HAIRLINE},
    "fine": {"font_size": FINE_SIZE, "text_wrap": True, "valign": "top", **_HAIRLINE},
    "bullet": {"font_size": FINE_SIZE, "text_wrap": True, "valign": "top"},
    "signature": {"top": 1, "top_color": INK, **_SMALL},
    "typed": {"font_color": INPUT, "bg_color": INPUT_FILL, "locked": False, "align": "left",
              **_HAIRLINE},
    "section": {"bold": True, "font_size": SECTION_SIZE, "font_color": NAVY, **_RULED},
    "section_note": {**_SMALL, "align": "right", **_RULED},
    "note_right": {**_SMALL, "align": "right"},
    "more": {"bold": True, "font_color": ACT, "align": "right"},
    "group": {"bold": True, "font_color": NAVY, **_RULED},
    "sub": {"bold": True, "bg_color": MIST, **_HAIRLINE},
    "sub_after": {
        "bold": True, "font_size": SMALL_SIZE, "bg_color": MIST, "align": "left", "indent": 1,
        **_HAIRLINE,
    },
    "total": {"bold": True, "top": 1, "top_color": NAVY, **_RULED},
    "grand": {"bold": True, "top": 1, "top_color": NAVY, "bottom": 6, "bottom_color": NAVY},
    "bar": {"bottom": 5, "bottom_color": WHITE, "align": "left"},
    "after_heading": {
        "bold": True, "font_size": SMALL_SIZE, "font_color": NAVY, "bg_color": HEAD,
        "align": "left", "indent": 1, "text_wrap": True, **_RULED,
    },
    "formula": {**_SMALL, "font_size": FINE_SIZE, "text_wrap": True, "valign": "top",
                "align": "left"},
    "reason": {"font_size": FINE_SIZE, "text_wrap": True, "align": "left", "indent": 1,
               **_HAIRLINE},
    "wrapped": {"text_wrap": True, "valign": "top", **_HAIRLINE},
    "paragraph": {"text_wrap": True, "valign": "top"},
    "basis_line": {**_SMALL, "font_size": FINE_SIZE},
    "basis": {**_SMALL, "font_size": FINE_SIZE, "text_wrap": True, "valign": "top"},
    "unit": {**_SMALL, "align": "right"},
    "text_unit": _SMALL,
    "link": {"font_color": INPUT, "font_size": SMALL_SIZE, "underline": 1},
    "band": {"font_size": CLIENT_SIZE, "bold": True, "font_color": WHITE, "bg_color": NAVY,
             "align": "left", "indent": 1},
    "band_right": {"font_size": BAND_SIZE, "font_color": WHITE, "bg_color": NAVY,
                   "align": "right", "indent": 1},
    "band_below": {"font_color": PALE, "bg_color": NAVY, "align": "left", "indent": 1,
                   "valign": "top"},
    "band_below_right": {"font_size": SMALL_SIZE, "font_color": PALE, "bg_color": NAVY,
                         "align": "right", "indent": 1, "valign": "top"},
    "card_figure": {"font_size": CARD_SIZE, "bold": True, "font_color": NAVY, "bg_color": MIST,
                    "align": "left", "indent": 1},
    "card_note": {**_SMALL, "bg_color": MIST, "align": "left", "indent": 1, "valign": "top"},
    **{f"card_{name}": {**_SMALL, "bg_color": MIST, "align": "left", "indent": 1, "top": 5,
                        "top_color": color}
       for name, color in (("pm", PM), ("st", ST), ("gain", GAIN), ("navy", NAVY),
                           ("input", INPUT), ("watch", WATCH))},
}  # fmt: skip
"""Styles of cells apart from their number format."""

_MARKS: Final[Mapping[str, dict[str, Any]]] = {
    "ok": {"font_color": OK, "bg_color": OK_FILL, "bold": True},
    "watch": {"font_color": WATCH, "bg_color": WATCH_FILL, "bold": True},
    "act": {"font_color": ACT, "bg_color": ACT_FILL, "bold": True},
    "aside": {"font_color": NOTE},
    "used": _HAIRLINE,
    "strong": {"bold": True},
    "group": {"bold": True, "font_color": NAVY, **_RULED},
    "sub": {"bold": True, "bg_color": MIST},
    "total": {"bold": True, "top": 1, "top_color": NAVY, **_RULED},
    "grand": {"bold": True, "top": 1, "top_color": NAVY, "bg_color": MIST, **_RULED},
    "framed": {"border": 1, "border_color": NAVY, "bold": True},
    "typed": {"font_color": INPUT},
    "shaded": {"bg_color": MIST},
    "indented": {"num_format": NUMBERS["indented"]},
}
"""What a condition lays over a cell, by its name."""

SIGNS: Final = {"●": "ok", "▲": "watch", "■": "act"}
"""The sign that each state begins with, and its mark."""


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str, str], Format] = {}

    def __call__(self, style: str, number: str = "plain", sides: str = "") -> Format:
        """The format of a style for a kind of quantity; `sides` separates a card from the next."""
        key = style, number, sides
        if key not in self._made:
            shown = NUMBERS[number]
            if number in TEXTS and style in ("heading", "right", "figure", "limit", "choice"):
                shown = OVER_NUMBERS
            base = {**USUAL, "font_color": INK,
                    "valign": "vcenter", "num_format": shown}  # fmt: skip
            aside = {} if number in TEXTS else {"align": "right"}
            if number == "day":
                aside = {"align": "left"}
            edge = {"right": 5, "right_color": WHITE} if sides else {}
            self._made[key] = self._workbook.add_format({**base, **aside, **_STYLES[style], **edge})
        return self._made[key]

    def mark(self, name: str) -> Format:
        """A format that a condition lays over another one."""
        return self._workbook.add_format(_MARKS[name])


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
