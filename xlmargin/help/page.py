"""The frame of a page: one file to read, print or link to, the same bytes every time it is made."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from xlmargin.help.html import Html, element, lines

Chapters = Mapping[str, tuple[str, Html]]
"""The title and content of each chapter, by the name that links have."""

GENERATOR: Final = '<meta name="generator" content="xlmargin">'
"""By which a page is known as ours."""


def page(title: str, about: str, contents: Html, chapters: Chapters) -> str:
    """The whole page as HTML: title, what it is, links into it, chapters."""
    style = files("xlmargin.help").joinpath("help_page.css").read_text(encoding="utf-8")
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(GENERATOR),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(f"\n{style}")),
    )
    parts = [
        element("section", element("h2", heading), content, id=name)
        for name, (heading, content) in chapters.items()
    ]
    header = element("header", element("h1", title), element("p", about))
    nav = element("nav", contents, aria_label="Contents")
    body = element("body", header, nav, element("main", lines(*parts)))
    written = element("html", head, "\n", body, lang="en").written
    return f"<!DOCTYPE html>\n{written}\n"
