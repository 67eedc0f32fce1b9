"""A workbook on paper: its pages as LibreOffice prints them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.calc.office import end_group, office_program

_PATIENCE: Final = 300
"""Seconds in which LibreOffice has to print."""


def print_pages(workbook: bytes, pdf: Path) -> None:
    """Print what is visible of a workbook, .xlsx, into a PDF; refused without LibreOffice."""
    program = office_program()
    if program is None:
        raise MarginError(
            f"{pdf.name}: found no LibreOffice to print it; on Debian and Ubuntu: apt-get install"
            " libreoffice-calc. The workbook is written: print its pages from your own program."
        )
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / f"{pdf.stem}.xlsx"
        book.write_bytes(workbook)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [str(program), profile, "--headless", "--convert-to", "pdf"]
        command += ["--outdir", folder, str(book)]
        try:
            code = _ended(command)
        except OSError as error:
            raise MarginError(f"{pdf.name}: LibreOffice did not start: {error}.") from error
        except subprocess.TimeoutExpired as error:
            raise MarginError(
                f"{pdf.name}: LibreOffice had not printed it after {_PATIENCE:g} seconds. The"
                " workbook is written: print its pages from your own program."
            ) from error
        made = book.with_suffix(".pdf")
        if code or not made.exists():
            raise MarginError(f"{pdf.name}: LibreOffice did not print it: it ended with {code}.")
        pdf.write_bytes(made.read_bytes())


def _ended(command: list[str]) -> int:
    """The code that a command ends with; where it takes too long, all that it started is ended."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        return started.wait(_PATIENCE)
    finally:
        end_group(started)
        started.wait()
