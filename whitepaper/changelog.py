"""`CHANGELOG.md`: what changed for readers, a version at a time, newest first."""

from __future__ import annotations

import re
from itertools import pairwise

from whitepaper.language import day, words
from whitepaper.markdown import without_code
from whitepaper.model import Change, Place, Problem, Publication

HEADING = re.compile(r"^## +(?P<version>\S+?), +(?P<date>.+?)[ \t]*$", re.M)
MARKUP = re.compile(r"<\s*/?[a-zA-Z!][^>\n]*>?|javascript:|\{[^}\n]*\bon\w+\s*=[^}\n]*\}?", re.I)
ENTRY = re.compile(r"^### +(?P<kind>.+?)[ \t]*$|^- +(?P<text>.+(?:\n(?:[ \t]+\S.*))*)", re.M)
SECOND = re.compile(r"^## +(?P<words>.*)$", re.M)


def read(path: str, text: str, record: Publication | None) -> tuple[tuple[Change, ...], list[Problem]]:
    """The changes that a text tells, or what is wrong with it.

    `## 0.2.0, 21 November 2026` begins a version; what follows, up to the next, is its text.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    starts = list(SECOND.finditer(text))
    said = words(record.language if record else "en")
    for n, start in enumerate(starts):
        place = Place(path, text.count("\n", 0, start.start()) + 1)
        m = HEADING.match(text, start.start())
        date = day(m["date"], said) if m else None
        if m is None or date is None:
            problems.append(Problem(place, f"'{start['words']}' names no version and day", "write '## 0.2.0, 21 November 2026'"))
            continue
        end = starts[n + 1].start() if n + 1 < len(starts) else len(text)
        told = text[start.end() : end].strip()
        changes.append(Change(m["version"], date, told, _entries(told), place))
    for found in MARKUP.finditer(without_code(text)):
        problems.append(Problem(Place(path, text.count("\n", 0, found.start()) + 1), f"has '{found[0]}', which is no plain Markdown", "say it in words"))
    if record and not problems:
        problems += _against(path, changes, record)
    return tuple(changes), problems


def _entries(text: str) -> tuple[tuple[str, str], ...]:
    """The entries of a version, each with the heading that it stands under.

    >>> _entries("### Added\\n\\n- A table,\\n  and a figure.")
    (('Added', 'A table, and a figure.'),)
    """
    kind, done = "", []
    for m in ENTRY.finditer(text):
        if m["kind"]:
            kind = m["kind"]
        else:
            done.append((kind, " ".join(m["text"].split())))
    return tuple(done)


def _against(path: str, changes: list[Change], record: Publication) -> list[Problem]:
    """The newest version is the paper's own, and no older one stands above a newer."""
    if not changes:
        return [Problem(Place(path), "tells of no version", f"add '## {record.version}, …'")]
    newest = changes[0]
    problems = []
    if (newest.version, newest.date) != (record.version, record.date):
        what = f"the newest version is {newest.version} of {newest.date}, and publication.yml says {record.version} of {record.date}"
        problems.append(Problem(newest.place, what, "make the two agree"))
    problems += [
        Problem(later.place, f"{later.version} of {later.date} stands below {earlier.version} of {earlier.date}", "put the newest first")
        for earlier, later in pairwise(changes)
        if later.date > earlier.date
    ]
    return problems
