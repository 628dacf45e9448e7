"""What each page says of the paper to machines: Highwire tags, Dublin Core, Open Graph, Signposting and schema.org.

The first page is the paper's own; other pages say of what they are a part. The works that the paper cites would make
the first page ten times as heavy, so they stand on the page that tells how to cite it, which holds the whole record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from html import escape as e
from typing import Any

from whitepaper.bibliography import Address
from whitepaper.citing import CITE
from whitepaper.exports import card, feed, record, works
from whitepaper.language import Words
from whitepaper.model import Contributor, Paper, Publication, Section
from whitepaper.publication import LICENCES, documents
from whitepaper.references import cited_keys

HOME = "docs/index.md"
NAMED = 3  # authors of a cited work that are named: enough to find it
Tag = tuple[str, dict[str, str]]


def head(path: str, paper: Paper, words: Words, address: Address, url: str, made: Collection[str]) -> str:
    """A page's title and tags for the head, a line each.

    Args:
        address: gives where a page or file is, from this page.
        url: the page's own, from the site's root.
        made: the documents that stand beside the pages, by path on the site.
    """
    section, publication = paper.sections[path], paper.publication
    tags = [*_dublin_core(section, publication, path == HOME), *_open_graph(section, publication, words, url, path == HOME)]
    if paper.changes:
        title = words["changes"]["feed"].format(title=publication.title)
        # Two words, because Material's script takes 'alternate' alone for another edition and asks for its sitemap.
        tags.append(("link", {"rel": "alternate feed", "type": "application/atom+xml", "title": title, "href": address(feed.PATH)}))
    if path in (HOME, _whole(paper)):
        tags += [*_highwire(publication, made), *_signposts(publication, made, address)]
    else:
        tags += [("link", {"rel": "license", "href": LICENCES[publication.licence][1]}), ("link", {"rel": "collection", "href": address(HOME)})]
    if path == _whole(paper):
        tags += [_meta("citation_reference", _reference(works.work(paper.references[key]))) for key in cited_keys(paper)]
    title = publication.whole_title if path == HOME else words["page_title"].format(page=section.title, paper=publication.title)
    return f"<title>{e(title)}</title>\n" + "\n".join(f"<{name}{''.join(map(_attribute, attributes.items()))}>" for name, attributes in tags)


def _attribute(pair: tuple[str, str]) -> str:
    return f' {pair[0]}="{e(pair[1])}"'


def _meta(name: str, content: str) -> Tag:
    return "meta", {"name": name, "content": content}


def _whole(paper: Paper) -> str:
    """The page that holds the whole record."""
    return CITE if CITE in paper.sections else HOME


def _highwire(publication: Publication, made: Collection[str]) -> Iterator[Tag]:
    """Google Scholar's tags: for the paper as a whole and not for its sections, because each work is to have one page."""
    yield _meta("citation_title", publication.whole_title)
    for author in publication.authors:
        yield _meta("citation_author", _inverted(author))
    yield _meta("citation_publication_date", publication.date.replace("-", "/"))
    yield _meta("citation_language", publication.language.split("-")[0])
    yield _meta("citation_keywords", "; ".join(publication.keywords))
    if publication.publisher:
        yield _meta("citation_technical_report_institution", publication.publisher)
    for name in ("doi", "isbn", "issn"):
        if name in publication.identifiers:
            yield _meta(f"citation_{name}", publication.identifiers[name])
    if publication.address:
        yield _meta("citation_abstract_html_url", publication.address)
        if (pdf := documents(publication)["pdf"]) in made:
            yield _meta("citation_pdf_url", publication.address + pdf)


def _inverted(person: Contributor) -> str:
    return f"{person.name}, {person.given}" if person.given else person.name


def _reference(work: Mapping[str, Any]) -> str:
    """A cited work as one tag says it: `citation_title=…;citation_author=…`."""
    people = [p.get("literal") or f"{p.get('family', '')}, {p.get('given', '')}".strip(", ") for p in work.get("author", ())]
    parts = [("title", works.plain(str(work.get("title", "")))), *(("author", p) for p in people[:NAMED] if p != works.OTHERS)]
    parts.append(("publication_date", str(work.get("issued", {}).get("date-parts", [[""]])[0][0])))
    parts += [("journal_title", work.get("container-title", "")), ("volume", work.get("volume", "")), ("doi", work.get("DOI", ""))]
    return "; ".join(f"citation_{name}={str(value).replace(';', ',')}" for name, value in parts if value)


def _dublin_core(section: Section, publication: Publication, home: bool) -> Iterator[Tag]:
    yield "link", {"rel": "schema.DC", "href": "http://purl.org/dc/elements/1.1/"}
    yield "link", {"rel": "schema.DCTERMS", "href": "http://purl.org/dc/terms/"}
    yield _meta("DC.title", publication.whole_title if home else section.title)
    for author in publication.authors:
        yield _meta("DC.creator", _inverted(author))
    yield _meta("DC.description", publication.abstract if home else section.description)
    yield _meta("DC.date", publication.date)
    yield _meta("DC.language", publication.language)
    yield _meta("DC.type", "Text")
    yield _meta("DC.rights", LICENCES[publication.licence][1])
    if publication.publisher:
        yield _meta("DC.publisher", publication.publisher)
    if home:
        for word in publication.keywords:
            yield _meta("DC.subject", word)
        if identifier := publication.doi or publication.address:
            yield _meta("DC.identifier", identifier)
    else:
        yield _meta("DCTERMS.isPartOf", publication.doi or publication.address or publication.whole_title)


def _open_graph(section: Section, publication: Publication, words: Words, url: str, home: bool) -> Iterator[Tag]:
    """What a shared link shows. Addresses must be whole here, so image and permalink stand only where the paper has one."""
    said = {
        "og:type": "website" if home else "article",
        "og:title": publication.whole_title if home else section.title,
        "og:description": section.description,
        "og:site_name": publication.title,
        "og:locale": publication.language.replace("-", "_"),
    }
    if publication.address:
        said |= {"og:url": publication.address + url, "og:image": publication.address + card.PATH, "og:image:type": "image/png"}
        said |= {"og:image:width": str(card.WIDTH), "og:image:height": str(card.HEIGHT)}
        said |= {"og:image:alt": words["cite"]["card_alt"].format(title=publication.title, subtitle=publication.subtitle)}
        yield _meta("twitter:card", "summary_large_image")
    for name, content in said.items():
        yield "meta", {"property": name, "content": content}


def _signposts(publication: Publication, made: Collection[str], address: Address) -> Iterator[Tag]:
    for relation, target, media in record.signposts(publication, made, address):
        yield "link", {"rel": relation, "href": target} | ({"type": media} if media else {})


def structured(path: str, paper: Paper) -> str:
    """A page as schema.org has it, as JSON-LD: the report on its own pages, elsewhere the page as a part of it."""
    section = paper.sections[path]
    part = {"@type": "Chapter" if path.startswith("docs/sections/") else "WebPage", "name": section.title, "description": section.description}
    brief = record.brief(paper.publication)
    if path in (HOME, _whole(paper)):
        whole = record.json_ld(paper)
        data = whole if path == _whole(paper) else {name: value for name, value in whole.items() if name != "citation"}
    else:
        data = {"@context": brief.pop("@context"), **part, "inLanguage": paper.publication.language, "isPartOf": brief}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'
