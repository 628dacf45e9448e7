"""Texts by path → the paper, whole, or every problem that they have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from whitepaper import changelog, checks, citeproc, exhibits, glossary, publication, references, registers, sections, usage, verification
from whitepaper.cache import Cache
from whitepaper.checks.references import LAW
from whitepaper.citeproc import Style, StyleError, read_style
from whitepaper.model import Change, Claim, Exhibit, Paper, Place, Problem, Publication, Recommendation, Reference, Section, Term, Usage, Verification
from whitepaper.order import reading_order
from whitepaper.references import Bibliography

CLAIMS, RECOMMENDATIONS, GLOSSARY, WORDS = "data/claims.yml", "data/recommendations.yml", "data/glossary.yml", "data/words.yml"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the paper's texts are: a root folder, and paths relative to it; and an address that stands instead of the record's."""

    root: Path
    bibliographies: tuple[str, ...] = ("references.bib",)
    style: str = "styles/apa.csl"
    publication: str = "publication.yml"
    changelog: str = "CHANGELOG.md"
    address: str = ""
    commands: tuple[str, str] = ("\\bibliography", "\\full_bibliography")


def decode(path: str, data: bytes) -> tuple[str | None, list[Problem]]:
    """The text of a file, without byte-order mark and with plain line ends; or the line where it is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem(Place(path, line), f"is not UTF-8 (byte 0x{data[error.start]:02x})", "save the file as UTF-8")]
    return re.sub("[\0\ue000-\ue001]", "", text.replace("\r\n", "\n").replace("\r", "\n")), []


def _text(root: Path, path: str, problems: list[Problem], purpose: str) -> str | None:
    """A file's text; a file that is missing or not UTF-8 is a problem."""
    try:
        text, faults = decode(path, (root / path).read_bytes())
    except OSError:
        problems.append(Problem(Place(path, 1), f"there is no such file, and it is to hold {purpose}", "add it, or name another in mkdocs.yml"))
        return None
    problems += faults
    return text


def read_style_file(sources: Sources, problems: list[Problem]) -> Style | None:
    """The citation style, or None and a problem."""
    text = _text(sources.root, sources.style, problems, "the citation style")
    if text is None:
        return None
    try:
        return read_style(sources.style, text)
    except StyleError as error:
        problems.append(Problem(Place(sources.style, 1), str(error), "name an author–date style as csl_file in mkdocs.yml"))
    return None


def read(sources: Sources, cache: Cache, *, ahead: bool = False) -> tuple[Paper | None, Style | None, list[Problem]]:
    """The paper and its citation style, or None and all problems, sorted.

    Args:
        ahead: the works will be formatted, so that is begun beside the reading of the texts.
    """
    paper, style, problems = gather(sources, cache, ahead=ahead)
    return (None if problems else paper), style, problems


def gather(sources: Sources, cache: Cache, *, ahead: bool = False) -> tuple[Paper, Style | None, list[Problem]]:
    """The paper as far as it can be read, its citation style, and all problems, sorted."""
    problems: list[Problem] = []
    style = read_style_file(sources, problems)
    record = _publication(sources, problems)
    language = record.language if ahead and record else None
    with ThreadPoolExecutor(1) as pool:
        bibliographies, faulty = _bibliographies(sources, cache)
        reading = pool.submit(_references, bibliographies, cache, style, language)
        docs = sources.root / "docs"
        files = frozenset(p.relative_to(sources.root).as_posix() for p in docs.rglob("*") if p.is_file() and not p.name.startswith("."))
        found, unread = _sections(sources, files, cache, problems)
        claims, recommendations, shown, terms, words, unread_data = _data(sources, problems)
        unread |= unread_data
        order, faults = reading_order(found, unread)
        changes = _changes(sources, record, problems)
        bibliography, lost, unreadable = reading.result()
    problems += faulty + faults + unreadable
    paper = Paper(found, bibliography, order, record or publication.UNKNOWN, files, claims, recommendations, shown, terms, changes, words)
    paper = replace(paper, verification=_verification(sources, problems))
    problems += checks.check(paper, lost=lost, unread=unread)
    problems = sorted(set(problems))
    if problems:
        cache.drop()
    return paper, style, problems


def _sections(sources: Sources, files: frozenset[str], cache: Cache, problems: list[Problem]) -> tuple[dict[str, Section], frozenset[str]]:
    """The sections by path, and the paths of those that cannot be read."""
    found: dict[str, Section] = {}
    unread: set[str] = set()
    for path in sorted(f for f in files if f.endswith(".md")):
        text = _text(sources.root, path, problems, "a section")
        section, faults = sections.read_again(path, text, sources.commands, cache) if text is not None else (None, [])
        problems += faults
        if section:
            found[path] = section
        else:
            unread.add(path)
    return found, frozenset(unread)


Data = tuple[dict[str, Claim], dict[str, Recommendation], dict[str, Exhibit], dict[str, Term], tuple[Usage, ...], frozenset[str]]


def _data(sources: Sources, problems: list[Problem]) -> Data:
    """Claims, recommendations, exhibits and terms, and the paths of files that cannot be read."""
    claims: dict[str, Claim] = {}
    recommendations: dict[str, Recommendation] = {}
    shown: dict[str, Exhibit] = {}
    terms: dict[str, Term] = {}
    words: tuple[Usage, ...] = ()
    unread: set[str] = set()
    for file in sorted((sources.root / "data").glob("*.yml")):
        path = file.relative_to(sources.root).as_posix()
        if path == verification.PATH:
            continue
        text = _text(sources.root, path, problems, "data")
        faults: list[Problem] = []
        if text is None:
            unread.add(path)
        elif path == CLAIMS:
            claims, faults = registers.claims(path, text)
            unread |= set() if claims else {path}
        elif path == RECOMMENDATIONS:
            recommendations, faults = registers.recommendations(path, text)
            unread |= set() if recommendations else {path}
        elif path == GLOSSARY:
            terms, faults = glossary.read(path, text)
            unread |= set() if terms else {path}
        elif path == WORDS:
            words, faults = usage.read(path, text)
        else:
            exhibit, faults = exhibits.read(path, text)
            shown |= {exhibit.name: exhibit} if exhibit else {}
            unread |= set() if exhibit else {path}
        problems += faults
    return claims, recommendations, shown, terms, words, frozenset(unread)


def _publication(sources: Sources, problems: list[Problem]) -> Publication | None:
    text = _text(sources.root, sources.publication, problems, "title, version and date")
    if text is None:
        return None
    record, faults = publication.read(sources.publication, text)
    problems += faults
    if record and sources.address:
        problems += publication.address_faults(sources.address)
        return replace(record, address=publication.with_slash(sources.address))
    return record


def _changes(sources: Sources, record: Publication | None, problems: list[Problem]) -> tuple[Change, ...]:
    """What changed for readers, newest first; nothing where the paper keeps no changelog."""
    if not (sources.root / sources.changelog).is_file():
        return ()
    text = _text(sources.root, sources.changelog, problems, "what changed for readers")
    changes, faults = changelog.read(sources.changelog, text or "", record)
    problems += faults if text is not None else []
    return changes


def _verification(sources: Sources, problems: list[Problem]) -> dict[str, Verification]:
    """What the last audit found of each reference; nothing where there was none."""
    if not (sources.root / verification.PATH).is_file():
        return {}
    text = _text(sources.root, verification.PATH, problems, "what the last audit found")
    results, faults = verification.read(verification.PATH, text or "")
    problems += faults
    return results


def _bibliographies(sources: Sources, cache: Cache) -> tuple[list[Bibliography | None], list[Problem]]:
    """Each bibliography file as read, None where it cannot be; and the problems."""
    problems: list[Problem] = []
    done: list[Bibliography | None] = []
    for path in sources.bibliographies:
        text = _text(sources.root, path, problems, "the references")
        bibliography, faults = references.read_again(path, text, cache) if text is not None else (None, [])
        problems += faults
        done.append(bibliography)
    return done, problems


def _references(
    bibliographies: Iterable[Bibliography | None], cache: Cache, style: Style | None, language: str | None
) -> tuple[dict[str, Reference], frozenset[str], list[Problem]]:
    """The references by key, the keys of entries that could not be read, and the problems; with a language, formatting is begun."""
    done: dict[str, Reference] = {}
    lost: frozenset[str] = frozenset()
    problems: list[Problem] = []
    for bibliography in bibliographies:
        if bibliography is None:
            lost |= {references.ANY}
            continue
        found, unreadable = references.with_works(bibliography, cache)
        problems += unreadable
        lost |= bibliography.lost
        for reference in found:
            if reference.key in done:
                what = f"the key '{reference.key}' is used twice, first at {done[reference.key].place}"
                problems.append(Problem(reference.place, what, "give one of the two another key, or remove it"))
            else:
                done[reference.key] = reference
    if style and language and not problems:
        citeproc.begin((r.csl for r in done.values() if r.csl and r.type not in LAW), style, language, cache)
    return done, lost, problems
