"""What exhibits must hold within the paper."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator

from whitepaper.model import Paper, Place, Problem

Found = Iterator[Problem]


def unknown_reference(paper: Paper, lost: frozenset[str]) -> Found:
    """A row names a key that no reference has."""
    for exhibit in paper.exhibits.values():
        for key, place in exhibit.references():
            if key and key not in paper.references and key not in lost:
                near = difflib.get_close_matches(key, paper.references, 1, 0.6)
                mend = f"did you mean '{near[0]}'?" if near else "add it to references.bib, or name another"
                yield Problem(place, f"names '{key}', which references.bib does not hold", mend)


def unknown_exhibit(paper: Paper) -> Found:
    r"""A section places or refers to an exhibit that there is none of, places one twice, or shows one twice on a page."""
    placed: Counter[str] = Counter()
    for section in paper.sections.values():
        on_page: Counter[str] = Counter()
        for mark in section.marks:
            if mark.kind not in ("exhibit", "again", "see"):
                continue
            placed[mark.name] += mark.kind == "exhibit"
            on_page[mark.name] += mark.kind != "see"
            place = Place(section.path, mark.line)
            if mark.name not in paper.exhibits:
                near = difflib.get_close_matches(mark.name, paper.exhibits, 1, 0.5)
                mend = f"did you mean '{near[0]}'?" if near else f"add data/{mark.name}.yml"
                yield Problem(place, f"names the exhibit '{mark.name}', and there is no data/{mark.name}.yml", mend)
            elif mark.kind == "exhibit" and placed[mark.name] > 1:
                yield Problem(
                    place,
                    f"places the exhibit '{mark.name}' a second time",
                    f"refer to it by '\\see{{{mark.name}}}', or show it again by '\\again{{{mark.name}}}'",
                )
            elif mark.kind != "see" and on_page[mark.name] > 1:
                yield Problem(place, f"shows the exhibit '{mark.name}' a second time on one page", f"refer to it by '\\see{{{mark.name}}}'")


def placed_nowhere(paper: Paper) -> Found:
    """An exhibit stands in no section."""
    placed = {m.name for s in paper.sections.values() for m in s.marks if m.kind == "exhibit"}
    for exhibit in paper.exhibits.values():
        if exhibit.name not in placed:
            yield Problem(
                exhibit.place,
                f"the exhibit '{exhibit.name}' is placed nowhere",
                f"write '\\exhibit{{{exhibit.name}}}' on a line of a section, or remove the file",
            )
