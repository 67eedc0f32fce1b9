"""The Calc add-in (.oxt): the registered worksheet functions, described as LibreOffice asks for it.

The package holds a type library (an .idl as plain text, which LibreOffice reads as it is), the
names and help texts of the functions, and one Python component that calls them.
"""

from __future__ import annotations

import json
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import xlmargin
from xlmargin.excel.worksheet_function import Argument, ArgumentKind, WorksheetFunction
from xlmargin.hosts.calc.inside.linked import SERVICE
from xlmargin.hosts.differences import IN_CALC

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


IDENTIFIER: Final = "org.xlmargin.calc"
"""The name of the package, by which LibreOffice and we know it as ours."""

INSIDE: Final = Path(__file__).parent / "inside"
"""What is run in LibreOffice."""

_CODE: Final = {
    "component.py": "component.py",
    "answers.py": "answers.py",
    "pythonpath/xlmargin_linked.py": "linked.py",
}
"""The files of Python in the package; LibreOffice lets them import what is in `pythonpath`."""

_MANIFEST: Final = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
 <manifest:file-entry manifest:full-path="functions.idl"
  manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>
 <manifest:file-entry manifest:full-path="component.py"
  manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
 <manifest:file-entry manifest:full-path="answers.py"
  manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
 <manifest:file-entry manifest:full-path="CalcAddIns.xcu"
  manifest:media-type="application/vnd.sun.star.configuration-data"/>
 <manifest:file-entry manifest:full-path="ProtocolHandler.xcu"
  manifest:media-type="application/vnd.sun.star.configuration-data"/>
 <manifest:file-entry manifest:full-path="Addons.xcu"
  manifest:media-type="application/vnd.sun.star.configuration-data"/>
</manifest:manifest>
"""
_DESCRIPTION: Final = """<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:xlink="http://www.w3.org/1999/xlink">
 <identifier value="{identifier}"/>
 <version value="{version}"/>
 <display-name><name lang="en">xlmargin</name></display-name>
 <extension-description><src lang="en" xlink:href="description.txt"/></extension-description>
</description>
"""
_FUNCTIONS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="CalcAddIns"
 oor:package="org.openoffice.Office"><node oor:name="AddInInfo">
<node oor:name="{service}" oor:op="replace"><node oor:name="AddInFunctions">
{functions}
</node></node></node></oor:component-data>
"""


def write_add_in(path: Path, functions: Iterable[WorksheetFunction]) -> None:
    """Write the add-in; it calls the functions in the environment that this is run in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in _files(tuple(functions)).items():
            package.writestr(name, content)


def write_unpacked(folder: Path, functions: Iterable[WorksheetFunction]) -> None:
    """Write the add-in as LibreOffice keeps it once it is installed: as files of a new folder."""
    for name, content in _files(tuple(functions)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def _files(functions: Sequence[WorksheetFunction]) -> dict[str, str]:
    """What is in the package, by name."""
    return {
        "META-INF/manifest.xml": _MANIFEST,
        "description.xml": _DESCRIPTION.format(identifier=IDENTIFIER, version=xlmargin.__version__),
        "description.txt": _about(),
        "functions.idl": _type_library(functions),
        "CalcAddIns.xcu": _help_texts(functions),
        "ProtocolHandler.xcu": handler(),
        "Addons.xcu": menu(),
        "functions.json": json.dumps(_listed(functions), indent=1),
        **{name: (INSIDE / file).read_text(encoding="utf-8") for name, file in _CODE.items()},
    }


def _about() -> str:
    """What the extension manager shows: what is different here from other programs."""
    return "Margin requirements in cells.\n\n" + "\n".join(f"- {line}" for line in IN_CALC)


def _type_library(functions: Sequence[WorksheetFunction]) -> str:
    """A method for each function; rows of one cell are shown as one value."""
    methods = "\n".join(
        f"  sequence< sequence<any> > {function.name}"
        f"({', '.join(f'[in] {_type(a)} a{i}' for i, a in enumerate(function.arguments))});"
        for function in functions
    )
    return f"module org {{ module xlmargin {{ interface XFunctions {{\n{methods}\n}}; }}; }};\n"


def _type(argument: Argument) -> str:
    """How Calc hands an argument over: as a range, with what errors it has, or as values.

    With an error among values Calc does not call; a range cannot be left out.
    """
    is_range = argument.kind is ArgumentKind.RANGE and not argument.optional
    return "com::sun::star::table::XCellRange" if is_range else "any"


def _help_texts(functions: Sequence[WorksheetFunction]) -> str:
    """The names and descriptions that the function wizard shows."""
    described = "\n".join(_described(function) for function in functions)
    return _FUNCTIONS.format(service=SERVICE, functions=described)


def _described(function: WorksheetFunction) -> str:
    arguments = "".join(
        _node(f"a{i}", _text("DisplayName", argument.name) + _text("Description", argument.doc))
        for i, argument in enumerate(function.arguments)
    )
    return _node(
        function.name,
        _text("DisplayName", function.name)
        + _text("Description", function.doc)
        + '<prop oor:name="Category"><value>Add-In</value></prop>'
        + _text("CompatibilityName", function.name)
        + f'<node oor:name="Parameters">{arguments}</node>',
    )


def _node(name: str, content: str) -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">{content}</node>'


def _text(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en">{escape(text)}</value></prop>'


def _listed(functions: Sequence[WorksheetFunction]) -> dict[str, object]:
    """What the component needs to know, and nothing of it from the environment itself."""
    modules = list(dict.fromkeys(function.function.__module__ for function in functions))
    return {
        "service": SERVICE,
        "protocol": PROTOCOL,
        "buttons": BUTTONS,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "paths": list(dict.fromkeys(str(path) for path in _paths(modules))),
        "modules": modules,
        "functions": [
            {
                "name": function.name,
                "doc": function.doc,
                "arguments": [{"name": a.name, "doc": a.doc} for a in function.arguments],
            }
            for function in functions
        ],
    }


def _paths(modules: Sequence[str]) -> Iterator[Path]:
    """The folders that the functions, and what they need, are imported from."""
    for name in ("xlmargin", *modules):
        origin = import_module(name).__file__
        assert origin is not None
        is_package = Path(origin).name == "__init__.py"
        yield Path(origin).resolve().parents[name.count(".") + is_package]
    yield Path(sysconfig.get_path("purelib"))
    yield Path(sysconfig.get_path("platlib"))
