"""What operations set up beside the service: alerts and a dashboard, by what there is."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.sync.client import connect

from tests.service.running import BOOK, Asking, free_port, running
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.tokens import Tokens

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "examples" / "operations"
NAME = re.compile(r"\bxlmargin_[a-z_]+")
SECONDS = 60


def rules() -> list[dict[str, Any]]:
    found = yaml.safe_load((OPERATIONS / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return json.loads((OPERATIONS / "grafana.json").read_text(encoding="utf-8"))["panels"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The metrics of a service of which all is asked for, with a reader and a copy."""
    path = tmp_path_factory.mktemp("operations") / "journal.db"
    copy = path.with_name("copy.db")
    own = Journal(path, copy)
    own.copy_to(copy)
    own.close()
    with running(path, copy=copy, metrics_of_accounts=True) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        asking.patch("/v1/market?wait=true", json={"prices": {"XYZ": 501.0}}).raise_for_status()
        return asking.get("/metrics").text


def names(text: str) -> set[str]:
    """The names under which Prometheus finds what is there."""
    return {line.partition("{")[0].partition(" ")[0] for line in text.splitlines()} - {"#"}


@pytest.mark.parametrize("file", ["alerts.yml", "grafana.json"])
def test_every_metric_that_is_named_exists(text: str, file: str) -> None:
    named = set(NAME.findall((OPERATIONS / file).read_text(encoding="utf-8")))
    assert named - names(text) - {"xlmargin_delivery_pending"} == set()
    assert "# HELP xlmargin_delivery_pending " in text
    assert len(named) > 8


def test_every_metric_is_on_the_page_of_operations(text: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    there = set(re.findall(r"(?m)^# TYPE (\S+) (?:gauge|counter|histogram)", text))
    assert {name for name in there if not name.endswith("_created")} <= set(NAME.findall(page))


def test_labels_that_rules_go_by_exist(text: str) -> None:
    """A rule over a label that is not there would never fire."""
    labels = {"up": {"job"}, "xlmargin_delivery_pending": {"receiver"}}
    for name, inside in re.findall(r"(?m)^(xlmargin_\w+)\{(.*)\} ", text):
        labels.setdefault(name, set()).update(re.findall(r'(\w+)="', inside))
    added = {"instance", "job"}
    expressions = [rule["expr"] for rule in rules()]
    expressions += [target["expr"] for panel in panels() for target in panel["targets"]]
    for expression in expressions:
        own = set().union(*(labels.get(n, set()) for n in re.findall(r"\w+", expression))) | added
        by = re.findall(r"(?:by|on) \(([^()]*)\)", expression)
        by += [m.replace("=", ",") for m in re.findall(r"\{(\w+)=", expression)]
        assert {label.strip() for each in by for label in each.split(",") if label} <= own


def test_each_rule_says_what_is_wrong_and_each_panel_what_it_shows() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith((".", "?"))
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels()]
    assert len(set(places)) == len(places)
    assert all(panel["title"] and panel["targets"] for panel in panels())
    expressions = [rule["expr"] for rule in rules()]
    expressions += [target["expr"] for panel in panels() for target in panel["targets"]]
    for expression in expressions:
        assert expression.count("(") == expression.count(")")
        assert expression.count("{") == expression.count("}")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_takes_the_rules(tmp_path: Path, text: str) -> None:
    command = ["promtool", "check", "rules", str(OPERATIONS / "alerts.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    command = ["promtool", "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stdout + done.stderr


def two_shards(port: int, one: Asking, two: Asking) -> str:
    """The example of nginx before two services, without TLS, at another port."""
    text = (OPERATIONS / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub("(?m)^ +ssl_.*$", "", text).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    text = text.replace(":8801", f":{one.port}").replace(":8802", f":{two.port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {kind};" for kind in kinds)
    return f"daemon off; pid nginx.pid; events {{}} http {{ access_log off; {places} {text} }}"


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_two_services_stand_behind_one_address(tmp_path: Path) -> None:
    allowed = Allowed(frozenset({"127.0.0.1", "margin.example"}), a_minute=10**6)
    tokens, token = Tokens.of_this_run()
    positions = [{**p, "account": p["account"].replace("B", "D1")} for p in BOOK["positions"]]
    with ExitStack() as stack:
        shards = [
            stack.enter_context(running(tmp_path / name, tokens=tokens, allowed=allowed))
            for name in ("one.db", "two.db")
        ]
        port = free_port()
        conf = tmp_path / "nginx.conf"
        conf.write_text(two_shards(port, *shards))
        command = ["nginx", "-p", str(tmp_path), "-c", str(conf), "-e", "stderr"]
        proxy = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        stack.callback(lambda: (proxy.terminate(), proxy.communicate()))
        asking = stack.enter_context(Asking(port, token))
        asking.headers["Host"] = "margin.example"
        asking.until_ready()
        for name, account in (("one", "A"), ("two", "D1")):
            own = {**BOOK, "positions": [p for p in positions if p["account"] == account]}
            asking.put(f"/{name}/v1/book", json=own).raise_for_status()
            prices = {"prices": {"ABC": 47.0}}
            asking.patch(f"/{name}/v1/market?wait=true", json=prices).raise_for_status()
        for shard, account in zip(shards, ("A", "D1"), strict=True):
            shard.headers["Authorization"] = f"Bearer {token}"
            assert asking.state(account) == shard.state(account)
            listed = asking.get(f"/v1/accounts/{account}").json()
            assert listed["account"] == account
            order = {"symbol": "ABC", "type": "stock", "quantity": 1, "price": 47}
            path = f"/v1/accounts/{account}/whatif"
            answer = asking.post(path, json={"orders": [order]})
            assert answer.json()["verdict"] == "accepted", answer.text
        assert asking.get("/metrics").status_code == 403
        with asking.stream("GET", "/two/v1/events") as answer:
            first = next(line for line in answer.iter_lines() if line.startswith("data: "))
        assert json.loads(first.removeprefix("data: "))["subject"] == "D1"
        way = socket.create_connection(("127.0.0.1", port))
        with connect(f"ws://margin.example:{port}/two/v1/stream", sock=way) as client:
            client.send(json.dumps({"token": token}))
            assert json.loads(client.recv(SECONDS))["subject"] == "D1"


def test_the_age_of_a_mark_is_that_of_the_oldest_and_stays_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def age(asking: Asking) -> float:
        text = asking.get("/metrics").text
        return float(re.search(r"(?m)^xlmargin_mark_age_seconds (\S+)", text)[1])

    now, clock = time.time(), time.time
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        monkeypatch.setattr(time, "time", lambda: clock() + 1000)
        assert 1000 <= age(asking) < 1000 + SECONDS
        marks = [{"symbol": "XYZ 12/18/26 C500", "price": 10.5}]
        asking.patch("/v1/market?wait=true", json={"marks": marks}).raise_for_status()
        assert 1000 <= age(asking) < 1000 + SECONDS
        sent = {"volatilities": [{"symbol": "ABC 1/15/27 P48", "volatility": 0.4}]}
        asking.patch("/v1/market?wait=true", json=sent).raise_for_status()
        assert 0 <= age(asking) < SECONDS
    monkeypatch.setattr(time, "time", lambda: clock() + 3000)
    with running(path) as asking:
        assert 2000 <= age(asking) < 2000 + SECONDS
        shares = {**BOOK, "positions": [p for p in BOOK["positions"] if "strike" not in p]}
        asking.put("/v1/book", json=shares).raise_for_status()
        assert "xlmargin_mark_age_seconds " not in asking.get("/metrics").text
    assert clock() - now < SECONDS
