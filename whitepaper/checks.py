"""What the paper as a whole must hold: one short function a rule, named for the fault."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import unquote

from whitepaper import references
from whitepaper.model import Link, Paper, Place, Problem, Reference, Section, Typed
from whitepaper.order import resolve

KINDS = ("trial", "review", "preclinical", "guideline", "law", "statistics", "report", "news", "other")
READ_AS = ("full text", "page", "excerpt", "abstract", "secondary")
STATUSES = ("retracted", "corrected")
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
MARKUP = re.compile(r"<\s*/?[a-zA-Z!][^>]*>|javascript:", re.I)

Found = Iterator[Problem]


def check(paper: Paper, whole: bool, unread: frozenset[str]) -> list[Problem]:
    """Every fault of a paper.

    Args:
        whole: every entry of the bibliography could be read; if not, a missing key may be there all the same.
        unread: sections whose text could not be read; if any, a reference may be cited there all the same.
    """
    rules: list[Callable[[Paper], Found]] = [broken_link, misplaced_bibliography, *REFERENCE_RULES]
    if whole:
        rules += [unknown_citation, typed_citation]
    if not unread:
        rules.append(cited_nowhere)
    return [problem for rule in rules for problem in rule(paper)]


def unknown_citation(paper: Paper) -> Found:
    """A section cites a key that no reference has."""
    for section in paper.sections.values():
        for citation in section.citations:
            for cite in citation.cites:
                if cite.key not in paper.references:
                    near = difflib.get_close_matches(cite.key, paper.references, 1, 0.6)
                    mend = f"did you mean '{near[0]}'?" if near else "add it, or remove the citation"
                    yield Problem(Place(section.path, citation.line), f"cites '{cite.key}', which references.bib does not hold", mend)


def typed_citation(paper: Paper) -> Found:
    """A citation is typed as text."""
    for section in paper.sections.values():
        groups: defaultdict[tuple[int, bool], list[Typed]] = defaultdict(list)
        for typed in section.typed:
            groups[typed.group, typed.narrative].append(typed)
        for (_, narrative), group in groups.items():
            matches = {t: _matching(t, paper) for t in group}
            if not any(t.certain or matches[t] for t in group):
                continue
            place = Place(section.path, group[0].line)
            if all(len(m) == 1 for m in matches.values()):
                keys = [m[0] for m in matches.values()]
                form = f"@{keys[0]}" if narrative else "[" + "; ".join(f"@{k}" for k in keys) + "]"
                yield Problem(place, f"'{'; '.join(t.text for t in group)}' is typed as text", f"write '{form}'")
                continue
            for typed in group:
                yield from _one_typed(place, typed, matches[typed])


def _one_typed(place: Place, typed: Typed, keys: tuple[str, ...]) -> Found:
    what = f"'{typed.text}' is typed as text"
    forms = [f"'@{k}'" if typed.narrative else f"'[@{k}]'" for k in keys]
    if forms:
        yield Problem(place, what, "write " + " or ".join(forms))
    elif typed.certain:
        yield Problem(place, what, "references.bib holds no such work: add it or remove the claim")


@cache
def _name(text: str) -> str:
    return re.sub(r"[^\w]", "", text.casefold())


def _matching(typed: Typed, paper: Paper) -> tuple[str, ...]:
    """The keys of the works that a typed citation may mean."""
    done = []
    for reference in paper.references.values():
        names = references.surnames(reference)
        if not names or references.year(reference) != typed.year[:4]:
            continue
        wanted = [_name(n) for n in typed.names]
        have = [_name(n) for n in names]
        enough = len(have) > len(wanted) if typed.et_al else len(have) == len(wanted)
        if enough and all(a == b for a, b in zip(wanted, have, strict=False)):
            done.append(reference.key)
    return tuple(done)


def broken_link(paper: Paper) -> Found:
    """A link leads to no page, file or anchor."""
    for section in paper.sections.values():
        for link in section.links:
            if problem := _broken(paper, section, link):
                yield problem


def _broken(paper: Paper, section: Section, link: Link) -> Problem | None:
    place = Place(section.path, link.line)
    if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:|^//", link.target):
        if link.target.split(":")[0].lower() in ("http", "https", "mailto", "tel", "sms"):
            return None
        return Problem(place, f"links to '{link.target}'", "use an address that begins with https:, mailto: or tel:")
    target, _, anchor = link.target.partition("#")
    target, anchor = unquote(target.partition("?")[0]), unquote(anchor)
    if not link.target:
        return Problem(place, "has a link without a target", "write '[words](target)'")
    if target and posixpath.normpath(posixpath.join(posixpath.dirname(section.path), target)) in paper.files and not target.endswith(".md"):
        return None
    page = resolve(target, section.path, paper.sections) if target else section.path
    if page is None:
        found = _nearest(target, paper)
        mend = f"did you mean '{posixpath.relpath(found, posixpath.dirname(section.path))}'?" if found else "name an existing file, or remove the link"
        return Problem(place, f"links to '{link.target}', but there is no such file", mend)
    offered = paper.sections[page].anchors | GENERATED
    if anchor and anchor not in offered and not re.match(r"(?:ref|cite|source)-|fn", anchor):
        near = difflib.get_close_matches(anchor, sorted(offered), 1, 0.5)
        mend = f"did you mean '#{near[0]}'?" if near else "name a heading of that page"
        return Problem(place, f"links to '{link.target}', but {page} has no '#{anchor}'", mend)
    return None


def _nearest(target: str, paper: Paper) -> str | None:
    """The file whose name is nearest to a target's, if one is near."""
    stems = {posixpath.splitext(posixpath.basename(f))[0]: f for f in sorted(paper.files, reverse=True)}
    near = difflib.get_close_matches(posixpath.splitext(posixpath.basename(target.rstrip("/")))[0], stems, 1, 0.6)
    return stems[near[0]] if near else None


GENERATED = frozenset({"sources-cited-here"})


def misplaced_bibliography(paper: Paper) -> Found:
    """A page asks for the whole bibliography elsewhere than on the References page, or that page does not."""
    page = paper.sections.get("docs/references.md")
    if page and not page.commands:
        yield Problem(page.place, "does not say where the references stand", r"add a line with '\bibliography'")
    for section in paper.sections.values():
        for command, start, _ in section.commands:
            if command == r"\full_bibliography" and section is not page:
                line = section.text.count("\n", 0, start) + 1
                yield Problem(Place(section.path, line), r"asks for '\full_bibliography'", "link to docs/references.md, where all references stand")
    if not page and any(s.citations for s in paper.sections.values()):
        yield Problem(Place("docs/references.md", 1), "there is no such page, and citations lead to it", r"add it, with '\bibliography' in its text")


def cited_nowhere(paper: Paper) -> Found:
    """A reference is cited nowhere."""
    cited = {cite.key for s in paper.sections.values() for c in s.citations for cite in c.cites}
    for reference in paper.references.values():
        if reference.key not in cited:
            yield Problem(reference.place, f"'{reference.key}' is cited nowhere", "cite it or remove it")


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
        excused = unconfirmed(r) if have & {"title", "author"} else set()
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


REFERENCE_RULES: tuple[Callable[[Paper], Found], ...] = (
    missing_field, no_identifier, malformed_identifier, twice, no_access_date, later_than_paper, markup_in_field, own_field,
)  # fmt: skip
