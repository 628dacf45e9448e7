"""Which words the paper does without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whitepaper.markdown import blanked, links, without, without_code
from whitepaper.model import Paper, Place, Problem, Section, Usage

QUOTED = re.compile(r"“[^”\n]*”|(?<!\w)\"[^\"\n]*\"(?!\w)|«[^»\n]*»")


def avoided_word(paper: Paper) -> Iterator[Problem]:
    """A word that `data/words.yml` lists as avoided; words within quotation marks and titles of links are their authors' own."""
    by_word = {word.lower(): usage for usage in paper.usage for word in usage.avoided}
    if not by_word:
        return
    either = "|".join(re.escape(word) for word in sorted(by_word, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.I)
    quick = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")  # over small letters: ten times as fast as `pattern`
    for section in paper.sections.values():
        if quick.search(section.text.lower()):
            yield from _found(section.path, _prose(section), pattern, by_word)
    for place, text in data_texts(paper):
        for m in pattern.finditer(without(text, QUOTED)) if quick.search(text.lower()) else ():
            yield _problem(place, m[0], by_word[m[0].lower()])


def _found(path: str, text: str, pattern: re.Pattern[str], by_word: dict[str, Usage]) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        for m in pattern.finditer(without(line, QUOTED)):
            yield _problem(Place(path, number), m[0], by_word[m[0].lower()])


def _problem(place: Place, word: str, usage: Usage) -> Problem:
    return Problem(place, f"says '{word}'", f"write '{usage.preferred}' ({usage.reason})")


def _prose(section: Section) -> str:
    """A section's own words, title and description included."""
    bare = without_code(section.text)
    _, visible = links(section.text, bare)
    return blanked(visible, [(c.start, c.end) for c in section.citations] + [(m.start, m.end) for m in section.marks])


def data_texts(paper: Paper) -> Iterator[tuple[Place, str]]:
    """The words of claims, recommendations and exhibits, each with its place."""
    for c in paper.claims.values():
        yield c.place, "\n".join((c.statement, c.reason, c.change, *c.premises))
    for r in paper.recommendations.values():
        yield r.place, "\n".join((r.statement, r.why, r.actor, r.instrument, r.equity, r.resources, r.indicator))
    for t in paper.terms.values():
        yield t.place, f"{t.term}\n{t.definition}"
    for x in paper.exhibits.values():
        yield x.place, "\n".join((x.caption, x.note, x.source, x.alternative, *(f"{c.label}\n{c.description}" for c in x.columns)))
        words = [n for n, c in enumerate(x.columns) if c.type == "text"]
        yield from ((Place(x.place.path, line), "\n".join(str(row[n]) for n in words)) for row, line in zip(x.rows, x.lines, strict=True))
