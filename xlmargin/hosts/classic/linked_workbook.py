"""A plain workbook that names the add-in, as Excel itself saves calls of one that it opens first.

Without that Excel finds the functions of an add-in only as formulas are entered. The link has no
path: Excel looks for the add-in in the folder that `xlmargin install` puts it into.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xlmargin.hosts.classic.shipped import FILE
from xlmargin.hosts.formulas import prefix_functions
from xlmargin.unfinished import unfinished_folder

PREFIX: Final = "[1]!"
"""The first, and only, file that the workbook is linked to."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STARTUP: Final = (
    "http://schemas.microsoft.com/office/2006/relationships/xlExternalLinkPath/xlStartup"
)
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
_LINK, _ID = "externalLinks/externalLink1.xml", "rIdXlmargin"
_ADDED: Final = {
    "[Content_Types].xml": (
        "</Types>",
        f'<Override PartName="/xl/{_LINK}" ContentType="{_KIND}"/>',
    ),
    "xl/_rels/workbook.xml.rels": (
        "</Relationships>",
        f'<Relationship Id="{_ID}" Type="{_OFFICE}/externalLink" Target="{_LINK}"/>',
    ),
    "xl/workbook.xml": (
        "<definedNames>",
        f'<externalReferences><externalReference r:id="{_ID}"/></externalReferences>',
    ),
}
"""What is put into parts of the workbook, and before which text."""


def link_to_add_in(workbook: Path, names: Iterable[str]) -> None:
    """Rewrite a workbook in its place, so that its calls are those of the add-in's functions."""
    names = tuple(names)
    prefix_functions(workbook, names, PREFIX)
    with unfinished_folder(workbook.parent) as folder:
        whole = folder / workbook.name
        with zipfile.ZipFile(workbook) as read, zipfile.ZipFile(whole, "w") as write:
            for part in read.infolist():
                write.writestr(part, _with_link(part.filename, read.read(part)))
            for name, content in _parts(names).items():
                write.writestr(zipfile.ZipInfo(name), content)
        whole.replace(workbook)


def _with_link(part: str, content: bytes) -> bytes:
    """A part of the workbook with what it says of the link."""
    if part not in _ADDED:
        return content
    before, added = (text.encode() for text in _ADDED[part])
    head, found, tail = content.partition(before)
    assert found, part
    return head + added + found + tail


def _parts(names: Iterable[str]) -> dict[str, str]:
    """The parts of the link: the functions by their names, and the file."""
    defined = "".join(f'<definedName name="{name}"/>' for name in names)
    book = f'<externalBook xmlns:r="{_OFFICE}" r:id="rId1"><definedNames>{defined}</definedNames>'
    file = f'<Relationship Id="rId1" Type="{_STARTUP}" Target="{FILE}" TargetMode="External"/>'
    return {
        f"xl/{_LINK}": f'{_XML}<externalLink xmlns="{_MAIN}">{book}</externalBook></externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}">{file}</Relationships>'
        ),
    }
