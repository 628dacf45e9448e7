"""The paper as one book: its pages in order, each as the site draws it, without what only a site can do.

A page's body is HTML in which every link into the paper is written from its root: `/docs/methods.md#sources`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import markdown
import yaml
from lxml import html
from lxml.html import HtmlElement

from whitepaper import glossary_pages, pages
from whitepaper.bibliography import REFERENCES, Drawing
from whitepaper.language import Words
from whitepaper.model import Paper, Publication, Section
from whitepaper.order import address as published

HOME, SUMMARY = "docs/index.md", "docs/summary.md"
ONLINE = ("docs/accessibility.md", "docs/changes.md", "docs/cite.md")  # these speak of the site, not of the paper
NO_BOOK = ".headerlink, .wp-facets, .wp-filter, .wp-dictionary, .wp-take, .wp-online, button, script, style"
FILES = "a[download], a[href^='/data/']"
UNCURLED = ("code", "pre", "kbd", "samp")
BLOCKS = ("p", "div", "li", "dt", "dd", "td", "th", "caption", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "br")


Job: TypeAlias = Callable[[], bytes]  # what is left to do of a document once Python has done its part


@dataclass(frozen=True, slots=True)
class Layout:
    """What mkdocs.yml says that a book needs: Markdown's extensions with their options, and the pages beside the reading order."""

    extensions: tuple[str, ...]
    options: Mapping[str, Mapping[str, Any]]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A page as a part of the book: its title there and its own, its body without the H1, and the list of works it cites."""

    path: str
    title: str
    name: str
    description: str
    body: str
    sources: str

    @property
    def stem(self) -> str:
        """What its anchors begin with.

        >>> Part("docs/sections/2-neuroscience.md", "", "", "", "", "").stem
        'sections-2-neuroscience'
        """
        return self.path.removeprefix("docs/").removesuffix(".md").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Book:
    """The parts in order, the record, the words of the documents, and the figures as SVG by name."""

    parts: tuple[Part, ...]
    publication: Publication
    words: Words
    figures: Mapping[str, str]

    @property
    def address(self) -> str:
        """The site's address; empty where it has none yet."""
        return self.publication.address

    def part(self, path: str) -> Part | None:
        """The part made from a page."""
        return next((p for p in self.parts if p.path == path), None)


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml for what is plain in it; values that only MkDocs understands are left out."""


_Loader.add_multi_constructor("", lambda *_: None)


def layout(config: Path) -> Layout:
    """The layout that a mkdocs.yml gives."""
    values = yaml.load(config.read_text(encoding="utf-8"), Loader=_Loader)
    extensions: dict[str, dict[str, Any]] = {"toc": {}, "tables": {}, "fenced_code": {}}
    for entry in values.get("markdown_extensions") or ():
        extensions |= entry if isinstance(entry, dict) else {entry: {}}
    extensions["toc"] = {**extensions["toc"], "permalink": False}
    nav = tuple("docs/" + path for path in _files(values.get("nav") or []))
    return Layout(tuple(extensions), {name: options or {} for name, options in extensions.items()}, nav)


def _files(nav: Any) -> Iterable[str]:
    """The files that a navigation names, in order."""
    if isinstance(nav, str):
        yield from [nav] if nav.endswith(".md") else []
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from _files(entry)


def order(paper: Paper, arrangement: Layout) -> list[str]:
    """The pages that a book is made from: those of the reading order, then those beside it as appendices."""
    read = [step.path for step in paper.order]
    return read + [p for p in arrangement.beside if p in paper.sections and p not in read and p not in ONLINE]


def book(drawing: Drawing, arrangement: Layout) -> Book:
    """The book of a paper."""
    paper, said = drawing.paper, drawing.words["book"]
    converter = markdown.Markdown(extensions=list(arrangement.extensions), extension_configs=dict(arrangement.options))
    parts = []
    pages_in_order = order(paper, arrangement)
    appendices = pages_in_order[len(paper.order) :]
    for path in pages_in_order:
        section = paper.sections[path]
        title = said["opening"] if path == HOME else section.title
        if path in appendices:
            title = said["appendix"].format(letter=chr(ord("A") + appendices.index(path)), title=title)
        parts.append(_part(section, title, drawing, converter))
    return Book(tuple(parts), paper.publication, drawing.words, drawing.figures)


def _part(section: Section, title: str, drawing: Drawing, converter: markdown.Markdown) -> Part:
    """One page as a part."""

    def to(path: str) -> str:
        return "/" + path

    content = converter.reset().convert(pages.draw(section.path, drawing))
    content = pages.with_citations(glossary_pages.with_terms(content, section.path, drawing, to), section.path, drawing, to)
    content = pages.with_list(pages.with_data(content, section.path, drawing, to), section.path, drawing, to)
    tree = html.fragment_fromstring(content, create_parent="div")
    for unwanted in tree.cssselect(NO_BOOK):
        _drop_with_heading(unwanted)
    _without_files(tree, drawing.paper.publication.address)
    for heading in tree.cssselect("h1"):
        heading.drop_tree()
    for figure in tree.cssselect("figure.wp-figure"):
        _as_image(figure, drawing)
    earlier = {old: new for new, old in pages.earlier_anchors(section).items()}
    known = {str(e.get("id")) for e in tree.cssselect("[id]")}
    for link in tree.cssselect("a[href]"):
        link.set("href", _from_root(str(link.get("href")), section.path, earlier, known))
    _curl(tree)
    sources = _sources(tree) if section.path != REFERENCES else ""
    return Part(section.path, title, section.title, section.description, _text(tree), sources)


def _text(tree: HtmlElement) -> str:
    return str(html.tostring(tree, encoding="unicode", with_tail=False))


def _sources(tree: HtmlElement) -> str:
    """Take the list of works cited out of a page, heading and all."""
    taken = ""
    for found in tree.cssselect("ul.wp-sources[data-label]"):
        for note in found.cssselect(".wp-note a[href^='/docs/']"):
            _drop_with_dot(note)
        taken = _text(found)
        found.drop_tree()
    for heading in tree.cssselect("h2#sources-cited-here"):
        heading.drop_tree()
    return taken


def _without_files(tree: HtmlElement, address: str) -> None:
    """Links to files of the site, with the site's address; without one, take them out, and paragraphs of nothing else."""
    for link in tree.cssselect(FILES) if address else ():
        link.attrib.pop("download", None)
        link.set("href", address.rstrip("/") + str(link.get("href")))
    for paragraph in tree.cssselect("p") if not address else ():
        links = paragraph.cssselect("a")
        if links and len(links) == len(paragraph.cssselect(FILES)):
            paragraph.drop_tree()
    for link in tree.cssselect(FILES):
        _drop_with_dot(link)


def _drop_with_heading(element: HtmlElement) -> None:
    """Take out an element, and the heading that would then stand over nothing."""
    before, after = element.getprevious(), element.getnext()
    if before is not None and re.fullmatch("h[2-6]", str(before.tag)) and (after is None or re.fullmatch("h[1-6]", str(after.tag))):
        before.drop_tree()
    element.drop_tree()


def _drop_with_dot(link: HtmlElement) -> None:
    """Take out a link and the dot that parts it from what stands before."""
    before, parent = link.getprevious(), link.getparent()
    if before is not None:
        before.tail = (before.tail or "").rstrip(" ·")
    elif parent is not None:
        parent.text = (parent.text or "").rstrip(" ·")
    link.drop_tree()


def _as_image(figure: HtmlElement, drawing: Drawing) -> None:
    """A drawn figure as an image named for its exhibit, with its alternative text."""
    for svg in figure.cssselect("svg"):
        title = svg.cssselect("title")[0]
        name = str(title.get("id")).removeprefix("figure-").removesuffix("-title")
        image = html.Element("img", {"src": f"figure:{name}", "alt": drawing.paper.exhibits[name].alternative})
        image.tail = svg.tail
        figure.replace(svg, image)


def _from_root(target: str, path: str, earlier: Mapping[str, str], known: set[str]) -> str:
    """A link written from the paper's root; to the page itself where its anchor is gone."""
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", target):
        return target
    page, _, anchor = target.partition("#")
    page = page.removeprefix("./")
    if page and not page.startswith("/"):
        page = "/" + posixpath.normpath(posixpath.join(posixpath.dirname(path), page))
    if page in ("", "/" + path):
        anchor = earlier.get(anchor, anchor)
        return f"/{path}#{anchor}" if anchor in known else f"/{path}"
    return f"{page}#{anchor}" if anchor else page


def _curl(tree: HtmlElement) -> None:
    """Straight quotation marks and apostrophes as printed ones, outside code."""
    before = " "
    for event, element in _walk(tree):
        if event == "start":
            before = " " if element.tag in BLOCKS else before
            if element.text and not any(a.tag in UNCURLED for a in (element, *element.iterancestors())):
                element.text = curled(element.text, before)
            before = (element.text or before)[-1:]
        else:
            before = " " if element.tag in BLOCKS else before
            if element.tail and not any(a.tag in UNCURLED for a in element.iterancestors()):
                element.tail = curled(element.tail, before)
            before = (element.tail or before)[-1:]


def _walk(tree: HtmlElement) -> Iterable[tuple[str, HtmlElement]]:
    yield "start", tree
    for child in tree:
        if isinstance(child.tag, str):
            yield from _walk(child)
        elif child.tail:
            yield "end", child
    yield "end", tree


def curled(text: str, before: str) -> str:
    """Text with printed quotation marks, after the character `before`.

    >>> curled('"It isn\\'t", they said', " ")
    '“It isn’t”, they said'
    """
    done = []
    for char in text:
        opens = before.isspace() or before in "([{—–/“‘" or not before
        shown = ("“" if opens else "”") if char == '"' else ("‘" if opens else "’") if char == "'" else char
        done.append(shown)
        before = shown
    return "".join(done)


def whole(found: Book) -> HtmlElement:
    """The book as one tree: a section for each part, every anchor its own, every link within the book to an anchor that is there.

    A link to a page that is not in the book goes to the site, or is plain text where the site has no address.
    """
    root = html.Element("body")
    for part in found.parts:
        section = body_of(part, "section")
        for element in section.cssselect("[id]"):
            element.set("id", anchor_of(part, str(element.get("id"))))
        section.set("id", part.stem)
        heading = html.Element("h1")
        heading.text = part.title
        section.insert(0, heading)
        root.append(section)
    known = {str(e.get("id")) for e in root.cssselect("[id]")}
    linked(root, lambda target: _within(target, found, known))
    return root


def body_of(part: Part, tag: str) -> HtmlElement:
    """A part's body as a tree of its own."""
    tree = html.fragment_fromstring(part.body)
    tree.tag = tag
    return tree


def linked(tree: HtmlElement, resolve: Callable[[str], str | None]) -> None:
    """Point every link into the paper to where it is; a link that has no place there becomes plain text."""
    for link in tree.cssselect("a[href^='/']"):
        target = resolve(str(link.get("href")))
        if target is not None:
            link.set("href", target)
        elif link.get("id"):
            link.tag = "span"
            del link.attrib["href"]
        else:
            link.drop_tag()


def anchor_of(part: Part, anchor: str) -> str:
    """An anchor of a part as the whole book has it."""
    return f"{part.stem}.{anchor.replace(':', '_')}" if anchor else part.stem


def _within(target: str, found: Book, known: set[str]) -> str | None:
    path, _, anchor = target.partition("#")
    part = found.part(path.removeprefix("/"))
    if part is None:
        return online(target, found)
    wanted = anchor_of(part, unquote(anchor))
    return "#" + (wanted if wanted in known else part.stem)


def online(target: str, found: Book) -> str | None:
    """The address on the site of a page or file of the paper; None where the site has no address yet."""
    if not found.address:
        return None
    path, mark, anchor = target.partition("#")
    page = published(path.removeprefix("/")).strip("/") if path.endswith(".md") else path.removeprefix("/docs/").strip("/")
    slash = "/" if page and path.endswith(".md") else ""
    return f"{found.address.rstrip('/')}/{page}{slash}{mark}{anchor}"
