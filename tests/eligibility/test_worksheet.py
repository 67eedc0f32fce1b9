"""PM_ELIGIBILITY as a cell answers it."""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs

SETTINGS = [["as_of", "2026-11-20"], ["house", "schwab"]]
FACTS = [
    ["name", "value"],
    ["status", "applying"],
    ["equity", 101_000],
    ["monitoring", "full"],
    ["unlisted derivatives", "no"],
    ["registration", "individual"],
    ["experience", 4],
    ["option level", "uncovered"],
    ["disclosure", "2026-11-02"],
]
HEADINGS = ["step", "requirement", "found", "needed", "met", "lacks", "source", "remark", "account"]


def by_requirement(rows: list[list[Any]]) -> dict[str, dict[str, Any]]:
    return {row[1]: dict(zip(HEADINGS, row, strict=True)) for row in rows}


def test_a_row_a_requirement_and_the_verdict() -> None:
    headings, *rows = udfs.PM_ELIGIBILITY(FACTS, SETTINGS)
    assert headings == HEADINGS
    assert [row[0][0] for row in rows] == ["1", "1", "2", "2", "2", "3", "4", "4", "5", "A"]
    found = by_requirement(rows)
    equity = found["Equity to open"]
    assert (equity["found"], equity["needed"], equity["met"]) == (101_000, 125_000, "not met")
    assert equity["lacks"] == "$24,000 more equity"
    assert "Schwab house requirement" in equity["source"]
    assert "From an undated page" in equity["remark"]
    assert found["Risk disclosure signed"]["found"] == "2026-11-02"
    assert found["Agreement signed"]["met"] == "missing"
    verdict = found["Portfolio margin account"]
    assert verdict["met"] == "not met"
    assert verdict["found"] == "steps done: 2, 3"
    assert verdict["lacks"] == "equity to open, agreement signed, review passed"
    assert verdict["source"] == "house: schwab"


def test_an_open_account_keeps_with_less() -> None:
    facts = [*FACTS[:1], ["status", "open"], *FACTS[2:], ["agreement", 1], ["review", "yes"]]
    rows = udfs.PM_ELIGIBILITY(facts, SETTINGS, False)
    assert {row[4] for row in rows} == {"met"}
    assert rows[-1][2:6] == ["steps done: 1, 2, 3, 4, 5", "all five steps", "met", ""]


def test_a_settings_amount_and_rule() -> None:
    amount = [*SETTINGS, ["equity to open", 150_000]]
    found = by_requirement(udfs.PM_ELIGIBILITY(FACTS, amount, False))
    assert found["Equity to open"]["lacks"] == "$49,000 more equity"
    found = by_requirement(udfs.PM_ELIGIBILITY(FACTS, [["as_of", "2026-11-20"]], False))
    assert found["Equity to open"]["met"] == "met"  # guidance, full monitoring: 100,000


def test_each_account_has_its_rows() -> None:
    facts = [["name", "A", "B"], ["equity", 2e5, 1e5], ["status", "open", "applying"]]
    rows = udfs.PM_ELIGIBILITY(facts, SETTINGS, False)
    assert [row[8] for row in rows] == ["A"] * 10 + ["B"] * 10
    assert [row[4] for row in rows if row[1].startswith("Equity to")] == ["met", "not met"]


def test_nothing_stated() -> None:
    rows = udfs.PM_ELIGIBILITY(None, SETTINGS, False)
    assert {row[4] for row in rows} == {"missing"}
    assert {row[2] for row in rows[:-1]} == {""}
    assert rows[-1][2] == "steps done: none"
    assert all(type(cell) in (str, float) and len(str(cell)) <= 255 for r in rows for cell in r)


@pytest.mark.parametrize(
    ("facts", "settings", "answer"),
    [
        ([["equty", 1]], None, "facts, row 1, name: found 'equty', wanted a known fact (perhaps"),
        ([["equty", 1], ["foo", 1]], None, "facts, row 1, name: found 'equty'"),
        (FACTS, [["house", "schwap"]], "settings, row 1, house: found the text 'schwap'"),
        (FACTS, [["equity to keep", "lots"]], "settings, row 1, equity to keep: found"),
        (FACTS, [["as_of", "2006-12-17"]], "equity_to_open has no value on 2006-12-17"),
        (
            FACTS,
            [*SETTINGS, ["equity to open", 120_000]],
            "settings, row 3, equity to open: found 120000, wanted what the rulebook allows",
        ),
    ],
)
def test_refusals(facts: list[list[Any]], settings: list[list[Any]] | None, answer: str) -> None:
    found = udfs.PM_ELIGIBILITY(facts, settings)
    assert isinstance(found, str)
    assert found.startswith(f"#XLM! {answer}")


PARTIES = "individual, joint, trust, partnership, corporation, retirement plan"
WAYS = "monitoring (full, partial, executes_away)"
NO = [
    ["status", "considering"],
    ["equity", 4_000_000],
    ["monitoring", "full"],
    ["unlisted", "yes"],
    ["registration", "IRA"],
    ["experience", "no"],
    ["level", "spreads"],
    ["disclosure", "2026-11-21"],
    ["agreement", "no"],
    ["review", "not yet"],
]
ANY = "100,000 / 150,000 / 500,000"
REFUSED = [
    ["1 Capital", "Equity to open", 4e6, 1e5, "met", ""],
    [
        "1 Capital", "Equity with unlisted derivatives", 4e6, 5e6, "not met",
        "$1,000,000 more equity",
    ],
    [
        "2 Application", "Application", "considering", "applying or open", "not met",
        "an application",
    ],
    [
        "2 Application", "Registration", "IRA", PARTIES, "not met",
        "an account that is no Individual Retirement Account",
    ],
    [
        "2 Application", "Experience with options", "no", "some", "not met",
        "experience with options",
    ],
    [
        "3 Option level", "Option level", "spreads", "uncovered", "not met",
        "approval for uncovered options",
    ],
    [
        "4 Disclosure and agreement", "Risk disclosure signed", "2026-11-21", "yes", "not met",
        "a signed risk disclosure",
    ],
    [
        "4 Disclosure and agreement", "Agreement signed", "no", "yes", "not met",
        "a signed portfolio margin agreement",
    ],
    [
        "5 Final review", "Review passed", "not yet", "yes", "not met",
        "approval by margin and risk staff",
    ],
    [
        "All steps", "Portfolio margin account", "steps done: none", "all five steps", "not met",
        "equity with unlisted derivatives, application, registration, experience with options, "
        "option level, risk disclosure signed, agreement signed, review passed",
    ],
]  # fmt: skip
UNKNOWN = [
    ["1 Capital", "Equity to open", "", ANY, "missing", f"equity and {WAYS}"],
    [
        "1 Capital", "Equity with unlisted derivatives", "", 5e6, "missing",
        "unlisted_derivatives (yes or no)",
    ],
    [
        "2 Application", "Application", "", "applying or open", "missing",
        "status (considering, applying or open)",
    ],
    ["2 Application", "Registration", "", PARTIES, "missing", "registration"],
    [
        "2 Application", "Experience with options", "", 2.0, "missing",
        "experience (years with options)",
    ],
    ["3 Option level", "Option level", "", "uncovered", "missing", "option_level"],
    ["4 Disclosure and agreement", "Risk disclosure signed", "", "yes", "missing", "disclosure"],
    ["4 Disclosure and agreement", "Agreement signed", "", "yes", "missing", "agreement"],
    ["5 Final review", "Review passed", "", "yes", "missing", "review"],
]  # fmt: skip


def test_the_whole_table_of_an_account_that_is_refused() -> None:
    rows = udfs.PM_ELIGIBILITY(NO, SETTINGS[:1], False)
    assert [row[:6] for row in rows] == REFUSED
    assert rows[-1][6:] == ["house: rule", "", ""]


def test_the_whole_table_of_an_account_of_which_nothing_is_known() -> None:
    settings = [*SETTINGS[:1], ["house", "custom"], ["experience_years", 2]]
    rows = udfs.PM_ELIGIBILITY(None, settings, False)
    assert [row[:6] for row in rows[:-1]] == UNKNOWN
    assert "(unconfirmed: check against the rule text)" in rows[0][7]


def test_facts_stay_where_equity_or_its_guidance_is_not_known() -> None:
    rows = udfs.PM_ELIGIBILITY([["equity", 9e6]], SETTINGS[:1], False)
    assert rows[0][:6] == ["1 Capital", "Equity to open", 9e6, ANY, "missing", WAYS]
    rows = udfs.PM_ELIGIBILITY([["unlisted", "yes"]], SETTINGS[:1], False)
    assert rows[1][2:6] == ["yes", 5e6, "missing", "equity"]
    rows = udfs.PM_ELIGIBILITY([["unlisted", "no"], ["agreement", "yes"]], SETTINGS[:1], False)
    assert rows[1][2:6] == ["no", "not asked", "met", ""]
    assert rows[7][2:6] == ["yes", "yes", "met", ""]


def test_which_amount_of_a_house_is_cited() -> None:
    custom = [*SETTINGS[:1], ["house", "custom"], ["equity_to_open", 2e5]]
    opening, keeping = (
        udfs.PM_ELIGIBILITY([["status", s], ["monitoring", "full"]], custom, False)[0]
        for s in ("applying", "open")
    )
    assert (opening[3], opening[6].endswith("raised by a setting")) == (2e5, True)
    assert (keeping[3], keeping[6]) == (1e5, "FINRA 4210 interpretation (b)(4)/034 (INT)")
    custom[2] = ["equity_to_keep", 3e5]
    (keeping, *_) = udfs.PM_ELIGIBILITY([["status", "open"]], custom, False)
    assert (keeping[3], keeping[6].endswith("raised by a setting")) == (3e5, True)


def test_a_requirement_without_a_remark_has_none() -> None:
    rows = udfs.PM_ELIGIBILITY(FACTS, SETTINGS, False)
    assert [row[7] == "" for row in rows] == [
        row[1] in ("Equity with unlisted derivatives", "Application", rows[-1][1]) for row in rows
    ]
