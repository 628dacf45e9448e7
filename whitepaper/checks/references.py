"""What an entry of the bibliography must hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from whitepaper import references
from whitepaper.model import Paper, Problem, Reference

Found = Iterator[Problem]
KINDS = ("trial", "review", "preclinical", "guideline", "law", "statistics", "report", "news", "other")
READ_AS = ("full text", "page", "excerpt", "abstract", "secondary")
STATUSES = ("retracted", "corrected", "notice")
UNCONFIRMED = ("author", "title", "journal", "institution", "year", "volume", "number", "pages", "doi", "url")
LAW = ("legislation", "jurisdiction")
WEB = ("online", "www", "electronic")
CONTAINERS = {
    "article": ("journal", "journaltitle"), "incollection": ("booktitle", "maintitle"), "inbook": ("booktitle", "maintitle"),
    "inproceedings": ("booktitle", "eventtitle"), "conference": ("booktitle", "eventtitle"), "report": ("institution", "organization", "publisher"),
    "techreport": ("institution",), "thesis": ("institution", "school"), "phdthesis": ("school", "institution"),
    "mastersthesis": ("school", "institution"), "book": ("publisher",), "collection": ("publisher",),
}  # fmt: skip
DOI = re.compile(r"^10\.\d{4,9}/\S+$")
WEB_ADDRESS = re.compile(r"^https?://[^\s/]+\.[^\s/]+\S*$")
BRACED = re.compile(r"\{[^{}]*\}")
MARKUP = re.compile(r"<\s*/?[a-zA-Z!][^>]*>|javascript:", re.I)


def unconfirmed(r: Reference) -> set[str]:
    """The fields that an entry leaves out because no source was seen that confirms them."""
    return {name.strip() for name in r.fields.get("unconfirmed", "").split(",") if name.strip()}


def missing_field(paper: Paper) -> Found:
    """A reference lacks a field that its type must have."""
    for r in paper.references.values():
        have = {name for name, value in r.fields.items() if value.strip()}
        wanted: list[tuple[str, ...]] = [("title",)]
        if r.type in LAW:
            wanted.append(("number",))
        else:
            wanted.append(("author", "editor", "organization", "institution"))
            if r.type not in WEB:
                wanted.append(("year", "date"))
            if r.type in CONTAINERS and "crossref" not in have:
                wanted.append(CONTAINERS[r.type])
        if "crossref" in have:
            wanted = [w for w in wanted if w != ("year", "date")]
        excused = unconfirmed(r) if have & {"title", "author", "organization", "institution"} else set()
        for names in wanted:
            if not have & set(names) and not excused & set(names):
                yield Problem(r.place, f"'{r.key}' (@{r.type}) has no {' or '.join(names[:2])}", f"add '{names[0]} = {{…}}'")


def no_identifier(paper: Paper) -> Found:
    """A reference has nothing by which a reader could find it."""
    for r in paper.references.values():
        if not {"doi", "url", "pmid", "isbn", "verifiedat", "eprint", "crossref"} & set(r.fields) and not {"doi", "url"} & unconfirmed(r):
            yield Problem(r.place, f"'{r.key}' has no DOI, URL, PMID, ISBN or verifiedat", "add the one by which you found it")


def malformed_identifier(paper: Paper) -> Found:
    """A DOI or an address is not one."""
    for r in paper.references.values():
        doi = r.fields.get("doi")
        if doi is not None and not DOI.match(doi):
            bare = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", doi, flags=re.I)
            mend = f"write '{bare}'" if DOI.match(bare) else "a DOI begins with '10.' and has a '/'"
            yield Problem(r.field_place("doi"), f"'{r.key}' has the DOI '{doi}'", mend)
        for name in ("url", "verifiedat", "verifiedalso", "statusurl", "archivedurl"):
            if name in r.fields and not WEB_ADDRESS.match(r.fields[name]):
                yield Problem(r.field_place(name), f"'{r.key}' has {name} '{r.fields[name]}'", "give an address that begins with https://")


def twice(paper: Paper) -> Found:
    """Two references have one DOI, one title, or keys that differ by case only."""
    seen: dict[tuple[str, str], Reference] = {}
    for r in paper.references.values():
        identities = [
            ("has the DOI of", r.fields.get("doi", "").lower()),
            ("has the title of", _title(r)),
            ("differs only by case from", r.key.casefold()),
        ]
        told = next(((how, seen[how, what]) for how, what in identities if what and (how, what) in seen), None)
        if told and not _distinct(*told, r):
            yield Problem(r.place, f"'{r.key}' {told[0]} '{told[1].key}' in line {told[1].place.line}", "keep one of the two")
        for identity in identities:
            seen.setdefault(identity, r)


def _title(r: Reference) -> str:
    return re.sub(r"\W", "", r.fields.get("title", "").casefold())


def _distinct(how: str, one: Reference, two: Reference) -> bool:
    """Whether two works of one title are plainly two: another DOI, number, edition or year."""
    marks = ("doi", "number", "edition")
    differs = any(one.fields.get(m) and two.fields.get(m) and one.fields[m] != two.fields[m] for m in marks)
    return how == "has the title of" and (differs or references.year(one) != references.year(two))


def no_access_date(paper: Paper) -> Found:
    """A web source does not say when it was seen."""
    for r in paper.references.values():
        if r.type in WEB and "urldate" not in r.fields:
            yield Problem(r.place, f"'{r.key}' is a web source without an access date", "add 'urldate = {2026-11-21}', the day you saw it")


def later_than_paper(paper: Paper) -> Found:
    """A reference has a year after the paper's own date."""
    for r in paper.references.values():
        found = references.year(r)
        if found and found > paper.publication.date[:4]:
            where = r.field_place("year" if "year" in r.fields else "date")
            yield Problem(
                where, f"'{r.key}' has the year {found}, after the paper's own date {paper.publication.date}", "mend the year, or the date in publication.yml"
            )


def markup_in_field(paper: Paper) -> Found:
    """A field holds HTML or script, which readers would see as text."""
    for r in paper.references.values():
        for name, value in r.fields.items():
            if found := MARKUP.search(value):
                yield Problem(r.field_place(name), f"'{r.key}' has '{found[0]}' in its {name}", "write plain text or TeX")


def parted_name(paper: Paper) -> Found:
    """A body's name has an 'and' that BibLaTeX takes for the border between two bodies."""
    for r in paper.references.values():
        for name in ("institution", "organization", "publisher"):
            if re.search(r"\sand\s", _outside_braces(r.tex.get(name, ""))):
                yield Problem(r.field_place(name), f"'{r.key}' has 'and' in its {name}, which makes it two names", f"write {name} = {{{{…}}}}, in two braces")


def _outside_braces(tex: str) -> str:
    while (shorter := BRACED.sub("", tex)) != tex:
        tex = shorter
    return tex


def own_field(paper: Paper) -> Found:
    """One of the bibliography's own fields is missing or outside its scale (CONTRIBUTING tells them)."""
    for r in paper.references.values():
        yield from _of_scale(r, "keywords", KINDS, True)
        yield from _of_scale(r, "readas", READ_AS, True)
        yield from _of_scale(r, "status", STATUSES, False)
        if "status" in r.fields and "statusurl" not in r.fields:
            yield Problem(
                r.field_place("status"), f"'{r.key}' is marked '{r.fields['status']}' without a notice", "add 'statusurl = {…}', the notice's address"
            )
        if "verifiedfields" in r.fields and "verifiedat" not in r.fields:
            yield Problem(r.field_place("verifiedfields"), f"'{r.key}' names verified fields, but not where", "add 'verifiedat = {…}'")
        for name in sorted(unconfirmed(r)):
            if name not in UNCONFIRMED:
                yield Problem(r.field_place("unconfirmed"), f"'{r.key}' has unconfirmed '{name}'", f"use {', '.join(UNCONFIRMED)}")
            elif r.fields.get(name):
                yield Problem(r.field_place(name), f"'{r.key}' prints its {name} and calls it unconfirmed", "leave the field out, or take it from the list")


def _of_scale(r: Reference, name: str, scale: tuple[str, ...], needed: bool) -> Found:
    value = r.fields.get(name)
    if value is None and needed:
        yield Problem(r.place, f"'{r.key}' has no {name}", f"add '{name} = {{…}}', one of {', '.join(scale)}")
    elif value is not None and value not in scale:
        yield Problem(r.field_place(name), f"'{r.key}' has {name} '{value}'", f"use exactly one of {', '.join(scale)}")


RULES: tuple[Callable[[Paper], Found], ...] = (
    missing_field, no_identifier, malformed_identifier, twice, no_access_date, later_than_paper, markup_in_field, parted_name, own_field,
)  # fmt: skip
