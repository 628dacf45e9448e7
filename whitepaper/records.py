"""A registry's record of a work (Crossref's or DataCite's JSON) → a BibTeX entry's type and fields, as this paper writes them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whitepaper import references
from whitepaper.model import Reference

CROSSREF = {
    "journal-article": "article", "book": "book", "monograph": "book", "edited-book": "book", "reference-book": "book", "book-chapter": "incollection",
    "book-section": "incollection", "reference-entry": "incollection", "proceedings-article": "inproceedings", "report": "report",
    "report-component": "report", "standard": "report", "dissertation": "thesis",
}  # fmt: skip
DATACITE = {"JournalArticle": "article", "Book": "book", "BookChapter": "incollection", "ConferencePaper": "inproceedings", "Report": "report",
            "Dissertation": "thesis"}  # fmt: skip
RETRACTED = ("retraction", "withdrawal", "removal", "partial_retraction")
CORRECTED = ("correction", "corrigendum", "erratum", "expression_of_concern")
SMALL_WORDS = "a an the of for in on and or to with by from at as is are do does it so how what when why can into its their after before versus vs not"
SMALL = frozenset(SMALL_WORDS.split())
TEX = re.compile(r"(?<!\\)([&%#_$])")


@dataclass(frozen=True, slots=True)
class Record:
    """A work as a registry has it: its BibTeX type, its fields as plain text, and who wrote it, as surname and given name."""

    kind: str
    fields: Mapping[str, str]
    people: tuple[tuple[str, str], ...]
    people_are: str = "author"


def from_crossref(message: Mapping[str, Any]) -> Record:
    """What Crossref's `message` of a work says."""
    kind = CROSSREF.get(str(message.get("type")), "misc")
    role = "author" if message.get("author") or not message.get("editor") else "editor"
    people = tuple(_person(p.get("family") or p.get("name"), p.get("given"), p.get("suffix")) for p in message.get(role) or ())
    title, subtitle = _first(message.get("title")), _first(message.get("subtitle"))
    whole = f"{title}: {subtitle}" if subtitle and subtitle.lower() not in title.lower() else title
    publisher = clean(message.get("publisher"))
    institution = clean(next((i.get("name") for i in message.get("institution") or () if i.get("name")), "")) or publisher
    fields = {
        "title": whole, "year": _year(message), "volume": clean(message.get("volume")), "number": clean(message.get("issue")),
        "pages": _pages(clean(message.get("page")) or clean(message.get("article-number"))), "doi": str(message.get("DOI", "")),
        "isbn": _first(message.get("ISBN")) if kind in ("book", "incollection") else "",
        "langid": "french" if str(message.get("language", "")).startswith("fr") else "",
        "verifiedat": f"https://api.crossref.org/works/{message.get('DOI', '')}", **_status(message),
    } | _container(kind, _first(message.get("container-title")), publisher, institution)  # fmt: skip
    return Record(kind, {n: v for n, v in fields.items() if v}, tuple(p for p in people if p[0]), role)


def from_datacite(attributes: Mapping[str, Any]) -> Record:
    """What DataCite's `attributes` of a work say."""
    types, container = attributes.get("types") or {}, attributes.get("container") or {}
    kind = DATACITE.get(str(types.get("resourceTypeGeneral")), "misc")
    people = tuple(
        _person(p.get("name"), None) if p.get("nameType") == "Organizational" or not p.get("familyName") else _person(p["familyName"], p.get("givenName"))
        for p in attributes.get("creators") or ()
    )
    named = attributes.get("publisher")
    publisher = clean(named.get("name") if isinstance(named, Mapping) else named)
    first, last = clean(container.get("firstPage")), clean(container.get("lastPage"))
    fields = {
        "title": next((clean(t.get("title")) for t in attributes.get("titles") or () if t.get("title")), ""),
        "year": str(attributes.get("publicationYear") or ""), "volume": clean(container.get("volume")), "number": clean(container.get("issue")),
        "pages": f"{first}--{last}" if first and last else first, "doi": str(attributes.get("doi", "")),
        "langid": "french" if str(attributes.get("language") or "").startswith("fr") else "",
        "verifiedat": f"https://api.datacite.org/dois/{attributes.get('doi', '')}",
    } | _container(kind, clean(container.get("title")), publisher, publisher)  # fmt: skip
    return Record(kind, {n: v for n, v in fields.items() if v}, tuple(p for p in people if p[0]))


def _container(kind: str, title: str, publisher: str, institution: str) -> dict[str, str]:
    """What a work of a type stands in, or who brought it out."""
    return {
        "article": {"journal": title or publisher}, "incollection": {"booktitle": title, "publisher": publisher}, "inproceedings": {"booktitle": title},
        "book": {"publisher": publisher}, "report": {"institution": institution}, "thesis": {"institution": institution},
    }.get(kind, {"howpublished": title or institution})  # fmt: skip


def _status(message: Mapping[str, Any]) -> dict[str, str]:
    """Whether notices retract or correct a work, as Crossref has them."""
    notices = {str(n.get("type", "")).lower().replace("-", "_"): str(n.get("DOI", "")) for n in message.get("updated-by") or ()}
    for word, kinds in (("retracted", RETRACTED), ("corrected", CORRECTED)):
        found = next((notices[k] for k in kinds if notices.get(k)), None)
        if found:
            return {"status": word, "statusurl": f"https://doi.org/{found}"}
    return {}


def clean(value: Any) -> str:
    """A record's text without markup: tags gone, entities decoded, white space plain.

    >>> clean("Ketamine &amp; <i>N</i>-methyl-\\n  <scp>D</scp>-aspartate")
    'Ketamine & N-methyl- D-aspartate'
    """
    text = html.unescape(html.unescape(str(value if value is not None else "")))
    return " ".join(re.sub(r"</?[A-Za-z][^<>]*>", "", text).replace("{", "").replace("}", "").split())


def _first(values: Any) -> str:
    return clean(values[0]) if isinstance(values, list) and values else clean(values) if isinstance(values, str) else ""


def _year(message: Mapping[str, Any]) -> str:
    for name in ("published-print", "issued", "published", "published-online"):
        parts = (message.get(name) or {}).get("date-parts") or [[]]
        if parts[0] and parts[0][0]:
            return str(parts[0][0])
    return ""


def _pages(pages: str) -> str:
    return re.sub(r"^(\w+)\s*[-–—]+\s*(\w+)$", r"\1--\2", pages)


def _person(family: Any, given: Any, suffix: Any = None) -> tuple[str, str]:
    """A surname and what goes with it; a body has no given name, and stands between braces."""
    if not given:
        return clean(family), ""
    return (f"{clean(family)}, {clean(suffix)}" if suffix else clean(family)), clean(given)


def key_of(record: Record, known: Mapping[str, Reference]) -> str:
    """A key as this bibliography forms them: surname, year, the title's first word that says something; a letter where it is taken.

    A body has the short name that its other works here have, or its initials.
    """
    surname, given = record.people[0] if record.people else ("", "")
    name = _letters(surname.split(",")[0]) if given else _body(surname or record.fields.get("journal", ""), known)
    words = (_letters(re.sub(r"['’]s\b", "", w)) for w in record.fields.get("title", "").split())
    word = next((w for w in words if len(w) > 1 and w not in SMALL), "")
    key = f"{name or 'anonymous'}{record.fields.get('year', 'nd')}{word}"
    taken = {k.casefold() for k in known}
    return next(k for k in (key, *(f"{key}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")) if k.casefold() not in taken)


def _letters(text: str) -> str:
    """A text's letters, small and without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss").replace("ł", "l").replace("Ł", "L"))
    return "".join(c for c in plain if c.isascii() and c.isalpha()).lower()


def _body(name: str, known: Mapping[str, Reference]) -> str:
    """The short name of a body."""
    for reference in known.values():
        if references.surnames(reference)[:1] == (name,) and (found := re.match(r"[a-z]+(?=\d{4}|nd)", reference.key)):
            return found[0]
    words = [w for w in re.split(r"[\s/-]+", name) if _letters(w) and _letters(w) not in SMALL]
    return _letters(words[0]) if len(words) == 1 else "".join(_letters(w)[:1] for w in words)


def fields_of(record: Record, bibliography: str) -> dict[str, str]:
    """An entry's fields as TeX; capitals that must stay are between braces.

    Args:
        bibliography: the text whose titles say which words are names.
    """
    fields = {name: value if name in ("doi", "verifiedat", "statusurl") else escaped(value) for name, value in record.fields.items()}
    for name in ("title", "booktitle"):
        if name in fields:
            fields[name] = braced(fields[name], protected(bibliography))
    if record.people:
        people = [f"{escaped(family)}, {escaped(given)}" if given else f"{{{escaped(family)}}}" for family, given in record.people]
        fields[record.people_are] = " and ".join(people)
    return fields


def escaped(text: str) -> str:
    """A text as TeX.

    >>> escaped("R&D at 5%")
    'R\\\\&D at 5\\\\%'
    """
    return TEX.sub(r"\\\1", text)


def protected(bibliography: str) -> frozenset[str]:
    """The words whose capitals the titles of a bibliography keep already."""
    titles = re.findall(r"^\s*title\s*=\s*\{(.*)\},?\s*$", bibliography, re.M)
    plain = {word for title in titles for word in re.sub(r"\{[^{}]*\}", "", title).split() if word.islower()}
    single = {word for title in titles for word in re.findall(r"\{(\w[^{}\s]*)\}", title) if word[0].isupper()}
    return frozenset(word for word in single if word.casefold() not in plain)


def braced(title: str, names: frozenset[str] = frozenset()) -> str:
    """A title in which capitals that must stay stand between braces.

    >>> braced("Ketamine for PTSD in Canada: A trial", frozenset({"Canada"}))
    'Ketamine for {PTSD} in {Canada}: A trial'
    """
    if title.isupper():
        return title
    words = title.split(" ")
    long = [w for w in words[1:] if len(w) > 3 and w[0].isalpha() and w[1:].islower()]
    in_capitals = sum(w[0].isupper() for w in long) > 0.6 * max(1, len(long))
    done, opens = [], True
    for word in words:
        bare = re.sub(r"^[^\w]+|[^\w]+$", "", word)
        inner = bool(re.search(r"\w[A-Z]|\d[A-Z]", re.sub(r"(?<=-)[A-Z](?=[a-z])", "x", bare)))
        name = bare in names or (bare[:1].isupper() and not opens and not in_capitals)
        done.append(word.replace(bare, f"{{{bare}}}", 1) if bare and (inner or name) else word)
        opens = word.endswith((":", "?", ".", "!"))
    return " ".join(done)
