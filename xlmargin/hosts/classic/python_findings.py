"""The Python half: interpreter, packages, what they need of Windows, functions, log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from xlmargin.defects import LOG, log_file
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import ENVIRONMENT
from xlmargin.hosts.classic.findings import INSTALL, MachineFinding, error, good, warning
from xlmargin.hosts.classic.machine import Machine, package_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement

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
