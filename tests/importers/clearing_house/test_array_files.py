"""Files of arrays in the clearing house's shapes: layouts, signs, and what the numbers are of.

The values of the files are invented; what is right stands in the reference: 10 short calls 110 and
10 short puts 90 lose at the highest point 7.018181 x 1,000 - 1.695320 x 1,000 = 5,322.86.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin.cli import app
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.errors import MarginError
from xlmargin.importers.clearing_house import FIXML_ATTRIBUTES
from xlmargin.importers.clearing_house.array_fixml import read_fixml

FILES = Path(__file__).parents[2] / "cases" / "official"
BOTH_SHORT = 1_000 * 7.018181 - 1_000 * 1.695320


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for path in FILES.iterdir():
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def official(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["official", *arguments])


def requirement(*arguments: str) -> float:
    result = official(*arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: float = json.loads(result.stdout)["requirement"]
    return answer


def groups(*arguments: str) -> list[dict[str, object]]:
    headings, *rows = json.loads(official(*arguments, "--json").stdout)["groups"]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def refusal(*arguments: str) -> str:
    result = official(*arguments)
    assert result.exit_code == 1, result.output
    assert not result.stdout
    return result.stderr


def held(text: str, name: str = "held.csv") -> str:
    Path(name).write_text("symbol,type,quantity,strike,expiration,price\n" + text)
    return name


def changed(source: str, *changes: tuple[str, str], name: str = "changed.csv") -> str:
    text = Path(source).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    Path(name).write_text(text)
    return name


@pytest.mark.parametrize("arrays", ["arr_mixed.csv", "arr_unit.csv", "arr_contract.csv"])
def test_the_file_tells_what_its_numbers_are_of(folder: Path, arrays: str) -> None:
    """A call less a put of 110 is the shares' 15 at +15%, once or a hundred times."""
    assert requirement(arrays, "pos2.csv") == pytest.approx(BOTH_SHORT, abs=0.01)


def test_the_basis_of_the_minimum_is_its_own(folder: Path) -> None:
    """Long and short of one call: 2 x 37.50, whatever the gains are of."""
    both = held("XYZ,call,-1,110,2027-01-15,\nXYZ,call,1,110,2027-01-15,\n")
    for arrays in ("arr_mixed.csv", "arr_unit.csv", "arr_contract.csv"):
        assert requirement(arrays, both) == pytest.approx(75)


def test_a_word_against_the_file_is_refused_with_the_rows_that_prove_it(folder: Path) -> None:
    said = refusal("arr_mixed.csv", "pos2.csv", "--per", "contract")
    assert "rows 3, 5 and 2: XYZ 2027-01-15 110 call less the put is 1 times the shares" in said
    assert requirement("arr_contract.csv", "pos2.csv", "--per", "contract") == pytest.approx(
        BOTH_SHORT, abs=0.01
    )


def test_two_pairs_of_different_basis_are_refused_with_both(folder: Path) -> None:
    one = Path("arr_unit.csv").read_text().splitlines()
    other = Path("arr_contract.csv").read_text().splitlines()
    rows = [one[0], one[1], one[2], one[4]]
    rows += [row.replace("2027-01-15", "2027-02-19") for row in (other[2], other[4])]
    Path("two.csv").write_text("\n".join(rows))
    two = held("XYZ,call,-1,110,2027-01-15,\nXYZ,call,-1,110,2027-02-19,\n")
    said = refusal("two.csv", two)
    assert "2 problems" in said
    assert "is 1 times the shares" in said
    assert "is 100 times the shares" in said


def test_without_a_pair_the_word_counts_if_no_option_contradicts_it(folder: Path) -> None:
    """A put of 2.02 that loses 169.53 is per contract: no long option loses more than it costs."""
    lines = Path("arr_contract.csv").read_text().splitlines()
    Path("puts.csv").write_text("\n".join([*lines[:2], lines[3]]))
    puts = held("XYZ,put,-10,90,2027-01-15,\n")
    assert requirement("puts.csv", puts) == pytest.approx(6_083.92, abs=0.01)
    assert "a loss of 169.53 at a price of 2.02" in refusal("puts.csv", puts, "--per", "unit")


def test_where_nothing_tells_the_user_is_asked(folder: Path) -> None:
    """Gains of 0.05 at 0.10: a far put of one unit, or of a hundred in a calm fund."""
    row = "XYZ,99,XYZ,2027-01-15,P,60,100,,0.10," + ",".join(["0.05", *["0.01"] * 4, *["0"] * 5])
    Path("far.csv").write_text(Path("arr_unit.csv").read_text().splitlines()[0] + "\n" + row)
    puts = held("XYZ,put,-1,60,2027-01-15,\n")
    assert "nothing that tells whether numbers are of a unit" in refusal("far.csv", puts)
    assert requirement("far.csv", puts, "--per", "unit") == pytest.approx(37.5)
    assert requirement("far.csv", puts, "--per", "contract") == pytest.approx(37.5)


def test_a_heading_of_the_minimum_per_contract_counts(folder: Path) -> None:
    heading = ("Minimum Charge", "CPM Minimum Charge Per Contract")
    assert requirement(changed("arr_mixed.csv", heading), "pos2.csv") == pytest.approx(
        BOTH_SHORT, abs=0.01
    )
    said = refusal(changed("arr_unit.csv", heading), "pos2.csv")
    assert "found 0.375 where the rule has 0.375 a unit or 37.5 a contract" in said


def test_minimums_of_two_kinds_are_refused_with_both(folder: Path) -> None:
    row = "P,90,100,37.5"
    said = refusal(changed("arr_mixed.csv", (row, "P,90,100,0.375")), "pos2.csv")
    assert "rows 3-4, minimum: found 37.5, which is of a contract, 0.375, which is of" in said


def test_points_may_be_headed_by_their_place(folder: Path) -> None:
    """-5 and 5 are two headings: 1,000 shares at 100 lose 15,000 at the first."""
    long = held("XYZ,stock,1000,,,\n")
    [row] = groups("arr_pts.csv", long)
    assert (row["worst point"], row["requirement"]) == ("D5", 15_000)
    short = held("XYZ,stock,-1000,,,\n", "short.csv")
    assert groups("arr_pts.csv", short)[0]["worst point"] == "U5"
    for other in ("PL -5,PL -4,PL -3,PL -2,PL -1,PL 1,PL 2,PL 3,PL 4,PL 5",
                  "Point -5,Point -4,Point -3,Point -2,Point -1,+1,+2,+3,+4,+5"):  # fmt: skip
        spelt = changed("arr_pts.csv", ("-5,-4,-3,-2,-1,1,2,3,4,5", other))
        assert groups(spelt, long)[0]["worst point"] == "D5"


def test_places_of_which_one_is_missing_are_no_headings(folder: Path) -> None:
    long = held("XYZ,stock,1000,,,\n")
    assert "found no such headings" in refusal(changed("arr_pts.csv", (",-5,", ",-6,")), long)
    assert "found no such headings" in refusal(changed("arr_pts.csv", (",-5,", ",5,")), long)


def test_places_that_contradict_the_shares_are_refused(folder: Path) -> None:
    """Shares that gain at -5 are no shares: losses are positive there, or the order is turned."""
    turned = changed("arr_pts.csv", ("-5,-4,-3,-2,-1,1,2,3,4,5", "5,4,3,2,1,-1,-2,-3,-4,-5"))
    said = refusal(turned, held("XYZ,stock,1000,,,\n"))
    assert "found XYZ gains as its price falls" in said


def test_losses_above_zero_are_refused(folder: Path) -> None:
    """All numbers of the other sign look like points from the top, but options lose both ways."""
    lines = Path("arr_unit.csv").read_text().splitlines()
    turned = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        turned.append(",".join([*cells[:9], *(f"{-float(v):.6f}" for v in cells[9:])]))
    Path("turned.csv").write_text("\n".join(turned))
    said = refusal("turned.csv", "pos2.csv")
    assert "turned.csv, row 3, points" in said
    assert "a long option that loses on both sides of the price" in said


def test_an_inverse_fund_held_alone_keeps_its_labels(folder: Path) -> None:
    """SH gains 6.00 where its index falls to the lowest point, and loses 6.00 at the highest."""
    [row] = groups("arr_inv.csv", held("SH,stock,1000,,,40\n"))
    assert (row["worst point"], row["requirement"]) == ("U5", 6_000)


def test_a_class_of_shares_finds_its_root(folder: Path) -> None:
    """100 BRK.B at 500 lose 75.00 a share in a file that writes BRKB."""
    assert requirement("arr_brk.csv", "pos_brk.csv") == 7_500
    pointed = changed("arr_brk.csv", ("99,BRKB", "99,BRK.B"))
    assert requirement(pointed, "pos_brk.csv") == 7_500


def test_amounts_are_without_noise(folder: Path) -> None:
    """Three times 0.1 is 0.3: 30,000 shares of 0.1, -0.1 at the worst point."""
    line = "XYZ,99,XYZ,,,,1,0,1,-0.1,-.08,-.06,-.04,-.02,.02,.04,.06,.08,0.1"
    Path("tenth.csv").write_text(Path("arr_unit.csv").read_text().splitlines()[0] + "\n" + line)
    three = held("XYZ,stock,1,,,\n" * 3)
    assert '"requirement": 0.3,' in official("tenth.csv", three, "--json").stdout


@pytest.mark.parametrize("groups_file", ["pgz.csv", "pg_small.csv"])
def test_a_product_group_without_offset_does_nothing(folder: Path, groups_file: str) -> None:
    """Two stocks, long and short, 15% of 100,000 each: in different classes they never offset."""
    assert requirement("arr_pair.csv", "pos_pair.csv", "--groups", groups_file) == 30_000


def test_fixml_has_its_points_by_number(folder: Path) -> None:
    long = held("XYZ,stock,1000,,,\n")
    [row] = groups("theo.xml", long)
    assert (row["worst point"], row["requirement"]) == ("D5", 15_000)
    assert "no class group stated" in official("theo.xml", long).output


OPTION = """<SecL><Instrmt Sym="XYZ" SecTyp="OPT" PutCall="{right}" StrkPx="110" MatDt="2027-01-15"
 Mult="100"/>{movements}</SecL>"""
OF_ACCOUNT = '<PxMvmnt><ClrAcctTyp ClrAcctTyp="{account}"/>{values}</PxMvmnt>'


def movement(account: str, values: list[float], kind: str = "0") -> str:
    points = [*range(-5, 0), *range(1, 6)]
    pairs = zip(points, values, strict=True)
    made = "".join(f'<PxMvmntValu Valu="{v}" Pnt="{p}" Typ="{kind}"/>' for p, v in pairs)
    return OF_ACCOUNT.format(account=account, values=made)


def with_option(right: str, movements: str) -> str:
    option = OPTION.format(right=right, movements=movements)
    return changed("theo.xml", (" </SecList>", option + " </SecList>"), name="options.xml")


CALL = [-2.247480, -2.056286, -1.764627, -1.343302, -0.763609, 0.967584, 2.152046, 3.558351,
        5.183652, 7.018181]  # fmt: skip
MOVES = [-15.0, -12.0, -9.0, -6.0, -3.0, 3.0, 6.0, 9.0, 12.0, 15.0]


def test_of_fixml_the_customers_amounts_are_taken(folder: Path) -> None:
    """A market maker's and the percentages of the move stand beside them."""
    others = movement("3", [9 * v for v in CALL]) + movement("1", MOVES, "1")
    arrays = with_option("1", others + movement("1", CALL))
    short = held("XYZ,call,-10,110,2027-01-15,\n")
    assert requirement(arrays, short, "--per", "unit") == pytest.approx(7_018.18, abs=0.01)


@pytest.mark.parametrize(
    ("movements", "message"),
    [
        (movement("3", CALL), "the amounts of customers"),
        (movement("1", MOVES, "1"), "the amounts of customers"),
        (movement("1", CALL).replace('Pnt="5"', 'Pnt="4"'), "each point from -5 to 5 once"),
        (movement("1", CALL).replace('Pnt="5"', 'Pnt="6"'), "each point from -5 to 5 once"),
        (movement("1", CALL).replace("7.018181", "x"), "found x, wanted a number"),
        (movement("1", CALL) + movement("1", CALL), "each point from -5 to 5 once"),
    ],
)
def test_fixml_that_is_not_clear_is_refused(folder: Path, movements: str, message: str) -> None:
    short = held("XYZ,call,-10,110,2027-01-15,\n")
    assert message in refusal(with_option("1", movements), short)


@pytest.mark.parametrize("named", FIXML_ATTRIBUTES)
def test_every_attribute_that_is_said_to_be_read_is_read(folder: Path, named: str) -> None:
    """Under another name it is missing: what is kept is other, or the file is refused."""
    element, attribute = named.split()
    whole = OPTION.replace('PutCall="{right}"', 'PutCall="1"').format(
        movements=movement("3", CALL) + movement("1", CALL) + movement("1", MOVES, "1")
    )
    future = '<SecL><Instrmt Sym="XYZ" SecTyp="FUT"/></SecL>'
    share = f'<SecL><Instrmt Sym="XYZ" SecTyp="CS"/>{movement("1", MOVES)}</SecL>'
    text = f'<FIXML><SecList BizDt="2026-11-02">{share}{whole}{future}</SecList></FIXML>'
    held_call = Contract("XYZ", InstrumentKind.CALL, 110, 46402)

    def kept(text: str) -> object:
        Path("named.xml").write_text(text)
        try:
            file = read_fixml(Path("named.xml"), [held_call])
        except MarginError as error:
            return str(error)
        return repr((sorted(file.rows.values()), file.day, dict(file.aside)))

    assert held_call.root in str(kept(text)) and "2026" in str(kept(text))
    assert kept(re.sub(f"(<{element} [^>]*?){attribute}=", r"\1Other=", text)) != kept(text)


def test_fixml_of_another_kind_or_cut_short_is_named(folder: Path) -> None:
    long = held("XYZ,stock,1000,,,\n")
    Path("other.xml").write_text("<FIXML><PosRpt/></FIXML>")
    assert "found XML of <FIXML>, wanted a FIXML SecList" in refusal("other.xml", long)
    whole = Path("theo.xml").read_text()
    Path("cut.xml").write_text(whole[: len(whole) // 2])
    assert "is the file cut short?" in refusal("cut.xml", long)
    Path("bomb.xml").write_text('<!DOCTYPE x [<!ENTITY a "b">]>' + whole[40:])
    assert "definitions of entities" in refusal("bomb.xml", long)
    doubled = whole.replace(" </SecList>", whole[whole.index("<SecL ") :], 1)
    Path("doubled.xml").write_text(doubled)
    assert "is the file doubled?" in refusal("doubled.xml", long)


def test_a_file_of_another_kind_is_named(folder: Path) -> None:
    long = held("XYZ,stock,1000,,,\n")
    for report in ("RBHCPMProductGroupsReport.csv", "RBHCPMIncludedProductsReport.csv"):
        assert "found a report of groups, wanted arrays" in refusal(report, long)
    assert "found positions, wanted arrays first" in refusal("pos2.csv", long)
    assert "found none of the positions" in refusal("arr_brk.csv", long)


def test_a_file_cut_short_or_doubled_is_named(folder: Path) -> None:
    text = Path("arr_unit.csv").read_text().rstrip("\n")
    Path("cut.csv").write_text(text[: text.rindex(",")])
    calls = held("XYZ,call,-1,110,2027-01-15,\n")
    assert "is the file cut short?" in refusal("cut.csv", calls)
    Path("far.csv").write_text(text + "\nABC,99,ABC,2027-01-15,P,9")
    assert "the file is cut short" in refusal("far.csv", calls)
    Path("headings.csv").write_text(text.splitlines()[0])
    assert "found headings alone" in refusal("headings.csv", calls)
    Path("doubled.csv").write_text(text + "\n" + text)
    assert "as row 2: is the file doubled?" in refusal("doubled.csv", calls)
    Path("quote.csv").write_text(text + '\n"XYZ')
    assert "is the file cut short?" in refusal("quote.csv", calls)


def test_what_is_not_in_the_file_is_margined_by_strategy(folder: Path) -> None:
    """100 ABC at 40: a quarter of 4,000 beside 1,500 by the arrays."""
    both = held("XYZ,stock,100,,,100\nABC,stock,100,,,40\n")
    result = official("arr_unit.csv", both)
    assert result.exit_code == 0
    assert "ABC: not in arr_unit.csv, margined by strategy" in result.output
    assert requirement("arr_unit.csv", both) == pytest.approx(1_500 + 0.25 * 4_000)
    assert groups("arr_unit.csv", both)[-1]["binds"] == "strategy"


def test_what_is_not_in_the_file_may_be_left_out_by_name(folder: Path) -> None:
    both = held("XYZ,stock,100,,,100\nABC,stock,100,,,\nABC,call,-1,50,2027-01-15,1\n")
    assert requirement("arr_unit.csv", both, "--leave-out", "ABC") == pytest.approx(1_500)
    said = refusal("arr_unit.csv", both, "--leave-out", "ABD")
    assert "found ABD, wanted the symbol or underlying of a position" in said
    bond = held("XYZ,stock,100,,,100\n912828ZT0,bond,5,,,99\n")
    assert official("arr_unit.csv", bond).exit_code == 1
    assert requirement("arr_unit.csv", bond, "--leave-out", "912828ZT0") == pytest.approx(1_500)


def test_a_contract_missing_among_others_of_its_root_is_refused(folder: Path) -> None:
    said = refusal("arr_unit.csv", held("XYZ,stock,1,,,100\nXYZ,call,1,115,2027-01-15,1\n"))
    assert "row 3, symbol: found 'XYZ', wanted a contract that has a row" in said
    assert "--leave-out XYZ" in said


def test_a_file_of_another_day_is_a_warning_with_both_days(folder: Path) -> None:
    text = Path("arr_unit.csv").read_text()
    Path("dated.csv").write_text(text + 'Report generated on 11/03/2026,"",""\n')
    Path("s.csv").write_text("name,value\nas_of,2026-11-02\n")
    long = held("XYZ,stock,100,,,100\n")
    result = official("dated.csv", long, "--settings", "s.csv", "--json")
    assert "dated.csv is of 2026-11-03, the positions are of 2026-11-02." in result.output
    assert json.loads(result.stdout)["warnings"][0].startswith("dated.csv is of 2026-11-03")
    Path("s.csv").write_text("name,value\nas_of,2026-11-03\n")
    assert "dated.csv is of" not in official("dated.csv", long, "--settings", "s.csv").output
    assert "theo.xml is of 2026-11-02" in official("theo.xml", long, "--settings", "s.csv").output


def test_what_is_said_of_files_stands_once_in_either_form(folder: Path) -> None:
    """A report without its last line, arrays of another day: on the screen, and in JSON."""
    lines = Path("RBHCPMProductGroupsReport.csv").read_text().splitlines()
    Path("cut.csv").write_text("\n".join(lines[:-1]))
    arrays = Path("arr_unit.csv").read_text().rstrip("\n")
    Path("dated.csv").write_text(arrays + '\nReport generated on 11/03/2026,"",""\n')
    Path("s.csv").write_text("name,value\nas_of,2026-11-02\n")
    asked = ["dated.csv", held("XYZ,stock,100,,,100\n"), "--settings", "s.csv"]
    asked += ["--groups", "cut.csv"]
    shown = official(*asked).stdout
    warnings = json.loads(official(*asked, "--json").stdout)["warnings"]
    for said in ("cut.csv: no closing line", "dated.csv is of 2026-11-03"):
        assert shown.count(said) == 1
        assert sum(said in warning for warning in warnings) == 1


def test_percentages_are_no_dollars(folder: Path) -> None:
    """Two stocks at 100 and at 500 do not gain the same dollars."""
    same = changed("arr_pair.csv", ("BBB,,,,1,0,100", "BBB,,,,1,0,500"))
    one_class = changed(same, ("BBB,99,BBB", "AAA,99,BBB"), name="one.csv")
    said = refusal(one_class, "pos_pair.csv")
    assert "the same ten values as row 2 at another price" in said


def test_rows_of_other_accounts_and_products_are_left_aside(folder: Path) -> None:
    lines = Path("arr_unit.csv").read_text().splitlines()
    rows = ["Account Type,Product Type," + lines[0], "C,EQUI," + lines[1], "M,EQUI," + lines[1]]
    rows += ["C,FUTR," + lines[1], "C,OPTN," + lines[2], "F,OPTN," + lines[2]]
    Path("all.csv").write_text("\n".join(rows))
    result = official("all.csv", held("XYZ,stock,100,,,100\n"))
    assert result.exit_code == 0, result.output
    assert "rows of other accounts than customers' (2)" in result.output
    assert "other products (1)" in result.output
