"""The report of an own book: what moved since an earlier day, the broker's figures, on paper."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from xlmargin import computing, udfs
from xlmargin.account import AccountState, account_state
from xlmargin.cli import app
from xlmargin.excel import ranges
from xlmargin.regimes import BothRegimes

NOW = """symbol,type,quantity,strike,expiration,price
AAPL,stock,1000,,,268.4
AAPL,call,-12,280,2026-12-18,3.33
USD,cash,50000,,,
"""
THEN = """symbol,type,quantity,strike,expiration,price
AAPL,stock,900,,,261
AAPL,call,-5,280,2026-12-18,5.1
USD,cash,80000,,,
"""
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.037\nclient,Test Family\n"
BROKER = "figure,amount,as_of\nportfolio requirement,43000,2026-11-20\n"

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:.*extension is not supported"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"now": NOW, "then": THEN, "settings": SETTINGS, "broker": BROKER}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def report(folder: Path, *more: str) -> Result:
    files = [str(folder / name) for name in ("now.csv", "settings.csv", "out.xlsx")]
    asked = ["report", files[0], "--settings", files[1], "-o", files[2]]
    return CliRunner().invoke(app, [*asked, *more])


def test_of_a_cash_account_nothing_is_said_under_portfolio_margin(folder: Path) -> None:
    settings = folder / "settings.csv"
    settings.write_text(f"{SETTINGS}account_type,cash\n")
    (folder / "now.csv").write_text(NOW.replace("call,-12", "call,-10"))
    said = report(folder, "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert not {"requirement", "groups", "efficiency gain"} & found.keys()
    assert {"account", "strategy maintenance"} <= found.keys()
    first = load_workbook(folder / "out.xlsx", data_only=True)["Start"]
    labels = {cell for row in first.iter_rows(5, 8, values_only=True) for cell in row}
    assert "Required, strategy-based" in labels and "Excess" in labels
    assert not labels & {"Required, portfolio margin", "Released, on deposit"}


def required(text: str, day: str) -> float:
    rows = [line.split(",") for line in text.splitlines()]
    for row in rows[1:]:
        row[2:] = [float(c) if c and "-" not in c[1:] else c or None for c in row[2:]]  # type: ignore[misc]
    settings = [["as_of", day], ["rate", 0.037]]
    found = udfs.PM_REQUIREMENT(rows, None, settings)
    assert isinstance(found, float), found
    return found


def labelled(folder: Path, sheet: str) -> dict[object, tuple[object, ...]]:
    rows = load_workbook(folder / "out.xlsx", data_only=True)[sheet].iter_rows(values_only=True)
    return {row[0]: row[1:] for row in rows if row[0]}


def test_what_the_terminal_says_is_not_computed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []

    def counted(regimes: BothRegimes) -> AccountState:
        computed.append(regimes)
        return account_state(regimes)

    computing.forget()
    monkeypatch.setattr(ranges, "account_state", counted)
    done = report(folder)
    assert done.exit_code == 0, done.output
    assert len(computed) == 1, "the workbook and the terminal show one state"


def test_the_check_names_the_rows_that_were_given(folder: Path) -> None:
    (folder / "settings.csv").write_text(f"{SETTINGS}logo,bank.png\n")
    done = report(folder, "--json")
    assert done.exit_code == 0, done.output
    (_, *rows) = json.loads(done.stdout)["check"]
    named = [row[1:4] for row in rows if row[1] == "settings.csv" and row[0] == "warning"]
    assert named == [["settings.csv", 5, "logo"]]


def test_the_earlier_book_gives_the_figures_then_and_what_moved_them(folder: Path) -> None:
    (folder / "settings.csv").write_text(f"{SETTINGS}compared_with,2026-10-20\n")
    done = report(folder, "--previous", str(folder / "then.csv"))
    assert done.exit_code == 0, done.output
    then, now = required(THEN, "2026-10-20"), required(NOW, "2026-11-20")
    rows = load_workbook(folder / "out.xlsx", data_only=True)["Monthly report"].iter_rows(
        values_only=True
    )
    key = next(row for row in rows if row[0] == "Portfolio margin" and row[1])
    assert key[1:4] == pytest.approx((now, then, now - then), abs=0.006)
    found = labelled(folder, "Monthly report")
    parts = ("Positions: trades, expirations", "Prices, time and dividends", "Volatility",
             "Rounding of marks", "Rules and house")  # fmt: skip
    moved = sum(float(found[part][0]) for part in parts)  # type: ignore[arg-type]
    assert moved == pytest.approx(now - then, abs=1), "printed in whole dollars"


def test_a_first_month_says_that_there_is_no_earlier_report(folder: Path) -> None:
    assert report(folder).exit_code == 0
    found = labelled(folder, "Monthly report")
    assert found["Equity"][1] == "none"
    assert "no earlier report" in " ".join(str(cell) for cell in found["Key figures"])
    sheets = load_workbook(folder / "out.xlsx", read_only=True).sheetnames
    assert "Reconciliation" not in sheets
    page = load_workbook(folder / "out.xlsx", data_only=True)["Start"]
    said = " ".join(str(cell.value) for cell in page["A"] if cell.value)
    assert "Reconciliation (no sheet Broker)" in said.partition("Left out: ")[2]
    assert "Shadow, Deployment (no sheet Dated positions and Dated market)" in said


def test_a_book_without_limits_shows_its_cushion_under_stress(folder: Path) -> None:
    assert report(folder).exit_code == 0
    rows = [["figure", "alert"], ["stress cushion", 0]]
    positions = [[c or None for c in line.split(",")] for line in NOW.splitlines()]
    settings = [line.split(",") for line in SETTINGS.splitlines()]
    (found,) = udfs.MARGIN_ALERTS(positions, rows, None, settings, headers=False)
    shown = labelled(folder, "Start")["Cushion after −20%, volatility ×2"]
    assert shown[2:5] == (f"{100 * found[2]:.1f}%", "≥ 0.0%", "● OK")


@pytest.mark.parametrize(
    ("cash", "label", "shown"),
    [
        (5_000, "Portfolio minimum equity deficiency", ("$85,000", "≤ $0", "■ Act")),
        (590_000, "Least equity: state equity_to_keep",
         ("not known", "≤ $0", "not known")),
    ],
)  # fmt: skip
def test_the_first_page_asks_for_the_portfolio_minimum(
    folder: Path, cash: int, label: str, shown: tuple[str, ...]
) -> None:
    """100 shares at 100 and cash: FINRA 4210 interpretation (b)(4)/034 asks 100,000 at least."""
    book = f"symbol,type,quantity,price\nXYZ,stock,100,100\n,cash,{cash},\n"
    (folder / "now.csv").write_text(book)
    assert report(folder).exit_code == 0
    assert labelled(folder, "Start")[label][2:5] == shown


def test_the_broker_s_figures_are_set_beside_ours(folder: Path) -> None:
    done = report(folder, "--broker", str(folder / "broker.csv"))
    assert done.exit_code == 0, done.output
    cells = load_workbook(folder / "out.xlsx", data_only=True)["Reconciliation"]
    assert [cells[f"{c}6"].value for c in "AB"] == pytest.approx(
        [required(NOW, "2026-11-20"), 43_000], abs=0.006
    )


def test_the_terminal_says_what_the_report_says(folder: Path) -> None:
    (folder / "settings.csv").write_text(f"{SETTINGS}compared_with,2026-10-20\n")
    beside = ["--previous", str(folder / "then.csv"), "--broker", str(folder / "broker.csv")]
    done = report(folder, *beside)
    assert done.exit_code == 0, done.output
    printed = " ".join(done.output.split())
    found = [str(label)[2:] for label in labelled(folder, "Monthly report") if label]
    (change,) = (text for text in found if text.startswith("The requirement rose by"))
    (broker,) = (text for text in found if text.startswith("The broker requires"))
    assert change in printed
    assert broker in printed


def test_figures_of_the_broker_that_no_page_shows_are_spoken_of(folder: Path) -> None:
    """Without cash there is no account to set them beside, and no page of them."""
    (folder / "now.csv").write_text(NOW.replace("USD,cash,50000,,,\n", ""))
    done = report(folder, "--broker", str(folder / "broker.csv"), "--json")
    assert done.exit_code == 0, done.output
    assert "Broker" not in load_workbook(folder / "out.xlsx").sheetnames
    said = dict(json.loads(done.stdout)["messages"])
    assert said["broker"].startswith("The broker's figures are refused: settings, cash: found")


def test_an_earlier_day_that_no_page_shows_is_spoken_of(folder: Path) -> None:
    """The earlier positions have their prices; a page of the days needs their market, too."""
    book = Workbook()
    dated = [f"date,{NOW}".splitlines()[0]]
    dated += [f"2026-10-20,{row}" for row in THEN.splitlines()[1:]]
    dated += [f"2026-11-20,{row}" for row in NOW.splitlines()[1:]]
    tables = {"Positions": NOW.splitlines(), "Dated positions": dated}
    tables["Settings"] = [*SETTINGS.splitlines(), "compared_with,2026-10-20"]
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_cell(text) for text in row.split(",")])
    book.save(folder / "book.xlsx")
    asked = ["report", str(folder / "book.xlsx"), "-o", str(folder / "out.xlsx"), "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    rose = required(NOW, "2026-11-20") - required(THEN, "2026-10-20")
    said = dict(json.loads(done.stdout)["messages"])
    assert said["change"].startswith(f"The requirement rose by ${rose:,.0f} since 20 Oct 2026")


def _cell(text: str) -> str | float | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def test_a_call_of_the_period_is_counted_with_its_amount(folder: Path) -> None:
    """The stock of 268,400 is worth less than the loan and its requirement."""
    (folder / "now.csv").write_text(NOW.replace("50000", "-250000"))
    (folder / "settings.csv").write_text(f"{SETTINGS}compared_with,2026-10-20\n")
    done = report(folder, "--previous", str(folder / "then.csv"))
    assert done.exit_code == 0, done.output
    page = labelled(folder, "Monthly report")
    call = page["Portfolio margin: 3"]
    assert call[0] == 1
    assert call[1] == call[2]
    assert float(str(call[1])) == pytest.approx(250_000 + 3_996 - 268_400 + required(
        NOW.replace("50000", "-250000"), "2026-11-20"), abs=0.01)  # fmt: skip
    assert page["Reg T initial: 2 after settlement"][0] == "of trades only"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "found no date in then.csv, wanted as_of"),
        ("compared_with,2026-11-20\n", "then.csv of 2026-11-20, wanted a day before 2026-11-20"),
    ],
)
def test_an_earlier_book_without_a_day_before_is_refused(folder: Path, day: str, said: str) -> None:
    (folder / "settings.csv").write_text(SETTINGS + day)
    done = report(folder, "--previous", str(folder / "then.csv"))
    assert done.exit_code != 0
    assert said in " ".join(done.output.split())
    assert not (folder / "out.xlsx").exists()


def test_a_report_of_last_month_is_an_earlier_book(folder: Path) -> None:
    """Its workbook knows its day, its prices and its market."""
    (folder / "settings.csv").write_text(SETTINGS.replace("11-20", "10-20"))
    asked = ["report", str(folder / "then.csv"), "--settings", str(folder / "settings.csv")]
    assert CliRunner().invoke(app, [*asked, "-o", str(folder / "last.xlsx")]).exit_code == 0
    (folder / "settings.csv").write_text(SETTINGS)
    done = report(folder, "--previous", str(folder / "last.xlsx"))
    assert done.exit_code == 0, done.output
    rows = load_workbook(folder / "out.xlsx", data_only=True)["Monthly report"].iter_rows(
        values_only=True
    )
    key = next(row for row in rows if row[0] == "Portfolio margin" and row[1])
    assert key[2] == pytest.approx(required(THEN, "2026-10-20"), abs=0.006)


def test_what_is_of_one_book_is_refused_of_a_folder(folder: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(folder), "--pdf"])
    assert done.exit_code != 0
    assert "are of one book, found a folder" in " ".join(done.output.split())


def test_without_libreoffice_the_workbook_is_written_and_the_cure_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlmargin.hosts.calc.office.office_program", lambda: None)
    done = report(folder, "--pdf")
    assert done.exit_code != 0
    assert "found no LibreOffice to print it" in " ".join(done.output.split())
    assert (folder / "out.xlsx").exists()
    assert not (folder / "out.pdf").exists()


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)
def test_the_report_is_printed(folder: Path) -> None:
    done = report(folder, "--pdf")
    assert done.exit_code == 0, done.output
    assert (folder / "out.pdf").read_bytes().startswith(b"%PDF")


EUROPEAN = {
    "now": """Symbol;Type;Strike;Exp;Qty;Price
AAPL;stock;;;1.000;268,40
AAPL;call;280,00;18.12.2026;-12;3,33
MSFT;stock;;;250;510,18
""",
    "market": "symbol;price;volatility\nAAPL;268,40;25,5%\nMSFT;510,18;\n",
    "settings": "name;value\nas_of;2026-11-20\nrate;3,7%\ncash;50.000,50\n",
}
AMERICAN = {
    "now": """Symbol,Type,Strike,Exp,Qty,Price
AAPL,stock,,,1000,268.4
AAPL,call,280,2026-12-18,-12,3.33
MSFT,stock,,,250,510.18
""",
    "market": "symbol,price,volatility\nAAPL,268.4,0.255\nMSFT,510.18,\n",
    "settings": "name,value\nas_of,2026-11-20\nrate,0.037\ncash,50000.5\n",
}


def test_a_european_file_is_reported_as_the_american_one_and_says_how_it_was_read(
    folder: Path,
) -> None:
    answers = []
    for files in (EUROPEAN, AMERICAN):
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text)
        found = report(folder, "--market", str(folder / "market.csv"), "--json")
        assert found.exit_code == 0, found.output
        answers.append(json.loads(found.stdout))
        assert ("now.csv: numbers read as 1.234,56" in found.stderr) == (files is EUROPEAN)
    assert answers[0] == answers[1]
    assert answers[0]["strategy maintenance"] > 0


def test_an_earlier_book_without_a_price_says_that_the_report_of_its_day_has_it(
    folder: Path,
) -> None:
    """Of an index there is no row of shares that could have it."""
    (folder / "settings.csv").write_text(f"{SETTINGS}compared_with,2026-10-20\n")
    (folder / "then.csv").write_text(f"{THEN}SPX,put,-1,5000,2027-01-15,60\n")
    done = report(folder, "--previous", str(folder / "then.csv"))
    assert done.exit_code == 1
    assert "found 'SPX', wanted its price" in done.stderr
    assert "then.csv: found" in done.stderr
    assert "wanted the report of that day (.xlsx)" in done.stderr
