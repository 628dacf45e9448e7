"""What a citation in a section must hold."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from whitepaper import references
from whitepaper.model import Paper, Place, Problem, Typed

Found = Iterator[Problem]


def unknown_citation(paper: Paper, lost: frozenset[str]) -> Found:
    """A section cites a key that no reference has."""
    for section in paper.sections.values():
        for citation in section.citations:
            for cite in citation.cites:
                if cite.key not in paper.references and cite.key not in lost:
                    near = difflib.get_close_matches(cite.key, paper.references, 1, 0.6)
                    mend = f"did you mean '{near[0]}'?" if near else "add it, or remove the citation"
                    yield Problem(Place(section.path, citation.line), f"cites '{cite.key}', which references.bib does not hold", mend)


def typed_citation(paper: Paper, lost: frozenset[str]) -> Found:
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
                if matches[typed] or not lost:
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
    cited |= {key for c in paper.claims.values() for key in (*c.supports, *c.contradicts)}
    cited |= {key for e in paper.exhibits.values() for key, _ in e.references()}
    cited |= {key for t in paper.terms.values() for key in t.references}
    for reference in paper.references.values():
        if reference.key not in cited:
            yield Problem(reference.place, f"'{reference.key}' is cited nowhere", "cite it or remove it")
