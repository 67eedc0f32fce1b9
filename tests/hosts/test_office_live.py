"""XLM_LIVE, a cell that follows the service's stream: by hand, second by second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.example_calls import bits
from tests.hosts.office_excel import Excel, in_node

ADDRESS = "https://desk.example:8799"
FIRST = {"token": "desk", "types": ["state"]}
NOT_AVAILABLE = "#N/A"
EXCESS = "portfolio.excess"

pytestmark = in_node


@pytest.fixture
def excel(tmp_path: Path) -> Iterator[Excel]:
    found = Excel(tmp_path, ADDRESS, "desk", by_hand=True)
    yield found
    found.close()


def event(kind: str, sequence: int, data: Any = None, journal: str = "b7f0") -> dict[str, Any]:
    """An event as the service sends it."""
    return {
        "id": f"{journal}-{sequence}",
        "type": f"org.xlmargin.{kind}",
        "sequence": f"{sequence:020}",
        "subject": (data or {}).get("account"),
        "data": data,
    }


def state(sequence: int, account: str, excess: float | None, **more: Any) -> dict[str, Any]:
    data = {"account": account, "portfolio": {"excess": excess}, "stale": False, **more}
    return event("account.state.v1", sequence, data)


def told(excel: Excel, socket: int, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What happens as the service sends events."""
    lines = []
    for each in events:
        data = {"data": json.dumps(each)}
        lines += excel.does(socket=socket, tell="message", data=data)
    return lines


def opened(excel: Excel, socket: int = 0) -> list[dict[str, Any]]:
    return excel.does(socket=socket, tell="open")


def shown(cell: str, value: object) -> dict[str, object]:
    return {"id": cell, "shown": bits(value)}


def follow(excel: Excel, cell: str = "B2", account: str = "A", figure: str = EXCESS) -> Any:
    return excel.does(id=cell, live=[account, figure])


def live(excel: Excel) -> None:
    """A cell that shows 100."""
    assert follow(excel) == [{"socket": 0, "address": "wss://desk.example:8799/v1/stream"}]
    assert opened(excel) == [{"socket": 0, "sent": FIRST}]
    assert told(excel, 0, state(7, "A", 100.0)) == []
    assert told(excel, 0, event("live", 7)) == [shown("B2", 100.0)]


def test_a_cell_shows_nothing_before_the_stream_is_live_and_then_each_change(excel: Excel) -> None:
    live(excel)
    assert told(excel, 0, state(8, "B", 5.0), state(9, "A", 100.0), event("heartbeat", 9)) == []
    assert told(excel, 0, state(10, "A", 0.0)) == [shown("B2", 0.0)]


@pytest.mark.parametrize(
    ("account", "figure", "value"),
    [
        ("A", "portfolio.excess", 100.0),
        ("A", "regime", "portfolio"),
        ("A", "stale", False),
        ("A", "portfolio", NOT_AVAILABLE),
        ("A", "portfolio.cushion", NOT_AVAILABLE),
        ("A", "portfolio.excess.more", NOT_AVAILABLE),
        ("A", "portfolio.constructor", NOT_AVAILABLE),
        ("A", "__proto__", NOT_AVAILABLE),
        ("A", "", NOT_AVAILABLE),
        ("B", "portfolio.excess", NOT_AVAILABLE),
        ("C", "portfolio.excess", NOT_AVAILABLE),
    ],
)
def test_what_is_not_known_is_not_available(
    excel: Excel, account: str, figure: str, value: object
) -> None:
    live(excel)
    told(excel, 0, state(8, "A", 100.0, regime="portfolio"), state(9, "B", None))
    assert follow(excel, "B3", account, figure) == [shown("B3", value)]


def test_a_stale_account_says_why_and_shows_no_figure(excel: Excel) -> None:
    live(excel)
    problem = "#XLM! positions, row 3, price: found nothing, wanted a price."
    assert told(excel, 0, state(8, "A", 1.0, stale=True, problem=problem)) == [shown("B2", problem)]
    assert told(excel, 0, state(9, "A", 2.0)) == [shown("B2", 2.0)]


@pytest.mark.parametrize("tells", [["error"], ["close"], ["error", "close"], ["close", "error"]])
def test_after_a_break_it_goes_on_from_the_last_event(excel: Excel, tells: list[str]) -> None:
    live(excel)
    lines = [
        line for tell in tells for line in excel.does(socket=0, tell=tell, data={"code": 1006})
    ]
    assert lines == [{"socket": 0, "closed": True}]
    assert [line["socket"] for line in excel.does(**{"pass": 0.6})] == [1]
    assert opened(excel, 1) == [{"socket": 1, "sent": {**FIRST, "after": 7}}]
    assert told(excel, 0, event("live", 8)) == []  # of the socket that broke
    assert told(excel, 1, state(8, "A", 90.0)) == []
    assert told(excel, 1, event("live", 8)) == [shown("B2", 90.0)]
    assert excel.does(**{"pass": 30}) == []


def test_a_break_that_lasts_is_said_in_the_cell_until_it_is_over(excel: Excel) -> None:
    live(excel)
    excel.does(socket=0, tell="close", data={"code": 1006})
    lines = excel.does(**{"pass": 4.9})
    assert not [line for line in lines if "shown" in line]
    (says,) = [line for line in excel.does(**{"pass": 0.2}) if "shown" in line]
    assert says["shown"].startswith(f"#XLM! no figures from {ADDRESS} since ")
    opened(excel, 1)
    assert told(excel, 1, event("live", 7)) == [shown("B2", 100.0)]
    excel.does(socket=1, tell="close", data={"code": 1006})
    assert not [line for line in excel.does(**{"pass": 4.9}) if "shown" in line]
    assert follow(excel, "B3") == []


def test_it_tries_again_ever_more_slowly(excel: Excel) -> None:
    live(excel)
    waits = []
    for socket in range(9):
        excel.does(socket=socket, tell="error", data={})
        waits.append(0.0)
        while not [line for line in excel.does(**{"pass": 0.5}) if "address" in line]:
            waits[-1] += 0.5
    assert waits == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 29.5, 29.5, 29.5]


def test_silence_is_a_break(excel: Excel) -> None:
    live(excel)
    assert excel.does(**{"pass": 39}) == []
    assert told(excel, 0, event("heartbeat", 7)) == []
    assert excel.does(**{"pass": 39}) == []
    lines = excel.does(**{"pass": 2})
    assert lines[0] == {"socket": 0, "closed": True} and lines[1]["socket"] == 1


def test_cells_share_a_socket_that_the_last_one_closes(excel: Excel) -> None:
    live(excel)
    assert follow(excel, "B3") == [shown("B3", 100.0)]
    assert excel.does(cancel="B2") == []
    assert told(excel, 0, state(8, "A", 1.0)) == [shown("B3", 1.0)]
    assert excel.does(cancel="B3") == [{"socket": 0, "closed": True}]
    assert excel.does(**{"pass": 60}) == []
    assert [line["socket"] for line in follow(excel, "B4")] == [1]


def test_a_reset_forgets_the_accounts_that_it_does_not_name(excel: Excel) -> None:
    live(excel)
    follow(excel, "B3", "B")
    excel.does(socket=0, tell="error", data={})
    excel.does(**{"pass": 0.6})
    opened(excel, 1)
    told(excel, 1, event("reset.v1", 3), state(2, "B", 5.0))
    assert told(excel, 1, event("live", 3)) == [shown("B2", NOT_AVAILABLE), shown("B3", 5.0)]
    excel.does(socket=1, tell="error", data={})
    excel.does(**{"pass": 0.6})
    assert opened(excel, 2)[0]["sent"]["after"] == 3


def test_an_account_that_is_gone_has_no_figures(excel: Excel) -> None:
    live(excel)
    gone = event("account.gone.v1", 8, {"account": "A", "version": 2})
    assert told(excel, 0, gone) == [shown("B2", NOT_AVAILABLE)]


def test_another_journal_s_numbers_are_not_gone_on_from(excel: Excel) -> None:
    """A service that kept nothing starts anew at 1: what was missed must not be guessed."""
    live(excel)
    excel.does(socket=0, tell="error", data={})
    excel.does(**{"pass": 0.6})
    opened(excel, 1)
    other = event("live", 9, journal="0c1d")
    assert told(excel, 1, other) == [{"socket": 1, "closed": True}]
    excel.does(**{"pass": 1.1})
    assert opened(excel, 2) == [{"socket": 2, "sent": FIRST}]
    assert told(excel, 2, other) == [shown("B2", NOT_AVAILABLE)]


def test_an_unknown_figure_is_said_once(excel: Excel) -> None:
    """Each result makes Excel recalculate what depends on the cell."""
    live(excel)
    follow(excel, "B3", "C")
    assert told(excel, 0, state(8, "A", 1.0), state(9, "A", 2.0)) == [
        shown("B2", 1.0),
        shown("B2", 2.0),
    ]


def test_a_token_that_is_not_known_is_said_and_the_next_one_is_tried(excel: Excel) -> None:
    """As after a restart of a service whose token was that of its run."""
    live(excel)
    excel.does(socket=0, tell="error", data={})
    excel.does(**{"pass": 6})
    sockets = [line["socket"] for line in excel.does(**{"pass": 0.1}) if "socket" in line]
    assert sockets == []
    opened(excel, 1)
    excel.does(socket=1, tell="close", data={"code": 4401, "reason": "a token that is known"})
    excel.does(keep="other")
    lines = excel.does(**{"pass": 6})
    assert shown("B2", f"#XLM! refused by {ADDRESS}: a token that is known.") in lines
    sent = {**FIRST, "token": "other", "after": 7}
    assert opened(excel, 2) == [{"socket": 2, "sent": sent}]
