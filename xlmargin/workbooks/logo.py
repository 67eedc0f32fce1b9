"""The client's logo: a picture given by its bytes, never a file that a cell names."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import error as OutOfBytes  # noqa: N812
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.workbooks.xlsx_writer import Image, Worksheet, XlsxWriterException

WIDTH, HEIGHT = 2.0, 0.6
"""The room of a logo, in inches."""
MOST_BYTES: Final = 1_000_000
_MOST_PIXELS: Final = 5_000
_KINDS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How pictures of the kinds PNG and JPEG begin."""
_PIXELS_AN_INCH: Final = 96.0


@dataclass(frozen=True)
class Logo:
    """A picture: its bytes, and by how much it is scaled to fit its room."""

    content: bytes
    scale: tuple[float, float]

    def insert(self, sheet: Worksheet, row: int, column: int, offset: int) -> None:
        """Put it into a cell, pixels from its left; it moves with the cell and keeps its size."""
        across, down = self.scale
        options = {
            "image_data": BytesIO(self.content), "x_scale": across, "y_scale": down,
            "x_offset": offset, "y_offset": 5, "object_position": 2,
            "description": "Logo of the client",
        }  # fmt: skip
        sheet.insert_image(row, column, "logo", options)


def logo_in(path: Path) -> Logo:
    """The picture in a file; refused where it is too large, no PNG or JPEG, or damaged."""
    if path.stat().st_size > MOST_BYTES:
        found = f"{path.stat().st_size:,} bytes"
        raise MarginError(f"{path.name}: found {found}, wanted a logo of at most {MOST_BYTES:,}.")
    content = path.read_bytes()
    if not content.startswith(_KINDS):
        raise MarginError(f"{path.name}: found neither PNG nor JPEG, wanted a logo of these kinds.")
    try:
        picture = Image(BytesIO(content))
    except (XlsxWriterException, OutOfBytes, IndexError, ValueError) as damage:
        wanted = "a picture that is whole"
        raise MarginError(f"{path.name}: found a damaged file, wanted {wanted}.") from damage
    width, height = float(picture.width), float(picture.height)
    if not (0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS):
        found = f"{width:,.0f} by {height:,.0f} pixels"
        raise MarginError(f"{path.name}: found {found}, wanted 1 to {_MOST_PIXELS:,} each.")
    fit = min(1.0, WIDTH * _PIXELS_AN_INCH / width, HEIGHT * _PIXELS_AN_INCH / height)
    dpi = (float(picture.x_dpi), float(picture.y_dpi))
    return Logo(content, (fit * dpi[0] / _PIXELS_AN_INCH, fit * dpi[1] / _PIXELS_AN_INCH))
