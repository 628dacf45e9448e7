"""Who, what and when: every output says what `publication.yml` says, read back with others' readers."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import extruct
import feedparser
import pytest
import rispy
import yaml
from bs4 import BeautifulSoup
from conftest import HERE, ROOT, TINY, Serve, built
from jsonschema import Draft7Validator
from PIL import Image
from pybtex.database import parse_string
from signposting.htmllinks import find_signposting_html as signposts

pytestmark = pytest.mark.xdist_group("publication")  # what a script installs is installed once
ADDRESS = "https://example.org/papers/tiny/"
SUPPLIED = f"""
published: 2025-12-01
publisher: Example Press & Sons
identifiers: {{doi: 10.5555/12345678, isbn: 978-0-306-40615-7, issn: 2049-3630}}
contact: paper@example.org
address: {ADDRESS}
repository: https://example.org/code
"""
PEOPLE = """contributors:
  - {given: Josiah, family: Carberry, roles: [author], orcid: 0000-0002-1825-0097}
  - {group: A Group <of people>, roles: [author, editor]}
"""


@dataclass(frozen=True)
class Built:
    """A built site, and the folder of its paper."""

    root: Path
    site: Path

    @property
    def record(self) -> dict[str, Any]:
        """publication.yml itself."""
        return dict(yaml.safe_load((self.root / "publication.yml").read_text(encoding="utf-8")))

    @property
    def address(self) -> str:
        """Where the site is, as far as the record says."""
        return str(self.record.get("address", ""))

    def page(self, name: str) -> BeautifulSoup:
        """A page, parsed."""
        return BeautifulSoup((self.site / name).read_text(encoding="utf-8"), "html.parser")

    def text(self, name: str) -> str:
        """A file of the site."""
        return (self.site / name).read_text(encoding="utf-8")


def copied(to: Path) -> Path:
    """The tiny paper in a folder of its own."""
    shutil.copytree(TINY, to)
    shutil.copytree(ROOT / "styles", to / "styles")
    config = (to / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace("../../whitepaper/theme", (ROOT / "whitepaper" / "theme").as_posix()).replace("../../styles", "styles")
    (to / "mkdocs.yml").write_text(config, encoding="utf-8")
    return to


@pytest.fixture(scope="session")
def supplied(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The tiny paper with everything supplied that a person can, and its documents made beside it."""
    root = copied(tmp_path_factory.mktemp("supplied") / "paper")
    path = root / "publication.yml"
    text = re.sub(r"contributors:\n(?: .*\n)+", PEOPLE, path.read_text(encoding="utf-8"))
    path.write_text(text + SUPPLIED, encoding="utf-8")
    made = " ".join(f"documents/tiny-paper.{kind}" for kind in ("pdf", "epub", "docx"))
    return Built(root, built(root, root / "site", WHITEPAPER_DOCUMENTS=made, SOURCE_DATE_EPOCH="946598400"))


@pytest.fixture(params=["tiny", "supplied", "paper"])
def one(request: pytest.FixtureRequest) -> Built:
    """The tiny paper without and with what a person supplies, and the paper itself."""
    if request.param == "supplied":
        whole: Built = request.getfixturevalue("supplied")
        return whole
    return Built({"tiny": TINY, "paper": ROOT}[request.param], request.getfixturevalue(f"{request.param}_site"))


@dataclass(frozen=True)
class Said:
    """What an output says of the paper; None where its format cannot say it."""

    title: str
    authors: tuple[str, ...] | None = None
    date: str | None = None
    version: str | None = None
    publisher: str | None = ""
    doi: str | None = ""
    address: str | None = ""
    licence: str | None = None
    keywords: tuple[str, ...] | None = None
    abstract: str | None = None
    language: str | None = None


URLS = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}


def wanted(record: Mapping[str, Any]) -> Said:
    """What publication.yml says, by hand and not by our reader."""
    people = [c for c in record["contributors"] if "author" in c["roles"]]
    doi = record.get("identifiers", {}).get("doi", "")
    return Said(
        f"{record['title']}: {record['subtitle']}",
        tuple(c["group"] if "group" in c else f"{c['family']}, {c['given']}" for c in people),
        str(record["date"]), record["version"], record.get("publisher", ""), doi, record.get("address", ""),
        record["licence"], tuple(record["keywords"]), record["abstract"], record["languages"][0],
    )  # fmt: skip


def of_csl(b: Built) -> Said:
    """CSL-JSON."""
    work = json.loads(b.text(f"cite/{b.record['name']}.json"))[0]
    people = tuple(p.get("literal") or f"{p['family']}, {p['given']}" for p in work["author"])
    date = "-".join(f"{n:02}" for n in work["issued"]["date-parts"][0])
    url = work.get("URL", "").removeprefix("https://doi.org/10.5555/12345678") or None
    keywords = tuple(work["keyword"].split(", "))
    return Said(
        work["title"], people, date, work["version"], work.get("publisher", ""), work.get("DOI", ""), url if "URL" in work else "",
        None, keywords, work["abstract"], work["language"],
    )  # fmt: skip


def of_bibtex(b: Built) -> Said:
    """BibTeX, by pybtex."""
    entry = parse_string(b.text(f"cite/{b.record['name']}.bib"), "bibtex").entries[b.record["name"]]
    fields = {k: re.sub(r"^\{(.*)\}$", r"\1", v).replace("\\", "") for k, v in entry.fields.items()}
    people = tuple(re.sub(r"[{}]", "", ", ".join(filter(None, (" ".join(p.last_names), " ".join(p.first_names))))) for p in entry.persons["author"])
    assert fields["year"] + "-" + fields["month"].zfill(2) == str(b.record["date"])[:7]
    url = fields.get("url", "")
    return Said(
        fields["title"], people, None, fields["version"], fields.get("institution", ""), fields.get("doi", ""),
        None if "doi.org" in url else url, None, tuple(fields["keywords"].split(", ")), None, fields["language"],
    )  # fmt: skip


def of_ris(b: Built) -> Said:
    """RIS, by rispy."""
    entry = rispy.loads(b.text(f"cite/{b.record['name']}.ris"))[0]
    assert entry["type_of_reference"] == "RPRT"
    url = (entry.get("urls") or [""])[0]
    return Said(
        entry["title"], tuple(entry["authors"]), entry["date"].replace("/", "-"), entry["edition"], entry.get("publisher", ""), entry.get("doi", ""),
        None if "doi.org" in url else url, None, tuple(entry["keywords"]), entry["abstract"], entry["language"],
    )  # fmt: skip


def of_schema_org(data: Mapping[str, Any]) -> Said:
    """schema.org's Report."""
    people = tuple(re.sub(r"^(\S+) (\S+)$", r"\2, \1", p["name"]) if p["@type"] == "Person" else p["name"] for p in data["author"])
    numbers = {i["propertyID"]: i["value"] for i in data.get("identifier", ())}
    return Said(
        data["name"], people, data["dateModified"], data["version"], data.get("publisher", {}).get("name", ""), numbers.get("DOI", ""), data.get("url", ""),
        next(k for k, v in URLS.items() if v == data["license"]), tuple(data["keywords"]), data["abstract"], data["inLanguage"][0],
    )  # fmt: skip


def of_json_ld(page: str) -> Callable[[Built], Said]:
    """JSON-LD within a page, by extruct."""

    def read(b: Built) -> Said:
        found = extruct.extract(b.text(page), syntaxes=["json-ld"])["json-ld"]
        assert [d["@type"] for d in found] == ["Report"]
        return of_schema_org(found[0])

    return read


def of_highwire(page: str) -> Callable[[Built], Said]:
    """Google Scholar's tags."""

    def read(b: Built) -> Said:
        def all_of(name: str) -> list[str]:
            return [str(tag["content"]) for tag in b.page(page).select(f"meta[name='citation_{name}']")]

        def first(name: str) -> str:
            return next(iter(all_of(name)), "")

        keywords = tuple(first("keywords").split("; "))
        return Said(
            first("title"), tuple(all_of("author")), first("publication_date").replace("/", "-"), None, first("technical_report_institution"), first("doi"),
            first("abstract_html_url"), None, keywords, None, None,
        )  # fmt: skip

    return read


def of_dublin_core(b: Built) -> Said:
    """Dublin Core of the first page, by extruct."""
    found: dict[str, list[str]] = {}
    for element in extruct.extract(b.text("index.html"), syntaxes=["dublincore"])["dublincore"][0]["elements"]:
        if element.get("name", "").startswith("DC."):
            found.setdefault(element["name"].removeprefix("DC."), []).append(element["content"])
    identifier = found.get("identifier", [""])[0]
    return Said(
        found["title"][0], tuple(found["creator"]), found["date"][0], None, found.get("publisher", [""])[0],
        identifier.removeprefix("https://doi.org/") if "doi.org" in identifier else "", None if "doi.org" in identifier else identifier,
        next(k for k, v in URLS.items() if v == found["rights"][0]), tuple(found["subject"]), found["description"][0], found["language"][0],
    )  # fmt: skip


def of_open_graph(b: Built) -> Said:
    """Open Graph of the first page, by extruct."""
    found = dict(extruct.extract(b.text("index.html"), syntaxes=["opengraph"])["opengraph"][0]["properties"])
    assert found["og:site_name"] == b.record["title"]
    return Said(found["og:title"], publisher=None, doi=None, address=found.get("og:url", ""), language=found["og:locale"].replace("_", "-"))


def of_cff(where: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Callable[[Built], Said]:
    """CITATION.cff: the repository, or what to cite of it."""

    def read(b: Built) -> Said:
        whole = yaml.safe_load((b.root / "CITATION.cff").read_text(encoding="utf-8"))
        found = where(whole)
        people = tuple(p["name"] if "name" in p else f"{p['family-names']}, {p['given-names']}" for p in found["authors"])
        publisher = found.get("institution", {}).get("name", "") if found is not whole else None
        return Said(
            found["title"], people, found["date-released"], found["version"], publisher, found.get("doi", ""), found.get("url", ""), found["license"],
            tuple(found["keywords"]), found["abstract"], None,
        )  # fmt: skip

    return read


def of_zenodo(b: Built) -> Said:
    """.zenodo.json."""
    found = json.loads((b.root / ".zenodo.json").read_text(encoding="utf-8"))
    licence = next(k for k in URLS if k.lower() == found["license"])
    abstract = BeautifulSoup(found["description"], "html.parser").get_text()
    return Said(
        found["title"], tuple(c["name"] for c in found["creators"]), found["publication_date"], found["version"], found.get("imprint_publisher", ""),
        None, None, licence, tuple(found["keywords"]), abstract, {"eng": b.record["languages"][0]}[found["language"]],
    )  # fmt: skip


OUTPUTS: dict[str, Callable[[Built], Said]] = {
    "csl": of_csl,
    "bibtex": of_bibtex,
    "ris": of_ris,
    "json-ld file": lambda b: of_schema_org(json.loads(b.text(f"cite/{b.record['name']}.jsonld"))),
    "json-ld home": of_json_ld("index.html"),
    "json-ld cite": of_json_ld("cite/index.html"),
    "highwire home": of_highwire("index.html"),
    "highwire cite": of_highwire("cite/index.html"),
    "dublin core": of_dublin_core,
    "open graph": of_open_graph,
    "cff": of_cff(lambda whole: whole),
    "cff preferred": of_cff(lambda whole: whole["preferred-citation"]),
    "zenodo": of_zenodo,
}


def kept(b: Built) -> Built:
    """A paper with the files of its record written, in a copy unless they are the repository's own."""
    if b.root == ROOT:
        return b
    root = b.root if b.root != TINY else copied(b.site.parent / "kept") if not (b.site.parent / "kept").exists() else b.site.parent / "kept"
    subprocess.run([sys.executable, "-m", "whitepaper", "citation"], cwd=root, check=True)
    return replace(b, root=root)


@pytest.mark.parametrize("output", OUTPUTS)
def test_every_output_says_the_same(output: str, one: Built) -> None:
    """Title, authors, date, version, publisher, identifier, address, licence, keywords, abstract and language are those of publication.yml."""
    want, said = wanted(one.record), OUTPUTS[output](kept(one) if "cff" in output or output == "zenodo" else one)
    for name in ("title", "authors", "date", "version", "publisher", "doi", "address", "licence", "keywords", "abstract", "language"):
        if getattr(said, name) is not None:
            assert getattr(said, name) == getattr(want, name), name
    assert said.title


def test_the_repository_is_cited_as_the_record_says() -> None:
    """CITATION.cff and .zenodo.json are what `make citation` writes."""
    from whitepaper import publication
    from whitepaper.exports import record
    from whitepaper.language import words

    found, _ = publication.read("publication.yml", (ROOT / "publication.yml").read_text(encoding="utf-8"))
    assert found is not None
    for name, text in record.kept(found, words(found.language)).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name} is out of date; run 'make citation'"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert found.code_licence == "MIT"
    assert (ROOT / f"LICENSE-{found.licence}").read_text(encoding="utf-8").startswith("Creative Commons Attribution 4.0 International")


@pytest.mark.tools
def test_cffconvert_takes_the_citation_file(one: Built, tmp_path: Path) -> None:
    """CITATION.cff is valid, and cffconvert makes the same citation of it."""
    program = subprocess.run([ROOT / "scripts" / "cffconvert"], capture_output=True, text=True, check=False)
    assert program.returncode == 0, program.stderr
    shutil.copy(kept(one).root / "CITATION.cff", tmp_path)
    command = [program.stdout.strip(), "--infile", "CITATION.cff"]
    done = subprocess.run([*command, "--validate"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = subprocess.run([*command, "--format", "apalike"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert f"{one.record['title']}: {one.record['subtitle']} (version {one.record['version']})" in shown


def test_the_feed(one: Built) -> None:
    """The feed is well-formed Atom, holds each version of the changelog once under a name that an address does not change, and links if it can."""
    feed = feedparser.parse(one.text("feed.xml"))
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    log = (one.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [e.title for e in feed.entries] == re.findall(r"^## (.*)$", log, re.M)
    assert feed.entries[0].title.startswith(one.record["version"] + ", ")
    assert feed.feed.updated == feed.entries[0].updated == f"{one.record['date']}T00:00:00Z"
    assert len({e.id for e in feed.entries}) == len(feed.entries)
    assert all(e.id.startswith("urn:uuid:") for e in feed.entries)
    for entry in feed.entries:
        text = BeautifulSoup(entry.content[0].value, "html.parser").get_text()
        assert len(text) > 10
    links = [link.href for thing in (feed.feed, *feed.entries) for link in thing.get("links", ())]
    assert bool(links) == bool(one.address)
    ids = {str(e["id"]) for e in one.page("changes/index.html").select("[id]")}
    for link in links:
        assert link.startswith(one.address)
        assert not urlsplit(link).fragment or urlsplit(link).fragment in ids
    assert one.page("index.html").select_one("link[type='application/atom+xml'][href='feed.xml']")


def test_names_in_the_feed_stay(tiny_site: Path, supplied: Built) -> None:
    """A paper that gets an address keeps the names of its feed and entries, so that no reader sees them twice."""
    before, after = (feedparser.parse(p / "feed.xml") for p in (tiny_site, supplied.site))
    assert [before.feed.id, *(e.id for e in before.entries)] == [after.feed.id, *(e.id for e in after.entries)]


def test_without_an_address_none_is_told(tiny_site: Path) -> None:
    """Without address and identifiers no page, feed or record has a permalink, an image's address, a sitemap or a PDF of ours."""
    assert not list(tiny_site.glob("sitemap*"))
    assert "Sitemap" not in (tiny_site / "robots.txt").read_text(encoding="utf-8")
    for page in tiny_site.rglob("*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        assert not soup.select(
            "link[rel=canonical], link[rel=cite-as], link[rel=item], meta[property='og:url'], meta[property='og:image'], meta[name='twitter:card']"
        )
        assert not soup.select("meta[name=citation_pdf_url], meta[name=citation_abstract_html_url], meta[name='DC.identifier'], meta[name=citation_doi]")
    for name in ("tiny-paper.bib", "tiny-paper.ris", "tiny-paper.json", "tiny-paper.jsonld"):
        text = (tiny_site / "cite" / name).read_text(encoding="utf-8")
        assert "tiny-paper/" not in text
        assert not re.search(r"^UR  -|\burl = |\"URL\"", text, re.M)


def test_with_an_address_all_of_it_is_told(supplied: Built) -> None:
    """With an address every page has its own permalink and the card, the sitemap names every page and no other, and the PDF is on the same host below."""
    pages = {p.relative_to(supplied.site).as_posix() for p in supplied.site.rglob("index.html")}
    addresses = {ADDRESS + name.removesuffix("index.html") for name in pages}
    located = BeautifulSoup(supplied.text("sitemap.xml"), "xml")
    assert {loc.get_text() for loc in located.select("loc")} == addresses
    assert {day.get_text() for day in located.select("lastmod")} == {str(supplied.record["date"])}
    assert f"Sitemap: {ADDRESS}sitemap.xml" in supplied.text("robots.txt")
    for name in pages:
        soup, own = supplied.page(name), ADDRESS + name.removesuffix("index.html")
        assert [link["href"] for link in soup.select("link[rel=canonical]")] == [own]
        graph = dict(extruct.extract(str(soup), syntaxes=["opengraph"])["opengraph"][0]["properties"])
        assert graph["og:url"] == own
        assert (supplied.site / graph["og:image"].removeprefix(ADDRESS)).is_file()
    for name in ("index.html", "cite/index.html"):
        pdf = supplied.page(name).select_one("meta[name=citation_pdf_url]")
        assert pdf is not None
        assert str(pdf["content"]) == ADDRESS + "documents/tiny-paper.pdf"
    assert "documents/" not in supplied.text("about/index.html")


def test_the_environment_gives_the_address(tiny: Path, tmp_path: Path) -> None:
    """SITE_URL stands instead of the record's address, and a malformed one is told as a problem."""
    from conftest import build

    site = built(tiny, tmp_path / "site", SITE_URL="https://preview.example.org/7")
    links = BeautifulSoup((site / "about" / "index.html").read_text(encoding="utf-8"), "html.parser").select("link[rel=canonical]")
    assert [link["href"] for link in links] == ["https://preview.example.org/7/about/"]
    missing = BeautifulSoup((site / "404.html").read_text(encoding="utf-8"), "html.parser")
    assert {str(a["href"]) for a in missing.select("article li a")} == {"/7/./", "/7/sections/1-first/", "/7/references/", "/7/help/"}
    done = build(tiny, tmp_path / "other", "mkdocs", SITE_URL="preview.example.org")
    assert done.returncode == 1
    assert "SITE_URL:1: is 'preview.example.org'; write it as https://example.org/paper/" in done.stderr


def test_documents_are_named_only_where_they_are_made(tiny: Path, tmp_path: Path) -> None:
    """A build names the documents that will stand beside it, and no other."""
    for variables, found in (({}, set()), ({"WHITEPAPER_DOCUMENTS": "documents/tiny-paper.epub"}, {"documents/tiny-paper.epub"})):
        site = built(tiny, tmp_path / "site", SITE_URL="https://example.org/", **variables)
        for name in ("index.html", "cite/index.html"):
            assert set(re.findall(r"documents/[\w.-]+", (site / name).read_text(encoding="utf-8"))) == found


def test_signposting(one: Built, serve: Serve) -> None:
    """FAIR Signposting names the type, licence, records and, where there is one, persistent address, of the paper; other pages name the paper."""
    root = serve(one.site) + "/"
    for name in ("", "cite/"):
        found = signposts(root + name)
        assert {str(s.target) for s in found.types} == {"https://schema.org/AboutPage", "https://schema.org/Report"}
        assert str(found.license.target) == URLS[one.record["licence"]]
        assert bool(found.citeAs) == bool(one.record.get("identifiers") or one.address)
        kinds = {str(s.target).rpartition(".")[2]: s.type for s in found.describedBy}
        assert kinds == {
            "bib": "application/x-bibtex",
            "ris": "application/x-research-info-systems",
            "json": "application/vnd.citationstyles.csl+json",
            "jsonld": "application/ld+json",
        }
        for target in found.describedBy:
            assert (one.site / str(target.target).removeprefix(root)).is_file()
        assert {str(s.target).rpartition(".")[2] for s in found.items} == ({"pdf", "epub", "docx"} if one.address else set())
    about = signposts(root + "about/")
    assert str(about.collection.target) == root
    if one.address:
        home = signposts(root)
        assert str(home.citeAs.target) == "https://doi.org/10.5555/12345678"
        assert {str(s.target) for s in home.authors} == {"https://orcid.org/0000-0002-1825-0097"}


def test_every_source_is_told_to_machines(one: Built) -> None:
    """The page that tells how to cite has a `citation_reference` and a schema.org citation for each source, each with a title or a publisher."""
    count = len(json.loads(one.text("references.json")))
    assert count == len(one.page("references/index.html").select(".wp-list > li"))
    tags = [str(tag["content"]) for tag in one.page("cite/index.html").select("meta[name=citation_reference]")]
    assert len(tags) == count
    assert all(re.fullmatch(r"(?:citation_\w+=[^;]+(?:; |$))+", tag) for tag in tags)
    report = extruct.extract(one.text("cite/index.html"), syntaxes=["json-ld"])["json-ld"][0]
    assert len(report["citation"]) == count
    assert all(c["name"] for c in report["citation"])


def test_every_page_describes_itself(one: Built) -> None:
    """Title, description, Open Graph, Dublin Core and schema.org of a page agree, and a section is part of the report."""
    for path in sorted(one.site.rglob("index.html")):
        name = path.relative_to(one.site).as_posix()
        soup = one.page(name)
        graph = dict(extruct.extract(str(soup), syntaxes=["opengraph"])["opengraph"][0]["properties"])
        assert soup.title
        assert str(soup.select_one("meta[name=description]")["content"]) == graph["og:description"]  # type: ignore[index]
        data = extruct.extract(str(soup), syntaxes=["json-ld"])["json-ld"]
        assert len(data) == 1
        if name in ("index.html", "cite/index.html"):
            continue
        assert soup.title.get_text() == f"{graph['og:title']} - {one.record['title']}"
        assert data[0]["name"] == graph["og:title"] == str(soup.select_one("meta[name='DC.title']")["content"])  # type: ignore[index]
        assert data[0]["@type"] == ("Chapter" if name.startswith("sections/") else "WebPage")
        assert data[0]["isPartOf"]["name"] == f"{one.record['title']}: {one.record['subtitle']}"


def test_the_box_on_every_page(one: Built) -> None:
    """Every page tells how to cite the paper in five forms, as the files have them, and leads to the page that tells more."""
    record = one.record
    for path in sorted(one.site.rglob("index.html")):
        boxes = one.page(path.relative_to(one.site).as_posix()).select(".wp-cite")
        assert len(boxes) == 1, path
        forms = {dt.get_text(): dt.find_next_sibling("dd").get_text() for dt in boxes[0].select(".wp-forms dt")}  # type: ignore[union-attr]
        assert list(forms) == ["APA", "Vancouver", "BibTeX", "RIS", "CSL-JSON"]
        assert forms["BibTeX"].strip() == one.text(f"cite/{record['name']}.bib").strip()
        assert rispy.loads(forms["RIS"] + "\n")[0]["title"] == f"{record['title']}: {record['subtitle']}"
        assert json.loads(forms["CSL-JSON"])[0]["version"] == record["version"]
        year = str(record["date"])[:4]
        for form in ("APA", "Vancouver"):
            assert f"{record['title']}: {record['subtitle']}" in forms[form]
            assert record["version"] in forms[form]
            assert year in forms[form]
        assert boxes[0].name == ("div" if path.parent.name == "cite" else "details")
        assert not boxes[0].select("[data-copy] a.wp-term")


def csl_schema() -> Draft7Validator:
    """The Citation Style Language's own schema."""
    return Draft7Validator(json.loads((HERE / "schemas" / "csl-data.json").read_text(encoding="utf-8")))


def plain(text: str) -> str:
    """A text without TeX's braces, CSL's spans and spaces too many."""
    return " ".join(re.sub(r"[{}\\]|</?span[^>]*>", "", text).split()).casefold()


def entries(text: str) -> Iterator[tuple[str, Mapping[str, str], int]]:
    """Key, fields and number of authors of each BibTeX entry."""
    for key, entry in parse_string(text, "bibtex").entries.items():
        yield key, entry.fields, len(entry.persons.get("author", ()))


def test_references_as_files(one: Built) -> None:
    """All references, and each alone, are CSL-JSON by its schema, RIS by rispy and BibTeX by pybtex, and all three hold the same works."""
    works = json.loads(one.text("references.json"))
    csl_schema().validate(works)
    csl_schema().validate(json.loads(one.text(f"cite/{one.record['name']}.json")))
    by_key = {w["id"]: w for w in works}
    assert len(by_key) == len(works)
    ris = {e["id"]: e for e in rispy.loads(one.text("references.ris"))}
    bib = {key: (fields, authors) for key, fields, authors in entries(one.text("references.bib"))}
    assert set(by_key) == set(ris) == {w["id"] for w in works}
    assert {k.lower() for k in bib} == {k.lower() for k in by_key}
    for key, work in by_key.items():
        fields, authors = bib[key]
        year = str(work.get("issued", {}).get("date-parts", [[""]])[0][0])
        assert (ris[key].get("year", ""), fields.get("year", "")) == (year, year), key
        assert ris[key].get("doi", "") == fields.get("doi", "") == work.get("DOI", ""), key
        assert len(ris[key].get("authors", ())) == len(work.get("author", ())) == authors, key
        assert plain(ris[key].get("title", "")) == plain(work.get("title", "")), key
    folder = one.site / "references"
    for kind, name in (("json", "references.json"), ("ris", "references.ris"), ("bib", "references.bib")):
        single = sorted(folder.glob(f"*.{kind}"))
        assert len(single) == len(works)
        whole = one.text(name)
        for path in single:
            text = path.read_text(encoding="utf-8")
            if kind == "json":
                assert json.loads(text)[0] in works
            else:
                assert text in whole


def test_references_lead_to_their_files(one: Built) -> None:
    """Each entry of the References page leads to its own three files, and the page to the whole three."""
    page = one.page("references/index.html")
    for row in page.select(".wp-list > li"):
        names = [str(a["href"]) for a in row.select(".wp-take a[download]")]
        assert [n.rpartition(".")[2] for n in names] == ["bib", "ris", "json"]
        assert all((one.site / "references" / n).is_file() for n in names)
    assert {str(a["href"]) for a in page.select(".wp-references > p a[download]")} == {f"../references.{k}" for k in ("bib", "ris", "json")}


def test_the_card(one: Built) -> None:
    """The card is a PNG of the size that Open Graph asks for, with something drawn on it."""
    with Image.open(one.site / "assets" / "card.png") as card:
        assert card.format == "PNG"
        assert card.size == (1200, 630)
        colours = card.convert("RGB").getcolors(1_000_000)
        assert colours is not None
        assert len(colours) > 20


def test_changes_are_the_changelog(one: Built) -> None:
    """The page of changes shows what the changelog says, version by version."""
    log = (one.root / "CHANGELOG.md").read_text(encoding="utf-8")
    page = one.page("changes/index.html")
    assert [h.get_text().rstrip("#") for h in page.select("article h2")] == re.findall(r"^## (.*)$", log, re.M)
    rows = [re.sub(r"[*`]", "", row) for row in re.findall(r"^- (.*)$", log, re.M)]
    assert [" ".join(li.get_text().split()) for li in page.select("article .wp-run > ul:not([class]) > li")] == rows


@pytest.mark.tools
def test_html_is_valid(one: Built) -> None:
    """The W3C's checker finds no error on any page."""
    jar = subprocess.run([ROOT / "scripts" / "vnu"], capture_output=True, text=True, check=False)
    assert jar.returncode == 0, jar.stderr
    command = ["java", "-Xss8m", "-jar", jar.stdout.strip(), "--errors-only", "--skip-non-html", "--format", "json", str(one.site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stderr)["messages"]
    assert [f"{Path(m['url']).parent.name}: {m['message']} {m.get('extract', '')}" for m in found] == []


def test_dates_are_the_papers_own(supplied: Built) -> None:
    """Nothing on the site is dated by the clock, which stood at the last day of 1999 when it was built."""
    day = datetime.datetime.combine(supplied.record["date"], datetime.time(), datetime.UTC)
    assert int.from_bytes((supplied.site / "sitemap.xml.gz").read_bytes()[4:8], "little") == day.timestamp()
    for path in supplied.site.rglob("*"):
        if path.is_file():
            assert b"1999-12-31" not in path.read_bytes(), path
