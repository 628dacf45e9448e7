"""What a link must lead to."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from whitepaper.markdown import slug
from whitepaper.model import Link, Paper, Place, Problem, Section
from whitepaper.order import resolve

Found = Iterator[Problem]


def broken_link(paper: Paper) -> Found:
    """A link leads to no page, file or anchor."""
    for section in paper.sections.values():
        for link in section.links:
            if problem := _broken(paper, section, link):
                yield problem


def _broken(paper: Paper, section: Section, link: Link) -> Problem | None:
    place = Place(section.path, link.line)
    if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:|^//", link.target):
        if link.target.split(":")[0].lower() in ("http", "https", "mailto", "tel", "sms"):
            return None
        return Problem(place, f"links to '{link.target}'", "use an address that begins with https:, mailto: or tel:")
    target, _, anchor = link.target.partition("#")
    target, anchor = unquote(target.partition("?")[0]), unquote(anchor)
    if not link.target:
        return Problem(place, "has a link without a target", "write '[words](target)'")
    if target and posixpath.normpath(posixpath.join(posixpath.dirname(section.path), target)) in paper.files and not target.endswith(".md"):
        return None
    page = resolve(target, section.path, paper.sections) if target else section.path
    if page is None and resolve(target, section.path, paper.files):
        return None  # the page is there and cannot be read, which is told already
    if page is None:
        found = _nearest(target, paper)
        mend = f"did you mean '{posixpath.relpath(found, posixpath.dirname(section.path))}'?" if found else "name an existing file, or remove the link"
        return Problem(place, f"links to '{link.target}', but there is no such file", mend)
    offered = paper.sections[page].anchors | _generated(paper, paper.sections[page])
    if anchor and anchor not in offered and not re.match(r"(?:cite|source|claim)-|fn", anchor):
        near = difflib.get_close_matches(anchor, sorted(offered), 1, 0.5)
        mend = f"did you mean '#{near[0]}'?" if near else "name a heading of that page"
        return Problem(place, f"links to '{link.target}', but {page} has no '#{anchor}'", mend)
    return None


def _generated(paper: Paper, section: Section) -> set[str]:
    """The anchors that drawing adds to a page: its sources, exhibits, claims, recommendations, terms and references."""
    lists = {m.name for m in section.marks if m.kind == "list"}
    own = {"docs/claims.md": ("claims", paper.claims), "docs/recommendations.md": ("recommendations", paper.recommendations)}.get(section.path)
    found = {"sources-cited-here"} | {f"exhibit-{m.name}" for m in section.marks if m.kind in ("exhibit", "again")}
    found |= set(own[1]) if own and own[0] in lists else set()
    found |= set(paper.terms) | {f"terms-{t.group}" for t in paper.terms.values()} if "glossary" in lists else set()
    return found | ({f"ref-{slug(key)}" for key in paper.references} if section.path == "docs/references.md" else set())


def _nearest(target: str, paper: Paper) -> str | None:
    """The file whose name is nearest to a target's, if one is near."""
    stems = {posixpath.splitext(posixpath.basename(f))[0]: f for f in sorted(paper.files, reverse=True)}
    near = difflib.get_close_matches(posixpath.splitext(posixpath.basename(target.rstrip("/")))[0], stems, 1, 0.6)
    return stems[near[0]] if near else None
