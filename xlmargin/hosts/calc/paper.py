"""A workbook on paper: its pages as LibreOffice prints them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.calc.office import office_program

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
            subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            raise MarginError(f"{pdf}: LibreOffice did not print it: {error}.") from error
        made = book.with_suffix(".pdf")
        if not made.exists():
            raise MarginError(f"{pdf}: LibreOffice did not print it.")
        pdf.write_bytes(made.read_bytes())
