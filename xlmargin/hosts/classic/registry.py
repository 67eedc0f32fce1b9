"""Values in the registry of Windows; elsewhere there are none."""

from __future__ import annotations

import sys
from collections.abc import Iterator


def value(root: str, key: str, name: str) -> object:
    """A value by its name, in any capitals; None where there is none."""
    return next((v for n, v in values(root, key) if n.casefold() == name.casefold()), None)


def values(root: str, key: str) -> Iterator[tuple[str, object]]:
    """The names and values of a key; `root` is HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER."""
    if sys.platform != "win32":
        return
    import winreg

    try:
        with winreg.OpenKey(getattr(winreg, root), key) as opened:
            for number in range(winreg.QueryInfoKey(opened)[1]):
                name, found, _ = winreg.EnumValue(opened, number)
                yield name, found
    except OSError:
        return
