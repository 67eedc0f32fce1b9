"""`xlmargin import`, and the other commands on a broker's file as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.importers.brokers.books import GOLDEN
from xlmargin.cli import app
from xlmargin.cli.book_files import note_of
from xlmargin.importers import read_book_files
from xlmargin.importers.brokers import FORMATS
from xlmargin.rulebook import house_names

BOND = '"912828XX1","US TREASURY 4% 2030","10,000","99.50","--","--","$9,950.00","--","--",'
BOND += '"--","--","--","--","--","--","--","Fixed Income",\n'


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    schwab = (GOLDEN / "schwab.csv").read_text()
    (tmp_path / "schwab.csv").write_text(schwab)
    cash = schwab.index('"Cash &')
    (tmp_path / "bond.csv").write_text(schwab[:cash] + BOND + schwab[cash:])
    (tmp_path / "bad.csv").write_text(schwab.replace('"300"', '"3OO"'))
    (tmp_path / "own.csv").write_text("symbol,type,quantity,price\nXYZ,stock,100,500\n")
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_written_is_read_again_as_the_same_positions(folder: Path) -> None:
    result = run("import", "schwab.csv", "-o", "positions.csv")
    assert result.exit_code == 0, result.output
    assert "Charles Schwab positions" in result.stdout
    assert "2026-11-02" in result.stdout
    written = read_book_files(folder / "positions.csv")
    assert written.positions == read_book_files(folder / "schwab.csv").positions
    assert written.notes == ()


def test_without_an_output_nothing_is_written(folder: Path) -> None:
    before = files(folder)
    assert run("import", "schwab.csv").exit_code == 0
    assert files(folder) == before


def test_prices_of_underlyings_are_written_where_the_file_has_them(folder: Path) -> None:
    text = (GOLDEN / "tastytrade.csv").read_text().splitlines()
    (folder / "options.csv").write_text("\n".join([text[0], *text[2:]]))
    result = run("import", "options.csv", "-o", "p.csv", "--market", "m.csv")
    assert result.exit_code == 0, result.output
    assert (folder / "m.csv").read_text().split() == ["symbol,price", "XYZ,51.2"]
    run("import", "schwab.csv", "-o", "p2.csv", "--market", "m2.csv")
    assert "m2.csv" not in files(folder)


def test_no_input_is_written_over(folder: Path) -> None:
    before = (folder / "schwab.csv").read_text()
    (folder / "link.csv").symlink_to(folder / "schwab.csv")
    for output in ("schwab.csv", "link.csv", "./schwab.csv"):
        for option in ("-o", "--market"):
            result = run("import", "schwab.csv", option, output)
            assert result.exit_code == 1
            assert "input" in result.stderr
    assert run("import", "schwab.csv", "-o", "p.csv", "--market", "p.csv").exit_code == 1
    assert (folder / "schwab.csv").read_text() == before


@pytest.mark.parametrize("output", ["out.xlsx", "."])
def test_where_no_text_can_be_written_is_said(folder: Path, output: str) -> None:
    result = run("import", "schwab.csv", "-o", output)
    assert result.exit_code == 1
    assert result.stderr.startswith("Refused")


def test_one_unreadable_row_is_shown_beside_the_others_and_nothing_is_written(
    folder: Path,
) -> None:
    result = run("import", "bad.csv", "-o", "positions.csv")
    assert result.exit_code == 1
    assert "3OO" in result.stdout
    assert "261218C00052500" in "".join(result.stdout.split())
    assert "positions.csv" not in files(folder)


def test_a_bond_is_left_out_only_when_asked(folder: Path) -> None:
    refused = run("import", "bond.csv", "-o", "positions.csv")
    assert refused.exit_code == 1
    assert "912828XX1" in refused.stdout
    assert "positions.csv" not in files(folder)
    taken = run("import", "bond.csv", "-o", "positions.csv", "--leave-out")
    assert taken.exit_code == 0, taken.output
    assert "not margined" in taken.stdout
    positions = read_book_files(folder / "positions.csv").positions
    assert positions == read_book_files(folder / "schwab.csv").positions


def test_the_other_commands_refuse_a_bond_by_its_row(folder: Path) -> None:
    for command in ("report", "check"):
        result = run(command, "bond.csv")
        assert result.exit_code == 1
        assert "bond.csv, row 7" in result.stderr


def test_json_has_everything_that_was_read(folder: Path) -> None:
    answer = json.loads(run("import", "bond.csv", "--json").stdout)
    assert answer["positions"] == read_book_files(folder / "schwab.csv").positions
    assert answer["as_of"] == "2026-11-02"
    assert [line[:14] for line in answer["not ours"]] == ["bond.csv, row "]
    assert answer["unreadable"] == []


def test_a_file_of_ones_own_needs_no_import(folder: Path) -> None:
    result = run("import", "own.csv")
    assert result.exit_code == 1
    assert "Fidelity positions" in result.stderr


def test_a_report_is_of_the_day_of_the_file_and_says_how_it_was_read(folder: Path) -> None:
    result = run("report", "schwab.csv", "--json")
    assert result.exit_code == 0, result.output
    assert "Charles Schwab positions" in result.stderr
    settings = folder / "settings.csv"
    settings.write_text("name,value\nas_of,2026-11-02\n")
    (folder / "typed.csv").write_text(
        "symbol,type,quantity,price\nXYZ,stock,300,51.20\n"
        "XYZ 12/18/26 C52.5,,-3,2.05\nXYZ 1/15/27 P45,,2,1.10\nUSD,cash,21400.25,\n"
    )
    typed = run("report", "typed.csv", "--settings", "settings.csv", "--json")
    amount = json.loads(typed.stdout)["requirement"]
    assert amount > 0
    assert json.loads(result.stdout)["requirement"] == amount


def test_a_broker_file_can_be_checked(folder: Path) -> None:
    result = run("check", "schwab.csv")
    assert result.exit_code == 0, result.output
    assert "Charles Schwab positions" in result.stderr


def test_an_underlying_without_a_price_anywhere_is_named(folder: Path) -> None:
    text = (
        (GOLDEN / "schwab.csv")
        .read_text()
        .replace("XYZ 01/15/2027 45.00 P", "SPXW 01/15/2027 45.00 P")
    )
    (folder / "index.csv").write_text(text)
    for command in ("report", "check"):
        result = run(command, "index.csv")
        assert result.exit_code == 1
        assert "'SPX'" in result.output
        assert "its price in the market range" in " ".join(result.output.split())
    market = folder / "market.csv"
    market.write_text("symbol,price,class\nSPX,45,index_high_cap\n")
    assert run("check", "index.csv", "--market", "market.csv").exit_code == 0


def test_a_leveraged_fund_is_not_taken_for_a_plain_stock(folder: Path) -> None:
    golden = (GOLDEN / "schwab.csv").read_text().splitlines()
    shares = next(line for line in golden if line.startswith('"XYZ",'))
    (folder / "fund.csv").write_text("\n".join([*golden, shares.replace("XYZ", "TQQQ")]))
    ranges = read_book_files(folder / "fund.csv")
    assert ranges.market == [
        ["symbol", "price", "class", "leverage"],
        ["TQQQ", 51.2, "etf_broad", 3],
    ]
    assert "Class or factor as known, not from the file: TQQQ." in ranges.notes


def test_a_settings_date_goes_before_the_files(folder: Path) -> None:
    (folder / "settings.csv").write_text("name,value\nas_of,2027-01-01\n")
    result = run("check", "schwab.csv", "--settings", "settings.csv")
    assert result.exit_code == 1
    assert "the option has expired" in " ".join(result.output.split())


def test_a_broker_s_file_names_the_house_that_no_setting_names(folder: Path) -> None:
    said = "house = schwab adds what that house requires above the rule"
    assert said in run("check", "schwab.csv").stderr
    assert said in json.loads(run("check", "schwab.csv", "--json").stdout)["notes"][-1]
    assert said in note_of(read_book_files(folder / "schwab.csv"))
    assert "adds what" not in run("check", "own.csv").stderr
    assert note_of(read_book_files(folder / "own.csv")) == ""
    (folder / "settings.csv").write_text("name,value\nHouse profile,rule\n")
    assert "adds what" not in run("check", "schwab.csv", "--settings", "settings.csv").stderr


def test_the_houses_of_brokers_files_are_in_the_rulebook() -> None:
    """A house may have no file that is read; a file names no house that is none."""
    named = {house for format_ in FORMATS for house in format_.houses}
    assert named <= {*house_names()} - {"rule", "custom"}
    assert {"schwab", "fidelity", "etrade", "ibkr_like", "tastytrade_calm"} <= named


def test_a_file_without_a_market_says_what_makes_one(folder: Path) -> None:
    done = run("import", "schwab.csv", "--market", "market.csv")
    assert "holds no market; `xlmargin market` makes one of the positions" in done.stderr
