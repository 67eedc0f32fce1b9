"""The service: what a cell answers, to programs; what no program gets past."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.service.running import Asking, running
from xlmargin import udfs
from xlmargin.cli.registered import registered
from xlmargin.service.app import Served, service
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.strict_json import MOST_DEPTH, Malformed, parsed
from xlmargin.service.tokens import Tokens, new_token

COMMAND = str(Path(sys.executable).with_name("xlmargin"))
HERE = frozenset({"127.0.0.1"})
SECONDS = 60
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
ROWS = [
    ["XYZ", "stock", 500, None, None, None, "A"],
    ["XYZ", "call", -5, 500, "2026-12-18", 10.0, "A"],
    ["XYZ", "put", 2, 480, "2027-01-15", 9.0, "B"],
    ["USD", "cash", 50_000, None, None, None, "A"],
    ["USD", "cash", 9_000, None, None, None, "B"],
]
RECORDS = [
    {key: cell for key, cell in zip(HEADINGS, row, strict=True) if cell is not None} for row in ROWS
]
MARKET = [["symbol", "price"], ["XYZ", 500.0]]
SETTINGS = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "portfolio"]]
BOOK = {
    "positions": RECORDS,
    "market": [{"symbol": "XYZ", "price": 500.0}],
    "settings": dict(SETTINGS),
}
CELLS = ([HEADINGS, *ROWS], MARKET, SETTINGS)
ORDER = {"symbol": "XYZ", "type": "put", "quantity": -3, "strike": 470, "expiration": "2027-01-15",
         "price": 7.0, "account": "A"}  # fmt: skip


TEMPORARY = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def client(
    *,
    tokens: Tokens | None = None,
    allowed: Allowed | None = None,
    seconds: float = 60.0,
    **headers: str,
) -> TestClient:
    if tokens is None:
        tokens, token = Tokens.of_this_run()
        headers.setdefault("Authorization", f"Bearer {token}")
    journal = Journal(Path(tempfile.mkdtemp(dir=TEMPORARY.name)) / "journal.db")
    allowed = allowed or Allowed(HERE, a_minute=10**6)
    door = service(registered(), tokens, allowed, Served(seconds), journal)
    return TestClient(door, base_url="http://127.0.0.1:8799", headers=headers)


@pytest.fixture(scope="module")
def asked() -> TestClient:
    return client()


def test_a_book_answers_what_the_cell_says(asked: TestClient) -> None:
    for figures, function in (("account", udfs.MARGIN_ACCOUNT), ("groups", udfs.PM_GROUPS)):
        answer = asked.post("/v1/margin", json={**BOOK, "figures": figures})
        assert answer.status_code == 200
        headings, *rows = function(*CELLS)
        assert answer.json()["rows"] == [dict(zip(headings, row, strict=True)) for row in rows]


def test_rows_are_taken_as_records_are(asked: TestClient) -> None:
    names = ("positions", "market", "settings")
    answer = asked.post("/v1/margin", json=dict(zip(names, CELLS, strict=True)))
    assert answer.json() == asked.post("/v1/margin", json=BOOK).json()


def test_orders_change_what_margin_whatif_says(asked: TestClient) -> None:
    answer = asked.post("/v1/whatif", json={**BOOK, "orders": [ORDER]}).json()
    table = udfs.MARGIN_WHATIF(CELLS[0], [list(ORDER), list(ORDER.values())], *CELLS[1:])
    said = {(row[4], row[0]): row[1:4] for row in table[1:]}
    names = {
        "portfolio": "portfolio requirement", "portfolio_excess": "portfolio excess",
        "maintenance": "maintenance requirement", "initial": "initial requirement",
        "account_value": "account value", "reg_t_excess": "Reg T excess",
    }  # fmt: skip
    for account in answer["accounts"]:
        for name, figure in names.items():
            found = [account["figures"][name][key] for key in ("before", "after", "change")]
            assert found == pytest.approx(said[account["account"], figure])
        effect = said[account["account"], "buying-power effect"][2]
        assert account["buying_power_effect"] == pytest.approx(effect)
    assert [account["verdict"] for account in answer["accounts"]] == ["accepted", "accepted"]


def test_orders_that_do_not_fit_are_refused_with_what_is_missing(asked: TestClient) -> None:
    order = {**ORDER, "quantity": -300}
    found = asked.post("/v1/whatif", json={**BOOK, "orders": [order]}).json()["accounts"][0]
    assert found["verdict"] == "refused"
    (reason,) = [each for each in found["reasons"] if each["regime"] == "portfolio"]
    assert reason["code"] == "insufficient_excess"
    after = found["figures"]["portfolio_excess"]["after"]
    assert reason["short_by"] == pytest.approx(-after)


def test_every_function_answers_as_in_its_cell(asked: TestClient) -> None:
    body = dict(zip(("positions", "market", "settings"), CELLS, strict=True))
    for name in ("PM_REQUIREMENT", "REGT_MAINTENANCE", "MARGIN_ALERTS", "XLM_CHECK", "PM_GREEKS"):
        answer = asked.post(f"/v1/functions/{name}", json=body)
        assert answer.json() == {"answer": getattr(udfs, name)(**body)}


def problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()


def test_a_refusal_has_the_cell_s_sentence_and_its_place(asked: TestClient) -> None:
    wrong = [{**RECORDS[0]}, {**RECORDS[1], "type": "putt"}]
    found = problem(asked.post("/v1/margin", json={**BOOK, "positions": wrong}), 422)
    cells = [list(dict.fromkeys(k for r in wrong for k in r))]
    cells += [[record.get(key) for key in cells[0]] for record in wrong]
    assert found["detail"] == udfs.MARGIN_ACCOUNT(cells, *CELLS[1:])
    (place,) = found["problems"]
    assert (place["range"], place["row"], place["column"]) == ("positions", 3, "type")
    assert place["pointer"] == "/positions/1/type"


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"symbol": "ZZZ", "type": "stock", "quantity": 3, "price": 10}, "'ZZZ'"),
        ({"symbol": "XYZ", "type": "putt", "quantity": 3}, "orders, row 2, type"),
        ({"symbol": "XYZ", "type": "stock"}, "orders, row 1, quantity"),
    ],
)
def test_an_order_that_is_not_known_is_refused(
    asked: TestClient, order: dict[str, Any], says: str
) -> None:
    orders = [{**order, "account": "A"}]
    found = problem(asked.post("/v1/whatif", json={**BOOK, "orders": orders}), 422)
    assert says in found["detail"]
    assert found["problems"][0]["pointer"].startswith("/orders")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"1", b'{"positions": [', b'{"positions": NaN}', b'{"positions": Infinity}',
        b'{"positions": 1e400}', b'{"positions": [], "positions": []}', b"\xef\xbb\xbf{}",
        '{"positions": []}'.encode("utf-16"), b'{"positions": ["\\ud800"]}', b"\xff\xfe",
        b"[" * 100_000, b'{"a":' * 100_000, b'{"positions": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_json_that_is_taken_is_malformed(asked: TestClient, body: bytes) -> None:
    json_type = {"Content-Type": "application/json"}
    problem(asked.post("/v1/margin", content=body, headers=json_type), 400)


def test_a_bracket_in_a_text_is_none() -> None:
    text = json.dumps({"a": '"[{' * 100 + "\\"})
    assert parsed(text.encode())["a"].startswith('"[{')
    nested = "[" * (MOST_DEPTH - 1) + "]" * (MOST_DEPTH - 1)
    assert parsed(f'{{"a": {nested}}}'.encode())
    with pytest.raises(Malformed):
        parsed(f'{{"a": [{nested}]}}'.encode())


@pytest.mark.parametrize(
    "body",
    [
        {}, {"positions": None}, {"positions": 3}, {"positions": "x"}, {"positions": [1, 2]},
        {"positions": [[[1]]]}, {"positions": [{"symbol": {"a": 1}}]}, {"positions": [None]},
        {"positions": [["symbol"], {"symbol": "XYZ"}]}, {"path": "/etc/passwd"},
        {**BOOK, "figures": ["account"]}, {**BOOK, "figures": "nothing"}, {**BOOK, "market": 5},
        {**BOOK, "settings": {"as_of": [1]}}, {**BOOK, "settings": {"rate": True}},
        {**BOOK, "settings": 7},
    ],
)  # fmt: skip
def test_what_is_no_book_is_refused(asked: TestClient, body: dict[str, Any]) -> None:
    problem(asked.post("/v1/margin", json=body), 422)


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers()
    | st.text(max_size=8) | st.sampled_from(["XYZ", "call", "2026-12-18", "symbol", "#N/A", "1e9"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(HEADINGS) | st.text(max_size=5), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip
names = st.sampled_from(["positions", "market", "settings", "dividends", "orders", "figures"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(["/v1/margin", "/v1/whatif", "/v1/functions/XLM_CHECK"]),
    changed=st.dictionaries(names, anything, max_size=3),
    on=st.sampled_from([{}, BOOK]),
)
@example(path="/v1/whatif", changed={"orders": {"symbol": "XYZ"}}, on={})
def test_nothing_that_is_sent_is_a_fault(
    path: str, changed: dict[str, Any], on: dict[str, Any]
) -> None:
    answer = ANYBODY.post(path, content=json.dumps({**on, **changed}),
                          headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code in (200, 400, 422, 504), answer.text


ANYBODY = client(allowed=Allowed(HERE | {"localhost", "testserver"}, a_minute=10**6))
DESCRIBED = schemathesis.openapi.from_dict(ANYBODY.get("/openapi.json").json())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with running(tmp_path_factory.mktemp("served") / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        yield asking


@DESCRIBED.exclude(path="/v1/events").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_it_is_described(case: schemathesis.Case, served: Asking) -> None:
    token = {"Authorization": served.headers["Authorization"]}
    checks = [not_a_server_error, status_code_conformance, content_type_conformance]
    address = str(served.base_url)
    case.call_and_validate(
        base_url=address, headers=token, checks=[*checks, response_schema_conformance]
    )


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "Basic eDp5", "Bearer \xff"])
def test_without_a_token_that_is_known_nothing_is_answered(asked: TestClient, token: str) -> None:
    headers = {"Authorization": token.encode("latin-1")}
    found = asked.post("/v1/margin", json=BOOK, headers=headers)
    problem(found, 401)
    assert found.headers["www-authenticate"] == "Bearer"
    address = asked.headers["Authorization"].removeprefix("Bearer ")
    problem(asked.post(f"/v1/margin?token={address}", json=BOOK, headers=headers), 401)


def test_a_page_of_another_site_and_a_foreign_name_are_turned_away(asked: TestClient) -> None:
    problem(asked.post("/v1/margin", json=BOOK, headers={"Origin": "https://evil.example"}), 403)
    problem(asked.post("/v1/margin", json=BOOK, headers={"Host": "evil.example:8799"}), 400)
    problem(asked.get("/healthz", headers={"Host": "evil.example"}), 400)
    listed = client(allowed=Allowed(HERE, frozenset({"https://desk.example"})))
    answer = listed.post("/v1/margin", json=BOOK, headers={"Origin": "https://desk.example"})
    assert answer.status_code == 200


def test_other_kinds_sizes_and_rates_are_refused() -> None:
    small = client(allowed=Allowed(HERE, a_minute=2, most_bytes=1000))
    problem(small.post("/v1/margin", content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    pieces = (b" " * 400 for _ in range(10))
    problem(small.post("/v1/margin", content=pieces), 413)
    found = small.post("/v1/margin", json=BOOK)
    problem(found, 429)
    assert int(found.headers["retry-after"]) >= 1


def test_who_goes_away_while_it_sends_is_no_fault(asked: TestClient) -> None:
    sent, came = [], [{"type": "http.request", "body": b"{", "more_body": True},
                      {"type": "http.disconnect"}]  # fmt: skip
    headers = {"host": "127.0.0.1", "content-type": "application/json",
               "authorization": asked.headers["Authorization"]}  # fmt: skip
    scope = {"type": "http", "method": "POST", "path": "/v1/margin", "query_string": b"",
             "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}  # fmt: skip

    async def receive() -> dict[str, Any]:
        return came.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    anyio.run(asked.app, scope, receive, send)
    assert sent[0]["status"] == 400


def test_rights_are_read_again_when_their_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "tokens.toml"
    token, lines = new_token("desk")
    path.write_text(lines)
    path.chmod(0o644)
    asks = client(tokens=Tokens(path), Authorization=f"Bearer {token}")
    if os.name != "nt":
        problem(asks.post("/v1/margin", json=BOOK), 401)
    path.chmod(0o600)
    asks = client(tokens=Tokens(path), Authorization=f"Bearer {token}")
    orders = {**BOOK, "orders": [ORDER]}
    assert asks.post("/v1/whatif", json=orders).status_code == 200
    path.write_text(lines.replace('"read", "trade"', '"read"'))
    problem(asks.post("/v1/whatif", json=orders), 403)
    assert asks.post("/v1/margin", json=BOOK).status_code == 200
    path.write_text("no toml [")
    problem(asks.post("/v1/margin", json=BOOK), 401)
    assert token not in lines


def test_what_takes_too_long_has_no_part_of_an_answer() -> None:
    rows = [["XYZ", "call", -1, 400 + i, "2027-11-19", 130.0 - i / 2, "A"] for i in range(200)]
    body = {**BOOK, "positions": [HEADINGS, *rows]}
    problem(client(seconds=1e-4).post("/v1/margin", json=body), 504)


def test_many_at_once_are_answered_as_one_after_the_other(asked: TestClient) -> None:
    books = [
        {**BOOK, "market": [{"symbol": "XYZ", "price": 490.0 + i}], "orders": [ORDER]}
        for i in range(6)
    ]
    alone = [asked.post("/v1/whatif", json=book).json() for book in books]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda b: asked.post("/v1/whatif", json=b).json(), books * 4))
    assert found == alone * 4


def test_importing_the_functions_loads_nothing_of_it() -> None:
    code = (
        "import sys, xlmargin, xlmargin.udfs, xlmargin.cli;"
        "print([m for m in ('fastapi', 'starlette', 'uvicorn', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_service_loads_nothing_that_writes_workbooks() -> None:
    code = (
        "import sys, xlmargin.cli.serve, xlmargin.service.app;"
        "print([m for m in ('xlmargin.workbooks', 'xlsxwriter', 'openpyxl', 'xlwings', 'pandas',"
        " 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("host", ["0.0.0.0", "desk.example"])
def test_others_than_this_machine_need_tokens_and_a_certificate(host: str) -> None:
    done = subprocess.run(
        [COMMAND, "serve", "--host", host], capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 1
    assert "--tokens and --certfile" in done.stderr


def test_there_are_no_workers_that_would_each_keep_accounts_of_their_own() -> None:
    done = subprocess.run(
        [COMMAND, "serve", "--workers", "2"], capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--workers" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_real_process_answers_and_ends() -> None:
    process = subprocess.Popen([COMMAND, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    try:
        token = re.fullmatch(r"Token of this run: (\S+)", process.stderr.readline().strip())[1]
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())[0]
        urllib.request.urlopen(f"{address}/healthz", timeout=SECONDS).close()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = urllib.request.Request(f"{address}/v1/margin", json.dumps(BOOK).encode(), headers)
        with urllib.request.urlopen(sent, timeout=SECONDS) as answer:
            rows = json.load(answer)["rows"]
        assert rows[0]["figure"] == "account value"
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def test_it_says_that_it_answers_once_it_does() -> None:
    """At a port that is taken it never does; at one that it chooses itself it names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [COMMAND, "serve", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Answering" not in done.stderr
    assert "address already in use" in done.stderr.lower()
    service = subprocess.Popen([COMMAND, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    try:
        said = [service.stderr.readline(), service.stderr.readline()]
        found = re.search(r"Answering .*http://127\.0\.0\.1:(\d+)/", said[-1])
        assert found, said
        socket.create_connection(("127.0.0.1", int(found[1])), timeout=5).close()
    finally:
        service.kill()
        service.communicate()
