"""What stands around a page's text: its place in the reading order, the time it takes, its contents, and its headings' links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape as e
from typing import Any

from whitepaper import boxes, prose, upkeep
from whitepaper.bibliography import Address, Drawing
from whitepaper.language import Words, date
from whitepaper.model import Heading, Paper

HELP = "docs/help.md"
FOOT = (HELP, "docs/accessibility.md", "docs/methods.md", "docs/cite.md", "docs/changes.md", "docs/about.md")
SECTIONS = "docs/sections/"
HEADLINK = re.compile(r'<a class="headerlink" href="(?P<to>[^"]*)"[^>]*>[^<]*</a>')
NUMBERED = re.compile(r"(?P<open><h[1-3]\b[^>]*>(?:<span[^>]*></span>)?)(?P<number>\d+(?:\.\d+)*\.?) ")
FIRST = re.compile(r"<h1\b.*?</h1>", re.S)


def dressed(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with its running head above the H1, its upkeep and contents below it, and numbered headings with links that have a name."""
    words = drawing.words
    link = rf'<a class="headerlink" href="\g<to>" aria-label="{e(words["site"]["permalink"])}">#</a>'
    content = NUMBERED.sub(r'\g<open><span class="wp-n">\g<number></span> ', HEADLINK.sub(link, content))
    above, below = head(path, drawing), upkeep.shown(path, drawing, address) + contents(headings(path, drawing.paper), words)
    return FIRST.sub(lambda m: above + m[0] + below, boxes.in_runs(content), count=1)


def position(path: str, paper: Paper) -> tuple[str, int, int] | None:
    """A page's place: as a section among the sections, else as a page in the reading order; None beside it."""
    order = [step.path for step in paper.order]
    if path not in order:
        return None
    sections = [p for p in order if p.startswith(SECTIONS)]
    among, kind = (sections, "section") if path in sections else (order, "page")
    return kind, among.index(path) + 1, len(among)


def head(path: str, drawing: Drawing) -> str:
    """The line above the title, with a mark for each page of the reading order up to this one; nothing on the first page and beside the order."""
    place, said = position(path, drawing.paper), drawing.words["reading"]
    if place is None or place[:2] == ("page", 1):
        return ""
    kind, n, of = place
    parts = [said[kind].format(n=n, of=of)]
    if kind == "section":
        minutes = prose.minutes(drawing.paper.sections[path])
        parts.append(said["minute"] if minutes == 1 else said["minutes"].format(n=minutes))
    at = [step.path for step in drawing.paper.order].index(path)
    marks = "".join(f"<i{_state(i, at)}></i>" for i in range(len(drawing.paper.order)))
    return f'<div class="wp-running"><span>{e(" · ".join(parts))}</span><span class="wp-progress" aria-hidden="true">{marks}</span></div>\n'


def _state(i: int, at: int) -> str:
    return ' class="wp-here"' if i == at else ' class="wp-read"' if i < at else ""


def headings(path: str, paper: Paper) -> tuple[Heading, ...]:
    """A page's headings below its title, as far as the contents go."""
    return tuple(h for h in paper.sections[path].headings if 1 < h.level <= 3)


def contents(found: tuple[Heading, ...], words: Words) -> str:
    """The contents of a page of several headings, to unfold where the window has no room for them beside the text."""
    if len(found) < 3:
        return ""
    rows = "".join(f'<li class="wp-level-{h.level}"><a href="#{e(h.anchor)}">{e(h.text)}</a></li>' for h in found)
    return f'\n<details class="wp-contents"><summary>{e(words["reading"]["contents"])}</summary><ul>{rows}</ul></details>'


def furniture(drawing: Drawing, urls: Mapping[str, str]) -> dict[str, Any]:
    """What the templates show on every page: words, where help is, the edition, and the pages that the foot names."""
    said, record, sections = drawing.words["site"], drawing.paper.publication, drawing.paper.sections
    edition = said["edition"].format(version=record.version, date=date(record.date, drawing.words))
    pages = [(urls[path], sections[path].title) for path in FOOT if path in sections]
    return {"said": said, "help": urls.get(HELP), "edition": edition, "pages": pages}
