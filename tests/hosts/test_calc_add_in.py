"""The add-in's package: what LibreOffice reads of every function."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from xlmargin.cli import app
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import write_add_in
from xlmargin.hosts.differences import DIFFERENCES

NAME = "{http://openoffice.org/2001/registry}name"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    import_module("xlmargin.udfs")
    path = tmp_path_factory.mktemp("add_in") / "xlmargin.oxt"
    functions = [f for f in REGISTRY.values() if f.function.__module__ == "xlmargin.udfs"]
    write_add_in(path, functions)
    with zipfile.ZipFile(path) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


def shown(node: ElementTree.Element, prop: str) -> str:
    return str(node.findtext(f"prop[@{NAME}='{prop}']/value"))


def test_the_function_wizard_gets_the_registry_s_words(package: dict[str, str]) -> None:
    tree = ElementTree.fromstring(package["CalcAddIns.xcu"])
    functions = tree.findall(f".//node[@{NAME}='AddInFunctions']/node")
    assert len(functions) >= 19
    for node in functions:
        entry = REGISTRY[node.attrib[NAME]]
        assert shown(node, "DisplayName") == shown(node, "CompatibilityName") == entry.name
        assert shown(node, "Description") == entry.doc
        assert shown(node, "Category") == "Add-In"
        arguments = [
            (shown(argument, "DisplayName"), shown(argument, "Description"))
            for argument in node.findall(f"node[@{NAME}='Parameters']/node")
        ]
        assert arguments == [(a.name, a.doc) for a in entry.arguments]


def test_each_function_has_a_method_with_its_arguments(package: dict[str, str]) -> None:
    assert "sequence< sequence<any> > XLM_VERSION();" in package["functions.idl"]
    types = ["com::sun::star::table::XCellRange", "any", "any", "any"]
    book = ", ".join(f"[in] {kind} a{i}" for i, kind in enumerate(types))
    assert f"sequence< sequence<any> > PM_REQUIREMENT({book});" in package["functions.idl"]


def test_every_file_of_the_package_is_declared(package: dict[str, str]) -> None:
    declared = ElementTree.fromstring(package["META-INF/manifest.xml"])
    prefix = "{http://openoffice.org/2001/manifest}"
    paths = {entry.attrib[f"{prefix}full-path"] for entry in declared}
    data = {"CalcAddIns.xcu", "ProtocolHandler.xcu", "Addons.xcu"}
    assert paths == {"functions.idl", "component.py", "answers.py", *data}
    undeclared = {"functions.json", "pythonpath/xlmargin_linked.py", "description.txt"}
    assert paths | undeclared | {"META-INF/manifest.xml", "description.xml"} == package.keys()
    for name in ("description.xml", *data):
        ElementTree.fromstring(package[name])


def test_its_description_says_what_is_different_in_calc(package: dict[str, str]) -> None:
    for difference in DIFFERENCES.values():
        assert f"{difference.what}: {difference.calc}." in package["description.txt"]


def test_its_folders_are_all_that_a_fresh_python_needs(package: dict[str, str]) -> None:
    listed = json.loads(package["functions.json"])
    script = (
        "import sys, json; listed = json.load(sys.stdin); sys.path.extend(listed['paths'])\n"
        "from importlib import import_module\n"
        "for module in listed['modules']: import_module(module)\n"
        "from xlmargin.hosts.calc.calls import answer\n"
        "print(answer('XLM_SYMBOL', ('XYZ 12/18/26 P500',))[0][3])"
    )
    command = [getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-c", script]
    done = subprocess.run(
        command, input=json.dumps(listed), cwd="/", capture_output=True, text=True, check=False
    )
    assert done.stdout == "500.0\n", done.stderr


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "made.oxt"
    done = CliRunner().invoke(app, ["build-oxt", "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert zipfile.is_zipfile(path)
    assert str(path) in done.output


def test_the_command_refuses_another_kind_of_file(tmp_path: Path) -> None:
    name = "made.xlsx"
    done = CliRunner().invoke(app, ["build-oxt", "-o", str(tmp_path / name)])
    assert done.exit_code == 1
    assert "Refused" in done.output
    assert not (tmp_path / name).exists()
