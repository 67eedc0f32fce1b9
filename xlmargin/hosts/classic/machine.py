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

from xlmargin.hosts.classic.office import InstalledOffice, this_office
from xlmargin.hosts.classic.places import Places
from xlmargin.hosts.classic.served import trouble_reaching
from xlmargin.hosts.classic.server_command import trouble_starting


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
