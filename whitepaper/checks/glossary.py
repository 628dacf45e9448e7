"""What the glossary must hold within the paper."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from whitepaper import glossary
from whitepaper.model import Paper, Place, Problem

PAGE = "docs/glossary.md"
WITHOUT = (PAGE, "docs/references.md", "docs/help.md")  # pages where no term is explained
Found = Iterator[Problem]


def unknown_reference(paper: Paper, lost: frozenset[str]) -> Found:
    """A term names a key that no reference has."""
    for term in paper.terms.values():
        for key in term.references:
            if key not in paper.references and key not in lost:
                near = difflib.get_close_matches(key, paper.references, 1, 0.6)
                mend = f"did you mean '{near[0]}'?" if near else "add it to references.bib, or take it out"
                yield Problem(term.place, f"the term '{term.term}' names '{key}', which references.bib does not hold", mend)


def used_nowhere(paper: Paper) -> Found:
    """No page, exhibit, claim or recommendation uses a term."""
    if not paper.terms:
        return
    texts = [s.text[s.body :] for s in paper.sections.values() if s.path not in WITHOUT]
    for exhibit in paper.exhibits.values():
        texts += [exhibit.caption, exhibit.note, *(c.label for c in exhibit.columns), *(str(cell) for row in exhibit.rows for cell in row)]
    texts += [words for c in paper.claims.values() for words in (c.statement, c.reason, c.change)]
    texts += [words for r in paper.recommendations.values() for words in (r.statement, r.why, r.actor, r.instrument, r.equity, r.resources, r.indicator)]
    for term in glossary.unused(texts, tuple(paper.terms.values())):
        if term.term:
            yield Problem(term.place, f"the term '{term.term}' is used nowhere in the paper", "remove it, or add the form that the text uses to 'forms'")


def drawn_nowhere(paper: Paper) -> Found:
    """There are terms, and the page that explains them does not draw them."""
    page = paper.sections.get(PAGE)
    if paper.terms and not (page and any(m.kind == "list" and m.name == "glossary" for m in page.marks)):
        place = next(iter(paper.terms.values())).place.path
        yield Problem(Place(place, 1), f"the terms are drawn nowhere on {PAGE}", f"write '\\glossary' on a line of {PAGE}")
