"""A module imports only from lower floors; neighbours on one floor do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.floors import FLOORS

ROOT = Path(__file__).parents[1]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = [*sorted((ROOT / "xlmargin").rglob("*.py")), ROOT / "udfs.py"]


def room_of(path: Path) -> str:
    """The package or module right below xlmargin that a file belongs to."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "xlmargin" else parts[0]


def imported_rooms(path: Path) -> set[str]:
    """Rooms that a file imports from, functions' own imports included."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [node.module or ""]
            if node.module == "xlmargin":
                names = [f"xlmargin.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            assert first != "udfs", f"{path}: a clone has udfs, an installed package xlmargin.udfs"
            if first == "xlmargin" and rest:
                rooms.add(rest.partition(".")[0])
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_lead_downward(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        assert not imported_rooms(path)
        return
    assert room in FLOOR_OF, f"{room} has no floor: give it one"
    for other in imported_rooms(path) - {room}:
        assert FLOOR_OF[other] < FLOOR_OF[room], f"{path.name} climbs from {room} to {other}"


def test_only_the_registry_and_the_server_import_xlwings() -> None:
    importers = {
        path.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(a.name == "xlwings" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xlwings"))
    }
    assert importers == {"worksheet_function.py", "server.py"}
