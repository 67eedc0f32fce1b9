"""The files of the add-in, as the service at an address hands them to Excel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Final
from xml.sax.saxutils import escape

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.office_js.icon import SIZES, icon
from xlmargin.hosts.office_js.metadata import metadata

FOLDER: Final = "/office"
"""Where the service has the files."""
OFFICE_JS: Final = "https://appsforoffice.microsoft.com"
"""Where Excel's own scripts come from; Microsoft allows no copy of them."""


def add_in(functions: Sequence[WorksheetFunction], address: str) -> dict[str, bytes]:
    """The add-in's files by their paths; `address` is that of the service, without a path."""
    names = {f.name: [argument.name for argument in f.arguments] for f in functions}
    stated = f"const ADDRESS = {json.dumps(address)};\nconst FUNCTIONS = {json.dumps(names)};\n"
    manifest = Template(_text("manifest.xml")).substitute(
        address=escape(address, {'"': "&quot;"}), version=f"{xlmargin.__version__}.0"
    )
    texts = {
        "manifest.xml": manifest,
        "functions.json": json.dumps(metadata(functions)),
        "functions.js": stated + _text("functions.js") + _text("live.js"),
        "taskpane.html": _text("taskpane.html"),
        "taskpane.js": _text("taskpane.js"),
    }
    images = {f"icon-{size}.png": icon(size) for size in SIZES}
    written = {name: text.encode("utf-8") for name, text in texts.items()} | images
    return {f"{FOLDER}/{name}": content for name, content in written.items()}


def _text(name: str) -> str:
    return files("xlmargin.hosts.office_js").joinpath(name).read_text(encoding="utf-8")
