"""Portfolio margin by the clearing house's reports: each amount is a sum made by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.books import Range
from xlmargin import udfs
from xlmargin.cli import app

REPORTS = Path(__file__).parents[1] / "cases" / "official"
SETTINGS: Range = [["as_of", "2026-11-02"], ["rate", 0], ["cash", 0]]
HELD = ["symbol", "type", "quantity", "price"]
LEVERAGED: Range = [HELD, ["SSO", "stock", 1000, 100], ["XLQQ", "stock", 1000, 50]]
LEVERAGED += [["VXX", "stock", -1000, 40]]
PRODUCTS: Range = [
    [
        "Product Type", "Symbol", "Class Group", "Product Group", "Product CPM Eligible",
        "CPM Minimum Charge Per Contract", "Market Move Adjustment Factor",
    ],
    ["EQUI", "SPY", "SPX", 5, "Yes", 0, 1],
    ["EQUI", "SH", "SPX", 5, "Yes", 0, 1],
    ["EQUI", "DIA", "DJX", 5, "Yes", 0, 1],
    ["EQUI", "IWM", "RUT", 7, "Yes", 0, 1],
    ["EQUI", "AAA", "AAA", 99, "Yes", 0, 1],
    ["EQUI", "BBB", "BBB", 99, "Yes", 0, 1],
    ["OPTN", "AAA", "AAA", 99, "Yes", 50, 1],
    ["Report generated on 11/02/2026", None, None, None, None, None, None],
]  # fmt: skip


def report(name: str) -> Range:
    with (REPORTS / f"{name}.csv").open() as lines:
        return [list(row) for row in csv.reader(lines)]


GROUPS = report("RBHCPMProductGroupsReport")
PORTFOLIOS = report("RBHCPMPortfolioGroupsReport")


def market(positions: Range, products: Range = PRODUCTS, own: Range | None = None) -> Range:
    answer = udfs.XLM_MARKET_GROUPS(positions, products, GROUPS, PORTFOLIOS, own)
    assert isinstance(answer, list), answer
    return answer


def required(*rows: list[object], own: Range | None = None, house: str = "rule") -> float:
    positions = [HELD, *rows]
    settings = [*SETTINGS, ["house", house]]
    return udfs.PM_REQUIREMENT(positions, market(positions, own=own), settings)


def check(positions: Range, market_: Range, settings: Range = SETTINGS) -> list[list[str]]:
    return [list(map(str, row)) for row in udfs.XLM_CHECK(positions, market_, settings)[2:]]


def test_unrelated_stocks_in_one_product_group_of_no_offset_stand_alone() -> None:
    """15% of 100,000 down, and as much up: nothing of one counts against the other."""
    pair = [["AAA", "stock", 1000, 100], ["BBB", "stock", -1000, 100]]
    assert required(*pair) == pytest.approx(30_000)


def test_factors_and_eligibility_are_those_of_the_list() -> None:
    """2 x 8% of 100,000; 2 x 15% of 50,000; short a note by strategy 30% of 40,000."""
    range_ = market(LEVERAGED, report("inc_small"))
    rows = udfs.PM_GROUPS(LEVERAGED, range_, SETTINGS)
    amounts = {row[1]: row[7] for row in rows[1:]}
    assert amounts["SPX"] == pytest.approx(16_000)
    assert amounts["XLQQ"] == pytest.approx(15_000)
    assert amounts["strategy-based"] == pytest.approx(12_000)
    assert udfs.PM_REQUIREMENT(LEVERAGED, range_, SETTINGS) == pytest.approx(43_000)
    told = [row[4] for row in check(LEVERAGED, range_)]
    assert any("VXX: not eligible for portfolio margin" in text for text in told)


def test_an_offset_of_ninety_percent() -> None:
    """At -8%: 8,000 lost, 90% of 8,000 gained counts."""
    pair = [["SPY", "stock", 1000, 100], ["DIA", "stock", -1000, 100]]
    assert required(*pair) == pytest.approx(800)


def test_product_groups_offset_in_their_portfolio_group() -> None:
    """At the highest points: 10,000 lost, 50% of 90% of 6,000 gained."""
    pair = [["SPY", "stock", 1000, 100], ["IWM", "stock", -1000, 100]]
    assert required(*pair) == pytest.approx(10_000 - 0.5 * 0.9 * 6_000)


def test_a_factor_without_a_sign_takes_the_known_one() -> None:
    """A fund against its index loses 6% of 100,000 where the index rises by that."""
    assert required(["SH", "stock", 1000, 100]) == pytest.approx(6_000)


def test_a_stated_minimum_of_a_contract_counts_and_is_never_below_the_rules() -> None:
    held: Range = [HELD, ["AAA 12/18/26 C200", "call", -10, 0.01]]
    own: Range = [["symbol", "price"], ["AAA", 100]]
    range_ = market(held, own=own)
    assert udfs.PM_REQUIREMENT(held, range_, SETTINGS) == pytest.approx(10 * 50)
    rule = [row[9] for row in udfs.PM_GROUPS(held, range_, SETTINGS)[1:]]
    assert rule == ["RBHCPMIncludedProductsReport of 2026-11-02"]
    range_[1][range_[0].index("minimum")] = 25
    assert udfs.PM_REQUIREMENT(held, range_, SETTINGS) == pytest.approx(10 * 37.5)
    assert any(row[3] == "minimum" and "37.5 or more" in row[5] for row in check(held, range_))


@pytest.mark.parametrize(("house", "expected"), [("rule", 8_000), ("schwab", 15_000)])
def test_a_house_raises_the_moves_of_a_report(house: str, expected: float) -> None:
    assert required(["SPY", "stock", 1000, 100], house=house) == pytest.approx(expected)


def test_what_the_market_states_counts_before_a_report_and_is_told() -> None:
    own: Range = [["symbol", "price", "class_group"], ["SPY", 100, "SPY"]]
    held: Range = [HELD, ["SPY", "stock", 1000, 100]]
    assert market(held, own=own)[1][2] == "SPY"


def test_a_report_of_another_day_is_told_with_both_days() -> None:
    held: Range = [HELD, ["SPY", "stock", 1000, 100]]
    settings: Range = [["as_of", "2026-11-03"], ["cash", 0]]
    told = [row for row in check(held, market(held), settings) if row[0] == "warning"]
    assert [row[4] for row in told] == [
        f"RBHCPM{name}Report is of 2026-11-02"
        for name in ("IncludedProducts", "ProductGroups", "PortfolioGroups")
    ]
    assert {row[5] for row in told} == {"a report of 2026-11-03"}


def test_eligible_is_not_marginable() -> None:
    """By strategy 25% of 100,000; a stock that is no margin stock 100% at all times."""
    held: Range = [HELD, ["AAA", "stock", 1000, 100]]
    for column, expected in (("eligible", 25_000), ("marginable", 100_000)):
        own: Range = [["symbol", "price", column], ["AAA", 100, "no"]]
        assert udfs.PM_REQUIREMENT(held, own, SETTINGS) == pytest.approx(expected)


def test_no_figure_that_a_report_states_keeps_the_remark_of_the_rulebook() -> None:
    held: Range = [HELD, ["SPY", "stock", 1000, 100], ["DIA", "stock", -1000, 100]]
    held += [["IWM", "stock", -1000, 100], ["AAA", "stock", 100, 100]]
    range_ = market(held)
    for name in (
        "product_group_offset", "portfolio_group_offset", "valuation_range_up",
        "valuation_range_down", "contract_minimum",
    ):  # fmt: skip
        rows = udfs.XLM_RULE(name, "2026-11-02", range_)
        rule = [row for row in rows if "group" in row[4] or "products" in row[4]]
        assert rule, name
        assert all(row[3].endswith("Report of 2026-11-02") and not row[6] for row in rule)
        assert not any("15c3-1a" in row[3] for row in rows)
    groups = udfs.PM_GROUPS(held, range_, SETTINGS)[1:]
    told = [*groups, *udfs.XLM_EXPLAIN(held, range_, SETTINGS)]
    assert not any("15c3-1a" in str(cell) for row in told for cell in row)
    cited = {str(row[3]) for row in udfs.XLM_EXPLAIN(held, range_, SETTINGS)}
    assert "RBHCPMProductGroupsReport of 2026-11-02 (product group 5)" in cited
    [portfolio] = [row[9] for row in groups if row[0] == "portfolio group"]
    assert portfolio.endswith("RBHCPMPortfolioGroupsReport of 2026-11-02 (portfolio group 1)")


def test_without_a_report_the_rulebook_answers_as_before() -> None:
    assert any("15c3-1a" in row[3] for row in udfs.XLM_RULE("product_group_offset", "2026-11-02"))


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("move_down", -0.1, "wanted a fraction above 0"),
        ("move_up", None, "move_up too"),
        ("product_offset", 90, "wanted a fraction from 0 to 1"),
        ("eligible", "perhaps", "wanted yes or no"),
        ("minimum", -1, "wanted dollars a contract, 0 or more"),
    ],
)
def test_a_figure_that_cannot_be_read_is_refused(column: str, cell: object, message: str) -> None:
    held: Range = [HELD, ["SPY", "stock", 1000, 100]]
    range_ = market(held)
    range_[1][range_[0].index(column)] = cell
    answer = udfs.PM_REQUIREMENT(held, range_, SETTINGS)
    assert isinstance(answer, str)
    assert message in answer


def test_files_cannot_be_read_from_a_cell() -> None:
    held: Range = [HELD, ["SPY", "stock", 1000, 100]]
    settings = [*SETTINGS, ["groups", "RBHCPMProductGroupsReport.csv"]]
    answer = udfs.PM_REQUIREMENT(held, None, settings)
    assert isinstance(answer, str)
    assert "XLM_MARKET_GROUPS" in answer


def test_rows_without_price_of_what_nobody_holds_are_left_out() -> None:
    own: Range = [["symbol", "price", "class_group"], ["AAA", 100, "AAA"]]
    own += [[f"U{i}", None, f"U{i}"] for i in range(6_000)]
    held: Range = [HELD, ["AAA", "stock", 1000, 100]]
    assert udfs.PM_REQUIREMENT(held, own, SETTINGS) == pytest.approx(15_000)
    own[1][1] = None
    assert "wanted a price above 0" in str(udfs.PM_REQUIREMENT(held, own, SETTINGS))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("inc_small", "RBHCPMProductGroupsReport", "RBHCPMPortfolioGroupsReport"):
        (tmp_path / f"{name}.csv").write_text((REPORTS / f"{name}.csv").read_text())
    (tmp_path / "lev.csv").write_text((REPORTS / "pos_lev.csv").read_text())
    (tmp_path / "s.csv").write_text("as_of,2026-11-02\ncash,0\n")
    return tmp_path


FILES = ["inc_small.csv", "RBHCPMProductGroupsReport.csv", "RBHCPMPortfolioGroupsReport.csv"]


def run(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def given(files: list[str]) -> list[str]:
    return [text for file in files for text in ("--groups", file)]


def test_a_report_of_files_is_that_of_their_cells(folder: Path) -> None:
    answer = run("report", "lev.csv", "--settings", "s.csv", "-o", "r.xlsx", *given(FILES))
    assert answer["requirement"] == pytest.approx(43_000)


def test_the_settings_name_the_files(folder: Path) -> None:
    (folder / "s.csv").write_text(f'as_of,2026-11-02\ncash,0\ngroups,"{",".join(FILES)}"\n')
    answer = run("report", "lev.csv", "--settings", "s.csv", "-o", "r.xlsx")
    assert answer["requirement"] == pytest.approx(43_000)


def test_a_check_tells_what_the_files_state_and_lack(folder: Path) -> None:
    (folder / "lev.csv").write_text("symbol,type,quantity,price\nSSO,stock,1,100\nNEW,stock,1,9\n")
    table = run("check", "lev.csv", "--settings", "s.csv", *given(FILES))["check"]
    assert isinstance(table, list)
    told = [f"{row[0]} {row[4]}" for row in table]
    assert "warning NEW, not in inc_small.csv, of no stated day" in told
    assert any(text.startswith("warning inc_small.csv: no closing line") for text in told)


def test_trades_and_the_past_are_margined_by_the_files_too(folder: Path) -> None:
    (folder / "trades.csv").write_text("symbol,type,quantity,price\nXLQQ,stock,1000,50\n")
    table = run(
        "whatif", "lev.csv", "--trades", "trades.csv", "--settings", "s.csv", *given(FILES)
    )["what if"]
    assert isinstance(table, list)
    row = next(row for row in table if row[0] == "portfolio requirement")
    assert row[1:4] == pytest.approx([43_000, 58_000, 15_000])
    held = (folder / "lev.csv").read_text().splitlines()
    dated = [f"date,{held[0]}", *(f"2026-11-02,{line}" for line in held[1:])]
    (folder / "dated.csv").write_text("\n".join(dated))
    (folder / "d.csv").write_text("cash,0\n")
    run(
        "shadow", "dated.csv", "--settings", "d.csv", "-o", "h.csv", "--workers", "1", *given(FILES)
    )
    headings, day = csv.reader((folder / "h.csv").read_text().splitlines())
    assert float(day[headings.index("portfolio_requirement")]) == pytest.approx(43_000)


def test_a_market_range_of_what_is_held(folder: Path) -> None:
    answer = run("market-groups", *FILES, "--for", "lev.csv", "-o", "m.csv")
    rows = answer["market"]
    assert isinstance(rows, list)
    assert [row[:2] for row in rows[1:]] == [["SSO", 100.0], ["XLQQ", 50.0], ["VXX", 40.0]]
    assert "Product group 99: offset 0: its class groups stand alone." in answer["notes"]  # type: ignore[operator]
    done = run("report", "lev.csv", "--market", "m.csv", "--settings", "s.csv", "-o", "r.xlsx")
    assert done["requirement"] == pytest.approx(43_000)


def test_a_hedge_of_what_is_not_eligible_is_paired_with_it() -> None:
    """Short 1,000 at 40 asks 30%; a long call of 45 10% of 45,000 and 5,000, and its own value."""
    held: Range = [HELD, ["AAA", "stock", -1000, 40]]
    own: Range = [["symbol", "price", "eligible"], ["AAA", 40, "no"]]
    settings: Range = [*SETTINGS[:2], ["cash", 100_000], ["account_type", "portfolio"]]
    calls: Range = [HELD, ["AAA 12/18/26 C45", "call", 10, 2]]
    row = udfs.MARGIN_HEDGE(held, calls, own, settings)[1]
    assert row[2:5] == pytest.approx([10, 4_500 + 5_000 + 2_000, 500])


def test_a_product_group_that_its_report_lacks_is_told(folder: Path) -> None:
    lines = (folder / FILES[1]).read_text().splitlines()
    (folder / FILES[1]).write_text("\n".join(line for line in lines if not line.startswith("99")))
    table = run("check", "lev.csv", "--settings", "s.csv", *given(FILES))["check"]
    assert isinstance(table, list)
    told = "Product group 99 is not in RBHCPMProductGroupsReport.csv: it may be cut short"
    assert any(row[0] == "warning" and row[4].startswith(told) for row in table)


def test_a_product_that_contradicts_itself_refuses_where_it_is_held(folder: Path) -> None:
    more = "OPTN,SSO,SSO,99,Yes,37.5,25,2\n"
    (folder / FILES[0]).write_text((folder / FILES[0]).read_text() + more)
    result = CliRunner().invoke(app, ["check", "lev.csv", "--settings", "s.csv", *given(FILES)])
    assert result.exit_code == 1
    (folder / "m.csv").write_text(
        "symbol,price,class_group,product_group,leverage\nSSO,100,SPX,5,2\n"
    )
    stated = ["--market", "m.csv", "--settings", "s.csv", "-o", "r.xlsx", *given(FILES)]
    assert run("report", "lev.csv", *stated)["requirement"] == pytest.approx(43_000)
