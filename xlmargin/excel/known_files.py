"""What is known of instruments from a user's files: tables of one's own, and published reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells, text_of
from xlmargin.excel.settings_fields import GROUPS
from xlmargin.excel.settings_reader import stated_settings
from xlmargin.importers.clearing_house import read_group_files
from xlmargin.importers.files import own_instruments
from xlmargin.known_instruments import KnownInstruments


def known_from(instruments: Path | None, groups: Sequence[Path]) -> KnownInstruments:
    """The known instruments, a table of one's own above them, and published reports."""
    known = own_instruments(instruments)
    return known.beside(read_group_files(groups)) if groups else known


def reports_named(settings: Cells, folder: Path) -> list[Path]:
    """The files that the setting `groups` names, by commas or semicolons, from their folder."""
    stated = dict(stated_settings(settings, ProblemLog()).of_all)
    if GROUPS not in stated:
        return []
    text = text_of(stated[GROUPS].value).replace(";", ",")
    return [folder / name.strip() for name in text.split(",") if name.strip()]
