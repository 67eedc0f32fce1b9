"""Text files: what becomes a number, what stays text, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.importers import delimited_text, read_one_range


def read(tmp_path: Path, content: str | bytes, name: str = "book.csv") -> list[list[object]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [list(row) for row in read_one_range(path, "positions")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = f"symbol{delimiter}quantity\nXYZ{delimiter}-5\n"
    assert read(tmp_path, text) == [["symbol", "quantity"], ["XYZ", -5.0]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    content = "symbol,note\nXYZ,Café\n".encode(encoding)
    assert read(tmp_path, content) == [["symbol", "note"], ["XYZ", "Café"]]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("12", 12.0),
        ("-0.5", -0.5),
        ("+5", 5.0),
        (".25", 0.25),
        ("5.", 5.0),
        ("0", 0.0),
        ("", None),
        ("  ", None),
        ("007", "007"),
        ("1234567890123456", "1234567890123456"),
        ("1e5", "1e5"),
        ("5%", "5%"),
        ("$5", "$5"),
        (".", "."),
        ("-", "-"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("１２", "１２"),
        ("2026-12-18", "2026-12-18"),
        ("TRUE", "TRUE"),
        ("=1+1", "=1+1"),
    ],
)
def test_only_plain_numbers_become_numbers(tmp_path: Path, text: str, cell: object) -> None:
    assert read(tmp_path, f"a,b\n{text},x\n")[1][0] == cell


def test_thousands_and_decimal_commas_are_not_guessed(tmp_path: Path) -> None:
    assert read(tmp_path, 'a;b\n"1,234.5";12,5\n')[1] == ["1,234.5", "12,5"]


def test_short_rows_are_filled_and_blank_rows_at_the_end_dropped(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,c\n1\n\n,,\n") == [["a", "b", "c"], [1.0, None, None]]


def test_an_open_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MarginError, match="line 3"):
        read(tmp_path, 'a,b\n1,2\n"open,3\n')


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MarginError, match="found nothing"):
        read(tmp_path, content)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MarginError, match="found no text"):
        read(tmp_path, b"\x00\x01\x02")


def test_too_many_rows_and_columns_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MarginError, match="201 columns"):
        read(tmp_path, "a," * 200 + "b\n")
    monkeypatch.setattr(delimited_text, "MOST_ROWS", 100_000)
    with pytest.raises(MarginError, match="100,001 rows"):
        read(tmp_path, "a\n" * 150_000)


def test_bars_and_texts_in_formulas_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, 'symbol|quantity|price\n="XYZ"|="100"|500\n')
    assert found == [["symbol", "quantity", "price"], ["XYZ", 100.0, 500.0]]
