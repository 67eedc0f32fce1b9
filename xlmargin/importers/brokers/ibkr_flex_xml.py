"""Interactive Brokers: a Flex query as XML, turned into the rows of its table of open positions."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import TextRows

_POSITION: Final = "OpenPosition"
_ANSWER: Final = "FlexStatementResponse"
_WANTED: Final = "a Flex query with the section Open Positions"


def read_flex_xml(path: Path) -> TextRows:
    """A heading row of all attributes, and a row for each open position; no account is left out.

    Files that define entities are refused: no statement has any, and they can grow without end.
    """
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise MarginError(f"{path.name}: found definitions of entities, wanted {_WANTED}.")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise MarginError(f"{path.name}: found no XML ({error}), wanted {_WANTED}.") from error
    if root.tag == _ANSWER:
        said = " ".join(" ".join(root.itertext()).split())[:200]
        raise MarginError(f"{path.name}: found the answer '{said}', wanted {_WANTED}.")
    positions = [element.attrib for element in root.iter(_POSITION)]
    if not positions:
        raise MarginError(f"{path.name}: found no open position, wanted {_WANTED}.")
    headings = list(dict.fromkeys(name for position in positions for name in position))
    rows = [[position.get(name, "") for name in headings] for position in positions]
    return [headings, *rows]
