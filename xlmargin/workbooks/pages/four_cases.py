"""The article's four cases: what it says beside what the rules ask, and why they differ."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.reports.table import TOTAL
from xlmargin.rulebook import UnderlyingClass
from xlmargin.samples import ARTICLE_CASES, ARTICLE_PRICE, ArticleCase
from xlmargin.workbooks.draft import Series, WorkbookBuilder, no_axis
from xlmargin.workbooks.figures import IFERROR, MAX, grouped
from xlmargin.workbooks.formulas_sheet import NONE, FormulaBlock
from xlmargin.workbooks.live_formulas import LEFT_OUT, Call, FormulaArgument, literal, range_on
from xlmargin.workbooks.look import PM, PREV
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.sentences import Figure, figure_of_operand, sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
from xlmargin.workbooks.xlsx_writer import absolute

SHEET: Final = "Four cases"
SYMBOL: Final = "XYZ"
_WIDTHS: Final = (206, 82, 82, 72, 20, 92, 92, 62, 252)
_RIGHT: Final = 5
_REG_T, _PORTFOLIO, _GAIN, _WHY = range(_RIGHT, _RIGHT + 4)
_ARTICLE: Final = (1, 2, 3)
_NOTE_ROW: Final = 4
_CASES_ROW: Final = 8
_CASE_HEIGHT: Final = 40.0
_BELOW: Final = _CASES_ROW + len(ARTICLE_CASES) + 1
_CHART_ROWS: Final = 12
_RANGES: Final = _BELOW + _CHART_ROWS + 3
"""Row of the title of the ranges that the functions are asked with."""
_HEADINGS: Final = (
    "account", "symbol", "type", "quantity", "", "strike", "expiration", "volatility",
)  # fmt: skip
_PRICE, _VOLATILITY, _DAYS, _RATE = "B", "D", "G", "I"
_TYPED: Final = {_VOLATILITY: 0.3, _DAYS: 28.0}
_UP: Final = 0.05
_NEAR: Final = 0.05
"""A gain within so much of the article's is met."""
_NOT_STATED: Final = "not stated"
_NOTE: Final = (
    f"Options of {SYMBOL} are priced by the model. Blue cells are yours to change. Reg T is the "
    "initial requirement, as in the article."
)
_CALLS, _HEDGED, _WRITTEN = 1, 2, (1, 3)
"""Cases by their number: calls written, the hedged share, those of options alone."""


def write_four_cases_page(draft: WorkbookBuilder) -> None:
    """Inputs, both tables beside each other, a chart, what the cases say; then the ranges."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    cases = _Cases(draft, page)
    page.title("The article’s four cases", cases.message(), _NOTE)
    cases.inputs()
    _article(page, cases)
    cases.rules()
    _chart(draft, page)
    _bullets(page, cases)
    page.finish(len(_WIDTHS), draft.stamp, last_row=_BELOW + _CHART_ROWS, freeze=(3, 0))


PAGE: Final = PageSpec(
    write_four_cases_page, (SHEET,), calls=(BY_STRATEGY, BY_PORTFOLIO), prints=(SHEET,)
)


class _Cases:
    """The ranges of the page, the answers about them, and what stands in the tables."""

    def __init__(self, draft: WorkbookBuilder, page: Page) -> None:
        self._draft, self._page = draft, page
        years = np.array([_TYPED[_DAYS] / DAYS_PER_YEAR])
        self._rate = round(float(draft.book.market.curve.at(years)[0]), 6)
        self._row_of: list[int] = []
        positions = self._positions()
        market, settings = self._market(positions[1]), self._settings(positions[1])
        arguments = (positions[0], market, settings)
        kinds = ["text", *["money"] * 5, "percent", "money"]
        self._compared = draft.formulas.placed(Call("MARGIN_COMPARE", arguments), kinds, "plain")
        self._contracts = draft.formulas.placed(
            Call("PM_CONTRACTS", arguments),
            ["text", "text", "price", "date", "quantity", "price"], "plain",
        )  # fmt: skip
        self._moved = draft.formulas.placed(
            Call("PM_STRESS", (*arguments, LEFT_OUT, literal(_UP), literal(0.0))),
            ["move", "money", "text"], "move",
        )  # fmt: skip

    def inputs(self) -> None:
        """Price, volatility, days and rate."""
        page, row = self._page, _NOTE_ROW
        page.text(row, 0, f"Price of {SYMBOL}", "label")
        for column, label in ((2, "Volatility"), (5, "Days"), (7, "Rate")):
            page.text(row, column, label, "part")
        for name, value, kind in (
            (_PRICE, ARTICLE_PRICE, "price"), (_VOLATILITY, _TYPED[_VOLATILITY], "rate"),
            (_DAYS, _TYPED[_DAYS], "quantity"), (_RATE, self._rate, "rate"),
        ):  # fmt: skip
            page.typed(row, ord(name) - ord("A"), value, kind)

    def _typed_cell(self, name: str) -> str:
        return f"${name}${_NOTE_ROW + 1}"

    def _positions(self) -> tuple[FormulaArgument, int]:
        """The positions of all cases, an account a case; answers the row below them."""
        page, row = self._page, _RANGES
        page.section(row, "What the functions are asked", len(_WIDTHS), "not printed")
        row += 1
        first = row
        rows: list[list[AnswerValue]] = [list(_HEADINGS)]
        page.headings(row, [name.capitalize() for name in _HEADINGS], ["text"], high=False)
        for case in ARTICLE_CASES:
            self._row_of.append(row + 1)
            for leg in case.legs:
                row += 1
                expiration = self._draft.book.market.as_of + _TYPED[_DAYS]
                page.text(row, 0, case.name, "body")
                page.text(row, 1, SYMBOL, "body")
                page.text(row, 2, leg.kind, "body")
                page.typed(row, 3, leg.quantity, "quantity")
                cells: list[AnswerValue] = [case.name, SYMBOL, leg.kind, leg.quantity, ""]
                if leg.strike is None:
                    rows.append([*cells, "", "", ""])
                    continue
                page.typed(row, 5, leg.strike, "price")
                page.formula(row, 6, f"as_of+{self._typed_cell(_DAYS)}", expiration, "body", "date")
                page.formula(
                    row, 7, self._typed_cell(_VOLATILITY), _TYPED[_VOLATILITY], "body", "rate"
                )
                rows.append([*cells, leg.strike, expiration, _TYPED[_VOLATILITY]])
        return range_on(f"'{SHEET}'", first, 0, rows), row + 2

    def _market(self, row: int) -> FormulaArgument:
        kind = UnderlyingClass.STOCK.value
        self._page.headings(row, ("Symbol", "Price", "Class"), ["text"], high=False)
        self._page.text(row + 1, 0, SYMBOL, "body")
        self._page.formula(row + 1, 1, self._typed_cell(_PRICE), ARTICLE_PRICE, "body", "price")
        self._page.text(row + 1, 2, kind, "body")
        rows: list[list[AnswerValue]] = [
            ["symbol", "price", "class"],
            [SYMBOL, ARTICLE_PRICE, kind],
        ]
        return range_on(f"'{SHEET}'", row, 0, rows)

    def _settings(self, row: int) -> FormulaArgument:
        as_of = self._draft.book.market.as_of
        self._page.headings(row, ("Name", "Value"), ["text"], _RIGHT, high=False)
        for i, (name, formula, value, kind) in enumerate(
            (
                ("as_of", "as_of", as_of, "date"),
                ("rate", self._typed_cell(_RATE), self._rate, "rate"),
            ),
            start=1,
        ):
            self._page.text(row + i, _RIGHT, name, "body")
            self._page.formula(row + i, _RIGHT + 1, formula, value, "body", kind)
        rows: list[list[AnswerValue]] = [["name", "value"], ["as_of", as_of], ["rate", self._rate]]
        return range_on(f"'{SHEET}'", row, _RIGHT, rows)

    def _figures(self, case: ArticleCase) -> tuple[Figure, Figure, Figure]:
        """Initial and portfolio requirement of a case, and the gain as a share of the first."""
        at = self._compared.row_of(f"{case.name}: {TOTAL}")
        initial, portfolio = (self._of(self._compared, at, column) for column in (1, 4))
        gain = IFERROR(figure_of_operand(1.0) - portfolio / initial, NONE)
        return initial, portfolio, gain.of_kind("share")

    @staticmethod
    def _of(placed: FormulaBlock, row: int, column: int, kind: str = "dollars") -> Figure:
        return Figure(
            placed.unless_refused(placed.formula(row, column)), placed.value(row, column), kind
        )

    def label(self, case: int) -> tuple[str, AnswerValue]:
        """A case in words, with its quantities and strikes."""
        row, legs = self._row_of[case], ARTICLE_CASES[case].legs
        parts: list[str | Figure] = []
        for i, leg in enumerate(legs):
            held = f"ABS({absolute(row + i, 3)})"
            parts += [", " if i else "", Figure(held, abs(leg.quantity), "count"), " "]
            if leg.strike is None:
                parts.append("shares")
                continue
            ending = Figure(f'IF({held}=1,"","s")', "" if abs(leg.quantity) == 1 else "s", "text")
            parts += [leg.kind, ending, " ", Figure(absolute(row + i, _RIGHT), leg.strike, "count")]
        written = all(leg.quantity < 0 for leg in legs)
        return sentence(*parts, " written" if written else "")

    def rules(self) -> None:
        """What the rules ask, and why it is not what the article says."""
        page = self._page
        page.section(_CASES_ROW - 2, "By the rules", 4, "calculated, $", _RIGHT)
        page.headings(
            _CASES_ROW - 1, ("Reg T", "Portfolio", "Gain", "Why they differ"),
            ("money", "money", "share", BESIDE), _RIGHT,
        )  # fmt: skip
        reasons = self._reasons()
        for i, case in enumerate(ARTICLE_CASES):
            row = _CASES_ROW + i
            kinds = ("money", "money", "share")
            for column, (figure, kind) in enumerate(
                zip(self._figures(case), kinds, strict=True), start=_RIGHT
            ):
                page.figure(row, column, figure, "figure", kind)
            page.formula(row, _WHY, *reasons[i], "reason", "plain")

    def figure(self, case: int, column: int, kind: str = "dollars") -> Figure:
        """A figure of the table by the rules, by its cell."""
        value = self._figures(ARTICLE_CASES[case])[column - _RIGHT].value
        return Figure(absolute(_CASES_ROW + case, column), value, kind)

    def _premium(self, kind: str, strike: float, units: float) -> Figure:
        """What so many units of an option are worth, $."""
        at = next(
            i for i, row in enumerate(self._contracts.rows) if row[1] == kind and row[2] == strike
        )
        return units * self._of(self._contracts, at, 6)

    def _reasons(self) -> list[tuple[str, AnswerValue]]:
        """Why the rules ask something else, a case each, with the figures of the page."""
        price = Figure(self._typed_cell(_PRICE), ARTICLE_PRICE)
        shares = ARTICLE_CASES[0].legs[0].quantity
        worth = Figure(absolute(self._row_of[0], 3), shares) * price
        cases = [self.figure(0, column, "share") / worth for column in (_REG_T, _PORTFOLIO)]
        (written,) = ARTICLE_CASES[_CALLS].legs
        units = -written.quantity * STANDARD_CONTRACT
        premium = self._premium("call", float(written.strike or 0.0), units)
        of_calls = units * price
        strike = Figure(absolute(self._row_of[_CALLS], _RIGHT), float(written.strike or 0.0))
        out = units * MAX(0.0, strike - price)
        rate = (self.figure(_CALLS, _REG_T, "share") - premium + out) / of_calls
        at = next(
            i for i, row in enumerate(self._moved.rows) if row[-1] == ARTICLE_CASES[_CALLS].name
        )
        moved = self._of(self._moved, at, 1)
        lost = -grouped(moved)
        put = ARTICLE_CASES[_HEDGED].legs[1]
        cost = self._premium("put", float(put.strike or 0.0), STANDARD_CONTRACT)
        floor = Figure(absolute(self._row_of[_HEDGED] + 1, _RIGHT), float(put.strike or 0.0))
        down = (price - floor).of_kind("price")
        return [
            sentence("They do not: ", cases[0], " of ", worth, "; ", cases[1], " of it."),
            sentence(
                "Reg T: ", rate, " of ", of_calls, " less ", out, " out of the money, plus the ",
                "premium. Portfolio: the worst of ten moves; at +5% the calls lose ", lost, ".",
            ),
            sentence(
                "Reg T adds the put’s cost, ", cost, ". Portfolio: at most ", down,
                " a share down to the strike, and the put’s cost.",
            ),
            sentence(
                "The article names no quantity. The rule charges the greater leg and the other’s "
                "premium, not both legs."
            ),
            sentence("Ten times one: no discount for size under either rule."),
        ]  # fmt: skip

    def message(self) -> tuple[str, AnswerValue]:
        """How many of the article's gains are met, and what options written alone release."""
        met, near = 0, []
        for i, case in enumerate(ARTICLE_CASES):
            if case.reg_t is None or case.portfolio is None:
                continue
            own, said = self.figure(i, _GAIN), absolute(_CASES_ROW + i, _ARTICLE[2])
            met += abs(float(own.value) - (1 - case.portfolio / case.reg_t)) <= _NEAR
            near.append(f"(ABS({own.formula}-{said})<={_NEAR:g})")
        calls, strangle = (self.figure(i, _GAIN, "share") for i in _WRITTEN)
        said_calls, said_strangle = (
            Figure(absolute(_CASES_ROW + i, _ARTICLE[2]), _said(ARTICLE_CASES[i]), "share")
            for i in _WRITTEN
        )
        return sentence(
            Figure("+".join(near), float(met), "count"),
            " of the article’s four gains hold within five points; options written alone release ",
            calls, " and ", strangle, ", not ", said_calls, " and ", said_strangle, ".",
        )  # fmt: skip


def _said(case: ArticleCase) -> AnswerValue:
    """The gain that the article states."""
    if case.reg_t is None or case.portfolio is None:
        return _NOT_STATED
    return 1 - case.portfolio / case.reg_t


def _article(page: Page, cases: _Cases) -> None:
    """The article's own figures."""
    page.section(_CASES_ROW - 2, "The article", 4, "illustrative, $")
    page.headings(
        _CASES_ROW - 1, ("Case", "Reg T", "Portfolio", "Gain"), ("text", "money", "money", "share")
    )
    for i, case in enumerate(ARTICLE_CASES):
        row = _CASES_ROW + i
        page.height(row, _CASE_HEIGHT)
        page.formula(row, 0, *cases.label(i), "label", "plain")
        if case.reg_t is None or case.portfolio is None:
            for column in _ARTICLE:
                page.text(row, column, _NOT_STATED, "limit")
            continue
        for column, value in zip(_ARTICLE, (case.reg_t, case.portfolio), strict=False):
            page.formula(row, column, f"{value:g}", value, "limit", "money")
        formula = f"1-{absolute(row, _ARTICLE[1])}/{absolute(row, _ARTICLE[0])}"
        page.formula(row, _ARTICLE[2], formula, _said(case), "limit", "share")


def _chart(draft: WorkbookBuilder, page: Page) -> None:
    """The article's gain and the rules', a pair a case that it states one of."""
    stated = [i for i, case in enumerate(ARTICLE_CASES) if case.reg_t is not None]
    rows = _CASES_ROW + stated[0], _CASES_ROW + stated[-1]
    series = [Series("By the rules", _GAIN, PM), Series("The article", _ARTICLE[2], PREV)]
    chart = draft.chart_of_bars("bar", SHEET, rows, series, gap=40, number="percent")
    chart.set_x_axis(no_axis(min=0))
    says = "Pairs of bars: gain by the rules and by the article, as share of Reg T"
    page.chart(
        _BELOW, 0, chart, "Gain: the article and the rules", says, columns=4,
        high=20 * (_CHART_ROWS - 2), note="share of Reg T",
    )  # fmt: skip


def _bullets(page: Page, cases: _Cases) -> None:
    """What the cases say, with their figures."""
    page.section(_BELOW, "What the four cases say", 4, "", _RIGHT)
    gains = [cases.figure(i, _GAIN, "share") for i in range(len(ARTICLE_CASES))]
    first, last = _CASES_ROW, _CASES_ROW + len(ARTICLE_CASES) - 1
    reach = f"{absolute(first, _GAIN)}:{absolute(last, _GAIN)}"
    names = f"{absolute(first, 0)}:{absolute(last, 0)}"
    most = max(range(len(gains)), key=lambda i: float(gains[i].value))
    label = Figure(f"INDEX({names},MATCH(MAX({reach}),{reach},0))", cases.label(most)[1], "text")
    greatest = Figure(f"MAX({reach})", gains[most].value, "share")
    calls, strangle = (gains[i] for i in _WRITTEN)
    for i, said in enumerate(
        (
            sentence("• Most is freed by ", label, ": ", greatest, " of Reg T."),
            sentence("• Shares alone free ", gains[0], " in any market: two fixed rates."),
            sentence(
                "• Options written alone free ", calls, " and ", strangle,
                "; lower volatility frees more.",
            ),
            sentence("• Portfolio margin moves with prices every day; Reg T initial does not."),
            sentence("• Both are minimums: a house may ask up to the Reg T figure at any time."),
        ),
        start=1,
    ):  # fmt: skip
        page.height(_BELOW + i, 19)
        page.formula(_BELOW + i, _RIGHT, *said, "column", "plain")
