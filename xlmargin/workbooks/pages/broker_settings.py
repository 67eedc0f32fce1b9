"""When a broker's figure agrees with ours and when it is overdue, by the cells of the settings."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.settings import Settings
from xlmargin.workbooks.sentences import Figure, sentence

SHARE, DOLLARS, DAYS = "tolerance_share", "tolerance_dollars", "overdue_days"
NAMED: Final = (SHARE, DOLLARS, DAYS)
"""Settings whose cells have their names."""


def tolerance_share(settings: Settings) -> Figure:
    """What a broker's figure may differ by and agree, as a share of it."""
    return _stated(SHARE, Settings.tolerance_share, settings.tolerance_share, "percent")


def agreement(settings: Settings) -> tuple[str, AnswerValue]:
    """A sentence that says when a figure agrees and when it is overdue, in the words of a page."""
    stated = settings.tolerance_dollars > 0
    formula, said = sentence(" or ", Figure(DOLLARS, settings.tolerance_dollars if stated else ""))
    dollars = Figure(f'IF(N({DOLLARS})>0,{formula},"")', said if stated else "", "text")
    days = _stated(DAYS, Settings.overdue_days, settings.overdue_days, "count")
    plural = "" if days.value == 1 else "s"
    unit = Figure(f'IF({days.formula}=1," day"," days")', f" day{plural}", "text")
    return sentence(
        "The broker’s figures are those of the sheet Broker: they agree within ",
        tolerance_share(settings), " of them", dollars, ", and are overdue after ", days, unit,
        " (page Settings). A figure binds until the broker corrects it.",
    )  # fmt: skip


def _stated(name: str, default: float, value: float, kind: str) -> Figure:
    """The cell of a setting, or what counts where it is empty."""
    return Figure(f'IFERROR(IF({name}="",{default:g},{name}),{default:g})', value, kind)
