"""The buttons in LibreOffice Calc, as its menu and toolbar run them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xlmargin.hosts.calc.office import print_pages
from xlmargin.macros.buttons import press_button
from xlmargin.macros.calc_book import CalcBook, path_of
from xlmargin.macros.pressed import press as pressed
from xlmargin.workbooks import EVERYTHING
from xlmargin.workbooks.page_setup import print_set

_SHEETS: Final = {"check": "Check", "settings": "Settings"}
"""Buttons that lead to a sheet."""
_FIT: Final = "fit_answers"
_FITTING: Final = "org.xlmargin.Answers"
"""What enters array formulas at the size of their answers, in LibreOffice."""
_CHOSEN: Final = 1


@dataclass(frozen=True)
class CalcDesk(CalcBook):
    """An open book in LibreOffice."""

    context: Any = None
    given: str | None = None
    """The file or folder, where the one who presses says it."""

    def choose_file(self, title: str) -> Path | None:
        """A file that the user chooses; None where he gives up."""
        return self._chosen("FilePicker", title, lambda picker: picker.getSelectedFiles()[0])

    def choose_folder(self, title: str) -> Path | None:
        """A folder that the user chooses; None where he gives up."""
        return self._chosen("FolderPicker", title, lambda picker: picker.getDirectory())

    def open_report(self, report: Path, pdf: Path) -> None:
        """Print the pages of a report, and show it."""
        print_pages(print_set(report, EVERYTHING.printed), pdf)
        desktop = self._service("com.sun.star.frame.Desktop")
        desktop.loadComponentFromURL(report.as_uri(), "_blank", 0, ())

    def _chosen(self, dialog: str, title: str, address: Callable[[Any], str]) -> Path | None:
        if self.given is not None:
            return path_of(self.given) or Path(self.given)
        picker = self._service(f"com.sun.star.ui.dialogs.{dialog}")
        picker.setTitle(title)
        return path_of(address(picker)) if picker.execute() == _CHOSEN else None

    def _service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)


def press(context: Any, frame: Any, name: str, given: str | None) -> tuple[bool, str]:
    """Do what a button does in a window of Calc; answers whether none failed, and what was said."""
    desk = CalcDesk(frame.Controller.Model, frame, context=context, given=given)
    if name == _FIT:
        context.ServiceManager.createInstanceWithContext(_FITTING, context).trigger("")
    elif name in _SHEETS:
        pressed(desk, lambda: desk.go_to(_SHEETS[name]))
    else:
        press_button(desk, name)
    return not any(failed for _, failed in desk.said), "\n".join(text for text, _ in desk.said)
