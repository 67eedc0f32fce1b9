"""Settings without a book: those of a function of dates and facts, which has no positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells
from xlmargin.dates import date_of, serial_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.settings_fields import SETTINGS
from xlmargin.excel.settings_reader import read_settings, stated_settings
from xlmargin.settings import Settings


def read_settings_alone(cells: Cells, today: dt.date) -> tuple[dt.date, Settings]:
    """The date, today's where none is stated, and the settings; refused with every error found."""
    log = ProblemLog()
    stated = stated_settings(cells, log)
    default = None if "as_of" in dict(stated.of_all) else serial_of(today)
    read = read_settings(stated.in_force(default).of_book(()), log)
    log.refuse()
    return today if np.isnan(read.as_of) else date_of(read.as_of), read.settings


def agreed_day(days: Iterable[dt.date]) -> dt.date:
    """The day that the settings of all accounts agree on; refused where they differ."""
    found = dict.fromkeys(days)
    if len(found) > 1:
        listed = " and ".join(map(str, found))
        raise InputError([Problem(SETTINGS, 0, "account", listed, "settings of one account")])
    return next(iter(found))
