"""Every command's `--json`, run as a process: one object on standard output, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

from xlmargin.cli import commands

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.dependencies

NOISY_SOLVER = """
import ctypes, importlib.machinery, importlib.util, os, sys

def noise():
    ctypes.CDLL(None).puts(b"noise from C")
    ctypes.CDLL(None).fflush(None)
    print("noise from Python")

noise()
elsewhere = [folder for folder in sys.path if folder != os.path.dirname(__file__)]
spec = importlib.machinery.PathFinder.find_spec("highspy", elsewhere)
sys.modules["highspy"] = real = importlib.util.module_from_spec(spec)
spec.loader.exec_module(real)

class Highs(real.Highs):
    def run(self, *given, **named):
        noise()
        return super().run(*given, **named)

real.Highs = Highs
"""
"""The solver that is installed, after a banner; it writes one more with each search."""

FILES = {
    "p.csv": "symbol,type,quantity,strike,expiration,price\n"
    "XYZ,stock,150,,,500\nXYZ,call,-2,510,2027-01-15,12\nXYZ,put,-1,480,2027-01-15,9\n"
    "XYZ,call,1,530,2027-01-15,6\nUSD,cash,90000,,,\n",
    "s.csv": "name,value\nas_of,2026-11-20\nrate,0.04\nequity_to_keep,100000\n",
    "t.csv": "symbol,type,quantity,strike,expiration,price\nXYZ,put,1,470,2027-01-15,6\n",
    "dated.csv": "date,symbol,type,quantity,price\n2026-11-19,XYZ,stock,100,500\n"
    "2026-11-20,XYZ,stock,100,501\n",
    "books/a.csv": "symbol,type,quantity,price\nXYZ,stock,100,500\n",
}
ARRAY = ",".join(str(5 * move) for move in (-15, -12, -9, -6, -3, 3, 6, 9, 12, 15))
FILES |= {
    "broker.csv": "Portfolio\nFinancial Instrument Description,Position,Currency,Market Price,"
    "Market Value,Average Price,Unrealized P&L,Realized P&L,Liquidate Last,Security Type\n"
    "XYZ,100,USD,500,50000,450,5000,0.00,No,STK\n",
    "groups.csv": "Product Group,Offset %\n99,0\n",
    "stock.csv": "symbol,type,quantity\nXYZ,stock,100\n",
    "arrays.csv": f"class,group,symbol,{','.join(f'pl_{i}' for i in range(1, 11))}\n"
    f"XYZ,XYZ,XYZ,{ARRAY}\n",
}
COMMANDS = {
    "report": "report p.csv --settings s.csv -o out.xlsx",
    "report FOLDER": "report books -o reports",
    "check": "check p.csv --settings s.csv",
    "explain": "explain p.csv --settings s.csv --regime initial",
    "rule": "rule contract_minimum",
    "validate": "validate",
    "market": "market p.csv",
    "market-groups": "market-groups groups.csv --for stock.csv -o market.csv",
    "whatif": "whatif p.csv --trades t.csv --settings s.csv",
    "call": "call MARGIN_CAPACITY p.csv orders=t.csv --settings s.csv",
    "watch": "watch p.csv --settings s.csv --once",
    "shadow": "shadow dated.csv -o history.csv --workers 1",
    "import": "import broker.csv -o positions.csv",
    "official": "official arrays.csv stock.csv --per unit",
    "doctor": "doctor",
}
"""All but `calc`, which needs LibreOffice, and `demo`, which the command line's own tests run."""


def test_every_command_is_described() -> None:
    """By the keys that it prints; the page names no command that does not print."""
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for path in (ROOT / "xlmargin" / "cli").glob("*.py"):
        for keys in re.findall(r"write_json\(\{(.*?)\}\)", path.read_text(encoding="utf-8")):
            for key in re.findall(r'"([a-z ]+)":', keys):
                assert f"`{key}`" in page


def test_every_command_that_answers_json_is_run() -> None:
    answering = {
        name for name, work in commands().items() if "as_json" in signature(work).parameters
    }
    assert answering == {command.split()[0] for command in (*COMMANDS.values(), "calc", "demo")}


@pytest.mark.parametrize("name", COMMANDS)
def test_standard_output_is_one_object_whatever_a_package_prints(name: str, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy"
    noisy.mkdir()
    (noisy / "highspy.py").write_text(NOISY_SOLVER)
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", "from xlmargin.cli import main; main()",
         *COMMANDS[name].split(), "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{noisy}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if name != "doctor":  # which finds what is wrong with this machine
        assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout, parse_constant=lambda word: pytest.fail(word))
    assert answer["schema"] == "xlmargin/1"
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert [key for key in answer if f"`{key}`" not in page and key != "schema"] == []
    if name == "report":
        assert "noise from C" in done.stderr
        assert "noise from Python" in done.stderr


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_recalculation_answers_one_object(tmp_path: Path) -> None:
    run = [sys.executable, "-c", "from xlmargin.cli import main; main()"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    (tmp_path / "p.csv").write_text(FILES["p.csv"])
    (tmp_path / "s.csv").write_text(FILES["s.csv"])
    report = [*run, "report", "p.csv", "--settings", "s.csv", "-o", "p.xlsx"]
    subprocess.run(report, cwd=tmp_path, env=environment, check=True)
    done = subprocess.run(
        [*run, "calc", "p.xlsx", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == "xlmargin/1"
