"""Events that are brought: to a real receiver over HTTP, signed, till it takes them; a program."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import ssl
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook
from typer.testing import CliRunner

from tests.service.running import BOOK, Asking, Process, delivering, running, until
from xlmargin.cli import app
from xlmargin.errors import MarginError
from xlmargin.live import Hook
from xlmargin.service.app import Served
from xlmargin.service.deliveries import Receiver, hook_receiver
from xlmargin.service.described import event_schema
from xlmargin.service.journal import Journal
from xlmargin.service.stream import RESET
from xlmargin.service.webhooks import new_webhook, read_webhooks

SECONDS = 30.0
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LIMIT = {"thresholds": [{"figure": "portfolio excess", "account": "A", "alert": 1e9}]}
NONE = {"thresholds": [{"figure": "portfolio excess", "account": "A", "alert": 1.0}]}


class Taking:
    """A receiver over HTTP, and what it was sent; `answers` are its statuses, 200 after them."""

    def __init__(self, *answers: Any, certificate: Path | None = None) -> None:
        self.answers, self.taken, self.accepted = [*answers], [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.taken.append(({n.lower(): v for n, v in self.headers.items()}, body))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                if status == 200:
                    outer.accepted.append(json.loads(body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/margin"
        if certificate is not None:
            self.server.handle_error = lambda *_: None  # who asks breaks off
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_name("key.pem"))
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.url = f"https://localhost:{self.server.server_port}/margin"

    def until(self, count: int) -> list[dict[str, Any]]:
        """The events of its requests, once there are so many."""
        until(lambda: len(self.taken) >= count)
        return [json.loads(body) for _, body in self.taken]


@contextmanager
def taking(*answers: Any, certificate: Path | None = None) -> Iterator[Taking]:
    found = Taking(*answers, certificate=certificate)
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()


def file_of(folder: Path, url: str, secrets: list[str] | None = None, **more: Any) -> Path:
    path = folder / "webhooks.toml"
    lines = {"url": url, "secrets": [SECRET] if secrets is None else secrets, **more}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    path.write_text(f"[desk]\n{text}")
    path.chmod(0o600)
    return path


def served(**own: Any) -> Served:
    return Served(window=0.01, soonest=0.05, **own)


def limit(asking: Asking, given: dict[str, Any] = LIMIT) -> None:
    asking.put("/v1/thresholds", json=given).raise_for_status()


def book(asking: Asking) -> None:
    asking.put("/v1/book", json=BOOK).raise_for_status()


def all_brought(asking: Asking) -> None:
    """Wait until the receiver is at the last event, and its place is kept."""
    brought = 'xlmargin_delivery_pending{receiver="webhook desk"} 0.0'
    until(lambda: brought in asking.get("/metrics").text)


def test_an_alert_is_posted_signed_and_as_it_is_in_the_stream(tmp_path: Path) -> None:
    other = "whsec_" + base64.b64encode(b"b" * 32).decode()
    with taking() as desk:
        receivers = read_webhooks(file_of(tmp_path, desk.url, [SECRET, other]))
        with running(tmp_path / "j.db", served=served(), receivers=receivers) as asking:
            book(asking), limit(asking)
            (event,) = desk.until(1)
            assert event == asking.events(after=0)[-2]
        ((headers, body),) = desk.taken
    jsonschema.validate(event, event_schema("org.xlmargin.account.alert.v1"))
    assert (event["subject"], event["data"]["light"]) == ("A", "red")
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == event["id"]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < SECONDS
    first, second = headers["webhook-signature"].split(" ")
    for secret, signature in ((SECRET, first), (other, second)):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = b".".join((event["id"].encode(), headers["webhook-timestamp"].encode(), body))
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        assert signature == "v1," + base64.b64encode(digest).decode(), "as the standard spells out"
        Webhook(secret).verify(body, headers)


def certified(folder: Path, name: str) -> Path:
    """A certificate of a name for this machine, signed by itself, and its key beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate")
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem"


def test_a_receiver_over_https_is_told_once_its_certificate_is_known_and_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the operating system trusts decides, here a file; no event is read before."""
    own = certified(tmp_path / "own", "localhost")
    others = certified(tmp_path / "others", "desk.example")
    for certificate, known, why in (
        (own, others, "self-signed certificate"),
        (others, others, "not valid for 'localhost'"),
        (own, own, ""),
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        said = []
        with taking(certificate=certificate) as desk:
            receivers = read_webhooks(file_of(tmp_path, desk.url))
            with running(
                tmp_path / f"{why[:3]}.db", served=served(), receivers=receivers, say=said.append
            ) as asking:
                book(asking), limit(asking)
                if why:
                    until(lambda said=said: said)
                else:
                    (event,) = desk.until(1)
                    assert event == asking.events(after=0)[-2]
            assert (desk.taken == []) == bool(why)
        assert [why in line for line in said] == ([True] if why else [])


def test_what_is_not_taken_is_sent_again_in_its_order_and_the_figures_do_not_wait(
    tmp_path: Path,
) -> None:
    elsewhere = {"Location": "http://127.0.0.1:9/other"}
    failing = [(500, {}), (503, {"Retry-After": "1"}), (302, elsewhere)]
    said = []
    with taking(*failing) as desk:
        receivers = read_webhooks(file_of(tmp_path, desk.url))
        with running(
            tmp_path / "j.db", served=served(), receivers=receivers, say=said.append
        ) as asking:
            book(asking), limit(asking), limit(asking, NONE)
            found = desk.until(5)
            metrics = asking.get("/metrics").text
            stream = [e for e in asking.events(after=0) if "alert" in e["type"]]
    assert [event["data"]["light"] for event in found] == ["red"] * 4 + ["green"]
    assert len({event["id"] for event in found}) == 2 and [found[0], found[4]] == stream
    assert 'xlmargin_delivery_pending{receiver="webhook desk"}' in metrics
    assert said == ["webhook desk: status 500; tried again until it is taken."]


def test_a_restart_goes_on_where_it_was_left_and_repeats_nothing(tmp_path: Path) -> None:
    with taking() as desk:
        receivers = read_webhooks(file_of(tmp_path, desk.url))
        own = {"served": served(), "say": lambda _: None}
        with running(tmp_path / "j.db", **own) as asking:
            book(asking), limit(asking)  # before anybody was named
        with running(tmp_path / "j.db", receivers=receivers, **own) as asking:
            limit(asking, NONE)
            desk.until(1)
            all_brought(asking)
        desk.answers[:] = [(500, {})] * 1000
        with running(tmp_path / "j.db", receivers=receivers, **own) as asking:
            limit(asking)
            desk.until(3)
        seen = len(desk.taken)
        desk.answers.clear()
        with running(tmp_path / "j.db", receivers=receivers, **own) as asking:
            found = desk.until(seen + 1)
            all_brought(asking)
    lights = [event["data"]["light"] for event in found]
    assert lights == ["green", *["red"] * seen]
    assert len(desk.taken) == seen + 1


def test_a_receiver_that_is_gone_is_told_no_more(tmp_path: Path) -> None:
    said = []
    with taking((410, {})) as desk:
        receivers = read_webhooks(file_of(tmp_path, desk.url))
        with running(
            tmp_path / "j.db", served=served(), receivers=receivers, say=said.append
        ) as asking:
            book(asking), limit(asking)
            until(lambda: not delivering())
            limit(asking, NONE)
    assert len(desk.taken) == 1
    assert said == ["webhook desk: status 410, it is gone; it is told nothing until a restart."]


def test_only_kinds_and_accounts_that_are_asked_for_are_sent_and_states_as_they_are_last(
    tmp_path: Path,
) -> None:
    with taking(*[(500, {})] * 10_000) as desk:
        path = file_of(tmp_path, desk.url, types=["state"], accounts=["A"])
        own = {"served": served(), "receivers": read_webhooks(path)}
        with running(tmp_path / "j.db", say=lambda _: None, **own) as asking:
            book(asking)
            desk.until(1)
            for n in range(5):
                price = {"prices": {"XYZ": 501.0 + n, "ABC": 48.5 + n}}
                asking.patch("/v1/market?wait=true", json=price).raise_for_status()
            now = asking.state()
            until(lambda: json.loads(desk.taken[-1][1])["data"] == now)
            desk.answers.clear()
            all_brought(asking)
            assert [(e["subject"], e["data"]) for e in desk.accepted] == [("A", now)]


def test_what_the_journal_has_forgotten_is_told_and_then_the_latest_of_each(tmp_path: Path) -> None:
    path, sent = tmp_path / "j.db", []
    receiver = Receiver("own", "own", read_webhooks(file_of(tmp_path, "https://a.example"))[0].wanted,
                        sent.append)  # fmt: skip
    with running(path, served=served()) as asking:
        book(asking), limit(asking)
        last = int(asking.events(after=0)[-1]["sequence"])
    journal = Journal(path)
    journal.keep_place("own", 1)
    journal.forget(time.time() + 1, 0)
    journal.close()
    with running(path, served=served(), receivers=[receiver]) as asking:
        until(lambda: len(sent) >= 2)
    assert [event["type"] for event in sent] == [RESET, "org.xlmargin.account.alert.v1"]
    assert sent[0]["data"] == {"after": 1, "first": last, "last": last}


HOOK = """import json, pathlib, sys
with pathlib.Path(sys.argv[1]).open("a") as file:
    file.write(sys.stdin.read() + chr(10))
sys.exit(3)
"""


def test_a_hook_is_run_for_each_notice_and_its_failure_is_said(tmp_path: Path) -> None:
    (tmp_path / "hook.py").write_text(HOOK)
    told, said = tmp_path / "told.jsonl", []
    hook = Hook.of(f"'{sys.executable}' '{tmp_path / 'hook.py'}' '{told}'")
    receivers = [hook_receiver(hook, said.append)]
    with running(tmp_path / "j.db", served=served(), receivers=receivers) as asking:
        book(asking), limit(asking), limit(asking, NONE)
        until(lambda: len(said) >= 2)
    found = [json.loads(line) for line in told.read_text().splitlines()]
    assert [event["data"]["light"] for event in found] == ["red", "green"]
    assert said == ["The hook ended with code 3."] * 2


@pytest.mark.parametrize(
    "own",
    [
        {"url": "http://desk.example/x"}, {"url": "ftp://127.0.0.1/"}, {"url": "file:///etc/passwd"},
        {"url": "https://user:word@desk.example/"}, {"url": "https://"}, {"url": "https://a:b/"},
        {"url": "http://127.0.0.1.desk.example/"}, {"secrets": ["whsec_c2hvcnQ="]},
        {"secrets": ["nothing"]}, {"secrets": []}, {"secrets": "whsec_"}, {"types": ["all"]},
        {"accounts": "A"}, {"other": 1},
    ],
)  # fmt: skip
def test_a_file_of_webhooks_that_is_not_as_wanted_is_refused(
    tmp_path: Path, own: dict[str, Any]
) -> None:
    stated = {"url": "https://desk.example/margin", **own}
    with pytest.raises(MarginError, match=r"webhooks\.toml, desk"):
        read_webhooks(file_of(tmp_path, **stated))


def test_others_may_not_read_the_secrets_and_a_new_one_is_as_wanted(tmp_path: Path) -> None:
    path = file_of(tmp_path, "https://desk.example/margin")
    path.write_text(new_webhook("desk").replace("https://...", "https://desk.example/margin"))
    assert [receiver.name for receiver in read_webhooks(path)] == ["webhook desk"]
    path.chmod(0o644)
    with pytest.raises(MarginError, match="chmod 600"):
        read_webhooks(path)


def test_the_command_runs_the_hook_and_refuses_before_it_listens(tmp_path: Path) -> None:
    (tmp_path / "hook.py").write_text(HOOK)
    told = tmp_path / "told.jsonl"
    hook = f"'{sys.executable}' '{tmp_path / 'hook.py'}' '{told}'"
    service = Process(tmp_path / "j.db", "--hook", hook)
    try:
        asking = service.asking.until_ready()
        book(asking), limit(asking)
        until(lambda: told.exists() and told.read_text().endswith("\n"))
    finally:
        service.kill()
    assert json.loads(told.read_text())["data"]["light"] == "red"
    for words in (["--hook", "'open"], ["--hook", " "], ["--webhooks", str(tmp_path / "hook.py")],
                  ["--new-webhook", "a b"]):  # fmt: skip
        assert CliRunner().invoke(app, ["serve", *words]).exit_code == 1
    shown = CliRunner().invoke(app, ["serve", "--new-webhook", "desk"]).stdout
    assert tomllib.loads(shown)["desk"]["url"] == "https://..."
    assert "[desk]" in shown and "whsec_" in shown
