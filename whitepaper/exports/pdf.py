"""The book, and its summary alone, as tagged PDF by Typst: PDF/UA-1 and PDF/A-2a, the same bytes on every machine."""

from __future__ import annotations

import io
import json
import re
from functools import partial
from importlib import resources
from typing import Any

import pikepdf
import typst
from lxml import html

from whitepaper.bibliography import REFERENCES
from whitepaper.exports import credits, typst_code
from whitepaper.exports.book import SUMMARY, Book, Job, body_of, linked, online, whole

STANDARDS: list[Any] = ["ua-1", "a-2a"]
SIZES = (10.5, 10, 9.5, 9)  # points: the summary takes the first that keeps it to its pages
PAGES = 2
TEXT = re.compile(r"<text([^>]*>)([^<]*)</text>")
NUMBERED = re.compile(r"source-(?:C\d+\.\d+|R\d+)$")
FACE = re.compile(r'font-family="[^"]*"')


def paper(book: Book) -> Job:
    """The whole paper."""
    return partial(_typeset, book, book.publication.title, "whole", typst_code.code(whole(book)))


def summary(book: Book) -> Job:
    """The summary alone, with the works it cites, as large as two pages allow."""
    part = book.part(SUMMARY)
    assert part is not None, "there is no summary"
    tree = body_of(part, "section")
    tree.set("id", "summary")
    heading = html.Element("h1")
    heading.text = title = f"{book.publication.title}: {part.title}"
    tree.insert(0, heading)
    if part.sources:
        last = html.Element("h2")
        last.text = book.words["book"]["sources"]
        tree.extend([last, html.fragment_fromstring(part.sources)])
    for entry in tree.cssselect(".wp-sources > li"):
        if NUMBERED.match(str(entry.get("id"))):  # the whole paper has the claims and recommendations
            entry.drop_tree()
    for note in tree.cssselect(".wp-note"):
        note.set("class", "wp-brief")
    known = {str(e.get("id")) for e in tree.cssselect("[id]")}
    linked(tree, lambda target: _within_summary(target, known, book))
    return partial(_fitted, book, title, typst_code.code(tree))


def _fitted(book: Book, title: str, code: str) -> bytes:
    """Code as a PDF of few pages, as large as they allow."""
    for size in SIZES:
        done = _typeset(book, title, f"alone.with({size}pt)", code)
        if pages(done) <= PAGES:
            break
    return done


def pages(document: bytes) -> int:
    """How many pages a PDF of Typst's has."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return len(opened.pages)


def _within_summary(target: str, known: set[str], book: Book) -> str | None:
    path, _, anchor = target.partition("#")
    own = anchor if path == "/" + SUMMARY else anchor.replace("ref-", "source-", 1) if path == "/" + REFERENCES else ""
    return "#" + own if own in known else online(target, book)


def _packed(document: bytes) -> bytes:
    """The same PDF at a third of its size: its tags and links are thousands of small objects."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _typeset(book: Book, title: str, how: str, code: str) -> bytes:
    """Code as PDF; `given` in the template is what the record says."""
    language, _, region = book.publication.language.partition("-")
    given = {
        "title": title, "subtitle": book.publication.subtitle, "author": credits.authors(book), "description": book.publication.abstract,
        "keywords": book.publication.keywords,
        "version": book.publication.version, "date": book.publication.date, "day": credits.day(book), "licence": credits.licence(book),
        "whole": how == "whole", "lang": language, "region": region or None,
        "words": book.words["book"], "figures": {n: figure(svg) for n, svg in book.figures.items()},
    }  # fmt: skip
    template = (resources.files("whitepaper") / "book" / "book.typ").read_text(encoding="utf-8")
    source = f"#let given = json(bytes({typst_code.quoted(json.dumps(given, ensure_ascii=False))}))\n{template}\n#show: {how}\n#{{\n{code}\n}}\n"
    return _packed(typst.compile(source.encode("utf-8"), ignore_system_fonts=True, pdf_standards=STANDARDS, timestamp=credits.epoch(book.publication)))


def figure(svg: str) -> str:
    """A figure that stands by itself: in the text's own type and black, each word with white around it where a line passes."""
    svg = TEXT.sub(r'<text stroke="#ffffff" stroke-width="4" stroke-linejoin="round"\1\2</text><text\1\2</text>', svg)
    svg = FACE.sub('font-family="Libertinus Serif"', svg).replace("currentColor", "#1b1b1f")
    return svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
