"""All documents of the paper, by path on the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import typst

from whitepaper.cache import Cache, digest, source_version
from whitepaper.downloads import paths
from whitepaper.exports import book as books
from whitepaper.exports import credits, office, pdf, typst_code
from whitepaper.exports.book import SUMMARY, Book
from whitepaper.model import Paper, Place, Problem

UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
PROGRAMS = ("typst", "pikepdf", "pypandoc-binary", "lxml")


def made(book: Book, cache: Cache) -> dict[str, bytes]:
    """Every document but the site's copy, and every page as Markdown.

    Raises:
        typst.TypstError: the text cannot be typeset; see `problems`.
    """
    makers: dict[str, Callable[[Book], bytes]] = {"pdf": pdf.paper, "epub": office.epub, "docx": office.docx}
    if book.part(SUMMARY):
        makers["summary"] = pdf.summary
    stamp = _stamp(book)
    with ThreadPoolExecutor(2) as pool:
        running = {kind: pool.submit(_kept, f"{stamp}-{kind}", make, book, cache) for kind, make in makers.items()}
        pages = _markdown(book, stamp, cache)
    at = paths(book.publication)
    return {at[kind]: task.result() for kind, task in running.items()} | {path: text.encode("utf-8") for path, text in pages.items()}


def _kept(name: str, make: Callable[[Book], bytes], book: Book, cache: Cache) -> bytes:
    """A document as it was made before from the same book, or made now."""
    content = cache.get_file(name)
    if content is None:
        content = make(book)
        cache.put_file(name, content)
    return content


def _markdown(book: Book, stamp: str, cache: Cache) -> dict[str, str]:
    pages: dict[str, str] | None = cache.get(f"{stamp}-markdown")
    if pages is None:
        pages = office.markdown(book)
        cache.put(f"{stamp}-markdown", pages)
    return pages


def _stamp(book: Book) -> str:
    """What the documents are made from: the book, our program, its templates and those that it runs."""
    sources = source_version(*(str(m.__file__) for m in (books, credits, office, pdf, typst_code)))
    templates = [f.read_text(encoding="utf-8") for f in sorted((resources.files("whitepaper") / "book").iterdir(), key=lambda f: f.name)]
    return digest("documents", repr(book), sources, templates, [version(p) for p in PROGRAMS])


def problems(error: typst.TypstError, paper: Paper) -> list[Problem]:
    """What an editor can mend of a fault in typesetting: characters that no font of the PDF holds. Nothing for any other fault."""
    found = sorted({char for text in UNPRINTABLE.findall(error.diagnostic) for char in text})
    mend = "write it otherwise; the PDF has the letters of Latin, Greek and Cyrillic, and common signs"
    return [Problem(place, f"has '{char}' (U+{ord(char):04X}), which no font of the PDF holds", mend) for char in found for place in _places(char, paper)]


def _places(char: str, paper: Paper) -> Iterable[Place]:
    """Where a character stands: every line of a page that has it, and every entry and record."""
    found = list(_everywhere(char, paper))
    return found or [Place("docs", 1)]


def _everywhere(char: str, paper: Paper) -> Iterator[Place]:
    for path, section in paper.sections.items():
        yield from (Place(path, n) for n, line in enumerate(section.text.split("\n"), 1) if char in line)
    yield from (r.place for r in paper.references.values() if char in repr(r.fields) or char in repr(r.csl))
    for records in (paper.claims, paper.recommendations, paper.exhibits):
        yield from (record.place for record in records.values() if char in repr(record))


def write(files: dict[str, bytes], folder: Path) -> None:
    """Put files under a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
