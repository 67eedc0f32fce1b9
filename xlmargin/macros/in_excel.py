"""The buttons in Excel on Windows, as its macros run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from xlmargin.importers.files import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, XML_SUFFIX
from xlmargin.macros.buttons import press_button
from xlmargin.macros.excel_book import ExcelBook
from xlmargin.workbooks import EVERYTHING

_KINDS: Final = ";".join(
    f"*{suffix}" for suffix in (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, XML_SUFFIX)
)
_FOLDER_PICKER: Final = 4
_CHOSEN: Final = -1


class ExcelDesk(ExcelBook):
    """An open book in Excel on Windows."""

    def choose_file(self, title: str) -> Path | None:
        """A file that the user chooses; None where he gives up."""
        kinds = f"Positions ({_KINDS}),{_KINDS},All files (*.*),*.*"
        chosen = self.book.app.api.GetOpenFilename(kinds, 1, title)
        return Path(chosen) if isinstance(chosen, str) else None

    def choose_folder(self, title: str) -> Path | None:
        """A folder that the user chooses; None where he gives up."""
        picker = self.book.app.api.FileDialog(_FOLDER_PICKER)
        picker.Title = title
        return Path(str(picker.SelectedItems(1))) if picker.Show() == _CHOSEN else None

    def open_report(self, report: Path, pdf: Path) -> None:
        """Print the pages of a report, and show it."""
        opened = self.book.app.books.open(str(report))
        pages = [sheet.name for sheet in opened.sheets if sheet.name in EVERYTHING.printed]
        opened.to_pdf(str(pdf), include=pages)


def press(book: Any, name: str) -> None:
    """Do what a button does with an `xlwings.Book`; what came of it is shown."""
    press_button(ExcelDesk(book), name)
