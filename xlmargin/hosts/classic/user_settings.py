"""The user's own settings of xlwings: a file of names and values in quotes, a row each.

Workbooks with macros find their Python there. A file that another program has written is another's:
it is read, and never changed.
"""

from __future__ import annotations

import csv
import locale
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError

MARK: Final = "XLMARGIN"
"""The name of the row by which a file is known to be ours; its value is the version."""


def read_user_settings(path: Path) -> dict[str, str]:
    """The settings by their names in capitals; none where there is no file."""
    if not path.is_file():
        return {}
    # VBA reads and writes the letters of the user's Windows, not Unicode.
    text = path.read_text(encoding=locale.getencoding(), errors="replace")
    rows = csv.reader(StringIO(text))
    return {row[0].strip().upper(): row[1] for row in rows if len(row) > 1}


def is_ours(path: Path) -> bool:
    """Whether we wrote the file."""
    return MARK in read_user_settings(path)


def settings_text(settings: Mapping[str, str]) -> bytes:
    """The settings as VBA reads them."""
    if odd := [name for name, value in settings.items() if '"' in value or "\n" in value]:
        raise MarginError(f"{', '.join(odd)}: found a quotation mark, which no setting can hold.")
    text = "".join(f'"{name}","{value}"\r\n' for name, value in settings.items())
    try:
        return text.encode(locale.getencoding())
    except UnicodeEncodeError as error:
        raise MarginError(
            f"{error.object[error.start : error.end]!r} in the path of Python is no letter of this"
            " Windows, and VBA cannot read it: install Python in a folder with plain letters."
        ) from None
