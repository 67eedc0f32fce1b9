"""Each fault of a machine is found, named with its remedy, and told by the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.cli import app
from xlmargin.cli.install import examine
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.classic.config_sheet import INTERPRETER, python_of
from xlmargin.hosts.classic.doctor import FindingLevel, MachineFinding, examined
from xlmargin.hosts.classic.installation import Places, installing, named_python
from xlmargin.hosts.classic.machine import InstalledOffice, Machine, _other_add_ins, this_machine
from xlmargin.hosts.classic.server import FOR_SERVED
from xlmargin.hosts.classic.shipped import packed, parts_of, shipped, with_settings

pytestmark = pytest.mark.dependencies

FUNCTIONS = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
Break = Callable[[Machine], Machine]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A Windows on which all is well, after an installation.

    Its signs between folders are no such signs here: they are part of the file's name.
    """
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Scripts" / "Local"))
    python = named_python()
    python.parent.mkdir(parents=True)
    python.touch()
    found = this_machine(Places(tmp_path / "Excel" / "XLSTART", python, tmp_path, tmp_path))
    version = found.packages["xlwings"]
    (tmp_path / f"xlwings64-{version}.dll").touch()
    installing(found.places, {}).do()
    return replace(
        found,
        platform="win32",
        bits=64,
        office=InstalledOffice(bits=64),
        user_base=tmp_path / "nobody",
        trouble_starting=lambda command: "",
        requirements=("numpy>=1.0", "xlwings==" + version, "pytest>=999; extra == 'test'"),
    )


def wrong(machine: Machine) -> list[MachineFinding]:
    return [
        f
        for f in examined(machine, FUNCTIONS)
        if f.level in (FindingLevel.ERROR, FindingLevel.WARNING)
    ]


def test_a_machine_on_which_all_is_well(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = examined(machine, FUNCTIONS)
    assert {f.level for f in findings} == {FindingLevel.GOOD}
    assert [f.what for f in findings] == [
        "Python", "packages", "xlwings", "pywin32", "functions", "log", "Office", "DLL", "add-in",
        "add-in", "server",
    ]  # fmt: skip
    assert examine(machine, FUNCTIONS, as_json=False)
    assert "error" not in capsys.readouterr().out


def only(machine: Machine) -> MachineFinding:
    """The one thing that is wrong; it says how it is mended."""
    (finding,) = wrong(machine)
    assert finding.mend
    return finding


@pytest.mark.parametrize("which", ["interpreter", "base"])
def test_python_of_the_store(which: str, machine: Machine) -> None:
    """Itself, or an environment made of it."""
    store = machine.places.interpreter.parents[2] / "WindowsApps" / "python.exe"
    moved = replace(machine, places=replace(machine.places, **{which: store}))
    assert wrong(moved)[0].what == "Python"
    assert wrong(moved)[0].level is FindingLevel.ERROR
    assert "store" in wrong(moved)[0].says


def test_python_of_32_bits(machine: Machine) -> None:
    assert only(replace(machine, bits=32)).level is FindingLevel.WARNING


@pytest.mark.parametrize(
    ("requirement", "says"),
    [("numpy>=99", "found numpy"), ("Not_There>=1", "found Not_There none")],
)
def test_a_package_that_is_old_or_missing(machine: Machine, requirement: str, says: str) -> None:
    assert machine.requirements is not None
    finding = only(replace(machine, requirements=(*machine.requirements, requirement)))
    assert (finding.what, finding.level) == ("packages", FindingLevel.ERROR)
    assert says in finding.says
    assert requirement in finding.mend


def test_xlwings_of_two_versions(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "xlwings.bas").write_text('Const XLWINGS_VERSION As String = "0.0.1"')
    finding = only(replace(machine, xlwings=tmp_path))
    assert (finding.what, finding.level) == ("xlwings", FindingLevel.ERROR)
    assert "0.0.1" in finding.says
    assert only(replace(machine, xlwings=tmp_path / "none")).says.startswith("its VBA is missing")


def test_no_dll_for_the_bits_of_office(machine: Machine) -> None:
    finding = only(replace(machine, office=InstalledOffice(bits=32)))
    assert (finding.what, finding.level) == ("DLL", FindingLevel.ERROR)
    assert "xlwings32-" in finding.says


def test_an_office_that_does_not_say_what_it_is(machine: Machine) -> None:
    findings = examined(replace(machine, office=InstalledOffice()), FUNCTIONS)
    assert any(f.level is FindingLevel.NOTE and f.what == "Office" for f in findings)
    assert [f.says[:21] for f in findings if f.level is FindingLevel.ERROR] == [
        "found no xlwings32-0."
    ]


def test_no_add_in(machine: Machine) -> None:
    machine.places.add_in.unlink()
    finding = only(machine)
    assert (finding.what, finding.mend) == ("add-in", "run: xlmargin install")


def test_another_s_add_in(machine: Machine) -> None:
    machine.places.add_in.write_text("not ours")
    assert "none of ours" in only(machine).says


def test_an_add_in_of_another_version(machine: Machine) -> None:
    older = parts_of(shipped())
    name = "docProps/custom.xml"
    older[name] = older[name].replace(b">0.1.0<", b">0.0.9<")
    machine.places.add_in.write_bytes(packed(older))
    assert "it is of xlmargin 0.0.9" in only(machine).says
    assert "0.1.0" in only(machine).says


def test_an_add_in_with_other_functions(machine: Machine) -> None:
    other = parts_of(shipped())
    name = "docProps/custom.xml"
    other[name] = re.sub(rb">[0-9a-f]{16}<", b">0123456789abcdef<", other[name])
    machine.places.add_in.write_bytes(packed(other))
    assert "other functions" in only(machine).says


def test_an_add_in_without_a_python(machine: Machine) -> None:
    machine.places.add_in.write_bytes(with_settings(shipped(), {INTERPRETER: ""}))
    assert only(machine).says == "names no Python (INTERPRETER_WIN)"


def test_a_python_that_is_gone_is_an_error_and_another_a_warning(
    machine: Machine, tmp_path: Path
) -> None:
    other = tmp_path / "other.exe"
    machine.places.add_in.write_bytes(with_settings(shipped(), python_of(other, tmp_path)))
    assert only(machine).level is FindingLevel.ERROR
    assert "is not there" in only(machine).says
    other.touch()
    assert only(machine).level is FindingLevel.WARNING
    assert str(other) in only(machine).says


def test_pywin32_that_does_not_load(machine: Machine) -> None:
    said = "DLL load failed while importing win32api"
    finding = only(replace(machine, pywin32=said))
    assert (finding.what, finding.level, finding.says) == ("pywin32", FindingLevel.ERROR, said)
    assert "--force-reinstall pywin32" in finding.mend


def test_packages_of_a_user_beside_a_python_that_all_share(
    machine: Machine, tmp_path: Path
) -> None:
    """The library lies in the user's folder then, and is looked for beside the interpreter."""
    shared = replace(machine, user_base=machine.xlwings.parent)
    finding = only(shared)
    assert (finding.what, finding.level) == ("Python", FindingLevel.ERROR)
    assert "py -m venv" in finding.mend
    next(tmp_path.glob("xlwings64-*.dll")).unlink()
    assert all("py -m venv" in f.mend for f in wrong(shared))
    assert [f.what for f in wrong(shared)] == ["Python", "DLL"]


def test_a_python_of_conda(machine: Machine) -> None:
    (machine.places.base / "conda-meta").mkdir()
    assert "of conda" in only(machine).says
    assert only(machine).level is FindingLevel.WARNING


def test_defender_keeps_excel_from_starting_python(machine: Machine) -> None:
    shut = replace(machine, office=InstalledOffice(bits=64, has_no_child_processes=True))
    assert (only(shut).what, only(shut).level) == ("Defender", FindingLevel.ERROR)
    assert "serve-excel" in only(shut).mend
    installing(machine.places, FOR_SERVED).do()
    assert wrong(shut) == []


def test_a_python_that_runs_already(machine: Machine) -> None:
    installing(machine.places, FOR_SERVED).do()
    served = replace(machine, trouble_starting=lambda command: "is not to be started")
    assert [f.says for f in examined(served, FUNCTIONS)][-1].startswith("a Python that runs")
    absent = only(replace(served, trouble_reaching=lambda: "class not registered"))
    assert (absent.what, absent.level) == ("server", FindingLevel.ERROR)
    assert "serve-excel" in absent.mend


def test_the_command_of_excel_that_does_not_start(machine: Machine) -> None:
    given = []

    def trouble(command: str) -> str:
        given.append(command)
        return "No module named xlwings"

    finding = only(replace(machine, trouble_starting=trouble))
    assert (finding.what, finding.level) == ("server", FindingLevel.ERROR)
    assert "No module named xlwings" in finding.says
    assert given[0].startswith(f'cmd.exe  /K ""{machine.places.interpreter}" -B -c ')
    assert "%" not in given[0]


def test_an_office_that_wants_signatures(machine: Machine) -> None:
    strict = replace(machine, office=InstalledOffice(bits=64, wants_signatures=True))
    assert "sign xlmargin.xlam" in only(strict).mend
    signed = {**parts_of(shipped()), "xl/vbaProjectSignature.bin": b"signed"}
    machine.places.add_in.write_bytes(packed(signed))
    assert wrong(strict) == []


def test_an_add_in_that_excel_has_set_aside(machine: Machine) -> None:
    noted = ("\x01C:\\Users\\Ann\\XLSTART\\Xlmargin.xlam\0",)
    finding = only(replace(machine, office=InstalledOffice(bits=64, disabled=noted)))
    assert "Disabled Items" in finding.mend


def test_add_ins_beside_ours(machine: Machine, tmp_path: Path) -> None:
    copy = machine.places.startup / "old xlmargin.xlam"
    copy.write_bytes(shipped())
    told = tmp_path / "xlwings.xlam"
    told.write_bytes(b"of xlwings")
    office = InstalledOffice(bits=64, opens=(f'/R "{told}"', '"not there.xlam"'))
    beside = tuple(_other_add_ins(machine.places, office))
    assert beside == (copy, told)
    found = examined(replace(machine, other_add_ins=beside), FUNCTIONS)
    assert [f.level for f in found if f.level is not FindingLevel.GOOD] == [
        FindingLevel.ERROR,
        FindingLevel.NOTE,
    ]
    assert "each function stands twice" in only(replace(machine, other_add_ins=beside)).says


def test_every_fault_has_its_cure(machine: Machine) -> None:
    office = InstalledOffice(32, True, True, ("xlmargin.xlam",))
    broken = replace(machine, office=office, pywin32="gone", bits=32, requirements=None)
    machine.places.add_in.write_bytes(with_settings(shipped(), {INTERPRETER: ""}))
    assert len(wrong(broken)) >= 7
    assert all(finding.mend for finding in wrong(broken))


def test_the_exit_code_and_json_tell_it_too(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.places.add_in.unlink()
    assert not examine(machine, FUNCTIONS, as_json=True)
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {"level", "what", "says", "mend"} == findings[0].keys()
    assert findings[-1]["level"] == "error"


def test_elsewhere_it_says_what_can_be_said() -> None:
    done = CliRunner().invoke(app, ["doctor", "--json"])
    findings = json.loads(done.output)["findings"]
    assert findings[0]["what"] == "Python"
    assert done.exit_code == (1 if any(f["level"] == "error" for f in findings) else 0)
