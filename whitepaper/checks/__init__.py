"""What the paper as a whole must hold: one short function a rule, named for the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whitepaper.checks import citations, exhibits, links, references, registers
from whitepaper.model import Paper, Problem


def check(paper: Paper, whole: bool, unread: frozenset[str]) -> list[Problem]:
    """Every fault of a paper.

    Args:
        whole: every entry of the bibliography could be read; if not, a missing key may be there all the same.
        unread: files whose text could not be read; if any, a reference may be cited there all the same.
    """
    rules: list[Callable[[Paper], Iterator[Problem]]] = [links.broken_link, citations.misplaced_bibliography, *references.RULES]
    rules += registers.RULES
    if not any(path.startswith("data/") for path in unread):
        rules += [registers.unknown_number, exhibits.unknown_exhibit]
    if whole:
        rules += [citations.unknown_citation, citations.typed_citation, registers.unknown_reference, exhibits.unknown_reference]
    if not unread:
        rules += [citations.cited_nowhere, registers.used_nowhere, exhibits.placed_nowhere]
    return [problem for rule in rules for problem in rule(paper)]
