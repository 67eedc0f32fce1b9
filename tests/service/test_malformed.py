"""What is sent to each path that takes something, old and new: refused, never a fault, soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.running import BOOK, Asking, running

ROOT = Path(__file__).parents[2]
JSON = {"Content-Type": "application/json"}
MALFORMED = {
    "nothing": b"",
    "a list": b"[]",
    "half": b'{"positions": [',
    "NaN": b'{"a": NaN}',
    "infinite": b'{"a": -Infinity}',
    "1e400": b'{"a": [1e400]}',
    "huge integer": b'{"a": ' + b"9" * 5000 + b"}",
    "key twice": b'{"a": 1, "a": 1}',
    "key twice inside": b'{"positions": [{"symbol": "A", "symbol": "B"}]}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"positions": []}'.encode("utf-16"),
    "UTF-32": '{"positions": []}'.encode("utf-32"),
    "Latin-1": '{"positions": ["é"]}'.encode("latin-1"),
    "half a pair": b'{"positions": ["\\ud800"]}',
    "half a pair in a key": b'{"\\udfff": 1}',
    "zeros": bytes(1000),
    "compressed": b"\x1f\x8b\x08\x00" + bytes(50),
}
ODD = (
    {}, {"a": 1}, {"positions": None}, {"positions": 3}, {"positions": [None]}, {"orders": {}},
    {"orders": [[]]}, {"orders": [{}]}, {"orders": [[1], [2]]}, {"orders": "x"},
    {"alternatives": [1]}, {"prices": {"XYZ": 10**15}}, {"prices": {"": 1}}, {"marks": [[]]},
    {"positions": [{"id": "\u0000", "symbol": "\u0000"}]}, {"thresholds": [{"figure": 1}]},
    {"thresholds": 1}, {"broker_figures": [[None]]}, {"broker_figures": [{"figure": "x"}]},
    {"positions": [{"id": "p1", "quantity": 1e308}]}, {"positions": [{"id": 1, "type": {}}]},
    {"leave": "x", "orders": [{"symbol": "XYZ", "type": "stock"}]},
    {"least_cushion": 1e308, "orders": [{"symbol": "XYZ", "type": "stock", "quantity": 1}]},
    {**BOOK, "settings": {"as_of": "9999-12-31"}}, {**BOOK, "settings": {"as_of": -1e300}},
    {**BOOK, "market": [{"symbol": "XYZ", "price": 1e-320}]},
    {**BOOK, "positions": [{"symbol": "X" * 100_000, "type": "stock", "quantity": 1}]},
)  # fmt: skip


def paths() -> list[tuple[str, str]]:
    """Each method and path that takes a body, by its description."""
    described = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8"))
    return [
        (method.upper(), path.format(account="A", name="XLM_CHECK"))
        for path, methods in described["paths"].items()
        for method, own in methods.items()
        if "requestBody" in own
    ]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with running(tmp_path_factory.mktemp("malformed") / "journal.db") as asking:
        yield asking


def test_all_paths_that_take_something_are_tried() -> None:
    assert len(paths()) >= 10


@pytest.mark.parametrize(("method", "path"), paths())
def test_no_path_takes_what_is_malformed(asking: Asking, method: str, path: str) -> None:
    asking.put("/v1/book", json=BOOK).raise_for_status()
    before = asking.get("/v1/accounts").json()
    for name, body in MALFORMED.items():
        started = time.monotonic()
        answer = asking.request(method, path, content=body, headers=JSON)
        assert answer.status_code == 400, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert time.monotonic() - started < 10, name
    for kind in ("text/plain", "application/xml", "multipart/form-data", ""):
        answer = asking.request(method, path, content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415
    assert asking.get("/v1/accounts").json() == before


@pytest.mark.parametrize(("method", "path"), paths())
def test_nothing_odd_is_a_fault(asking: Asking, method: str, path: str) -> None:
    """It may be answered where it means something; a refusal says what is wanted."""
    asking.put("/v1/book", json=BOOK).raise_for_status()
    for body in ODD:
        answer = asking.request(method, path, json=body)
        assert answer.status_code in (200, 202, 409, 422), (str(body)[:200], answer.text)
        if answer.status_code == 422:
            assert answer.json()["detail"]
            assert "internal" not in answer.json()["detail"].lower()


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fetc%2fpasswd", "%00", "\u00e9", "A" * 5000])
def test_a_name_in_a_path_reaches_no_file(asking: Asking, name: str) -> None:
    asking.put("/v1/book", json=BOOK).raise_for_status()
    for path in (f"/v1/accounts/{name}", f"/v1/accounts/{name}/buying-power", f"/{name}",
                 f"/v1/functions/{name}"):  # fmt: skip
        answer = asking.get(path)
        assert answer.status_code in (404, 405), (path, answer.text)
        assert "root:" not in answer.text
