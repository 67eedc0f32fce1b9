"""The range of facts: words in any spelling, accounts in columns, and hostile cells."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refusals import assert_refused
from xlmargin.cells.values import normalized
from xlmargin.eligibility import AccountStatus, EligibilityFacts, Monitoring, Registration, YesNo
from xlmargin.errors import InputError
from xlmargin.excel.facts_reader import (
    ANSWERS,
    FACTS,
    MONITORINGS,
    OPTION_LEVELS,
    REGISTRATIONS,
    STATUSES,
    read_facts,
)

TODAY = dt.date(2026, 11, 20)
SERIAL = 46_346.0  # 2026-11-20


def one(name: str, value: object) -> EligibilityFacts:
    (facts,) = read_facts([["name", "value"], [name, value]], TODAY)
    return facts


def refusal(cells: list[list[Any]]) -> InputError:
    with pytest.raises(InputError) as refused:
        read_facts(cells, TODAY)
    return refused.value


@pytest.mark.parametrize(
    ("name", "value", "field", "wanted"),
    [
        ("equity", 125_000, "equity", 125_000),
        ("Account Equity", "125000", "equity", 125_000),
        ("Net Liq", -5.5, "equity", -5.5),
        ("total equity", 6e6, "aggregate_equity", 6e6),
        ("STATUS", "Applying", "status", AccountStatus.APPLYING),
        ("account-status", "existing", "status", AccountStatus.OPEN),
        ("status", "not applied", "status", AccountStatus.CONSIDERING),
        ("account type", "JTWROS", "registration", Registration.JOINT),
        ("registration", "Limited Partnership", "registration", Registration.PARTNERSHIP),
        ("registration", "Roth IRA", "registration", Registration.IRA),
        ("registration", "401(k)", "registration", Registration.RETIREMENT_PLAN),
        ("registration", "Retirement account", "registration", Registration.RETIREMENT),
        ("monitoring of the firm", "Real-time", "monitoring", Monitoring.FULL),
        ("monitoring", "executes away", "monitoring", Monitoring.EXECUTES_AWAY),
        ("unlisted derivatives", False, "unlisted_derivatives", YesNo.NO),
        ("unlisted", "Yes", "unlisted_derivatives", YesNo.YES),
        ("option level", 4, "uncovered_options", YesNo.YES),
        ("option level", "4", "uncovered_options", YesNo.YES),
        ("Options Level", "Level 4", "uncovered_options", YesNo.YES),
        ("level", "Uncovered", "uncovered_options", YesNo.YES),
        ("level", "The Works", "uncovered_options", YesNo.YES),
        ("level", 2, "uncovered_options", YesNo.NO),
        ("level", "spreads", "uncovered_options", YesNo.NO),
        ("experience", 3, "experience_years", 3),
        ("experience", 0.5, "experience", YesNo.YES),
        ("experience", 0, "experience", YesNo.NO),
        ("experience", 0, "experience_years", 0),
        ("experience", 100, "experience_years", 100),
        ("experience", "yes", "experience", YesNo.YES),
        ("years of experience", "no", "experience", YesNo.NO),
        ("disclosure", "yes", "disclosure", YesNo.YES),
        ("disclosure signed", True, "disclosure", YesNo.YES),
        ("disclosure", SERIAL, "disclosure", YesNo.YES),
        ("disclosure", SERIAL + 1, "disclosure", YesNo.NO),
        ("agreement", "2026-11-20", "agreement", YesNo.YES),
        ("agreement", "2026-11-21", "agreement", YesNo.NO),
        ("agreement", dt.date(2026, 1, 2), "agreement", YesNo.YES),
        ("final review", "pending", "review", YesNo.NO),
    ],
)
def test_words(name: str, value: object, field: str, wanted: object) -> None:
    assert getattr(one(name, value), field) == wanted


def test_what_was_found_stays_in_the_user_s_words() -> None:
    assert one("equity", "125000").found("equity") == 125_000
    assert one("registration", "Roth IRA").found("registration") == "Roth IRA"
    assert one("disclosure", SERIAL).found("disclosure") == "2026-11-20"
    assert one("disclosure", "yes").found("disclosure") == "yes"
    assert one("equity", 1).found("disclosure") == ""


@pytest.mark.parametrize(
    ("name", "value", "column", "kind"),
    [
        ("equty", 1, "name", "perhaps equity?"),
        ("zzz", 1, "name", "status, equity"),
        (7, 1, "name", "status, equity"),
        (None, 1, "name", "name"),
        ("equity", "much", "equity", "dollars"),
        ("equity", "=A1", "equity", "dollars"),
        ("equity", "€125,000", "equity", "dollars"),
        ("equity", "#REF!", "equity", "value"),
        ("equity", -2146826265, "equity", "value"),
        ("equity", float("inf"), "equity", "dollars"),
        ("equity", 2e12, "equity", "at most"),
        ("equity", True, "equity", "dollars"),
        ("status", 1, "status", "considering"),
        ("registration", "IRAA", "registration", "individual"),
        ("monitoring", "some", "monitoring", "full"),
        ("unlisted", SERIAL, "unlisted", "yes or no"),
        ("unlisted", -1, "unlisted", "yes or no"),
        ("level", -4, "level", "uncovered"),
        ("level", 3, "level", "uncovered"),
        ("level", "Level 3", "level", "uncovered"),
        ("experience", -1, "experience", "years"),
        ("experience", 101, "experience", "years"),
        ("experience", "long", "experience", "years"),
        ("disclosure", "soon", "disclosure", "or the date"),
        ("disclosure", 5, "disclosure", "or the date"),
    ],
)
def test_refusals(
    name: int | str | None, value: bool | float | str, column: str, kind: str
) -> None:
    found = refusal([["name", "value"], [name, value]])
    assert_refused(found, ("facts", 2, column), kind)


def test_all_equity_is_no_less_than_one_account_s() -> None:
    cells = [["equity", 200_000], ["aggregate equity", 199_999]]
    assert_refused(refusal(cells), ("facts", 2, "aggregate equity"), "200,000")
    assert read_facts([cells[0], ["aggregate equity", 200_000]], TODAY)[0].equity == 200_000


def test_a_fact_twice() -> None:
    cells = [["equity", 1], [None, None], ["Account Equity", 1]]
    assert_refused(refusal(cells), ("facts", 3, "name"), "one row")


@pytest.mark.parametrize(
    "cells",
    [
        [["equity", 1.0], ["status", "open"]],
        [["Name", "Value"], ["equity", 1.0], ["status", "open"]],
        [[None, None], ["Fact", "Value"], ["", ""], ["equity", 1.0], ["status", "open"]],
        [["fact", "note", "value"], ["equity", "as of May", 1.0], ["status", "", "open"]],
        [["equity", 1.0, None], ["status", "open", ""], [None, None, None]],
        {"equity": 1.0, "status": "open"},
        np.array([["equity", 1.0], ["status", "open"]], dtype=object),
        pd.DataFrame({"name": ["equity", "status"], "value": [1.0, "open"]}),
    ],
)
def test_shapes(cells: object) -> None:
    (facts,) = read_facts(cells, TODAY)
    assert (facts.account, facts.equity, facts.status) == ("", 1.0, AccountStatus.OPEN)


@pytest.mark.parametrize("cells", [None, [], "", [[None]], [["", ""]], [["name", "value"]]])
def test_nothing_is_an_account_of_which_nothing_is_stated(
    cells: list[list[Any]] | str | None,
) -> None:
    (facts,) = read_facts(cells, TODAY)
    assert not facts.as_stated
    assert np.isnan(facts.equity)


def test_a_column_an_account() -> None:
    cells = [
        ["name", "Family", None, "Trust 2"],
        ["equity", 2e6, None, 1e5],
        ["status", "open", None, None],
    ]
    family, trust = read_facts(cells, TODAY)
    assert (family.account, family.equity, family.status) == ("Family", 2e6, AccountStatus.OPEN)
    assert (trust.account, trust.equity, trust.status) == ("Trust 2", 1e5, AccountStatus.NOT_STATED)


@pytest.mark.parametrize(
    ("cells", "row", "column", "kind"),
    [
        ([["equity"]], 0, "", "two columns"),
        (["equity", "status", "open"], 0, "", "a first row"),
        ([["equity", 1]] * 10_000, 0, "", "at most 2,000 rows"),
        ([["equity", *[1] * 1_000]], 0, "", "at most 2,000 rows"),
        ([["name", "A", "a", "A"], ["equity", 1, 1, 1]], 1, "A", "one column"),
        ([["name", "A", ""], ["equity", 1, 2]], 1, "", "the name of its account"),
        ([["name", "=A1"], ["equity", 1]], 1, "", "a name"),
        ([["name", "A", "B"], ["equity", 1, "x"]], 2, "equity of B", "dollars"),
    ],
)
def test_refused_shapes(cells: list[Any], row: int, column: str, kind: str) -> None:
    assert_refused(refusal(cells), ("facts", row, column), kind)


def test_a_thousand_accounts() -> None:
    cells = [["name", *range(1, 1_000)], ["equity", *range(1, 1_000)], *[[None] * 1_000] * 998]
    facts = read_facts(cells, TODAY)
    assert [each.equity for each in facts] == list(range(1, 1_000))


def test_no_word_means_two_things() -> None:
    for words in (ANSWERS, STATUSES, REGISTRATIONS, MONITORINGS, OPTION_LEVELS):
        spelled = [normalized(word) for all_ in words.of_member.values() for word in all_]
        assert len(spelled) == len(set(spelled))
    names = [normalized(w) for name, others in FACTS.synonyms.items() for w in (name, *others)]
    assert len(names) == len(set(names))


CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=12),
    st.dates(),
    st.sampled_from(["#N/A", "=1+1", "equity", "status", "open", "name", "value", "IRA", 4]),
)


@given(st.lists(st.lists(CELL, max_size=5), max_size=8))
def test_any_cells_are_read_or_refused(cells: list[list[Any]]) -> None:
    try:
        read_facts(cells, TODAY)
    except InputError as refused:
        assert str(refused).startswith("facts")
