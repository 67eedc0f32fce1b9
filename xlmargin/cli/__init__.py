"""The command line: each module registers its commands, in the order in which help lists them."""

from xlmargin.cli import margin_commands, workbook_commands  # isort: skip
from xlmargin.cli import excel_commands, file_commands, service_commands
from xlmargin.cli.app import app, main

__all__ = [
    "app",
    "excel_commands",
    "file_commands",
    "main",
    "margin_commands",
    "service_commands",
    "workbook_commands",
]
