"""Office on this machine, as far as its registry decides whether it calls the add-in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MACHINE, _USER = "HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER"
_INSTALLED: Final = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_BITS: Final = {"x64": 64, "x86": 32}
_EXCEL: Final = r"Software\Microsoft\Office\16.0\Excel"
_EXCEL_POLICY: Final = r"Software\Policies\Microsoft\Office\16.0\Excel"

_RULES: Final = (
    r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
    r"SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
)

NO_CHILD_PROCESSES: Final = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Defender's rule "Block all Office applications from creating child processes"."""

_BLOCKS, _WARNS = "1", "6"


@dataclass(frozen=True)
class InstalledOffice:
    """Its bits, None where they cannot be told, and what stands in the way."""

    bits: int | None = None
    has_no_child_processes: bool = False
    """Whether Defender keeps Excel from starting Python."""
    wants_signatures: bool = False
    """Whether only add-ins that are signed are run."""
    disabled: tuple[str, ...] = ()
    """What Excel has set aside after it had failed, as it notes it."""
    opens: tuple[str, ...] = ()
    """What Excel opens on starting beside what lies in its folder."""


def this_office() -> InstalledOffice:
    """Office as the registry has it; where it is unknown, nothing stands in the way."""
    rules = [str(value(_MACHINE, key, NO_CHILD_PROCESSES)) for key in _RULES]
    security = [rf"{key}\Security" for key in (_EXCEL, _EXCEL_POLICY)]
    return InstalledOffice(
        bits=_BITS.get(str(value(_MACHINE, _INSTALLED, "Platform"))),
        has_no_child_processes=any(rule in (_BLOCKS, _WARNS) for rule in rules),
        wants_signatures=any(value(_USER, key, "RequireAddinSig") == 1 for key in security),
        disabled=tuple(
            found.decode("utf-16-le", "replace")
            for _, found in values(_USER, rf"{_EXCEL}\Resiliency\DisabledItems")
            if isinstance(found, bytes)
        ),
        opens=tuple(
            str(found)
            for name, found in values(_USER, rf"{_EXCEL}\Options")
            if name.upper().startswith("OPEN")
        ),
    )


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
