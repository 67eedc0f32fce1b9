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
from string import Template
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import xlmargin
from xlmargin.excel.worksheet_function import Argument, ArgumentKind, WorksheetFunction
from xlmargin.hosts.calc.uno_side.linked import SERVICE
from xlmargin.hosts.differences import IN_CALC
from xlmargin.packaged import packaged_text

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

IDENTIFIER: Final = "org.xlmargin.calc"
"""The name of the package, by which LibreOffice and we know it as ours."""

UNO_SIDE: Final = Path(__file__).parent / "uno_side"
"""What is run in LibreOffice."""

_CODE: Final = {
    "component.py": "component.py",
    "answers.py": "answers.py",
    "pythonpath/xlmargin_linked.py": "linked.py",
}
"""The files of Python in the package; LibreOffice lets them import what is in `pythonpath`."""


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
        "META-INF/manifest.xml": _part("manifest.xml"),
        "description.xml": _part(
            "description.xml", identifier=IDENTIFIER, version=xlmargin.__version__
        ),
        "description.txt": _about(),
        "functions.idl": _type_library(functions),
        "CalcAddIns.xcu": _part(
            "CalcAddIns.xcu", service=SERVICE, functions="\n".join(map(_described, functions))
        ),
        "ProtocolHandler.xcu": _part("ProtocolHandler.xcu", buttons=BUTTONS, protocol=PROTOCOL),
        "Addons.xcu": _part(
            "Addons.xcu", items="".join(_item(i, *each) for i, each in enumerate(ITEMS))
        ),
        "functions.json": json.dumps(_listed(functions), indent=1),
        **{name: (UNO_SIDE / file).read_text(encoding="utf-8") for name, file in _CODE.items()},
    }


def _part(file: str, /, **values: str) -> str:
    """A file of the package, with these values in their places."""
    return Template(packaged_text("xlmargin.hosts.calc", f"package/{file}")).substitute(values)


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


def _described(function: WorksheetFunction) -> str:
    """The name and descriptions that the function wizard shows."""
    arguments = "".join(
        _node(f"a{i}", _text("DisplayName", argument.name) + _text("Description", argument.doc))
        for i, argument in enumerate(function.arguments)
    )
    return _node(
        function.name,
        _text("DisplayName", function.name)
        + _text("Description", function.doc)
        + _value("Category", "Add-In")
        + _text("CompatibilityName", function.name)
        + f'<node oor:name="Parameters">{arguments}</node>',
    )


def _item(i: int, title: str, address: str) -> str:
    """A button of the menu and of the toolbar."""
    return _node(
        f"b{i}",
        _value("URL", address)
        + _text("Title", title)
        + _value("Context", "com.sun.star.sheet.SpreadsheetDocument")
        + _value("Target", "_self"),
    )


def _node(name: str, content: str) -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">{content}</node>'


def _value(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:type="xs:string"><value>{escape(value)}</value></prop>'


def _text(name: str, text: str) -> str:
    """A value that is shown, in English."""
    value = f'<value xml:lang="en">{escape(text)}</value>'
    return f'<prop oor:name="{name}" oor:type="xs:string">{value}</prop>'


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
