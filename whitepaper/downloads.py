"""The documents that stand beside the pages, as readers find them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape as e
from pathlib import Path

from whitepaper.bibliography import Address, Drawing
from whitepaper.model import Publication
from whitepaper.publication import documents

INDEX = "llms.txt"


def paths(record: Publication) -> dict[str, str]:
    """Where all documents stand on the site, by kind, in the order in which readers are told of them."""
    whole = documents(record)
    stem = f"documents/{record.name}"
    ours = {"summary": f"{stem}-summary.pdf", "offline": f"{stem}-site.zip", "markdown": INDEX}
    return {kind: (whole | ours)[kind] for kind in ("pdf", "summary", "epub", "docx", "offline", "markdown")}


def sizes(record: Publication, folder: Path) -> Mapping[str, int]:
    """The documents in a folder that was made for the site, by path there, in bytes."""
    return {path: (folder / path).stat().st_size for path in paths(record).values() if (folder / path).is_file()}


def listed(drawing: Drawing, address: Address) -> str:
    """What `\\documents` stands for: a link to each document with its kind and size, or nothing where none were made."""
    rows = "\n".join(_rows(drawing, address))
    return f'<ul class="wp-documents wp-online">\n{rows}\n</ul>' if rows else f'<p class="wp-online">{e(drawing.words["documents"]["none"])}</p>'


def _rows(drawing: Drawing, address: Address) -> Iterator[str]:
    said = drawing.words["documents"]
    for kind, path in paths(drawing.paper.publication).items():
        if path in drawing.documents:
            size = f" ({e(_size(drawing.documents[path], said))})" if path != INDEX else ""
            yield f'<li><a href="{e(address(path))}">{e(said[kind]["name"])}</a>{size}: {e(said[kind]["told"])}</li>'


def _size(count: int, said: Mapping[str, str]) -> str:
    """A size as readers see it, never as nothing."""
    return said["megabytes"].format(n=f"{count / 1e6:.1f}") if count >= 1e6 else said["kilobytes"].format(n=max(count // 1000, 1))
