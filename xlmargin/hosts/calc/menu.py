"""Menu and toolbar of the add-in, as LibreOffice reads them."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

PROTOCOL: Final = "org.xlmargin.calc:"
"""What the address of a button begins with."""

BUTTONS: Final = "org.xlmargin.CalcButtons.Python"
"""The name of what answers them."""

ITEMS: Final = (
    ("Refresh", ".uno:CalculateHard"),
    ("Fit answers", f"{PROTOCOL}fit_answers"),
    ("Check", f"{PROTOCOL}check"),
    ("Import...", f"{PROTOCOL}import_file"),
    ("Snapshot", f"{PROTOCOL}snapshot"),
    ("Reconcile...", f"{PROTOCOL}reconcile"),
    ("Report", f"{PROTOCOL}report"),
    ("Run all...", f"{PROTOCOL}run_all"),
    ("Undo", f"{PROTOCOL}undo"),
    ("Settings", f"{PROTOCOL}settings"),
)
"""What is shown, and its address; dots where something is asked first."""

_CALC: Final = "com.sun.star.sheet.SpreadsheetDocument"
_NODE: Final = "org.xlmargin.calc"
_DATA: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="{name}"
 oor:package="org.openoffice.Office">{content}</oor:component-data>
"""


def handler() -> str:
    """Who answers the addresses of the buttons."""
    protocols = f'<prop oor:name="Protocols"><value>{PROTOCOL}*</value></prop>'
    node = f'<node oor:name="{BUTTONS}" oor:op="replace">{protocols}</node>'
    content = f'<node oor:name="HandlerSet">{node}</node>'
    return _DATA.format(name="ProtocolHandler", content=content)


def menu() -> str:
    """The menu xlmargin and a toolbar of the same, in windows of Calc alone."""
    items = "".join(
        f'<node oor:name="b{i}" oor:op="replace">{_item(title, address)}</node>'
        for i, (title, address) in enumerate(ITEMS)
    )
    content = (
        '<node oor:name="AddonUI">'
        f'<node oor:name="OfficeMenuBar"><node oor:name="{_NODE}" oor:op="replace">'
        f'{_title("xlmargin")}{_context()}<node oor:name="Submenu">{items}</node></node></node>'
        f'<node oor:name="OfficeToolBar"><node oor:name="{_NODE}" oor:op="replace">{items}</node>'
        "</node></node>"
    )
    return _DATA.format(name="Addons", content=content)


def _item(title: str, address: str) -> str:
    return (
        f'<prop oor:name="URL" oor:type="xs:string"><value>{address}</value></prop>'
        f"{_title(title)}{_context()}"
        '<prop oor:name="Target" oor:type="xs:string"><value>_self</value></prop>'
    )


def _title(text: str) -> str:
    value = f'<value xml:lang="en">{escape(text)}</value>'
    return f'<prop oor:name="Title" oor:type="xs:string">{value}</prop>'


def _context() -> str:
    return f'<prop oor:name="Context" oor:type="xs:string"><value>{_CALC}</value></prop>'
