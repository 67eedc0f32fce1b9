"""What programs were promised: no field of the descriptions goes, and events are as described."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import xlmargin
from tests.service.running import BOOK, running
from tools.service_api import FOLDER, described
from xlmargin.service.described import STATE_SCHEMA, event_schema

TEXTS = ("title", "summary", "description", "version", "operationId")
PROMISED = ("type", "const", "pattern", "enum", "$ref", "asyncapi", "address", "action")


def broken(before: dict[str, Any] | str, now: dict[str, Any] | str, place: str = "") -> list[Any]:
    """Places at which what was promised has gone, or is something else."""
    if isinstance(before, dict) and isinstance(now, dict):
        found = []
        for name, each in before.items():
            if name in TEXTS and isinstance(each, str):
                continue
            if name not in now:
                found.append(f"{place}/{name}")
            else:
                found += broken(each, now[name], f"{place}/{name}")
        return found
    if isinstance(before, list) and isinstance(now, list):
        return [f"{place}: {each}" for each in before if each not in now]
    return [] if before == now else [place]


def test_no_field_that_was_promised_has_gone() -> None:
    now = described()
    for name, content in now.items():
        written = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        assert broken(written, content) == [], "python tools/service_api.py writes it anew"
    assert written == content, "something of the stream has come: python tools/service_api.py"


def test_every_function_is_described() -> None:
    written = (FOLDER / "openapi.json").read_text(encoding="utf-8")
    missing = [name for name in xlmargin.__all__ if name.isupper() and f'"{name}"' not in written]
    assert missing == [], "python tools/service_api.py writes it anew"


def test_a_field_that_goes_is_found() -> None:
    before = described()["asyncapi.json"]
    now = json.loads(json.dumps(before))
    state = now["channels"]["stream"]["messages"]["org.xlmargin.account.state.v1"]["payload"]
    del state["properties"]["data"]["properties"]["account_value"]
    state["properties"]["id"]["type"] = "integer"
    found = broken(before, now)
    assert any(place.endswith("/account_value") for place in found)
    assert any(place.endswith("/id/type") for place in found)


def test_events_and_states_are_as_they_are_described(tmp_path: Path) -> None:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.put("/v1/thresholds", json={"thresholds": [
            {"figure": "portfolio excess", "alert": 1e9}]}).raise_for_status()  # fmt: skip
        figures = [{"account": "A", "figure": "NetLiquidation", "amount": 1.0}]
        asking.put("/v1/broker-figures", json={"broker_figures": figures}).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"ABC": 2.0}}).raise_for_status()
        of_a = [each for each in BOOK["positions"] if each["account"] == "A"]
        asking.put("/v1/book", json={**BOOK, "positions": of_a}).raise_for_status()
        told = [*asking.events(after=0), *asking.events(after=10**6)]
        for event in told:
            jsonschema.validate(event, event_schema(event["type"]))
        assert len({event["type"] for event in told}) == 5
        jsonschema.validate(asking.state(), STATE_SCHEMA)
        wrong = {**asking.state()}
        del wrong["account_value"]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, STATE_SCHEMA)
