"""The Excel half: the library, the add-in, the command by which it starts Python, hindrances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

from xlmargin.hosts.classic.config_sheet import INTERPRETER, SERVED
from xlmargin.hosts.classic.findings import (
    INSTALL,
    FindingLevel,
    MachineFinding,
    error,
    good,
    note,
    warning,
)
from xlmargin.hosts.classic.machine import Machine
from xlmargin.hosts.classic.places import expanded
from xlmargin.hosts.classic.python_findings import NEW_ENVIRONMENT
from xlmargin.hosts.classic.served import START_IT
from xlmargin.hosts.classic.server_command import server_command
from xlmargin.hosts.classic.shipped import FILE, is_signed, made_in, made_of, settings_in, shipped

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
