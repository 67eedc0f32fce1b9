"""Alerts of accounts that are kept: each change of a light once, over a restart too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.running import BOOK, Asking, running
from xlmargin import udfs
from xlmargin.excel import answers as excel_answers
from xlmargin.service import reconciled

ALERT = "org.xlmargin.account.alert.v1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def alerts(asking: Asking, after: int = 0) -> list[dict[str, Any]]:
    return [e["data"] for e in asking.events(after=after)[:-1] if e["type"] == ALERT]


def last(asking: Asking) -> int:
    return int(asking.events(after=0)[-1]["sequence"])


def at(asking: Asking, **prices: Any) -> None:
    asking.patch("/v1/market?wait=true", json={"prices": prices}).raise_for_status()


def limit(asking: Asking, **row: Any) -> None:
    answer = asking.put("/v1/thresholds", json={"thresholds": [row]})
    assert answer.status_code == 200, answer.text


def test_a_light_is_told_when_it_changes_and_a_better_one_once_its_limit_is_well_left(
    path: Path,
) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert alerts(asking) == []
        excess = asking.state()["portfolio"]["excess"]
        limit(asking, figure="portfolio excess", account="A", warn=excess + 100.0, alert=1000.0)
        (amber,) = alerts(asking)
        assert (amber["figure"], amber["light"], amber["was"]) == (
            "portfolio.excess", "amber", "green",
        )  # fmt: skip
        assert (amber["value"], amber["threshold"]) == (pytest.approx(excess), excess + 100.0)
        at(asking, XYZ=501.0)
        assert asking.state()["portfolio"]["excess"] > excess + 100.0
        assert len(alerts(asking)) == 1, "within a tenth of the limit"
        limit(asking, figure="portfolio excess", account="A", warn=excess / 2)
        green = alerts(asking)[-1]
        assert (green["light"], green["was"]) == ("green", "amber")
        listed = asking.get("/v1/alerts").json()
        assert listed["alerts"] == []


def test_a_restart_repeats_no_alert_and_forgets_none(path: Path) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        limit(asking, figure="portfolio excess", account="B", alert=1e9)
        told = alerts(asking)
        assert [(a["account"], a["light"]) for a in told] == [("B", "red")]
    with running(path) as asking:
        assert alerts(asking) == told
        assert [a["figure"] for a in asking.get("/v1/alerts").json()["alerts"]] == [
            "portfolio.excess"
        ]
        limit(asking, figure="portfolio excess", account="B", alert=1.0)
        assert [a["light"] for a in alerts(asking)] == ["red", "green"]


def test_without_limits_an_excess_below_nothing_is_red(path: Path) -> None:
    with running(path) as asking:
        poor = [{**r, "quantity": -230_000} if r["symbol"] == "USD" and r["account"] == "A" else r
                for r in BOOK["positions"]]  # fmt: skip
        asking.put("/v1/book", json={**BOOK, "positions": poor}).raise_for_status()
        assert asking.state()["portfolio"]["excess"] < 0
        (red,) = alerts(asking)
        assert (red["account"], red["figure"], red["light"]) == ("A", "portfolio.excess", "red")
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert alerts(asking)[-1]["light"] == "green"


def test_stale_figures_are_an_alert(path: Path) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        at(asking, ABC=2.0)
        stale = {a["account"]: a for a in alerts(asking)}
        assert stale.keys() == {"A", "B"}
        assert (stale["B"]["figure"], stale["B"]["reason"]) == ("age", "stale")
        assert "ABC" in stale["B"]["problem"]
        at(asking, ABC=48.0)
        assert [a["light"] for a in alerts(asking)[2:]] == ["green", "green"]


def test_a_broker_s_figure_is_compared_with_ours_as_prices_move(path: Path) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        value = asking.state()["account_value"]
        figures = [{"account": "A", "figure": "NetLiquidation", "amount": value}]
        answer = asking.put("/v1/broker-figures", json={"broker_figures": figures})
        assert answer.status_code == 200, answer.text
        assert alerts(asking) == []
        at(asking, XYZ=540.0)
        (differs,) = alerts(asking)
        assert (differs["figure"], differs["light"]) == ("broker.account_value", "amber")
        now = asking.state()["account_value"]
        assert differs["difference"] == pytest.approx(value - now)
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert alerts(asking)[-1]["light"] == "green"
        gone = asking.put("/v1/broker-figures", json={"broker_figures": None})
        assert gone.status_code == 200


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("thresholds", [{"figure": "portfolio excess", "account": "Z", "alert": 1}]),
        ("thresholds", [{"figure": "nothing", "alert": 1}]), ("thresholds", 5),
        ("thresholds", [{"figure": "portfolio move down", "alert": 0.1}]),
        ("broker-figures", [{"figure": "NetLiquidation", "account": "Z", "amount": 1}]),
        ("broker-figures", "x"),
    ],
)  # fmt: skip
def test_limits_and_figures_of_what_is_not_there_are_refused(
    path: Path, name: str, rows: int | list[dict[str, Any]] | str
) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        answer = asking.put(f"/v1/{name}", json={name.replace("-", "_"): rows})
        assert answer.status_code == 422, answer.text
        assert asking.state()["version"] == 1


def test_a_broker_s_figure_of_all_accounts_is_compared_with_their_sum_and_seen_by_who_sees_all(
    path: Path,
) -> None:
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        a, b = asking.state("A"), asking.state("B")
        total = a["portfolio"]["requirement"] + b["portfolio"]["requirement"]
        figures = [{"figure": "MaintMarginReq", "amount": total}]
        asking.put("/v1/broker-figures", json={"broker_figures": figures}).raise_for_status()
        assert alerts(asking) == []
        at(asking, XYZ=520.0)
        told = {each["account"]: each for each in alerts(asking)}
        now = sum(asking.state(name)["portfolio"]["requirement"] for name in "AB")
        assert told["*"]["figure"] == "broker.portfolio.requirement"
        assert told["*"]["light"] == "amber"
        assert told["*"]["difference"] == pytest.approx(total - now)
        assert [each["account"] for each in asking.get("/v1/alerts").json()["alerts"]] == ["*"]


@pytest.mark.parametrize(("most", "explained"), [(6, "AB*"), (4, "A"), (2, "B"), (1, "")])
def test_of_a_large_book_reasons_are_those_of_some_accounts_and_the_others_are_named(
    path: Path, monkeypatch: pytest.MonkeyPatch, most: int, explained: str
) -> None:
    """A has four positions, B two; a broker's figures a thousandth of ours, so is their total.

    Ours of a large book are those that are kept: none of it is margined anew for them.
    """
    monkeypatch.setattr(reconciled, "MOST", most)
    if most < len(BOOK["positions"]):
        monkeypatch.setattr(excel_answers, "state_of", lambda book: pytest.fail("margined anew"))
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        ours = {each: asking.state(each)["portfolio"]["requirement"] for each in "AB"}
        figures = [{"account": each, "figure": "MaintMarginReq", "amount": amount / 1000}
                   for each, amount in ours.items()]  # fmt: skip
        figures.append({"figure": "MaintMarginReq", "amount": sum(ours.values()) / 1000})
        asking.put("/v1/broker-figures", json={"broker_figures": figures}).raise_for_status()
        answer = asking.get("/v1/reconciliation").json()
    found = {each["account"]: each for each in answer["rows"] if each["state"] == "differs"}
    for each, amount in {**ours, "*": sum(ours.values())}.items():
        assert found[each]["ours"] == pytest.approx(amount)
        assert found[each]["likely"] == ("thousands" if each in explained else None)
    assert answer["without_reasons"] == [each for each in "*AB" if each not in explained]


def test_what_would_make_a_broker_s_figure_equal_ours_is_answered_where_it_is_asked(
    path: Path,
) -> None:
    """The house's requirement of the same book, worked out by a cell."""
    rows = [{k: v for k, v in each.items() if k != "id"} for each in BOOK["positions"]]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    cells = [headings, *([row.get(key) for key in headings] for row in rows)]
    market = [["symbol", "price"], ["XYZ", 500.0], ["ABC", 48.0]]
    settings = [*map(list, {**BOOK["settings"], "house": "ibkr_like"}.items())]
    names, *of_accounts = udfs.MARGIN_ACCOUNT(cells, market, settings)
    (line,) = [row for row in of_accounts if row[0] == "portfolio requirement"]
    theirs, all_of_it = line[names.index("A")], line[names.index("total")]
    figures = [{"account": "A", "figure": "MaintMarginReq", "amount": theirs},
               {"figure": "MaintMarginReq", "amount": all_of_it}]  # fmt: skip
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        assert asking.get("/v1/reconciliation").status_code == 422
        asking.put("/v1/broker-figures", json={"broker_figures": figures}).raise_for_status()
        for place, account in (("/v1/accounts/A", "A"), ("/v1", "A"), ("/v1", "*")):
            answer = asking.get(f"{place}/reconciliation")
            assert answer.status_code == 200, answer.text
            (row,) = [each for each in answer.json()["rows"]
                      if each["account"] == account and each["state"] == "differs"]  # fmt: skip
            assert row["likely"] == "house ibkr_like", row
        assert {
            each["account"] for each in asking.get("/v1/accounts/A/reconciliation").json()["rows"]
        } == {"A"}
        assert asking.get("/v1/accounts/Z/reconciliation").status_code == 404
