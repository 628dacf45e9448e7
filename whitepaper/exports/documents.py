"""All documents of the paper, by path on the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import typst

from whitepaper.cache import Cache, digest, source_version
from whitepaper.downloads import paths
from whitepaper.exports import book as books
from whitepaper.exports import credits, flow, office, pandoc, pdf, typst_code
from whitepaper.exports.book import SUMMARY, Book, Job, Layout
from whitepaper.model import Paper, Place, Problem

UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
MAKERS: dict[str, Callable[[Book], Job]] = {  # the longest first
    "pdf": pdf.paper,
    "epub": office.epub,
    "docx": office.docx,
    "summary": pdf.summary,
}
PROGRAMS = ("typst", "pikepdf", "pypandoc-binary", "lxml")


def listed(paper: Paper, arrangement: Layout) -> list[str]:
    """Where every document of a paper will stand on the site, the copy of the site among them."""
    return [path for kind, path in paths(paper.publication).items() if kind != "summary" or SUMMARY in books.order(paper, arrangement)]


def made(book: Book, wanted: Collection[str], cache: Cache) -> dict[str, bytes]:
    """Every document but the site's copy, and every page as Markdown.

    Args:
        wanted: where those that this paper has will stand on the site.

    Raises:
        typst.TypstError: the text cannot be typeset; see `problems`.
    """
    at, stamp = paths(book.publication), _stamp(book)
    with ThreadPoolExecutor(2) as pool:
        running = {at[kind]: _begun(pool, f"{stamp}-{kind}", maker, book, cache) for kind, maker in MAKERS.items() if at[kind] in wanted}
        pages = cache.result(f"{stamp}-markdown", lambda: office.markdown(book))
    return {path: result() for path, result in running.items()} | {path: text.encode("utf-8") for path, text in pages.items()}


def _begun(pool: Executor, name: str, maker: Callable[[Book], Job], book: Book, cache: Cache) -> Job:
    """What gives a document: as it was made before from the same book, or set about now.

    What Python does of it is done here, because threads would only wait for each other; what other programs do is left to the pool.
    """
    kept = cache.get_file(name)
    return (lambda: kept) if kept is not None else pool.submit(_finished, name, maker(book), cache).result


def _finished(name: str, job: Job, cache: Cache) -> bytes:
    content = job()
    cache.put_file(name, content)
    return content


def _stamp(book: Book) -> str:
    """What the documents are made from: the book, our program, its templates and those that it runs."""
    sources = source_version(*(str(m.__file__) for m in (books, credits, flow, office, pandoc, pdf, typst_code)))
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
