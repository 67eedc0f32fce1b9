"""What xlwings itself writes on "Import Functions", printed as JSON; see `fake_windows`.

Its true `import_udfs` runs on a workbook that only keeps what it is told.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.hosts import fake_windows


class Application:
    """Excel, as far as an import asks of it."""

    Version = "16.0"

    def __init__(self) -> None:
        self.described: dict[str, dict[str, object]] = {}

    def MacroOptions(self, macro: str, **options: object) -> None:  # noqa: N802
        self.described[macro.rpartition("!")[2]] = options


class Components:
    """The modules of a VBA project."""

    def __init__(self) -> None:
        self.imported = ""

    def __call__(self, name: str) -> str:
        return name

    def Remove(self, name: str) -> None:  # noqa: N802
        assert name == "xlwings_udfs"

    def Import(self, path: str) -> None:  # noqa: N802
        self.imported = Path(path).read_text(encoding="utf-8")


def main() -> None:
    """Print the VBA that xlwings writes, and what it tells the function wizard."""
    fake_windows.install()
    from xlwings.udfs import import_udfs

    application, components = Application(), Components()
    book = SimpleNamespace(
        Name="book.xlsm",
        FullName="book.xlsm",
        Application=application,
        Worksheets=(),
        VBProject=SimpleNamespace(VBComponents=components),
    )
    import_udfs("xlmargin.udfs", book)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write("\n")
    json.dump({"vba": components.imported, "wizard": application.described}, sys.stdout)


if __name__ == "__main__":
    main()
