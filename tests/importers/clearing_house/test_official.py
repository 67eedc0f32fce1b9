"""Official arrays: the requirement is a sum of products and a minimum, in the same groups."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin import udfs
from xlmargin.cli import app

POINTS = ",".join(f"pl_{i}" for i in range(1, 11))
MOVES = [-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15]
SHARES = ",".join(str(round(100 * move, 10)) for move in MOVES)  # of a price of 100
CALL = "-4,-3.8,-3.3,-2.5,-1.4,1.6,3.5,5.6,8,10.6"
HEADINGS = f"class,group,symbol,expiry,cp,strike,multiplier,min_charge,theo_price,{POINTS}"
ARRAYS = f"""{HEADINGS}
XYZ,TECH,XYZ,,,,,,100,{SHARES}
XYZ,TECH,XYZ,2026-12-18,C,100,100,.375,4,{CALL}
ABC,TECH,ABC,,,,,,100,{SHARES}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arrays.csv").write_text(ARRAYS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def ask(positions: str, *more: str, per: str = "unit", arrays: str = "arrays.csv") -> Result:
    Path("positions.csv").write_text("symbol,type,quantity,account\n" + positions)
    return run("official", arrays, "positions.csv", "--per", per, "--json", *more)


def requirement(result: Result) -> float:
    assert result.exit_code == 0, result.output
    answer: float = json.loads(result.stdout)["requirement"]
    return answer


def groups(result: Result) -> list[dict[str, object]]:
    headings, *rows = json.loads(result.stdout)["groups"]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_one_class_group_needs_its_worst_loss(folder: Path) -> None:
    """100 shares lose 1,500 at -15%; a short call gains 400 there: 1,100."""
    result = ask("XYZ,stock,100,\nXYZ 12/18/26 C100,call,-1,\n")
    assert requirement(result) == pytest.approx(1_100)
    assert groups(result)[0]["worst point"] == "D5"


def test_a_short_call_alone_loses_at_the_highest_price(folder: Path) -> None:
    result = ask("XYZ 12/18/26 C100,call,-2,\n")
    assert requirement(result) == pytest.approx(2 * 1_060)
    assert groups(result)[0]["worst point"] == "U5"


def test_the_minimum_binds_where_nothing_is_lost(folder: Path) -> None:
    """Long and short of one contract: 2 x 0.375 x 100, for both are charged."""
    result = ask("XYZ 12/18/26 C100,call,-1,\nXYZ 12/18/26 C100,call,1,\n")
    assert requirement(result) == pytest.approx(75)
    assert groups(result)[0]["binds"] == "minimum"


def test_a_long_contract_is_not_charged_more_than_its_value(folder: Path) -> None:
    cheap = ",".join(["-.01"] * 5 + ["0"] * 5)
    text = ARRAYS + f"XYZ,TECH,XYZ,2026-12-18,C,150,100,.375,.01,{cheap}\n"
    (folder / "arrays.csv").write_text(text)
    assert requirement(ask("XYZ 12/18/26 C150,call,1,\n")) == pytest.approx(1)


def test_without_a_stated_minimum_the_rules_own_counts(folder: Path) -> None:
    (folder / "arrays.csv").write_text(ARRAYS.replace(".375", ""))
    flat = ask("XYZ 12/18/26 C100,call,-1,\nXYZ 12/18/26 C100,call,1,\n")
    assert requirement(flat) == pytest.approx(75)


def test_without_an_offset_class_groups_of_a_product_group_do_not_net(folder: Path) -> None:
    """Long 100 XYZ, short 100 ABC: each loses 1,500 at its own worst point."""
    result = ask("XYZ,stock,100,\nABC,stock,-100,\n")
    assert requirement(result) == pytest.approx(3_000)
    [note] = json.loads(result.stdout)["warnings"]
    assert note.startswith("Product group TECH: no offset stated, so none")


@pytest.mark.parametrize("stated", ["90", "90%", "0.9"])
def test_a_published_offset_counts_however_it_is_written(folder: Path, stated: str) -> None:
    """1,500 - 90% of 1,500 = 150."""
    (folder / "groups.csv").write_text(f"Product Group,Customer Offset,Offset\nTECH,{stated},99\n")
    result = ask("XYZ,stock,100,\nABC,stock,-100,\n", "--groups", "groups.csv")
    assert requirement(result) == pytest.approx(150)
    assert any("is read as 0.9 of one" in note for note in json.loads(result.stdout)["notes"])


def test_a_percent_sign_goes_before_the_size_of_a_number(folder: Path) -> None:
    """1,500 - 1% of 1,500 = 1,485, where 1 alone would be the whole."""
    (folder / "groups.csv").write_text("Product Group,Offset\nTECH,1%\n")
    result = ask("XYZ,stock,100,\nABC,stock,-100,\n", "--groups", "groups.csv")
    assert requirement(result) == pytest.approx(1_485)


def test_portfolio_groups_net_product_groups_at_their_own_offset(folder: Path) -> None:
    """In two product groups of one portfolio group: 1,500 - 50% of 1,500 = 750."""
    text = ARRAYS.replace("ABC,TECH", "ABC,BANKS")
    (folder / "arrays.csv").write_text(text)
    (folder / "p.csv").write_text("Product Group,Offset\nTECH,90\nBANKS,90\n")
    (folder / "q.csv").write_text("Portfolio Group,Product Group,Offset\n1,TECH,50\n1,BANKS,50\n")
    files = ["--groups", "p.csv", "--groups", "q.csv"]
    # each product group counts the 90% of its one class group's gain, then 50% of that
    result = ask("XYZ,stock,100,\nABC,stock,-100,\n", *files)
    assert requirement(result) == pytest.approx(1_500 - 0.5 * 0.9 * 1_500)


def test_accounts_do_not_net(folder: Path) -> None:
    result = ask("XYZ,stock,100,A\nXYZ,stock,-100,B\n")
    assert requirement(result) == pytest.approx(3_000)
    assert {row["account"] for row in groups(result)} == {"A", "B"}


def test_numbers_per_contract_are_not_multiplied_again(folder: Path) -> None:
    call = ",".join(str(100 * float(value)) for value in CALL.split(","))
    text = ARRAYS.replace(CALL, call).replace(".375", "37.5")
    (folder / "contract.csv").write_text(text)
    result = ask("XYZ 12/18/26 C100,call,-2,\n", per="contract", arrays="contract.csv")
    assert requirement(result) == pytest.approx(2 * 1_060)


def test_numbers_of_something_else_than_said_are_refused(folder: Path) -> None:
    call = ",".join(str(100 * float(value)) for value in CALL.split(","))
    (folder / "contract.csv").write_text(ARRAYS.replace(CALL, call))
    result = ask("XYZ 12/18/26 C100,call,-2,\n", arrays="contract.csv")
    assert result.exit_code == 1
    assert "contract.csv, row 3, points: found a loss of 400.00 at a price of 4.00" in result.stderr
    result = ask("XYZ 12/18/26 C100,call,-2,\n", per="contract")
    assert result.exit_code == 1
    assert "a gain of no more than 10.60 at 4.00, wanted numbers of one unit" in result.stderr


def test_columns_from_the_highest_price_down_give_the_same(folder: Path) -> None:
    lines = ARRAYS.splitlines()
    turned = [HEADINGS]
    for line in lines[1:]:
        cells = line.split(",")
        turned.append(",".join([*cells[:9], *cells[:8:-1]]))
    (folder / "turned.csv").write_text("\n".join(turned))
    positions = "XYZ,stock,100,\nXYZ 12/18/26 C100,call,-1,\n"
    assert ask(positions, arrays="turned.csv").stdout == ask(positions).stdout


def test_without_shares_the_points_have_no_direction(folder: Path) -> None:
    lines = ARRAYS.splitlines()
    (folder / "options.csv").write_text("\n".join([lines[0], lines[2]]))
    result = ask("XYZ 12/18/26 C100,call,-1,\n", arrays="options.csv")
    assert requirement(result) == pytest.approx(1_060)
    assert groups(result)[0]["worst point"] == "point 10"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SHARES, SHARES.replace("-9.0", "9.0"), "wanted values of shares that rise or fall"),
        ("C,100,100", "C,100,10", "found a multiplier of 10"),
        ("C,100,100", "C,105,100", "wanted a contract that has a row"),
        ("XYZ,TECH,XYZ,2026", ",TECH,XYZ,2026", "has a row and a class group"),
        ("10.6", "", "all ten values are needed"),
        ("10.6", "x", "row 3, pl_10: found 'x', wanted a number"),
        ("pl_7", "pl_70", "found no such headings"),
        ("XYZ,TECH,XYZ,2026", "XYZ,BANKS,XYZ,2026", "group: found 'BANKS', wanted TECH"),
        ("ABC,TECH,ABC,", "XYZ,TECH,XYZ,", "wanted one row for each contract, as row 2"),
    ],
)
def test_what_is_wrong_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    assert old in ARRAYS
    (folder / "arrays.csv").write_text(ARRAYS.replace(old, new))
    result = ask("XYZ,stock,100,\nXYZ 12/18/26 C100,call,-1,\n")
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_futures_and_cash_are_left_aside(folder: Path) -> None:
    (folder / "arrays.csv").write_text(ARRAYS + f"ES,TECH,ES,2026-12-18,,,,,100,{SHARES}\n")
    assert requirement(ask("XYZ,stock,100,\nUSD,cash,5000,\n")) == pytest.approx(1_500)


def test_cash_alone_requires_nothing(folder: Path) -> None:
    assert requirement(ask("USD,cash,5000,\n")) == 0


def test_the_answer_is_shown_as_a_table(folder: Path) -> None:
    (folder / "positions.csv").write_text("symbol,type,quantity\nXYZ,stock,100\n")
    result = run("official", "arrays.csv", "positions.csv", "--per", "unit")
    assert result.exit_code == 0, result.output
    assert "1,500" in result.stdout
    assert "D5" in result.stdout


def test_a_brokers_file_is_margined_as_it_is(folder: Path) -> None:
    """300 shares at 100 lose 4,500 at -15%."""
    (folder / "broker.csv").write_text(
        "Symbol,Last Price $,Quantity,Price Paid $,Value $\nXYZ,100,300,44.10,30000\n"
    )
    result = run("official", "arrays.csv", "broker.csv", "--per", "unit", "--json")
    assert requirement(result) == pytest.approx(4_500)
    assert "E*TRADE" in result.stderr


def test_our_own_arrays_give_our_own_requirement(folder: Path) -> None:
    """The same arrays, aggregated by either path, are the same requirement."""
    held = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "stock", 300, None, None, 100.0],
        ["XYZ", "call", -5, 105, "2026-12-18", 2.0],
        ["XYZ", "put", 4, 95, "2026-12-18", 1.5],
        ["ABC", "stock", -200, None, None, 80.0],
    ]
    settings = [["name", "value"], ["as_of", "2026-11-02"], ["rate", 0.04]]
    rows = udfs.PM_RISK_ARRAY(held, None, settings, None, "position", None, False)
    lines = [HEADINGS]
    for position, row in zip(held[1:], rows, strict=True):
        symbol, kind, quantity, strike, expiration, price = position
        units = quantity * (1 if kind == "stock" else 100)
        right = "" if kind == "stock" else kind[0].upper()
        cells = [symbol, "", symbol, expiration or "", right, strike or "", "", "", price]
        lines.append(",".join(map(str, [*cells, *(gain / units for gain in row[-10:])])))
    (folder / "own.csv").write_text("\n".join(lines))
    positions = "".join(
        f"{s},{kind},{q},\n"
        if kind == "stock"
        else f"{s} 12/18/26 {kind[0].upper()}{strike},,{q},\n"
        for s, kind, q, strike, *_ in held[1:]
    )
    official = requirement(ask(positions, arrays="own.csv"))
    assert official == pytest.approx(udfs.PM_REQUIREMENT(held, None, settings))
