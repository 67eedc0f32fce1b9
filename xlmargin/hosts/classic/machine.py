"""This machine as far as the add-in depends on it: Python, its packages, Office, files."""

from __future__ import annotations

import re
import site
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distributions, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from xlmargin.hosts.classic.installation import Places
from xlmargin.hosts.classic.server import trouble_reaching, trouble_starting

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


@dataclass(frozen=True)
class Machine:
    """What is found on a machine."""

    platform: str
    python: tuple[int, int]
    bits: int
    packages: Mapping[str, str]
    """Versions of the installed packages, by their names in small letters."""
    requirements: tuple[str, ...] | None
    """What xlmargin asks for, as its package states it; None where it is not installed."""
    xlwings: Path
    """The folder of xlwings' package."""
    user_base: Path
    """Where pip puts what it may not put beside its Python."""
    pywin32: str
    """What keeps it from being imported; "" where nothing does."""
    office: InstalledOffice
    places: Places
    other_add_ins: tuple[Path, ...] = ()
    """What else Excel opens on starting."""
    trouble_starting: Callable[[str], str] = trouble_starting
    """What keeps a server from running that is started by a command."""
    trouble_reaching: Callable[[], str] = trouble_reaching
    """What keeps Excel from reaching a server that runs already."""

    @property
    def is_windows(self) -> bool:
        """Whether Excel can call Python here."""
        return self.platform == "win32"

    @property
    def is_of_conda(self) -> bool:
        """Whether the Python comes from conda, whose libraries are found only when activated."""
        return (self.places.base / "conda-meta").is_dir()

    @property
    def is_in_user_scheme(self) -> bool:
        """Whether xlwings was installed for a user beside a Python that all share."""
        return self.user_base in self.xlwings.parents


def this_machine(places: Places) -> Machine:
    """The machine that this runs on."""
    office = this_office()
    spec = find_spec("xlwings")
    assert spec is not None and spec.origin is not None
    return Machine(
        platform=sys.platform,
        python=sys.version_info[:2],
        bits=8 * struct.calcsize("P"),
        packages={package_name(d.metadata["Name"]): d.version for d in distributions()},
        requirements=_requirements(),
        xlwings=Path(spec.origin).parent,
        user_base=Path(site.getuserbase()),
        pywin32=_pywin32(),
        office=office,
        places=places,
        other_add_ins=tuple(_other_add_ins(places, office)),
    )


def _pywin32() -> str:
    if sys.platform != "win32":
        return ""
    try:
        for name in ("pythoncom", "win32api", "win32com.server.policy"):
            import_module(name)
    except ImportError as error:
        return str(error)
    return ""


def _other_add_ins(places: Places, office: InstalledOffice) -> Iterator[Path]:
    """Add-ins beside ours: in the folder that Excel opens, and those that it is told to open."""
    lying = (p for p in places.startup.glob("*") if p.suffix.lower() in (".xlam", ".xla"))
    opened = (Path(found) for text in office.opens for found in re.findall(r'"([^"]+)"', text))
    yield from (path for path in (*lying, *opened) if path != places.add_in and path.is_file())


def _requirements() -> tuple[str, ...] | None:
    try:
        return tuple(requires("xlmargin") or ())
    except PackageNotFoundError:
        return None


def package_name(name: str) -> str:
    """The name of a package as all its spellings come to."""
    return name.lower().replace("_", "-").replace(".", "-")
