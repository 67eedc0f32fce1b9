"""This machine as far as the add-in depends on it: Python, its packages, Office, files."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from xlmargin.hosts.classic.places import Places

_OFFICE_KEY: Final = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_OFFICE_BITS: Final = {"x64": 64, "x86": 32}


@dataclass(frozen=True)
class Machine:
    """What is found on a machine; `office_bits` is None where it cannot be told."""

    platform: str
    python: tuple[int, int]
    bits: int
    packages: Mapping[str, str]
    """Versions of the installed packages, by their names in small letters."""
    requirements: tuple[str, ...] | None
    """What xlmargin asks for, as its package states it; None where it is not installed."""
    xlwings: Path
    """The folder of xlwings' package."""
    office_bits: int | None
    places: Places

    @property
    def is_windows(self) -> bool:
        """Whether Excel can call Python here."""
        return self.platform == "win32"


def this_machine(places: Places) -> Machine:
    """The machine that this runs on."""
    spec = find_spec("xlwings")
    assert spec is not None and spec.origin is not None
    return Machine(
        platform=sys.platform,
        python=sys.version_info[:2],
        bits=8 * struct.calcsize("P"),
        packages={package_name(d.metadata["Name"]): d.version for d in distributions()},
        requirements=_requirements(),
        xlwings=Path(spec.origin).parent,
        office_bits=_office_bits(),
        places=places,
    )


def _requirements() -> tuple[str, ...] | None:
    try:
        return tuple(requires("xlmargin") or ())
    except PackageNotFoundError:
        return None


def package_name(name: str) -> str:
    """The name of a package as all its spellings come to."""
    return name.lower().replace("_", "-").replace(".", "-")


def _office_bits() -> int | None:
    """Whether Office is of 32 or 64 bits, by what its installer has noted."""
    if sys.platform != "win32":
        return None
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _OFFICE_KEY) as key:
            return _OFFICE_BITS.get(str(winreg.QueryValueEx(key, "Platform")[0]))
    except OSError:
        return None
