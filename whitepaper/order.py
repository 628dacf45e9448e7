"""`prev` and `next` of the pages → the reading order, or the problems that prevent one."""

from __future__ import annotations

import difflib
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whitepaper.model import Neighbour, Place, Problem, Section, Step

OTHER = {"next": "prev", "prev": "next"}


def address(path: str) -> str:
    """The published address of a page.

    >>> address("docs/sections/1-introduction.md"), address("docs/index.md")
    ('/sections/1-introduction', '/')
    """
    name = path.removeprefix("docs/").removesuffix(".md")
    return "/" + name.removesuffix("index").rstrip("/") if name != "index" else "/"


def resolve(link: str, origin: str, paths: Iterable[str]) -> str | None:
    """The page that a link leads to, if there is one.

    The link may be site-wide or relative, with or without `.md` and a trailing slash.
    """
    target = link.strip().replace("\\", "/")
    folder = "docs" if target.startswith("/") else posixpath.dirname(origin)
    base = posixpath.normpath(posixpath.join(folder, target.lstrip("/"))) if target.strip("/") else "docs"
    known = set(paths)
    for guess in (base, base + ".md", base + "/index.md"):
        if guess in known and guess.endswith(".md"):
            return guess
    return None


@dataclass(frozen=True, slots=True)
class _End:
    """One page's own word on one side: the neighbour it names, or None where it names none."""

    page: str
    side: str
    target: str | None
    line: int
    shown: str

    @property
    def place(self) -> Place:
        return Place(self.page, self.line)


def reading_order(sections: Mapping[str, Section], unread: frozenset[str] = frozenset()) -> tuple[tuple[Step, ...], list[Problem]]:
    """The reading order that the pages' `prev` and `next` make, or the problems that prevent one.

    Args:
        unread: pages that are there and cannot be read, whose part in the order is unknown.
    """
    chained = {p: s for p, s in sections.items() if s.prev or s.next or p.startswith("docs/sections/")}
    problems: list[Problem] = []
    labels: list[tuple[Problem, str, set[str]]] = []
    ends: dict[tuple[str, str], _End] = {}
    broken: set[str] = {"prev", "next"} if unread else set()
    silenced: set[str] = set()
    for path, section in chained.items():
        for side, neighbour in (("prev", section.prev), ("next", section.next)):
            found = _end(path, side, neighbour, sections)
            if neighbour and neighbour.link and resolve(neighbour.link, path, unread):
                broken.add(side)
                silenced.add(path)
            elif isinstance(found, _End):
                ends[path, side] = found
            elif isinstance(found, Problem):
                problems.append(found)
                broken.add(side)
            elif found is None:
                broken.add(side)
            else:
                labels.append((found[0], OTHER[side], found[1]))
    conflicts, involved = _conflicts(ends, chained)
    told = {p for p, side, pointing in labels if not (pointing & involved or (not pointing and side in broken))}
    problems += [*conflicts, *told]
    silent = silenced | {p.place.path for p, _, _ in labels} | {p for p, s in chained.items() if any(n and n.faulty for n in (s.prev, s.next))}
    order, unreached = _walk(ends, chained, involved | silent | {p.place.path for p in problems})
    if problems or unreached or silent or unread:
        return (), problems + unreached
    return tuple(Step(p, _label(sections, ends[p, "prev"]), _label(sections, ends[p, "next"])) for p in order), []


def _end(path: str, side: str, neighbour: Neighbour | None, sections: Mapping[str, Section]) -> _End | Problem | tuple[Problem, set[str]] | None:
    """The page that `prev` or `next` names, or why none: a problem; one of a label alone, with the pages it may mean; None if told already."""
    if neighbour is None:
        mend = f"add '{side}:' with 'text' and 'link' under it, or '{side}: false'"
        return Problem(sections[path].place, f"has no {side}", mend)
    if neighbour.faulty:
        return None
    if neighbour.none:
        return _End(path, side, None, neighbour.line, "false")
    place = Place(path, neighbour.line)
    if neighbour.link is None:
        return _by_label(path, side, neighbour, sections)
    target = resolve(neighbour.link, path, sections)
    if target is None:
        near = difflib.get_close_matches(neighbour.link, [address(p) for p in sections], 1, 0.5)
        mend = f"did you mean '{near[0]}'?" if near else "name an existing page, or write false"
        return Problem(place, f"{side} is '{neighbour.link}', but no page has that address", mend)
    if target == path:
        return Problem(place, f"{side} is '{neighbour.link}', the page itself", "name its neighbour, or write false")
    return _End(path, side, target, neighbour.line, neighbour.link)


def _by_label(path: str, side: str, neighbour: Neighbour, sections: Mapping[str, Section]) -> _End | tuple[Problem, set[str]]:
    """The one page whose own link points to this one; or a problem, with the pages that do."""
    pointing = [p for p, s in sections.items() if _points(s, OTHER[side], path, sections)]
    if len(pointing) == 1:
        return _End(path, side, pointing[0], neighbour.line, neighbour.text or "")
    named = f"{' and '.join(pointing)} have" if pointing else "no page has"
    what = f"{side} is only the label '{neighbour.text}', and {named} this page as {OTHER[side]}"
    return Problem(Place(path, neighbour.line), what, f"add 'link:' under '{side}:'"), set(pointing)


def _points(section: Section, side: str, path: str, sections: Mapping[str, Section]) -> bool:
    """Whether a section's own link on one side leads to `path`."""
    neighbour = section.next if side == "next" else section.prev
    return bool(neighbour and neighbour.link and resolve(neighbour.link, section.path, sections) == path)


def _conflicts(ends: Mapping[tuple[str, str], _End], chained: Mapping[str, Section]) -> tuple[list[Problem], set[str]]:
    """Where `next` and `prev` disagree: one problem for each end that has to change, and the pages involved."""
    pairs: list[tuple[_End, _End]] = []
    problems: list[Problem] = []
    for end in ends.values():
        if end.target is None:
            continue
        back = ends.get((end.target, OTHER[end.side]))
        if back is None and end.target not in chained:
            what = f"{end.side} is '{end.shown}', but {end.target} has no {OTHER[end.side]}"
            problems.append(Problem(end.place, what, f"add prev and next to {end.target}, or name another page"))
        elif back is not None and back.target != end.page and (back, end) not in pairs:
            pairs.append((end, back))
    involved = {e.page for pair in pairs for e in pair}
    while pairs:
        counts = Counter(e for pair in pairs for e in pair)
        worst = max(counts, key=lambda e: (counts[e], e.side == "next", e.page))
        end, back = next(pair for pair in pairs if worst in pair)
        problems.append(_disagreement(*((end, back) if worst == end else (back, end)), ends))
        pairs = [pair for pair in pairs if worst not in pair]
    return problems, involved


def _disagreement(end: _End, other: _End, ends: Mapping[tuple[str, str], _End]) -> Problem:
    """The problem of one end, told with the end that it disagrees with."""
    rivals = [e for e in ends.values() if e.side == end.side and e.target == end.target and e.page != end.page and e.target]
    back = ends.get((end.target or "", OTHER[end.side]))
    if rivals and back and back.target == rivals[0].page:
        what = f"{end.side} is '{end.shown}', which is also the {end.side} of {rivals[0].place}"
        return Problem(end.place, what, f"a page has one {OTHER[end.side]} only: name another, or write false")
    what = f"{end.side} is '{end.shown}', but {other.place} says {other.side} is '{other.shown}'"
    return Problem(end.place, what, "make the two agree")


def _walk(ends: Mapping[tuple[str, str], _End], chained: Mapping[str, Section], faulty: set[str]) -> tuple[list[str], list[Problem]]:
    """The pages from the first on, and the problems of what that walk does not reach."""
    starts = sorted((p for p in chained if (p, "prev") in ends and ends[p, "prev"].target is None), key=lambda p: (p != "docs/index.md", p))
    order = _follow(starts[0], ends) if starts else []
    problems: list[Problem] = []
    seen = set(order)
    for path in sorted(set(chained) - seen):
        if path in seen:
            continue
        ring = _follow(path, ends)
        back = _follow(path, ends, "prev")
        component = {*ring, *back}
        seen |= component
        if component & faulty:
            continue
        end = ends.get((ring[-1], "next"))
        line = ends[path, "next"].line if (path, "next") in ends else 1
        if end and end.target == path:
            what = "the reading order goes round: " + " → ".join(address(p) for p in [*ring, path])
            problems.append(Problem(Place(path, line), what, "write 'prev: false' on its first page and 'next: false' on its last"))
        else:
            problems.append(Problem(Place(path, line), "no page of the reading order leads here", f"name '{address(path)}' as the next of the page before it"))
    return order, problems


def _follow(path: str, ends: Mapping[tuple[str, str], _End], side: str = "next") -> list[str]:
    """The pages met from `path` on, until an end or a page met before."""
    met = [path]
    while (end := ends.get((met[-1], side))) and end.target and end.target not in met:
        met.append(end.target)
    return met


def _label(sections: Mapping[str, Section], end: _End) -> tuple[str, str] | None:
    """A neighbour as (path, label): the label given, else the neighbour's title."""
    if end.target is None:
        return None
    neighbour = sections[end.page].next if end.side == "next" else sections[end.page].prev
    return end.target, (neighbour and neighbour.text) or sections[end.target].title
