"""PM_ELIGIBILITY as a cell answers it."""

import pytest

import udfs

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


def by_requirement(rows):
    return {row[1]: dict(zip(HEADINGS, row, strict=True)) for row in rows}


def test_a_row_a_requirement_and_the_verdict():
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


def test_an_open_account_keeps_with_less():
    facts = [*FACTS[:1], ["status", "open"], *FACTS[2:], ["agreement", 1], ["review", "yes"]]
    rows = udfs.PM_ELIGIBILITY(facts, SETTINGS, False)
    assert {row[4] for row in rows} == {"met"}
    assert rows[-1][2:6] == ["steps done: 1, 2, 3, 4, 5", "all five steps", "met", ""]


def test_a_settings_amount_and_rule():
    amount = [*SETTINGS, ["equity to open", 150_000]]
    found = by_requirement(udfs.PM_ELIGIBILITY(FACTS, amount, False))
    assert found["Equity to open"]["lacks"] == "$49,000 more equity"
    found = by_requirement(udfs.PM_ELIGIBILITY(FACTS, [["as_of", "2026-11-20"]], False))
    assert found["Equity to open"]["met"] == "met"  # guidance, full monitoring: 100,000


def test_each_account_has_its_rows():
    facts = [["name", "A", "B"], ["equity", 2e5, 1e5], ["status", "open", "applying"]]
    rows = udfs.PM_ELIGIBILITY(facts, SETTINGS, False)
    assert [row[8] for row in rows] == ["A"] * 10 + ["B"] * 10
    assert [row[4] for row in rows if row[1].startswith("Equity to")] == ["met", "not met"]


def test_nothing_stated():
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
def test_refusals(facts, settings, answer):
    found = udfs.PM_ELIGIBILITY(facts, settings)
    assert isinstance(found, str)
    assert found.startswith(f"#XLM! {answer}")
    assert "XLM_CHECK" not in found
