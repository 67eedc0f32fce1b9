"""The command call: worksheet functions from files, by hand what they answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin.cli import app
from xlmargin.cli.registered import registered
from xlmargin.excel.worksheet_function import ArgumentKind

HEADINGS = "symbol,type,quantity,strike,expiration,price\n"
HELD = f"{HEADINGS}XYZ,stock,100,,,500\nUSD,cash,-36000,,,\n"
CASH = f"{HEADINGS}USD,cash,10000,,,\n"
ORDERS = "symbol,type,side\nXYZ,stock,buy\n"
SALE = "symbol,type,side,price,quantity\nXYZ,stock,sell,500,-100\n"
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.04\n"
FILES = {
    "p.csv": HELD,
    "cash.csv": CASH,
    "o.csv": ORDERS,
    "sale.csv": SALE,
    "m.csv": "symbol,price\nXYZ,500\n",
    "s.csv": SETTINGS,
    "margin.csv": f"{SETTINGS}account_type,margin\n",
}


def call(*arguments: str, width: str = "200") -> Result:
    runner = CliRunner(env={"COLUMNS": width})
    return runner.invoke(app, ["call", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)


def record(result: Result, row: int = 1) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)["answer"]
    return dict(zip(answer[0], answer[row], strict=True))


def test_how_many_of_an_order_fit() -> None:
    given = ("MARGIN_CAPACITY", "cash.csv", "orders=o.csv", "--market", "m.csv")
    found = record(call(*given, "--settings", "margin.csv", "--json"))
    assert found["greatest"] == 40  # 10,000 / (50% of 500)
    left = record(call(*given, "leave=6000", "--settings", "margin.csv", "--json"))
    assert left["greatest"] == 32  # (10,000 - 6,000) / (25% of 500): it is excess over maintenance


def test_what_is_left_after_a_fall() -> None:
    result = call("PM_PATH", "p.csv", "moves=-0.15,0", "--settings", "s.csv")
    assert result.exit_code == 0, result.output
    shown = [line.split() for line in result.stdout.splitlines()]
    # 42,500 - 36,000; 15% of 42,500; then 50,000 - 36,000 and 15% of 50,000
    assert ["-0.1500", "6,500", "6,375", "125", "0.9808"] in shown
    assert ["0", "14,000", "7,500", "6,500", "0.5357"] in shown


def test_what_frees_an_amount() -> None:
    given = ("MARGIN_HEDGE", "p.csv", "candidates=sale.csv", "target=3000", "--settings", "s.csv")
    found = record(call(*given, "--json"))
    assert (found["quantity"], found["freed"]) == (-40, 3_000)  # each share 15% of 500


def test_a_narrow_terminal_shows_a_line_a_cell() -> None:
    given = ("MARGIN_HEDGE", "p.csv", "candidates=sale.csv", "target=3000", "--settings", "s.csv")
    lines = call(*given, width="60").stdout.splitlines()
    assert "freed              3,000" in lines
    assert not any(line.startswith("account") for line in lines)  # there is but one


def test_one_value_is_a_line_and_a_day_is_a_date() -> None:
    assert call("pm_requirement", "p.csv", "--settings", "s.csv").stdout == "7,500\n"
    # 1 + 2 business days after Friday 20 November 2026: 12 CFR 220.4(c)(3), 220.2
    assert call("MARGIN_CALL_DUE", "day=2026-11-20", "kind=regt").stdout == "2026-11-25\n"


def test_numbers_of_a_file_with_semicolons_are_read_as_by_every_command() -> None:
    Path("eu.csv").write_text("symbol;type;quantity;price\nXYZ;stock;1.000;420,125\nUSD;cash;1;\n")
    # 15% of 1,000 x 420.125, which with a comma among thousands would be 63,018,750
    assert call("PM_REQUIREMENT", "eu.csv", "--settings", "s.csv").stdout == "63,018.75\n"
    Path("order.csv").write_text("symbol;type;side;price\nXYZ;stock;buy;500,125\n")
    given = ("MARGIN_CAPACITY", "cash.csv", "orders=order.csv", "--market", "m.csv")
    found = record(call(*given, "--settings", "margin.csv", "--json"))
    assert found["greatest"] == 39  # 10,000 / (50% of 500 + 0.125 paid above the price)


def test_settings_of_a_file_with_semicolons_are_read_as_by_every_command() -> None:
    Path("eu.csv").write_text("symbol;type;quantity;price\nXYZ;stock;1.000;420,125\n")
    Path("one.csv").write_text("symbol,type,quantity,price\nXYZ,stock,1,420\n")
    # 150,000 + 1,000 x 420.125 = 570,125
    for rate in ("0,04", "4,125%"):
        stated = f"name;value\nas_of;2026-11-20\nrate;{rate}\ncash;150.000\n"
        Path("eus.csv").write_text(stated)
        Path("dated.csv").write_text(stated.replace("\n", ";\n").replace("value;", "value;date"))
        for settings in ("eus.csv", "dated.csv"):
            book = ("eu.csv", "--settings", settings)
            answer = call("MARGIN_ACCOUNT", *book)
            assert re.search(r"account value +\$ +570,125", answer.stdout), answer.output
            assert CliRunner().invoke(app, ["check", *book]).exit_code == 0
            trades = CliRunner().invoke(app, ["whatif", *book, "--trades", "one.csv"])
            assert trades.exit_code == 0, trades.stderr
            report = CliRunner().invoke(app, ["report", *book, "-o", "r.xlsx", "--force"])
            assert "Equity is $570,125" in report.stdout, report.stderr


def test_a_refusal_names_the_file_and_its_row() -> None:
    Path("wrong.csv").write_text(
        "Book of November\n\nsymbol,type,quantity,price\nXYZ,stock,x,500\n"
    )
    result = call("PM_REQUIREMENT", "wrong.csv", "--settings", "s.csv")
    assert "wrong.csv, row 4, quantity (column C): found the text 'x'" in result.stderr


def test_an_option_that_has_expired_names_the_day_that_nobody_stated() -> None:
    Path("old.csv").write_text(f"{HEADINGS}XYZ,call,-1,500,2025-12-19,5\nXYZ,stock,100,,,500\n")
    result = call("PM_REQUIREMENT", "old.csv")
    assert "old.csv, row 2, expiration (column E): found '2025-12-19'" in result.stderr
    assert "by the day of the prices (the setting as_of, if no date is beside it)" in result.stderr


def test_without_arguments_it_lists_what_the_function_takes() -> None:
    shown = call("MARGIN_CAPACITY").stdout
    assert "orders" in shown
    assert "needed, a file: Orders with the headings of trades" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("CAPACITY", "p.csv"), "function: found 'CAPACITY', wanted one of MARGIN_CAPACITY."),
        (("MARGIN_CAPACITY", "p.csv"), "orders: found nothing, wanted it for MARGIN_CAPACITY."),
        (("PM_PATH", "p.csv", "moves=x"), "moves"),
        (("PM_PATH", "p.csv", "steps=1"), "steps: not known here, wanted positions, market"),
        (("PM_PATH", "p.csv", "p.csv"), "positions: found twice"),
        (("PM_PATH", "none.csv"), "none.csv: no such file."),
        (("XLM_MARKET", "p.csv", "--market", "m.csv"), "market: not known here"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], says: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""


OFFICIAL = Path(__file__).parents[1] / "cases" / "official"
REPORTS = [
    text
    for name in ("IncludedProducts", "ProductGroups", "PortfolioGroups")
    for text in ("--groups", str(OFFICIAL / f"RBHCPM{name}Report.csv"))
]


def test_reports_count_as_in_every_command() -> None:
    """8% of 60,000 and 2 x 8% of 10,000; without reports SSO by itself, 2 x 15%."""
    Path("g.csv").write_text("symbol,type,quantity,price\nSPY,stock,100,600\nSSO,stock,100,100\n")
    book = ("g.csv", "--settings", "s.csv")
    assert call("PM_REQUIREMENT", *book).stdout == "7,800\n"
    assert call("PM_REQUIREMENT", *book, *REPORTS).stdout == "6,400\n"
    explained = CliRunner().invoke(app, ["explain", *book, *REPORTS])
    assert " 6,400.00 " in explained.stdout.splitlines()[0]


def test_a_table_of_ones_own_counts() -> None:
    Path("own.csv").write_text("symbol,class,leverage\nXYZ,etf_broad,3\n")
    found = call("PM_REQUIREMENT", "p.csv", "--settings", "s.csv", "--instruments", "own.csv")
    market = "symbol,price,class,leverage\nXYZ,500,etf_broad,3\n"
    Path("same.csv").write_text(market)
    same = call("PM_REQUIREMENT", "p.csv", "--settings", "s.csv", "--market", "same.csv")
    assert found.stdout == same.stdout != "7,500\n"


def test_a_function_that_takes_reports_has_them_one_below_the_other() -> None:
    arrays = f"arrays={OFFICIAL / 'arr_pair.csv'}"
    files = ("--groups", str(OFFICIAL / "pgz.csv"), "--settings", "s.csv")
    found = call("PM_OFFICIAL", str(OFFICIAL / "pos_pair.csv"), arrays, *files, "--json")
    # two stocks of 100,000, long and short, 15% of each: in different classes they never offset
    answer = json.loads(found.stdout)["answer"]
    counted = answer[0].index("counted")
    assert sum(row[counted] for row in answer[1:] if isinstance(row[counted], float)) == 30_000
    rule = call("XLM_RULE", "name=valuation_range_up_index_high_cap", "as_of=2026-11-20", *REPORTS)
    assert "RBHCPMProductGroupsReport" in rule.stdout
    refused = call("XLM_SYMBOL", "symbol=XYZ", *REPORTS)
    assert refused.exit_code and "XLM_SYMBOL" in refused.stderr


def test_every_argument_is_given_by_its_name() -> None:
    """Each range by a file, which may be refused, but not as no argument."""
    Path("x.csv").write_text("nothing\n1\n")
    for entry in registered():
        for argument in entry.arguments:
            if argument.kind is not ArgumentKind.RANGE or argument.name == "positions":
                continue
            said = call(entry.name, f"{argument.name}=x.csv")
            assert "not known here" not in said.stderr, (entry.name, argument.name)


def test_a_narrow_terminal_has_no_line_of_an_empty_cell() -> None:
    Path("d.csv").write_text("symbol,ex_date,amount\nXYZ,2026-12-01,1\n")
    given = ("MARGIN_CALENDAR", "p.csv", "--settings", "s.csv", "--dividends", "d.csv")
    lines = call(*given, width="60").stdout.splitlines()
    assert any(line.startswith("what") for line in lines)
    assert all(len(line.split()) > 1 for line in lines if line)
