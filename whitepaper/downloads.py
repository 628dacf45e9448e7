"""The documents that stand beside the pages, as readers find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape as e
from pathlib import Path

from whitepaper.bibliography import Address, Drawing
from whitepaper.language import Words
from whitepaper.model import Publication
from whitepaper.publication import documents

INDEX = "llms.txt"
SIZE = '<span class="wp-size" data-of="{}"></span>'  # stands for a document's size until it is made
SIZES = re.compile(SIZE.format('([^"]+)'))


def paths(record: Publication) -> dict[str, str]:
    """Where all documents stand on the site, by kind, in the order in which readers are told of them."""
    whole = documents(record)
    stem = f"documents/{record.name}"
    ours = {"summary": f"{stem}-summary.pdf", "offline": f"{stem}-site.zip", "markdown": INDEX}
    return {kind: (whole | ours)[kind] for kind in ("pdf", "summary", "epub", "docx", "offline", "markdown")}


def listed(drawing: Drawing, address: Address) -> str:
    """What `\\documents` stands for: a link to each document with its kind and room for its size, or a word that there is none."""
    rows = "\n".join(_rows(drawing, address))
    return f'<ul class="wp-documents wp-online">\n{rows}\n</ul>' if rows else f'<p class="wp-online">{e(drawing.words["documents"]["none"])}</p>'


def _rows(drawing: Drawing, address: Address) -> Iterator[str]:
    said = drawing.words["documents"]
    for kind, path in paths(drawing.paper.publication).items():
        if path in drawing.documents:
            size = SIZE.format(path) if path != INDEX else ""
            yield f'<li><a href="{e(address(path))}">{e(said[kind]["name"])}</a>{size}: {e(said[kind]["told"])}</li>'


def tell_sizes(site: Path, words: Words) -> None:
    """Write into a site's pages how large the documents beside them are."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        told = SIZES.sub(lambda found: f" ({e(_size((site / found[1]).stat().st_size, words['documents']))})", text)
        if told != text:
            page.write_text(told, encoding="utf-8")


def _size(count: int, said: Mapping[str, str]) -> str:
    """A size as readers see it, never as nothing."""
    return said["megabytes"].format(n=f"{count / 1e6:.1f}") if count >= 1e6 else said["kilobytes"].format(n=max(count // 1000, 1))
