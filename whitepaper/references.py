"""One bibliography text → its references, or what is wrong with it.

BibTeX and BibLaTeX are both read: `bibtexparser` finds entries, fields and their lines, going on after a fault;
pandoc turns entries into CSL-JSON (`citeproc.read_works`).
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ImplicitComment, ParsingFailedBlock, Preamble, String
from pylatexenc.latex2text import LatexNodes2Text

from whitepaper import citeproc
from whitepaper.cache import Cache, digest, source_version
from whitepaper.model import Paper, Place, Problem, Reference

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
HALVED = 100  # from so many entries on, two pandocs read them sooner than one
VERSION = source_version(__file__)
ENTRY = re.compile(r"@\s*(?P<type>\w+)\s*[{(]\s*(?P<key>[^\s,{}()]*)")
DECODER = LatexNodes2Text(math_mode="verbatim")
ANY = "*"
MACRO = re.compile(r"^[^\W\d][\w:.+/-]*$")
MONTHS = {m: str(n) for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}


@dataclass(frozen=True, slots=True)
class Bibliography:
    """The entries of a file in order, the source of each, the definitions that they lean on, and the keys of entries lost to a fault.

    A fault that hides even the key leaves ANY among those.
    """

    references: tuple[Reference, ...]
    sources: tuple[str, ...]
    preamble: str
    lost: frozenset[str] = frozenset()


def read(path: str, text: str) -> tuple[Bibliography, list[Problem]]:
    """The bibliography that a text holds, and the faults of its form, each with its line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    library = parse_string(text, parse_stack=[])
    problems: list[Problem] = []
    strings = {s.key.lower(): _bare(str(s.value), {}) for s in library.blocks if isinstance(s, String)}
    references: list[Reference] = []
    sources: list[str] = []
    preamble: list[str] = []
    first: dict[str, Reference] = {}
    lost: set[str] = set()
    for block in library.blocks:
        place = Place(path, (block.start_line or 0) + 1)
        if isinstance(block, Entry):
            reference = _reference(block, place, strings)
            problems += _macros(block, place, strings)
            first[reference.key] = reference
            references.append(reference)
            sources.append(block.raw or "")
        elif isinstance(block, DuplicateBlockKeyBlock) and block.key in first:
            what = f"the key '{block.key}' is used twice, first in line {first[block.key].place.line}"
            problems.append(Problem(place, what, "give one of the two another key, or remove it"))
        elif isinstance(block, (String, Preamble)):
            preamble.append(block.raw or "")
        else:
            faults = list(_faults(block, place))
            problems += faults
            opened = ENTRY.match(block.raw or "")
            lost |= {opened["key"] if opened and opened["key"] else ANY} if faults else set()
    return Bibliography(tuple(references), tuple(sources), "\n\n".join(preamble), frozenset(lost)), problems


def read_again(path: str, text: str, cache: Cache) -> tuple[Bibliography, list[Problem]]:
    """As `read`, from the cache where this very text was read before without a fault."""
    name = digest("bibliography", VERSION, path, text)
    kept = cache.get(name)
    if kept is not None:
        found = tuple(Reference(key, kind, Place(path, line), fields, lines, tex=tex) for key, kind, line, fields, lines, tex in kept["references"])
        return Bibliography(found, tuple(kept["sources"]), kept["preamble"]), []
    bibliography, problems = read(path, text)
    if not problems:
        rows = [(r.key, r.type, r.place.line, r.fields, r.lines, r.tex) for r in bibliography.references]
        cache.put(name, {"references": rows, "sources": bibliography.sources, "preamble": bibliography.preamble})
    return bibliography, problems


def with_works(bibliography: Bibliography, cache: Cache) -> tuple[tuple[Reference, ...], list[Problem]]:
    """The references with their CSL-JSON, and the entries that pandoc cannot read."""
    count = len(bibliography.sources)
    linked = any({"crossref", "xref", "xdata"} & set(r.fields) for r in bibliography.references)
    parts = [range(count)] if linked or count < HALVED else [range(count // 2), range(count // 2, count)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda part: _works(bibliography, part, cache), parts))
    works = {str(w["id"]): w for found, _ in done for w in found}
    return tuple(replace(r, csl=works.get(r.key, {})) for r in bibliography.references), [p for _, problems in done for p in problems]


def _works(bibliography: Bibliography, part: range, cache: Cache) -> tuple[tuple[dict[str, Any], ...], list[Problem]]:
    """The works of some entries, or those that pandoc cannot read."""
    try:
        return citeproc.read_works("\n\n".join([bibliography.preamble, *(bibliography.sources[n] for n in part)]), cache), []
    except citeproc.ReadError:
        return (), _unreadable(bibliography, part)


def _unreadable(bibliography: Bibliography, which: range) -> list[Problem]:
    """The entries among some that pandoc cannot read, found by halving."""
    try:
        citeproc.read_works("\n\n".join([bibliography.preamble, *(bibliography.sources[n] for n in which)]), Cache())
    except citeproc.ReadError as error:
        if len(which) > 1:
            middle = len(which) // 2
            return _unreadable(bibliography, which[:middle]) + _unreadable(bibliography, which[middle:])
        reference = bibliography.references[which[0]]
        said = " ".join(line.strip() for line in str(error).splitlines()[-2:])
        return [Problem(reference.place, f"'{reference.key}' cannot be read as BibTeX ({said})", "write '@type{key, field = {value}, …}'")]
    return []


def _faults(block: Block, place: Place) -> Iterator[Problem]:
    """The fault of a block that is no entry, if it is one."""
    raw = block.raw or ""
    opened = ENTRY.match(raw)
    name = f"'{opened['key']}'" if opened and opened["key"] else "this entry"
    if isinstance(block, DuplicateFieldKeyBlock):
        entry = block.ignore_error_block
        fields = entry.fields if isinstance(entry, Entry) else []
        for key in sorted(block.duplicate_keys):
            again = [f for f in fields if f.key == key][-1]
            yield Problem(Place(place.path, (again.start_line or 0) + 1), f"{name} gives '{key}' twice", "keep one")
    elif isinstance(block, ParsingFailedBlock):
        if opened and "Expected comma" not in getattr(block.error, "abort_reason", ""):
            yield Problem(place, f"{name} begins here and its braces do not balance", "close what it opens")
        else:
            yield Problem(place, f"{name} cannot be read as BibTeX", "write '@type{key, field = {value}, …}'")
    elif isinstance(block, ImplicitComment) and ENTRY.search(raw):
        yield Problem(place, "an entry here cannot be read as BibTeX", "write '@type{key, field = {value}, …}'")


def _macros(block: Entry, place: Place, strings: dict[str, str]) -> Iterator[Problem]:
    """Fields whose value is a name that no @string defines."""
    for field in block.fields:
        for part in re.split(r"\s*#\s*", str(field.value).strip()) if str(field.value)[:1] not in '{"' else []:
            if MACRO.match(part) and part.lower() not in strings and part.lower()[:3] not in MONTHS:
                where = Place(place.path, (field.start_line or 0) + 1)
                yield Problem(where, f"'{block.key}' has {field.key} = {part}, a name that no @string defines", "put the value between braces")


def _reference(block: Entry, place: Place, strings: dict[str, str]) -> Reference:
    """An entry with its fields as TeX and as plain text, names of fields in lower case."""
    tex = {f.key.lower(): _bare(str(f.value), strings) for f in block.fields}
    fields = {name: plain(value) for name, value in tex.items()}
    lines = {f.key.lower(): (f.start_line or 0) + 1 for f in block.fields}
    return Reference(block.key, block.entry_type.lower(), place, fields, lines, tex=tex)


def _bare(value: str, strings: dict[str, str]) -> str:
    """A field's value without its delimiters, names replaced by what their @string says."""
    value = value.strip()
    if value[:1] == "{" and value[-1:] == "}":
        return value[1:-1]
    if value[:1] == '"' and value[-1:] == '"' and '" #' not in value:
        return value[1:-1]
    parts = [p.strip() for p in re.split(r"\s#\s", value)]
    return "".join(p[1:-1] if p[:1] in '{"' else strings.get(p.lower(), MONTHS.get(p.lower()[:3], p)) for p in parts)


def plain(value: str) -> str:
    r"""A field's text without TeX: accents decoded, braces gone.

    >>> plain("{M{\\'e}tis} and {PTSD}")
    'Métis and PTSD'
    """
    value = " ".join(value.split())
    if "\\" in value:
        value = re.sub(r"\\([ij])(?![a-zA-Z])", r"\1", value)
        with contextlib.suppress(ValueError, IndexError, RecursionError):
            value = DECODER.latex_to_text(value)
    return value.replace("{", "").replace("}", "")


def surnames(reference: Reference) -> tuple[str, ...]:
    """The authors' surnames, or a corporate author whole, as CSL-JSON has them."""
    people = reference.csl.get("author") or reference.csl.get("editor") or ()
    return tuple(" ".join(filter(None, (p.get("non-dropping-particle"), p.get("family") or p.get("literal", "")))) for p in people)


def year(reference: Reference) -> str:
    """The year of a work, or an empty text."""
    found = re.search(r"\d{4}", reference.fields.get("year") or reference.fields.get("date", ""))
    return found[0] if found else ""


def cited_keys(paper: Paper) -> tuple[str, ...]:
    """The keys of the works that the paper cites, each once, sorted."""
    cited = {cite.key for s in paper.sections.values() for c in s.citations for cite in c.cites}
    cited |= {key for c in paper.claims.values() for key in (*c.supports, *c.contradicts)}
    cited |= {key for t in paper.terms.values() for key in t.references}
    return tuple(sorted(cited | {key for e in paper.exhibits.values() for key, _ in e.references()}))
