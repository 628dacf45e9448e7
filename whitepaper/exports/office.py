"""The book as EPUB 3 and as Word, and its pages as Markdown, by pandoc: the same bytes for the same paper."""

from __future__ import annotations

import json
import os
import posixpath
import re
import subprocess
import tempfile
import zipfile
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import typst
from lxml import html
from lxml.html import HtmlElement

from whitepaper.bibliography import REFERENCES
from whitepaper.exports import credits, pandoc
from whitepaper.exports.book import HOME, Book, Job, Part, body_of, linked, whole
from whitepaper.exports.pdf import figure
from whitepaper.exports.typst_code import DENSE_ROOM, MOST, needs, widths
from whitepaper.order import address as published

PLAIN = (
    "markdown-raw_html-raw_attribute-native_divs-native_spans-fenced_divs-bracketed_spans-header_attributes-link_attributes"
    "-simple_tables-multiline_tables-grid_tables-smart-example_lists-fancy_lists-escaped_line_breaks"
)
DRESS = {  # what Word's styles for tables gain: smaller type, lines between rows, a bold first row
    rb'(w:styleId="Table">.*?<w:qFormat />)': rb'\1<w:rPr><w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr>',
    rb'(w:styleId="Table">.*?<w:tblInd [^>]*/>)': rb"\1<w:tblBorders>"
    + b"".join(b'<w:%s w:val="single" w:sz="4" w:space="0" w:color="B9BEC7"/>' % side for side in (b"top", b"bottom", b"insideH"))
    + b"</w:tblBorders>",
    rb'(<w:tblStylePr w:type="firstRow">)': rb"\1<w:rPr><w:b/></w:rPr>",
}
PAGE = b'<w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1200" w:right="1200" w:bottom="1200" w:left="1200" w:header="720" w:footer="720" w:gutter="0"/>'
BETWEEN = "page-of-the-paper:"


def epub(book: Book) -> Job:
    """The book for reading devices."""
    document = pandoc.document(_shaped(whole(book), ".svg"))

    def job() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            for name, svg in book.figures.items():
                (Path(folder) / f"{name}.svg").write_text(figure(svg), encoding="utf-8")
            css = Path(folder) / "book.css"
            css.write_text((resources.files("whitepaper") / "book" / "book.css").read_text(encoding="utf-8"), encoding="utf-8")
            options = ["-t", "epub3", "--split-level=1", "--toc", "--toc-depth=2", f"--css={css}"]
            return _written(book, document, options, Path(folder), ".epub")

    return job


def docx(book: Book) -> Job:
    """The book for mark-up in Word."""
    tree = _shaped(whole(book), ".png")
    _in_words(tree)
    document = pandoc.document(tree)

    def job() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            for name, svg in book.figures.items():
                source = f'#set page(width: auto, height: auto, margin: 6pt)\n#image(bytes({json.dumps(figure(svg), ensure_ascii=False)}), format: "svg")'
                (Path(folder) / f"{name}.png").write_bytes(typst.compile(source.encode(), format="png", ppi=200, ignore_system_fonts=True))
            lua = Path(folder) / "book.lua"
            lua.write_text((resources.files("whitepaper") / "book" / "book.lua").read_text(encoding="utf-8"), encoding="utf-8")
            options = ["-t", "docx", f"--lua-filter={lua}", "--toc", "--toc-depth=2", f"--reference-doc={_dress(Path(folder))}"]
            return _written(book, document, options, Path(folder), ".docx")

    return job


def _dress(folder: Path) -> Path:
    """pandoc's own dress of a Word file, with lines and smaller type in tables, and the size of the page."""
    plain, dressed = folder / "plain.docx", folder / "dress.docx"
    subprocess.run([pandoc.program(), "-o", str(plain), "--print-default-data-file", "reference.docx"], check=True)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(dressed, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "word/styles.xml":
                for found, replaced in DRESS.items():
                    content = re.sub(found, replaced, content, count=1, flags=re.S)
            if entry.filename == "word/document.xml":
                content = content.replace(b"</w:footnotePr>", b"</w:footnotePr>" + PAGE)
            after.writestr(zipfile.ZipInfo(entry.filename), content)  # dated 1980, whenever it is made
    return dressed


def _written(book: Book, document: bytes, options: list[str], folder: Path, ending: str) -> bytes:
    """A document and the record as a file of pandoc's."""
    meta = folder / "record.json"
    meta.write_text(json.dumps(_metadata(book), ensure_ascii=False), encoding="utf-8")
    out = folder / f"book{ending}"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(credits.epoch(book.publication))}
    pandoc.run(document, [f"--metadata-file={meta}", f"--resource-path={folder}", *options, "-o", str(out)], environment, folder)
    return out.read_bytes()


def _metadata(book: Book) -> dict[str, Any]:
    """The record as pandoc reads it."""
    said = book.words["book"]
    told = {
        "title": book.publication.title,
        "subtitle": book.publication.subtitle,
        "author": credits.authors(book),
        "date": book.publication.date,
        "lang": book.publication.language,
        "description": book.publication.abstract,
        "keywords": list(book.publication.keywords),
        "subject": list(book.publication.keywords),
        "publisher": book.publication.publisher,
        "rights": credits.licence(book),
        "identifier": credits.identifier(book),
        "toc-title": said["contents"],
        "accessModes": ["textual", "visual"],
        "accessModeSufficient": ["textual"],
        "accessibilityFeatures": ["alternativeText", "readingOrder", "structuralNavigation", "tableOfContents", "longDescription"],
        "accessibilityHazards": ["none"],
        "accessibilitySummary": said["accessible"],
    }
    return {name: value for name, value in told.items() if value}


def _shaped(tree: HtmlElement, image: str) -> HtmlElement:
    """A tree with its images by their files' names, which end so, and its tables fitted."""
    for found in tree.cssselect("img[src^='figure:']"):
        found.set("src", str(found.get("src")).removeprefix("figure:") + image)
    _fitted(tree)
    return tree


def _fitted(tree: HtmlElement) -> None:
    """Tables with columns as wide as their words need; one of too many columns as a small table for each of its rows."""
    for table in tree.cssselect("table"):
        rows = [row.cssselect("th, td") for row in table.cssselect("tr")]
        if len(rows[0]) > MOST:
            _as_records(table, rows)
        else:
            shares = widths(*needs(rows), DENSE_ROOM)
            columns = "".join(f'<col style="width: {100 * share / sum(shares):.1f}%">' for share in shares)
            captions = table.cssselect("caption")
            group = html.fragment_fromstring(f"<table><colgroup>{columns}</colgroup></table>")[0]
            table.insert(len(captions), group)


def _as_records(table: HtmlElement, rows: list[list[HtmlElement]]) -> None:
    """Put in a table's place its caption and, for each row, a table of two columns: what, and its value."""
    names = [cell.text_content() for cell in rows[0]]
    for caption in table.cssselect("caption"):
        caption.tag = "p"
        table.addprevious(caption)
    for row in rows[1:]:
        row[0].set("scope", "col")
        record = html.fragment_fromstring('<table><thead><tr><th scope="col"></th></tr></thead><tbody></tbody></table>')
        record[0][0][0].text = names[0]
        record[0][0].append(row[0])
        for name, cell in zip(names[1:], row[1:], strict=True):
            line = html.fragment_fromstring(f'<table><tr><th scope="row">{escape(name)}</th></tr></table>').cssselect("tr")[0]
            cell.attrib.pop("data-label", None)
            line.append(cell)
            record[1].append(line)
        table.addprevious(record)
    table.drop_tree()


def _in_words(tree: HtmlElement) -> None:
    """Badges as words in parentheses, where there is no style to set them apart."""
    for badge in tree.cssselect(".wp-badge"):
        badge.text = f"({badge.text})"


def markdown(book: Book) -> dict[str, str]:
    """Each page as Markdown at its address on the site, its citations as text and its works listed; and `llms.txt`, which names them all."""
    root = html.Element("body")
    for part in book.parts:
        mark, heading = html.Element("p"), html.Element("h1")
        mark.text, heading.text = BETWEEN + part.path, part.name
        told = html.fragment_fromstring(f"<blockquote><p>{escape(part.description)}</p></blockquote>")
        root.extend([mark, heading, told, _page(part, book)])
    done = pandoc.run(pandoc.document(root), ["-t", PLAIN, "--wrap=none"]).decode()
    pieces = re.split(rf"^{BETWEEN}(\S+)$", done, flags=re.M)
    files = {at(path): text.strip() + "\n" for path, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    return {**files, "llms.txt": _index(book)}


def _page(part: Part, book: Book) -> HtmlElement:
    tree = body_of(part, "div")
    if part.sources:
        heading = html.Element("h2")
        heading.text = book.words["citations"]["here"]
        tree.extend([heading, html.fragment_fromstring(part.sources)])
    for link in tree.cssselect(f"a.citation[href^='/{REFERENCES}']"):
        link.drop_tag()
    for image in tree.cssselect("img[src^='figure:']"):
        image.getparent().replace(image, _alternative(image))
    for uses in tree.cssselect(".wp-uses"):
        uses.drop_tree()
    linked(tree, lambda target: _beside(target, part, book))
    _in_words(tree)
    for caption in tree.cssselect("table > caption"):
        caption.tag = "p"
        caption.getparent().addprevious(caption)
    for element in tree.iter("*"):
        for name in set(element.attrib) - {"href", "start", "scope", "class"}:
            del element.attrib[name]
    return tree


def _alternative(image: HtmlElement) -> HtmlElement:
    told = html.Element("p")
    told.text = image.get("alt")
    return told


def at(path: str) -> str:
    """Where a page's Markdown stands on the site: beside the page itself.

    >>> at("docs/sections/2-neuroscience.md"), at("docs/index.md")
    ('sections/2-neuroscience/index.html.md', 'index.html.md')
    """
    return posixpath.join(published(path).strip("/"), "index.html.md")


def _beside(target: str, part: Part, book: Book) -> str | None:
    path = target.partition("#")[0].removeprefix("/")
    if book.part(path) is None:
        return None
    return posixpath.relpath(at(path), posixpath.dirname(at(part.path)))


def _index(book: Book) -> str:
    """`llms.txt`: what the paper is, and every page's Markdown with what it holds."""
    base = book.address.rstrip("/") + "/" if book.address else ""
    rows = "\n".join(f"- [{part.name}]({base}{at(part.path)}): {part.description}" for part in book.parts if part.path != HOME)
    said = book.words["book"]
    people = ", ".join(credits.authors(book))
    head = f"# {book.publication.title}\n\n> {book.publication.abstract}\n\n{credits.edition(book)}. {people}. {credits.licence(book)}"
    return f"{head}\n\n## {said['contents']}\n\n{rows}\n"
