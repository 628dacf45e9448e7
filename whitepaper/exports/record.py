"""The paper's own record for machines: CSL-JSON, BibTeX, RIS, schema.org, CITATION.cff and .zenodo.json, all from `publication.yml`."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

import yaml

from whitepaper.exports import works
from whitepaper.language import Words
from whitepaper.model import Contributor, Paper, Publication
from whitepaper.publication import DOCUMENTS, LICENCES, documents
from whitepaper.references import cited_keys


class _Whole(yaml.SafeDumper):
    """Writes a value that stands twice, twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML calls it so
        return True


ISO_639_2 = {"en": "eng", "fr": "fra"}
TYPES = {"article-journal": "ScholarlyArticle", "report": "Report", "book": "Book", "webpage": "WebPage", "article-newspaper": "NewsArticle"}
FORMATS = {
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "json": "application/vnd.citationstyles.csl+json",
    "jsonld": "application/ld+json",
}


def csl(record: Publication, words: Words) -> dict[str, Any]:
    """The paper as CSL-JSON."""
    year, month, day = (int(part) for part in record.date.split("-"))
    work = {
        "id": record.name,
        "type": "report",
        "genre": words["cite"]["genre"],
        "title": record.whole_title,
        "author": [_csl_name(c) for c in record.authors],
        "editor": [_csl_name(c) for c in record.contributors if "editor" in c.roles],
        "issued": {"date-parts": [[year, month, day]]},
        "version": record.version,
        "publisher": record.publisher,
        "DOI": record.identifiers.get("doi"),
        "ISBN": record.identifiers.get("isbn"),
        "ISSN": record.identifiers.get("issn"),
        "URL": record.doi or record.address,
        "language": record.language,
        "keyword": ", ".join(record.keywords),
        "abstract": record.abstract,
    }
    return {name: value for name, value in work.items() if value}


def _csl_name(person: Contributor) -> dict[str, str]:
    return {"family": person.name, "given": person.given} if person.given else {"literal": person.name}


def bibtex(record: Publication, words: Words) -> str:
    """The paper as BibTeX."""
    year, month, _ = record.date.split("-")
    people = [f"{{{_tex(c.name)}}}" if not c.given else f"{_tex(c.name)}, {_tex(c.given)}" for c in record.authors]
    fields = {
        "author": " and ".join(people),
        "title": f"{{{_tex(record.whole_title)}}}",
        "institution": _tex(record.publisher),
        "type": _tex(words["cite"]["genre"]),
        "year": year,
        "month": str(int(month)),
        "version": record.version,
        "note": _tex(words["cite"]["version"].format(version=record.version)),
        "doi": record.identifiers.get("doi", ""),
        "isbn": record.identifiers.get("isbn", ""),
        "issn": record.identifiers.get("issn", ""),
        "url": record.doi or record.address,
        "language": record.language,
        "keywords": _tex(", ".join(record.keywords)),
    }
    return works.entry("techreport" if record.publisher else "misc", record.name, fields)


def _tex(text: str) -> str:
    """A text as TeX has it."""
    return "".join({"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)


def json_ld(paper: Paper) -> dict[str, Any]:
    """The paper as a schema.org Report, with what it cites."""
    record = paper.publication
    cited = [paper.references[key] for key in cited_keys(paper)]
    whole: dict[str, Any] = {**brief(record), "alternativeHeadline": record.subtitle, "abstract": record.abstract}
    whole |= {
        "version": record.version,
        "datePublished": record.published or record.date,
        "dateModified": record.date,
        "inLanguage": list(record.languages),
        "keywords": list(record.keywords),
        "license": LICENCES[record.licence][1],
        "author": [_agent(c) for c in record.authors],
        "editor": [_agent(c) for c in record.contributors if "editor" in c.roles],
        "publisher": {"@type": "Organization", "name": record.publisher} if record.publisher else None,
        "identifier": [{"@type": "PropertyValue", "propertyID": name.upper(), "value": value} for name, value in record.identifiers.items()],
        "isAccessibleForFree": True,
        "citation": [_cited(works.work(r)) for r in cited],
    }
    return {name: value for name, value in whole.items() if value}


def brief(record: Publication) -> dict[str, Any]:
    """The paper as schema.org names it in passing."""
    named = {"@context": "https://schema.org", "@type": "Report", "@id": record.doi or record.address, "name": record.whole_title, "url": record.address}
    return {name: value for name, value in named.items() if value}


def _agent(person: Contributor) -> dict[str, str]:
    agent = {"@type": "Person" if person.given else "Organization", "name": person.whole}
    return {**agent, "@id": f"https://orcid.org/{person.orcid}"} if person.orcid else agent


def _cited(work: Mapping[str, Any]) -> dict[str, Any]:
    """A cited work as schema.org has it: what finds it, no more."""
    kind = "Legislation" if work["type"] in ("legislation", "legal_case") else TYPES.get(work["type"], "CreativeWork")
    doi, url = work.get("DOI"), work.get("URL")
    name = works.plain(work["title"]) if "title" in work else str(work.get("publisher") or work.get("container-title"))
    return {"@type": kind, "name": name} | ({"@id": f"https://doi.org/{doi}"} if doi else {"url": url} if url else {})


def files(paper: Paper, words: Words) -> dict[str, str]:
    """The paper's record in each format, by path on the site."""
    record = paper.publication
    texts = {
        "bib": bibtex(record, words),
        "ris": works.ris(csl(record, words)),
        "json": works.as_json([csl(record, words)]),
        "jsonld": json.dumps(json_ld(paper), ensure_ascii=False, indent=2) + "\n",
    }
    return {path(record, kind): text for kind, text in texts.items()}


def path(record: Publication, kind: str) -> str:
    """Where the record stands on the site, in a format."""
    return f"cite/{record.name}.{kind}"


def signposts(record: Publication, made: Collection[str], address: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """FAIR Signposting of the paper's own page: relation, target and media type.

    Args:
        made: the documents that stand beside the pages, by path on the site.
        address: gives where a path of the site is.
    """
    persistent = record.doi or record.address
    links = [("cite-as", persistent, "")] if persistent else []
    links += [("type", "https://schema.org/AboutPage", ""), ("type", "https://schema.org/Report", "")]
    links += [("author", f"https://orcid.org/{c.orcid}", "") for c in record.authors if c.orcid]
    links += [("license", LICENCES[record.licence][1], "")]
    links += [("describedby", address(path(record, kind)), media) for kind, media in FORMATS.items()]
    return links + [("item", address(where), DOCUMENTS[kind]) for kind, where in documents(record).items() if where in made]


def citation_cff(record: Publication, words: Words) -> str:
    """CITATION.cff 1.2: the paper as what to cite of this repository."""
    said = words["cite"]
    year, month, _ = record.date.split("-")
    shared: dict[str, Any] = {
        "title": record.whole_title,
        "authors": [_cff_name(c) for c in record.authors],
        "version": record.version,
        "date-released": record.date,
        "license": record.licence,
        "doi": record.identifiers.get("doi"),
        "url": record.address,
        "repository-code": record.repository,
        "keywords": list(record.keywords),
        "abstract": record.abstract,
    }
    preferred = {"type": "report", **shared, "year": int(year), "month": int(month), "languages": [ISO_639_2[tag[:2]] for tag in record.languages]}
    preferred |= {"institution": {"name": record.publisher} if record.publisher else None, "isbn": record.identifiers.get("isbn")}
    preferred |= {"contact": [{"name": record.publisher or record.authors[0].whole, "email": record.contact}] if record.contact else None}
    head = {"cff-version": "1.2.0", "message": said["message"].format(code=record.code_licence, text=record.licence), "type": "dataset"}
    whole = {**head, **_filled(shared), "preferred-citation": _filled(preferred)}
    return f"# {said['made']}\n" + yaml.dump(whole, Dumper=_Whole, sort_keys=False, allow_unicode=True, width=1000)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _cff_name(person: Contributor) -> dict[str, str]:
    names = {"family-names": person.name, "given-names": person.given} if person.given else {"name": person.name}
    return {**names, "orcid": f"https://orcid.org/{person.orcid}"} if person.orcid else names


def zenodo(record: Publication) -> str:
    """`.zenodo.json`: how Zenodo is to describe a release of this repository."""
    fields = {
        "title": record.whole_title,
        "upload_type": "publication",
        "publication_type": "report",
        "description": f"<p>{html.escape(record.abstract, False)}</p>",
        "creators": [_zenodo_name(c) for c in record.authors],
        "publication_date": record.date,
        "version": record.version,
        "language": ISO_639_2[record.language[:2]],
        "keywords": list(record.keywords),
        "license": record.licence.lower(),
        "access_right": "open",
        "imprint_publisher": record.publisher,
        "imprint_isbn": record.identifiers.get("isbn"),
        "related_identifiers": [{"identifier": record.repository, "relation": "isSupplementedBy"}] if record.repository else None,
    }
    return json.dumps(_filled(fields), ensure_ascii=False, indent=2) + "\n"


def _zenodo_name(person: Contributor) -> dict[str, str]:
    name = {"name": f"{person.name}, {person.given}" if person.given else person.name}
    return {**name, "orcid": person.orcid} if person.orcid else name


def kept(record: Publication, words: Words) -> dict[str, str]:
    """The files of the record that stand in the repository, by path: `make citation` writes them."""
    return {"CITATION.cff": citation_cff(record, words), ".zenodo.json": zenodo(record)}
