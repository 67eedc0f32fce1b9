"""Writes the descriptions of the service: docs/api/openapi.json and docs/api/asyncapi.json.

    python tools/service_api.py

A field may come; one that went, or is of another type, fails `tests/service/test_api.py` until it
is written here, which is a decision about everybody who asks the service.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "api"

sys.path.insert(0, str(ROOT))

from xlmargin.cli.registered import registered
from xlmargin.service.app import Served, service
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.tokens import Tokens


def described() -> dict[str, Any]:
    """Each description, by the name of its file."""
    tokens, _ = Tokens.of_this_run()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db")
        door = service(registered(), tokens, Allowed(frozenset({"here"})), Served(), journal)
        asks = TestClient(door, base_url="http://here")
        found = {name: asks.get(f"/{name}").json() for name in ("openapi.json", "asyncapi.json")}
        journal.close()
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in described().items():
        text = json.dumps(content, indent=1, sort_keys=True) + "\n"
        (FOLDER / name).write_text(text, encoding="utf-8")
