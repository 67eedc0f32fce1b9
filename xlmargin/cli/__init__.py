"""The command line: a module a command, or a few that belong together."""

from xlmargin.cli.app import app, commands, main

__all__ = ["app", "commands", "main"]
