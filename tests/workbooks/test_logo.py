"""The logo: by its bytes, bounded, on the bands of the first page and of the report."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.workbooks.logo import MOST_BYTES, logo_in


def png(width: int, height: int) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))  # fmt: skip


def file(folder: Path, content: bytes) -> Path:
    path = folder / "logo.png"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [(192, 20, 1.0), (384, 40, 0.5), (100, 576, 0.1), (96, 10, 1.0)],
)
def test_a_picture_is_made_smaller_to_two_inches_by_six_tenths(
    tmp_path: Path, width: int, height: int, scale: float
) -> None:
    assert logo_in(file(tmp_path, png(width, height))).scale == pytest.approx((scale, scale))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + b"\0" * 50, "found neither PNG nor JPEG"),
        (b"\x89PNG\r\n\x1a\n", "found a damaged file"),
        (b"\xff\xd8\xff", "found a damaged file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MOST_BYTES, "wanted a logo of at most 1,000,000"),
        (png(6_000, 2), "found 6,000 by 2 pixels, wanted 1 to 5,000 each"),
    ],
)
def test_what_is_no_small_picture_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(MarginError, match=said):
        logo_in(file(tmp_path, content))


def test_pictures_stand_on_both_bands(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from xlmargin.cli import app

    (tmp_path / "own.csv").write_text("symbol,type,quantity,price\nXYZ,stock,100,50\nUSD,cash,9,\n")
    (tmp_path / "set.csv").write_text("name,value\nas_of,2026-11-20\nclient,Own Family\n")
    path = file(tmp_path, png(384, 80))
    asked = ["report", str(tmp_path / "own.csv"), "--settings", str(tmp_path / "set.csv"),
             "-o", str(tmp_path / "out.xlsx"), "--logo", str(path)]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        media = [name for name in book.namelist() if name.startswith("xl/media/")]
        assert [book.read(name) for name in media] == [path.read_bytes()]
        drawn = [book.read(n).decode() for n in book.namelist() if "drawings/drawing" in n]
    pictures = [text for text in drawn if "<xdr:pic>" in text]
    assert len(pictures) == 2
    assert all('descr="Logo of the client"' in text for text in pictures)
    (tmp_path / "bad.png").write_text("not a picture")
    done = CliRunner().invoke(app, [*asked[:-1], str(tmp_path / "bad.png")])
    assert done.exit_code != 0
    assert "found neither PNG nor JPEG" in " ".join(done.output.split())
