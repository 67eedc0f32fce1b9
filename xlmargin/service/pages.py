"""Files that a browser may ask for without a token: they have no figures in them, and ask for a
token themselves.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final

from starlette.responses import Response

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.office_js.add_in import OFFICE_JS, add_in
from xlmargin.packaged import packaged_text

_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".xml": "application/xml; charset=utf-8",
}
_IN_EXCEL: Final = f"script-src 'self' {OFFICE_JS}; object-src 'none'; base-uri 'none'"
"""What the add-in's pane may load: Excel shows it inside a page of its own."""

_ALONE: Final = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""What a page of ours may do by itself: ask its service, and run the script that it came with."""


Pages = dict[str, Response]
"""Files as a browser gets them, by their paths."""


def _page(content: bytes, suffix: str, policy: str) -> Response:
    """A file, and what it may load and do in a browser."""
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[suffix])


def status_page() -> Pages:
    """The figures of the accounts that are kept, as they change."""
    text = packaged_text("xlmargin.service", "status.html")
    allowed = {
        f"{name}-src": _hash_of(text.partition(f"<{name}>")[2].partition(f"</{name}>")[0])
        for name in ("script", "style")
    }
    policy = "; ".join([_ALONE, *(f"{what} {hashed}" for what, hashed in allowed.items())])
    return {"/": _page(text.encode("utf-8"), ".html", policy)}


def _hash_of(content: str) -> str:
    digest = b64encode(sha256(content.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def office_pages(functions: Sequence[WorksheetFunction], address: str) -> Pages:
    """The add-in for Excel, asking at an address."""
    return {
        path: _page(content, PurePosixPath(path).suffix, _IN_EXCEL)
        for path, content in add_in(functions, address).items()
    }
