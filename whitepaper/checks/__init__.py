"""What the paper as a whole must hold: one short function a rule, named for the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whitepaper.checks import citations, exhibits, glossary, links, references, registers, usage, verification
from whitepaper.model import Paper, Problem
from whitepaper.references import ANY

Rule = Callable[[Paper], Iterator[Problem]]
KeyRule = Callable[[Paper, frozenset[str]], Iterator[Problem]]


def check(paper: Paper, lost: frozenset[str], unread: frozenset[str]) -> list[Problem]:
    """Every fault of a paper.

    Args:
        lost: the keys of entries that could not be read, whose absence is told already.
        unread: files whose text could not be read, whose absence is told already.
    """
    rules: list[Rule] = [links.broken_link, citations.misplaced_bibliography, *references.RULES, *registers.RULES, usage.avoided_word]
    if not any(path.startswith("data/") for path in unread):
        rules += [registers.unknown_number, exhibits.unknown_exhibit]
    if not unread:
        rules += [citations.cited_nowhere, registers.used_nowhere, exhibits.placed_nowhere, glossary.used_nowhere, glossary.drawn_nowhere]
    by_key: list[KeyRule] = [citations.typed_citation]
    named = [citations.unknown_citation, registers.unknown_reference, exhibits.unknown_reference, glossary.unknown_reference]
    named += [verification.unknown_reference, verification.unreviewed_retraction]
    by_key += [] if ANY in lost else named
    return [problem for rule in rules for problem in rule(paper)] + [problem for rule in by_key for problem in rule(paper, lost)]
