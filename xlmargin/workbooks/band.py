"""The band above a page: whose it is, as of when, which accounts and house, the logo."""

from __future__ import annotations

from typing import Final

import xlmargin
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.live_formulas import Call
from xlmargin.workbooks.page import Page

_TODAY: Final = "▲ As of today"
"""Where the settings give no day."""


def write_band(
    draft: WorkbookBuilder, page: Page, what: str, last: int, logo_at: tuple[int, int]
) -> None:
    """The client and the date on a band over the columns up to the last one.

    Where a client is stated, its first cell says instead that the add-in is of another version,
    where it is. A logo stands on the band, pixels from the left of a column; without one the place
    is kept.
    """
    page.height(0, 32)
    page.height(1, 19)
    page.blank(0, 0, last, "band")
    page.blank(1, 0, last, "band_below")
    if draft.tables.text_of_setting("client"):
        page.formula(0, 0, _client_or_version(draft), draft.client, "band", "plain")
    else:
        page.text(0, 0, draft.client, "band")
    right = page.look("band_right", "as_of")
    page.sheet.merge_range(0, last - 2, 0, last, "", right)
    day = f'=IF(ISNUMBER(as_of),as_of,"{_TODAY}")'
    page.sheet.write_formula(0, last - 2, day, right, draft.book.market.as_of)
    if draft.logo is not None:
        draft.logo.insert(page.sheet, 0, *logo_at)
    accounts = " and ".join(name for name in draft.book.positions.accounts if name)
    of = f"accounts {accounts} · " if draft.several else ""
    page.text(1, 0, f"{what} · {of}house: {draft.houses}", "band_below")
    page.text(1, last, draft.note.partition(":")[0], "band_below_right")


def _client_or_version(draft: WorkbookBuilder) -> str:
    """The client; that the workbook was built for another version, where the add-in is of one."""
    cell = draft.formulas.placed(Call("XLM_VERSION"), ["text"]).formula(0, 1)
    return f"IF(ISERROR({cell}),client,{if_of_this_version(cell, 'client')})"


def if_of_this_version(cell: str, shown: str) -> str:
    """A formula's text where the add-in's version, in a cell, is the workbook's; else a warning."""
    built = xlmargin.__version__
    other = f'"■ Workbook of xlmargin {built}, add-in of "&{cell}&": build it anew"'
    return f'IF({cell}="{built}",{shown},{other})'
