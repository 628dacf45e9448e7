"""`data/words.yml`: the words that the paper prefers and those it does without, or what is wrong with the list."""

from __future__ import annotations

from whitepaper import data
from whitepaper.model import Place, Problem, Usage

FIELDS = ("preferred", "avoided", "reason")


def read(path: str, text: str) -> tuple[tuple[Usage, ...], list[Problem]]:
    """The words that a text lists, and its problems."""
    records, problems = data.records(path, text, "preferred")
    done: list[Usage] = []
    taken: dict[str, Place] = {}
    for r in records:
        problems += data.unknown(r, FIELDS)
        preferred, reason = (data.words(r, name, problems) for name in ("preferred", "reason"))
        avoided = data.several(r, "avoided", problems)
        for word in avoided:
            if word.lower() in taken:
                problems.append(Problem(r.place, f"'{word}' is avoided twice, first in line {taken[word.lower()].line}", "keep one"))
            taken.setdefault(word.lower(), r.place)
        done.append(Usage(preferred, avoided, reason, r.place))
    return tuple(done), problems
