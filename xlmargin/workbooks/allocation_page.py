"""What becomes of the capital released: shares as inputs, amounts as formulas."""

from __future__ import annotations

from math import fsum, isclose
from typing import Final

from xlmargin.efficiency import released_capital
from xlmargin.samples import ARTICLE_SCENARIO
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import Placed
from xlmargin.workbooks.live_formulas import Value
from xlmargin.workbooks.look import PM, PREV
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.shadow_page import summary_of

SHEET: Final = "Allocation"
REFUSED: Final = "refused"
OWN, SCENARIO = 1, 2
"""Columns of the two cases."""
RELEASED_ROW: Final = 8
USES_ROW: Final = 12

_WIDTHS: Final = (220, 110, 110, 80, 24, 104, 104, 104, 104)
_FROM: Final = (
    ("Long market value", "average long market value", "money"),
    ("Strategy-based, share of it", "average maintenance share", "percent"),
    ("Portfolio margin, share of it", "average portfolio share", "percent"),
)
_FIRST: Final = RELEASED_ROW - len(_FROM)


def write_allocation_page(draft: Draft) -> None:
    """The capital released on average and in the scenario, and what each use receives."""
    page = draft.page(SHEET, "output")
    page.title(
        SHEET,
        "What becomes of the capital that portfolio margin releases on average.",
        "It can be needed again where prices or houses' requirements move.",
    )
    page.columns(_WIDTHS, ["text", "money"])
    released = _released(page, summary_of(draft))
    _uses(page, released)
    _chart(draft, page)
    page.sheet.freeze_panes(2, 0)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def own_amounts(summary: Placed) -> dict[str, Value]:
    """What each use receives by the shadow analysis, $; "refused" where nothing is released."""
    released = _own_released(summary)
    return {
        use: share * released if released >= 0 else REFUSED
        for use, share in ARTICLE_SCENARIO.uses.items()
    }


def _own_released(summary: Placed) -> float:
    """Capital released on average over the shadow analysis, $."""
    of = {row[0]: row[1] for row in summary.rows}
    return released_capital(*(float(of[figure]) for _, figure, _ in _FROM))


def _released(page: Page, summary: Placed) -> dict[int, float]:
    """What is released: by the shadow analysis, and by the scenario's figures; by column."""
    page.section(_FIRST - 2, "Capital released", 4)
    for column, heading in enumerate(("", "Shadow analysis", "Scenario", "")):
        page.text(_FIRST - 1, column, heading, "heading" if column else "text_heading")
    scenario = (
        ARTICLE_SCENARIO.long_market_value,
        ARTICLE_SCENARIO.strategy_share,
        ARTICLE_SCENARIO.portfolio_share,
    )
    for i, ((label, figure, kind), typed) in enumerate(zip(_FROM, scenario, strict=True)):
        at = next(j for j, row in enumerate(summary.rows) if row[0] == figure)
        page.text(_FIRST + i, 0, label, "label")
        page.shows(_FIRST + i, OWN, summary, (at, 1), "right", kind)
        page.sheet.write_number(_FIRST + i, SCENARIO, typed, page.look("input", kind))
    page.text(RELEASED_ROW, 0, "Capital released", "strong")
    found = {
        OWN: _own_released(summary),
        SCENARIO: released_capital(*scenario),
    }
    for column, amount in found.items():
        name = "ABCD"[column]
        value, strategy, portfolio = (f"{name}{_FIRST + i}" for i in (1, 2, 3))
        formula = f"({strategy}-{portfolio})*{value}"
        page.formula(RELEASED_ROW, column, formula, amount, "figure", "money")
    return found


def _uses(page: Page, released: dict[int, float]) -> None:
    """A row a use, with its share as an input; refused where the shares do not add up to 1."""
    uses = ARTICLE_SCENARIO.uses
    page.section(USES_ROW - 2, "Uses", 4, "shares add up to 100%")
    for column, heading in enumerate(("Use", "Shadow analysis", "Scenario", "Share")):
        page.text(USES_ROW - 1, column, heading, "heading" if column else "text_heading")
    first, last = USES_ROW, USES_ROW + len(uses) - 1
    shares = f"$D${first + 1}:$D${last + 1}"
    is_whole = f"AND(COUNT({shares})={len(uses)},MIN({shares})>=0,ABS(SUM({shares})-1)<0.000000001)"
    whole = isclose(fsum(uses.values()), 1.0, abs_tol=1e-9)
    for i, (use, share) in enumerate(uses.items()):
        row = USES_ROW + i
        page.sheet.write_string(row, 0, use, page.look("input", "text"))
        page.sheet.write_number(row, 3, share, page.look("input", "percent"))
        for column, amount in released.items():
            cell = f"{'ABCD'[column]}${RELEASED_ROW + 1}"
            formula = f'IF(AND({is_whole},{cell}>=0),$D{row + 1}*{cell},"{REFUSED}")'
            found: Value = share * amount if whole and amount >= 0 else REFUSED
            page.formula(row, column, formula, found, "right", "money")
    page.sheet.data_validation(
        first, 3, last, 3,
        {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1,
            "error_title": "share", "error_message": "A share from 0% to 100%.",
        },
    )  # fmt: skip
    page.text(last + 1, 0, "In all", "strong")
    for column in (*released, 3):
        name, number = "ABCD"[column], "percent" if column == 3 else "money"
        total = fsum(uses.values()) if column == 3 else released[column]
        amounts = f"{name}{first + 1}:{name}{last + 1}"
        formula = f"SUM({amounts})"
        if column in released:
            formula = f'IF(COUNT({amounts})={len(uses)},{formula},"{REFUSED}")'
        page.formula(last + 1, column, formula, total, "figure", number)
    wrong = (
        f'IF({is_whole},"","Refused: the shares add up to "&ROUND(100*SUM({shares}),4)&"%, '
        'wanted shares of 0% or more that add up to 100%.")'
    )
    page.formula(last + 2, 0, wrong, "", "refusal", "plain")
    page.states((first, 1, last, 2), {REFUSED: "act"})


def _chart(draft: Draft, page: Page) -> None:
    """What each use receives, in both cases."""
    chart = draft.chart("column", legend=True)
    last = USES_ROW + len(ARTICLE_SCENARIO.uses) - 1
    for column, color in ((OWN, PM), (SCENARIO, PREV)):
        chart.add_series(
            {
                "name": [SHEET, USES_ROW - 1, column],
                "categories": [SHEET, USES_ROW, 0, last, 0],
                "values": [SHEET, USES_ROW, column, last, column],
                "fill": {"color": color},
                "gap": 60,
                "overlap": 0,
                "data_labels": labels("thousands"),
            }
        )
    chart.set_y_axis(no_axis())
    chart.set_x_axis(axis())
    chart.set_size({"width": page.width(5, 8), "height": 290})
    says = "Pairs of columns: what each use receives of the capital released"
    page.chart(3, 5, chart, "Capital released by use", says, columns=4, note="$ thousands")
