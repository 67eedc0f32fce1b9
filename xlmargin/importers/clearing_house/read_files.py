"""The clearing house's files, opened; a copy in text or the first sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlmargin.importers.brokers.records import Lines, lines_of
from xlmargin.importers.clearing_house.array_files import ArrayFile, array_file
from xlmargin.importers.clearing_house.group_files import published_groups
from xlmargin.importers.files import read_first_table
from xlmargin.known_instruments import PublishedGroups


def read_array_file(path: Path) -> ArrayFile:
    """The rows of a file of theoretical profits and losses; its numbers are read when needed."""
    return array_file(_lines(path), path.name)


def read_group_files(paths: Sequence[Path]) -> PublishedGroups:
    """What files of class, product and portfolio groups say together."""
    return published_groups([(path.name, _lines(path)) for path in paths])


def _lines(path: Path) -> Lines:
    return lines_of(read_first_table(path), path.name)
