"""The settings of a function that takes no positions."""

from __future__ import annotations

import datetime as dt

import numpy as np

from xlmargin.dates import date_of
from xlmargin.errors import InputError
from xlmargin.excel.contents import Today
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.settings_range import read_settings, settings_rows
from xlmargin.settings import Settings


def read_settings_alone(cells: Cells, today: Today) -> tuple[dt.date, Settings]:
    """The date, today's where none is stated, and the settings; refused with every error found."""
    findings = Findings()
    read = read_settings(settings_rows(cells, findings), findings)
    if findings.errors:
        raise InputError(findings.errors)
    return today() if np.isnan(read.as_of) else date_of(read.as_of), read.settings
