"""Looks at all that must be right for Excel to call the functions; each fault with its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from xlmargin.defects import LOG, log_file
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import ENVIRONMENT, INTERPRETER, SERVED
from xlmargin.hosts.classic.installation import expanded
from xlmargin.hosts.classic.machine import Machine, package_name
from xlmargin.hosts.classic.server import START_IT, server_command
from xlmargin.hosts.classic.shipped import FILE, is_signed, made_in, made_of, settings_in, shipped

if TYPE_CHECKING:
    from packaging.requirements import Requirement

INSTALL: Final = "run: xlmargin install"


class FindingLevel(StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class MachineFinding:
    """One thing that was looked at."""

    level: FindingLevel
    what: str
    says: str
    mend: str = ""


good = partial(MachineFinding, FindingLevel.GOOD)
"""All is well."""
note = partial(MachineFinding, FindingLevel.NOTE)
"""Nothing is wrong, but it is good to know."""
warning = partial(MachineFinding, FindingLevel.WARNING)
"""Something may go wrong."""
error = partial(MachineFinding, FindingLevel.ERROR)
"""Excel cannot call the functions, or calls other ones."""


_FROM_ITS_FOLDER: Final = "run in its folder: python -m pip install -c constraints.txt -e ."
NEW_ENVIRONMENT: Final = f'run: py -m venv "{ENVIRONMENT}"; install xlmargin with the Python in it'


def python_findings(
    machine: Machine, functions: Iterable[WorksheetFunction]
) -> Iterator[MachineFinding]:
    """All findings of this half, in the order in which they should be mended."""
    yield from _python(machine)
    yield from _packages(machine)
    yield from _xlwings(machine)
    if machine.is_windows:
        yield from _pywin32(machine)
    yield from _functions(tuple(functions))
    yield from _log()


def _python(machine: Machine) -> Iterator[MachineFinding]:
    """The interpreter: not that of Microsoft's store, and of 64 bits."""
    interpreter = machine.places.interpreter
    says = f"{interpreter}, {'.'.join(map(str, machine.python))}, {machine.bits} bits"
    if machine.places.is_of_the_store:
        mend = "install Python from python.org, then xlmargin with it; and " + INSTALL
        yield error("Python", f"{interpreter} is from Microsoft's store, which shuts it in", mend)
    elif machine.is_windows and machine.bits != 64:
        yield warning("Python", says, "install a Python of 64 bits: numpy and scipy want it")
    elif machine.is_windows and machine.is_of_conda:
        mend = "make an environment of a Python from python.org; " + NEW_ENVIRONMENT
        yield warning("Python", f"{says}, of conda: Excel starts it without activating it", mend)
    elif machine.is_windows and machine.is_in_user_scheme:
        where = f"xlwings is in {machine.user_base}, not with its Python"
        yield error("Python", f"{where}: Excel does not find its library there", NEW_ENVIRONMENT)
    else:
        yield good("Python", says)


def _packages(machine: Machine) -> Iterator[MachineFinding]:
    """Every package that xlmargin asks for, in a version that it takes."""
    from packaging.requirements import Requirement

    if machine.requirements is None:
        says = "xlmargin is not installed: what it asks for is not known"
        yield warning("packages", says, _FROM_ITS_FOLDER)
        return
    listed = [Requirement(text) for text in machine.requirements]
    needed = [r for r in listed if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [r for r in needed if not _satisfies(machine, r)]
    for requirement in wrong:
        found = machine.packages.get(package_name(requirement.name), "none")
        wanted = f"{requirement.name}{requirement.specifier}"
        mend = f'run: "{machine.places.interpreter}" -m pip install "{wanted}"'
        yield error("packages", f"found {requirement.name} {found}, wanted {wanted}", mend)
    if not wrong:
        yield good("packages", f"all {len(needed)} are there, in versions that fit")


def _satisfies(machine: Machine, requirement: Requirement) -> bool:
    found = machine.packages.get(package_name(requirement.name))
    return found is not None and requirement.specifier.contains(found, prereleases=True)


def _xlwings(machine: Machine) -> Iterator[MachineFinding]:
    """The VBA module of xlwings is of the version of its package."""
    version = machine.packages.get("xlwings", "none")
    module = machine.xlwings / "xlwings.bas"
    text = module.read_text(encoding="ascii", errors="replace") if module.is_file() else ""
    stated = re.search(r'XLWINGS_VERSION As String = "([^"]*)"', text)
    if stated is None or stated[1] != version:
        says = f"its VBA is {stated[1] if stated else 'missing'}, its package {version}"
        mend = f'run: "{machine.places.interpreter}" -m pip install --force-reinstall xlwings=='
        yield error("xlwings", says, mend + version)
    else:
        yield good("xlwings", f"VBA and package are {version}")


def _pywin32(machine: Machine) -> Iterator[MachineFinding]:
    """What xlwings needs to be called by Excel, imported as it does."""
    if machine.pywin32:
        again = f'"{machine.places.interpreter}" -m pip install --force-reinstall pywin32'
        yield error("pywin32", machine.pywin32, f"close Excel, run: {again}")
    else:
        yield good("pywin32", "it can be imported")


def _functions(functions: tuple[WorksheetFunction, ...]) -> Iterator[MachineFinding]:
    if functions:
        yield good("functions", f"{len(functions)} worksheet functions answer from Python")
    else:
        yield error("functions", "found none", _FROM_ITS_FOLDER)


def _log() -> Iterator[MachineFinding]:
    """The place where defects leave their traces."""
    try:
        path = log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except (OSError, RuntimeError) as problem:
        mend = f"name a file that can be written in the environment's {LOG}"
        yield warning("log", f"defects leave no trace: {problem}", mend)
    else:
        yield good("log", str(path))


_SEE_ABOVE: Final = "mend what stands above; else send this line with the log that is named there"


def excel_findings(machine: Machine) -> Iterator[MachineFinding]:
    """All findings of this half, in the order in which they should be mended."""
    yield from _dll(machine)
    yield from _in_the_way(machine)
    yield from _add_in(machine)


def _dll(machine: Machine) -> Iterator[MachineFinding]:
    """The library through which Excel starts Python, in Office's bits and xlwings' version."""
    bits, version = machine.office.bits, machine.packages.get("xlwings", "none")
    folder = machine.places.interpreter.parent
    if bits is None:
        says = "bits unknown: Office was not installed in the usual way"
        yield note("Office", says, "Office from Microsoft's store cannot call Python; others can")
    else:
        yield good("Office", f"{bits} bits")
    for wanted in [bits] if bits else [64, 32]:
        name = f"xlwings{wanted}-{version}.dll"
        if any((place / name).is_file() for place in (folder, folder.parent)):
            yield good("DLL", name)
            continue
        says = f"found no {name} in {folder} or the folder above it"
        again = f'"{machine.places.interpreter}" -m pip install --force-reinstall --no-user'
        mend = f"run: {again} xlwings=={version}; allow it to your antivirus"
        if machine.is_in_user_scheme:
            mend = NEW_ENVIRONMENT
        yield error("DLL", says, mend)


def _add_in(machine: Machine) -> Iterator[MachineFinding]:
    """The add-in: there, ours, made of what is installed now, and calling this Python."""
    path = machine.places.add_in
    if not path.exists():
        yield error("add-in", f"found no {path}", INSTALL)
        return
    made, now = made_of(path), made_in(shipped())
    assert now is not None
    if made is None:
        yield error("add-in", f"{path} is none of ours", f"move it away, then {INSTALL}")
        return
    if made.xlmargin != now.xlmargin or made.xlwings != now.xlwings:
        says = f"it is of xlmargin {made.xlmargin} and xlwings {made.xlwings}, installed are"
        yield error("add-in", f"{says} {now.xlmargin} and {now.xlwings}", INSTALL)
    elif made != now:
        yield error("add-in", "it has other functions or macros than those installed", INSTALL)
    else:
        yield good("add-in", str(path))
    settings = {name: expanded(value) for name, value in settings_in(path).items()}
    named = _interpreter(machine, settings.get(INTERPRETER, ""))
    yield named
    if named.level is not FindingLevel.ERROR:
        yield from _server(machine, settings)


def _interpreter(machine: Machine, named: str) -> MachineFinding:
    """The Python that the add-in names is this one."""
    if not named:
        return error("add-in", f"names no Python ({INTERPRETER})", INSTALL)
    if not Path(named).is_file():
        mend = f"{NEW_ENVIRONMENT}, or run: xlmargin install --python PATH"
        return error("add-in", f"names {named}, which is not there", mend)
    if Path(named) != machine.places.interpreter:
        says = f"names {named}; this is {machine.places.interpreter}"
        return warning("add-in", says, f"run xlmargin doctor with that Python, or {INSTALL}")
    return good("add-in", f"names this Python, {named}")


def _server(machine: Machine, settings: Mapping[str, str]) -> Iterator[MachineFinding]:
    """The very command by which Excel starts Python, started and waited for; or what serves it."""
    if settings.get(SERVED) == "True":
        if trouble := machine.trouble_reaching():
            yield error("server", f"no Python answers Excel: {trouble}", START_IT)
        else:
            yield good("server", "a Python that runs already answers Excel")
        return
    command = server_command(settings, machine.places.add_in, f"{{{uuid4()}}}")
    if trouble := machine.trouble_starting(command):
        yield error("server", f"Python does not start as Excel starts it: {trouble}", _SEE_ABOVE)
    else:
        yield good("server", "Python starts as Excel starts it, and answers")


def _in_the_way(machine: Machine) -> Iterator[MachineFinding]:
    """What keeps Excel from running the add-in, or runs another beside it."""
    office, path = machine.office, machine.places.add_in
    is_served = made_of(path) is not None and settings_in(path).get(SERVED) == "True"
    if office.has_no_child_processes:
        says = "Defender keeps Excel from starting Python (its rule against child processes)"
        mend = "run: xlmargin install --served, then at each logon: xlmargin serve-excel"
        yield (note if is_served else error)("Defender", says, mend)
    if office.wants_signatures and not is_signed(path):
        says = "only signed add-ins are run here, and ours is not"
        yield error("add-in", says, "have your firm sign xlmargin.xlam: it is one file for all")
    if any(FILE in noted.casefold() for noted in office.disabled):
        mend = "in Excel: File, Options, Add-ins, Manage: Disabled Items, enable it"
        yield error("add-in", "Excel has set it aside after a failure", mend)
    for other in machine.other_add_ins:
        if made_of(other):
            says = f"{other} is another copy: each function stands twice"
            yield error("add-in", says, "close Excel, delete that file")
        elif other.stem.casefold() == "xlwings":
            says = f"xlwings' own add-in {other} is opened too: it is not needed for ours"
            yield note("add-in", says, "do not press its Import Functions in our workbooks")


def examined(machine: Machine, functions: Iterable[WorksheetFunction]) -> list[MachineFinding]:
    """All findings, in the order in which they should be mended."""
    found = list(python_findings(machine, functions))
    if not machine.is_windows:
        says = f"this is {machine.platform}: Excel calls Python through this add-in on Windows only"
        return [*found, note("Excel", says, "on the Mac and the web: xlwings Lite")]
    return [*found, *excel_findings(machine)]
