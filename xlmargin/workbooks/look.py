"""How the workbooks look: one restrained palette, one typeface, one way to write each quantity.

Blue is for what the user types, black for what is calculated.
"""

from __future__ import annotations

from typing import Any, Final

from xlmargin.workbooks.xlsx_writer import Format, Workbook

NAVY: Final = "#1F3A5F"
STEEL: Final = "#5B7DA8"
MIST: Final = "#E8EDF3"
RULE_LINE: Final = "#D3DAE3"
GREY: Final = "#66707C"
INPUT_BLUE: Final = "#0000FF"
LOSS: Final = "#D98C80"
GAIN: Final = "#8DB89B"
WARNING: Final = "#A33B2E"
AMBER: Final = "#F3E2B8"
WHITE: Final = "#FFFFFF"
TYPEFACE: Final = "Arial"

_NUMBERS: Final = {
    "text": "General",
    "plain": "General",
    "money": '$#,##0_);($#,##0);"–"_)',
    "price": "#,##0.00_);(#,##0.00)",
    "quantity": "#,##0_);-#,##0_)",
    "percent": "0.0%_)",
    "ratio": "0.00_)",
    "fact": "#,##0.####",
    "rate": "0.00%_)",
    "move": "+0.0%_);-0.0%_);0.0%_)",
    "greek": "0.0000_);-0.0000_);0.0000_)",
    "date": "yyyy-mm-dd_)",
    "number": "#,##0.####",
    "weekday": "dddd_)",
}
"""Number format of each kind of quantity."""

_STYLES: Final[dict[str, dict[str, Any]]] = {
    "body": {"bottom": 4, "bottom_color": RULE_LINE, "valign": "top"},
    "label": {"bottom": 4, "bottom_color": RULE_LINE, "indent": 1},
    "verdict": {"bold": True, "bottom": 4, "bottom_color": RULE_LINE},
    "refusal": {"bold": True, "font_color": WARNING},
    "aside": {"font_color": GREY, "font_size": 9, "indent": 1, "bottom": 4,
              "bottom_color": RULE_LINE},
    "day": {"align": "left", "indent": 1, "bottom": 4, "bottom_color": RULE_LINE},
    "right": {"align": "right", "indent": 0, "bottom": 4, "bottom_color": RULE_LINE},
    "figure_small": {
        "bold": True, "align": "right", "indent": 0, "bottom": 4, "bottom_color": RULE_LINE,
    },
    "strong": {"bold": True, "bottom": 1, "bottom_color": RULE_LINE},
    "figure": {"bold": True, "font_size": 16, "font_color": NAVY, "align": "left"},
    "column": {"valign": "top"},
    "lines": {"text_wrap": True, "valign": "top", "bottom": 4, "bottom_color": RULE_LINE},
    "input": {
        "font_color": INPUT_BLUE, "locked": False, "bottom": 4, "bottom_color": RULE_LINE,
        "valign": "top",
    },
    "open": {"font_color": INPUT_BLUE, "locked": False},
    "heading": {
        "bold": True, "font_color": WHITE, "bg_color": NAVY, "align": "right", "indent": 1,
        "valign": "vcenter", "text_wrap": True,
    },
    "text_heading": {
        "bold": True, "font_color": WHITE, "bg_color": NAVY, "align": "left", "indent": 1,
        "valign": "vcenter", "text_wrap": True,
    },
    "title": {"bold": True, "font_size": 16, "font_color": NAVY},
    "section": {"bold": True, "font_size": 11, "font_color": NAVY, "bottom": 1,
                "bottom_color": NAVY},
    "more": {"bold": True, "font_color": WARNING, "align": "right"},
    "more_of_section": {"bold": True, "font_color": WARNING, "align": "right", "bottom": 1,
                        "bottom_color": NAVY},
    "formula": {"font_color": GREY, "font_size": 8, "text_wrap": True, "valign": "top",
                "align": "left"},
    "note": {"font_color": GREY, "font_size": 9},
    "wrapped": {
        "text_wrap": True, "valign": "top", "align": "left", "indent": 1, "bottom": 4,
        "bottom_color": RULE_LINE,
    },
    "paragraph": {"text_wrap": True, "valign": "top"},
    "unit": {"font_color": GREY, "font_size": 8, "italic": True, "align": "right"},
    "text_unit": {"font_color": GREY, "font_size": 8, "italic": True, "indent": 1},
    "link": {"font_color": STEEL, "underline": 1, "indent": 1},
    "notice": {"text_wrap": True, "valign": "vcenter", "bg_color": MIST, "font_color": NAVY,
               "border": 1, "border_color": RULE_LINE},
}  # fmt: skip
"""Styles of cells apart from their number format."""


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str], Format] = {}

    def __call__(self, style: str, number: str = "plain") -> Format:
        """The format of a style for a kind of quantity."""
        key = style, number
        if key not in self._made:
            base = {"font_name": TYPEFACE, "font_size": 10, "num_format": _NUMBERS[number]}
            indent: dict[str, Any] = {}
            if number in ("text", "fact"):
                indent = {"align": "left", "indent": 1}
            elif number in ("percent", "ratio"):
                indent = {"align": "right"}
            self._made[key] = self._workbook.add_format({**base, **indent, **_STYLES[style]})
        return self._made[key]

    def mark(self, **properties: Any) -> Format:
        """A format that a condition lays over another one."""
        return self._workbook.add_format(properties)
