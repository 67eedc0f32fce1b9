"""Accounts that cannot be margined at their prices: figures stay, and every answer says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.service.running import BOOK, Asking, Process, running
from tests.service.test_kept_accounts import close, expected
from xlmargin.service.acceptance import Precondition
from xlmargin.service.journal import Accepted, Journal
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.restated import with_rate
from xlmargin.service.stated import Stated
from xlmargin.service.tokens import Tokens, new_token

FAR = {"ABC": 4.4}
"""More than half away from where the options on it were marked."""
SAMPLE = ("examples/positions.csv", "--market", "examples/market.csv", "--settings",
          "examples/settings.csv")  # fmt: skip


def priced(asking: Asking, **prices: Any) -> dict[str, Any]:
    answer = asking.patch("/v1/market?wait=true", json={"prices": prices})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_kill_while_an_account_is_stale_leaves_the_figures_it_had(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    service = Process(path, *SAMPLE)
    asking = service.asking.until_ready()
    priced(asking, ABC=44.0)
    at_44 = asking.states()["accounts"]
    priced(asking, **FAR)
    before = asking.states()
    assert before["accounts"][0]["stale"]
    close(before["accounts"][0], at_44[0])
    for _ in range(2):
        service.kill()
        service = Process(path, *SAMPLE)
        asking = service.asking.until_ready()
        assert asking.states() == before
    priced(asking, ABC=45.0)
    assert not asking.states()["accounts"][0]["stale"]
    service.kill()


def test_a_price_that_no_figures_were_told_of_leaves_those_of_before_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        priced(asking, ABC=44.0, XYZ=505.0)
    with closing(Journal(path)) as journal:
        journal.accept(Accepted(3, prices={**FAR, "XYZ": 507.0}))
    with running(path) as asking:
        assert asking.state("B")["stale"]
        close(asking.state("B"), expected("B", {"ABC": 44.0}))
        close(asking.state("A"), expected("A", {"ABC": 44.0, "XYZ": 507.0}))


def test_a_journal_that_kept_no_prices_of_figures_is_at_those_that_were_accepted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with running(path) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        priced(asking, ABC=44.0)
    with closing(Journal(path)) as journal:
        journal._accepting.execute("DROP TABLE margined")
    for _ in range(2):
        with running(path) as asking:
            close(asking.state("B"), expected("B", {"ABC": 44.0}))


def test_prices_of_figures_of_the_book_before_are_none_of_another(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.accept(Accepted(1, {"settings": {}}, all_anew=True))
        journal.tell([], 1, {"ABC": 44.0})
        assert journal.stored().margined == {"ABC": 44.0}
        journal.accept(Accepted(2, {"settings": {}}, all_anew=True))
        journal.tell([], 1, {"ABC": 45.0})
        assert journal.stored().margined == {}
        journal.tell([], 2, {"ABC": 50.0})
        assert journal.stored().margined == {"ABC": 50.0}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with running(tmp_path / "journal.db") as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        yield asking


def test_a_change_that_is_waited_for_says_which_accounts_have_it_not(asking: Asking) -> None:
    assert priced(asking, ABC=44.0) == {"version": 2, "stale": [], "refused": []}
    answer = priced(asking, XYZ=505.0, **FAR)
    assert [each["account"] for each in answer["stale"]] == ["A", "B"]
    for each in answer["stale"]:
        assert each["detail"] == asking.state(each["account"])["problem"]
        assert each["problems"][0]["column"] == "price"
    assert answer["refused"] == []
    fill = [{**BOOK["positions"][0], "quantity": 400}]
    answer = asking.patch("/v1/positions?wait=true", json={"positions": fill}).json()
    assert [each["account"] for each in answer["stale"]] == ["A", "B"]
    assert {*asking.patch("/v1/market", json={"prices": FAR}).json()} == {"version"}


def test_a_token_is_told_of_its_own_accounts_alone(tmp_path: Path) -> None:
    (of_all, first), (token, second) = new_token("all"), new_token("desk")
    path = tmp_path / "tokens.toml"
    path.write_text(f'{first}{second}accounts = ["B"]\n')
    path.chmod(0o600)
    with running(tmp_path / "journal.db", tokens=Tokens(path)) as asking:
        asking.headers["Authorization"] = f"Bearer {of_all}"
        asking.until_ready().put("/v1/book", json=BOOK).raise_for_status()
        asking.headers["Authorization"] = f"Bearer {token}"
        assert [each["account"] for each in priced(asking, **FAR)["stale"]] == ["B"]


def test_an_account_that_is_refused_is_named_after_each_change(asking: Asking) -> None:
    unpriced = [{**each, "price": None} if each.get("id") == "p3" else each
                for each in BOOK["positions"]]  # fmt: skip
    asking.put("/v1/book", json={**BOOK, "positions": unpriced}).raise_for_status()
    answer = priced(asking, XYZ=505.0)
    assert ([each["account"] for each in answer["refused"]], answer["stale"]) == (["B"], [])


def test_a_broker_is_compared_with_stale_figures_that_say_so(asking: Asking) -> None:
    rows = [{"account": "B", "figure": "account value", "amount": 9_000.0}]
    put = asking.put("/v1/broker-figures", json={"broker_figures": rows})
    assert put.status_code == 200, put.text
    assert asking.get("/v1/reconciliation").json()["stale"] == []
    problem = priced(asking, **FAR)["stale"][1]
    assert asking.get("/v1/accounts/B/reconciliation").json()["stale"] == [problem]


def test_an_account_without_a_name_is_called_alike_outside_and_in_rows(asking: Asking) -> None:
    own = [{n: c for n, c in each.items() if n != "account"} for each in BOOK["positions"][:2]]
    own.append({"symbol": "USD", "type": "cash", "quantity": 50_000})
    asking.put("/v1/book", json={**BOOK, "positions": own}).raise_for_status()
    order = {"symbol": "XYZ", "type": "stock", "quantity": 1, "price": 500.0}
    answer = asking.post("/v1/accounts/account/max-quantity", json={"orders": [order]}).json()
    assert [answer["account"], answer["orders"][0]["account"]] == ["account"] * 2


class Yielding:
    """A lock before which, once `first` is set, that is done."""

    def __init__(self) -> None:
        self.lock, self.first = Lock(), None

    def __enter__(self) -> bool:
        if (first := self.first) is not None:
            self.first = None
            first()
        return self.lock.__enter__()

    def __exit__(self, *problem: Any) -> None:
        return self.lock.__exit__(*problem)


def test_figures_shown_while_a_change_is_margined_are_those_a_refused_price_leaves(
    tmp_path: Path,
) -> None:
    """Another price is told after the change has begun; the next one, in its batch, is refused."""
    with closing(Journal(tmp_path / "journal.db")) as journal:
        computing = Yielding()
        kept = KeptAccounts(
            journal, computing, lambda _: None, window=0.01, seconds=60.0, keep=60.0
        )
        kept.start()
        try:
            price = lambda p: kept.acceptance.price(p, None, Precondition())["version"]  # noqa: E731
            told = lambda version: kept.published.when(version).result(60.0)  # noqa: E731
            told(kept.acceptance.put(BOOK, Precondition())["version"])
            computing.first = lambda: told(price({"ABC": 44.0}))

            def changed(stated: Stated, _: object) -> Stated:
                price(FAR)
                return with_rate(stated, 0.04)

            told(kept.acceptance.change(changed, None, Precondition())["version"])
            state = kept.published.current.state("B")
            assert state["stale"]
            close(state, expected("B", {"ABC": 44.0}))
        finally:
            kept.close()
