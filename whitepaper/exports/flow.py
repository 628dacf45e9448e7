"""How what an element holds flows: blocks, and between them runs of text and inline elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

from lxml.html import HtmlElement

Piece: TypeAlias = str | HtmlElement
HEADINGS = {f"h{n}" for n in range(1, 7)}
BLOCK = {"p", "div", "section", "article", "nav", "details", "summary", "ul", "ol", "dl", "table", "figure", "blockquote", "pre", "hr", *HEADINGS}


def pieces(element: HtmlElement) -> list[Piece]:
    """Text and elements, in order."""
    found: list[Piece] = [element.text or ""]
    for child in element:
        found += [child, child.tail or ""] if isinstance(child.tag, str) else [child.tail or ""]
    return found


def run(found: list[Piece], trim: bool) -> list[Piece]:
    """Pieces as a run, each space of the source as one; trimmed at its ends if it stands alone."""
    shown = [re.sub(r"[ \t\r\n]+", " ", p) if isinstance(p, str) else p for p in found]
    shown = [p for p in shown if not isinstance(p, str) or p]
    if trim and shown and isinstance(shown[0], str):
        shown[0] = shown[0].lstrip()
    if trim and shown and isinstance(shown[-1], str):
        shown[-1] = shown[-1].rstrip()
    return [p for p in shown if not isinstance(p, str) or p]


def inlines(element: HtmlElement, trim: bool = False) -> list[Piece]:
    """The run of an element that holds text and inline elements."""
    return run(pieces(element), trim)


def blocks(element: HtmlElement) -> Iterator[HtmlElement | list[Piece]]:
    """The blocks of an element, and the runs between them."""
    for is_block, found in groupby(pieces(element), lambda p: not isinstance(p, str) and p.tag in BLOCK):
        if is_block:
            yield from found
        elif between := run(list(found), trim=True):
            yield between
