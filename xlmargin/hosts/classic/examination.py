"""Looks at all that must be right for Excel to call the functions; each fault with its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.defects import LOG, log_file
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import INTERPRETER, SHEET
from xlmargin.hosts.classic.findings import Finding, error, good, note, warning
from xlmargin.hosts.classic.machine import Machine, package_name
from xlmargin.hosts.classic.places import expanded
from xlmargin.hosts.classic.shipped import made_in, made_of, shipped

if TYPE_CHECKING:
    from packaging.requirements import Requirement

INSTALL: Final = "run: xlmargin install"
_FROM_ITS_FOLDER: Final = "run in its folder: python -m pip install -c constraints.txt -e ."


def examined(machine: Machine, functions: Iterable[WorksheetFunction]) -> list[Finding]:
    """All findings, in the order in which they should be mended."""
    functions = tuple(functions)
    found = [
        *_python(machine), *_packages(machine), *_xlwings(machine), *_functions(functions), *_log(),
    ]  # fmt: skip
    if not machine.is_windows:
        says = f"this is {machine.platform}: Excel calls Python through this add-in on Windows only"
        return [*found, note("Excel", says, "on the Mac and the web: xlwings Lite")]
    return [*found, *_dll(machine), *_add_in(machine)]


def _python(machine: Machine) -> Iterator[Finding]:
    """The interpreter: not that of Microsoft's store, and of 64 bits."""
    interpreter = machine.places.interpreter
    says = f"{interpreter}, {'.'.join(map(str, machine.python))}, {machine.bits} bits"
    if machine.places.is_of_the_store:
        mend = "install Python from python.org, then xlmargin with it; and " + INSTALL
        yield error("Python", f"{interpreter} is from Microsoft's store, which shuts it in", mend)
    elif machine.is_windows and machine.bits != 64:
        yield warning("Python", says, "install a Python of 64 bits: numpy and scipy want it")
    else:
        yield good("Python", says)


def _packages(machine: Machine) -> Iterator[Finding]:
    """Every package that xlmargin asks for, in a version that it takes."""
    from packaging.requirements import Requirement

    if machine.requirements is None:
        says = "xlmargin is not installed: what it asks for is not known"
        yield warning("packages", says, _FROM_ITS_FOLDER)
        return
    asked = [Requirement(text) for text in machine.requirements]
    needed = [r for r in asked if r.marker is None or r.marker.evaluate({"extra": ""})]
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


def _xlwings(machine: Machine) -> Iterator[Finding]:
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


def _functions(functions: tuple[WorksheetFunction, ...]) -> Iterator[Finding]:
    if functions:
        yield good("functions", f"{len(functions)} worksheet functions answer from Python")
    else:
        yield error("functions", "found none", _FROM_ITS_FOLDER)


def _log() -> Iterator[Finding]:
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


def _dll(machine: Machine) -> Iterator[Finding]:
    """The library through which Excel starts Python, in Office's bits and xlwings' version."""
    bits, version = machine.office_bits, machine.packages.get("xlwings", "none")
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
        mend = f"run: pip install --force-reinstall xlwings=={version}; allow it to your antivirus"
        yield error("DLL", says, mend)


def _add_in(machine: Machine) -> Iterator[Finding]:
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
    yield _interpreter(machine, expanded(_sheet_settings(path).get(INTERPRETER, "")))


def _interpreter(machine: Machine, named: str) -> Finding:
    """The Python that the add-in names is this one."""
    if not named:
        return error("add-in", f"names no Python ({INTERPRETER})", INSTALL)
    if not Path(named).is_file():
        return error("add-in", f"names {named}, which is not there", INSTALL)
    if Path(named) != machine.places.interpreter:
        says = f"names {named}; this is {machine.places.interpreter}"
        return warning("add-in", says, f"run xlmargin doctor with that Python, or {INSTALL}")
    return good("add-in", f"names this Python, {named}")


def _sheet_settings(path: Path) -> dict[str, str]:
    """The settings on the add-in's own sheet."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    rows = workbook.get_sheet_by_name(SHEET).to_python()
    return {str(row[0]).upper(): str(row[1]) for row in rows if len(row) > 1}
