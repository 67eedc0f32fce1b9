"""HTML as elements inside elements; whatever is text is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Html:
    """A piece of a page, as it is written."""

    written: str


Content = Html | str
"""What an element holds; a text is escaped."""


def element(name: str, *contents: Content, **attributes: str) -> Html:
    """An element; an attribute `class_` is written class."""
    stated = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    inner = "".join(map(_written, contents))
    return Html(f"<{name}{stated}>{inner}</{name}>")


def lines(*contents: Content) -> Html:
    """One piece after another, each on a line of its own."""
    return Html("\n".join(map(_written, contents)))


def link(target: str, text: str) -> Html:
    """A link to a place on this page."""
    return element("a", text, href=f"#{target}")


def _written(content: Content) -> str:
    return content.written if isinstance(content, Html) else escape(content)
