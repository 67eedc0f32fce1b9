"""The model beside official arrays and brokers' answers: what differs, by how much, and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin.cli import app
from xlmargin.importers.broker_margin import BROKERS_NAMES

FILES = Path(__file__).parents[2] / "cases" / "official"
HEADINGS = "symbol,type,quantity,strike,expiration,price,account\n"
SHARES = "XYZ,stock,100,,,101,A\n"
CALLS = "XYZ,call,-10,110,2027-01-15,2.60,A\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for path in FILES.iterdir():
        shutil.copy(path, tmp_path / path.name)
    Path("s.csv").write_text("name,value\nas_of,2026-11-02\n")
    return tmp_path


def compare(arrays: str, positions: str, *more: str) -> Result:
    Path("p.csv").write_text(HEADINGS + positions)
    asked = ["official", arrays, "p.csv", "--settings", "s.csv", "--compare", *more]
    return CliRunner().invoke(app, asked)


def tables(arrays: str, positions: str, *more: str) -> dict[str, list[dict[str, object]]]:
    result = compare(arrays, positions, "--json", *more)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    return {
        name: [dict(zip(answer[name][0], row, strict=True)) for row in answer[name][1:]]
        for name in ("positions", "points", "compared")
    }


def test_another_price_is_named_and_its_difference_shown() -> None:
    """100 shares at 101 lose 15.15 each at -15%, 15.00 in the file, whose price is 100."""
    found = tables("arr_mixed.csv", SHARES)
    [row] = found["positions"]
    assert (row["point"], row["file"], row["model"]) == ("D5", -1_500, -1_515)
    assert row["difference"] == 15
    assert row["why"] == "price 100.00, ours 101.00"
    total = found["compared"][-1]
    assert (total["file"], total["model"], total["difference"]) == (1_500, 1_515, -15)


def test_what_agrees_has_no_reason_and_stands_last() -> None:
    found = tables("arr_mixed.csv", "XYZ,stock,100,,,100,A\n" + CALLS)
    assert [row["position"][:4] for row in found["positions"]] == ["-10 ", "+100"]
    assert found["positions"][1]["why"] == ""
    assert "price 2.50, ours 2.60" in str(found["positions"][0]["why"])
    points = found["points"]
    assert [row["of"] for row in points] == ["file", "model", "difference"] * 2
    assert points[3]["U5"] == points[4]["U5"] == 1_500
    assert points[0]["U5"] == pytest.approx(-7_018.18)


def test_another_range_is_named() -> None:
    """A file in which XYZ moves by 12% at most, where the rule has 15% for a stock."""
    text = Path("arr_pts.csv").read_text()
    Path("calm.csv").write_text(text.replace("-15.0000", "-12.5").replace("15.0000", "12.5"))
    [row] = tables("calm.csv", "XYZ,stock,100,,,100,A\n")["positions"]
    assert row["why"] == "range -12.5% to +12.5%, ours -15.0% to +15.0%"


def test_volatilities_stand_beside_each_other_as_fractions() -> None:
    lines = Path("arr_unit.csv").read_text().splitlines()
    rows = [lines[0] + ",Implied Volatility", lines[1] + ",", *(f"{r},45.0" for r in lines[2:])]
    Path("vol.csv").write_text("\n".join(rows))
    row = tables("vol.csv", "XYZ,stock,1,,,100,A\n" + CALLS)["positions"][0]
    assert row["file volatility"] == pytest.approx(0.45)
    assert isinstance(row["our volatility"], float)
    assert f"volatility 45.0%, ours {row['our volatility']:.1%}" in str(row["why"])


def test_another_group_is_named() -> None:
    Path("other.csv").write_text(Path("arr_pts.csv").read_text().replace("XYZ,99", "QQQ,99"))
    found = tables("other.csv", "XYZ,stock,100,,,100,A\n")["compared"]
    reasons = {row["name"]: row["why"] for row in found if row["level"] == "class group"}
    assert reasons == {"QQQ": "grouped otherwise", "XYZ": "grouped otherwise"}


def test_the_page_shows_all_of_it() -> None:
    result = compare("arr_mixed.csv", SHARES + CALLS, "-o", "page.html")
    assert result.exit_code == 0, result.output
    page = Path("page.html").read_text()
    assert "The requirement under both" in page
    assert "-10 XYZ 15 Jan 2027 110 call" in page
    assert "price 100.00, ours 101.00" in page
    assert "arr_mixed.csv" in page
    assert compare("arr_mixed.csv", SHARES, "-o", "page.html").exit_code == 0
    Path("mine.html").write_text("<p>mine</p>")
    assert compare("arr_mixed.csv", SHARES, "-o", "mine.html").exit_code == 1


def test_a_house_is_not_compared_with_the_clearing_house() -> None:
    """Long and short of one call: 2 x 37.50, though the settings charge 1.00 a unit."""
    Path("s.csv").write_text("name,value\nas_of,2026-11-02\ncontract_minimum,1\n")
    both = CALLS.replace("-10", "-1") + CALLS.replace("-10", "1")
    found = tables("arr_mixed.csv", "XYZ,stock,0.001,,,100,A\n" + both)
    assert found["compared"][-1]["file"] == found["compared"][-1]["model"] == 75


def clear_street(**changes: object) -> str:
    member = {
        "symbol": "XYZ", "quantity": "100", "market_value": "10100.00",
        "shocks": {"down_15": "-1515.00", "up_15": "1515.00"},
    }  # fmt: skip
    group = {
        "name": "XYZ", "market_value": "10100.00", "regulatory_requirement": "1600.00",
        "shocks": {"down_15": "-1515.00", "up_15": "1515.00"}, "members": [{**member, **changes}],
    }  # fmt: skip
    Path("margin.json").write_text(
        json.dumps({"data": {"effective_requirement": "2000", "groups": [group]}})
    )
    return "margin.json"


def test_a_brokers_arrays_stand_beside_the_model_at_its_own_moves() -> None:
    """100 shares at 101 lose 1,515 at -15% under both; the broker requires 1,600 of them."""
    found = tables(clear_street(), SHARES)
    [row] = found["positions"]
    assert (row["point"], row["file"], row["model"], row["why"]) == ("-0.15", -1_515, -1_515, "")
    compared = {row["name"]: row for row in found["compared"]}
    assert (compared["XYZ"]["file"], compared["XYZ"]["model"]) == (1_600, 1_515)
    assert compared["effective_requirement"]["file"] == 2_000
    assert compared["all accounts"]["difference"] == 85


def test_another_quantity_or_position_is_a_warning() -> None:
    result = compare(clear_street(quantity="90"), SHARES, "--json")
    assert "margin.json has 90, held are 100" in result.output
    assert json.loads(result.stdout)["positions"][1:] == []
    result = compare(clear_street(symbol="ABC"), SHARES, "--json")
    assert "+100 XYZ: not in margin.json." in result.output
    assert "ABC: in margin.json, not held." in result.output


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shocks": {"spot_15_vol_3": "1"}}, "a name with one number, the market's move"),
        ({"shocks": {"up 15": "1", "15%": "2"}}, "each move of the market once"),
        ({"shocks": {"down_15": "x"}}, "found x, wanted a number"),
        ({"shocks": {"down_15": "1"}}, "up_15: found None, wanted a number"),
        ({"quantity": None}, "quantity: found None, wanted a number"),
        ({"symbol": "a b c d"}, "a ticker or an option symbol"),
        ({"shocks": [1]}, "gains by scenario"),
    ],
)
def test_a_brokers_answer_that_is_not_clear_is_refused(
    changes: dict[str, object], message: str
) -> None:
    result = compare(clear_street(**changes), SHARES)
    assert result.exit_code == 1
    assert message in result.output


def tastytrade(kind: str, amount: str = "3030.0", effect: str = "Debit") -> str:
    figures = {
        "margin-requirement": "5050.0", "margin-requirement-effect": effect,
        "maintenance-requirement": amount, "maintenance-requirement-effect": effect,
    }  # fmt: skip
    group = {"underlying-symbol": "XYZ", **figures}
    answer = {"data": {"margin-calculation-type": kind, **figures, "groups": [group]}}
    Path("tasty.json").write_text(json.dumps(answer))
    return "tasty.json"


def test_a_brokers_maintenance_stands_beside_ours_by_strategy() -> None:
    """25% of 10,100 is 2,525; the broker has 30%."""
    found = tables(tastytrade("Reg T"), SHARES)["compared"]
    assert [(row["name"], row["file"], row["model"]) for row in found] == [
        ("XYZ", 3_030, 2_525),
        ("all accounts", 3_030, 2_525),
    ]
    assert tables(tastytrade("Portfolio Margin"), SHARES)["compared"][-1]["model"] == 1_515
    assert tables(tastytrade("Reg T", effect="Credit"), SHARES)["compared"][0]["file"] == -3_030


def whole_answer(broker: str, name: str) -> str:
    """An answer of the broker that states every name, of the regime in which it is read."""
    if broker == "tastytrade":
        kind = "Reg T" if name.startswith("maintenance") else "Portfolio Margin"
        return Path(tastytrade(kind, effect="Credit")).read_text()
    answer = json.loads(Path(clear_street()).read_text())
    answer["data"] |= {"house_requirement": "2100", "risk_based_requirement": "1900"}
    return json.dumps(answer)


@pytest.mark.parametrize(
    ("broker", "named"),
    [(broker, name) for broker, names in BROKERS_NAMES.items() for name in names],
)
def test_every_name_that_is_said_to_be_read_is_read(broker: str, named: str) -> None:
    """Under another name it is missing: the figures are other, or the answer is refused."""
    name = named.rpartition(".")[2]
    whole = whole_answer(broker, name)

    def figures(text: str) -> str:
        Path("answer.json").write_text(text)
        return compare("answer.json", SHARES, "--json").output

    assert "Refused" not in figures(whole)
    assert figures(whole.replace(f'"{name}":', '"other":')) != figures(whole)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is the file cut short?"),
        ('{"groups": []}', "found none of the answers that are known"),
        ("[1, 2]", "found none of the answers that are known"),
        ('{"margin-requirement": 1, "groups": [{}]}', "wanted Reg T or Portfolio Margin"),
    ],
)
def test_another_answer_is_refused(text: str, message: str) -> None:
    Path("other.json").write_text(text)
    result = compare("other.json", SHARES)
    assert result.exit_code == 1
    assert message in result.output
